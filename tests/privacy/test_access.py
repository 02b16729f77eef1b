"""What a person is given of their data, what a restriction stops, and who looked at what."""

import json
import stat
from pathlib import Path

import pytest

from inbox_worker.checks import site
from inbox_worker.config import load
from inbox_worker.core.mail import Address
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.dossiers import as_html, as_json
from inbox_worker.records import OutboxState
from inbox_worker.store import Store
from tests.browser import look
from tests.privacy.conftest import Command, configured, key_file
from tests.site import FORM, TEAM, form, mail, running
from tests.store.examples import NOW, SENDER, apply_new, message, new_application, record, update

NASTY = '<script>alert("x")</script> & \u202eevil'


def filled(store: Store) -> None:
    with store.transaction() as tx:
        found = apply_new(tx, 1, change=new_application(name=f"Nerys {NASTY}", motivation="my accordion"))
        record(tx, 2)
        tx.apply(update(found.id, motivation="my harp"), sender=SENDER, ledger_id=2, at=NOW, prefix="ALY")
        tx.enqueue(message(1, application=found.id, ledger_id=1), NOW)
        tx.hold(record(tx, 3), Address("Nerys", SENDER), f"Help {NASTY}", NOW)
        tx.restrict(found.id, True, by="ada", at=NOW)
        apply_new(tx, 4, sender="other@example.net", change=new_application(name="Somebody Else"))


