"""Everything held about one person -> a JSON file for programs and a page to read (Art. 15 and 20 UK GDPR)."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from inbox_worker.exports import ExportError
from inbox_worker.holdings import Dossier, HeldApplication, MailSent
from inbox_worker.safe_text import revealed

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:bold}"
    "th,td{border:1px solid #767676;padding:.4rem;text-align:left;vertical-align:top;overflow-wrap:break-word}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #767676;padding:.6rem}"
    "@media(prefers-color-scheme:dark){body{color:#f2f2f2;background:#1a1a1a}}"
)


def write(dossier: Dossier, folder: Path, labels: dict[str, str], zone: str) -> tuple[Path, Path]:
    """Write the JSON file and the page into `folder`, readable by their owner alone; return their paths.

    labels: field key -> label. Their names hold the time, not the address. Raises ExportError.
    """
    stem = f"subject-access-{dossier.made_at:%Y%m%dT%H%M%SZ}"
    paths = folder / f"{stem}.json", folder / f"{stem}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path, text in zip(paths, (as_json(dossier), as_html(dossier, labels, zone)), strict=True):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ExportError(f"{folder}: the export cannot be written ({error.strerror}); name another folder") from error
    return paths


def as_json(dossier: Dossier) -> str:
    """Return all of it in a structured, commonly used and machine-readable form."""
    return json.dumps(_object(dossier), ensure_ascii=False, indent=2) + "\n"


def as_html(dossier: Dossier, labels: dict[str, str], zone: str) -> str:
    """Return all of it as one page without scripts or outside files."""
    when = _When(zone)
    parts = [
        f"<p>Everything that inbox-worker holds about <strong>{_safe(dossier.address)}</strong>, "
        f"as of {when(dossier.made_at)}.</p>",
        *(_application(each, labels, when) for each in dossier.applications),
        _section(
            "Mails that waited for a person",
            ("Received", "Subject", "From", "State"),
            [
                (when(each.ledger.received_at), each.subject, f"{each.sender_name} {each.sender}", each.how or "open")
                for each in dossier.held
            ],
        ),
        _messages(dossier.messages, when),
        _section(
            "Mails seen (no words of them are kept)",
            ("Received", "Mailbox and folder", "What it was taken for", "Rule"),
            [
                (when(row.received_at), f"{row.mail_id.mailbox}, {row.mail_id.folder}", row.intent.value, row.code)
                for row in dossier.mails
            ],
        ),
        _section(
            "Who looked at or changed these records",
            ("When", "Who", "What", "Record"),
            [(when(line.at), line.who, line.what, line.thing) for line in dossier.audit],
        ),
    ]
    title = "Personal data held"
    return (
        f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{''.join(parts)}</main></body></html>\n"
    )


def text_of(content: bytes) -> str:
    """Return the words of a message of ours."""
    message = message_from_bytes(content, EmailMessage, policy=policy.default)
    body = message.get_body(("plain", "html"))
    return str(body.get_content()) if body is not None else ""


class _When:
    """Writes times for people."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def __call__(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(self._zone):%d %B %Y, %H:%M}" if moment else ""


def _application(held: HeldApplication, labels: dict[str, str], when: _When) -> str:
    found = held.application
    state = f"{found.state.value.replace('_', ' ')}{', processing restricted' if found.restricted else ''}"
    values = [
        (
            labels.get(value.key, value.key),
            value.text,
            f"{value.source}, {when(value.at)}",
            f"until {when(value.superseded_at)}" if value.superseded_at else "now",
        )
        for value in held.history
    ]
    flags = ", ".join(sorted({flag.code for flag in found.flags})) or "none"
    head = (
        f"<h2>Application {_safe(found.reference)}</h2>"
        f"<p>Received {when(found.received_at)} from {_safe(found.sender)}; state: {_safe(state)}; "
        f"notes: {_safe(flags)}.</p>"
    )
    events = [(when(event.at), event.what, event.detail, event.by) for event in held.events]
    return (
        head
        + _table("Answers, with earlier ones", ("Question", "Answer", "Where it came from", "Valid"), values)
        + _table("What happened", ("When", "What", "Detail", "By"), events)
    )


def _messages(messages: Sequence[MailSent], when: _When) -> str:
    rows = [
        (when(each.item.sent_at or each.item.queued_at), each.item.template, each.item.recipient, each.item.state.value)
        for each in messages
    ]
    texts = [
        f"<h3>Message {each.item.id}: {_safe(each.item.template)}</h3><pre>{_safe(text_of(each.content))}</pre>"
        for each in messages
        if each.content is not None
    ]
    return _section("Messages we sent or prepared", ("When", "Template", "To", "State"), rows) + "".join(texts)


def _section(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return f"<h2>{_safe(title)}</h2>" + _table(title, heads, rows)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return f"<p>{_safe(caption)}: none.</p>"
    head = "".join(f'<th scope="col">{_safe(each)}</th>' for each in heads)
    return f"<table><caption>{_safe(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _safe(text: str) -> str:
    return escape(revealed(text))


def _object(dossier: Dossier) -> dict[str, object]:
    return {
        "address": dossier.address,
        "made": dossier.made_at.isoformat(),
        "applications": [_application_object(each) for each in dossier.applications],
        "held_mail": [
            {
                "number": each.id,
                "received": each.ledger.received_at.isoformat(),
                "sender_name": each.sender_name,
                "sender": each.sender,
                "subject": each.subject,
                "opened": each.opened_at.isoformat(),
                "resolved": _iso(each.resolved_at),
                "how": each.how,
                "reason": each.ledger.code,
            }
            for each in dossier.held
        ],
        "messages": [
            {
                "number": each.item.id,
                "kind": each.item.kind.value,
                "template": each.item.template,
                "to": each.item.recipient,
                "state": each.item.state.value,
                "queued": each.item.queued_at.isoformat(),
                "sent": _iso(each.item.sent_at),
                "text": text_of(each.content) if each.content is not None else None,
            }
            for each in dossier.messages
        ],
        "mails_seen": [
            {
                "mailbox": row.mail_id.mailbox,
                "folder": row.mail_id.folder,
                "uid": row.mail_id.uid,
                "received": row.received_at.isoformat(),
                "seen": row.seen_at.isoformat(),
                "intent": row.intent.value,
                "outcome": row.outcome.value,
                "code": row.code,
            }
            for row in dossier.mails
        ],
        "audit": [
            {"at": line.at.isoformat(), "who": line.who, "what": line.what, "thing": line.thing}
            for line in dossier.audit
        ],
    }


def _application_object(held: HeldApplication) -> dict[str, object]:
    found = held.application
    return {
        "reference": found.reference,
        "scheme": found.scheme,
        "state": found.state.value,
        "restricted": found.restricted,
        "sender": found.sender,
        "received": found.received_at.isoformat(),
        "changed": found.updated_at.isoformat(),
        "duplicate_of": found.duplicate_of,
        "delivery_problem": found.delivery_problem,
        "values": [
            {
                "field": value.key,
                "text": value.text,
                "source": value.source,
                "confidence": value.confidence,
                "at": value.at.isoformat(),
                "by": value.by,
                "replaced": _iso(value.superseded_at),
            }
            for value in held.history
        ],
        "flags": [{"code": flag.code, "detail": flag.detail} for flag in found.flags],
        "events": [
            {"at": event.at.isoformat(), "what": event.what, "detail": event.detail, "by": event.by}
            for event in held.events
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
