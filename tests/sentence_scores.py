"""What is understood of single sentences: each class of tests/sentences, read as the body of a short mail."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from inbox_worker.core.distress import tier
from inbox_worker.core.reading import Intent, Known, Reading, ReplyKind, Tier
from inbox_worker.core.values import puts_off
from tests.core.sample_reading import FORM, ON_RECORD, REQUEST, THREAD, reading, sample_rules

FOLDER = Path(__file__).parent / "sentences"
_APPLIES = frozenset({Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST})
_ASKS = frozenset({Intent.ROLE_DESCRIPTION_REQUEST, Intent.APPLICATION_AND_REQUEST})


@dataclass(frozen=True, slots=True)
class Share:
    """How many sentences of one class, and of one half of the lines, are understood."""

    label: str
    right: int
    of: int
    missed: tuple[str, ...]

    @property
    def percent(self) -> float:
        return 100 * self.right / self.of


def _new(sentence: str, known: Known | None = None, subject: str = "Mental Health Allies") -> Reading:
    return reading(f"Hello,\n\n{sentence}\n\nJo Bell\n", known, Subject=subject)


def _no_reply(sentence: str) -> bool:
    return _new(sentence).reply is ReplyKind.NONE


def _answer(sentence: str) -> Reading:
    return reading(f"Hello,\n\n{sentence}\n\nJo Bell\n{REQUEST}", ON_RECORD, **THREAD)


def _question(sentence: str) -> bool:
    return any(flag.code == "QUESTION" for flag in _new(f"{sentence}\n\n{FORM}").flags)


def _nothing_wanted(sentence: str) -> bool:
    found = _answer(sentence)
    return found.intent is Intent.FOLLOW_UP and found.reply is ReplyKind.NONE


def _tier(sentence: str) -> Tier:
    return tier([sentence], sample_rules().lexicon).tier


CLASSES: dict[str, Callable[[str], bool]] = {
    "join": lambda text: _new(text).intent in _APPLIES,
    "request": lambda text: _new(text).intent in _ASKS,
    "withdraw": lambda text: _answer(text).intent is Intent.WITHDRAWAL,
    "not_joining": _no_reply,
    "for_another": _no_reply,
    "asks_for_ally": _no_reply,
    "other_business": _no_reply,
    "several": _no_reply,
    "condition": _question,
    "thanks": _nothing_wanted,
    "put_off": lambda text: puts_off(text, sample_rules().lexicon),
    "distress_a": lambda text: _tier(text) is Tier.A,
    "distress_b": lambda text: _tier(text) in (Tier.A, Tier.B),
    "distress_none": lambda text: _tier(text) in (Tier.C, Tier.NONE),
    "distress_past": lambda text: _tier(text) in (Tier.C, Tier.NONE),
}
"""A class (the name of its file) and when a sentence of it is understood. A class that wants nothing is understood
where no automatic mail would go."""


def half(label: str, *, odd: bool) -> list[str]:
    """Return the sentences of a class on odd lines (tuned on) or on even lines (counted only)."""
    lines = (FOLDER / f"{label}.txt").read_text(encoding="utf-8").splitlines()
    return [line for number, line in enumerate(lines, 1) if bool(number % 2) is odd and line.strip()]


def share(label: str, *, odd: bool) -> Share:
    """Return how well one half of a class is understood."""
    texts = half(label, odd=odd)
    missed = tuple(text for text in texts if not CLASSES[label](text))
    return Share(label, len(texts) - len(missed), len(texts), missed)


def table(labels: Iterable[str] = CLASSES) -> str:
    """Return a Markdown table of all classes."""
    rows = ["| class | tuned on (odd lines) | counted only (even lines) |", "| --- | ---: | ---: |"]
    for label in labels:
        odd, even = share(label, odd=True), share(label, odd=False)
        rows.append(
            f"| {label} | {odd.right}/{odd.of} ({odd.percent:.0f} %) | {even.right}/{even.of} ({even.percent:.0f} %) |"
        )
    return "\n".join(rows) + "\n"
