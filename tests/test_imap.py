"""The mailbox against real IMAP servers, and against answers that real ones give on bad days."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable
from inbox_worker.demo_servers import Account, ImapServer
from inbox_worker.errors import ConfigError, MailboxError, SignInError
from inbox_worker.imap import Batch, ImapConfig, ImapMailbox, SessionExpired
from inbox_worker.transport import Security
from tests.fixtures_mail import (
    PASSWORD,
    USER,
    Authority,
    DovecotAccount,
    Script,
    imap_config,
    imap_script,
    issue,
)

RECEIVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def mail(number: int, body: str = "Good morning,\r\n") -> bytes:
    head = f"From: Ana Dee <ana{number}@example.com>\r\nSubject: Mail {number}\r\nMessage-ID: <m{number}@example.com>"
    return f"{head}\r\n\r\n{body}".encode()


def all_after(mailbox: ImapMailbox, uid: int = 0) -> list[Batch]:
    return list(mailbox.mails_after(mailbox.position(), uid))


def contents(batches: list[Batch]) -> list[bytes]:
    return [found.content for batch in batches for found in batch.mails]


def unseen(account: Account) -> int:
    with account.client() as client:
        client.select("INBOX", readonly=True)
        return len(client.search(None, "UNSEEN")[1][0].split())


class Tokens:
    """A token source that gives one token after the other."""

    def __init__(self, *tokens: str | Exception) -> None:
        self.left = list(tokens)
        self.rejections = 0

    def token(self) -> Secret:
        found = self.left.pop(0)
        if isinstance(found, Exception):
            raise found
        return Secret(found)

    def rejected(self) -> None:
        self.rejections += 1


def test_the_mails_after_a_point_come_in_order_with_their_identity(account: Account) -> None:
    account.deliver(mail(1), mail(2), mail(3), received=RECEIVED)
    with ImapMailbox(imap_config(account)) as mailbox:
        position = mailbox.position()
        batches = list(mailbox.mails_after(position, 0))
        first = batches[0].mails[0]
        later = all_after(mailbox, first.id.uid)

    assert contents(batches) == [mail(1), mail(2), mail(3)]
    assert first.id == MailId("team", "INBOX", position.uidvalidity, first.id.uid)
    assert first.received == RECEIVED
    assert first.received.tzinfo is UTC
    assert position.exists == 3
    assert batches[-1].through == position.uidnext - 1
    assert contents(later) == [mail(2), mail(3)]


def test_reading_leaves_unread_mail_unread_and_flags_as_they_are(account: Account) -> None:
    account.deliver(mail(1))
    account.deliver(mail(2), flags=["\\Seen", "\\Answered"])
    with ImapMailbox(imap_config(account)) as mailbox:
        found = [found for batch in all_after(mailbox) for found in batch.mails]

    assert found[0].flags - {"\\Recent"} == set()
    assert found[1].flags - {"\\Recent"} == {"\\Seen", "\\Answered"}
    assert unseen(account) == 1


def test_a_point_at_the_end_of_the_folder_gives_nothing(account: Account) -> None:
    account.deliver(mail(1))
    with ImapMailbox(imap_config(account)) as mailbox:
        position = mailbox.position()

        assert list(mailbox.mails_after(position, position.uidnext - 1)) == []


def test_an_empty_folder_gives_nothing(account: Account) -> None:
    with ImapMailbox(imap_config(account)) as mailbox:
        position = mailbox.position()

        assert position.exists == 0
        assert contents(list(mailbox.mails_after(position, 0))) == []


def test_batches_are_limited_by_count_and_by_bytes(account: Account) -> None:
    account.deliver(*(mail(number, "x" * 3000 + "\r\n") for number in range(7)))
    with ImapMailbox(imap_config(account, batch_mails=3)) as mailbox:
        by_count = all_after(mailbox)
    with ImapMailbox(imap_config(account, batch_bytes=7000)) as mailbox:
        by_bytes = all_after(mailbox)

    assert [len(batch.mails) for batch in by_count] == [3, 3, 1]
    assert [len(batch.mails) for batch in by_bytes] == [2, 2, 2, 1]
    assert [batch.through for batch in by_count] == sorted(batch.through for batch in by_count)
    assert contents(by_count) == contents(by_bytes)


def test_of_an_oversized_mail_only_the_header_is_fetched(account: Account) -> None:
    account.deliver(mail(1), mail(2, "x" * 60_000 + "\r\n"), mail(3))
    with ImapMailbox(imap_config(account, max_mail_bytes=10_000)) as mailbox:
        (batch,) = all_after(mailbox)
        large = mailbox.fetch_one(batch.oversized[0].mail.id)

    assert contents([batch]) == [mail(1), mail(3)]
    assert batch.oversized[0].size > 60_000
    assert batch.oversized[0].mail.content == mail(2, "")
    assert batch.missing == ()
    assert large == batch.oversized[0].mail


def test_mail_deleted_at_the_end_of_the_folder_moves_the_point_on(account: Account) -> None:
    account.deliver(mail(1), mail(2))
    with ImapMailbox(imap_config(account)) as mailbox:
        first = all_after(mailbox)[0].mails[0].id.uid
    with account.client() as client:
        client.select("INBOX")
        client.store("2", "+FLAGS", "(\\Deleted)")
        client.expunge()
    with ImapMailbox(imap_config(account)) as mailbox:
        position = mailbox.position()
        batches = list(mailbox.mails_after(position, first))

    assert batches == [Batch((), (), (), position.uidnext - 1)]


def test_mail_from_a_day_on_is_found_and_a_resumed_import_skips_what_it_has(account: Account) -> None:
    account.deliver(mail(1), received=RECEIVED - timedelta(days=40))
    account.deliver(mail(2), mail(3), received=RECEIVED)
    with ImapMailbox(imap_config(account)) as mailbox:
        found = list(mailbox.since(date(2026, 11, 1)))
        resumed = list(mailbox.since(date(2026, 11, 1), after=found[0].mails[0].id.uid))

    assert contents(found) == [mail(2), mail(3)]
    assert contents(resumed) == [mail(3)]


def test_one_mail_is_fetched_by_its_identity_and_only_under_the_same_uidvalidity(account: Account) -> None:
    account.deliver(mail(1), mail(2))
    with ImapMailbox(imap_config(account)) as mailbox:
        second = all_after(mailbox)[0].mails[1]

        assert mailbox.fetch_one(second.id) == second
        assert mailbox.fetch_one(replace(second.id, uidvalidity=second.id.uidvalidity + 1)) is None
        assert mailbox.fetch_one(replace(second.id, uid=second.id.uid + 1000)) is None


def test_a_message_of_ours_and_its_answers_are_found_by_header(account: Account) -> None:
    account.create_folder("Sent Items")
    answer = b"Subject: Re\r\nMessage-ID: <r1@example.com>\r\nIn-Reply-To: <m2@example.com>\r\n\r\nThank you\r\n"
    account.deliver(mail(1), mail(2), answer, folder="Sent Items")
    with ImapMailbox(imap_config(account)) as mailbox:
        found = mailbox.find_message_id("Sent Items", "<m2@example.com>")
        answers = mailbox.find_replies("Sent Items", "<m2@example.com>")

        assert len(found) == len(answers) == 1
        assert answers[0] == found[0] + 1
        assert mailbox.find_message_id("Sent Items", "<m9@example.com>") == ()
        assert mailbox.find_message_id("Sent Items", "<mü@example.com>") == ()
        assert mailbox.find_message_id("Sent Items", '<m2@example.com>"\r\nA1 LOGOUT') == ()
        assert mailbox.find_message_id("INBOX", "<m2@example.com>") == ()


def test_looking_into_another_folder_between_batches_does_not_mix_the_folders_up(account: Account) -> None:
    account.create_folder("Sent Items")
    account.deliver(mail(1), mail(2), mail(3))
    account.deliver(mail(11), mail(12), mail(13), folder="Sent Items")
    found = []
    with ImapMailbox(imap_config(account, batch_mails=1)) as mailbox:
        for batch in mailbox.mails_after(mailbox.position(), 0):
            mailbox.find_message_id("Sent Items", "<m12@example.com>")
            found.append(batch)

    assert contents(found) == [mail(1), mail(2), mail(3)]


def test_a_folder_with_a_name_of_any_letters_is_read_and_junk_is_marked(account: Account) -> None:
    account.create_folder("M&APw-ll &- Co")  # modified UTF-7, RFC 3501 s.5.1.3
    account.deliver(mail(1), folder="M&APw-ll &- Co")
    config = imap_config(account, junk_folders=("Müll & Co",))
    with ImapMailbox(config) as mailbox:
        assert "Müll & Co" in mailbox.folders()
        (batch,) = mailbox.mails_after(mailbox.position("Müll & Co"), 0)

    assert batch.mails[0].junk
    assert batch.mails[0].id.folder == "Müll & Co"


def test_a_renumbered_folder_is_noticed(account: Account) -> None:
    account.create_folder("Team")
    account.deliver(mail(1), folder="Team")
    with ImapMailbox(imap_config(account, folder="Team")) as mailbox:
        position = replace(mailbox.position(), uidvalidity=12345)

        with pytest.raises(MailboxError, match="renumbered"):
            list(mailbox.mails_after(position, 0))


def test_a_mail_is_flagged_without_becoming_seen_and_moved_with_a_new_uid(account: Account) -> None:
    account.create_folder("Handled")
    account.deliver(mail(1), mail(2))
    with ImapMailbox(imap_config(account)) as mailbox:
        first, second = all_after(mailbox)[0].mails
        mailbox.flag([first.id])
        mailbox.move([second.id], "Handled")
        mailbox.move([replace(first.id, uidvalidity=1)], "Handled")
        left = [found for batch in all_after(mailbox) for found in batch.mails]
        (moved,) = mailbox.mails_after(mailbox.position("Handled"), 0)

    assert [found.content for found in left] == [mail(1)]
    assert left[0].flags - {"\\Recent"} == {"\\Flagged"}
    assert contents([moved]) == [mail(2)]
    assert unseen(account) == 1


def test_a_wrong_password_is_a_fault_of_the_set_up_and_stays_secret(account: Account) -> None:
    config = imap_config(account, credential=Secret("not this one"))

    said = r"sign-in refused \(mailbox team\); check imap\.user and the password"
    with pytest.raises(SignInError, match=said) as caught:
        ImapMailbox(config).open()
    assert "not this one" not in f"{caught.value!r} {caught.value.__cause__!r} {config!r}"
    assert account.user not in str(caught.value)


def test_a_missing_folder_is_named_with_a_remedy(account: Account) -> None:
    account.create_folder("Team")
    with ImapMailbox(imap_config(account, folder="team")) as mailbox, pytest.raises(SignInError) as caught:
        mailbox.position()

    assert "no folder team; did you mean Team?" in str(caught.value)


def test_a_password_of_any_letters_signs_in() -> None:
    with ImapServer("tëam", 'grüße "\\ £') as server, ImapMailbox(imap_config(server)) as mailbox:
        assert mailbox.position().exists == 0


def test_capabilities_are_those_that_hold_after_sign_in(account: Account) -> None:
    with ImapMailbox(imap_config(account)) as mailbox:
        assert {"MOVE", "UIDPLUS"} <= mailbox.capabilities


def test_starttls_reads_mail_and_capabilities_over_an_encrypted_connection(authority: Authority) -> None:
    with ImapServer(USER, PASSWORD, tls=authority.context()) as server:
        server.deliver(mail(1))
        config = imap_config(server, security=Security.STARTTLS, ca_file=authority.ca_file)
        with ImapMailbox(config) as mailbox:
            assert contents(all_after(mailbox)) == [mail(1)]
            assert "MOVE" in mailbox.capabilities


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_dovecot_is_read_over_tls_and_starttls(
    dovecot: DovecotAccount, authority: Authority, security: Security
) -> None:
    dovecot.deliver(mail(1))
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    with ImapMailbox(imap_config(dovecot, security=security, port=port, ca_file=authority.ca_file)) as mailbox:
        assert contents(all_after(mailbox)) == [mail(1)]


def test_a_certificate_of_an_unknown_authority_is_refused(dovecot: DovecotAccount) -> None:
    config = imap_config(dovecot, security=Security.TLS, port=dovecot.tls_port)

    with pytest.raises(SignInError, match=r"certificate not accepted .* imap\.ca_file"):
        ImapMailbox(config).open()


def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    other = issue(tmp_path, "DNS:elsewhere.example.org")
    with ImapServer(USER, PASSWORD, tls=other.context()) as server:
        config = imap_config(server, security=Security.STARTTLS, ca_file=other.ca_file)

        with pytest.raises(SignInError, match="certificate not accepted"):
            ImapMailbox(config).open()


def test_starttls_is_never_given_up_silently(pymap: ImapServer) -> None:
    with pytest.raises(SignInError, match="offers no STARTTLS"):
        ImapMailbox(imap_config(pymap, security=Security.STARTTLS)).open()


def test_tls_to_a_plain_port_says_what_to_try(pymap: ImapServer) -> None:
    with pytest.raises(SignInError, match=r"no TLS on this port; try imap\.security"):
        ImapMailbox(imap_config(pymap, security=Security.TLS)).open()


def test_a_ca_file_that_cannot_be_used_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate\n")
    config = ImapConfig("team", "localhost", USER, Secret(PASSWORD), ca_file=empty)

    with pytest.raises(ConfigError, match=r"imap\.ca_file"):
        ImapMailbox(config).open()


@pytest.mark.parametrize("host", ["imap.example.org", "192.0.2.7", "10.0.0.8", "localhost.example.org", "2001:db8::1"])
def test_plain_text_is_refused_to_any_other_machine(host: str) -> None:
    with pytest.raises(ConfigError, match="allow_plain"):
        ImapConfig("team", host, USER, Secret(PASSWORD), security=Security.PLAIN)
    ImapConfig("team", host, USER, Secret(PASSWORD), security=Security.PLAIN, allow_plain=True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_plain_text_is_allowed_to_this_machine(host: str) -> None:
    assert ImapConfig("team", host, USER, Secret(PASSWORD), security=Security.PLAIN).host == host


def test_a_server_that_never_speaks_ends_in_a_timeout(silent_port: int) -> None:
    config = ImapConfig(
        *("team", "127.0.0.1", USER, Secret(PASSWORD)),
        port=silent_port, security=Security.PLAIN, connect_timeout=timedelta(milliseconds=200),
    )  # fmt: skip
    with pytest.raises(MailboxError, match="no answer in time while connecting") as caught:
        ImapMailbox(config).open()
    assert not isinstance(caught.value, SignInError)


def test_a_port_where_nobody_listens_is_a_fault_that_may_pass(closed_port: int) -> None:
    config = ImapConfig("team", "127.0.0.1", USER, Secret(PASSWORD), port=closed_port, security=Security.PLAIN)

    with pytest.raises(MailboxError, match="connection failed while connecting") as caught:
        ImapMailbox(config).open()
    assert not isinstance(caught.value, SignInError)


SELECTED = ("* 3 EXISTS", "* OK [UIDVALIDITY 7] ok", "* OK [UIDNEXT 14] next", "{tag} OK [READ-ONLY] done")
STATUS = ("* STATUS INBOX (MESSAGES 3 UIDNEXT 14 UIDVALIDITY 7)", "{tag} OK")
SIZES = ("* 1 FETCH (RFC822.SIZE 5 UID 11)", "* 2 FETCH (RFC822.SIZE 5 UID 13)", "{tag} OK")
BODIES = (
    "* 2 FETCH (FLAGS (\\Seen))",
    '* 1 FETCH (BODY[] {3}\r\nabc INTERNALDATE "20-Nov-2026 09:30:00 +0100" FLAGS () UID 11)',
    '* 2 FETCH (UID 13 INTERNALDATE "99-Xxx-2026" FLAGS (\\Answered) BODY[] {2}\r\nde)',
    "{tag} OK",
)


@pytest.fixture
def scripted(request: pytest.FixtureRequest) -> Iterator[Script]:
    """A scripted server that says what the test's marker tells it to."""
    usual = {"STATUS": STATUS, "EXAMINE": SELECTED, "UID SEARCH": ("* SEARCH 13 11", "{tag} OK")}
    told = {**usual, "UID FETCH 11,13 (RFC822": SIZES, "UID FETCH 11,13 (BODY": BODIES, **request.param}
    with imap_script(told) as script:
        yield script


