"""The lines that mail programs put above the mail that they quote or forward."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from inbox_worker.core.block import Block
from inbox_worker.core.document import Kind

MAX_HEAD_LINES = 16
_MAX_INTRODUCTION = 400  # characters of "On ... wrote:"


class Form(Enum):
    """How a head is written."""

    WROTE = "wrote"  # On Monday, A wrote:
    FIELDS = "fields"  # From: ... Sent: ... To: ... Subject: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The blocks [start, end) that introduce an earlier mail."""

    start: int
    end: int
    form: Form
    forward: bool  # says itself that the mail below was forwarded


# The names of the fields in the languages that mail programs speak. Any case; "*" around them is bold type.
_FROM = "from|von|de|da|van|från|fra|od|lähettäjä|от|від|kimden|από|feladó|odesílatel|oddi wrth|发件人|寄件者|寄件人|差出人|보낸 사람|من"
_SENT = (
    "sent|date|gesendet|datum|envoyé|enviado|enviado el|enviada em|fecha|inviato|data|data di invio|verzonden|skickat|sendt|dato|"
    "wysłano|lähetetty|päivämäärä|отправлено|дата|gönderildi|tarih|odesláno|elküldve|dátum|trimis|anfonwyd|dyddiad|"
    "发送时间|发送日期|日期|傳送日期|送信日時|日付|보낸 날짜|날짜"
)
_TO = "to|an|à|a|para|aan|till|til|do|komu|vastaanottaja|кому|kime|címzett|către|at|收件人|收件者|宛先|받는 사람"
_SUBJECT = "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|předmět|aihe|тема|konu|tárgy|subiect|pwnc|主题|主旨|件名|제목"
_OTHER = "cc|bcc|kopie|kopia|kopi|copie|копия|抄送|reply-to|reply to|antwort an|importance|priority|attachments?|organi[sz]ation|newsgroups"


def _field(names: str) -> re.Pattern[str]:
    return re.compile(rf"[*_]{{0,2}}(?:{names})[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|\||$)", re.IGNORECASE)


_FIELDS = {
    "from": _field(_FROM),
    "sent": _field(_SENT),
    "to": _field(_TO),
    "subject": _field(_SUBJECT),
    "other": _field(_OTHER),
}
_ONE_LINE = re.compile(r"from:\s.{1,300}\s(?:sent|date):\s.{1,120}\sto:\s.{1,2000}\ssubject:\s", re.IGNORECASE)
_ADDRESSES = re.compile(r"@|;\s*$|^<")

_FORWARD = re.compile(
    r"forwarded (?:message|by|mail|e-?mail)|begin forwarded|weitergeleitete|message (?:transféré|réexpédié)|reenviado|encaminhad|"
    r"inoltrat|doorgestuurd|vidarebefordrat|videresendt|přeposlan|przekazan|edelleenlähetetty|пересылаем|пересланное|转发|轉寄|転送|"
    r"anfonwyd ymlaen|wedi'?i anfon ymlaen",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[-—_=*\s]{0,4}[-—_]{2,}\s?(?:original (?:message|appointment|e-?mail)|ursprüngliche (?:nachricht|e-?mail)|originalnachricht|"
    r"message d['’]origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|originalmeddelande|"
    r"ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|"
    r"alkuperäinen viesti|исходное сообщение|原始邮件|原始郵件|元のメッセージ|neges wreiddiol|reply message|reply above|.{0,40}forward.{0,40})"
    r"\s?[-—_]{2,}.{0,4}",
    re.IGNORECASE,
)
_DASHED = re.compile(r"[-—_]{3,}\s?[^-—_\s].{2,60}[^-—_\s]\s?[-—_]{3,}")
_BEGIN_FORWARDED = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)|"
    r"inicio del mensaje reenviado|início da mensagem (?:reenviada|encaminhada)|inizio messaggio inoltrato|begin doorgestuurd bericht|"
    r"forwarded message|vidarebefordrat brev|videresendt meddelelse)\s?[:：]",
    re.IGNORECASE,
)
_VERB = (
    r"wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|scrisse|schreef|skrev|napisała?(?:\(a\))?|pisze|napsala?(?:\(a\))?|"
    r"kirjoitti|написал[аи]?|пишет|写道|寫道|のメール|yazdı|a scris|írta|ysgrifennodd|scribis"
)
_WROTE = re.compile(rf"(?:{_VERB})[^\n]{{0,120}}[:：]$", re.IGNORECASE)
_OPENING = re.compile(r"(?:on|am|le|el|em|il|op|den|på|w dniu|dnia|dne|ar|в|на|a las|vào|pada|az|la)\s", re.IGNORECASE)
_WHEN = re.compile(r"\d{1,2}[:.h]\d{2}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\b(?:19|20)\d{2}\b|\d年")
_DATED_ADDRESS = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,40}<[^<>\s]+@[^<>\s]+>\s?[:：]$")


