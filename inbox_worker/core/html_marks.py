"""What an element of an HTML mail says of the text inside it: hidden, quoted, a signature, in which colour."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from inbox_worker.core.document import Kind

_HIDDEN = re.compile(
    r"display:none|mso-hide:all|visibility:(?:hidden|collapse)|(?:max-)?height:0(?:px)?;[^\"]*overflow:hidden"
)
_FONT_SIZE = re.compile(r"font(?:-size)?:[^;]*?(?:(\d+(?:\.\d+)?)(?:px|pt|em|rem|%)|(0)(?:;|$))")
_PRE = re.compile(r"white-space:(?:pre|break-spaces)")
_INK = re.compile(r"(?:^|;)(color|background|background-color|mso-highlight):([^;]+)")
_PLAIN_INK = re.compile(
    r"(?:windowtext|black|auto|inherit|initial|currentcolor|transparent|white|none|#0{3}|#0{6}|#f{3}|#f{6}|"
    r"rgba?\((?:0,){2}0.*|rgba?\(255,255,255.*|.*url\(.*|text1|background1)(?:!important)?"
)
_BORDER_LEFT = re.compile(r"border-left:(?!none|0)")
_NO_BORDER = re.compile(r"border(?:-style)?:none|border:0")

# Classes and ids of Outlook, Gmail, Apple Mail, Thunderbird, Yahoo, Proton, Zoho, Tuta, Spark
_SIGNATURE = re.compile(
    r"gmail_signature|moz-signature|applemailsignature|(?:^|\s|_)signature(?:$|\s)|protonmail_signature_block(?!-empty)|"
    r"elementtoproof_signature|ms-outlook-signature|tutanota_signature|signature_block|ymail_signature|fm-sig|"
    r"ms-outlook-mobile-signature|ymail_android_signature|aolmail_android_signature|composer_signature"
)
_HEAD = re.compile(r"divrplyfwdmsg|gmail_attr|moz-cite-prefix|moz-email-headers-table|outlookmessageheader")
_QUOTE = re.compile(
    r"yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote|messagereplysection|qt-|moz-forward-container_"
)
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Frame:
    """What an element inherits."""

    hidden: bool = False
    pre: bool = False
    tiny: bool = False
    depth: int = 0
    soft: bool = False
    hint: Kind | None = None
    ink: str = ""


def style_of(element: etree._Element) -> str:
    """Return the style attribute in lower case, without white space."""
    style = element.get("style")
    return _squeezed(style) if style else ""


@lru_cache(maxsize=1_024)
def _squeezed(style: str) -> str:
    return _WHITE.sub("", style).lower()


def quotation(frame: Frame, element: etree._Element) -> Frame:
    """Return what holds inside a <blockquote>: quoted, unless it is how some programs indent.

    A border or a mark makes it a quotation; with neither border nor margin it may be one (`soft`).
    """
    style = style_of(element)
    marked = element.get("type") == "cite" or element.get("cite") is not None or "quote" in (element.get("class") or "")
    if marked or _BORDER_LEFT.search(style):
        return replace(frame, depth=frame.depth + 1)
    if _NO_BORDER.search(style) or "margin" in style:
        return frame
    return replace(frame, depth=frame.depth + 1, soft=True)


def inherit(frame: Frame, element: etree._Element, tag: str) -> Frame:
    """Return what holds inside `element`; the same frame where it changes nothing."""
    if not element.attrib:
        return replace(frame, pre=True) if tag == "pre" else frame
    style = style_of(element)
    look = _look(style) if style else _NO_LOOK
    if look.hidden or element.get("hidden") is not None:
        return replace(frame, hidden=True)
    ink = look.ink
    if tag == "a":
        ink = ""
    elif tag == "font" and element.get("color"):
        ink = _inks([("color", str(element.get("color")).lower())])
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('name') or ''}"
    hint, deeper = (None, 0) if names.isspace() else _marks(names.lower())
    if tag == "blockquote":
        deeper = 0
    if look is _NO_LOOK and ink is None and hint is None and not deeper and tag != "pre":
        return frame
    return Frame(
        hidden=frame.hidden,
        pre=frame.pre or tag == "pre" or look.pre,
        tiny=frame.tiny if look.tiny is None else look.tiny,
        depth=frame.depth + deeper,
        soft=frame.soft,
        hint=hint or frame.hint,
        ink=frame.ink if ink is None else ink,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What a style attribute says; None where it says nothing."""

    hidden: bool = False
    pre: bool = False
    tiny: bool | None = None
    ink: str | None = None


_NO_LOOK = _Look()


@lru_cache(maxsize=1_024)
def _look(style: str) -> _Look:
    """Return what `style` (squeezed) says. The same few styles come again and again in one mail."""
    size = _FONT_SIZE.search(style) if "font" in style else None
    found = _INK.findall(style)
    return _Look(
        hidden=bool(_HIDDEN.search(style)),
        pre=bool(_PRE.search(style)),
        tiny=float(size[1] or 0) < 1 if size else None,
        ink=_inks(found) if found else None,
    )


def _inks(found: list[tuple[str, str]]) -> str:
    """Return one word for the colours, "" for those of ordinary text."""
    return ";".join(
        f"{name.removeprefix('mso-')[:4]}={value}" for name, value in found if not _PLAIN_INK.fullmatch(value)
    )


@lru_cache(maxsize=1_024)
def _marks(names: str) -> tuple[Kind | None, int]:
    """Return what mail programs call an element of these classes and ids, and how much deeper quoted its text is."""
    if _SIGNATURE.search(names):
        return Kind.SIGNATURE, 0
    if _HEAD.search(names):
        return Kind.FORWARD_HEAD, 0
    return None, 1 if _QUOTE.search(names) else 0