def opened(script: Script, **changes: Any) -> ImapMailbox:
    config = ImapConfig("team", script.host, USER, Secret(PASSWORD), port=script.port, security=Security.PLAIN)
    return ImapMailbox(replace(config, **{"read_timeout": timedelta(milliseconds=300), **changes}))


@pytest.mark.parametrize("scripted", [{}], indirect=True)
def test_a_uid_after_the_size_an_unreadable_date_and_news_of_flags_are_taken_in_stride(scripted: Script) -> None:
    with opened(scripted) as mailbox:
        (batch,) = all_after(mailbox)

    assert [(found.id.uid, found.content) for found in batch.mails] == [(11, b"abc"), (13, b"de")]
    assert batch.mails[0].received == RECEIVED - timedelta(hours=1)
    assert batch.mails[1].flags == {"\\Answered"}
    assert datetime.now(UTC) - batch.mails[1].received < timedelta(minutes=1)


GAP = {
    "UID FETCH 11,13 (BODY": ("* 2 FETCH (UID 13 BODY[] {2}\r\nde)", "{tag} OK"),
    "UID SEARCH UID 11": ("* SEARCH 11", "{tag} OK"),
}
EMPTY = {
    "UID FETCH 11,13 (BODY": ("* 1 FETCH (UID 11 BODY[] NIL)", "* 2 FETCH (UID 13 BODY[] {2}\r\nde)", "{tag} OK"),
    "UID SEARCH UID 11": ("* SEARCH 11", "{tag} OK"),
}
NO_SIZE = {
    "UID FETCH 11,13 (RFC822": ("* 2 FETCH (RFC822.SIZE 5 UID 13)", "{tag} OK"),
    "UID FETCH 13 (BODY": ("* 2 FETCH (UID 13 BODY[] {2}\r\nde)", "{tag} OK"),
    "UID SEARCH UID 11": ("* SEARCH 11", "{tag} OK"),
}
CHOKES = {
    "UID FETCH 11,13 (BODY": ("{tag} NO some messages could not be fetched",),
    "UID FETCH 11 (BODY": ("{tag} BAD Command Argument Error. 11",),
    "UID FETCH 13 (BODY": ("* 2 FETCH (UID 13 BODY[] {2}\r\nde)", "{tag} OK"),
    "UID SEARCH UID 11": ("* SEARCH 11", "{tag} OK"),
}


