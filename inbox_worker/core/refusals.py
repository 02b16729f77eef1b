"""What single sentences of a mail refuse: the role, the application, or either if something is so."""

from dataclasses import dataclass

from inbox_worker.core import acts
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.wording import find
from inbox_worker.core.words import pattern


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one sentence refuses, and how firmly."""

    declines: bool = False  # does not want the role
    no_application: bool = False  # says that the mail is no application
    conditional: bool = False  # would not join if something is so
    hesitates: bool = False  # not without, until or unless something
    words: str = ""  # by which it declines


def refusal(sentence: str, scheme: Scheme, lexicon: Lexicon) -> Refusal:
    """Return what `sentence`, folded, refuses; likeness may deny that it declines ("I don't want others to be")."""
    words = _own("declines", sentence, lexicon)
    if words and not acts.could(sentence, _LIKE_DECLINING, lexicon.acts, scheme):
        words = ""
    conditional = bool(words) and _is_behind_if(sentence, words)
    hesitates = conditional or (bool(words) and bool(_NOT_YET.search(sentence)))
    if words and not hesitates:
        return Refusal(declines=True, words=words)
    denied = _own("not_applying", sentence, lexicon)
    if not denied or names_condition(sentence, scheme, lexicon):
        return Refusal(conditional=conditional, hesitates=hesitates)
    conditional = conditional or _is_behind_if(sentence, denied)
    return Refusal(no_application=not conditional, conditional=conditional, hesitates=hesitates)


def _own(name: str, sentence: str, lexicon: Lexicon) -> str:
    """The words of the list `name`, unless they are said of others: "somewhere you do not want to be"."""
    words = find(name, sentence, lexicon)
    return "" if words and _OF_OTHERS.search(sentence.partition(words)[0]) else words


_OF_OTHERS = pattern((r"\b(?:you|they|who|whom|people|others)(?: (?:do|did|does|would|really|simply|just))* *$",))
_LIKE_DECLINING = ("not_joining", "withdraw", "asks_for_ally", "for_another", "condition")
_NOT_YET = pattern(  # "I should not like to sign without having read it"
    (r"\b(?:without|before|until|till|unless) \w+",)
)
_IF = pattern((r"\b(?:if|otherwise|or else)\b",))
_IF_OR_SHOULD = pattern((r"\b(?:if|otherwise|or else|should (?:it|this|that|there|you|they|my|the))\b",))


def _is_behind_if(sentence: str, words: str) -> bool:
    """Whether `words` hold only if something is so: "If my manager must know, I do not wish to apply"."""
    return bool(_IF_OR_SHOULD.search(sentence.partition(words)[0]))


def names_condition(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Return whether a sentence speaks of a condition at all: holds.py asks more before a person must settle it."""
    return bool(find("condition", sentence, lexicon)) or acts.does(sentence, "condition", lexicon.acts, scheme)


NEGATED = pattern(
    (
        r"(?:\bnot|n't|\bnever|\bno longer|\bnor|\bwithout|\brather than|\binstead of|\bdecided against)"
        r"(?:\W+\w+){0,2}\W*$",
    )
)


def takes_back(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Return whether phrases say that `sentence` takes an application back."""
    match = pattern(lexicon.phrases.get("withdraw", ())).search(sentence)
    if not match or find("not_withdraw", sentence, lexicon):
        return False
    before = sentence[: match.start()]
    if NEGATED.search(before) or _IF.search(before):  # "I am not pulling out", "if not, leave me out"
        return False
    return acts.could(sentence, ("withdraw", "not_joining"), lexicon.acts, scheme)
