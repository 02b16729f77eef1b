"""What an application/pkcs7-mime part holds (RFC 8551, RFC 5652): the signed MIME entity, or nothing we can read.

A walk over the BER of the outer ContentInfo, just deep enough to reach the content that was signed. The signature is
not checked: it says nothing about who may apply, and a mail without one is answered in the same way.
"""

from dataclasses import dataclass

_OIDS = {
    bytes.fromhex("2a864886f70d010702"): "signed-data",
    bytes.fromhex("2a864886f70d010703"): "enveloped-data",
    bytes.fromhex("2a864886f70d010706"): "encrypted-data",
    bytes.fromhex("2a864886f70d0109100117"): "authEnveloped-data",
    bytes.fromhex("2a864886f70d0109100109"): "compressed-data",
}
_OID, _OCTETS, _OCTETS_CONSTRUCTED, _SEQUENCE, _EXPLICIT_0 = 0x06, 0x04, 0x24, 0x30, 0xA0
_MAX_DEPTH = 16
_MAX_CHUNKS = 100_000


class _Malformed(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Node:
    tag: int
    start: int  # of the contents
    end: int  # of the contents; end-of-contents octets lie behind it
    next: int  # where the next element begins


def kind(content: bytes) -> str | None:
    """Return the smime-type of the CMS structure `content` ("signed-data", ...), or None where it is none."""
    try:
        outer = _node(content, 0)
        if outer.tag != _SEQUENCE:
            return None
        oid = _node(content, outer.start)
    except _Malformed:
        return None
    return _OIDS.get(content[oid.start : oid.end]) if oid.tag == _OID else None


def signed_content(content: bytes) -> bytes | None:
    """Return the bytes that a SignedData structure carries, or None (another type, detached, damaged).

    ContentInfo { oid, [0] SignedData { version, digests, EncapsulatedContentInfo { oid, [0] OCTET STRING } } }
    """
    if kind(content) != "signed-data":
        return None
    try:
        info = _children(content, _node(content, 0), 2)
        signed = _node(content, info[1].start)
        encapsulated = _children(content, signed, 3)[2]
        parts = _children(content, encapsulated, 2)
        if parts[1].tag != _EXPLICIT_0:
            return None
        return _octets(content, _node(content, parts[1].start), 0)
    except (_Malformed, IndexError):
        return None


def _node(content: bytes, at: int, depth: int = 0) -> _Node:
    if at + 2 > len(content) or depth > _MAX_DEPTH:
        raise _Malformed
    tag, first = content[at], content[at + 1]
    if tag & 0x1F == 0x1F:  # multi-byte tags do not occur on the way to the content
        raise _Malformed
    if first < 0x80:
        start, length = at + 2, first
    elif first == 0x80:
        return _indefinite(content, tag, at + 2, depth)
    else:
        start = at + 2 + (first & 0x7F)
        if first & 0x7F > 8 or start > len(content):
            raise _Malformed
        length = int.from_bytes(content[at + 2 : start], "big")
    if start + length > len(content):
        raise _Malformed
    return _Node(tag, start, start + length, start + length)


def _indefinite(content: bytes, tag: int, start: int, depth: int) -> _Node:
    at = start
    for _ in range(_MAX_CHUNKS):
        if content[at : at + 2] == b"\0\0":
            return _Node(tag, start, at, at + 2)
        at = _node(content, at, depth + 1).next
    raise _Malformed


def _children(content: bytes, parent: _Node, count: int) -> list[_Node]:
    """Return the first `count` elements of `parent`, or fewer."""
    nodes: list[_Node] = []
    at = parent.start
    while at < parent.end and len(nodes) < count:
        nodes.append(_node(content, at))
        at = nodes[-1].next
    return nodes


def _octets(content: bytes, node: _Node, depth: int) -> bytes:
    """Return an OCTET STRING, which BER allows to come in chunks."""
    if node.tag == _OCTETS:
        return content[node.start : node.end]
    if node.tag != _OCTETS_CONSTRUCTED or depth > _MAX_DEPTH:
        raise _Malformed
    return b"".join(_octets(content, chunk, depth + 1) for chunk in _children(content, node, _MAX_CHUNKS))
