"""A copy of a mail that a parser can bear: few fields, pure ASCII, contents cut out, not too many parts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from inbox_worker.core import headers
from inbox_worker.core.cleaning import MAX_HEADER, header_text
from inbox_worker.core.headers import Field
from inbox_worker.core.parts import MAX_PARTS

CUT_FROM = 8_192  # bytes of base64 that are worth cutting out before a parser splits them into lines
MAX_BOUNDARIES = 50
MAX_NESTED = 250  # multiparts in one mail: parsers recurse into each

SENDERS = ("from",)
REPLY_TO = ("reply-to",)
RECIPIENTS = ("to", "cc", "resent-to", "resent-cc")
_MIME_FIELDS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "content-id"})
_TELLING = _MIME_FIELDS | {"mime-version", "date", *SENDERS, *REPLY_TO, *RECIPIENTS}
_MARK = b"inbox-worker-cut-"
_PLAIN_NAME = re.compile(rb"[\w'()+,./:=?-]{1,70}")
_SHORT_NAME = 8  # characters of a boundary that may stand elsewhere by accident
_MARKED = re.compile(_MARK + rb"(\d{1,6})-")
_BASE64_PART = re.compile(rb"\ncontent-transfer-encoding:[ \t]*base64[ \t]*\r?\n", re.IGNORECASE)
_MAIL_TYPES = (b"message/", b"multipart/digest", b"rfc822-headers")
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_MULTIPART = re.compile(rb"\ncontent-type:[ \t]*multipart/", re.IGNORECASE)
_DASHES = re.compile(rb"\n--")
_DASHES_AFTER_RETURN = re.compile(rb"\r--")
_BOUNDARY = re.compile(rb"boundary")
_IS = re.compile(rb"\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))")
_IS_SOMEHOW = re.compile(rb"\s*=|\*")  # RFC 2231 among others


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What makes the tree of parts of a mail, for a parser; the contents stand beside it."""

    content: bytes  # the whole mail: healed header, and body with marks
    cuts: Sequence[bytes] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # new name of each boundary -> what the sender called it
    bare: bool = False  # every content is cut out: mails of one make have one and the same skeleton

    def restore(self, content: bytes) -> bytes:
        """Return `content`, a part of the mail, with the marks replaced by what they stand for."""
        if _MARK not in content:
            return content
        for short, name in self.names.items():
            content = content.replace(short.encode(), name.encode())
        return _MARKED.sub(lambda mark: self.cuts[int(mark[1])] if int(mark[1]) < len(self.cuts) else mark[0], content)


def skeleton(head: bytes, body: bytes) -> Skeleton:
    """Return the mail with the contents of its parts replaced by marks.

    head: the healed header above `body`. What makes the tree of parts stays: every line that parts the mail, and the
    fields below it. Parsers take the rest line by line, and decode it twice.
    """
    if _MARK in body:
        return Skeleton(head + body)
    if b"multipart/" not in head.lower():
        kept, cuts = (_MARK + b"0-", [body]) if body else (b"", [])
    elif _DASHES_AFTER_RETURN.search(body):
        return _without_base64(head, body)
    else:
        kept, cuts = _cut_parts(head, body)
    if _holds_mails(head + kept) or not kept.isascii():
        return _without_base64(head, body)  # of a mail inside, each line may come out changed: cut what nobody reads
    content, names = _with_short_boundaries(head + kept)
    return Skeleton(content, cuts, names, bare=True)


