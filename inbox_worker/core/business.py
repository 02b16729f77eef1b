"""Mail that is business of another kind, although it speaks of the scheme: nobody wants to join, or asks to decide."""

import re

from inbox_worker.core import acts
from inbox_worker.core.fullness import is_half
from inbox_worker.core.holds import to_the_team
from inbox_worker.core.label_scores import match
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.signs import Mail, Signs
from inbox_worker.core.targets import Target
from inbox_worker.core.wording import find
from inbox_worker.core.words import fold, pattern


def is_other_business(mail: Mail, signs: Signs, scheme: Scheme, lexicon: Lexicon, *, joined: bool) -> bool:
    """Return whether the mail is business of another kind, although it speaks of the scheme.

    Words of other business around a whole form are the sender's letter paper.
    """
    if mail.from_team:
        return True
    formal = is_half(mail.extraction, scheme) and not mail.for_another
    subject = fold(mail.subject)
    said = (subject, *(to_the_team(mail) if joined else mail.text))
    if _is_of_the_scheme(mail, said, signs, lexicon, joined=joined, formal=formal):
        return True
    text = " . ".join(said)
    if not formal and find("circular", text, lexicon):
        return True
    told = text
    if joined and signs.says_so:
        others = (sentence for sentence in said[1:] if _outweighs_a_wish(sentence, signs, scheme, lexicon))
        told = " . ".join((subject, *others))
    if find("nomination", told, lexicon) or (not joined and find("wants_support", told, lexicon)):
        return True
    for_self = any(_FOR_SELF.search(sentence) for sentence in signs.asking)
    if not formal and _is_work(told, said, signs, scheme, lexicon, for_self=not joined and for_self):
        return True
    if not (joined or formal) and any(
        acts.does(sentence, "asks_for_ally", lexicon.acts, scheme)
        for sentence in mail.text
        if sentence not in signs.documents
    ):
        return True
    if not joined and not formal and _quotes_the_form(mail, scheme):
        return True
    return not joined and not formal and _is_errand(text, said, signs, scheme, lexicon, for_self=for_self)


def _is_errand(
    text: str, said: tuple[str, ...], signs: Signs, scheme: Scheme, lexicon: Lexicon, *, for_self: bool
) -> bool:
    """Whether what is asked for is somebody's work; who asks for the documents by name may have other errands too."""
    asked = sorted(signs.documents) if Target.OURS in signs.requests else []
    if not asked and for_self:
        asked = [sentence for sentence in said if not _is_remark(sentence, signs, scheme, lexicon)]
    errands = " . ".join(asked) if asked else text
    return bool(find("errand", errands, lexicon)) or (not for_self and bool(find("checks", errands, lexicon)))


def _is_remark(sentence: str, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a sentence asks for nothing and tells of its writer alone: "I use your page on the intranet a lot"."""
    if sentence in signs.asking or not _ALONE.search(sentence) or _WITH_OTHERS.search(sentence):
        return False
    return acts.likelihood(sentence, ("other_business",), lexicon.acts, scheme) < _HARDLY


_ALONE, _WITH_OTHERS = pattern((r"\b(?:i|i'm|i've|i'd|my|me)\b",)), pattern((r"\b(?:we|we're|we've|our|us)\b",))
_HARDLY = 0.25  # of a remark that is likely none


def _is_of_the_scheme(
    mail: Mail, said: tuple[str, ...], signs: Signs, lexicon: Lexicon, *, joined: bool, formal: bool
) -> bool:
    """Whether who writes serves already, or runs the scheme."""
    text, apart = (" . ".join(said), " . ".join(sentence for sentence in said if sentence not in signs.wishes))
    if find("serving", apart, lexicon):  # "as one of your allies" ends many a wish to be one
        return True
    if not joined and not formal and (mail.serves or find("reporting", text, lexicon)):
        return True
    # the team's words of those who apply are like the words of these
    return not (joined and signs.says_so) and not formal and bool(find("running", text, lexicon))


_FOR_SELF = pattern(
    (
        r"\b(?:send|e-?mail|forward|give|let|get|post|point|tell)(?: \w+){0,2}? me\b",
        r"\b(?:can|could|may|might) i (?:\w+ )?(?:have|see|get|read|know)\b",
    )
)


def _is_work(
    told: str, said: tuple[str, ...], signs: Signs, scheme: Scheme, lexicon: Lexicon, *, for_self: bool
) -> bool:
    """Whether `told`, of the sentences `said`, is somebody's work; who asks for themselves may speak of theirs."""
    if find("business", told, lexicon):
        return True
    if not for_self:
        return bool(find("office", told, lexicon) or find("faults", told, lexicon))
    return any(
        find("office", sentence, lexicon)
        for place, sentence in enumerate(said)
        if place == 0 or sentence in signs.documents or _is_plainly_business(sentence, scheme, lexicon)
    )


def names_business(text: str, lexicon: Lexicon) -> bool:
    """Return whether `text`, folded, has words of other business, the sender's or those of a circular."""
    return any(find(name, text, lexicon) for name in ("business", "office", "faults", "circular"))


def _outweighs_a_wish(sentence: str, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether words of business in `sentence` count although the mail wishes to join in so many words.

    People who want to join also tell of their work, of the article that they read and of the forms that they fill in.
    """
    if sentence in signs.wishes:
        wish = acts.likelihood(sentence, ("join",), lexicon.acts, scheme)
        return wish < acts.PLAINLY and wish <= acts.likelihood(sentence, _BUSINESS, lexicon.acts, scheme)
    return _is_plainly_business(sentence, scheme, lexicon)


def _is_plainly_business(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    return acts.likelihood(sentence, _BUSINESS, lexicon.acts, scheme) >= _SURELY


_BUSINESS = ("other_business", "for_another", "announce")


_SURELY = 0.7  # of people who tell of their work half of the sentences are as like business as that of others


def _quotes_the_form(mail: Mail, scheme: Scheme) -> bool:
    """Whether a question of the form stands in quotation marks: who complains of it or sees to it speaks of it so."""
    quoted = [found[1] for sentence in mail.text for found in _QUOTATION.finditer(sentence)]
    inside = [found[1] for text in mail.extraction.label_texts if (found := _INSIDE.match(fold(text)))]
    return any(len(words.split()) >= _WORDS and match(words, scheme, _LIKE) for words in (*quoted, *inside))


_QUOTATION = pattern((r'"([^"]+)(?:"|$)',))
# a form's own question may stand in marks, but not within a sentence
_INSIDE = re.compile(r'[^"\w]*\w[^"]*"([^"]+)(?:"|$)')
_WORDS, _LIKE = 4, 0.6  # words of a question; how well it names a field
