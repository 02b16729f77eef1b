"""What the tests of the team share: a clock of their own, what arrived where, and mails of people."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from inbox_worker.demo_servers import SmtpServer
from inbox_worker.imap import ImapMailbox
from tests.site import form, mail

START = datetime(2026, 7, 3, 12, 0, tzinfo=UTC)  # a Friday in summer time


class Clock:
    """A clock that the test moves."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, **span: float) -> datetime:
        """Move the clock on, and return the time."""
        self.now += timedelta(**span)
        return self.now


def applies(name: str, number: int, *without: str, **values: str) -> bytes:
    """Return the application of `name`, from their own address."""
    address = address_of(name)
    return mail(
        form(*without, name=name, email=address, **values),
        sender=f"{name} <{address}>",
        message_id=f"<{number}@mail.kent.ac.uk>",
    )


def nominates(number: int) -> bytes:
    """Return the application of one person from the address of another: a person must look."""
    text = "Please find below the application of my colleague Tamsin Okoro, who asked me to send it.\n\n" + form()
    return mail(text, sender="Ray Moss <r.moss@kent.ac.uk>", message_id=f"<{number}@mail.kent.ac.uk>")


def address_of(name: str) -> str:
    """Return the address that tests give to a person."""
    return f"{name.lower().replace(' ', '.')}@kent.ac.uk"


def sent_to(smtp: SmtpServer, recipient: str) -> list[EmailMessage]:
    """Return what went to `recipient`, parsed."""
    found = [each.content for each in smtp.deliveries if each.recipients == (recipient,)]
    return [BytesParser(policy=default).parsebytes(content) for content in found]


def text_of(message: EmailMessage) -> str:
    """Return the words of the text part, on one line."""
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def subjects(messages: list[EmailMessage]) -> list[str]:
    """Return the subjects."""
    return [str(message["Subject"]) for message in messages]


def lying_in(mailbox: ImapMailbox, folder: str) -> list[str]:
    """Return the Message-IDs of the mails in `folder`."""
    batches = list(mailbox.mails_after(mailbox.position(folder), 0))
    mails = [each for batch in batches for each in batch.mails]
    return [str(BytesParser(policy=default).parsebytes(each.content)["Message-ID"]) for each in mails]
