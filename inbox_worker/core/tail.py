"""What stands below a sender's words: closing and signature, notices of the organisation, lines of the device."""

import re
from collections.abc import Iterator, Sequence

from inbox_worker.core.block import Block
from inbox_worker.core.document import Kind

LONG_LINE = 160  # characters; no line of a signature is longer, except notices

_DEVICE = re.compile(
    r"(?:sent (?:from|via|with|using) (?:my |the )?(?!the (?:team|desk))[\w+’' -]{0,30}"
    r"(?:iphone|ipad|android|samsung|galaxy|blackberry|huawei|pixel|xiaomi|nokia|mobile|phone|tablet|outlook|mail|yahoo|gmail|aol|"
    r"windows|proton|workspace one|boxer|nine|spark|smartphone|device|o2|vodafone|ee)\b.{0,60}|get outlook for .{1,40}|"
    r"(?:von|gesendet von|diese nachricht wurde von) .{1,40}(?:gesendet|iphone|android|ipad|samsung).{0,30}|"
    r"envoyé (?:de|depuis) mon .{1,40}|enviado desde mi .{1,40}|enviado do meu .{1,40}|inviato da .{1,40}|"
    r"verstuurd vanaf mijn .{1,40}|skickat från min .{1,40}|sendt fra min .{1,40}|wysłane z .{1,40}|anfonwyd o fy .{1,40}|"
    r"outlook for (?:ios|android|mac)|yahoo mail.{0,60}|virus-free\.? ?www\..{1,60})",
    re.IGNORECASE,
)
_CLOSING_WORDS = (
    r"(?:(?:with|my|our|very|many|kind|kindest|warm|warmest|best|all|sincere|good|every|the|friendly|huge|big|much|most|lots of)"
    r"[ ,]+){0,4}"
    r"(?:regards?|wishes|thanks|thanx|thank you|thankyou|thx|best|cheers|ta|respectfully|cofion|diolch|hwyl(?: fawr)?|yours|love|warmly|take care|"
    r"kr|br|rgds|bw|kind|mit freundlichen grüßen|freundliche grüße|viele grüße|cordialement|bien à vous|saludos(?: cordiales)?|"
    r"un saludo|met vriendelijke groet|pozdrawiam|cordiali saluti|hälsningar|namaste|slán|sláinte)"
    r"(?:[ ,]+(?:and|&|in advance|again|so much|very much|a lot|a million|all|everyone|both|for (?:your|the|all|now|everything|reading|this)\b"
    r"(?: [a-z]{1,15}){0,4}|(?:very |many |kind |kindest |best |warm |warmest )?(?:regards|wishes|thanks)|gorau|cynnes|yn fawr|"
    r"sincerely|faithfully|truly|ever|always|speak soon|x{1,3})){0,4}"
)
_CLOSING = re.compile(
    rf"(?P<words>{_CLOSING_WORDS}|(?:yours )?(?:sincerely|faithfully|truly))(?P<rest>.{{0,60}})", re.IGNORECASE
)
_NAME_BEHIND = re.compile(r"[\s,.;!:)\-–—]*(?:[A-ZÀ-ÞĀ-Ž(][\w'’.()&-]*[\s,.]*){0,4}(?:x{1,3})?[\s.,!:)]*")
_DASHES = frozenset({"--", "-- ", "—", "––", "—-"})
_CONTACT = re.compile(
    r"\+?\(?\d[\d ()\-.]{7,}\d|https?://|www\.|[\w.+-]+@[\w-]+\.\w|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b(?:he|she|they)[/ ]+(?:him|her|them)\b|"
    r"\b(?:tel|ext|x)\.? ?\d{3,}",
    re.IGNORECASE,
)
_CONTACT_LABEL = re.compile(
    r"(?:t|tel|telephone|phone|ph|m|mob|mobile|cell|e|e-?mail|mail|w|web|website|www|f|fax|ext|extension|direct(?: line| dial)?|dd|d|"
    r"(?:my )?(?:office|room|address|location|building)(?: hours)?|campus|x|twitter|linkedin|skype|teams|(?:my )?pronouns|"
    r"(?:my )?(?:normal |usual |current )?work(?:ing)? (?:days|hours|pattern|times)|hours|days|zoom|instagram|facebook|orcid|blog|"
    r"book .{0,40}|follow .{0,30}|chat .{0,20}|switchboard|o|s|ffôn|ffon|e-bost|gwefan|rhagenwau)\s?[:.]\s?\S?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^\W\d_][^:?!]{1,80}:(?:\s|$)")
