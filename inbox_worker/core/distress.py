"""How soon a person must look at a mail (domain.md 7). Recall before precision; never an assessment of anybody."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from inbox_worker.core import acts
from inbox_worker.core.reading import Tier
from inbox_worker.core.scheme import Lexicon
from inbox_worker.core.words import pattern, sentences, spoken

# characters of one mail that are looked at, from its start and from its end: some three thousand words of each. Longer
# mails are digests and logs; who writes more of themselves than that says what matters first or last.
_FROM_START, _FROM_END = 20_000, 10_000
_MAX_SENTENCE, _OVERLAP = 400, 120  # characters that the patterns see at once; longer runs are cut, with a seam


@dataclass(frozen=True, slots=True)
class Finding:
    """A tier, and the words that it rests on (for `explain` alone)."""

    tier: Tier
    evidence: str = ""


NOTHING = Finding(Tier.NONE)
_READ_BY_LIKENESS = 60  # sentences of one mail; who is in danger writes few
_PERSON = pattern((r"\b(?:i|im|me|my|myself|he|she|him|her|they|them|we|us|someone|somebody|nobody)\b",))
_DANGER = ("distress_a", "distress_b")  # what the learned model calls it
DENIED = 0.05  # half of what denies a wish: recall before precision
_SIGN = "sign_"  # how the lists of signs are named
_ORDER = (Tier.NONE, Tier.C, Tier.B, Tier.A)


def tier(texts: Iterable[str], lexicon: Lexicon) -> Finding:
    """Return the gravest finding in `texts`, each a passage that the sender newly wrote."""
    found, number = NOTHING, 0
    for text in _within_limits(list(texts)):
        before, told = "", False
        for sentence in _pieces(text):
            number += 1
            said, tells = _by_phrases(sentence, lexicon)
            found = _graver(found, said)
            if number < _READ_BY_LIKENESS and found.tier is not Tier.A:
                found = _graver(found, _alike(sentence, lexicon))
            if tells or told:
                together = _together(before, sentence, lexicon)
                found = _graver(found, _unless_denied(together, (before, sentence), lexicon))
            before, told = sentence, tells
    return found


# Mails repeat sentences: questions of a form, greetings, footers. Each is judged once.
@lru_cache(maxsize=2048)
def _by_phrases(sentence: str, lexicon: Lexicon) -> tuple[Finding, bool]:
    """What the phrases of both tiers say of a sentence, and whether it shows a telling sign."""
    looked_at = _looked_at(sentence, lexicon)
    if not looked_at:
        return NOTHING, False
    return _unless_denied(_judge(looked_at, lexicon), (sentence,), lexicon), _tells(looked_at, lexicon)


@lru_cache(maxsize=2048)
def _alike(sentence: str, lexicon: Lexicon) -> Finding:
    """What the learned likeness says of a sentence in which no sign may stand."""
    if not _PERSON.search(sentence) or not acts.may_do(sentence, _DANGER, lexicon.acts):
        return NOTHING
    sentence = pattern(lexicon.distress.get("harmless", ())).sub(" ", sentence)
    if _set_aside(sentence, lexicon):
        return NOTHING
    if acts.does(sentence, "distress_a", lexicon.acts):
        return Finding(Tier.A, "reads like a person in danger")
    if acts.does(sentence, "distress_b", lexicon.acts):
        return Finding(Tier.B, "reads like a person in distress")
    return NOTHING


def _unless_denied(finding: Finding, sentences_: tuple[str, ...], lexicon: Lexicon) -> Finding:
    """`finding`, lowered where it is of tier B and every sentence is plainly unlike any of people in distress.

    Hardly any that the lists take rightly for tier B is that unlike (tools/learn_acts.py --measure). Tier A is never
    lowered so.
    """
    if finding.tier is not Tier.B:
        return finding
    likely = any(acts.could(each, _DANGER, lexicon.acts, floor=DENIED) for each in sentences_)
    return finding if likely else Finding(Tier.C, finding.evidence)


def _within_limits(texts: list[str]) -> list[str]:
    """The passages that begin within the first characters of a long mail, or within its last."""
    total, place, kept = sum(map(len, texts)), 0, []
    for text in texts:
        if place < _FROM_START or total - place - len(text) < _FROM_END:
            kept.append(text if len(text) <= _FROM_START + _FROM_END else f"{text[:_FROM_START]} {text[-_FROM_END:]}")
        place += len(text)
    return kept


def _pieces(text: str) -> Iterable[str]:
    for sentence in sentences(text):
        folded = spoken(sentence)
        yield folded[:_MAX_SENTENCE]
        for start in range(_MAX_SENTENCE, len(folded), _MAX_SENTENCE - _OVERLAP):
            yield folded[start - _OVERLAP : start + _MAX_SENTENCE - _OVERLAP]


def _graver(one: Finding, other: Finding) -> Finding:
    if other is NOTHING:
        return one
    return other if _ORDER.index(other.tier) > _ORDER.index(one.tier) else one


def _looked_at(sentence: str, lexicon: Lexicon) -> str:
    """The sentence without its harmless words; "" where nothing in it can be a sign. Most sentences end here."""
    lists = lexicon.distress
    if "look" in lists and not pattern(lists["look"]).search(sentence):
        return ""
    return pattern(lists.get("harmless", ())).sub(" ", sentence)


def _judge(text: str, lexicon: Lexicon) -> Finding:
    lists = lexicon.distress
    grave = pattern(lists.get("A", ())).search(text)
    if grave:
        lowered = _quoted(text, grave, lexicon) or _over(text, text[max(0, grave.start() - 20) : grave.end()], lexicon)
        lowered = lowered and not _recent(text, lexicon)
        return Finding(Tier.C if lowered else Tier.A, grave.group())
    found = NOTHING
    for match in pattern(lists.get("B", ())).finditer(text):
        if not _lowered(text, match.start(), match.group(), lexicon):
            return Finding(Tier.B, match.group())
        found = Finding(Tier.C, match.group())
    return found


def _tells(text: str, lexicon: Lexicon) -> bool:
    """Whether a sentence shows a sign of those without which no combination alarms. Few do."""
    return bool(_any_of_telling(lexicon).search(text))


@lru_cache(maxsize=8)
def _any_of_telling(lexicon: Lexicon) -> re.Pattern[str]:
    lists = lexicon.distress
    return pattern(tuple(text for name in lists.get("telling", ()) for text in lists[_SIGN + name]))


def _signs(sentence: str, lexicon: Lexicon) -> frozenset[str]:
    """The names of the signs that a sentence shows."""
    text = _looked_at(sentence, lexicon)
    return frozenset([name for name, search in _searches(lexicon) if search(text)] if text else ())


@lru_cache(maxsize=8)
def _searches(lexicon: Lexicon) -> list[tuple[str, Callable[[str], re.Match[str] | None]]]:
    """The name of every sign, and what looks for it."""
    return [
        (name.removeprefix(_SIGN), pattern(texts).search)
        for name, texts in lexicon.distress.items()
        if name.startswith(_SIGN)
    ]


@lru_cache(maxsize=32)
def _combinations(listed: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((combination, frozenset(combination.split())) for combination in listed)


def _together(before: str, sentence: str, lexicon: Lexicon) -> Finding:
    """What signs come to that weigh little alone, in a sentence and the one before it."""
    lists, shown = lexicon.distress, _signs(before, lexicon) | _signs(sentence, lexicon)
    for tier_, name in ((Tier.A, "combined_a"), (Tier.B, "combined_b")):
        for combination, wanted in _combinations(lists.get(name, ())):
            if wanted <= shown:
                aside = _set_aside(f"{before} {sentence}".strip(), lexicon)
                return Finding(Tier.C if aside else tier_, combination)
    return NOTHING


def _set_aside(text: str, lexicon: Lexicon) -> bool:
    """Whether a passage tells of the past, of what others went through, or informs its readers."""
    lists = lexicon.distress
    if pattern(lists.get("information", ())).search(text) or pattern(lists.get("reported", ())).search(text):
        return True
    return bool(pattern(lists.get("past", ())).search(text)) and not _recent(text, lexicon)


def _recent(text: str, lexicon: Lexicon) -> bool:
    return bool(pattern(lexicon.distress.get("recent", ())).search(text))


def _reported(text: str, start: int, lexicon: Lexicon) -> bool:
    """Another person's words: "a student told me 'I want to die'"."""
    return bool(pattern(lexicon.distress.get("reported", ())).search(text[:start]))


