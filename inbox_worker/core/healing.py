"""A copy of a mail that a parser can bear: few fields, pure ASCII, contents cut out, not too many parts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from inbox_worker.core import bodies, headers
from inbox_worker.core.cleaning import MAX_HEADER, header_text
from inbox_worker.core.headers import Field

CUT_FROM = 8_192  # bytes of base64 that are worth cutting out before a parser splits them into lines
WORTH_CUTTING = 256  # bytes of any content
MAX_BOUNDARIES = 50
MAX_NESTED = 250  # multiparts in one mail: parsers recurse into each

SENDERS = ("from",)
REPLY_TO = ("reply-to",)
RECIPIENTS = ("to", "cc", "resent-to", "resent-cc")
_MIME_FIELDS = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id", "mime-version", "date"}
)
_MARK = b"inbox-worker-cut-"
_PLAIN_NAME = re.compile(rb"[\w'()+,./:=?-]{8,70}")
_MARKED = re.compile(_MARK + rb"(\d{1,6})-")
_BASE64_PART = re.compile(rb"\ncontent-transfer-encoding:[ \t]*base64[ \t]*\r?\n", re.IGNORECASE)
_MAIL_TYPES = (b"message/", b"multipart/digest", b"rfc822-headers")
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_MULTIPART = re.compile(rb"\ncontent-type:[ \t]*multipart/", re.IGNORECASE)
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What makes the tree of parts of a mail, for a parser; the contents stand beside it."""

    content: bytes  # the whole mail: healed header, and body with marks
    cuts: Sequence[bytes] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # new name of each boundary -> what the sender called it

    def restore(self, content: bytes) -> bytes:
        """Return `content`, a part of the mail, with the marks replaced by what they stand for."""
        if _MARK not in content:
            return content
        for short, name in self.names.items():
            content = content.replace(short.encode(), name.encode())
        return _MARKED.sub(lambda mark: self.cuts[int(mark[1])] if int(mark[1]) < len(self.cuts) else mark[0], content)


def skeleton(head: bytes, body: bytes) -> Skeleton:
    """Return the mail with the contents of its parts replaced by marks.

    head: the healed header above `body`. What makes the tree of parts stays: every line that begins with "--", and the
    fields below it. Parsers take the rest line by line, and decode it twice.
    """
    if _MARK in body:
        return Skeleton(head + body)
    if b"multipart/" in head.lower():
        kept, cuts = _cut_parts(body)
    elif len(body) >= WORTH_CUTTING:
        kept, cuts = _MARK + b"0-", [body]
    else:
        return Skeleton(head + body)
    if b"\r--" in body or _holds_mails(head + kept) or not kept.isascii():
        return _without_base64(head, body)  # of a mail inside, each line may come out changed: cut what nobody reads
    content, names = _with_short_boundaries(head + kept)
    return Skeleton(content, cuts, names)


def _with_short_boundaries(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the mail with its boundaries renamed, and the old name of each new one.

    Parsers compile a regular expression for each boundary that they meet, and every mail has new ones. A name that
    stands anywhere but in its declaration and in lines that part the mail stays.
    """
    names: dict[str, str] = {}
    declared = {quoted or bare for quoted, bare in _BOUNDARY.findall(content)}
    for number, name in enumerate(sorted(declared)[:MAX_BOUNDARIES]):
        short = _MARK + b"boundary-%d-" % number
        alone = not any(name in other for other in declared if other != name)
        if alone and _PLAIN_NAME.fullmatch(name) and content.count(name) == content.count(b"\n--" + name) + 1:
            content = content.replace(name, short)
            names[short.decode()] = name.decode()
    return content, names


def _holds_mails(kept: bytes) -> bool:
    """Whether a part is declared as a mail: the fields of every part, and of every part of a part, are in `kept`."""
    lowered = kept.lower()
    return any(kind in lowered for kind in _MAIL_TYPES)


def _cut_parts(body: bytes) -> tuple[bytes, list[bytes]]:
    """Cut between the blank line below each line that begins with "--" and the end of the line before the next."""
    cuts: list[bytes] = []
    kept: list[bytes] = []
    done = 0
    edges = [0] if body.startswith(b"--") else []
    while (edge := body.find(b"\n--", edges[-1] + 1 if edges else 0)) >= 0:
        edges.append(edge)
    for start, end in pairwise([*edges, len(body)]):
        blank = _END_OF_HEADER.search(body, start + 1, end + 1)
        if blank is None or end - blank.end() < WORTH_CUTTING:
            continue
        stop = len(body[:end].rstrip(b"\r\n")) if end == len(body) else end - (body[end - 1 : end] == b"\r")
        if stop <= blank.end():
            continue
        kept += [body[done : blank.end()], _MARK, b"%d-" % len(cuts)]
        cuts.append(body[blank.end() : stop])
        done = stop
    kept.append(body[done:])
    return b"".join(kept), cuts


def _without_base64(head: bytes, body: bytes) -> Skeleton:
    """Cut long base64 alone: it holds no "-", so the next line that begins with "--" ends the content."""
    if len(body) < CUT_FROM:
        return Skeleton(head + body)
    cuts: list[bytes] = []
    kept: list[bytes] = []
    done = 0
    body = b"\n" + body
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
    return Skeleton(head + b"".join(kept)[1:], cuts)


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


def header(fields: list[Field]) -> bytes:
    """Return the header as mail-parser may see it, with its blank line: few fields, pure ASCII, one field for all
    addresses of a kind."""
    lines = [
        b"%s: %s" % (name.encode(), headers.ascii_only(header_text(headers.raw_text(value))).encode())
        for name, value in fields
        if name.lower() in _MIME_FIELDS
    ]
    for name, sources in (("From", SENDERS), ("Reply-To", REPLY_TO), ("To", RECIPIENTS)):
        value = address_list(fields, sources)
        if value:
            lines.append(f"{name}: {headers.ascii_only(value)}".encode("ascii", "replace"))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def address_list(fields: Iterable[Field], names: tuple[str, ...]) -> str:
    """Return all addresses of the fields `names` as one list, names with commas in quotes."""
    lists = [header_text(headers.raw_text(value)) for name, value in fields if name.lower() in names]
    return ", ".join(headers.quote_names_with_commas(text) for text in lists if text)[:MAX_HEADER]