_NOTICE = re.compile(
    r"work(?:ing)? (?:flexibl|pattern|days|hours|part.?time|from home)|(?:outside|out) of .{0,20}hours|not feel .{0,20}(?:obliged|pressure|need|reply)|"
    r"pronouns|follow us|non.working day|i work (?:on )?(?:mon|tues|wednes|thurs|fri)|expect .{0,20}(?:reply|response)|annual leave|"
    r"award|winner|proud|accredit|stonewall|athena swan|disability confident|top \d+|ranked",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"\b(?:i|i['’](?:m|ve|d|ll)|my|me|we|you|your|is|are|was|were|be|been|have|has|had|would|will|can|could|should|please|that|this|it|"
    r"because|if|when|so|but|not|also|to|a)\b",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"(?:p\.?\s?p?\.?s\b|n\.?b\.?\b|also\b|one more thing|oh,? and)", re.IGNORECASE)
_DISCLAIMER = re.compile(
    r"(?:this |the (?:information|contents?|message) (?:contained )?(?:in|of) this |the above )?(?:e-?mail|message|communication|transmission)s?"
    r"[^.]{0,120}(?:confidential|privileged|intended (?:only |solely |recipient|addressee|for the)|virus|scanned|monitored|legally binding)|"
    r"intended recipient|received this (?:e-?mail|message|communication|transmission)[^.]{0,20} in error|"
    r"(?:views|opinions) expressed (?:in|are|by|herein)|consider the environment|think before (?:you )?print|"
    r"(?:registered (?:charity|office)|company (?:registered|registration)|registered in england)[^.]{0,80}\d|"
    r"^\W{0,3}(?:caution|warning|external(?: e-?mail)?|notice|be careful)\b.{0,60}(?:external|outside|originat|not sent from|links|attachments)|"
    r"^\[?external(?: e?-?mail| sender)?\]?:?$|this e-?mail (?:originated|was sent|came) from (?:outside|an external)|"
    r"do not click (?:on )?(?:any )?links|you don['’]?t often get email from|"
    r"this (?:e-?mail|message) (?:and|together with|including) any (?:attachments?|files?)|"
    r"(?:diese|cette?|ce|este|questo) (?:e-?mail|nachricht|message|mensaje|messaggio)[^.]{0,80}(?:vertraulich|confidentiel|confidencial|riservat)|"
    r"mae['’]r (?:e-bost|neges) h?w?n",
    re.IGNORECASE,
)
_QUESTION_WORDS = 4


def mark(blocks: Sequence[Block], sender: frozenset[str]) -> list[Kind]:
    """Return the kind of each of `blocks`, one run of a sender's own lines without quoted text between.

    sender: the words of the From name, case-folded. Lines that could be an answer stay OWN: whatever follows a signature and
    reads like prose, a label with its value, a question or a numbered answer opens the sender's text again.
    """
    kinds = [Kind.OWN] * len(blocks)
    chunks = list(_chunks(blocks))
    for start, end in chunks:
        _mark_disclaimer(blocks, kinds, start, end)
    state = _State(blocks, kinds, sender)
    for start, end in chunks:
        state.chunk(start, end)
    _mark_contacts(blocks, kinds, chunks)
    return kinds


class _State:
    """Whether a signature is open, while the chunks go by."""

    def __init__(self, blocks: Sequence[Block], kinds: list[Kind], sender: frozenset[str]) -> None:
        self._blocks = blocks
        self._kinds = kinds
        self._sender = sender
        self._signature = False
        self._explicit = False  # opened by "-- " or by the mark-up

    def chunk(self, start: int, end: int) -> None:
        if self._signature and self._resumes(start, end):
            self._signature = self._explicit = False
        for at in range(start, end):
            self._line(at, start, end)

    def _line(self, at: int, start: int, end: int) -> None:
        block = self._blocks[at]
        if self._kinds[at] is Kind.DISCLAIMER:
            return
        if _DEVICE.fullmatch(block.text) or block.hint is Kind.DEVICE:
            self._kinds[at] = Kind.DEVICE
        elif block.hint is Kind.SIGNATURE:
            if not _is_form(self._blocks[start:end]):
                self._kinds[at] = Kind.SIGNATURE
        elif block.text in _DASHES and at + 1 < len(self._blocks):
            self._open(at, explicit=True)
        elif is_closing(block.text) and not block.bullet and len(block.cells) < 2:
            self._close(at)
        elif self._signature:
            if not self._explicit and at == self._after_closing and _is_prose([block]):
                self._signature = False
            else:
                self._kinds[at] = Kind.SIGNATURE
        elif self._names_sender(at, start):
            self._open(at, explicit=False)

    _after_closing = -1

    def _open(self, at: int, explicit: bool) -> None:
        self._kinds[at] = Kind.SIGNATURE
        self._signature = True
        self._explicit = explicit or self._explicit

    def _close(self, at: int) -> None:
        """A closing; but thanks that nothing of the sender's precedes are the message itself."""
        own_before = any(
            kind is Kind.OWN and not is_greeting(self._blocks[i].text) for i, kind in enumerate(self._kinds[:at])
        )
        if own_before:
            self._kinds[at] = Kind.SIGNATURE
        self._signature = own_before or self._signature
        self._after_closing = at + 1

    def _resumes(self, start: int, end: int) -> bool:
        chunk = [
            block
            for block, kind in zip(self._blocks[start:end], self._kinds[start:end], strict=True)
            if kind is Kind.OWN
        ]
        if not chunk or all(block.hint is Kind.SIGNATURE for block in chunk):
            return False
        if _POSTSCRIPT.match(chunk[0].text) or _is_form(chunk):
            return True
        return not self._explicit and _is_prose(chunk)

    def _names_sender(self, at: int, start: int) -> bool:
        """The sender's own name alone on a line, and nothing but a signature below it."""
        block = self._blocks[at]
        if not block.gap and at != self._after_closing or at == 0:
            return False
        words = {word.casefold() for word in re.findall(r"[^\W\d_]+", block.text)}
        if not words or len(words) > 4 or not words <= self._sender or ":" in block.text:
            return False
        return not any(
            _is_form(self._blocks[a:b]) or _is_prose(self._blocks[a:b])
            for a, b in _chunks(self._blocks[at:])
            for a, b in [(a + at, b + at)]
        )


