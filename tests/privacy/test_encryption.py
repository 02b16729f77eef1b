"""Answers at rest: nothing in clear in the file, keys that change, and keys that are lost."""

import base64
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from inbox_worker.core.mail import Address
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import ConfigError, KeyringError, Unstorable
from inbox_worker.records import ApplicationFilter
from inbox_worker.rotation import rotate
from inbox_worker.sealing import PLAIN, Keyring, SealingKey, key_from_text, key_id_of
from inbox_worker.store import Store
from inbox_worker.store.engine import connect
from inbox_worker.store.sealing import sealed_tables
from tests.privacy.conftest import Command, configured, key_file
from tests.site import FORM, form, mail, running
from tests.store.examples import NOW, apply_new, message, new_application, record, update

OLD, NEW = SealingKey("k2025", b"o" * 32), SealingKey("k2026", b"n" * 32)
WORDS = ("accordion", "Nerys", "nerys", "Perpetua", "perpetua", "Thank you")


def filled(store: Store) -> None:
    """Put every kind of word that people wrote into the database."""
    with store.transaction() as tx:
        found = apply_new(tx, 1, change=new_application(name="Nerys Example", motivation="my accordion"))
        tx.apply(update(found.id, motivation="my accordion, still"), sender="x", ledger_id=1, at=NOW, prefix="ALY")
        tx.enqueue(message(1, application=found.id, ledger_id=1), NOW)
        tx.hold(record(tx, 2), Address("Perpetua", "perpetua@example.org"), "about Perpetua", NOW)


def clear_words(url: str) -> set[str]:
    path = Path(url.removeprefix("sqlite:///"))
    content = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    return {word for word in WORDS if word.encode() in content}


def key_ids(url: str) -> set[str | None]:
    """Return by which keys the values of every sealed column are sealed."""
    found: set[str | None] = set()
    engine = connect(url)
    with engine.connect() as connection:
        for table, columns in sealed_tables():
            for row in connection.execute(text(f"SELECT {', '.join(columns)} FROM {table}")):
                for value in row:
                    raw = base64.b64decode(value[1:]) if isinstance(value, str) and value[:1] == "\ufdd0" else value
                    found.add(key_id_of(bytes(raw)) if isinstance(raw, bytes | memoryview) else None)
    engine.dispose()
    return found


def test_an_encrypted_database_holds_no_word_in_clear_and_reads_as_before(database_url: str) -> None:
    with Store(database_url, Keyring([NEW])) as store:
        filled(store)
        with store.reading() as view:
            found = view.application("aly-0001")  # search by reference
            assert found is not None
            assert found.texts() == {"name": "Nerys Example", "motivation": "my accordion, still"}
            assert found.sender == "Nerys.Example@example.org"
            assert [value.text for value in view.history(1)][-2:] == ["my accordion", "my accordion, still"]
            mine = view.applications(ApplicationFilter(sender="NERYS.EXAMPLE@example.org"))
            assert [each.id for each in mine] == [1]
            assert b"Thank you" in (view.content(1) or b"")
            assert [item.recipient for item in view.outbox(recipient="nerys.example@example.org")] == [
                "Nerys.Example@example.org"
            ]
            (entry,) = view.held()
            assert (entry.sender_name, entry.subject) == ("Perpetua", "about Perpetua")
    assert key_ids(database_url) == {"k2026"}
    if database_url.startswith("sqlite"):
        assert clear_words(database_url) == set()


def test_without_keys_all_of_it_stands_in_clear(sqlite_url: str) -> None:
    with Store(sqlite_url) as store:
        filled(store)
    assert clear_words(sqlite_url) >= {"accordion", "Nerys", "Perpetua", "Thank you"}


def test_the_service_works_on_an_encrypted_database(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def encrypted(data: dict[str, Any]) -> None:
        data["encryption"] = {"keys": [{"id": "k1", "file": str(key_file(tmp_path, "answers-key"))}]}

    with running(tmp_path, pymap, smtp_server, sqlite_url, encrypted) as site:
        pymap.deliver(mail(form("importance")))
        site.once()
        pymap.deliver(mail(f"Importance: {FORM['importance']}", message_id="<two@x.org>"))
        site.once()
        with site.service.store.reading() as view:
            assert [each.texts() for each in view.applications()] == [FORM]
    assert len(smtp_server.deliveries) == 4  # two replies, two summaries
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("inbox_worker.db*"))
    for value in FORM.values():
        assert value.encode() not in stored
        assert base64.b64encode(value.encode())[:-4] not in stored


def test_a_rotation_seals_every_value_with_the_new_key(database_url: str) -> None:
    with Store(database_url, Keyring([OLD])) as store:
        filled(store)
    with Store(database_url, Keyring([NEW, OLD])) as store:
        assert key_ids(database_url) == {"k2025"}
        done = rotate(store, Keyring([NEW, OLD]), by="ada", at=NOW)
    assert (done.current, done.dropped, done.scrubbed) == ("k2026", ("k2025",), True)
    assert key_ids(database_url) == {"k2026"}
    with Store(database_url, Keyring([NEW])) as store, store.reading() as view:
        assert view.application(1).texts()["motivation"] == "my accordion, still"  # type: ignore[union-attr]
        assert [line.what for line in view.audit_log()][-1] == f"sealed {done.values} values with k2026"


