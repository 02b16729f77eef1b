"""Handing over messages to a real SMTP server, and to one that misbehaves as real ones do."""

import base64
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox_worker import checkpoints, smtp_session
from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable
from inbox_worker.demo_servers import HangUp, SmtpServer
from inbox_worker.errors import ConfigError, SendError, SubmissionRefused
from inbox_worker.smtp import Refused, Result, Sent, SmtpConfig, SmtpSender, Submission, TryLater, Unknown
from inbox_worker.transport import Security
from tests.fixtures_mail import PASSWORD, Authority, Script, issue, smtp_config

US = "team@example.org"
THEM = "ana.dee@example.com"
MESSAGE = b"Subject: Thank you\r\n\r\nYour interest has arrived.\r\n"
SERVER_DOWN = TryLater(0, "", connection=True)


def sent(server: Any, content: bytes = MESSAGE, recipient: str = THEM, **changes: Any) -> Result:
    with SmtpSender(smtp_config(server, **changes)) as sender:
        return sender.send(US, recipient, content)


def says(stage: str, *replies: str) -> Callable[[str, str], str | None]:
    """Return an `answer` function: at `stage` one reply after the other, then the usual."""
    left = list(replies)

    def answer(at: str, _: str) -> str | None:
        if at != stage or not left:
            return None
        if left[0] == "HANG UP":
            left.pop(0)
            raise HangUp
        return left.pop(0)

    return answer


def test_a_message_arrives_byte_for_byte_with_its_envelope(smtp_server: SmtpServer) -> None:
    assert sent(smtp_server) == Sent(250, "2.0.0")

    (delivery,) = smtp_server.deliveries
    assert delivery.content == MESSAGE
    assert delivery.envelope_from == US
    assert delivery.recipients == (THEM,)


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\ntext.\r\n.\r\n",
        b"Subject: empty\r\n\r\n",
        b"Subject: blank end\r\n\r\ntext\r\n\r\n\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 900 + b"\r\n" + b"y=\r\n" * 20_000,
    ],
)
def test_leading_dots_and_empty_lines_arrive_as_they_were(smtp_server: SmtpServer, content: bytes) -> None:
    assert isinstance(sent(smtp_server, content), Sent)
    assert smtp_server.deliveries[0].content == content


def test_many_messages_go_over_one_connection() -> None:
    greetings = []

    def counting(stage: str, argument: str) -> None:
        if stage == "EHLO":
            greetings.append(argument)

    with SmtpServer(answer=counting) as server, SmtpSender(smtp_config(server)) as sender:
        results = [sender.send(US, f"a{number}@example.com", MESSAGE) for number in range(20)]

        assert results == [Sent(250, "2.0.0")] * 20
        assert [delivery.recipients[0] for delivery in server.deliveries] == [f"a{n}@example.com" for n in range(20)]
    assert len(greetings) == 1


def test_a_name_is_given_that_does_not_ask_a_name_server(smtp_server: SmtpServer) -> None:
    greetings: list[str] = []
    smtp_server.answer = lambda stage, argument: greetings.append(argument) if stage == "EHLO" else None
    sent(smtp_server)
    sent(smtp_server, client_name="worker.example.org")

    assert greetings[0] in (socket.gethostname(), "[127.0.0.1]")
    assert greetings[1] == "worker.example.org"


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(smtp_server: SmtpServer) -> None:
    with SmtpSender(smtp_config(smtp_server)) as sender:
        assert isinstance(sender.send(US, THEM, MESSAGE), Sent)
        smtp_server.answer = says("MAIL", "HANG UP")
        assert isinstance(sender.send(US, THEM, MESSAGE), Sent)
        smtp_server.answer = says("MAIL", "421 4.4.2 idle too long")
        assert isinstance(sender.send(US, THEM, MESSAGE), Sent)
    assert len(smtp_server.deliveries) == 3


