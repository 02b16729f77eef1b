"""What single sentences of a mail show: a wish to join, a request, a refusal, a withdrawal, and what it is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from inbox_worker.core import acts, targets
from inbox_worker.core.block import without_empty_boxes
from inbox_worker.core.document import Line
from inbox_worker.core.extract import Extraction
from inbox_worker.core.fullness import answers_of, is_blank, is_filled
from inbox_worker.core.other_roles import sends_another_form
from inbox_worker.core.papers import hands_out, of_the_page, takes_documents
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.refusals import NEGATED, Refusal, refusal, takes_back
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.targets import Target
from inbox_worker.core.whose_wish import of_another
from inbox_worker.core.wording import find
from inbox_worker.core.words import any_phrase, pattern, sentences, spoken

# What the expressions see of one mail. A letter has some thirty sentences of some hundred characters.
MAX_LINES, _MAX_SENTENCES, _MAX_SENTENCE, _MAX_PARAGRAPH = 600, 250, 700, 20_000


@dataclass(frozen=True, slots=True)
class Mail:
    """What intent is judged by: the sender's words apart from the form, and what surrounds them."""

    subject: str
    outside: tuple[Line, ...]
    quoted: str  # earlier mail, as one text
    extraction: Extraction
    on_record: bool  # an application of the sender (or the thread) is known
    in_thread: bool  # it answers an earlier mail
    record_open: bool = False  # that application is neither withdrawn nor settled
    from_team: bool = False
    takes_up: bool = False  # it says yes right below earlier words that offer what may be asked for
    serves: bool = False  # the signature gives the role as a title of the sender's
    to_another: bool = False  # it asks what it asks of somebody else: we have a copy
    attached: bool = False  # files came with it, in which there may be more than can be read
    to_many: bool = False  # it greets many others: we have a copy
    for_another: bool = False  # the form's name is another person's than the sender's
    intro: tuple[str, ...] = ()  # sentences before the form, folded
    text: tuple[str, ...] = ()  # sentences of `outside`, folded


@dataclass(slots=True)
class Signs:
    """What was seen in the sentences."""

    joins: list[Target] = field(default_factory=list)
    guessed: int = 0  # how many of `joins` are told by likeness alone, or stand in quotation marks
    weak: list[Target] = field(default_factory=list)
    requests: list[Target] = field(default_factory=list)
    named: bool = False  # a request names the documents themselves, not only "more"
    enquiries: list[Target] = field(default_factory=list)  # questions about the role, which alone are a request
    wonders: bool = False  # reads like a request and names nothing: one beside an application alone
    hesitates: bool = False
    declines: bool = False  # says that this is no application
    refuses: bool = False  # says that they do not want to join at all
    conditional: bool = False  # would not join if something is so
    withdraws: bool = False
    wishes: set[str] = field(default_factory=set)  # the sentences that wish to join this scheme
    documents: set[str] = field(default_factory=set)  # the sentences that ask for the documents
    asking: set[str] = field(default_factory=set)  # the sentences of all requests and questions about the role
    seen: list[str] = field(default_factory=list)

    @property
    def says_so(self) -> bool:
        """Whether a wish to join is said in so many words of the sender's, not only by something like one."""
        return len(self.joins) > self.guessed


