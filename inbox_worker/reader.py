"""Bytes of a mail -> what was understood of it. The one place that joins parser, documents and core.

The libraries behind it are imported by the first mail: the worker itself hardly reads (`reading_process` does), and a
pass with nothing to do shall cost little.
"""

import pickle
from dataclasses import dataclass
from datetime import datetime

from inbox_worker.core.document import Document
from inbox_worker.core.mail import Email, RawMail
from inbox_worker.core.reading import Known, Reading
from inbox_worker.core.scheme import Rules


@dataclass(frozen=True, slots=True)
class Content:
    """A mail parsed, with the text of its attached forms: all that is costly, and needs no database.

    Where another process parsed it, `email` comes without its texts: all that they say stands in the document.
    """

    raw: RawMail
    email: Email
    packed: Document | bytes  # pickled: a few mails are read again, and the document of all others stays as it came

    @property
    def document(self) -> Document:
        """Return the lines of the mail."""
        return self.packed if isinstance(self.packed, Document) else pickle.loads(self.packed)  # noqa: S301 - our own


def load() -> None:
    """Import what the first mail would import."""
    from inbox_worker import documents  # noqa: F401
    from inbox_worker.core import build_document, parse, read  # noqa: F401


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the mail of one mailbox by its rules."""

    rules: Rules

    def content(self, raw: RawMail) -> Content:
        """Return what `raw` holds. Attached forms are read in a process with limits."""
        from inbox_worker import documents
        from inbox_worker.core.build_document import build
        from inbox_worker.core.parse import parse

        email = parse(raw)
        return Content(raw, email, build(email, documents.read_forms(email.attachments)))

    def read(self, content: Content, known: Known, now: datetime) -> Reading:
        """Return what the mail means, given what is on record. Pure."""
        from inbox_worker.core.read import read

        raw = content.raw
        return read(
            content.email, content.document, self.rules, known, now, raw.received, flags=raw.flags, junk=raw.junk
        )
