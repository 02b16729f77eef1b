"""Whether messages can go out: sign-in, the From address, encryption; and one test message where asked for."""

import secrets
from collections.abc import Iterator
from datetime import datetime

from inbox_worker.assembly import route, smtp_config
from inbox_worker.checks.finding import Finding, looked, wrong
from inbox_worker.checks.site import ends
from inbox_worker.compose import AutoSubmitted, Draft, compose, message_id
from inbox_worker.config.sections import MailboxSection
from inbox_worker.core.mail import Address
from inbox_worker.core.smtp_replies import Fate, Stage, judge, remedy
from inbox_worker.errors import InboxWorkerError, SendError
from inbox_worker.expiries import Expiry
from inbox_worker.smtp import Sent
from inbox_worker.smtp_session import ConnectionLost, SmtpSession


def examine(box: MailboxSection, now: datetime) -> Iterator[Finding]:
    """Yield a finding for each; only the first where nobody can sign in."""
    name = f"mailbox {box.name}"
    try:
        session = SmtpSession(smtp_config(box))
    except InboxWorkerError as error:
        failed = error
        yield looked(f"{name}, sending", lambda: _again(failed))
        return
    try:
        yield looked(f"{name}, sending", lambda: _signed_in(box, session, now))
        yield looked(f"{name}, From address", lambda: _sender(box, session))
    finally:
        session.close()


def send(box: MailboxSection, address: str, now: datetime) -> Finding:
    """Send one message from the mailbox `box` to `address`."""
    return looked("test message", lambda: _send(box, address, now))


def _again(error: InboxWorkerError) -> str:
    raise error


def _signed_in(box: MailboxSection, session: SmtpSession, now: datetime) -> str | Finding:
    way = (
        "without sign-in" if not box.smtp.user else f"signed in by {'access token' if box.smtp.oauth2 else 'password'}"
    )
    said = f"{box.smtp.host} {way}, nothing sent"
    until = session.certificate_ends()
    if until is None:
        return f"{said}; no TLS"
    certificate = ends(Expiry("its certificate", until), now)
    return f"{said}; {certificate}" if isinstance(certificate, str) else certificate


def _sender(box: MailboxSection, session: SmtpSession) -> str | Finding:
    """Ask whether our address may send, and stop before any content (RFC 5321 s.4.1.1.5)."""
    address = box.smtp.from_address or box.addresses[0]
    steps: tuple[tuple[Stage, str], ...] = (
        (Stage.SENDER, f"MAIL FROM:<{address}>"),
        (Stage.RECIPIENT, f"RCPT TO:<{box.addresses[0]}>"),
    )
    try:
        for stage, line in steps:
            reply = session.command(line.encode("ascii"))
            if judge(stage, reply.answer, reply.text) is not Fate.DONE:
                return wrong(
                    f"{address}: the server answers {reply.answer} to {stage.value}", remedy(stage, reply.answer)
                )
        session.command(b"RSET")
    except ConnectionLost:
        raise SendError(f"{box.smtp.host}: the connection broke off; try again") from None
    return f"{address} is taken as sender (Exchange looks at SendAs only when a message is sent: --send-test)"


def _send(box: MailboxSection, address: str, now: datetime) -> str:
    way = route(box)
    try:
        draft = _draft(box, way.envelope_from, address, now)
    except ValueError as error:
        raise _Usage(f"{error}; give one address such as ann@example.org") from None
    with way.connect() as sender:
        answer = sender.send(way.envelope_from, address, draft)
    if isinstance(answer, Sent):
        return "the server took it; look whether it arrives, and whether its From is right"
    raise SendError(f"the server answered {answer.code} {answer.status}".rstrip() + "; see the codes in RFC 3463")


class _Usage(InboxWorkerError):
    exit_code = 2


def _draft(box: MailboxSection, sender: str, address: str, now: datetime) -> bytes:
    draft = Draft(
        message_id=message_id(secrets.token_hex(16), sender),
        from_=Address(box.smtp.from_name, sender),
        to=address,
        subject="Test of inbox-worker",
        text="This is an automatic test message of inbox-worker. No answer is needed.\n",
        html=None,
        auto_submitted=AutoSubmitted.GENERATED,
        template="test",
        template_version="0",
        date=now,
    )
    return compose(draft).content
