"""PDF files: form fields with their values, typed notes, and the text of the pages."""

import io
from collections.abc import Iterator
from typing import Any

from inbox_worker.core.block import collapse, split_cells
from inbox_worker.core.cleaning import body_text
from inbox_worker.formats import MAX_TEXT, Row, Unreadable

MAX_PAGES = 30
MAX_FIELDS = 500
MIN_TEXT = 20  # characters of a page set that is more than a scan with a page number

_HIDDEN = 2  # annotation flag "hidden" (ISO 32000-1, table 165)


def read(content: bytes) -> list[Row]:
    """Return (label, value) of the filled form fields, then the lines of the pages. Raises Unreadable."""
    try:
        import pypdf
        from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    except ImportError as error:
        raise Unreadable("UNSUPPORTED") from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("PASSWORD")
        pages = [reader.pages[number] for number in range(min(len(reader.pages), MAX_PAGES))]
        fields = list(_fields(pages))
        lines = list(_lines(pages))
    except (DependencyError, FileNotDecryptedError) as error:  # AES without a library for it
        raise Unreadable("PASSWORD") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Unreadable("CORRUPT") from error
    if not fields and sum(len(cell) for row in lines for cell in row) < MIN_TEXT:
        raise Unreadable("SCAN")
    return [*fields, *lines]


def _fields(pages: list[Any]) -> Iterator[Row]:
    """Yield (label, value) of every filled widget and every note typed on the page, in the order of the pages."""
    count = 0
    for page in pages:
        for reference in page.get("/Annots") or ():
            annotation = reference.get_object()
            count += 1
            if count > MAX_FIELDS or int(annotation.get("/F", 0)) & _HIDDEN:
                continue
            if annotation.get("/Subtype") == "/Widget":
                label, value = _label(annotation), _value(annotation)
                if value:
                    yield (label, value) if label else (value,)
            elif annotation.get("/Subtype") == "/FreeText" and annotation.get("/Contents"):
                yield (_clean(annotation["/Contents"]),)


def _inherited(annotation: Any, key: str) -> Any:
    """Return `key` of a field or of the nearest parent that has it (ISO 32000-1 s.12.7.3.1)."""
    for _ in range(16):
        if key in annotation:
            return annotation[key]
        parent = annotation.get("/Parent")
        if parent is None:
            return None
        annotation = parent.get_object()
    return None


def _label(annotation: Any) -> str:
    return _clean(_inherited(annotation, "/TU") or _inherited(annotation, "/T") or "")


def _value(annotation: Any) -> str:
    kind = _inherited(annotation, "/FT")
    value = _inherited(annotation, "/V")
    if value is None or kind == "/Sig":
        return ""
    if kind == "/Btn":
        state = str(annotation.get("/AS", value)).removeprefix("/")
        return "" if state in ("Off", "") else state
    if isinstance(value, list):
        return ", ".join(_clean(each) for each in value)
    return _clean(value.get_data().decode("latin-1") if hasattr(value, "get_data") else value)


def _clean(value: object) -> str:
    return "\n".join(line for line in map(collapse, body_text(str(value)).split("\n")) if line)


def _lines(pages: list[Any]) -> Iterator[Row]:
    left = MAX_TEXT
    for page in pages:
        text = body_text(page.extract_text() or "")[:left]
        left -= len(text)
        for line in text.split("\n"):
            yield split_cells(line) or (collapse(line),)
        if left <= 0:
            return