@pytest.mark.parametrize(
    ("stage", "reply", "result"),
    [
        ("RCPT", "450 4.2.1 ana.dee@example.com is busy", TryLater(450, "4.2.1")),
        ("RCPT", "451 4.7.1 greylisted", TryLater(451, "4.7.1")),
        ("DATA", "451 4.7.0 later", TryLater(451, "4.7.0")),
        ("DATA", "452 4.3.1 no space", TryLater(452, "4.3.1", connection=True)),
        ("MAIL", "432 4.3.2 Concurrent connections limit", TryLater(432, "4.3.2", connection=True)),
        ("DATA", "421 4.3.2 shutting down", TryLater(421, "4.3.2", connection=True)),
        ("RCPT", "421 4.7.0 goodbye", TryLater(421, "4.7.0", connection=True)),
        ("RCPT", "550 5.1.1 ana.dee@example.com unknown", Refused(550, "5.1.1")),
        ("DATA", "554 5.7.1 refused", Refused(554, "5.7.1")),
        ("DATA", "550 no enhanced status", Refused(550, "")),
    ],
)
def test_a_reply_becomes_a_result_without_its_words(
    smtp_server: SmtpServer, stage: str, reply: str, result: Result
) -> None:
    smtp_server.answer = says(stage, reply)

    assert sent(smtp_server) == result
    assert smtp_server.deliveries == []
    assert "ana.dee" not in repr(result)


def test_after_a_refused_message_the_next_goes_over_the_same_connection(smtp_server: SmtpServer) -> None:
    greetings: list[str] = []
    refuse = says("RCPT", "550 5.1.1 unknown", "451 4.7.1 later")

    def answer(stage: str, argument: str) -> str | None:
        if stage == "EHLO":
            greetings.append(argument)
        return refuse(stage, argument)

    smtp_server.answer = answer
    with SmtpSender(smtp_config(smtp_server)) as sender:
        results = [sender.send(US, THEM, MESSAGE) for _ in range(3)]

    assert results == [Refused(550, "5.1.1"), TryLater(451, "4.7.1"), Sent(250, "2.0.0")]
    assert len(greetings) == 1


@pytest.mark.parametrize(
    ("stage", "reply", "words"),
    [
        ("MAIL", "550 5.7.1 team@example.org may not send", "MAIL FROM"),
        ("MAIL", "530 5.7.57 Client not authenticated", "wants a sign-in"),
        ("RCPT", "554 5.7.1 <ana.dee@example.com>: Relay access denied", "relays nothing"),
        ("DATA", "554 5.2.252 SendAsDenied; team@example.org", "SendAs"),
    ],
)
def test_a_fault_of_the_set_up_stops_all_sending_and_names_nobody(
    smtp_server: SmtpServer, stage: str, reply: str, words: str
) -> None:
    smtp_server.answer = says(stage, reply)

    with pytest.raises(SubmissionRefused, match=words) as caught:
        sent(smtp_server)
    assert reply.split(" ")[0] in str(caught.value)
    assert "ana.dee" not in str(caught.value)
    assert US not in str(caught.value)


def test_a_connection_cut_before_the_final_dot_is_to_be_tried_again(smtp_server: SmtpServer) -> None:
    for stage in ("MAIL", "RCPT"):
        smtp_server.answer = says(stage, "HANG UP")
        assert sent(smtp_server) == SERVER_DOWN


def test_a_connection_cut_after_the_final_dot_is_unknown(smtp_server: SmtpServer) -> None:
    smtp_server.answer = says("DATA", "HANG UP")

    with SmtpSender(smtp_config(smtp_server)) as sender:
        assert sender.send(US, THEM, MESSAGE) == Unknown()
        assert isinstance(sender.send(US, "next@example.com", MESSAGE), Sent)
    assert [delivery.recipients for delivery in smtp_server.deliveries] == [("next@example.com",)]


