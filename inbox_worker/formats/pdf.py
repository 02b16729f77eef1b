"""PDF files: form fields with their values, typed notes, and the text of the pages."""

import io
import re
from collections.abc import Iterator
from typing import Any

from inbox_worker.core.block import collapse
from inbox_worker.core.cleaning import body_text
from inbox_worker.formats import MAX_TEXT, Row, Unreadable, columns
from inbox_worker.formats.pdf_layout import Page, TextLine, plain_letters, same_words

MAX_PAGES = 30
MAX_FIELDS = 500
MIN_TEXT = 20  # characters of a document that is more than a scan with a page number

_HIDDEN = 2  # annotation flag "hidden" (ISO 32000-1, table 165)
# Names that authoring programs invent: "Text1", "undefined_2", "topmostSubform[0].Page1[0].TextField3[0]"
_INVENTED = re.compile(
    r"(?:.*\.)?(?:text|txt|field|untitled|undefined|fill|form|textfield|text field|textbox|text box|textarea|"
    r"check ?box|cb|drop ?down|combo ?box|date|group|row|f\d*|t\d*)[\W_]*\d*(?:[\W_]+\d+)*(?:_af_\w*)?[\])]*",
    re.IGNORECASE,
)


def read(content: bytes) -> list[Row]:
    """Return (label, value) of the filled form fields, then the lines and table rows. Raises Unreadable."""
    try:
        import pypdf
        from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    except ImportError as error:
        raise Unreadable("UNSUPPORTED") from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("PASSWORD")
        fields, lines = _read([reader.pages[number] for number in range(min(len(reader.pages), MAX_PAGES))])
    except (DependencyError, FileNotDecryptedError) as error:  # AES without a library for it
        raise Unreadable("PASSWORD") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Unreadable("CORRUPT") from error
    if not fields and sum(len(cell) for row in lines for cell in row) < MIN_TEXT:
        raise Unreadable("SCAN")
    return [*fields, *lines]


def _read(pages: list[Any]) -> tuple[list[Row], list[Row]]:
    fields: list[Row] = []
    lines: list[Row] = []
    left = MAX_TEXT
    for page in pages:
        layout = Page()
        text = page.extract_text(
            visitor_text=lambda piece, cm, tm, _, size, layout=layout: layout.add(piece, cm, tm, size)
        )[:left]
        left -= len(text)
        known = same_words(layout.rows(), text)
        used: list[TextLine] = []
        fields.extend(_fields(page, layout if known else Page(), used))
        lines.extend(layout.rows(used) if known else (columns(line) for line in plain_letters(text).split("\n")))
        if left <= 0:
            break
    return fields, lines


def _fields(page: Any, layout: Page, used: list[TextLine]) -> Iterator[Row]:
    """Yield (label, value) of every filled widget and every note typed on the page; add to `used` what labels one."""
    for reference in (page.get("/Annots") or ())[:MAX_FIELDS]:
        annotation = reference.get_object()
        if int(annotation.get("/F", 0)) & _HIDDEN:
            continue
        if annotation.get("/Subtype") == "/Widget":
            value, name = _value(annotation), _name(annotation)
        elif annotation.get("/Subtype") == "/FreeText":
            value, name = _clean(annotation.get("/Contents") or ""), ""
        else:
            continue
        if value:
            label = _label(name, layout.label_of([float(each) for each in annotation["/Rect"]]), used)
            yield (label, value) if label else (value,)


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


def _name(annotation: Any) -> str:
    """Return the description or the name of a field, or "" where a program made it up."""
    for key in ("/TU", "/T"):
        name = _clean(_inherited(annotation, key) or "")
        if name and not _INVENTED.fullmatch(name):
            return name
    return ""


def _label(name: str, beside: list[TextLine], used: list[TextLine]) -> str:
    """Return what a person reads beside the field, or its name where nothing stands there."""
    printed = collapse(" ".join(line.text for line in beside))
    if printed and (not name or printed.endswith((":", "?")) or name.casefold() in printed.casefold()):
        used.extend(beside)
        return printed
    return name


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
