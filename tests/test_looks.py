"""What people see: every HTML page in a real browser, and the documents that go out with replies."""

import re
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from inbox_worker.resources import directory
from inbox_worker.template_names import TEAM, names
from inbox_worker.template_samples import samples
from inbox_worker.templates import Templates
from tests.browser import look

SCHEME = "mental-health-ally"
DOCUMENTS = sorted((directory("templates") / SCHEME / "documents").glob("*.fodt"))
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    templates = Templates.load(directory("templates"), zone=ZoneInfo("Europe/London"))
    return {
        f"{name}.{sample}": templates.render(folder, name, context).html
        for folder in (SCHEME, TEAM)
        for name in names(folder)
        for sample, context in samples(name).items()
    }


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 800], ids=["phone", "desk"])
def test_no_page_breaks_a_rule_of_accessibility_or_is_wider_than_the_window(
    pages: dict[str, str], width: int, dark: bool
) -> None:
    seen = look(pages, width=width, dark=dark)
    assert set(seen) == set(pages)
    assert {name: one.findings for name, one in seen.items() if one.findings} == {}
    assert {name: one.width for name, one in seen.items() if one.width > width} == {}
    assert all(one.passes > 15 for one in seen.values())
    assert {one.background for one in seen.values()} == {"rgb(23, 23, 23)" if dark else "rgb(255, 255, 255)"}


def test_the_browser_would_see_a_bad_page(pages: dict[str, str]) -> None:
    good = pages["acknowledgement.usual"]
    spoilt = {
        "language": good.replace(' lang="en-GB"', ""),
        "title": re.sub("<title>.*?</title>", "", good, flags=re.DOTALL),
        "contrast": good.replace("color:#1c1c1c", "color:#999999"),
        "wide": good.replace("<main>", '<main><div style="width:900px">&nbsp;</div>'),
    }
    assert all(page != good for page in spoilt.values())
    seen = look(spoilt, width=320)
    assert "html-has-lang" in " ".join(seen["language"].findings)
    assert "document-title" in " ".join(seen["title"].findings)
    assert "color-contrast" in " ".join(seen["contrast"].findings)
    assert seen["wide"].width == 900


@pytest.mark.parametrize("source", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_tagged_and_has_title_language_and_draft_mark(source: Path) -> None:
    reader = PdfReader(source.with_suffix(".pdf"))
    catalog = reader.root_object
    assert catalog["/MarkInfo"]["/Marked"] == True  # noqa: E712  a PDF's own boolean
    assert catalog["/Lang"] == "en-GB"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert "/StructTreeRoot" in catalog
    assert b"pdfuaid" in catalog["/Metadata"].get_data()
    assert reader.metadata
    assert reader.metadata.title == _title(source)
    for page in reader.pages:
        assert "Draft for the university to approve" in page.extract_text()
    assert source.with_suffix(".pdf").stat().st_size < 200_000


@pytest.mark.parametrize("source", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_holds_every_paragraph_of_its_source(source: Path) -> None:
    body = ElementTree.parse(source).getroot().find("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}body")
    assert body is not None
    paragraphs = [_squeezed("".join(node.itertext())) for node in body.iter() if node.tag in (f"{_TEXT}p", f"{_TEXT}h")]
    assert len(paragraphs) > 20
    pages = _squeezed("".join(page.extract_text() for page in PdfReader(source.with_suffix(".pdf")).pages))
    assert [paragraph for paragraph in paragraphs if paragraph not in pages] == [], "run `make documents`"


def test_there_are_two_documents() -> None:
    assert [path.stem for path in DOCUMENTS] == ["details-of-training", "role-description"]


def _title(source: Path) -> str | None:
    return ElementTree.parse(source).getroot().findtext(".//{http://purl.org/dc/elements/1.1/}title")


def _squeezed(text: str) -> str:
    """Return `text` without white space: where a line or page ends is the PDF's own business."""
    return re.sub(r"\s+|\u2022", "", text)