def smtp_script(after_dot: Callable[[Any], None], at_data: str = "354 go on", offers: str = "250 SIZE") -> Script:
    """Return an SMTP server that reads a message to its final dot and then does as told."""

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        while line := reader.readline():
            if line.lower().startswith(b"ehlo"):
                writer.write(f"{offers}\r\n".encode())
            elif line.startswith(b"DATA"):
                writer.write(f"{at_data}\r\n".encode())
                if at_data.startswith("354"):
                    while reader.readline() not in (b".\r\n", b""):
                        continue
                    after_dot(writer)
                    return
            else:
                writer.write(b"250 ok\r\n")

    return Script(talk)


def hang(writer: Any) -> None:
    time.sleep(1)


def garbage(writer: Any) -> None:
    writer.write(b"\xff\xfe what?\r\n")


def half_a_reply(writer: Any) -> None:
    writer.write(b"250-2.0.0 Ok\r\n")


def one_too_long(writer: Any) -> None:
    writer.write(b"250 " + b"x" * 20_000 + b"\r\n")


@pytest.mark.parametrize("after_dot", [hang, garbage, half_a_reply, one_too_long, lambda writer: None])
def test_no_clear_answer_to_the_final_dot_is_unknown(after_dot: Callable[[Any], None]) -> None:
    with smtp_script(after_dot) as server:
        assert sent(server, data_timeout=timedelta(milliseconds=200)) == Unknown()


def test_another_go_ahead_after_the_final_dot_is_unknown() -> None:
    with smtp_script(lambda writer: writer.write(b"354 more?\r\n")) as server:
        assert sent(server) == Unknown(354)


@pytest.mark.parametrize("reply", ["250 already?", "what", "199 no"])
def test_nonsense_in_place_of_the_go_ahead_sends_nothing(reply: str) -> None:
    with smtp_script(lambda writer: None, at_data=reply) as server:
        assert sent(server, read_timeout=timedelta(milliseconds=300)) == SERVER_DOWN


def test_a_connection_cut_inside_the_content_is_to_be_tried_again() -> None:
    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        while line := reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                reader.read(1000)
                return
            writer.write(b"250 ok\r\n")

    with Script(talk) as server:
        assert sent(server, b"Subject: large\r\n\r\n" + b"line\r\n" * 2_000_000) == SERVER_DOWN


def test_a_server_that_is_down_or_silent_is_to_be_tried_again(silent_port: int, closed_port: int) -> None:
    for port in (silent_port, closed_port):
        config = SmtpConfig(
            "127.0.0.1", port, Security.PLAIN, connect_timeout=timedelta(milliseconds=200)
        )  # fmt: skip
        with SmtpSender(config) as sender:
            assert sender.send(US, THEM, MESSAGE) == SERVER_DOWN
            with pytest.raises(SendError, match="cannot be reached") as caught:
                sender.connect()
        assert not isinstance(caught.value, SubmissionRefused)


@pytest.mark.parametrize("greeting", ["421 4.3.2 too busy", "554 5.3.2 no service"])
def test_a_server_that_turns_us_away_at_the_door_is_to_be_tried_again(greeting: str) -> None:
    with Script(lambda reader, writer, number: writer.write(f"{greeting}\r\n".encode())) as server:
        code, status, _ = greeting.split(" ", 2)
        assert sent(server) == TryLater(int(code), status, connection=True)


def test_signing_in_by_password_is_required_and_works(authority: Authority) -> None:
    with SmtpServer({US: PASSWORD}, authority.context()) as server:
        secure = {"security": Security.STARTTLS, "ca_file": authority.ca_file}
        assert isinstance(sent(server, user=US, credential=Secret(PASSWORD), **secure), Sent)
        assert server.deliveries[0].user == US
        assert server.deliveries[0].encrypted
        with pytest.raises(SubmissionRefused, match=r"530.*wants a sign-in"):
            sent(server, **secure)
        with pytest.raises(SubmissionRefused, match=r"sign-in refused \(535") as caught:
            sent(server, user=US, credential=Secret("not this one"), **secure)
    assert "not this one" not in repr(caught.value)
    assert US not in str(caught.value)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_password_of_any_letters_signs_in() -> None:
    with SmtpServer({"tëam": 'grüße "\\ £'}) as server:
        assert isinstance(sent(server, user="tëam", credential=Secret('grüße "\\ £')), Sent)


