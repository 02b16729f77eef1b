"""What a site says about its schemes and its mailbox. Data from the configuration; nothing here knows a scheme."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from inbox_worker.core.learned import Model


class FieldKind(Enum):
    """What a value of the field looks like."""

    NAME = "name"
    EMAIL = "email"
    SHORT = "short"  # one line: a job title, a department, a telephone number
    TEXT = "text"  # an answer of any length


@dataclass(frozen=True, slots=True)
class Field:
    """One item that the scheme's page asks for."""

    key: str
    label: str  # "Job title", or the whole question
    kind: FieldKind
    required: bool = True
    variants: tuple[str, ...] = ()  # other labels or wordings that people use
    # groups of words or stems; a line that has all words of one group is this label
    keywords: tuple[tuple[str, ...], ...] = ()
    signature: tuple[str, ...] = ()  # words that mark such a value in a signature block ("school", "manager")
    prose: tuple[str, ...] = ()  # regular expressions: a sentence of a letter that begins to answer this question
    cues: tuple[str, ...] = ()  # as `prose`, of such questions in general: a little less sure
    hints: tuple[str, ...] = ()  # regular expressions: words that such a sentence often has, weak evidence alone
    act: str = ""  # what the learned model calls a sentence that answers this question; "": it knows of none

    def __hash__(self) -> int:
        return hash(self.key)  # what reading computes of a field is cached by it: hashing every word would cost more


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme that people apply to by mail."""

    key: str
    name: str  # "Become a Mental Health Ally"
    role: str  # "Mental Health Ally": what one becomes
    reference: str  # prefix of application references: "MHA"
    mentions: tuple[str, ...]  # phrases that name this scheme beyond doubt ("mental health ally")
    role_words: tuple[str, ...]  # the role without its topic ("ally", "allies"): weak evidence alone
    topic_words: tuple[str, ...]  # the topic without the role ("mental health"): weak evidence alone
    others: tuple[str, ...]  # phrases of other schemes that use the same words ("lgbtq+ ally", "mentor")
    fields: tuple[Field, ...]
    templates: str  # folder below templates/
    documents: tuple[str, ...] = ()  # file names in that folder, attached to role_description replies
    request_words: tuple[str, ...] = ()  # what people ask for: "role description", "details of the training"
    _by_key: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {item.key: item for item in self.fields})

    def __hash__(self) -> int:
        return hash(self.key)

    def field(self, key: str) -> Field:
        """Return the field `key`. Raises KeyError."""
        return self._by_key[key]


@dataclass(frozen=True, slots=True)
class Site:
    """What the gate must know of the mailbox and of the boundary before it."""

    addresses: tuple[str, ...]  # of the mailbox: primary first, aliases after
    trust_authentication_results: bool = True  # the site's boundary strips foreign copies of the header
    authserv_ids: tuple[str, ...] = ()  # of the site's boundary; empty: the topmost Authentication-Results
    team_addresses: tuple[str, ...] = ()  # colleagues who run the schemes: their mail is never an application by itself
    stale_after_days: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Phrases of ordinary English that reading needs; data files that specialists review.

    Known by identity: what is computed of a lexicon is remembered by it, and to compare thousands of phrases is dear.
    """

    distress: dict[str, tuple[str, ...]]  # "A", "B", "past", "negation", ... -> regular expressions, any case
    phrases: dict[str, tuple[str, ...]]  # name of a list -> regular expressions, any case
    acts: Model = field(default_factory=Model)  # what sentences do, learned; an empty one knows nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """All that reading a mail depends on, besides the mail and what is on record."""

    site: Site
    schemes: tuple[Scheme, ...]
    lexicon: Lexicon
    # a domain -> the part of it that one organisation registers ("cs.kent.ac.uk" -> "kent.ac.uk");
    # without a public suffix list at hand, only equal domains are one
    registrable: Callable[[str], str] = str.casefold
