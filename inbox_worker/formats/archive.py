"""One XML part of a zipped document, unpacked under a cap and parsed without any DTD."""

import io
import zipfile
from xml.etree.ElementTree import Element, ParseError  # the types only: defusedxml parses

from inbox_worker.formats import Unreadable

UNPACKED_MAX = 50_000_000  # bytes, of all parts together
RATIO_MAX = 20  # times the size of the file ...
UNPACKED_ALWAYS = 5_000_000  # ... beyond this: small forms of Word's own templates reach 25 times
MEMBERS_MAX = 5_000


class Archive:
    """A zip file whose announced and real sizes stay within the caps. Raises Unreadable."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            members = self._zip.infolist()
        except Exception as error:
            raise Unreadable("CORRUPT") from error
        self._left = min(UNPACKED_MAX, max(UNPACKED_ALWAYS, RATIO_MAX * len(content)))
        if len(members) > MEMBERS_MAX or sum(member.file_size for member in members) > self._left:
            raise Unreadable("TOO_LARGE")
        if any(member.flag_bits & 0x1 for member in members):
            raise Unreadable("PASSWORD")
        self.names = frozenset(member.filename for member in members)

    def read(self, name: str) -> bytes:
        """Return the content of the part `name`."""
        try:
            with self._zip.open(name) as stream:
                content = stream.read(self._left + 1)
        except Exception as error:  # zlib, zipfile and KeyError
            raise Unreadable("CORRUPT") from error
        self._left -= len(content)
        if self._left < 0:
            raise Unreadable("TOO_LARGE")
        return content

    def xml(self, name: str) -> Element:
        """Return the root of the XML part `name`. Any DTD is refused: no Office program writes one."""
        return parse(self.read(name))


def parse(content: bytes) -> Element:
    """Return the root element of `content`. Raises Unreadable("CORRUPT"), also for any DTD."""
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import fromstring
    except ImportError as error:
        raise Unreadable("UNSUPPORTED") from error
    try:
        root = fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise Unreadable("CORRUPT") from error
    assert isinstance(root, Element)
    return root


def local(element: Element) -> str:
    """Return the name of `element` without its namespace: strict and transitional files differ in nothing else."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """Return the attribute `name` of any namespace, or None."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def child(element: Element, *path: str) -> Element | None:
    """Return the first element below `element` along the local names `path`, or None."""
    for name in path:
        found = next((each for each in element if local(each) == name), None)
        if found is None:
            return None
        element = found
    return element
