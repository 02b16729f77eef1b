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
    text, apart = (" . ".join(said), " . ".join(sentence for sentence in said if sentence not in signs.wishes))
    if find("serving", apart, lexicon):  # "as one of your allies" ends many a wish to be one
        return True
    if not joined and not formal and (mail.serves or find("reporting", text, lexicon)):
        return True
    # the team's words of those who apply are like the words of these
    if not (joined and signs.says_so) and not formal and find("running", text, lexicon):
        return True
    if not formal and find("circular", text, lexicon):
        return True
    told = text
    if joined and signs.says_so:
        others = (sentence for sentence in said[1:] if _outweighs_a_wish(sentence, signs, scheme, lexicon))
        told = " . ".join((subject, *others))
    lists = ("nomination",) if formal else ("business", "nomination")
    lists = lists if joined else (*lists, "wants_support")
    if any(find(name, told, lexicon) for name in lists):
        return True
    if not joined and any(
        acts.does(sentence, "asks_for_ally", lexicon.acts, scheme)
        for sentence in mail.text
        if sentence not in signs.documents
    ):
        return True
    if not joined and not formal and _quotes_the_form(mail, scheme):
        return True
    # who asks for the documents by name may have other errands beside it
    asked = sorted(signs.documents) if Target.OURS in signs.requests else []
    errands = " . ".join(asked) if asked else text
    return not joined and not formal and bool(find("errand", errands, lexicon))


def names_business(text: str, lexicon: Lexicon) -> bool:
    """Return whether `text`, folded, has words of other business, the sender's or those of a circular."""
    return bool(find("business", text, lexicon) or find("circular", text, lexicon))


def _outweighs_a_wish(sentence: str, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether words of business in `sentence` count although the mail wishes to join in so many words.

    People who want to join also tell of their work, of the article that they read and of the forms that they fill in.
    """
    if sentence in signs.wishes:
        return not acts.does(sentence, "join", lexicon.acts, scheme)
    return acts.likelihood(sentence, _LIKE_BUSINESS, lexicon.acts, scheme) >= acts.PLAINLY


_LIKE_BUSINESS = ("other_business", "for_another", "announce")


def _quotes_the_form(mail: Mail, scheme: Scheme) -> bool:
    """Whether a question of the form stands in quotation marks: who complains of it or sees to it speaks of it so."""
    quoted = [found[1] for sentence in mail.text for found in _QUOTATION.finditer(sentence)]
    inside = [found[1] for text in mail.extraction.label_texts if (found := _INSIDE.match(fold(text)))]
    return any(len(words.split()) >= _WORDS and match(words, scheme, _LIKE) for words in (*quoted, *inside))


_QUOTATION = pattern((r'"([^"]+)(?:"|$)',))
# a form's own question may stand in marks, but not within a sentence
_INSIDE = re.compile(r'[^"\w]*\w[^"]*"([^"]+)(?:"|$)')
_WORDS, _LIKE = 4, 0.6  # words of a question; how well it names a field
