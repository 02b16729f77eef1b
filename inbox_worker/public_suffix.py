"""Which part of a domain one organisation registers (publicsuffix.org). The only user of publicsuffixlist."""

from functools import cache
from typing import Any

from publicsuffixlist import PublicSuffixList


@cache
def _list() -> Any:
    return PublicSuffixList(accept_unknown=True)  # the copy that comes with the package; nothing is fetched


def registrable(domain: str) -> str:
    """Return the registrable part of `domain` ("cs.kent.ac.uk" -> "kent.ac.uk"), `domain` itself where it has none."""
    folded = domain.casefold().rstrip(".")
    found = _list().privatesuffix(folded)
    return str(found) if found else folded