def test_the_export_holds_all_about_the_person_and_nothing_about_others(
    database_url: str, tmp_path: Path, command: Command
) -> None:
    with Store(database_url) as store:
        filled(store)
    config = configured(tmp_path, database_url)
    told = command("privacy", "export", "-", "--config", config, "--json", typed="NERYS.Example@example.org\n")
    assert told.exit_code == 0, told.output
    data, page = (Path(each) for each in json.loads(told.stdout)["files"])
    assert data.parent == tmp_path / "exports"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (data, page, data.parent)] == [0o600, 0o600, 0o700]
    assert "nerys" not in f"{data.name}{page.name}".lower()
    held = json.loads(data.read_text(encoding="utf-8"))
    (application,) = held["applications"]
    assert application["restricted"] is True
    assert [value["text"] for value in application["values"]] == [f"Nerys {NASTY}", "my accordion", "my harp"]
    assert [value["replaced"] is None for value in application["values"]] == [True, False, True]
    assert [event["what"] for event in application["events"]] == ["created", "updated", "restricted"]
    assert [each["text"].strip() for each in held["messages"]] == ["Thank you."]
    assert [each["subject"] for each in held["held_mail"]] == [f"Help {NASTY}"]
    assert len(held["mails_seen"]) == 3
    assert [line["what"] for line in held["audit"]] == ["restricted"]
    for text in (data.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")):
        assert "Somebody Else" not in text
        assert "my harp" in text
    with Store(database_url) as store, store.reading() as view:
        assert [(line.what, line.thing) for line in view.audit_log()][-2:] == [
            ("exported for its person", "ALY-0001"),
            ("exported for its person", "held 1"),
        ]


def test_a_page_for_a_person_is_accessible_and_runs_nothing(sqlite_url: str) -> None:
    with Store(sqlite_url) as store:
        filled(store)
        with store.reading() as view:
            full = view.dossier(SENDER, ["email"], NOW)
            empty = view.dossier("nobody@example.net", ["email"], NOW)
    labels = {"name": "Name", "motivation": "Why are you interested?"}
    pages = {"full": as_html(full, labels, "Europe/London"), "empty": as_html(empty, {}, "Europe/London")}
    assert "<script" not in pages["full"]
    assert "[U+202E]" in pages["full"]
    assert "Why are you interested?" in pages["full"]
    assert json.loads(as_json(empty))["applications"] == []
    for dark in (False, True):
        for name, seen in look(pages, width=600, dark=dark).items():
            assert seen.findings == (), name
            assert seen.width <= 600, name


def test_an_export_that_cannot_be_written_says_where(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").write_text("")
    config = configured(tmp_path, sqlite_url)
    told = command("privacy", "export", "x@example.net", "--out", tmp_path / "file", "--config", config)
    assert told.exit_code == 2
    assert "cannot be written" in told.output


def test_a_restricted_application_gets_no_mail_and_is_left_as_it_is(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, command: Command
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        config = tmp_path / "config.yaml"
        pymap.deliver(mail(form("importance")))
        site.once()
        assert "MHA-0001: restricted" in command("privacy", "restrict", "mha-0001", "--config", config).output
        before = len(smtp_server.deliveries)

        pymap.deliver(mail(f"Importance: {FORM['importance']}", message_id="<two@x.org>"))
        site.once()
        with site.service.store.reading() as view:
            (found,) = view.applications()
            (entry,) = view.held()
        assert "importance" not in found.texts()
        assert entry.ledger.code == "RESTRICTED"
        new = smtp_server.deliveries[before:]
        assert {each.recipients for each in new} == {(TEAM,)}  # a person is told that a mail waits
        assert all(FORM["importance"].encode() not in each.content for each in new)

        lifted = command("privacy", "restrict", "MHA-0001", "--lift", "--config", config)
        assert "the restriction is lifted" in lifted.output
        pymap.deliver(mail(f"Why it is important: {FORM['importance']}", message_id="<three@x.org>"))
        site.once()
        with site.service.store.reading() as view:
            assert view.applications()[0].texts()["importance"] == FORM["importance"]


def test_a_restriction_cancels_what_waits_to_go_out(store: Store) -> None:
    from inbox_worker.privacy import restrict

    with store.transaction() as tx:
        found = apply_new(tx, 1)
        tx.enqueue(message(1, application=found.id), NOW)
        tx.enqueue(message(2, application=found.id), NOW, rehearse=True)
        tx.enqueue(message(3, recipient="other@example.net"), NOW)
    done = restrict(store, "ALY-0001", True, by="ada", at=NOW)
    assert done is not None
    assert done[1] == 2
    with store.reading() as view:
        states = [item.state for item in view.outbox()]
        audit = [(line.what, line.thing) for line in view.audit_log()]
    assert states == [OutboxState.CANCELLED, OutboxState.CANCELLED, OutboxState.QUEUED]
    assert audit == [("restricted", "ALY-0001"), ("cancelled", "outbox 1"), ("cancelled", "outbox 2")]
    assert restrict(store, "ALY-0009", True, by="ada", at=NOW) is None


def test_restricting_what_is_not_there_is_told(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    told = command("privacy", "restrict", "MHA-0009", "--config", configured(tmp_path, sqlite_url))
    assert told.exit_code == 2
    assert 'no application "MHA-0009"' in told.output


def test_the_audit_log_is_listed_by_day_thing_and_number(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    config = configured(tmp_path, sqlite_url)
    assert "the audit log is empty" in command("audit", "list", "--config", config).output
    with Store(sqlite_url) as store, store.transaction() as tx:
        tx.audit("ada", "viewed", "MHA-0001", NOW.replace(day=1))
        tx.audit("bob", "viewed", "MHA-0002", NOW)

    def listed(*more: str) -> list[str]:
        told = command("audit", "list", "--json", "--config", config, *more)
        return [json.loads(line)["thing"] for line in told.stdout.splitlines()]

    assert listed() == ["MHA-0001", "MHA-0002"]
    assert listed("--since", "2026-11-20") == ["MHA-0002"]
    assert listed("--thing", "MHA-0001") == ["MHA-0001"]
    assert listed("--limit", "1") == ["MHA-0002"]
    assert "bob" in command("audit", "list", "--config", config).output
    told = command("audit", "list", "--since", "yesterday", "--config", config)
    assert (told.exit_code, 'expected a day such as "2026-11-01"' in told.output) == (2, True)


@pytest.mark.parametrize("words", [["privacy", "erase"], ["privacy", "export"]])
def test_the_help_says_how_to_keep_an_address_off_the_command_line(words: list[str], command: Command) -> None:
    assert "standard input" in " ".join(command(*words, "--help").output.replace("│", " ").split())


def test_check_says_whether_people_can_be_erased_and_values_are_encrypted(sqlite_url: str, tmp_path: Path) -> None:
    def line(what: str, **sections: object) -> tuple[bool, bool, str]:
        config = load(configured(tmp_path, sqlite_url, **sections))
        found = next(each for each in site.examine(config, NOW) if each.what == what)
        return found.ok, found.warning, found.detail

    key = {"id": "k1", "file": str(key_file(tmp_path, "answers-key"))}
    assert line("privacy", privacy={}) == (True, True, "privacy.tombstone_key is not set, values are not encrypted")
    assert line("privacy", encryption={"keys": [key]}) == (
        True,
        False,
        "erasures are remembered under the site's secret, values are encrypted with k1",
    )
    assert line("database") == (False, False, 'encryption key "k1": the database holds values sealed with it')
