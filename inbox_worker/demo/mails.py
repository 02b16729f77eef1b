"""The mails of the demo. All people are invented. The last two answer what the worker sent, so they come second."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import format_datetime

MAILBOX = "equalityanddiversity@kent.ac.uk"
TO = f"Equality and Diversity <{MAILBOX}>"


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail of the demo, and why it is in it."""

    key: str
    title: str
    content: bytes


def first_round(now: datetime) -> list[Sample]:
    """Return the mails that arrive by themselves."""
    return [
        Sample("complete", "a complete application", _complete(now)),
        Sample("incomplete", "an application from a phone, two things missing", _incomplete(now)),
        Sample("request", "asks for the role description", _request(now)),
        Sample("out-of-office", "an out-of-office note that quotes the form", _out_of_office(now)),
        Sample("complaint", "a complaint: none of the worker's business", _complaint(now)),
        Sample("crisis", "somebody in a crisis", _crisis(now)),
    ]


def second_round(now: datetime, reply_to_incomplete: Message, reply_to_request: Message) -> list[Sample]:
    """Return the mails that answer what the worker sent in the first round."""
    return [
        Sample("follow-up", "sends what was missing, by just replying", _follow_up(now, reply_to_incomplete)),
        Sample("bounce", "a reply of ours comes back", _bounce(now, reply_to_request)),
    ]


def _complete(now: datetime) -> bytes:
    text = """Hello,

I would like to become a Mental Health Ally. Here is my form:

Name: Tamsin Okoro
Job title: Library Assistant
Department/School: Library Services
Email: t.okoro@kent.ac.uk

- Why are you interested in becoming a mental health ally?
People tell me things at the help desk because I am not their manager. I would like to know
where to point them.

- What skills and experiences can you bring to the role of a mental health ally?
Eleven years of listening across a counter, and a first-aid certificate.

- What support do you think you will need as a mental health ally?
A quiet room now and then, and somebody to ring when I am not sure.

- Why do you think mental health awareness in the workplace is important?
Because most of us spend more hours here than with our families.

Kind regards
Tamsin
"""
    return _mail(now, "complete", "Tamsin Okoro <t.okoro@kent.ac.uk>", "Become a Mental Health Ally", text)


def _incomplete(now: datetime) -> bytes:
    text = """Hi, id like to be a mental health ally please

Name - Rhodri Vance
Job title - Grounds Supervisor
Dept - Estates
why interested: my brother went through a bad patch and nobody at his work noticed
skills: coached under 12s for years, used to spotting the quiet ones

Rhodri

Sent from my iPhone
"""
    return _mail(now, "incomplete", "Rhodri Vance <r.vance@kent.ac.uk>", "mental health ally", text)


def _request(now: datetime) -> bytes:
    html = """<html><head><style>p.MsoNormal{margin:0cm}</style></head><body lang="EN-GB">
<p class="MsoNormal">Dear team,</p>
<p class="MsoNormal">Before I decide, could you send me a copy of the role description for the
Mental Health Allies, and the details of the training?</p>
<p class="MsoNormal">Many thanks<br>Dr Ingrid Castellanos-Bey<br>Senior Lecturer<br>School of Computing</p>
</body></html>"""
    sender = "Ingrid Castellanos-Bey <i.castellanos-bey@kent.ac.uk>"
    return _mail(now, "request", sender, "Mental Health Allies", html, subtype="html")


def _out_of_office(now: datetime) -> bytes:
    text = """I am away until Monday.

> Name:
> Job title:
> - Why are you interested in becoming a mental health ally?
"""
    sender = "Piers Lindqvist <p.lindqvist@kent.ac.uk>"
    return _mail(
        now,
        "out-of-office",
        sender,
        "Automatic reply: Become a Mental Health Ally",
        text,
        headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
    )


def _complaint(now: datetime) -> bytes:
    text = """Dear Sir or Madam,

I wish to make a formal complaint about how my request for adjustments was handled. I have
waited seven weeks. Please treat this in confidence and tell me who will look at it.

Morwenna Achterberg
"""
    sender = "Morwenna Achterberg <m.achterberg@kent.ac.uk>"
    return _mail(now, "complaint", sender, "Formal complaint", text)


def _crisis(now: datetime) -> bytes:
    text = """I saw the page about mental health allies and started to fill it in but I can't do this any more.
I don't want to be here. I have been thinking about ending my life.

Jo
"""
    return _mail(now, "crisis", "Jo Fairweather <j.fairweather@kent.ac.uk>", "mental health ally", text)


def _follow_up(now: datetime, ours: Message) -> bytes:
    text = """Sorry, forgot those two.

Support needed: an hour with the coordinator at the start, that's all
Why it's important: people go off sick when a word in time would have done

Rhodri
"""
    headers = {"In-Reply-To": str(ours["Message-ID"]), "References": str(ours["Message-ID"])}
    subject = f"Re: {str(ours['Subject']).removeprefix('Re: ')}"
    return _mail(now, "follow-up", "Rhodri Vance <r.vance@kent.ac.uk>", subject, text, headers=headers)


def _bounce(now: datetime, ours: Message) -> bytes:
    """Return a delivery report as a mail server writes it (RFC 3464)."""
    head = {
        "From": "Mail Delivery System <MAILER-DAEMON@mx.kent.ac.uk>",
        "To": MAILBOX,
        "Subject": "Undelivered Mail Returned to Sender",
        "Date": format_datetime(now),
        "Message-ID": "<demo-bounce@mx.kent.ac.uk>",
        "Auto-Submitted": "auto-replied",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/report; report-type=delivery-status; boundary="report"',
    }
    status = (
        "Reporting-MTA: dns; mx.kent.ac.uk\n\n"
        f"Final-Recipient: rfc822; {ours['To']}\nAction: failed\nStatus: 5.2.2\n"
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n"
    )
    lines = [f"{name}: {value}" for name, value in head.items()]
    lines += ["", "--report", "", "Your message could not be delivered: the mailbox is full.", ""]
    lines += ["--report", "Content-Type: message/delivery-status", "", status]
    lines += ["--report", "Content-Type: message/rfc822", "", ours.as_string(), "--report--", ""]
    return _crlf("\n".join(lines).encode("ascii"))


def _mail(
    now: datetime,
    key: str,
    sender: str,
    subject: str,
    text: str,
    subtype: str = "plain",
    headers: dict[str, str] | None = None,
) -> bytes:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = TO
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<demo-{key}@mail.kent.ac.uk>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text, subtype=subtype, charset="utf-8")
    return _crlf(mail.as_bytes())


def _crlf(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
