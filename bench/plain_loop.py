"""The yardstick: the plain loop of the same libraries, with a stub in place of judgement.

imapclient -> mail-parser -> SQLAlchemy on SQLite (WAL) -> jinja2 -> EmailMessage -> smtplib, one batch after the other.
It gives no guarantee: it shows what moving the mail alone costs. `python -m bench.plain_loop USER DATABASE`.
"""

import json
import os
import re
import smtplib
import sys
import time
from email.message import EmailMessage
from typing import Any

import jinja2
import mailparser
from imapclient import IMAPClient
from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, Text, create_engine, event, insert, update

from bench.clock import Clock
from bench.mailbox import LABELS, MAILBOX

BATCH = 50
_METADATA = MetaData()
_MAIL = Table(
    "mail", _METADATA,
    Column("uid", Integer, primary_key=True), Column("message_id", String), Column("sender", String),
    Column("subject", String), Column("kind", String), Column("text", Text), Column("fields", JSON),
)  # fmt: skip
_OUTBOX = Table(
    "outbox", _METADATA,
    Column("uid", Integer, primary_key=True), Column("recipient", String), Column("state", String),
)  # fmt: skip
_LINE = re.compile("^(" + "|".join(re.escape(label) for label in LABELS) + ") (.*)$", re.MULTILINE)
_TEXT = (
    "Dear {{ name }},\n\nThank you for your interest. We received:\n{% for key in fields %}- {{ key }}\n{% endfor %}"
)
_HTML = "<p>Dear {{ name }},</p><p>Thank you. We received:</p><ul>{% for key in fields %}<li>{{ key }}{% endfor %}</ul>"


def classify(mail: Any) -> tuple[str, dict[str, str]]:
    """Return a kind and the fields, by the crudest means."""
    if "Auto-Submitted" in mail.headers:
        return "automatic", {}
    text = "\n".join(mail.text_plain)
    if "mental health all" not in text.lower():
        return "other", {}
    return "ours", dict(_LINE.findall(text.replace("\r", "")))


def engine(path: str) -> Any:
    """Return a database with the tables, as careful on disk as ours."""
    found = create_engine(f"sqlite:///{path}")

    @event.listens_for(found, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    _METADATA.create_all(found)
    return found


class Loop:
    """One pass over one mailbox."""

    def __init__(self, user: str, database: str) -> None:
        self.clock = Clock()
        self._engine = engine(database)
        self._smtp = smtplib.SMTP("127.0.0.1", int(os.environ["SMTP_PORT"]))
        self._imap = IMAPClient("127.0.0.1", int(os.environ["IMAP_PORT"]), ssl=False)
        self._imap.login(user, "bench")
        plain, safe = jinja2.Environment(autoescape=False), jinja2.Environment(autoescape=True)  # noqa: S701 - plain text
        self._templates = plain.from_string(_TEXT), safe.from_string(_HTML)
        self.done = self.sent = 0

    def run(self) -> None:
        """Read everything, answer what the stub takes for ours."""
        self._imap.select_folder("INBOX", readonly=True)
        uids = self._imap.search(["UID", "1:*"])
        for at in range(0, len(uids), BATCH):
            self.batch(uids[at : at + BATCH])
        self._imap.logout()
        self._smtp.quit()

    def batch(self, uids: list[int]) -> None:
        """Take one batch through all stages."""
        with self.clock("fetch"):
            fetched = self._imap.fetch(uids, ["BODY.PEEK[]"])
        with self.clock("parse"):
            mails = {uid: mailparser.parse_from_bytes(fetched[uid][b"BODY[]"]) for uid in uids}
        with self.clock("judge and extract"):
            read = {uid: classify(mail) for uid, mail in mails.items()}
        ours = {uid: mails[uid].from_[0][1] for uid in uids if read[uid][0] == "ours"}
        with self.clock("database"), self._engine.begin() as connection:
            connection.execute(insert(_MAIL), [self._row(uid, mails[uid], read[uid]) for uid in uids])
            if ours:
                queued = [{"uid": uid, "recipient": address, "state": "queued"} for uid, address in ours.items()]
                connection.execute(insert(_OUTBOX), queued)
        for uid, address in ours.items():
            self.answer(address, mails[uid], read[uid][1])
        with self.clock("database"), self._engine.begin() as connection:
            connection.execute(update(_OUTBOX).where(_OUTBOX.c.uid.in_(list(ours))).values(state="sent"))
        self.done += len(uids)

    def answer(self, address: str, mail: Any, fields: dict[str, str]) -> None:
        """Render, compose and send one reply."""
        with self.clock("render"):
            words = [template.render(name=fields.get("Name:", ""), fields=fields) for template in self._templates]
        with self.clock("compose"):
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = MAILBOX, address, f"Re: {mail.subject}"
            message["In-Reply-To"] = message["References"] = mail.message_id
            message["Auto-Submitted"] = "auto-replied"
            message.set_content(words[0])
            message.add_alternative(words[1], subtype="html")
            content = message.as_bytes()
        with self.clock("send"):
            self._smtp.sendmail(MAILBOX, [address], content)
        self.sent += 1

    def _row(self, uid: int, mail: Any, read: tuple[str, dict[str, str]]) -> dict[str, Any]:
        sender = mail.from_[0][1] if mail.from_ else ""
        return {
            "uid": uid, "message_id": mail.message_id, "sender": sender, "subject": mail.subject, "kind": read[0],
            "text": "\n".join(mail.text_plain), "fields": read[1],
        }  # fmt: skip


def main() -> None:
    """Run, and print what was done and where the time went as JSON."""
    start = time.perf_counter()
    loop = Loop(sys.argv[1], sys.argv[2])
    loop.run()
    told = {"done": loop.done, "sent": loop.sent, "seconds": time.perf_counter() - start}
    print(json.dumps({**told, "stages": loop.clock.milliseconds(max(1, loop.done))}))


if __name__ == "__main__":
    main()
