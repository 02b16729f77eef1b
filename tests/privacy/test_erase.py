"""An erasure: nothing is left in any file, and nothing comes back."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from inbox_worker import vault
from inbox_worker.core.reading import Outcome
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import ConfigError
from inbox_worker.store import Store
from tests.privacy.conftest import Command, configured, key_file
from tests.site import FORM, Site, form, mail, running
from tests.store.examples import NOW, apply_new, new_application

SENDER = "t.okoro@kent.ac.uk"
OTHER = {
    "name": "Bilal Haverstock",
    "email": "b.haverstock@kent.ac.uk",
    "motivation": "I would like to give something back to the workshop.",
    "skills_experience": "Twenty apprentices, all of them still talking to me.",
    "support_needed": "None that I can think of.",
    "importance": "It keeps the saw away from the thumb.",
}
WORDS = (SENDER, "Okoro", *(FORM[key] for key in ("motivation", "skills_experience", "support_needed", "importance")))
DISTRESSED = "I cannot go on and I want to end my life tonight. The lighthouse keeper Perpetua."


def with_key(folder: Path) -> Any:
    def change(data: dict[str, Any]) -> None:
        key = key_file(folder, "tombstone-key")
        data["privacy"] = {"tombstone_key": {"file": str(key)}, "exports": str(folder / "exports")}

    return change


def files_with(folder: Path, words: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return (file, word) for every word that stands in a file of the database or of the exports."""
    found = set()
    for path in [*folder.glob("inbox_worker.db*"), *(folder / "exports").rglob("*")]:
        content = path.read_bytes().lower()
        found |= {(path.name, word) for word in words if word.lower().encode() in content}
    return found


def test_after_an_erasure_no_file_holds_a_word_of_the_person(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, command: Command
):
    with running(tmp_path, pymap, smtp_server, sqlite_url, with_key(tmp_path)) as site:
        pymap.deliver(
            mail(form("importance"), sender=f"Tamsin Okoro <{SENDER}>"),
            mail(form(**OTHER), sender=f"Bilal Haverstock <{OTHER['email']}>", message_id="<two@x.org>"),
            mail(DISTRESSED, sender=f"Tamsin Okoro <{SENDER}>", message_id="<three@x.org>", subject="Perpetua Okoro"),
        )
        site.once()
        pymap.deliver(
            mail(f"Importance: {FORM['importance']}", sender=f"Tamsin Okoro <{SENDER}>", message_id="<four@x.org>")
        )
        site.once()
        config = tmp_path / "config.yaml"
        for kind in ("csv", "json", "xlsx"):
            (tmp_path / "exports").mkdir(exist_ok=True)
            told = command("applications", "export", tmp_path / "exports" / f"all.{kind}", "--config", config)
            assert told.exit_code == 0, told.output
        assert command("privacy", "export", SENDER, "--config", config).exit_code == 0
        before = files_with(tmp_path, WORDS)
        assert {word for _, word in before} >= set(WORDS)

        told = command("privacy", "erase", "-", "--yes", "--config", config, "--json", typed="T.Okoro@KENT.ac.uk\n")
        assert told.exit_code == 0, told.output
        done = json.loads(told.stdout)
        assert done["scrubbed"]
        assert {Path(each).suffix for each in done["files"]} == {".csv", ".json", ".xlsx", ".html"}
        assert any("backups" in line for line in done["not_reached"])
        assert SENDER not in told.output.lower()

        assert files_with(tmp_path, (*WORDS, "Perpetua")) == set()
        assert list((tmp_path / "exports").iterdir()) == []
        with site.service.store.reading() as view:
            assert [each.texts()["name"] for each in view.applications()] == ["Bilal Haverstock"]
            assert view.held() == ()
            audit = view.audit_log()
        assert any(line.what == "erased" and line.thing.startswith("MHA-") for line in audit)
        assert all("@kent" not in f"{line.what}{line.thing}" for line in audit)
    for file in tmp_path.glob("inbox_worker.db*"):
        assert files_with(tmp_path, WORDS) == set(), file


