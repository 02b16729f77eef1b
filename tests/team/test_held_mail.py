"""What a person does with held mail: approve it, have it read again, answer an alert."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from inbox_worker.cli.main import app
from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.reading import Outcome
from inbox_worker.demo_servers import ImapServer, SmtpServer
from inbox_worker.records import HeldMail
from tests.site import CONTACT, TEAM, Site, form, mail, running
from tests.team.people import Clock, applies, nominates, sent_to, subjects, text_of

DISTRESS = "I wanted to be a mental health ally but I am going to end my life tonight. Goodbye."


def command(tmp_path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--config", str(tmp_path / "config.yaml")], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(tmp_path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--config", str(tmp_path / "config.yaml")], catch_exceptions=False)
    assert result.exit_code != 0
    return result.output


def held(site: Site, number: int = 1) -> HeldMail:
    with site.service.store.reading() as view:
        found = view.held_mail(number)
    assert found is not None
    return found


def forged(number: int, name: str = "Ann Person") -> bytes:
    """An application that the boundary could not confirm."""
    verdict = "Authentication-Results: mx.kent.ac.uk; dmarc=fail header.from=kent.ac.uk\r\n"
    return verdict.encode() + applies(name, number)


def test_an_approved_application_counts_and_is_acknowledged_once(
    pymap: ImapServer, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url) as site:
        pymap.deliver(forged(1))
        site.once()
        assert sent_to(smtp_server, "ann.person@kent.ac.uk") == []
        assert held(site).ledger.code == "SPOOF"
        with site.service.store.reading() as view:
            assert [each.state for each in view.applications()] == [ApplicationState.HELD]

        said = command(tmp_path, "held", "approve", "1", "--by", "Robin", "--yes")
        assert "application MHA-0001: received" in said
        assert "acknowledgement to ann.person@kent.ac.uk: goes out with the next delivery" in said
        site.once()
        assert "was approved before" in refused(tmp_path, "held", "approve", "1", "--yes")
        assert "was approved before" in refused(tmp_path, "held", "retry", "1")
        site.once()

        entry = held(site)
        with site.service.store.reading() as view:
            (application,) = view.applications()
            audit = [(line.who, line.what) for line in view.audit_log(thing="held 1")]
    (reply,) = sent_to(smtp_server, "ann.person@kent.ac.uk")
    assert reply["In-Reply-To"] == "<1@mail.kent.ac.uk>"
    assert "MHA-0001" in text_of(reply)
    assert (entry.how, entry.resolved_by) == ("approved", "Robin")
    assert ("Robin", "resolved approved") in audit
    assert application.state is ApplicationState.ACKNOWLEDGED
    assert "Mental Health Ally MHA-0001: new application, complete" in subjects(sent_to(smtp_server, TEAM))


def test_an_approval_asks_first_and_can_send_nothing(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(forged(1))
        site.once()
        arguments = ["held", "approve", "1", "--config", str(tmp_path / "config.yaml")]
        refusal = CliRunner().invoke(app, arguments, input="n\n")
        assert refusal.exit_code == 1
        assert "goes to the sender, ann.person@kent.ac.uk. Go on?" in refusal.output
        assert held(site).resolved_at is None
        assert "no mail to the applicant" in command(tmp_path, "held", "approve", "1", "--no-reply", "--yes")
        site.once()
    assert sent_to(smtp_server, "ann.person@kent.ac.uk") == []


def test_who_wrote_for_another_is_not_answered_unless_a_person_names_the_address(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(nominates(1), nominates(2).replace(b"Tamsin Okoro", b"Tamara Obi"))
        site.once()
        assert {held(site, number).ledger.code for number in (1, 2)} <= {"ON_BEHALF", "FORWARDED"}
        assert "no mail to the applicant" in command(tmp_path, "held", "approve", "1", "--yes")
        assert "expected an e-mail address" in refused(tmp_path, "held", "approve", "2", "--to", "her", "--yes")
        said = command(tmp_path, "held", "approve", "2", "--to", "t.okoro@kent.ac.uk", "--yes")
        assert "to t.okoro@kent.ac.uk: goes out" in said
        site.once()
    assert sent_to(smtp_server, "r.moss@kent.ac.uk") == []
    assert len(sent_to(smtp_server, "t.okoro@kent.ac.uk")) == 1


def test_nobody_in_distress_gets_a_form_letter_even_when_approved(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(mail(f"{DISTRESS}\n\n{form()}", sender="Jo Fair <jo.fair@kent.ac.uk>"))
        site.once()
        said = command(tmp_path, "held", "approve", "1", "--to", "jo.fair@kent.ac.uk", "--yes")
        site.once()
    assert "no mail to the applicant" in said
    assert sent_to(smtp_server, "jo.fair@kent.ac.uk") == []


def test_a_mail_is_read_again_by_changed_rules(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def trusting(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["boundary"] = {"trust_authentication_results": False}

    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(forged(1))
        site.once()
        assert "still held (SPOOF)" in command(tmp_path, "held", "retry", "1")
        assert held(site).resolved_at is None
    with running(tmp_path, pymap, smtp_server, sqlite_url, trusting) as site:
        assert "read again (CLEAR)" in command(tmp_path, "held", "retry", "1")
        site.once()
        assert held(site).how == "retried"
    assert len(sent_to(smtp_server, "ann.person@kent.ac.uk")) == 1


def test_a_mail_that_is_gone_is_told_and_stays_on_the_list(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(forged(1))
        site.once()
        with pymap.client() as client:
            client.select("INBOX")
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()
        assert "is not in folder INBOX any more" in refused(tmp_path, "held", "retry", "1")
        assert held(site).resolved_at is None


def alert_reply(alert: Any, sender: str, **headers: str) -> bytes:
    return mail(
        "",
        sender=sender,
        subject=f"Re: {alert['Subject']}",
        message_id=f"<answer-{len(headers)}-{sender[:4].strip()}@example.org>",
        In_Reply_To=str(alert["Message-ID"]),
        **headers,
    )


@pytest.mark.parametrize("which", [0, 1], ids=["the first alert", "a repeated alert"])
def test_a_contacts_reply_to_an_alert_accepts_it_and_stops_the_repetitions(
    which: int, pymap: ImapServer, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    clock = Clock()
    with running(tmp_path, pymap, smtp_server, database_url, clock=clock) as site:
        pymap.deliver(mail(DISTRESS, sender="Jo Fair <jo.fair@kent.ac.uk>"), received=clock.on(minutes=1))
        site.once()
        clock.on(minutes=31)
        site.once()
        alerts = sent_to(smtp_server, CONTACT)
        assert len(alerts) == 2
        pymap.deliver(alert_reply(alerts[which], f"Sam <{CONTACT.upper()}>"), received=clock.on(minutes=1))
        site.once()
        clock.on(hours=3)
        site.once()
        entry = held(site)
        with site.service.store.reading() as view:
            audit = [line.what for line in view.audit_log(thing="held 1")]
            codes = {code for _, code in view.counts(clock.now - timedelta(days=1)).mails}
    assert len(sent_to(smtp_server, CONTACT)) == 2
    assert entry.accepted_by == CONTACT.upper()
    assert entry.resolved_at is None  # it stays on the list until a person closes it
    assert audit == ["alerted tier A, round 1", "alerted tier A, round 2", "accepted"]
    assert codes == {"DISTR", "ACCEPTED"}


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        (CONTACT, {"Auto_Submitted": "auto-replied"}),
        (CONTACT, {"X_Autoreply": "yes"}),
        (CONTACT, {"Authentication_Results": "mx.kent.ac.uk; dmarc=fail header.from=example.org"}),
        ("stranger@example.org", {}),
        (TEAM, {}),  # a colleague who is no named contact
    ],
    ids=["out of office", "automatic", "forged", "a stranger", "not a named contact"],
)
def test_nothing_but_a_named_persons_own_word_accepts_an_urgent_alert(
    sender: str,
    headers: dict[str, str],
    pymap: ImapServer,
    smtp_server: SmtpServer,
    sqlite_url: str,
    tmp_path: Path,
) -> None:
    clock = Clock()
    with running(tmp_path, pymap, smtp_server, sqlite_url, clock=clock) as site:
        pymap.deliver(mail(DISTRESS, sender="Jo Fair <jo.fair@kent.ac.uk>"), received=clock.on(minutes=1))
        site.once()
        (alert,) = sent_to(smtp_server, CONTACT)
        pymap.deliver(alert_reply(alert, sender, **headers), received=clock.on(minutes=1))
        site.once()
        assert held(site).accepted_at is None
        clock.on(minutes=31)
        site.once()
    assert len(sent_to(smtp_server, CONTACT)) == 2


def test_an_ordinary_alert_is_accepted_by_a_reply_of_the_team(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(forged(1))
        site.once()
        (alert,) = sent_to(smtp_server, TEAM)
        pymap.deliver(alert_reply(alert, TEAM))
        site.once()
        entry = held(site)
        with site.service.store.reading() as view:
            outcomes = {outcome for outcome, _ in view.counts(entry.opened_at - timedelta(days=1)).mails}
    assert entry.accepted_by == TEAM
    assert outcomes == {Outcome.HOLD, Outcome.SKIP}
