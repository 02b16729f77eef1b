"""Email and the texts of its attached forms -> Document: every line that a person would read, in reading order."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from inbox_worker.core import heads, html, parse, plain, segment
from inbox_worker.core.block import Block, collapse, split_bullet
from inbox_worker.core.charset import decode
from inbox_worker.core.document import Document, FormText, Kind, Line
from inbox_worker.core.mail import Email, MailId, RawMail
from inbox_worker.core.tail import words_of_name

MAX_NESTED = 5  # attached mails that are read
_WORD = re.compile(r"\w+")
_ASCII_WORDS = "".join(chr(code).lower() if chr(code).isalnum() or code == 95 else " " for code in range(128))
_STYLE = re.compile(r"<style.*?</style>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,5000}>")
_ROW = re.compile(r"<t[dh]\b[^<>]*>(?:(?!</tr).){0,5000}?<t[dh]\b", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(r"\s*(?:<!doctype html|<html\b|<body\b|<div\b[^<>]*>|<table\b|<p>)", re.IGNORECASE)
_COLOUR = re.compile(r"(?:color|background|highlight)\s*[:=]")  # in lower case
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pgp-encrypted", "application/x-microsoft-rpmsg-message"})
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP_TEXT = "-----BEGIN PGP MESSAGE-----"
_NOBODY = MailId("", "", 0, 0)


def build(email: Email, forms: tuple[FormText, ...] = ()) -> Document:
    """Return the lines of `email`: its body (numbered from 1), then each attached form, then each attached mail.

    The subject is not among them. Attached forms are OWN lines with origin "attachment:<file name>", numbered by row;
    lines of attached mails are FORWARDED (their From and Subject FORWARD_HEAD) with origin "attached mail". A row of a
    table in an HTML body or a form has its cells, in which "\\n" parts paragraphs.
    """
    lines = _body(email)
    for form in forms:
        lines += _form(form)
    for number, content in enumerate(email.attached_mails[:MAX_NESTED]):
        lines += _attached_mail(content, number)
    unread = [*_unread(email), *(form.problem for form in forms if form.problem)]
    return Document(tuple(lines), tuple(dict.fromkeys(unread)))


def _body(email: Email) -> list[Line]:
    sender = frozenset(word for address in email.from_ for word in words_of_name(address.name))
    blocks = _chosen(email.plain, email.html)
    for attachment in email.attachments:
        if not attachment.filename and attachment.content_type.startswith(("text/plain", "text/html")):
            blocks += _further_text(blocks, attachment.content, attachment.content_type)
    fresh = not (email.in_reply_to or email.references)
    return segment.lines(segment.unquoted(blocks, email.subject) if fresh else blocks, email.subject, sender)


def _chosen(text: str | None, markup: str | None) -> list[Block]:
    """Return the blocks of that form of the body which says more.

    The text part, unless it is missing, says less than the HTML, or has lost the cells of a table or the colour of
    answers.
    """
    if text and _SOURCE.match(text):
        text, markup = None, markup or text  # mark-up that is labelled as text
    if not markup or not markup.strip():
        return plain.read(text or "")
    lowered = markup.lower()
    if not text or not text.strip() or _says_less(text, markup, lowered):
        return html.read(markup)
    blocks = plain.read(text)
    rows, coloured = _has_rows(markup, lowered), _has_colours(lowered)
    if not rows and not coloured:
        return blocks
    quoting = any(block.depth for block in blocks) or bool(heads.find(blocks))
    if rows or quoting:
        rich = html.read(markup)
        if _more_cells(rich, blocks) or (quoting and segment.has_answers_in_colour(rich)):
            return rich
    return blocks


def _has_colours(lowered: str) -> bool:
    words = ("color", "background", "highlight")  # to look for them one by one is ten times faster than the pattern
    return any(word in lowered for word in words) and bool(_COLOUR.search(lowered))


def _has_rows(markup: str, lowered: str) -> bool:
    """Has the mark-up a table row of two cells or more?"""
    return lowered.count("<td") + lowered.count("<th") > 1 and bool(_ROW.search(markup))


def _says_less(text: str, markup: str, lowered: str) -> bool:
    """Is `text` a stub ("your program cannot show HTML"), or cut off?"""
    words = set(_words(text))
    if "<style" in lowered or not markup.isascii():  # other alphabets have letters that count as an s too
        markup = _STYLE.sub("<>", markup)  # a tag again, so that what stands around it is read as before
    shown = set(_words(_TAG.sub(" ", markup)))
    return len(shown & words) * 10 < len(shown) * 4 if len(shown) >= 5 else not words


def _words(text: str) -> list[str]:
    r"""Return what `\w+` finds in the folded text."""
    return text.translate(_ASCII_WORDS).split() if text.isascii() else _WORD.findall(text.casefold())


def _more_cells(rich: Iterable[Block], blocks: Iterable[Block]) -> bool:
    rows = sum(1 for block in rich if len(block.cells) > 1 and block.cells[0] and not block.depth)
    return rows > 1 and rows > sum(1 for block in blocks if len(block.cells) > 1)


def _further_text(blocks: list[Block], content: bytes, content_type: str) -> list[Block]:
    """Return the blocks of another text part, unless the body already says the same."""
    text = decode(content, "utf-8")[0]
    more = html.read(text) if content_type.startswith("text/html") else plain.read(text)
    known = " ".join(block.text for block in blocks)
    fresh = " ".join(block.text for block in more)
    if not fresh or _squeezed(fresh) in _squeezed(known):
        return []
    more[0].gap = True
    return more


def _squeezed(text: str) -> str:
    return "".join(_words(text))


def _form(form: FormText) -> list[Line]:
    lines: list[Line] = []
    gap = False
    for row in form.rows:
        cells = tuple(row)
        if not any(cell.strip() for cell in cells):
            gap = True
            continue
        bullet, first = split_bullet(collapse(cells[0])) if len(cells) == 1 else ("", "")
        text = first if len(cells) == 1 else " | ".join(collapse(cell) for cell in cells).strip(" |")
        lines.append(
            Line(
                text,
                Kind.OWN,
                0,
                cells if len(cells) > 1 else (),
                f"attachment:{form.filename}",
                len(lines) + 1,
                gap,
                bullet,
            )
        )
        gap = False
    return lines


def _attached_mail(content: bytes, number: int) -> list[Line]:
    email = parse.parse(RawMail(_NOBODY, content, datetime.max.replace(tzinfo=UTC)))
    head = [
        f"From: {' '.join(f'{address.name} <{address.address}>' for address in email.from_)}",
        f"Subject: {email.subject}",
    ]
    lines = [Line(text, Kind.FORWARD_HEAD, 0, (), "attached mail", at) for at, text in enumerate(head, start=1)]
    for line in _body(email):
        kind = Kind.FORWARD_HEAD if line.kind is Kind.FORWARD_HEAD else Kind.FORWARDED
        lines.append(
            Line(line.text, kind, line.depth + 1, line.cells, "attached mail", len(lines) + 1, line.gap, line.bullet)
        )
    return lines


def _unread(email: Email) -> list[str]:
    codes: list[str] = []
    types = list(zip(email.part_types, email.part_parameters, strict=False))
    if any(kind in _ENCRYPTED for kind, _ in types) or (email.plain and _PGP_TEXT in email.plain):
        codes.append("ENCRYPTED")
    names = {attachment.filename.lower() for attachment in email.attachments}
    if any(kind in _PKCS7 and parameters.get("smime-type") != "signed-data" for kind, parameters in types):
        codes.append("ENCRYPTED")
    if "winmail.dat" in names or "application/ms-tnef" in email.part_types:
        codes.append("TNEF")
    return codes