def test_implicit_tls_encrypts_from_the_first_byte(authority: Authority) -> None:
    with SmtpServer(tls=authority.context(), implicit_tls=True) as server:
        assert isinstance(sent(server, security=Security.TLS, ca_file=authority.ca_file), Sent)
        assert server.deliveries[0].encrypted


def test_a_certificate_that_does_not_fit_stops_sending(authority: Authority, tmp_path: Path) -> None:
    other = issue(tmp_path, "DNS:elsewhere.example.org")
    for tls, ca_file in ((authority, None), (other, other.ca_file)):
        for security in (Security.TLS, Security.STARTTLS):
            with SmtpServer(tls=tls.context(), implicit_tls=security is Security.TLS) as server:
                with pytest.raises(SubmissionRefused, match=r"certificate not accepted .* smtp\.ca_file"):
                    sent(server, security=security, ca_file=ca_file)
                assert server.deliveries == []


def test_starttls_is_never_given_up_silently(smtp_server: SmtpServer) -> None:
    with pytest.raises(SubmissionRefused, match="offers no STARTTLS"):
        sent(smtp_server, security=Security.STARTTLS)
    with pytest.raises(SubmissionRefused, match="no TLS on this port"):
        sent(smtp_server, security=Security.TLS)
    assert smtp_server.deliveries == []


def test_plain_text_is_refused_to_any_other_machine() -> None:
    with pytest.raises(ConfigError, match=r"smtp\.allow_plain"):
        SmtpConfig("smtp.example.org", 25, Security.PLAIN)
    assert SmtpConfig("smtp.example.org", 25, Security.PLAIN, allow_plain=True).port == 25


def test_a_password_is_not_asked_of_a_server_that_takes_none(smtp_server: SmtpServer) -> None:
    with pytest.raises(SubmissionRefused, match="offers no sign-in by password"):
        sent(smtp_server, user=US, credential=Secret(PASSWORD))


class AuthScript:
    """A server with AUTH of one kind; keeps what it was sent."""

    def __init__(self, mechanism: str, *replies: bytes) -> None:
        self.lines: list[bytes] = []
        lines, left = self.lines, list(replies)

        def talk(reader: Any, writer: Any, number: int) -> None:
            writer.write(b"220 ready\r\n")
            while line := reader.readline():
                if line.lower().startswith(b"ehlo"):
                    writer.write(f"250-ready\r\n250 AUTH {mechanism}\r\n".encode())
                elif line.upper().startswith((b"MAIL", b"RCPT", b"QUIT", b"RSET")):
                    writer.write(b"250 ok\r\n")
                elif line.startswith(b"DATA"):
                    writer.write(b"354 go on\r\n")
                    while reader.readline() not in (b".\r\n", b""):
                        continue
                    writer.write(b"250 2.0.0 ok\r\n")
                else:
                    lines.append(line.strip())
                    writer.write(left.pop(0) + b"\r\n")

        self.script = Script(talk)


class Tokens:
    def __init__(self, *tokens: str | Exception) -> None:
        self.left, self.rejections = list(tokens), 0

    def token(self) -> Secret:
        found = self.left.pop(0)
        if isinstance(found, Exception):
            raise found
        return Secret(found)

    def rejected(self) -> None:
        self.rejections += 1


def test_auth_login_is_used_where_plain_is_not_offered() -> None:
    server = AuthScript("LOGIN", b"334 VXNlcm5hbWU6", b"334 UGFzc3dvcmQ6", b"235 2.7.0 welcome")
    with server.script as script:
        assert isinstance(sent(script, user=US, credential=Secret(PASSWORD)), Sent)

    assert server.lines == [b"AUTH LOGIN", base64.b64encode(US.encode()), base64.b64encode(PASSWORD.encode())]


