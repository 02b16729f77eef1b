"""Mail for measuring: any number of mails, the same for the same seed. Every sender and word is invented.

60 % multipart/alternative of 5-15 KB as Outlook writes it, 25 % plain text, 10 % with an attachment of 100-300 KB,
5 % automatic. About half is the scheme's own (complete and incomplete applications, requests), so that replies go out.
"""

import base64
import os
import quopri
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

MAILBOX = "equalityanddiversity@kent.ac.uk"
SEED = 20261123
FIRST = ("Anwen", "Bram", "Carys", "Dilip", "Esme", "Farah", "Gethin", "Hana", "Idris", "Jonty", "Keiko", "Lorcan")
LAST = ("Abernethy", "Bakshi", "Crossley", "Dunmore", "Eastaugh", "Fairhurst", "Galbraith", "Hollins", "Ilves")
JOBS = ("Library Assistant", "Laboratory Technician", "Payroll Officer", "Lecturer in Law", "Student Support Officer")
PLACES = ("Library Services", "School of Physics", "Finance", "Kent Law School", "Estates", "Information Services")
ANSWERS = (
    "People tell me things at the desk because I am not their manager, and I would like to know what to say next.",
    "Eleven years of listening across a counter, a first-aid certificate, and a good deal of patience.",
    "A quiet room now and then, and somebody to ring when I am not sure where to point a colleague.",
    "Because most of us spend more hours at work than with our families, and few of us talk about it.",
)
LABELS = (
    "Name:", "Job title:", "Department/School:", "Email:",
    "- Why are you interested in becoming a mental health ally?",
    "- What skills and experiences can you bring to the role of a mental health ally?",
    "- What support do you think you will need as a mental health ally?",
    "- Why do you think mental health awareness in the workplace is important?",
)  # fmt: skip
FILLER = re.findall(
    r"\w+",
    "thank you for the minutes of the last meeting which I have read with interest and passed on to the others "
    "the room on the second floor is free on Tuesday and the projector has been mended at last so we could meet there "
    "please find the figures for the quarter below and let me know whether the totals agree with yours before Friday "
    "we have ordered the new chairs and expect them within a fortnight delivery is to the loading bay as always",
)
STYLE = "".join(
    f"p.{name}, li.{name}, div.{name}\n\t{{margin:0cm;margin-bottom:.0001pt;font-size:11.0pt;"
    'font-family:"Calibri",sans-serif;mso-fareast-language:EN-US;}\n'
    for name in ("MsoNormal", "MsoListParagraph", "MsoPlainText", "xmsonormal", "EmailStyle17")
)


def mails(count: int, seed: int = SEED, now: datetime | None = None) -> Iterator[bytes]:
    """Yield `count` mails with CRLF line ends. Without `now` their dates are those of the seed, else of that day."""
    start = now or datetime(2026, 11, 20, 9, tzinfo=UTC)
    for number in range(count):
        yield mail(number, seed, start + timedelta(seconds=number % 3600))


def mail(number: int, seed: int, date: datetime) -> bytes:
    """Return the mail `number` of a seed."""
    draw = random.Random(f"{seed}:{number}")  # noqa: S311 - a mailbox that can be made again
    sender = _Sender(draw, number)
    share = draw.random()
    ours = draw.random() < 0.53  # of what is not automatic: half of the whole
    subject, text = _scheme_text(draw, sender) if ours else _other_text(draw, share)
    if share < 0.60:
        body = _alternative(draw, text, draw.randint(200, 2_000))
    elif share < 0.85:
        body = _part("text/plain", text, draw)
    elif share < 0.95:
        body = _with_file(draw, text, draw.randint(100_000, 300_000))
    else:
        subject, extra, body = _automatic(draw, sender)
        return _whole(draw, sender, subject, date, body, extra)
    return _whole(draw, sender, subject, date, body)


def application(number: int, seed: int, date: datetime) -> tuple[str, bytes]:
    """Return the address of a sender, and a mail of theirs that is answered: an application or a request."""
    draw = random.Random(f"application:{seed}:{number}")  # noqa: S311 - a mail that can be made again
    sender = _Sender(draw, number)
    subject, text = _scheme_text(draw, sender)
    return sender.address, _whole(draw, sender, subject, date, _alternative(draw, text, draw.randint(200, 2_000)))