def test_a_mail_that_is_read_again_does_not_bring_the_person_back(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, command: Command
):
    with running(tmp_path, pymap, smtp_server, sqlite_url, with_key(tmp_path)) as site:
        first = mail(form(), sender=f"Tamsin Okoro <{SENDER}>")
        pymap.deliver(first)
        site.once()
        assert _applications(site) == 1
        told = command("privacy", "erase", SENDER, "--yes", "--config", tmp_path / "config.yaml")
        assert told.exit_code == 0, told.output
        sent = len(smtp_server.deliveries)

        pymap.deliver(first)  # a copy under another UID, as after a new UIDVALIDITY
        site.once()
        with site.service.store.reading() as view:
            rows = [view.ledger_row(number) for number in (1, 2)]
        assert [(row.outcome, row.code, row.application) for row in rows if row] == [(Outcome.SKIP, "ERASED", None)] * 2
        assert _applications(site) == 0
        assert len(smtp_server.deliveries) == sent

        time.sleep(1.1)  # a server tells when a mail came to the second
        pymap.deliver(mail(form(), sender=f"Tamsin Okoro <{SENDER}>", message_id="<new@x.org>"))
        site.once()
        assert _applications(site) == 1  # who was erased may apply again
    assert files_with(tmp_path, (SENDER,))


def test_who_applied_from_another_address_is_found_by_the_one_in_the_form(
    sqlite_url: str, tmp_path: Path, command: Command
):
    config = configured(tmp_path, sqlite_url)
    with Store(sqlite_url) as store, store.transaction() as tx:
        apply_new(
            tx, 1, sender="private@example.net", change=new_application(name="Ada Byron", email="A.Byron@kent.ac.uk")
        )
        apply_new(tx, 2, sender="other@example.net", change=new_application(name="Eve Else", email="eve@kent.ac.uk"))
    told = command("privacy", "erase", "a.byron@kent.ac.uk", "--yes", "--config", config, "--json")
    assert json.loads(told.stdout)["references"] == ["ALY-0001"]
    with Store(sqlite_url) as store, store.reading() as view:
        assert [each.texts()["name"] for each in view.applications()] == ["Eve Else"]


def test_erasing_works_on_every_database(database_url: str, tmp_path: Path, command: Command):
    config = configured(tmp_path, database_url)
    with Store(database_url) as store, store.transaction() as tx:
        apply_new(tx, 1, sender="gone@example.net")
        apply_new(tx, 2, sender="stays@example.net")
    told = command("privacy", "erase", "gone@example.net", "--yes", "--config", config, "--json")
    assert told.exit_code == 0, told.output
    done = json.loads(told.stdout)
    assert done["removed"]["applications"] == 1
    assert done["scrubbed"]
    with Store(database_url) as store, store.reading() as view:
        assert [each.sender for each in view.applications()] == ["stays@example.net"]


def test_nothing_is_erased_where_nobody_said_yes(sqlite_url: str, tmp_path: Path, command: Command):
    config = configured(tmp_path, sqlite_url)
    with Store(sqlite_url) as store, store.transaction() as tx:
        apply_new(tx, 1, sender="stays@example.net")
    told = command("privacy", "erase", "-", "--config", config, typed="stays@example.net\n")
    assert told.exit_code == 2
    assert "repeat with --yes" in told.output
    assert "1 application, " in told.output
    with Store(sqlite_url) as store, store.reading() as view:
        assert len(view.applications()) == 1


def test_without_a_tombstone_key_an_erasure_is_refused_with_the_remedy(
    sqlite_url: str, tmp_path: Path, command: Command
):
    config = configured(tmp_path, sqlite_url, privacy={})
    told = command("privacy", "erase", "x@example.net", "--yes", "--config", config)
    assert told.exit_code == 78
    assert "privacy.tombstone_key: is missing" in told.output
    assert "openssl rand -base64 32" in told.output