@pytest.mark.parametrize("scripted", [GAP, EMPTY, NO_SIZE, CHOKES], indirect=True)
def test_a_mail_that_the_server_does_not_give_out_is_reported_missing_and_the_rest_comes(scripted: Script) -> None:
    with opened(scripted) as mailbox:
        (batch,) = all_after(mailbox)

    assert contents([batch]) == [b"de"]
    assert batch.missing == (11,)
    assert batch.through == 13


@pytest.mark.parametrize("scripted", [{**GAP, "UID SEARCH UID 11": ("* SEARCH", "{tag} OK")}], indirect=True)
def test_a_mail_deleted_while_it_was_fetched_is_not_missing(scripted: Script) -> None:
    with opened(scripted) as mailbox:
        (batch,) = all_after(mailbox)

    assert batch.missing == ()


SILENT_SEARCH = {"UID SEARCH": ("{tag} OK",), "FETCH 3 (UID)": ("* 3 FETCH (UID 13)", "{tag} OK")}


@pytest.mark.parametrize("scripted", [SILENT_SEARCH], indirect=True)
def test_a_search_that_leaves_out_mails_is_an_error_and_not_an_empty_folder(scripted: Script) -> None:
    with opened(scripted) as mailbox, pytest.raises(MailboxError, match="left out mails"):
        all_after(mailbox)