def sentences_of(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """Return the sentences of `lines`, folded, hard-wrapped lines joined; the first few hundred, cut where overlong."""
    found: list[str] = []
    said = [(line, without_empty_boxes(line.text)) for line in lines[:MAX_LINES]]
    for text, _ in paragraphs(
        tuple(line if text == line.text else replace(line, text=text) for line, text in said if text)
    ):
        found.extend(spoken(sentence[:_MAX_SENTENCE]) for sentence in sentences(text[:_MAX_PARAGRAPH]))
        if len(found) >= _MAX_SENTENCES:
            break
    return tuple(found[:_MAX_SENTENCES])


_DENIED = pattern((r"\b(?:not|never|cannot|without|no longer|hardly|neither|nor)\b", r"n't\b"))
_EAGER = pattern(
    (r"\b(?:can't|cannot|can not) wait\b", r"\b(?:don't|wouldn't) mind\b", r"\bwhy (?:don't|not)\b", r"\bnot only\b")
)
_OF_SENDER = pattern((r"\b(?:i|id|im|i'd|i'm|i've|i'll|me|my|myself|mine)\b",))


def signs_of(mail: Mail, scheme: Scheme, lexicon: Lexicon, *, elsewhere: bool = False) -> Signs:
    """Return what the sentences show.

    elsewhere: the mail names another scheme and not ours, so that a bare role is theirs.
    """
    signs = _begun(mail)
    asked_before: Target | None = None
    page = of_the_page(mail.intro, lexicon) if is_filled(mail.extraction, scheme) else frozenset()
    for place, sentence in enumerate((spoken(mail.subject), *mail.text)):
        in_subject = place == 0
        if find("announcement", sentence, lexicon) or (mail.to_many and not _OF_SENDER.search(sentence)):
            continue
        refused = refusal(sentence, scheme, lexicon)
        _note(refused, signs)
        if refused.declines:
            continue
        if _may_wish(sentence, in_subject, mail, scheme, lexicon):
            _join(sentence, in_subject, signs, scheme, lexicon)
        signs.hesitates = signs.hesitates or bool(find("hesitation", sentence, lexicon))
        if not in_subject and sentence in page:
            continue
        asked_before = _request(sentence, in_subject, asked_before, signs, scheme, lexicon)
        if not in_subject and takes_back(sentence, scheme, lexicon):
            signs.withdraws = True
            signs.seen.append(f"takes back: {find('withdraw', sentence, lexicon)}")
        elif not in_subject and _reads_like_a_withdrawal(sentence, mail, scheme, lexicon):
            signs.withdraws = True
            signs.seen.append("reads like a withdrawal")
    if elsewhere:
        for wishes in (signs.joins, signs.weak, signs.requests, signs.enquiries):
            wishes[:] = [Target.OTHER] * len(wishes)
    return signs


def _note(refused: Refusal, signs: Signs) -> None:
    """Note what a sentence refuses."""
    signs.conditional = signs.conditional or refused.conditional
    signs.hesitates = signs.hesitates or refused.hesitates
    signs.declines = signs.declines or refused.declines or refused.no_application
    if refused.declines:
        signs.refuses = True
        signs.seen.append(f"declines: {refused.words}")


def _begun(mail: Mail) -> Signs:
    """The signs before any sentence is read."""
    if not mail.takes_up:
        return Signs()
    return Signs(requests=[Target.OPEN], named=True, seen=["takes up what earlier mail offers"])


_ANAPHORA = pattern((r"\b(?:both|them|it|these|those|that|this|copy|copies|one)\b",))


def _request(
    sentence: str, in_subject: bool, before: Target | None, signs: Signs, scheme: Scheme, lexicon: Lexicon
) -> Target | None:
    """Note a request in `sentence`; return whose documents it names, if any: the next one asks for them (`before`)."""
    match = any_phrase(scheme.request_words).search(sentence)
    thing = match.group() if match else "" if in_subject else find("more", _SENT.sub(" ", sentence), lexicon)
    asks, offers = find("ask", sentence, lexicon), find("offers", sentence, lexicon)
    if find("wants_support", sentence, lexicon) or (not match and (offers or _of_the_form(sentence, scheme, lexicon))):
        return None
    if _is_business(sentence, scheme, lexicon):
        return None
    if match and not offers and acts.does(sentence, "request", lexicon.acts, scheme):
        asks = asks or "reads like a request"
    target = targets.of_request(sentence, scheme, in_subject=in_subject)
    if thing and (in_subject or asks):
        signs.requests.append(target)
        signs.asking.add(sentence)
        signs.named = signs.named or bool(match)
        if match:
            signs.documents.add(sentence)
        signs.seen.append(f"asks: {thing}")
    elif before is not None and asks and _ANAPHORA.search(sentence):
        signs.requests.append(before)
        signs.asking.add(sentence)
        signs.seen.append(f"asks: {asks}")
    elif not in_subject:
        _enquiry(_QUOTED.sub(" ", sentence), signs, scheme, lexicon)
    if match or (thing and acts.likelihood(sentence, ("request",), lexicon.acts, scheme) >= _ALIKE):
        return Target.OTHER if target is Target.OTHER else Target.OPEN
    return None


# what a sender sends, they do not ask for
_SENT = pattern(
    (
        r"\b(?:attached|enclosed|attach(?:ing)?|enclos(?:e|ing)|my)(?: (?!(?:for|to|of|and|or)\b)[\w-]+){0,2}"
        r" (?:documents?|files?|texts?|pages?)\b",
    )
)
# what a sender quotes, they do not ask: wordings of the form, of a notice; a few words in marks are a name
_QUOTED = pattern((r'"(?:[^"\s]+ ){4}[^"]*(?:"|$)',))


def _enquiry(sentence: str, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> None:
    """Note a question about the role, without its documents."""
    if enquiry := find("enquiry", sentence, lexicon):
        signs.enquiries.append(targets.of_request(sentence, scheme))
        signs.seen.append(f"asks about the role: {enquiry}")
    elif _reads_like_a_request(sentence, scheme, lexicon):
        signs.enquiries.append(Target.OURS)
        signs.seen.append("reads like a question about the role")
    elif acts.does(sentence, "request", lexicon.acts, scheme, named=False):
        signs.wonders = True
        signs.seen.append("reads like a request")


def _is_business(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a sentence more likely than not is about something else ("Could one of you check my draft of it?")."""
    return acts.likelihood(sentence, ("other_business",), lexicon.acts, scheme) >= _LIKELIER


_LIKELIER = 0.5
_ALIKE = 0.3  # "I gather there exists a paper on what allies do": what the next sentence may ask for


def _of_the_form(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether words that seem to ask belong to a form: a question in a cell of its own, an answer put off."""
    if " | " in sentence or acts.does(sentence, "put_off", lexicon.acts, scheme):
        return True
    return not acts.could(sentence, ("request", "chase", "join"), lexicon.acts, scheme)


def _reads_like_a_request(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a sentence that names the role asks about it: any survey asks "What did you like?"."""
    ours = targets.of_request(sentence, scheme) is Target.OURS
    return ours and acts.does(sentence, "request", lexicon.acts, scheme)


# what likeness may call a sentence that wishes to join: many do more than that
WISHES = ("join", "several", "condition", "for_another", "request", "put_off")


def _may_wish(sentence: str, in_subject: bool, mail: Mail, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether what seems a wish in a sentence can be one."""
    if find("wants_support", sentence, lexicon) and not acts.does(sentence, "join", lexicon.acts, scheme, named=False):
        return False
    if find("reporting", sentence, lexicon):  # "my figures as an ally": likeness takes "as an ally" for a wish
        return False
    if not mail.attached and is_blank(mail.extraction) and hands_out(sentence):
        return False
    return in_subject or acts.could(sentence, (*WISHES, *answers_of(scheme)), lexicon.acts, scheme)


def _join(sentence: str, in_subject: bool, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> None:
    elsewhere = False  # its words wish for another role: likeness to wishes for ours does not count
    for name, found in (("join", signs.joins), ("weak_join", signs.weak)):
        for match in _wishes(sentence, name, scheme, lexicon):
            if in_subject and name == "weak_join" and "interest" not in match.group():
                continue
            if takes_documents(match, scheme, lexicon):
                continue
            target = targets.of_wish(sentence, match.start(), scheme, lexicon)
            elsewhere = elsewhere or target is Target.OTHER
            found.append(target)
            signs.guessed += name == "join" and _is_quoted(sentence, match.start())
            if target is Target.OURS:
                signs.wishes.add(sentence)
            signs.seen.append(f"wishes to join: {match.group().strip()}")
    if in_subject or elsewhere or sentence in signs.wishes:
        return
    if acts.does(sentence, "join", lexicon.acts, scheme):
        target = targets.of_wish(sentence, 0, scheme, lexicon)
        if target is Target.OURS or acts.does(sentence, "join", lexicon.acts, scheme, named=False):
            signs.joins.append(target)
            signs.guessed += 1
            signs.wishes.add(sentence)
            signs.seen.append("reads like a wish to join")


def _wishes(sentence: str, name: str, scheme: Scheme, lexicon: Lexicon) -> Iterator[re.Match[str]]:
    """Yield the sender's own wishes: neither denied ("I don't want to") nor somebody else's ("who want to be")."""
    wanted = pattern(lexicon.phrases.get(name, ()))
    place = 0
    while match := wanted.search(sentence, place):
        denied = NEGATED.search(sentence[: match.start()]) or _DENIED.search(_EAGER.sub(" ", match.group()))
        other = _ASIDE.match(sentence, match.end()) or sends_another_form(match, scheme)
        if not (denied or other or of_another(sentence, match)):
            yield match
        # a denied wish may run into the next one: "I don't have much time but I'd love to"
        place = match.start() + 1 if denied else max(match.end(), match.start() + 1)


_ASIDE = re.compile(
    r"(?<=\bbe) (?:sure|certain|clear|careful|honest|fair|told|kept|paid|asked|seen|connected|introduced|matched|paired"
    r"|removed|taken off|put (?:in|through))\b|(?:(?<=\bbe)|(?<=\bbe in)) (?:in )?(?:touch|contact)\b"
    r"|(?<=\bjoin) (?:an?|your|the|one of your|any) (?:[\w-]+ ){0,2}(?:calls?|meetings?|webinars?|mailing lists?)\b"
)  # nobody's role


def _is_quoted(sentence: str, place: int) -> bool:
    return sentence.count('"', 0, place) % 2 == 1


def _reads_like_a_withdrawal(sentence: str, mail: Mail, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether likeness alone says so; who gives new values corrects, in words that are near to taking back."""
    if find("not_withdraw", sentence, lexicon) or (mail.on_record and mail.extraction.form.values):
        return False
    return acts.does(sentence, "withdraw", lexicon.acts, scheme)
