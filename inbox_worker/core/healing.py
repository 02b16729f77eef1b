"""A copy of a mail that a parser can bear: few fields, pure ASCII, long base64 cut out, not too many parts."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from inbox_worker.core import bodies, headers
from inbox_worker.core.cleaning import MAX_HEADER, header_text
from inbox_worker.core.headers import Field

CUT_FROM = 8_192  # bytes of base64 that are worth cutting out before a parser splits them into lines
MAX_BOUNDARIES = 50
MAX_NESTED = 250  # multiparts in one mail: parsers recurse into each

SENDERS = ("from",)
REPLY_TO = ("reply-to",)
RECIPIENTS = ("to", "cc", "resent-to", "resent-cc")
_MIME_FIELDS = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id", "mime-version", "date"}
)
_MARK = b"inbox-worker-cut-"
_MARKED = re.compile(_MARK + rb"(\d{1,6})-")
_BASE64_PART = re.compile(rb"\ncontent-transfer-encoding:[ \t]*base64[ \t]*\r?\n", re.IGNORECASE)
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_MULTIPART = re.compile(rb"\ncontent-type:[ \t]*multipart/", re.IGNORECASE)
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)


def cut(body: bytes) -> tuple[bytes, list[bytes]]:
    """Return `body` with long base64 content replaced by marks, and what was cut out.

    base64 holds no "-", so the next line that begins with "--" ends the content.
    """
    if len(body) < CUT_FROM or _MARK in body:
        return body, []
    cuts: list[bytes] = []
    kept: list[bytes] = []
    done = 0
    for found in _BASE64_PART.finditer(body):
        blank = _END_OF_HEADER.search(body, found.end() - 1)
        if found.start() < done or blank is None:
            continue
        end = body.find(b"\n--", blank.end())
        end = len(body) if end < 0 else end
        if end - blank.end() >= CUT_FROM:
            kept += [body[done : blank.end()], _MARK, b"%d-\n" % len(cuts)]
            cuts.append(body[blank.end() : end])
            done = end
    kept.append(body[done:])
    return b"".join(kept), cuts


def restore(content: bytes, cuts: Sequence[bytes]) -> bytes:
    """Return `content` with the marks that `cut` left replaced by what it took."""
    if not cuts or _MARK not in content:
        return content
    return _MARKED.sub(lambda mark: cuts[int(mark[1])] if int(mark[1]) < len(cuts) else mark[0], content)


def without_excess_parts(fields: Iterable[Field], body: bytes) -> tuple[bytes, bool]:
    """Return `body` cut off where it holds more parts than any mail of a person: parsers need seconds for 100,000."""
    if body.count(b"\n--") <= MAX_NESTED:
        return body, False
    nested = next(islice(_MULTIPART.finditer(body), MAX_NESTED, None), None)
    if nested:
        body = body[: nested.start()]
    top = b"\n".join(value for name, value in fields if name.lower() == "content-type")
    names = {quoted or bare for quoted, bare in _BOUNDARY.findall(top + b"\n" + body[:1_000_000])}
    limit = len(body)
    for boundary in sorted(names)[:MAX_BOUNDARIES]:
        line = b"\n--" + boundary
        at = -1
        for _ in range(bodies.MAX_PARTS):
            at = body.find(line, at + 1)
            if at < 0:
                break
        else:
            limit = min(limit, at)
    return body[:limit], nested is not None or limit < len(body)


def healed(fields: list[Field], body: bytes) -> bytes:
    """Return the mail as mail-parser may see it: few fields, pure ASCII, one field for all addresses of a kind."""
    lines = [
        b"%s: %s" % (name.encode(), headers.ascii_only(header_text(headers.raw_text(value))).encode())
        for name, value in fields
        if name.lower() in _MIME_FIELDS
    ]
    for name, sources in (("From", SENDERS), ("Reply-To", REPLY_TO), ("To", RECIPIENTS)):
        value = address_list(fields, sources)
        if value:
            lines.append(f"{name}: {headers.ascii_only(value)}".encode("ascii", "replace"))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def address_list(fields: Iterable[Field], names: tuple[str, ...]) -> str:
    """Return all addresses of the fields `names` as one list, names with commas in quotes."""
    lists = [header_text(headers.raw_text(value)) for name, value in fields if name.lower() in names]
    return ", ".join(headers.quote_names_with_commas(text) for text in lists if text)[:MAX_HEADER]
