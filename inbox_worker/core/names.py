"""Names of people: from headers, labels and signatures; the fullest form that the sender gives."""

import re

from inbox_worker.core.mail import Address
from inbox_worker.core.words import fold, tokens, without_accents

_TITLES = frozenset(
    [
        "dr",
        "doctor",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "rev",
        "revd",
        "reverend",
        "sir",
        "dame",
        "lord",
        "lady",
        "fr",
        "father",
        "sister",
        "canon",
        "capt",
        "captain",
        "major",
        "col",
        "colonel",
        "sgt",
        "hon",
    ]
)
_LETTERS = re.compile(
    r"(?:[A-Z][A-Za-z]{0,4}\.?)?(?:PhD|DPhil|MD|BA|BSc|MA|MSc|MSci|MEd|MPhil|MRes|MBA|LLB|LLM|PGCE|PGCert|PGCHE|BEd|EdD"
    r"|FHEA|SFHEA|PFHEA|AFHEA|FRSA|FRS|FBA|MBE|OBE|CBE|KBE|DBE|BEM|RN|RGN|MRCP|FRCP|MCIPD|FCIPD|Assoc\.? ?CIPD|CIPD"
    r"|CEng|MIET|MIEE|FIET|MCLIP|ACLIP|FCLIP|QC|KC|JP|DL|ACA|ACCA|CPsychol|FBPsS|MBBS|MBChB|DipHE|Cert ?HE|Hons|CMgr"
    r"|FCMI|MCMI|MInstF|CertHE|SRN|FCA|RCN|MRSC|FRSC|CChem|CSci|BVSc|DClinPsy|DSc|DLitt)\.?"
)
_SOCIETY = re.compile(
    r"[FM]R?[A-Z](?=[A-Z]*[a-z])[A-Za-z]{0,7}[A-Z]"
)  # "FRHistS", "MRSocE": fellow or member of some society
_PRONOUNS = re.compile(
    r"[\[(/|,\s-]*\b(?:she|he|they|ze|xe|ella|hon|any|elle|il|ey)\s*[/|,\s]\s*"
    r"(?:her|hers|him|his|them|theirs|they|she|he|it|all|any|elle|zir|xem|pronouns?|ella|hen|em)(?:\s*/\s*\w+)?\b[)\]]*",
    re.IGNORECASE,
)
_ROLE_ACCOUNT = frozenset(
    [
        "team",
        "office",
        "service",
        "services",
        "desk",
        "department",
        "dept",
        "school",
        "university",
        "library",
        "pc",
        "admin",
        "enquiries",
        "enquiry",
        "reception",
        "helpdesk",
        "support",
        "info",
        "mailbox",
        "shared",
        "group",
        "committee",
        "union",
        "network",
        "account",
        "scanner",
        "printer",
        "copier",
        "centre",
        "center",
        "college",
        "faculty",
        "unit",
        "via",
        "noreply",
        "system",
        "systems",
        "notifications",
        "workshop",
        "kiosk",
        "staff",
        "hr",
        "it",
        "reply",
    ]
)


def without_pronouns(text: str) -> str:
    """Return `text` without "(she/her)" and the like."""
    return " ".join(_PRONOUNS.sub(" ", text).split())


def is_title(word: str) -> bool:
    """Return whether `word` is "Dr", "Prof." or the like."""
    return fold(word).strip(".") in _TITLES


def without_titles(name: str) -> str:
    """Return `name` without "Dr", "Professor" and the like before it."""
    parts = name.split()
    while len(parts) > 1 and is_title(parts[0]):
        parts.pop(0)
    return " ".join(parts)


def words(name: str) -> list[str]:
    """Return the words of `name` without titles, folded and without accents, for comparing."""
    return [word for word in tokens(without_accents(name)) if word not in _TITLES]


_TITLE_BEHIND = re.compile(r"\s*[(\[](?:mr|mrs|ms|miss|mx|dr|prof)\.?[)\]]", re.IGNORECASE)


def without_letters(name: str) -> str:
    """Return `name` without letters after it ("Jo Bell PhD SFHEA" -> "Jo Bell")."""
    name = _TITLE_BEHIND.sub("", name)
    parts = [part for part in name.replace(",", " , ").split() if part != ","]
    kept = len(parts)
    while kept > 2 and _is_letters(parts[kept - 1].strip("()"), parts[: kept - 1]):
        kept -= 1
    return " ".join(parts[:kept])