def test_a_rejected_token_is_dropped_and_a_new_one_tried_once() -> None:
    challenge = b"334 eyJzdGF0dXMiOiI0MDAifQ=="
    server = AuthScript("XOAUTH2", challenge, b"535 5.7.3 no", b"235 2.7.0 welcome")
    tokens = Tokens("stale", "good")
    with server.script as script:
        assert isinstance(sent(script, user=US, credential=tokens), Sent)

    assert tokens.rejections == 1
    assert server.lines[1] == b""
    assert base64.b64decode(server.lines[2].split()[-1]) == f"user={US}\1auth=Bearer good\1\1".encode()


def test_faults_of_tokens_are_told_apart() -> None:
    server = AuthScript("XOAUTH2", b"535 5.7.3 no", b"535 5.7.139 disabled", b"454 4.7.0 later")
    with server.script as script:
        with pytest.raises(SubmissionRefused, match="SMTP AUTH is switched off"):
            sent(script, user=US, credential=Tokens("one", "two"))
        with pytest.raises(SubmissionRefused, match="no access token: consent is missing"):
            sent(script, user=US, credential=Tokens(TokenRefused("consent is missing")))
        assert sent(script, user=US, credential=Tokens(TokenUnavailable())) == SERVER_DOWN
        assert sent(script, user=US, credential=Tokens("three")) == TryLater(454, "4.7.0", connection=True)


def test_a_message_over_the_announced_size_is_refused_before_it_is_sent() -> None:
    seen: list[str] = []
    with SmtpServer(size_limit=2000, answer=lambda stage, argument: seen.append(stage)) as server:  # type: ignore[func-returns-value]
        assert sent(server, b"Subject: large\r\n\r\n" + b"x\r\n" * 1000) == Refused(552, "5.3.4")
        assert seen == ["EHLO"]
        assert isinstance(sent(server), Sent)


def test_the_size_is_announced(smtp_server: SmtpServer) -> None:
    seen: list[str] = []
    smtp_server.answer = lambda stage, argument: seen.append(argument) if stage == "MAIL" else None
    sent(smtp_server)

    assert seen == [f"{US} SIZE={len(MESSAGE)}"]


def test_eight_bit_content_is_announced_or_refused(smtp_server: SmtpServer) -> None:
    seen: list[str] = []
    smtp_server.answer = lambda stage, argument: seen.append(argument) if stage == "MAIL" else None
    content = "Subject: x\r\n\r\nGrüße\r\n".encode()

    assert isinstance(sent(smtp_server, content), Sent)
    assert "BODY=8BITMIME" in seen[0]
    with smtp_script(lambda writer: None) as server:
        assert sent(server, content) == Refused(554, "5.6.3")


@pytest.mark.parametrize("content", [b"a\nb\r\n", b"a\r\n.\nMAIL FROM:<x@example.com>\r\n", b"a\rb\r\n", b"a\r\n\r"])
def test_a_bare_line_end_never_reaches_the_wire(smtp_server: SmtpServer, content: bytes) -> None:
    assert sent(smtp_server, content) == Refused(554, "5.6.0")
    assert smtp_server.deliveries == []


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "nobody",
        "a b@example.com",
        "a@example.com>\r\nDATA",
        "a@example.com> X=<b@example.com",
        "jürgen@example.com",
    ],
)
def test_an_address_that_cannot_stand_in_a_command_is_refused(smtp_server: SmtpServer, recipient: str) -> None:
    assert sent(smtp_server, recipient=recipient) == Refused(553, "5.1.3")
    assert smtp_server.deliveries == []