def test_rotating_again_changes_nothing(sqlite_url: str) -> None:
    with Store(sqlite_url, Keyring([NEW])) as store:
        filled(store)
        assert rotate(store, Keyring([NEW]), by="ada", at=NOW).values == 0


def test_a_plain_database_becomes_encrypted_and_plain_again(sqlite_url: str) -> None:
    with Store(sqlite_url) as store:
        filled(store)
    assert clear_words(sqlite_url)
    with Store(sqlite_url, Keyring([NEW])) as store:
        assert rotate(store, Keyring([NEW]), by="ada", at=NOW).scrubbed
    assert clear_words(sqlite_url) == set()
    off = Keyring([NEW], seals=False)
    with Store(sqlite_url, off) as store:
        assert rotate(store, off, by="ada", at=NOW).current is None
    with Store(sqlite_url) as store, store.reading() as view:
        assert view.application(1).texts()["name"] == "Nerys Example"  # type: ignore[union-attr]


def test_a_missing_or_wrong_key_stops_the_program_before_anything_is_read(sqlite_url: str) -> None:
    with Store(sqlite_url, Keyring([NEW])) as store:
        filled(store)
    with pytest.raises(KeyringError, match='key "k2026": the database holds values sealed with it'):
        Store(sqlite_url).open()
    with pytest.raises(KeyringError, match='key "k2026": is not the one'):
        Store(sqlite_url, Keyring([SealingKey("k2026", b"x" * 32)])).open()
    assert KeyringError.exit_code == 78


def test_a_damaged_value_is_one_values_fault(sqlite_url: str) -> None:
    ring = Keyring([NEW])
    with Store(sqlite_url, ring) as store:
        filled(store)
        engine = connect(sqlite_url)
        with engine.begin() as connection:  # the answer of one column put in the place of another's
            connection.execute(text("UPDATE held SET subject = (SELECT value FROM answer LIMIT 1)"))
        engine.dispose()
        with store.reading() as view:
            assert view.application(1) is not None
            with pytest.raises(Unstorable, match="is damaged; restore"):
                view.held()


def test_an_answer_that_looks_sealed_stays_an_answer(store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1, change=new_application(name="\ufdd0AAAA"))
        assert tx.application(1).texts()["name"] == "\ufffdAAAA"  # type: ignore[union-attr]


def test_no_two_seals_of_a_word_are_alike() -> None:
    ring = Keyring([NEW])
    assert ring.seal(b"yes", "a") != ring.seal(b"yes", "a")
    assert ring.open(ring.seal(b"yes", "a"), "a") == b"yes"
    assert PLAIN.open(b"yes", "a") == b"yes"


@pytest.mark.parametrize("wrong", ["", "swordfish", base64.b64encode(b"short").decode(), "é" * 44])
def test_a_key_that_is_none_is_refused_and_not_shown(wrong: str) -> None:
    with pytest.raises(ConfigError, match="expected 32 bytes in base64") as raised:
        key_from_text("k1", wrong)
    assert not wrong or wrong not in str(raised.value)
    assert "nnnn" not in repr(NEW)


def test_the_commands_rotate_and_name_what_is_missing(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    with Store(sqlite_url) as store:
        filled(store)
    first = {"id": "k1", "file": str(key_file(tmp_path, "one", byte=1))}
    second = {"id": "k2", "file": str(key_file(tmp_path, "two", byte=2))}
    config = configured(tmp_path, sqlite_url)
    told = command("database", "rotate-key", "--config", config)
    assert (told.exit_code, "expected a key, found none" in told.output) == (78, True)

    config = configured(tmp_path, sqlite_url, encryption={"keys": [first]})
    told = command("database", "rotate-key", "--config", config)
    assert "every value is encrypted with k1" in told.output, told.output
    assert clear_words(sqlite_url) == set()
    config = configured(tmp_path, sqlite_url, encryption={"keys": [second, first]})
    assert "k1: no value of this database needs it" in command("database", "rotate-key", "--config", config).output

    config = configured(tmp_path, sqlite_url, encryption={"keys": [second]})
    told = command("privacy", "export", "nerys.example@example.org", "--out", tmp_path / "x", "--config", config)
    assert told.exit_code == 0, told.output
    assert "accordion" in next((tmp_path / "x").glob("*.json")).read_text()

    for keys, words in (
        ([], 'encryption key "k2": the database holds values'),
        ([{"id": "k2", "file": str(tmp_path / "one")}], 'encryption key "k2": is not the one'),
        ([{"id": "k2", "file": str(tmp_path / "none")}], "not found"),
    ):
        told = command("audit", "list", "--config", configured(tmp_path, sqlite_url, encryption={"keys": keys}))
        assert told.exit_code == 78
        assert words in told.output
        assert len(told.output.strip().splitlines()) == 1


def test_a_key_written_into_the_configuration_is_not_shown(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    secret = base64.b64encode(b"s" * 32).decode()
    told = command("audit", "list", "--config", configured(tmp_path, sqlite_url, encryption={"keys": [secret]}))
    assert told.exit_code == 78
    assert secret not in told.output