def _is_letters(word: str, before: list[str]) -> bool:
    """Whether `word` is "PhD", "SFHEA" or any short run of capitals after a name that is not in capitals itself."""
    if _LETTERS.fullmatch(word) or _SOCIETY.fullmatch(word):
        return True
    capitals = word.isalpha() and word.isupper() and 2 <= len(word) <= 5
    return capitals and not any(
        part.isupper() and len(part) > 2 and not _LETTERS.fullmatch(part.strip("()")) for part in before
    )


def from_header(address: Address) -> str | None:
    """Return the person's name in a From header, first name first; None where it names no person.

    "Surname, First" is turned round, a trailing "(School of X)" or "- Team" is dropped, capitals stay as typed.
    """
    name = without_pronouns(" ".join(address.name.strip("\"' ").split()))
    inner = re.fullmatch(r"(.*?)\s*[(\[][^()\[\]]*[)\]]\s*", name)
    if inner and inner[1]:
        name = inner[1] if not _is_by_name(inner[1], name) else name
    name = re.split(r"\s+[-\u2013|/]\s+|\s+via\s+", name)[0]
    if "@" in name or not name or re.search(r"\d", name):
        return None
    last, comma, first = name.partition(",")
    if comma and first.strip() and not _LETTERS.fullmatch(first.strip()):
        name = _turned(last.strip(), first.strip())
    name = without_letters(name.strip(" ,;"))
    found = tokens(name)
    if not found or len(found) > 7 or any(word in _ROLE_ACCOUNT for word in found):
        return None
    return name


def _turned(last: str, first: str) -> str:
    title = [word for word in first.split() if is_title(word)]
    given = [word for word in first.split() if not is_title(word)]
    return " ".join([*title, *given, last])


def _is_by_name(outer: str, name: str) -> bool:
    """Whether the brackets hold a by-name ("Zhang Wei (Wendy)"), one word, and not a place."""
    inside = name[len(outer) :].strip(" ()[]")
    return (
        " " not in inside and inside.isalpha() and not inside.isupper() and inside[:1].isupper() and len(inside) <= 12
    )


def looks_like(text: str) -> bool:
    """Return whether `text` may be a person's name: up to six words with capitals, and neither digits nor marks."""
    plain = without_letters(without_pronouns(text))
    parts = plain.split()
    if not 1 <= len(parts) <= 6 or re.search(r"[\d@:;!?/\\|=&]", plain):
        return False
    capitals = sum(1 for part in parts if part.lstrip("('\"\u2018")[:1].isupper() or not part[:1].isascii())
    return capitals + sum(1 for part in parts if part.casefold() in _SMALL) == len(parts)


_SMALL = frozenset(
    ["de", "da", "van", "der", "den", "von", "bin", "al", "ap", "la", "le", "di", "dos", "y", "ten", "ter", "ibn", "of"]
)


def related(one: str, other: str) -> bool:
    """Return whether two names may be one person's: they share a word, or initials agree with a shared surname."""
    first, second = words(one), words(other)
    if set(first) & {word for word in second if len(word) > 1}:
        return True
    joined_one, joined_other = "".join(first), "".join(second)
    return bool(joined_one) and joined_one == joined_other


def relatives(one: str, other: str) -> bool:
    """Return whether two names share the family name alone: "Taras Kovalenko" and "Olena Kovalenko-Marsh".

    Initials, short forms ("Rob", "Robert") and second given names are one person's.
    """
    (first, *rest), (second, *others) = words(one) or [""], words(other) or [""]
    if not rest or not others or not set(rest) & set(others):
        return False
    alike = first[:1] == second[:1] or first in others or second in rest
    return not alike and min(len(first), len(second)) > 1


def includes(longer: str, shorter: str) -> bool:
    """Return whether `longer` has all words of `shorter` and says more: further words, or a name for an initial."""
    more, fewer = words(longer), words(shorter)
    same = all(any(word == part or (len(part) == 1 and word.startswith(part)) for word in more) for part in fewer)
    return same and (len(more) > len(fewer) or (len(more) == len(fewer) and set(more) != set(fewer)))


def fullest(stated: str | None, others: list[str]) -> str | None:
    """Return the fullest form of one person's name: `stated` unless another form has all its words and more."""
    best = stated or next(iter(others), None)
    if best is None:
        return None
    for other in others:
        if includes(other, best) and (stated is None or len(words(best)) < 2 or len(words(other)) <= 5):
            best = other
        elif stated is None and words(other) == words(best) and len(other.split()) > len(best.split()):
            best = other  # the same name with a title
    return best
