"""Real mail of public collections, beside the checkout: none of it is in this repository."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_worker.core.build_document import build
from tests.core.sample_mail import parsed

SHARED = Path(__file__).parents[3] / "shared"
ARCHIVE = SHARED / "real-mail" / "real-mail.tar.xz"
LABELLED = SHARED / "corpus"

pytestmark = pytest.mark.corpus


def real_mail() -> Iterator[bytes]:
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content:
                yield content.read()


@pytest.mark.skipif(not ARCHIVE.exists(), reason=f"{ARCHIVE} is not there: no real mail to read")
def test_real_mail_is_read_without_an_exception() -> None:
    count = 0
    for content in real_mail():
        email = parsed(content)
        document = build(email)
        count += 1
        for text in (email.subject, email.plain or "", email.html or "", *(line.text for line in document.lines)):
            assert "\0" not in text
            text.encode("utf-8")
        assert [line.number for line in document.lines if line.origin == "body"] == list(
            range(1, sum(line.origin == "body" for line in document.lines) + 1)
        )
    assert count > 1_000


@pytest.mark.skipif(not LABELLED.exists(), reason=f"{LABELLED} is not there: no labelled mail to read")
def test_no_labelled_mail_has_a_defect() -> None:
    paths = sorted(LABELLED.glob("*.eml"))
    assert len(paths) >= 80
    for path in paths:
        email = parsed(path.read_bytes())
        assert email.defects == (), path.name
        assert build(email).lines or build(email).unread, path.name