def test_a_null_sender_wants_no_reports() -> None:
    lines: list[bytes] = []

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        while line := reader.readline():
            lines.append(line.strip())
            writer.write(b"250-ready\r\n250 DSN\r\n" if line.lower().startswith(b"ehlo") else b"550 5.1.1 no\r\n")

    with Script(talk) as server, SmtpSender(smtp_config(server)) as sender, pytest.raises(SubmissionRefused):
        sender.send("", THEM, MESSAGE)
    assert b"MAIL FROM:<>" in lines

    lines.clear()
    refuse_later = iter([b"250 ok\r\n", b"550 5.1.1 no\r\n"])

    def talk_on(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        while line := reader.readline():
            lines.append(line.strip())
            writer.write(
                b"250-ready\r\n250 DSN\r\n" if line.lower().startswith(b"ehlo") else next(refuse_later, b"250 ok\r\n")
            )

    with Script(talk_on) as server, SmtpSender(smtp_config(server)) as sender:
        assert sender.send("", THEM, MESSAGE) == Refused(550, "5.1.1")
    assert f"RCPT TO:<{THEM}> NOTIFY=NEVER".encode() in lines


def test_connecting_tells_what_the_server_offers(smtp_server: SmtpServer) -> None:
    with SmtpSender(smtp_config(smtp_server)) as sender:
        assert {"size", "8bitmime"} <= sender.connect()


def test_closing_a_hung_connection_does_not_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "GOODBYE", 0.2)
    stop = threading.Event()

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        reader.readline()
        writer.write(b"250 SIZE\r\n")
        stop.wait(5)

    with Script(talk) as server:
        sender = SmtpSender(smtp_config(server))
        sender.connect()
        started = time.monotonic()
        sender.close()
        stop.set()
    assert time.monotonic() - started < 3


def pipelining_script(replies: list[bytes], rest: list[bytes]) -> Script:
    """Return a server that answers MAIL, RCPT and DATA only once it has all three, and keeps what follows."""

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        reader.readline()
        writer.write(b"250-ready\r\n250 PIPELINING\r\n")
        lines = [reader.readline() for _ in range(3)]
        assert [line[:4] for line in lines] == [b"MAIL", b"RCPT", b"DATA"]
        writer.write(b"".join(reply + b"\r\n" for reply in replies))
        while len(replies) == 3 and (line := reader.readline()):
            rest.append(line)
            if line == b".\r\n":
                writer.write(b"250 2.0.0 ok\r\n")
            elif line in (b"RSET\r\n", b"quit\r\n"):
                writer.write(b"250 ok\r\n")

    return Script(talk)


def test_commands_go_out_together_to_a_server_that_takes_them_together() -> None:
    rest: list[bytes] = []
    with pipelining_script([b"250 ok", b"250 ok", b"354 go on"], rest) as server:
        assert sent(server) == Sent(250, "2.0.0")
    assert b"".join(rest[: rest.index(b".\r\n")]) == MESSAGE


@pytest.mark.parametrize(
    ("replies", "result"),
    [
        ([b"250 ok", b"550 5.1.1 unknown", b"354 go on"], Refused(550, "5.1.1")),
        ([b"250 ok", b"550 5.1.1 unknown", b"554 5.5.1 no valid recipients"], Refused(550, "5.1.1")),
        ([b"250 ok", b"451 4.7.1 later", b"354 go on"], TryLater(451, "4.7.1")),
        ([b"432 4.3.2 busy", b"503 no", b"503 no"], TryLater(432, "4.3.2", connection=True)),
        ([b"250 ok", b"450 4.2.1 busy"], TryLater(450, "4.2.1")),
        ([b"250 ok"], SERVER_DOWN),
        ([b"250 ok", b"250 ok"], SERVER_DOWN),
    ],
)
def test_the_first_refusal_decides_and_no_content_follows_it(replies: list[bytes], result: Result) -> None:
    rest: list[bytes] = []
    with pipelining_script(replies, rest) as server:
        assert sent(server) == result
    assert set(rest) <= {b"RSET\r\n", b"quit\r\n"}


