"""What a person must settle before anything is answered: codes, each with what the sender wrote for a reason."""

from itertools import pairwise

from inbox_worker.core import acts, names
from inbox_worker.core.extract import Extraction
from inbox_worker.core.reading import Intent
from inbox_worker.core.refusals import names_condition
from inbox_worker.core.region import Whose
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.signs import Mail, Signs
from inbox_worker.core.wording import find
from inbox_worker.core.words import pattern, spoken

CODES = ("ON_BEHALF", "SEVERAL", "CONTRADICTION", "QUESTION", "UNNAMED")


def holds(mail: Mail, intent: Intent, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the codes, of CODES, of what a person must settle first."""
    if intent not in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST, Intent.FOLLOW_UP):
        return ()
    extraction, codes = mail.extraction, []
    if intent is not Intent.FOLLOW_UP and _for_another(mail, signs, scheme, lexicon):
        codes.append("ON_BEHALF")
    if extraction.several or (not _ALONE.search(" . ".join(mail.text)) and _together(mail, scheme, lexicon)):
        codes.append("SEVERAL")
    if extraction.conflicts or (intent is not Intent.FOLLOW_UP and _takes_it_back(mail, signs, scheme, lexicon)):
        codes.append("CONTRADICTION")
    if intent is not Intent.FOLLOW_UP and (signs.conditional or _asks_first(mail, signs, scheme, lexicon)):
        codes.append("QUESTION")
    return tuple(codes)


def _takes_it_back(mail: Mail, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether somebody who applies also says, or seems to say, that they do not."""
    if signs.withdraws or signs.declines:
        return True
    return any(
        acts.likelihood(sentence, ("not_joining", "withdraw"), lexicon.acts, scheme) >= _PLAINLY
        for sentence in to_the_team(mail)
        if not names_condition(sentence, scheme, lexicon)
    )


_PLAINLY = 0.75


def _asks_first(mail: Mail, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a sentence to the team sets a condition, or says what becomes of the mail by the answer to a question."""
    said = to_the_team(mail)
    return any(
        _sets_condition(sentence, scheme, lexicon) or acts.does(sentence, "condition", lexicon.acts, scheme)
        for sentence in said
        if sentence not in signs.documents
    ) or any(
        asked.endswith("?") and find("falls_away", then, lexicon) and not find("offers", asked, lexicon)
        for asked, then in pairwise(said)
    )


def _sets_condition(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    if find("wait", sentence, lexicon):
        return True
    if not find("condition", sentence, lexicon) or find("disclaimer", sentence, lexicon):
        return False
    # "no application until ..." is likened to a refusal; two lists that agree need no likeness
    return bool(find("not_applying", sentence, lexicon)) or acts.could(sentence, ("condition",), lexicon.acts, scheme)


def _together(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether two or more people apply in this mail; one name on a form outweighs a likeness."""
    if any(
        find("several", sentence, lexicon) and acts.could(sentence, ("several",), lexicon.acts, scheme)
        for sentence in mail.text
    ):
        return True
    return not _named_one(mail, scheme) and any(
        acts.does(sentence, "several", lexicon.acts, scheme) for sentence in to_the_team(mail)
    )


def _named_one(mail: Mail, scheme: Scheme) -> bool:
    return any(scheme.field(key).kind is FieldKind.NAME for key in mail.extraction.labelled)


def to_the_team(mail: Mail) -> list[str]:
    """Return the sentences that answer no question: "I want to reach people before it gets worse" sets no condition.

    One lone sentence that looks like an answer is none.
    """
    if len(mail.extraction.prose) < 2:
        return list(mail.text)
    answers = " ".join(spoken(mail.extraction.form.values[key].text) for key in mail.extraction.prose)
    return [sentence for sentence in mail.text if sentence not in answers]


_ALONE = pattern((r"\b(?:themselves|himself|herself|separately|just me|only me|only for me|for myself)\b",))


def any_sentence(name: str, mail: Mail, lexicon: Lexicon) -> bool:
    """Return whether a sentence of `mail` has a phrase of the list `name`."""
    return any(find(name, sentence, lexicon) for sentence in mail.text)


def names_another(extraction: Extraction, person: str | None, address: str, scheme: Scheme) -> bool:
    """Return whether the form's name is another person's than the sender's (`person`, at `address`)."""
    key = next((item.key for item in scheme.fields if item.kind is FieldKind.NAME), None)
    stated = extraction.form.values.get(key) if key in extraction.labelled else None
    mailed = next((item.key for item in scheme.fields if item.kind is FieldKind.EMAIL), None)
    given = extraction.form.values.get(mailed) if mailed in extraction.labelled else None
    if not stated or not person or (given and given.text.casefold() == address.casefold()):
        return False
    return not names.related(stated.text, person) or (given is not None and names.relatives(stated.text, person))


def _for_another(mail: Mail, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether the application is another person's: the form says so, or the wish to join is only theirs."""
    if mail.for_another or mail.extraction.whose is Whose.OTHER:
        return True
    if (
        not _named_one(mail, scheme)
        and not signs.wishes
        and any(acts.does(sentence, "for_another", lexicon.acts, scheme) for sentence in to_the_team(mail))
    ):
        return True
    own_form = any(key in mail.extraction.labelled for key in mail.extraction.form.values)
    return not own_form and not signs.joins and any_sentence("third_person", mail, lexicon)
