"""Delivery reports: is this mail one, and what does it say about a message of ours (RFC 3464, RFC 6522)."""

import re
from email.parser import BytesParser
from email.policy import compat32

from inbox_worker.core.effects import BounceReport
from inbox_worker.core.mail import Email
from inbox_worker.core.words import fold

_ID = re.compile(r"<[^<>\s@]+@[^<>\s]+>")
_DAEMON_NAME = re.compile(r"mailer-?daemon|mail delivery (?:sub)?system|^postmaster$|delivery status notification")
_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|delivery (?:status notification|failure|has failed|delayed|failed)|returned mail|"
    r"mail delivery (?:failed|failure)|failure notice|delayed mail|could ?n.t be delivered|message not delivered|"
    r"returned to sender|warning: (?:message|could not)"
)
_FIELD = re.compile(r"^(?P<name>[A-Za-z-]+):[ \t]*(?P<value>.*(?:\n[ \t].*)*)", re.MULTILINE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_REASONS = {  # RFC 3463 s.3: the subject digit
    "1": "the address does not exist or cannot be used",
    "2": "the mailbox is full, closed or does not accept mail",
    "3": "the recipient's mail system does not accept mail for now",
    "4": "the recipient's mail system could not be reached",
    "5": "the two mail systems did not understand each other",
    "6": "the content could not be delivered in this form",
    "7": "the recipient's mail system refused it by its rules",
}


def daemon_name(email: Email) -> str | None:
    """Return what in From names a mail system, or None. Looks at the raw header: daemons often have no address."""
    raw = fold(email.header("From") or "")
    names = [fold(entry.name) for entry in email.from_] or [raw]
    found = next((match for match in map(_DAEMON_NAME.search, [*names, raw.strip("<>")]) if match), None)
    return found.group() if found else None


def is_receipt(email: Email) -> bool:
    """Return whether `email` is a read receipt (RFC 8098), not a delivery report."""
    if "message/disposition-notification" in email.part_types:
        return True
    return any(p.get("report-type", "").casefold() == "disposition-notification" for p in email.part_parameters)


def is_report(email: Email) -> bool:
    """Return whether `email` reports on the delivery of a message, in the standard's form or in an older one."""
    if is_receipt(email) or "message/feedback-report" in email.part_types:
        return False
    if email.delivery_status is not None or "message/delivery-status" in email.part_types:
        return True
    if email.header("X-Failed-Recipients") or email.header("X-MS-Exchange-Message-Is-Ndr") is not None:
        return True
    from_machine = bool(daemon_name(email)) or (email.header("Return-Path") or "").strip() == "<>"
    from_machine = from_machine or any(
        entry.address.casefold().startswith(("postmaster@", "mailer-daemon@", "microsoftexchange"))
        for entry in email.from_
    )
    top = email.part_types[0] if email.part_types else ""
    return from_machine and (top == "multipart/report" or bool(_SUBJECT.search(fold(email.subject))))


def _fields(status: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(status.replace("\r\n", "\n")):
        fields.setdefault(match["name"].casefold(), " ".join(match["value"].split()))
    return fields


def _returned_ids(email: Email) -> list[str]:
    ids: list[str] = []
    for raw in email.attached_mails:
        try:
            head = BytesParser(policy=compat32).parsebytes(raw[:65_536], headersonly=True)
            ids += _ID.findall(" ".join(str(head.get("Message-ID") or "").split()))
        except Exception:  # noqa: S112 - the parser's failures on hostile input are many; the ids are a hint only
            continue
    return ids


def _action(fields: dict[str, str], email: Email) -> str:
    said = fields.get("action", "").casefold().split(" ")[0]
    if said in _ACTIONS:
        return said
    subject = fold(email.subject)
    return "delayed" if re.search(r"delay|warning|still being retried", subject) else "failed"


def reported_ids(email: Email) -> tuple[str, ...]:
    """Return the Message-IDs that a delivery report may be about, likeliest first.

    The id of the returned mail, then Original-Envelope-Id, then In-Reply-To and References (domain.md 1.5).
    Empty where `email` is no report.
    """
    if not is_report(email):
        return ()
    fields = _fields(email.delivery_status or "")
    envelope = fields.get("original-envelope-id", "")
    candidates = [*_returned_ids(email), envelope, f"<{envelope.strip('<>')}>", *email.in_reply_to]
    candidates += [*_ID.findall(fields.get("x-original-message-id", "")), *reversed(email.references)]
    return tuple(dict.fromkeys(candidate for candidate in candidates if _ID.fullmatch(candidate)))


def report(email: Email, ours: frozenset[str]) -> BounceReport | None:
    """Return what `email` says about one of our messages, or None where it names none of `ours`."""
    message_id = next((candidate for candidate in reported_ids(email) if candidate in ours), None)
    if message_id is None:
        return None
    fields = _fields(email.delivery_status or "")
    status = _STATUS.search(fields.get("status", "") or fields.get("diagnostic-code", ""))
    return BounceReport(
        message_id=message_id,
        action=_action(fields, email),
        status=status.group() if status else "",
        reason=_REASONS.get(status.group(2), "") if status else "",
    )
