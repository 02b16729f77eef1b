"""Values come out of a pickle as they went in: mail is read in another process."""

import pickle
from datetime import UTC, datetime

import pytest

from inbox_worker.core.build_document import build
from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.mail import Address, Attachment, MailId, RawMail
from inbox_worker.core.parse import parse
from inbox_worker.core.read import read
from inbox_worker.core.reading import Known
from tests.core.sample_reading import sample_rules

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MAIL = RawMail(
    MailId("equality", "INBOX", 1, 7),
    b"From: Anwen Bakshi <a.bakshi@kent.ac.uk>\nTo: equality@kent.ac.uk\nDate: Fri, 20 Nov 2026 09:00:00 +0000\n"
    b"Subject: Become a Mental Health Ally\n\nName: Anwen Bakshi\nJob title: Payroll Officer\n\n"
    b"Why are you interested in becoming a mental health ally?\nPeople tell me things.\n\n> Older words.\n",
    NOW,
    frozenset({"\\Seen"}),
    True,
)
EMAIL = parse(MAIL)
DOCUMENT = build(EMAIL)
READING = read(EMAIL, DOCUMENT, sample_rules(), Known(), NOW, NOW)


@pytest.mark.parametrize(
    "value",
    [
        MAIL,
        EMAIL,
        DOCUMENT,
        READING,
        Address("Jo", "jo@example.org"),
        Attachment("cv.pdf", "application/pdf", b"%PDF", True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_the_same_in_another_process(value: object):
    assert pickle.loads(pickle.dumps(value)) == value


def test_the_reading_of_the_sample_holds_values():
    assert len(READING.form.values) >= 3


def test_every_kind_of_line_keeps_all_its_fields():
    lines = tuple(Line("a | b", kind, 2, ("a", "b"), "attachment:form.docx", 3, True, "1.") for kind in Kind)
    document = Document(lines, ("SCAN",))
    assert pickle.loads(pickle.dumps(document)) == document