def test_a_refused_sender_is_a_fault_of_the_set_up_even_when_the_server_then_hangs_up() -> None:
    with pipelining_script([b"550 5.7.1 not yours"], []) as server, pytest.raises(SubmissionRefused, match="MAIL FROM"):
        sent(server)


def one_group_script(rest: list[bytes], replies: list[bytes]) -> Script:
    """Return a server that, from the second message on, answers a final dot only with the next three commands.

    `replies`: to MAIL, RCPT and DATA of the second message. `rest` keeps what follows them.
    """

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        reader.readline()
        writer.write(b"250-ready\r\n250 PIPELINING\r\n")
        lines = [reader.readline() for _ in range(3)]
        writer.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        while reader.readline() != b".\r\n":
            continue
        if number == 0:
            lines = [reader.readline() for _ in range(3)]
            assert [line[:4] for line in lines] == [b"MAIL", b"RCPT", b"DATA"]
            writer.write(b"".join(reply + b"\r\n" for reply in (b"250 2.0.0 taken", *replies)))
            while line := reader.readline():
                rest.append(line)
                if line == b".\r\n":
                    writer.write(b"250 2.0.0 ok\r\n")
                elif line == b"RSET\r\n" or line.startswith((b"MAIL", b"RCPT")):
                    writer.write(b"250 ok\r\n")
                elif line == b"DATA\r\n":
                    writer.write(b"354 go on\r\n")
        else:
            writer.write(b"250 2.0.0 second\r\n")

    return Script(talk)


def one_after_the_other(sender: SmtpSender, *recipients: str) -> list[Result]:
    """Send to each, announcing the next behind each final dot."""
    left = [Submission(US, recipient, MESSAGE) for recipient in recipients]
    results = []
    while left:
        message = left.pop(0)
        following = left[0] if left else None
        results.append(
            sender.send(message.envelope_from, message.recipient, message.content, lambda each=following: each)  # type: ignore[misc]
        )
    return results


def test_the_next_message_is_announced_together_with_the_final_dot() -> None:
    rest: list[bytes] = []
    with (
        one_group_script(rest, [b"250 ok", b"250 ok", b"354 go on"]) as server,
        SmtpSender(smtp_config(server)) as sender,
    ):
        assert one_after_the_other(sender, THEM, "next@example.com") == [Sent(250, "2.0.0")] * 2
    assert b"".join(rest[: rest.index(b".\r\n")]) == MESSAGE


@pytest.mark.parametrize(
    ("replies", "second"),
    [
        ([b"250 ok", b"550 5.1.1 unknown", b"503 5.5.1 no recipient"], Refused(550, "5.1.1")),
        ([b"250 ok", b"451 4.7.1 later", b"503 5.5.1 no recipient"], TryLater(451, "4.7.1")),
    ],
)
def test_a_message_announced_ahead_and_refused_gets_no_content_and_the_one_after_it_goes_on(
    replies: list[bytes], second: Result
) -> None:
    rest: list[bytes] = []
    with one_group_script(rest, replies) as server, SmtpSender(smtp_config(server)) as sender:
        results = one_after_the_other(sender, THEM, "gone@example.com", "next@example.com")
    assert results == [Sent(250, "2.0.0"), second, Sent(250, "2.0.0")]
    assert rest[:2] == [b"RSET\r\n", f"MAIL FROM:<{US}>\r\n".encode()]


@pytest.mark.parametrize(
    "replies",
    [
        [b"250 ok", b"550 5.1.1 unknown", b"354 go on"],  # whatever comes now would be the content
        [b"503 5.5.1 out of order", b"503 no", b"503 no"],  # a server that lost its place: no fault of the set-up
        [b"250 ok"],
    ],
)
def test_a_connection_that_is_of_no_more_use_is_dropped_and_the_message_goes_over_another(replies: list[bytes]) -> None:
    rest: list[bytes] = []
    with (
        one_group_script(rest, replies) as server,
        SmtpSender(smtp_config(server, read_timeout=timedelta(milliseconds=300))) as sender,
    ):
        first, second = one_after_the_other(sender, THEM, "next@example.com")
        third = sender.send(US, "last@example.com", MESSAGE)
    assert first == third == Sent(250, "2.0.0")
    assert second in (Sent(250, "2.0.0"), Refused(550, "5.1.1"))
    assert rest == []