def is_closing(text: str) -> bool:
    """Return whether the line is nothing but closing words, perhaps with a name: "Many thanks, Jo"."""
    if len(text) > 80:
        return False
    found = _CLOSING.match(text)
    return bool(found) and bool(_NAME_BEHIND.fullmatch(found["rest"]))


def is_greeting(text: str) -> bool:
    """Return whether the line is nothing but a greeting: "Dear all,"."""
    return len(text) < 60 and bool(
        re.match(r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|annwyl|to whom)\b", text, re.IGNORECASE)
    )


def _chunks(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of each paragraph."""
    start = 0
    for at in range(1, len(blocks) + 1):
        if at == len(blocks) or blocks[at].gap:
            yield start, at
            start = at


def _mark_disclaimer(blocks: Sequence[Block], kinds: list[Kind], start: int, end: int) -> None:
    """Mark a notice of the organisation from the line where it begins to the end of its paragraph."""
    text = ""
    begins: list[int] = []
    for block in blocks[start:end]:
        begins.append(len(text))
        text += block.text + "\n"
    found = _DISCLAIMER.search(text.replace("\n", " "))
    if not found:
        return
    first = max(i for i, begin in enumerate(begins) if begin <= found.start())
    for at in range(start + first, end):
        kinds[at] = Kind.DISCLAIMER


def _is_form(chunk: Sequence[Block]) -> bool:
    """Labels with values that are no contact details, questions, or numbered answers: not a signature."""
    texts = [(block, block.text) for block in chunk if block.text]
    labels = sum(1 for block, text in texts if _is_label(block, text))
    if any(text.endswith("?") and len(text.split()) >= _QUESTION_WORDS for _, text in texts):
        return True
    if any(block.bullet[:1].isdigit() or block.bullet[:1] in "Qq(" for block, _ in texts if block.bullet):
        return True
    contacts = sum(1 for _, text in texts if _CONTACT_LABEL.match(text))
    return labels >= 2 or (labels == 1 and labels + contacts == len(texts))


def _is_label(block: Block, text: str) -> bool:
    return bool(_LABEL.match(text)) and not _CONTACT_LABEL.match(text) and "http" not in text


def _is_prose(chunk: Sequence[Block]) -> bool:
    text = " ".join(block.text for block in chunk)
    words = len(text.split())
    if _NOTICE.search(text) and words < 60:
        return False
    if any(len(block.text) > LONG_LINE for block in chunk) and not _CONTACT.search(text):
        return True
    return words >= 5 and len(_PROSE.findall(text)) >= max(3, words // 6)


def _mark_contacts(blocks: Sequence[Block], kinds: list[Kind], chunks: list[tuple[int, int]]) -> None:
    """Mark a last paragraph of contact details as signature where no closing announced it."""
    own = [(start, end) for start, end in chunks if any(kind is Kind.OWN for kind in kinds[start:end])]
    if len(own) < 2:
        return
    start, end = own[-1]
    chunk = blocks[start:end]
    if _is_form(chunk) or _is_prose(chunk) or sum(1 for block in chunk if _CONTACT.search(block.text)) < 2:
        return
    for at in range(start, end):
        if kinds[at] is Kind.OWN:
            kinds[at] = Kind.SIGNATURE
