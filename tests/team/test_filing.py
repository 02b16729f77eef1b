"""Folders, only where a site asks for them: by MOVE alone, and what lies in Retry is read again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inbox_worker.assembly import imap_config
from inbox_worker.core.effects import LedgerEntry
from inbox_worker.core.filing import Filing, Folders
from inbox_worker.core.reading import Intent, Outcome, Tier
from inbox_worker.demo_servers import Account, ImapServer, SmtpServer
from inbox_worker.imap import ImapMailbox
from inbox_worker.imap_commands import new_places
from inbox_worker.jobs import Jobs
from tests.site import TEAM, Site, mail, running
from tests.team.people import Clock, applies, lying_in, nominates, sent_to, text_of

FOLDERS = {
    "applications": "Ally-Applications",
    "requests": "Ally-Requests",
    "needs_a_person": "Ally-Needs a person",
    "retry": "Ally-Retry",
}
DISTRESS = "I wanted to be a mental health ally but I am going to end my life tonight. Goodbye."


def filed(data: dict[str, Any]) -> None:
    data["schemes"][0]["file_into"] = dict(FOLDERS)


def rehearsing(data: dict[str, Any]) -> None:
    filed(data)
    data["mode"] = "rehearse"


def where(site: Site) -> dict[str, list[str]]:
    with ImapMailbox(imap_config(site.config.mailboxes[0])) as mailbox:
        found = {folder: lying_in(mailbox, folder) for folder in ("INBOX", *FOLDERS.values())}
    return {folder: [each.split("@")[0].strip("<") for each in ids] for folder, ids in found.items() if ids}


def drag(account: Account, source: str, to: str, number: int = 1) -> None:
    """Move one mail as a person does in Outlook."""
    with account.client() as client:
        client.select(f'"{source}"')
        assert client.uid("MOVE", client.uid("SEARCH", "ALL")[1][0].split()[number - 1].decode(), f'"{to}"')[0] == "OK"


def forged(number: int, name: str) -> bytes:
    return b"Authentication-Results: mx.kent.ac.uk; dmarc=fail header.from=kent.ac.uk\r\n" + applies(name, number)


def test_mail_of_the_scheme_is_moved_and_all_other_mail_stays(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    for folder in FOLDERS.values():
        account.create_folder(folder)
    with running(tmp_path, account, smtp_server, sqlite_url, filed) as site:
        account.deliver(
            applies("Ann Person", 1),
            mail("May I have the role description for mental health allies?", subject="Role description",
                 sender="Kit Ask <kit.ask@kent.ac.uk>", message_id="<2@mail.kent.ac.uk>"),
            nominates(3),
            mail("Lunch on Friday?", subject="Lunch", message_id="<4@mail.kent.ac.uk>"),
            mail(DISTRESS, sender="Jo Fair <jo.fair@kent.ac.uk>", message_id="<5@mail.kent.ac.uk>"),
        )  # fmt: skip
        site.once()
        expected = {
            "INBOX": ["4", "5"],
            "Ally-Applications": ["1"],
            "Ally-Requests": ["2"],
            "Ally-Needs a person": ["3"],
        }
        assert where(site) == expected
        site.once()  # nothing is moved twice, nothing is taken in twice
        assert where(site) == expected
        with site.service.store.reading() as view:
            places = {
                row.id: row.mail_id.folder for n in range(1, 6) for row in view.ledger_rows(f"<{n}@mail.kent.ac.uk>")
            }
        assert sorted(places.values()) == sorted(f for f, ids in expected.items() for _ in ids)
    (alert,) = [text_of(each) for each in sent_to(smtp_server, TEAM) if "eeds a person" in str(each["Subject"])]
    assert "its folder Ally-Needs a person" in alert  # where the mail is to be found, not where it was
    with account.client() as client:
        client.select("Ally-Applications", readonly=True)
        assert client.search(None, "UNSEEN")[1][0].split()  # moved, and still unread


def test_a_mail_that_a_person_drags_into_retry_is_read_again_and_moved_on(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def trusting(data: dict[str, Any]) -> None:
        filed(data)
        data["mailboxes"][0]["boundary"] = {"trust_authentication_results": False}

    for folder in FOLDERS.values():
        account.create_folder(folder)
    with running(tmp_path, account, smtp_server, sqlite_url, filed) as site:
        account.deliver(forged(1, "Ann Person"), mail("Lunch?", subject="Lunch", message_id="<2@mail.kent.ac.uk>"))
        site.once()
        assert where(site) == {"Ally-Needs a person": ["1"], "INBOX": ["2"]}
        drag(account, "Ally-Needs a person", "Ally-Retry")
        site.once()
        assert where(site) == {"Ally-Needs a person": ["1"], "INBOX": ["2"]}  # the rules are the same
    with running(tmp_path, account, smtp_server, sqlite_url, trusting) as site:
        drag(account, "Ally-Needs a person", "Ally-Retry")
        drag(account, "INBOX", "Ally-Retry")
        site.once()
        assert where(site) == {"Ally-Applications": ["1"], "INBOX": ["2"]}  # other mail comes back to where it lay
        with site.service.store.reading() as view:
            assert view.held() == ()
            (application,) = view.applications()
        drag(account, "Ally-Applications", "Ally-Retry")
        site.once()
        assert where(site) == {"Ally-Applications": ["1"], "INBOX": ["2"]}
    assert application.reference == "MHA-0001"
    assert len(sent_to(smtp_server, "ann.person@kent.ac.uk")) == 1  # however often it is read again


def test_a_held_mail_that_was_moved_is_found_again_and_its_answer_is_seen(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    for folder in FOLDERS.values():
        pymap.create_folder(folder)
    clock = Clock()
    with running(tmp_path, pymap, smtp_server, sqlite_url, filed, clock=clock) as site:
        pymap.deliver(nominates(1), received=clock.now)
        site.once()
        with pymap.client() as client:
            client.select('"Ally-Needs a person"')
            client.store("1", "+FLAGS", "\\Answered")
        clock.on(minutes=6)
        site.once()
        with site.service.store.reading() as view:
            (entry,) = view.held(open_only=False)
    assert entry.how == "answered"


def test_a_rehearsal_moves_nothing(pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path) -> None:
    for folder in FOLDERS.values():
        pymap.create_folder(folder)
    with running(tmp_path, pymap, smtp_server, sqlite_url, rehearsing) as site:
        pymap.deliver(applies("Ann Person", 1))
        site.once()
        assert where(site) == {"INBOX": ["1"]}


def test_a_missing_folder_is_told_and_loses_no_mail(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def one(data: dict[str, Any]) -> None:
        data["schemes"][0]["file_into"] = {"applications": "Ally-Applications"}

    with running(tmp_path, pymap, smtp_server, sqlite_url, one) as site:
        pymap.deliver(applies("Ann Person", 1))
        errors = [report.error for report in Jobs(site.service).once() if report.error]
        assert "no folder Ally-Applications" in str(errors[0])
        with site.service.store.reading() as view:
            assert len(view.applications()) == 1
        pymap.create_folder("Ally-Applications")
        site.once()
        with ImapMailbox(imap_config(site.config.mailboxes[0])) as mailbox:
            assert lying_in(mailbox, "Ally-Applications") == ["<1@mail.kent.ac.uk>"]
    assert len(sent_to(smtp_server, "ann.person@kent.ac.uk")) == 1


ENTRY = LedgerEntry(Outcome.REPLY, "CLEAR", Intent.APPLICATION, Tier.NONE, "ally")
FILING = Filing({"ally": Folders("A", "R", "N", "T"), "other": Folders(applications="B", retry="T")})


@pytest.mark.parametrize(
    ("entry", "waits", "folder"),
    [
        (ENTRY, False, "A"),
        (replace(ENTRY, intent=Intent.WITHDRAWAL), False, "A"),
        (replace(ENTRY, intent=Intent.ROLE_DESCRIPTION_REQUEST), False, "R"),
        (replace(ENTRY, outcome=Outcome.HOLD, code="SPOOF"), True, "N"),
        (replace(ENTRY, outcome=Outcome.HOLD, code="SPOOF"), False, None),  # a colleague has answered it
        (replace(ENTRY, outcome=Outcome.HOLD, code="DISTR", tier=Tier.B), True, None),
        (replace(ENTRY, outcome=Outcome.SKIP, intent=Intent.AUTOMATIC), False, None),
        (replace(ENTRY, scheme=None), False, None),
        (replace(ENTRY, scheme="other"), False, "B"),
        (replace(ENTRY, scheme="other", intent=Intent.ROLE_DESCRIPTION_REQUEST), False, None),
    ],
)
def test_the_folder_follows_from_what_the_mail_was(entry: LedgerEntry, waits: bool, folder: str | None) -> None:
    assert FILING.target(entry, waits=waits) == folder
    assert Filing().target(entry, waits=waits) is None


def test_each_folder_is_named_once() -> None:
    assert FILING.every == ("A", "R", "N", "T", "B")
    assert FILING.retry == ("T",)


@pytest.mark.parametrize(
    ("told", "places"),
    [
        ([b"38505 304,319:320 3956:3958"], {304: (38505, 3956), 319: (38505, 3957), 320: (38505, 3958)}),
        ([b"1 2 3", b"1 5:4 8,9"], {2: (1, 3), 4: (1, 8), 5: (1, 9)}),
        ([b"1 2:3 4"], {}),
        ([b"nonsense", None, b"", b"1 2,,3 4:5"], {}),
    ],
)
def test_new_places_are_read_from_copyuid(told: list[bytes | None], places: dict[int, tuple[int, int]]) -> None:
    assert new_places(told) == places
