"""Fills an empty database as years of service would: mails in the ledger, applications, answers, messages.

The same rows for the same numbers. Times end at `now`; everybody in them is invented.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, text

from inbox_worker.core.effects import ApplicationState, MessageKind
from inbox_worker.core.reading import Intent, Outcome, ReplyKind, Tier
from inbox_worker.records import OutboxState
from inbox_worker.store.engine import connect
from inbox_worker.store.keys import address_key, fingerprint_key, message_key
from inbox_worker.store.tables import (
    answer,
    application,
    application_event,
    application_flag,
    audit,
    held,
    ledger,
    outbox,
    outbox_content,
    point,
    thread,
)

MAILBOX, FOLDER, UIDVALIDITY, PREFIX = "team", "INBOX", 8, "ALY"
TEN_YEARS = timedelta(days=3650)
FIELDS = ("name", "job_title", "department", "email", "motivation", "skills", "support", "importance")
_SCHEMES = ("allies", "allies", "allies", "mentors")  # one in four is another scheme's
_LATER = (ApplicationState.CLOSED, ApplicationState.ACCEPTED, ApplicationState.DECLINED, ApplicationState.WITHDRAWN)
_LATELY = (ApplicationState.ACKNOWLEDGED, ApplicationState.UNDER_REVIEW, ApplicationState.INCOMPLETE)
_RECENT = timedelta(days=28)  # so long an application waits for the team
_QUEUED, _UNKNOWN = 50, 5  # the newest messages: what a backlog and a lost connection leave
_OPEN = 40  # of held mail: the newest
_AT_ONCE = 10_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How many mails the ledger holds, and how many of them were applications.

    now: aware, when the last came. span: the time in which they came.
    """

    mails: int
    applications: int
    now: datetime
    span: timedelta = TEN_YEARS

    @property
    def step(self) -> int:
        """Every so many mails one is an application."""
        return self.mails // self.applications

    def at(self, mail: int) -> datetime:
        """Return when a mail came, 1 the first."""
        return self.now - self.span * ((self.mails - mail) / self.mails)

    def mail_of(self, number: int) -> int:
        """Return the mail that an application came with."""
        return number * self.step


def sender(number: int) -> str:
    """Return the address of an applicant."""
    return f"applicant-{number}@example.org"


def mail_message_id(mail: int) -> str:
    """Return the Message-ID of a mail."""
    return f"<mail-{mail}@example.org>"


def own_message_id(number: int, kind: MessageKind) -> str:
    """Return the Message-ID of our message about an application."""
    return f"<{kind.value}-{number}@example.com>"


def fingerprint(mail: int) -> str:
    """Return the fingerprint of a mail."""
    return f"print {mail}"


