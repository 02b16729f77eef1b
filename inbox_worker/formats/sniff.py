"""What a file is, by its content alone: names and types of attachments are claims."""

import io
import re
import struct
import zipfile
from enum import Enum

from inbox_worker.core.charset import decode


class Format(Enum):
    """The formats that matter. Those before `IMAGE` can be read."""

    DOCX = "docx"
    ODT = "odt"
    PDF = "pdf"
    RTF = "rtf"
    HTML = "html"
    TEXT = "text"
    IMAGE = "image"
    PROTECTED = "protected"  # an Office file that is encrypted as a whole
    TNEF = "tnef"
    OTHER = "other"


READABLE = frozenset({Format.DOCX, Format.ODT, Format.PDF, Format.RTF, Format.HTML, Format.TEXT})

MAX_DIRECTORY = 500_000  # bytes of the list of members at the end of a zip file; Word's has some 2,000
_END_OF_DIRECTORY = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
_IMAGE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"hevc")
_HTML = re.compile(rb"\s*(?:<!--.{0,500}?-->\s*)?(?:<!doctype\s+html|<html|<head|<body|<table|<div|<p\b)", re.I | re.S)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(content: bytes) -> Format:
    """Return the format of `content`. Never raises."""
    head = content[:1024]
    if b"%PDF-" in head:
        return Format.PDF
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    if head.startswith(_OLE):
        return Format.PROTECTED if _ENCRYPTED_PACKAGE in content else Format.OTHER
    if head.lstrip().startswith(b"{\\rtf"):
        return Format.RTF
    if head.startswith(b"\x78\x9f\x3e\x22"):
        return Format.TNEF
    if _is_image(head):
        return Format.IMAGE
    return _text(content)


def _is_image(head: bytes) -> bool:
    if head.startswith(_IMAGES):
        return True
    return (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or (head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS)


def _in_zip(content: bytes) -> Format:
    end = content.rfind(_END_OF_DIRECTORY)
    if end < 0 or int.from_bytes(content[end + 12 : end + 16], "little") > MAX_DIRECTORY:
        return Format.OTHER  # damaged, or a list of members that takes seconds to read
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:5_000])
            if "word/document.xml" in names or any(name.startswith("word/document") for name in names):
                return Format.DOCX
            if "content.xml" in names and "mimetype" in names:
                with archive.open("mimetype") as stream:
                    return (
                        Format.ODT
                        if stream.read(60).startswith(b"application/vnd.oasis.opendocument.text")
                        else Format.OTHER
                    )
    except Exception:  # zipfile raises half a dozen kinds on damaged archives
        return Format.OTHER
    return Format.OTHER


def _text(content: bytes) -> Format:
    if not content.strip():
        return Format.OTHER
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Format.TEXT
    sample = content[:65_536]
    if _BINARY.search(sample):
        return Format.OTHER
    if _HTML.match(sample):
        return Format.HTML
    text, _ = decode(sample)
    if "".join(text.split()).isprintable():  # most text; the count below takes it character by character
        return Format.TEXT
    printable = sum(1 for char in text if char.isprintable() or char.isspace())
    return Format.TEXT if printable >= 0.98 * len(text) else Format.OTHER


def image_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, GIF, BMP or JPEG in pixels; (0, 0) where unknown."""
    try:
        if content.startswith(b"\x89PNG"):
            return struct.unpack(">II", content[16:24])
        if content.startswith(b"GIF8"):
            return struct.unpack("<HH", content[6:10])
        if content.startswith(b"BM"):
            width, height = struct.unpack("<ii", content[18:26])
            return abs(width), abs(height)
        if content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
    except struct.error:
        return 0, 0
    return 0, 0


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    for _ in range(500):
        if at + 9 > len(content) or content[at] != 0xFF:
            return 0, 0
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return 0, 0
