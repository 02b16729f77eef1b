"""`check`: every dependency has its line, and every fault its remedy; nothing is sent or changed."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from inbox_worker import health
from inbox_worker.checks import Finding, clock, examine, send, site
from inbox_worker.cli.main import app
from inbox_worker.config import load
from inbox_worker.core.recipients import unnamed
from inbox_worker.demo_servers import Account, ImapServer, SmtpServer
from inbox_worker.errors import ConfigError
from inbox_worker.expiries import Expiry, expiries
from inbox_worker.store import Store
from tests.fixtures_identity import CLIENT, TENANT, IdentityProvider, TokenSmtpServer, application_pem
from tests.fixtures_mail import Authority, DovecotAccount, Script
from tests.site import MAILBOX, mail, running, written


def checked(path: Path) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(load(path))}


def test_a_working_site_has_every_line_and_nothing_is_sent(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
):
    account.deliver(mail("Hello"))
    account.create_folder("Sent")
    path = written(tmp_path, account, smtp_server, database_url, sent_in("Sent"))
    found = checked(path)
    assert set(found) == {
        "people", "privacy", "urgent mail", "time zone", "templates", "database", "disk", "clock",
        "mailbox equality, reading", "mailbox equality, IMAP server", "mailbox equality, folders",
        "mailbox equality, aliases", "mailbox equality, sending", "mailbox equality, From address",
    }  # fmt: skip
    # No tombstone key yet, and no server here tells the time.
    assert [each.what for each in found.values() if not each.ok or each.warning] == ["privacy", "clock"]
    assert "not compared" in found["clock"].detail
    assert "holds 1 mail" in found["mailbox equality, reading"].detail
    assert "holds 1 mails" not in found["mailbox equality, reading"].detail
    assert "MOVE" in found["mailbox equality, IMAP server"].detail
    assert smtp_server.deliveries == []
    with account.client() as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "UNSEEN")[1] == [b"1"]


def test_urgent_mail_whose_alert_was_only_rehearsed_is_named(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    def rehearse(data: dict[str, Any]) -> None:
        data["mode"] = "rehearse"

    crisis = "I wanted to be a mental health ally but I want to end my life tonight. Goodbye."
    with running(tmp_path, pymap, smtp_server, sqlite_url, rehearse) as site:
        pymap.deliver(mail(crisis, sender="Jo Fairweather <j.fairweather@kent.ac.uk>"))
        site.once()
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:  # live now
        found = checked(tmp_path / "config.yaml")["urgent mail"]
        assert (found.warning, found.exit_code) == (True, 0)
        assert found.detail == "1 mail of which nobody was alerted, nor will be: held 1"
        with site.service.store.transaction() as tx:
            tx.accept(1, by="ada", at=site.service.clock())
        assert not checked(tmp_path / "config.yaml")["urgent mail"].warning
        pymap.deliver(mail(crisis, sender="Jo Fairweather <j.fairweather@kent.ac.uk>", message_id="<b@kent.ac.uk>"))
        site.once()
        assert not checked(tmp_path / "config.yaml")["urgent mail"].warning  # this one was alerted


def test_what_check_writes_into_the_database_is_undone(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    from sqlalchemy import create_engine, text

    checked(written(tmp_path, pymap, smtp_server, sqlite_url))
    with create_engine(sqlite_url).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 0


def sent_in(folder: str) -> Any:
    def change(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["imap"]["sent_folder"] = folder

    return change


@pytest.mark.parametrize(
    ("place", "value", "line", "says", "remedy", "code"),
    [
        ("imap.folder", "Bewerbungen", "reading", "no folder Bewerbungen", "check its name", 78),
        ("imap.sent_folder", "Gesendet", "folders", 'there is no folder "Gesendet"', "make it in Outlook", 78),
        ("imap.user", "nobody@example.org", "reading", "sign-in refused", "check imap.user and the password", 78),
        ("imap.port", "CLOSED", "reading", "connection failed", "", 75),
        ("smtp.port", "CLOSED", "sending", "cannot be reached", "", 75),
        ("imap.password", {"file": "absent"}, "reading", "not found", "create it", 78),
        ("imap.password", {"env": "INBOX_WORKER_NO_SUCH"}, "reading", "not set", "set it to the secret", 78),
        ("imap.password", {"credential": "imap"}, "reading", "CREDENTIALS_DIRECTORY", "add LoadCredential=imap", 78),
    ],
)
def test_each_fault_of_a_mailbox_has_its_remedy(
    place: str, value: Any, line: str, says: str, remedy: str, code: int,
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, closed_port: int,
):  # fmt: skip
    def change(data: dict[str, Any]) -> None:
        section, key = place.split(".")
        data["mailboxes"][0][section][key] = closed_port if value == "CLOSED" else value

    found = checked(written(tmp_path, pymap, smtp_server, sqlite_url, change))[f"mailbox equality, {line}"]
    assert says in found.detail
    assert remedy in found.remedy
    assert found.exit_code == code


def test_a_database_of_another_version_says_what_to_do(pymap: Account, smtp_server: SmtpServer, tmp_path: Path):
    found = checked(written(tmp_path, pymap, smtp_server, f"sqlite:///{tmp_path}/absent.db"))["database"]
    assert found.exit_code == 78
    assert 'run "inbox-worker migrate"' in found.remedy


def test_a_sender_that_the_server_does_not_take_is_told(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    smtp_server.answer = lambda stage, _: "550 5.7.60 Client does not have permissions" if stage == "MAIL" else None
    found = checked(written(tmp_path, pymap, smtp_server, sqlite_url))["mailbox equality, From address"]
    assert found.detail == f"{MAILBOX}: the server answers 550 5.7.60 to MAIL FROM"
    assert "grant it SendAs" in found.remedy
    assert found.exit_code == 78


def test_an_alias_that_is_not_configured_is_suspected(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    pymap.deliver(*(mail("Hi", to="EDI@kent.ac.uk", message_id=f"<{n}@x.org>") for n in range(3)))
    pymap.deliver(*(mail("Hi", to="someone@example.org", message_id=f"<{n}@y.org>") for n in range(5)))
    found = checked(written(tmp_path, pymap, smtp_server, sqlite_url))["mailbox equality, aliases"]
    assert found.warning
    assert "edi@kent.ac.uk" in found.detail
    assert "someone" not in found.detail


def test_mail_that_names_one_of_our_addresses_suggests_no_alias():
    mails = [("Team <team@example.org>, boss@example.org",)] * 9 + [("rare@example.org",)] * 2 + [(",,;<",)] * 9
    assert unnamed(mails, ["TEAM@example.org"]) == ()


@pytest.mark.parametrize(
    ("days", "exit_code", "warning", "says"),
    [(400, 0, False, "ends in 400 days"), (29, 0, True, "ends in 29 days"), (-1, 78, False, "ended on")],
)
def test_the_end_of_a_certificate_is_counted_down(days: int, exit_code: int, warning: bool, says: str):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    found = site.looked("expiry", lambda: site.ends(Expiry("it", now + timedelta(days=days)), now))
    assert (found.exit_code, found.warning) == (exit_code, warning)
    assert says in found.detail


def with_tokens(provider: IdentityProvider, **oauth2: Any) -> Any:
    def change(data: dict[str, Any]) -> None:
        box = data["mailboxes"][0]
        found = {"tenant": TENANT, "client_id": CLIENT, "authority": provider.authority, **oauth2}
        for part in (box["imap"], box["smtp"]):
            part.pop("password", None)
            part["oauth2"] = found
        box["smtp"]["user"] = MAILBOX

    return change


def test_a_site_with_tokens_counts_its_certificate_down_once(
    identity: IdentityProvider,
    token_dovecot: DovecotAccount,
    token_smtp: TokenSmtpServer,
    sqlite_url: str,
    tmp_path: Path,
):
    identity.certificate = application_pem(tmp_path)
    change = with_tokens(identity, certificate={"file": "application.pem"})  # beside config.yaml
    found = checked(written(tmp_path, token_dovecot, token_smtp, sqlite_url, change))
    assert "signed in by an access token" in found["mailbox equality, reading"].detail
    assert found["expiry"].warning
    assert found["expiry"].detail.startswith("mailboxes equality: imap.oauth2.certificate ends in 1 days")
    assert identity.authority in found["clock"].detail


def test_a_secret_is_counted_down_where_its_end_is_configured(
    identity: IdentityProvider, pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    change = with_tokens(identity, secret={"env": "ABSENT"}, secret_expires="2027-05-01")
    (found,) = expiries(load(written(tmp_path, pymap, smtp_server, sqlite_url, change)))
    assert found == Expiry("mailboxes equality: imap.oauth2.secret", datetime(2027, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize(("days", "problems"), [(13, 1), (15, 0)])
def test_status_tells_of_what_ends_within_a_fortnight(
    days: int, problems: int, identity: IdentityProvider, pymap: Account, smtp_server: SmtpServer, sqlite_url: str,
    tmp_path: Path,
):  # fmt: skip
    now = datetime.now(UTC)
    ends = (now + timedelta(days=days)).date().isoformat()
    change = with_tokens(identity, secret={"env": "ABSENT"}, secret_expires=ends)
    config = load(written(tmp_path, pymap, smtp_server, sqlite_url, change))
    with Store(config.database) as store, store.reading() as view:
        told = [problem for problem in health.examine(view, config, now).problems if "renew it" in problem]
    assert len(told) == problems


@pytest.mark.parametrize(("seconds", "verdict"), [(5, "ok"), (120, "look"), (4000, "wrong")])
def test_the_clock_is_compared_with_the_servers(
    seconds: int, verdict: str, pymap: Account, sqlite_url: str, tmp_path: Path
):
    def talk(reader: Any, writer: Any, number: int) -> None:
        then = datetime.now(UTC) + timedelta(seconds=seconds)
        writer.write(
            f"220 mx.example.org Microsoft ESMTP MAIL Service ready at {then:%a, %d %b %Y %T} +0000\r\n".encode()
        )

    with Script(talk) as server:
        found = clock.compare(load(written(tmp_path, pymap, server, sqlite_url)))
    if verdict == "ok":
        assert found.startswith("within ")  # type: ignore[union-attr]
    else:
        assert isinstance(found, Finding)
        assert "behind 127.0.0.1" in found.detail
        assert (found.warning, found.exit_code) == (verdict == "look", 78 if verdict == "wrong" else 0)


def test_the_servers_certificate_is_counted_down(
    dovecot: DovecotAccount, authority: Authority, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    def change(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["imap"] |= {"security": "starttls", "host": "localhost", "ca_file": str(authority.ca_file)}

    found = checked(written(tmp_path, dovecot, smtp_server, sqlite_url, change))["mailbox equality, IMAP server"]
    assert found.warning
    assert "its certificate for localhost ends in 1 days" in found.detail


def test_a_test_message_goes_to_the_address_that_was_named(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    config = load(written(tmp_path, pymap, smtp_server, sqlite_url))
    assert send(config, "ann@example.org").ok
    (delivery,) = smtp_server.deliveries
    assert delivery.recipients == ("ann@example.org",)
    assert delivery.envelope_from == MAILBOX
    assert b"Auto-Submitted: auto-generated" in delivery.content


@pytest.mark.parametrize(
    ("stage", "answer", "code", "says", "remedy"),
    [
        ("DATA", "554 5.2.252 SendAsDenied; team not allowed to send as", 78, "554 5.2.252", "grant it SendAs"),
        ("RCPT", "550 5.1.1 no such user", 75, "550 5.1.1", "RFC 3463"),
        ("RCPT", "451 4.7.1 later", 75, "451 4.7.1", "RFC 3463"),
    ],
)
def test_a_test_message_that_is_not_taken_says_why(
    stage: str, answer: str, code: int, says: str, remedy: str,
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path,
):  # fmt: skip
    smtp_server.answer = lambda at, _: answer if at == stage else None
    found = send(load(written(tmp_path, pymap, smtp_server, sqlite_url)), "ann@example.org")
    assert says in found.detail
    assert remedy in found.remedy
    assert found.exit_code == code
    assert "team" not in found.detail


def test_a_test_message_needs_an_address(pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path):
    found = send(load(written(tmp_path, pymap, smtp_server, sqlite_url)), "ann example\r\nRCPT TO:<x@example.org>")
    assert found.exit_code != 0
    assert smtp_server.deliveries == []


def test_json_has_an_object_a_line_and_the_exit_code_is_that_of_the_worst(
    pymap: Account, smtp_server: SmtpServer, tmp_path: Path
):
    path = written(tmp_path, pymap, smtp_server, f"sqlite:///{tmp_path}/absent.db")
    result = CliRunner().invoke(app, ["check", "--config", str(path), "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 78
    assert {row["what"] for row in rows if not row["ok"]} == {"database"}
    assert all(row.keys() == {"what", "ok", "warning", "detail", "remedy"} for row in rows)


def test_people_see_a_word_for_each_line(pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path):
    path = written(tmp_path, pymap, smtp_server, sqlite_url)
    result = CliRunner().invoke(app, ["check", "--config", str(path)])
    assert result.exit_code == 0
    assert result.stdout.startswith("ok    configuration: ")
    assert "\nlook  mailbox equality, folders: " in result.stdout


def exposed(folder: Path) -> Path:
    """Return a directory that every account can enter, as /etc is."""
    folder = Path("/tmp") / f"inbox-worker-exposed-{os.getpid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    folder.chmod(0o755)
    return folder


def test_a_password_in_a_configuration_that_all_can_read_is_refused(
    pymap: Account, smtp_server: SmtpServer, tmp_path: Path
):
    folder = exposed(tmp_path)
    path = written(tmp_path, pymap, smtp_server, "postgresql://worker:hunter2@localhost/inbox")
    open_to_all = folder / "config.yaml"
    try:
        open_to_all.write_text(path.read_text())
        open_to_all.chmod(0o644)
        with pytest.raises(ConfigError, match=r"database: holds a password.*chmod 600") as caught:
            load(open_to_all)
        assert "hunter2" not in str(caught.value)
        assert caught.value.exit_code == 78
        open_to_all.chmod(0o640)
        assert load(open_to_all).database.startswith("postgresql://")
    finally:
        open_to_all.unlink()
        folder.rmdir()


def test_a_secret_that_all_can_read_is_refused(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    folder = exposed(tmp_path)
    secret = folder / "password"
    try:
        secret.write_text(pymap.password)
        secret.chmod(0o644)

        def change(data: dict[str, Any]) -> None:
            data["mailboxes"][0]["imap"]["password"] = {"file": str(secret)}

        found = checked(written(tmp_path, pymap, smtp_server, sqlite_url, change))["mailbox equality, reading"]
        assert "every account of this machine can read it" in found.detail
        assert found.remedy == f"run chmod 600 {secret}"
        assert found.exit_code == 78
    finally:
        secret.unlink()
        folder.rmdir()


def test_paths_start_at_the_folder_of_the_configuration(tmp_path: Path, pymap: Account, smtp_server: SmtpServer):
    def change(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["imap"] |= {"password": {"file": "secrets/imap"}, "ca_file": "ca.pem"}

    imap = load(written(tmp_path, pymap, smtp_server, "sqlite:///x.db", change)).mailboxes[0].imap
    assert imap.password is not None
    assert imap.password.file == tmp_path.resolve() / "secrets/imap"
    assert imap.ca_file == tmp_path.resolve() / "ca.pem"


def test_the_example_of_the_configuration_is_yaml_that_names_microsoft():
    from inbox_worker.resources import file

    text = file("config.example.yaml").read_text(encoding="utf-8")
    block = text[text.index("      # oauth2: ") :].partition("      folder:")[0]
    shown = yaml.safe_load("\n".join(line.replace("# ", "", 1) for line in block.splitlines()))
    assert shown["oauth2"]["provider"] == "microsoft"