def write_maildir(folder: Path, count: int, seed: int = SEED, now: datetime | None = None) -> int:
    """Write `count` mails into a new Maildir, delivered at `now`; return their bytes in all."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    at = now or datetime.now(UTC)
    total = 0
    for number, content in enumerate(mails(count, seed, at)):
        path = folder / "cur" / f"{int(at.timestamp())}.M{number:06d}P1.bench,S={len(content)},W={len(content)}:2,"
        path.write_bytes(content)
        os.utime(path, (at.timestamp(), at.timestamp()))
        total += len(content)
    return total


def write_large(folder: Path, megabytes: int) -> None:
    """Write an application with one attachment, of `megabytes` in all, into a new Maildir."""
    draw = random.Random(f"large:{megabytes}")  # noqa: S311 - a mailbox that can be made again
    sender = _Sender(draw, 0)
    subject, text = _scheme_text(draw, sender)
    body = _with_file(draw, text, megabytes * 740_000)  # base64 makes four of three octets, and line ends
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "cur" / "1.M0P1.bench:2,").write_bytes(_whole(draw, sender, subject, datetime.now(UTC), body))


class _Sender:
    def __init__(self, draw: random.Random, number: int) -> None:
        self.first, self.last = draw.choice(FIRST), draw.choice(LAST)
        self.name = f"{self.first} {self.last}"
        self.address = f"{self.first[0]}.{self.last}{number}@kent.ac.uk".lower()


def _scheme_text(draw: random.Random, sender: _Sender) -> tuple[str, str]:
    """Return subject and text of an application, complete or not, or of a request for the role description."""
    if draw.random() < 0.2:
        ask = "Could you please send me a copy of the role description for the mental health allies?"
        return "Role description", f"Hello,\n\n{ask}\n\nKind regards\n{sender.name}\n"
    values = (sender.name, draw.choice(JOBS), draw.choice(PLACES), sender.address, *ANSWERS)
    left_out = draw.choice(range(4, 8)) if draw.random() < 0.3 else None
    form = [f"{label} {value}" for at, (label, value) in enumerate(zip(LABELS, values, strict=True)) if at != left_out]
    greeting = draw.choice(("Hello,", "Dear team,", "Good morning,"))
    return "Become a Mental Health Ally", "\n\n".join([greeting, *form, "Kind regards", sender.name]) + "\n"


def _other_text(draw: random.Random, share: float) -> tuple[str, str]:
    subject = draw.choice(("Room for Tuesday", "Minutes", "Figures for the quarter", "New chairs"))
    return subject, _prose(draw, draw.randint(300, 1_500)) + f"\n\nBest wishes\n{draw.choice(FIRST)} ({share:.4f})\n"


def _prose(draw: random.Random, length: int) -> str:
    sentences, size = [], 0
    while size < length:
        sentences.append(" ".join(draw.choices(FILLER, k=draw.randint(8, 16))).capitalize() + ".")
        size += len(sentences[-1])
    return "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


def _whole(
    draw: random.Random, sender: _Sender, subject: str, date: datetime, body: str, extra: tuple[str, ...] = ()
) -> bytes:
    token = f"{draw.getrandbits(96):024x}"
    lines = [
        f"Received: from mail.kent.ac.uk (192.0.2.{draw.randint(1, 250)}) by in.kent.ac.uk;\n\t{format_datetime(date)}",
        "Authentication-Results: in.kent.ac.uk; spf=pass smtp.mailfrom=kent.ac.uk; dkim=pass; dmarc=pass",
        f"DKIM-Signature: v=1; a=rsa-sha256; d=kent.ac.uk; s=s1; h=From:Date:Subject;\n\tb={_noise(draw, 340)}",
        f"From: {sender.name} <{sender.address}>",
        f"To: {MAILBOX}",
        f"Subject: {subject}",
        f"Date: {format_datetime(date)}",
        f"Message-ID: <{token}@mail.kent.ac.uk>",
        f"Thread-Index: {_noise(draw, 30)}",
        f"x-microsoft-antispam-message-info: {_noise(draw, draw.randint(100, 700))}",
        *extra,
        "MIME-Version: 1.0",
    ]
    return ("\n".join(lines) + "\n" + body).replace("\n", "\r\n").encode("ascii")


def _noise(draw: random.Random, length: int) -> str:
    text = base64.b64encode(draw.randbytes(length)).decode()[:length]
    return "\n\t".join(text[at : at + 70] for at in range(0, length, 70))


def _part(kind: str, text: str, draw: random.Random) -> str:
    head = f'Content-Type: {kind}; charset="utf-8"\nContent-Transfer-Encoding: '
    if draw.random() < 0.3:
        return f"{head}base64\n\n{base64.encodebytes(text.encode()).decode()}"
    return f"{head}quoted-printable\n\n{quopri.encodestring(text.encode()).decode()}"


def _alternative(draw: random.Random, text: str, more: int) -> str:
    """Return text and mark-up of the same words, padded as Word pads, with `more` characters of older mail below."""
    older = f"\n-----Original Message-----\nFrom: The office <office@kent.ac.uk>\n\n{_prose(draw, more)}\n"
    paragraphs = "".join(
        f'<p class=MsoNormal><span lang=EN-GB style="mso-fareast-language:EN-US">{line}<o:p></o:p></span></p>\n'
        for line in (text + older).split("\n")
    )
    markup = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word">'
        f"\n<style><!--\n{STYLE}--></style></head>\n<body lang=EN-GB><div class=WordSection1>\n{paragraphs}"
        "</div></body></html>\n"
    )
    parts = [_part("text/plain", text + older, draw), _part("text/html", markup, draw)]
    return _multipart("alternative", parts, draw)


def _with_file(draw: random.Random, text: str, size: int) -> str:
    content = base64.encodebytes(b"\xff\xd8\xff\xe0" + draw.randbytes(size)).decode()
    file = (
        'Content-Type: image/jpeg; name="photo.jpg"\nContent-Disposition: attachment; filename="photo.jpg"\n'
        f"Content-Transfer-Encoding: base64\n\n{content}"
    )
    return _multipart("mixed", [_alternative(draw, text, 800), file], draw)


def _automatic(draw: random.Random, sender: _Sender) -> tuple[str, tuple[str, ...], str]:
    if draw.random() < 0.5:
        away = _part("text/plain", "I am away until Monday.\n\n" + _prose(draw, 300), draw)
        return "Automatic reply: Your mail", ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"), away
    report = [
        "Content-Type: text/plain; charset=us-ascii\n\n"
        f"<{sender.address}>: host mx.example.org said: 550 5.1.1 unknown\n",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {sender.address}\nAction: failed\nStatus: 5.1.1\n",
    ]
    return "Undelivered Mail Returned to Sender", ("Auto-Submitted: auto-replied",), _multipart("report", report, draw)


def _multipart(kind: str, parts: list[str], draw: random.Random) -> str:
    boundary = f"_000_{draw.getrandbits(128):032X}_"
    also = "; report-type=delivery-status" if kind == "report" else ""
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}{also};\n\tboundary="{boundary}"\n\n{inner}--{boundary}--\n'