def _with_short_boundaries(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the mail with its boundaries renamed, and the old name of each new one.

    Parsers compile a regular expression for each boundary that they meet, and every mail has new ones. A name that
    stands anywhere but in its declaration and in lines that part the mail stays.
    """
    names: dict[str, str] = {}
    declared, _ = _boundaries(content)
    for number, name in enumerate(sorted(declared)[:MAX_BOUNDARIES]):
        short = _MARK + b"boundary-%d-" % number
        alone = len(name) >= _SHORT_NAME and not any(name in other for other in declared if other != name)
        if alone and _PLAIN_NAME.fullmatch(name) and content.count(name) == content.count(b"\n--" + name) + 1:
            content = content.replace(name, short)
            names[short.decode()] = name.decode()
    return content, names


def _holds_mails(kept: bytes) -> bool:
    """Whether a part is declared as a mail: the fields of every part, and of every part of a part, are in `kept`."""
    lowered = kept.lower()
    return any(kind in lowered for kind in _MAIL_TYPES)


def _cut_parts(head: bytes, body: bytes) -> tuple[bytes, list[bytes]]:
    """Cut between the blank line below each line that parts the mail and the end of the line before the next."""
    cuts: list[bytes] = []
    kept: list[bytes] = []
    done = 0
    for start, end in pairwise([*_edges(head, body), len(body)]):
        blank = _END_OF_HEADER.search(body, start + 1, end + 1)
        if blank is None:
            continue
        stop = len(body[:end].rstrip(b"\r\n")) if end == len(body) else end - (body[end - 1 : end] == b"\r")
        if stop <= blank.end():
            continue
        kept += [body[done : blank.end()], _MARK, b"%d-" % len(cuts)]
        cuts.append(body[blank.end() : stop])
        done = stop
    kept.append(body[done:])
    return b"".join(kept), cuts


def _edges(head: bytes, body: bytes) -> list[int]:
    """Return where the lines begin, each at the end of the line before, that may part the mail.

    These begin with "--" and a boundary that `head`, or what stands below such a line, declares. Where a declaration
    is not a plain one, every line that begins with "--" is meant.
    """
    edges = [0] if body.startswith(b"--") else []
    edges += [found.start() for found in _DASHES.finditer(body)]
    blocks = [head]
    for start, end in pairwise([*edges, len(body)]):
        blank = _END_OF_HEADER.search(body, start + 1, end + 1)
        blocks.append(body[start : blank.end() if blank else end])
    names, plain = _boundaries(b"".join(blocks))
    if not plain or not all(map(_PLAIN_NAME.fullmatch, names)):
        return edges
    lines = tuple(b"--" + name for name in names)
    return [edge for edge in edges if body.startswith(lines, edge + (body[edge] == 0x0A))]


def _boundaries(fields: bytes) -> tuple[set[bytes], bool]:
    """Return the boundaries that `fields` declare, perhaps more, and whether all of these could be read."""
    names: set[bytes] = set()
    plain = True
    for word in _BOUNDARY.finditer(fields.lower()):
        if value := _IS.match(fields, word.end()):
            names.add(value[1] or value[2])
        elif _IS_SOMEHOW.match(fields, word.end()):
            plain = False
    return names, plain


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
    if len(_DASHES.findall(body)) <= MAX_NESTED:
        return body, False
    nested = next(islice(_MULTIPART.finditer(body), MAX_NESTED, None), None)
    if nested:
        body = body[: nested.start()]
    top = b"\n".join(value for name, value in fields if name == "content-type")
    names, _ = _boundaries(top + b"\n" + body[:1_000_000])
    limit = len(body)
    for boundary in sorted(names)[:MAX_BOUNDARIES]:
        line = b"\n--" + boundary
        at = -1
        for _ in range(MAX_PARTS):
            at = body.find(line, at + 1)
            if at < 0:
                break
        else:
            limit = min(limit, at)
    return body[:limit], nested is not None or limit < len(body)


def telling(fields: Iterable[Field]) -> list[Field]:
    """Return the fields that a parser is asked about: who wrote to whom, when, and how the mail is made."""
    return [entry for entry in fields if entry[0] in _TELLING]


def mime_header(fields: Sequence[Field]) -> bytes:
    """Return the header, with its blank line, as far as it says how the mail is made: few fields, pure ASCII.

    fields: the `telling` ones. Where there are none, all of the mail is text, and begins with a blank line.
    """
    lines = [
        f"{name}: {headers.ascii_only(header_text(headers.raw_text(value)))}\r\n"
        for name, value in fields
        if name in _MIME_FIELDS
    ]
    return "".join([*lines, "\r\n" if fields else "\r\n\r\n"]).encode("ascii")


def address_list(fields: Iterable[Field], names: tuple[str, ...]) -> str:
    """Return all addresses of the fields `names` as one list, names with commas in quotes."""
    lists = [header_text(headers.raw_text(value)) for name, value in fields if name in names]
    return ", ".join(headers.quote_names_with_commas(text) for text in lists if text)[:MAX_HEADER]