LONG_LINE = " ".join(str(uid) for uid in range(1_000_000_000, 1_000_150_000))


@pytest.mark.parametrize("scripted", [{"UID SEARCH": (f"* SEARCH {LONG_LINE}", "{tag} OK")}], indirect=True, ids=[""])
def test_a_search_may_name_more_mails_than_fit_into_a_megabyte(scripted: Script) -> None:
    with opened(scripted) as mailbox:
        assert len(LONG_LINE) > 1_500_000
        assert len(mailbox.find_message_id("INBOX", "<m1@example.com>")) == 150_000


@pytest.mark.parametrize("scripted", [{"FETCH 3 (UID)": ("{tag} BAD no such message",)}], indirect=True)
def test_a_gap_that_cannot_be_judged_leaves_the_point_where_it_is(scripted: Script) -> None:
    with opened(scripted) as mailbox:
        assert list(mailbox.mails_after(mailbox.position(), 13)) == []
        position = replace(mailbox.position(), uidnext=20)
        assert list(mailbox.mails_after(position, 12))[-1].through == 13


@pytest.mark.parametrize(
    "scripted",
    [
        {"STATUS": ("DROP",)},
        {"STATUS": ("* BYE Server shutting down", "DROP")},
        {"STATUS": ("HANG",)},
        {"STATUS": ("{tag} NO [UNAVAILABLE] try later",)},
        {"STATUS": ("{tag} NO Server Unavailable. 15",)},
        {"STATUS": ("* STATUS INBOX (MESSAGES", "{tag} OK")},
        {"STATUS": ("* STATUS INBOX (UIDNEXT x UIDVALIDITY 7 MESSAGES 3)", "{tag} OK")},
        {"STATUS": ("garbage",)},
        {"STATUS": ("{tag} OK",)},
    ],
    indirect=True,
)
def test_whatever_goes_wrong_in_a_command_is_one_error_that_may_pass(scripted: Script) -> None:
    with opened(scripted) as mailbox, pytest.raises(MailboxError) as caught:
        mailbox.position()

    assert not isinstance(caught.value, SignInError)