def test_a_lost_or_changed_tombstone_key_stops_the_service(sqlite_url: str, tmp_path: Path, command: Command):
    config = configured(tmp_path, sqlite_url)
    assert command("privacy", "erase", "x@example.net", "--yes", "--config", config).exit_code == 0
    key_file(tmp_path, "tombstone-key", byte=8)
    assert "is not the secret that the erasures" in command("once", "--config", config).output
    told = command("once", "--config", configured(tmp_path, sqlite_url, privacy={}))
    assert told.exit_code == 78
    assert "is missing, and people were erased" in told.output


def test_a_short_tombstone_key_is_refused_and_not_shown(sqlite_url: str, tmp_path: Path, command: Command):
    config = configured(tmp_path, sqlite_url)
    (tmp_path / "tombstone-key").write_text("swordfish")
    told = command("privacy", "erase", "x@example.net", "--yes", "--config", config)
    assert told.exit_code == 78
    assert "expected 16 characters or more" in told.output
    assert "swordfish" not in told.output


def test_what_is_no_address_is_refused_without_showing_it(sqlite_url: str, tmp_path: Path, command: Command):
    config = configured(tmp_path, sqlite_url)
    for given in ("Tamsin Okoro", "a@b@c", "@example.org", ""):
        told = command("privacy", "erase", "-", "--yes", "--config", config, typed=given + "\n")
        assert told.exit_code == 2
        assert "expected one e-mail address" in told.output
        assert not given or given not in told.output


def test_a_digest_that_may_name_the_person_is_emptied_and_an_unsent_one_cancelled(database_url: str):
    from inbox_worker.core.effects import MessageKind
    from inbox_worker.records import OutboxState
    from tests.store.examples import message

    with Store(database_url) as store:
        with store.transaction() as tx:
            tx.enqueue(message(1, kind=MessageKind.DIGEST, recipient="team@example.org"), NOW.replace(hour=1))
            apply_new(tx, 1, sender="gone@example.net")
            tx.enqueue(message(2, kind=MessageKind.DIGEST, recipient="team@example.org"), NOW.replace(hour=12))
            tx.enqueue(message(3, recipient="stays@example.net"), NOW)
        with store.transaction() as tx:
            found = tx.holdings("gone@example.net", ["email"])
            tx.erase(found, [], by="ada", at=NOW)
            assert [tx.content(number) is None for number in (1, 2, 3)] == [False, True, False]
            item = tx.outbox_item(2)
        assert item is not None
        assert (item.state, item.recipient, item.purged) == (OutboxState.CANCELLED, "", True)


def test_the_mail_of_a_team_member_is_not_what_the_team_was_told_of_others(database_url: str):
    from inbox_worker.core.effects import MessageKind
    from tests.store.examples import message

    with Store(database_url) as store, store.transaction() as tx:
        found = apply_new(tx, 1, sender="somebody@example.net")
        tx.enqueue(
            message(1, kind=MessageKind.SUMMARY, recipient="ed@example.org", application=found.id, ledger_id=1), NOW
        )
        assert tx.holdings("ed@example.org", ["email"]).empty


def _applications(site: Site) -> int:
    with site.service.store.reading() as view:
        return len(view.applications())


def test_the_keys_are_those_of_the_configuration(sqlite_url: str, tmp_path: Path):
    from inbox_worker.config import load

    config = load(configured(tmp_path, sqlite_url))
    assert vault.email_fields(config) == {"email"}
    with Store(sqlite_url) as store, store.reading() as view:
        assert vault.tombs(config, view) is not None
        with pytest.raises(ConfigError, match="is missing"):
            vault.tombs_to_erase(load(configured(tmp_path, sqlite_url, privacy={})), view)