def find(blocks: Sequence[Block]) -> list[Head]:
    """Return the heads among `blocks`, in order, without overlap."""
    heads: list[Head] = []
    at = 0
    while at < len(blocks):
        head = _at(blocks, at)
        if head:
            heads.append(head)
            at = head.end
        else:
            at += 1
    return heads


def _at(blocks: Sequence[Block], at: int) -> Head | None:
    block = blocks[at]
    if block.rule:
        following = _fields_at(blocks, at + 1)
        return Head(at, following, Form.FIELDS, False) if following else None
    return _separated(blocks, at) or _fielded(blocks, at) or _wrote(blocks, at) or _hinted(blocks, at)


def _separated(blocks: Sequence[Block], at: int) -> Head | None:
    text = blocks[at].text
    known = _SEPARATOR.fullmatch(text) or _BEGIN_FORWARDED.match(text)
    if not known and not _DASHED.fullmatch(text):
        return None
    end = _fields_at(blocks, at + 1)
    if not known and not end:
        return None
    return Head(at, end or at + 1, Form.FIELDS, bool(_FORWARD.search(text)))


def _fielded(blocks: Sequence[Block], at: int) -> Head | None:
    if _ONE_LINE.match(blocks[at].text):
        return Head(at, at + 1, Form.FIELDS, False)
    end = _fields_at(blocks, at)
    return Head(at, end, Form.FIELDS, False) if end else None


def _fields_at(blocks: Sequence[Block], start: int) -> int:
    """Return the end of the block of From:/Sent:/To:/Subject: lines that begins at `start`, or 0 where none does."""
    seen: set[str] = set()
    end = start
    for at in range(start, min(start + MAX_HEAD_LINES, len(blocks))):
        block = blocks[at]
        if block.rule or block.depth != blocks[start].depth:
            break
        name = _field_name(block.text)
        if name:
            if name != "other" and name in seen:
                break
            seen.add(name)
            end = at + 1
        elif at == start or block.gap or not _ADDRESSES.search(block.text):
            if at == start or not _continues(blocks, at):
                break
    return end if "from" in seen and len(seen - {"other"}) >= 3 else 0


def _continues(blocks: Sequence[Block], at: int) -> bool:
    """A line between two fields: a value below its label, or a long list of names."""
    return not blocks[at].gap and at + 1 < len(blocks) and bool(_field_name(blocks[at + 1].text))


def _field_name(text: str) -> str:
    for name, pattern in _FIELDS.items():
        if pattern.match(text):
            return name
    return ""


def _wrote(blocks: Sequence[Block], at: int) -> Head | None:
    """On <date>, <name> wrote: on one to three lines."""
    text = ""
    for end in range(at + 1, min(at + 4, len(blocks)) + 1):
        block = blocks[end - 1]
        if block.rule or block.depth != blocks[at].depth or (end > at + 1 and block.gap):
            return None
        text = f"{text} {block.text}".strip()
        if len(text) > _MAX_INTRODUCTION:
            return None
        if _DATED_ADDRESS.search(text) or (_WROTE.search(text) and _introduces(blocks, at, end, text)):
            return Head(at, end, Form.WROTE, bool(_FORWARD.search(text)))
    return None


def _introduces(blocks: Sequence[Block], at: int, end: int, text: str) -> bool:
    deeper = end < len(blocks) and blocks[end].depth > blocks[at].depth
    dated = bool(_WHEN.search(text)) or "@" in text
    return (dated and (bool(_OPENING.match(text)) or "@" in text or text[:1].isdigit() or deeper)) or (
        deeper and end == at + 1
    )


def _hinted(blocks: Sequence[Block], at: int) -> Head | None:
    """A head that the mark-up names, in a language that is not known here."""
    end = at
    while end < len(blocks) and end - at < MAX_HEAD_LINES and blocks[end].hint is Kind.FORWARD_HEAD:
        end += 1
    if end == at:
        return None
    wrote = end - at <= 2 and blocks[end - 1].text.endswith((":", "："))
    return Head(at, end, Form.WROTE if wrote else Form.FIELDS, bool(_FORWARD.search(blocks[at].text)))