def _quoted(text: str, grave: re.Match[str], lexicon: Lexicon) -> bool:
    """Whether somebody else said this of themselves; what is told of another ("she says he'll jump") is not lowered."""
    return bool(_FIRST_PERSON.search(grave.group())) and _reported(text, grave.start(), lexicon)


def _over(text: str, phrase: str, lexicon: Lexicon) -> bool:
    """Whether an act was tried at a time that has gone ("I took an overdose at nineteen")."""
    lists = lexicon.distress
    tried = pattern(lists.get("tried", ())).search(phrase)
    return bool(tried) and bool(pattern(lists.get("past", ())).search(text))


def _lowered(text: str, start: int, phrase: str, lexicon: Lexicon) -> bool:
    """Whether a phrase of tier B is denied, over, another person's, or information for readers."""
    lists = lexicon.distress
    if pattern(lists.get("negation", ())).search(text[:start]):
        return True
    if pattern(lists.get("information", ())).search(text) or _reported(text, start, lexicon):
        return True
    if _about_another(text, start, phrase, lexicon):
        return True
    return bool(pattern(lists.get("past", ())).search(text)) and not _recent(text, lexicon)


_FIRST_PERSON = pattern((r"\b(?:i|i'm|i've|i'd|i'll|my|me|mine|myself|us|we)\b",))


def _about_another(text: str, start: int, phrase: str, lexicon: Lexicon) -> bool:
    """Whether the nearest person named before the phrase is somebody else than the sender."""
    if _FIRST_PERSON.search(phrase):
        return False
    others = [match.end() for match in pattern(lexicon.distress.get("other_person", ())).finditer(text[:start])]
    own = [match.end() for match in _FIRST_PERSON.finditer(text[:start])]
    if others and (not own or max(others) > max(own)):
        return True
    return bool(others) and not own