def fill(url: str, size: Size, tell: Callable[[str], object] = lambda _: None) -> None:
    """Fill a migrated, empty database, and let PostgreSQL gather its statistics as its autovacuum would."""
    engine = connect(url)
    with engine.begin() as connection:
        for table, rows in _tables(size):
            tell(table.name)
            _insert(connection, table, rows)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _insert(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            connection.execute(table.insert(), batch)
            batch = []
    if batch:
        connection.execute(table.insert(), batch)


def _tables(size: Size) -> Iterator[tuple[Table, Iterator[Row]]]:
    numbers = range(1, size.applications + 1)
    yield application, (_application(size, number) for number in numbers)
    yield ledger, (_mail(size, mail) for mail in range(1, size.mails + 1))
    yield thread, (row for number in numbers for row in _threads(size, number))
    yield answer, (row for number in numbers for row in _answers(size, number))
    yield application_flag, (_flag(size, number) for number in numbers if number % 5 == 0)
    yield application_event, (row for number in numbers for row in _events(size, number))
    yield outbox, (row for number in numbers for row in _messages(size, number))
    yield outbox_content, (row for number in numbers for row in _contents(size, number))
    yield held, (_held(size, mail) for mail in range(1, size.mails + 1) if _is_held(size, mail))
    yield audit, (_audit(size, number) for number in numbers)
    yield point, iter([_point(size)])


def _application(size: Size, number: int) -> Row:
    at = size.at(size.mail_of(number))
    states = _LATELY if size.now - at < _RECENT else _LATER
    return {
        "prefix": PREFIX,
        "scheme": _SCHEMES[number % len(_SCHEMES)],
        "state": states[number // len(_SCHEMES) % len(states)],
        "sender": sender(number),
        "sender_key": address_key(sender(number)),
        "mailbox": MAILBOX,
        "received_at": at,
        "updated_at": at,
        "restricted": number % 1000 == 0,
    }


def _mail(size: Size, mail: int) -> Row:
    number, rest = divmod(mail, size.step)
    ours = rest == 0 and number <= size.applications
    waits = _is_held(size, mail)
    outcome, code = (Outcome.REPLY, "CLEAR") if ours else (Outcome.HOLD, "DOUBT") if waits else (Outcome.SKIP, "OTHER")
    return {
        "mailbox": MAILBOX,
        "folder": FOLDER,
        "uidvalidity": UIDVALIDITY,
        "uid": mail,
        "message_key": message_key(mail_message_id(mail)),
        "fingerprint": fingerprint_key(fingerprint(mail)),
        "received_at": size.at(mail),
        "seen_at": size.at(mail),
        "outcome": outcome,
        "code": code,
        "intent": Intent.APPLICATION if ours else Intent.UNRELATED,
        "tier": Tier.NONE,
        "scheme": _SCHEMES[number % len(_SCHEMES)] if ours else None,
        "application_id": number if ours else None,
    }


def _threads(size: Size, number: int) -> Iterator[Row]:
    mail = size.mail_of(number)
    common = {"application_id": number, "at": size.at(mail)}
    yield {"message_key": message_key(mail_message_id(mail)), "ours": False, **common}
    for kind in (MessageKind.REPLY, MessageKind.SUMMARY):
        yield {"message_key": message_key(own_message_id(number, kind)), "ours": True, **common}


def _answers(size: Size, number: int) -> Iterator[Row]:
    mail = size.mail_of(number)
    for field in FIELDS:
        yield {
            "application_id": number,
            "field": field,
            "value": f"School of Sample {number % 25}" if field == "department" else f"{field} of applicant {number}",
            "source": "body line 7",
            "confidence": 0.9,
            "ledger_id": mail,
            "at": size.at(mail),
            "by": "worker",
        }


def _flag(size: Size, number: int) -> Row:
    return {"application_id": number, "code": "QUESTION", "detail": "", "at": size.at(size.mail_of(number))}


def _events(size: Size, number: int) -> Iterator[Row]:
    for what, detail in (("created", " ".join(FIELDS)), ("sent", "acknowledgement"), ("state", "acknowledged")):
        at = size.at(size.mail_of(number))
        yield {"application_id": number, "at": at, "what": what, "detail": detail, "by": "worker"}


def _messages(size: Size, number: int) -> Iterator[Row]:
    at = size.at(size.mail_of(number))
    states = {1: OutboxState.UNKNOWN} if size.applications - number < _UNKNOWN else {}
    states |= {0: OutboxState.QUEUED} if size.applications - number < _QUEUED else {}
    for place, kind in enumerate((MessageKind.REPLY, MessageKind.SUMMARY)):
        recipient = sender(number) if kind is MessageKind.REPLY else "team@example.org"
        state = states.get(place, OutboxState.FAILED if number % 500 == 0 else OutboxState.SENT)
        gone = state is not OutboxState.QUEUED
        yield {
            "message_id": own_message_id(number, kind),
            "kind": kind,
            "template": ReplyKind.ACKNOWLEDGEMENT.value if kind is MessageKind.REPLY else "summary",
            "template_version": "1",
            "mailbox": MAILBOX,
            "recipient": recipient,
            "recipient_key": address_key(recipient),
            "scheme": _SCHEMES[number % len(_SCHEMES)],
            "application_id": number,
            "ledger_id": size.mail_of(number),
            "sha256": b"\0" * 32,
            "state": state,
            "tries": 0,
            "queued_at": at,
            "next_try_at": at,
            "claimed_by": "worker" if gone else None,
            "claimed_at": at if gone else None,
            "handed_at": at if gone else None,
            "sent_at": at if state is OutboxState.SENT else None,
            "purged": _is_purged(size, at),
        }


def _contents(size: Size, number: int) -> Iterator[Row]:
    """Two messages an application, numbered as they were put in."""
    if not _is_purged(size, size.at(size.mail_of(number))):
        yield from ({"id": 2 * number - place, "content": b"x" * 2000} for place in (1, 0))


def _is_purged(size: Size, at: datetime) -> bool:
    return size.now - at >= timedelta(days=365)


def _is_held(size: Size, mail: int) -> bool:
    """Between every fifth pair of applications one mail waited for a person."""
    return mail % size.step == 1 and mail // size.step % 5 == 0


def _held(size: Size, mail: int) -> Row:
    at = size.at(mail)
    open_ = size.mails - mail < _OPEN * 5 * size.step
    return {
        "ledger_id": mail,
        "sender_name": f"Sender {mail}",
        "sender": f"sender-{mail}@example.net",
        "sender_key": address_key(f"sender-{mail}@example.net"),
        "subject": "a question",
        "opened_at": at,
        "resolved_at": None if open_ else at + timedelta(days=1),
        "resolved_by": None if open_ else "ada",
        "how": None if open_ else "answered",
    }


def _audit(size: Size, number: int) -> Row:
    return {"at": size.at(size.mail_of(number)), "who": "ada", "what": "viewed", "thing": f"{PREFIX}-{number:04d}"}


def _point(size: Size) -> Row:
    return {
        "mailbox": MAILBOX,
        "folder": FOLDER,
        "uidvalidity": UIDVALIDITY,
        "next_uid": size.mails + 1,
        "first_uid": 1,
        "started_at": size.at(1),
        "complete_at": size.now,
    }