@pytest.mark.parametrize(
    "scripted", [{"EXAMINE": ("* BYE Session invalidated - AccessTokenExpired", "DROP")}], indirect=True
)
def test_a_session_whose_token_ran_out_is_told_apart(scripted: Script) -> None:
    with opened(scripted) as mailbox, pytest.raises(SessionExpired):
        all_after(mailbox)


@pytest.mark.parametrize(
    "scripted", [{"UID FETCH 11,13 (BODY": ("* 1 FETCH (UID 11 BODY[] {300}\r\nab", "DROP")}], indirect=True
)
def test_a_connection_cut_inside_a_mail_gives_no_half_mail(scripted: Script) -> None:
    with opened(scripted) as mailbox, pytest.raises(MailboxError):
        all_after(mailbox)


@pytest.mark.parametrize(
    ("scripted", "passing"),
    [
        ({"AUTHENTICATE": ("{tag} NO [AUTHENTICATIONFAILED] no",)}, False),
        ({"AUTHENTICATE": ("{tag} NO AUTHENTICATE failed.",)}, False),
        ({"AUTHENTICATE": ("{tag} NO [UNAVAILABLE] database down",)}, True),
        ({"AUTHENTICATE": ("DROP",)}, True),
        ({"AUTHENTICATE": ("* BYE too many connections", "DROP")}, True),
        ({"AUTHENTICATE": ("HANG",)}, True),
    ],
    indirect=["scripted"],
)
def test_a_refused_sign_in_is_told_from_a_server_in_trouble(scripted: Script, passing: bool) -> None:
    with pytest.raises(MailboxError) as caught:
        opened(scripted).open()

    assert isinstance(caught.value, SignInError) is not passing