def test_a_message_announced_ahead_is_dropped_where_another_is_sent_in_its_place(smtp_server: SmtpServer) -> None:
    ahead = Submission(US, "ahead@example.com", MESSAGE)
    with SmtpSender(smtp_config(smtp_server)) as sender:
        assert isinstance(sender.send(US, THEM, MESSAGE, lambda: ahead), Sent)
        assert isinstance(sender.send(US, "other@example.com", MESSAGE), Sent)
        assert isinstance(sender.send(US, THEM, MESSAGE, lambda: ahead), Sent)
    assert [each.recipients for each in smtp_server.deliveries] == [(THEM,), ("other@example.com",), (THEM,)]


def test_a_server_without_pipelining_is_told_nothing_ahead() -> None:
    seen: list[bytes] = []

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        while line := reader.readline():
            if line.startswith((b"MAIL", b"RCPT", b"DATA", b".")):
                seen.append(line.split()[0])
            answered = len(seen)
            writer.write(
                b"354 go on\r\n" if line.startswith(b"DATA") else b"" if seen[-1:] == [b"DATA"] else b"250 ok\r\n"
            )
            assert len(seen) == answered

    with Script(talk) as server, SmtpSender(smtp_config(server)) as sender:
        assert one_after_the_other(sender, THEM, "next@example.com") == [Sent(250)] * 2
    assert seen == [b"MAIL", b"RCPT", b"DATA", b"."] * 2


def test_a_server_that_speaks_before_the_final_dot_does_not_get_it() -> None:
    told = threading.Event()
    dots: list[bytes] = []

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(b"220 ready\r\n")
        while line := reader.readline():
            if line == MESSAGE.splitlines(keepends=True)[-1]:
                writer.write(b"421 4.3.2 closing\r\n")
                writer.flush()
                told.set()
                dots.extend(reader.readlines())
                return
            if line.startswith((b"EHLO", b"ehlo", b"MAIL", b"RCPT")):
                writer.write(b"250 ok\r\n")
            elif line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")

    def at(point: str) -> None:
        if point == "smtp.content_sent":
            assert told.wait(5)

    checkpoints.install(at)
    try:
        with Script(talk) as server:
            assert sent(server) == SERVER_DOWN
    finally:
        checkpoints.install(None)
    assert b".\r\n" not in dots


@pytest.mark.parametrize("mode", ["gone", "half"])
def test_only_a_dot_that_was_partly_written_leaves_the_fate_unknown(mode: str) -> None:
    """The socket's own word on how much went out decides; a pair of sockets stands in for the network."""

    class Socket(socket.socket):
        def send(self, data: Any, flags: int = 0) -> int:
            if bytes(data).startswith(b".\r\n"):
                if mode == "gone":
                    raise BrokenPipeError
                return super().send(bytes(data)[:1])
            return super().send(data, flags)

        def sendall(self, data: Any, flags: int = 0) -> None:
            if bytes(data).startswith(b"\r\n"):
                raise BrokenPipeError
            super().sendall(data, flags)

    with SmtpServer() as server, SmtpSender(smtp_config(server)) as sender:
        sender.connect()
        session = sender._session
        assert session is not None
        smtp = session._connected
        assert smtp.sock is not None
        smtp.sock = Socket(fileno=smtp.sock.detach())
        smtp.file = None
        result = sender.send(US, THEM, MESSAGE)
        assert len(server.deliveries) == (0 if mode == "half" else 1)
    # A dot of which nothing went out is sent again, over a new connection: the server had it never.
    assert result == (Unknown() if mode == "half" else Sent(250, "2.0.0"))
