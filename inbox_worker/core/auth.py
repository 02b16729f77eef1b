"""What the boundary's Authentication-Results says about a sender (RFC 8601 s.2.2, and Exchange Online's form of it).

Exchange Online writes no authserv-id and adds `compauth`; libraries refuse that header, so it is read here.
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s;="]+|[;=]')
_MAX_LENGTH = 20_000  # longer headers are hostile; real ones stay below 2 KB


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result, as `dmarc=fail header.from=example.org`."""

    method: str  # "dmarc", "spf", "dkim", "compauth", ...; lower case
    value: str  # "pass", "fail", "none", ...; lower case
    properties: dict[str, str] = field(default_factory=dict)  # "header.from" -> "example.org"


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One header: who says so, and what. `authserv_id` is "" where the header names nobody."""

    authserv_id: str
    results: tuple[Result, ...]

    def of(self, method: str) -> tuple[Result, ...]:
        """Return the results of `method`, in order."""
        return tuple(result for result in self.results if result.method == method)


def _without_comments(text: str) -> str:
    if "(" not in text:
        return text
    kept: list[str] = []
    depth = 0
    quoted = False
    for character in text:
        if character == '"' and depth == 0:
            quoted = not quoted
        if not quoted and character == "(":
            depth += 1
        elif not quoted and character == ")" and depth:
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(kept)


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for place, word in enumerate(words):
        if word == "=" and 0 < place < len(words) - 1:
            pairs.append((words[place - 1].casefold(), words[place + 1].strip('"').casefold()))
    return pairs


def parse(header: str) -> AuthenticationResults:
    """Return what `header` (the value of an Authentication-Results) says. Never raises; nonsense gives no results."""
    identity = ""
    results: list[Result] = []
    for number, part in enumerate(_without_comments(header[:_MAX_LENGTH]).split(";")):
        words = _TOKEN.findall(part)
        pairs = _pairs(words)
        if number == 0 and not pairs:
            identity = words[0].casefold() if words else ""  # a version number may follow
        elif pairs:
            (method, value), *rest = pairs
            results.append(Result(method.partition("/")[0], value, dict(rest)))
            # Exchange glues further methods on with a space: "dmarc=fail action=none header.from=x; compauth=fail"
            results.extend(Result(name, said) for name, said in rest if name in ("dmarc", "compauth", "spf", "dkim"))
    return AuthenticationResults(identity, tuple(results))


def trusted(headers: tuple[str, ...], authserv_ids: tuple[str, ...]) -> AuthenticationResults | None:
    """Return what the boundary says: the topmost header and all that bear its name (a verdict may stand in another).

    With `authserv_ids`, the boundary is who bears one of these names; other headers came with the mail.
    """
    wanted = {identity.casefold() for identity in authserv_ids}
    parsed = [found for found in map(parse, headers) if not wanted or found.authserv_id in wanted]
    if not parsed:
        return None
    boundary = parsed[0].authserv_id
    results = tuple(result for found in parsed if wanted or found.authserv_id == boundary for result in found.results)
    return AuthenticationResults(boundary, results)


def failure(parsed: AuthenticationResults, from_domain: str) -> str | None:
    """Return "dmarc=fail" or "compauth=fail" where the boundary says so of `from_domain`, else None."""
    for result in parsed.of("dmarc"):
        about = result.properties.get("header.from", from_domain).casefold().rstrip(".")
        same = about == from_domain or from_domain.endswith(f".{about}") or about.endswith(f".{from_domain}")
        if result.value == "fail" and (same or not from_domain):
            return "dmarc=fail"
    if any(result.value == "fail" for result in parsed.of("compauth")):
        return "compauth=fail"
    return None