def test_a_server_without_sasl_is_signed_in_to_by_login() -> None:
    seen = []

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        while line := reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            seen.append(command)
            writer.write(f"* CAPABILITY IMAP4rev1 MOVE\r\n{tag} OK done\r\n".encode())

    with Script(talk) as script, opened(script) as mailbox:
        assert "MOVE" in mailbox.capabilities
    assert f'LOGIN "{USER}" "{PASSWORD}"' in seen


def test_a_server_that_takes_no_password_in_clear_is_a_fault_of_the_set_up() -> None:
    with imap_script({}, "IMAP4rev1 LOGINDISABLED") as script, pytest.raises(SignInError, match="takes no password"):
        opened(script).open()


def test_a_rejected_token_is_dropped_and_a_new_one_tried_once() -> None:
    tried = []

    def talk(reader: Any, writer: Any, number: int) -> None:
        import base64

        writer.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
        while line := reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            if not command.startswith("AUTHENTICATE XOAUTH2"):
                writer.write(f"{tag} OK done\r\n".encode())
                continue
            writer.write(b"+ \r\n")
            tried.append(base64.b64decode(reader.readline()))
            if b"good" in tried[-1]:
                writer.write(f"{tag} OK [CAPABILITY IMAP4rev1 MOVE] welcome\r\n".encode())
            else:
                writer.write(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
                tried.append(reader.readline().strip())
                writer.write(f"{tag} NO AUTHENTICATE failed.\r\n".encode())

    with Script(talk) as script:
        tokens = Tokens("stale", "good")
        with opened(script, credential=tokens) as mailbox:
            assert "MOVE" in mailbox.capabilities
        assert tokens.rejections == 1
        with pytest.raises(SignInError, match="consent, object id"):
            opened(script, credential=Tokens("stale", "stale")).open()
        with pytest.raises(SignInError, match="no access token"):
            opened(script, credential=Tokens(TokenRefused("consent is missing"))).open()
        with pytest.raises(MailboxError, match="no access token for now") as caught:
            opened(script, credential=Tokens(TokenUnavailable())).open()
    assert not isinstance(caught.value, SignInError)
    assert tried[0] == f"user={USER}\1auth=Bearer stale\1\1".encode()
    assert tried[1] == b""


def test_a_server_without_move_is_never_made_to_copy_and_delete() -> None:
    with imap_script({}) as script, opened(script) as mailbox, pytest.raises(SignInError, match="no MOVE"):
        mailbox.move([MailId("team", "INBOX", 7, 11)], "Handled")


class Commands:
    """Counts the commands that a server gets, by a relay in front of it."""

    def __init__(self, account: Account) -> None:
        self.seen: list[str] = []
        seen = self.seen

        def talk(reader: Any, writer: Any, number: int) -> None:
            import threading

            with socket.create_connection((account.host, account.port)) as server, server.makefile("rwb") as far:

                def down() -> None:
                    try:
                        while data := server.recv(65536):
                            writer.write(data)
                            writer.flush()
                    except (OSError, ValueError):
                        return

                threading.Thread(target=down, daemon=True).start()
                while line := reader.readline():
                    seen.append(line.decode("latin-1").strip().partition(" ")[2])
                    far.write(line)
                    far.flush()

        self.script = Script(talk)


def test_a_poll_with_nothing_new_costs_one_status_whatever_lies_in_the_folder(account: Account) -> None:
    account.deliver(*(mail(number) for number in range(30)))
    relay = Commands(account)
    with relay.script as script:
        config = replace(imap_config(account), host=script.host, port=script.port)
        with ImapMailbox(config) as mailbox:
            relay.seen.clear()
            position = mailbox.position()
            assert list(mailbox.mails_after(position, position.uidnext - 1)) == []
            polled = [command.split(" ")[0] for command in relay.seen]

    assert polled == ["STATUS"]


def test_no_extension_is_enabled_and_no_keyword_or_extended_search_is_used(account: Account) -> None:
    account.deliver(mail(1), mail(2))
    relay = Commands(account)
    with relay.script as script:
        config = replace(imap_config(account), host=script.host, port=script.port)
        with ImapMailbox(config) as mailbox:
            for found in all_after(mailbox)[0].mails:
                mailbox.flag([found.id])
            list(mailbox.since(date(2026, 1, 1)))
    sent = " | ".join(relay.seen).upper()

    assert "UID FETCH" in sent
    assert not any(word in sent for word in ("ENABLE", "RETURN", "CONDSTORE", "KEYWORD", "CHARSET", "COMPRESS"))
    assert "BODY[" not in sent.replace("BODY.PEEK[", "")


def test_words_of_a_mail_never_reach_the_log_even_at_debug(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("imapclient").setLevel(logging.DEBUG)
    account.deliver(mail(1, "a very private sentence\r\n"))
    with ImapMailbox(imap_config(account)) as mailbox:
        found = all_after(mailbox)

    assert contents(found) == [mail(1, "a very private sentence\r\n")]
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("imapclient"))
    assert "private" not in logged
    assert account.password not in logged


def test_a_mail_of_any_bytes_comes_as_it_was_delivered(account: Account) -> None:
    odd = b"Subject: odd\r\n\r\n" + bytes(range(1, 10)) + bytes(range(14, 256)) + b"\r\n) FLAGS (\\Seen)\r\n"
    account.deliver(odd)
    with ImapMailbox(imap_config(account)) as mailbox:
        (batch,) = all_after(mailbox)

    assert isinstance(batch.mails[0], RawMail)
    assert batch.mails[0].content == odd


def test_a_method_on_a_closed_mailbox_is_an_error_of_ours(account: Account) -> None:
    mailbox = ImapMailbox(imap_config(account))

    with pytest.raises(MailboxError, match="not connected"):
        mailbox.position()
