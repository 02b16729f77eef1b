"""The words by which mail programs introduce quoted and forwarded mail, in the languages that they speak."""

import re


def _any_of(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


def _names(words: str, *phrases: str) -> str:
    """Alternatives: single words in one string, and phrases of several words."""
    return _any_of(*words.split(), *phrases)


def _field(names: str) -> re.Pattern[str]:
    """A field of a head; "*" around the name is what text parts make of bold type."""
    return re.compile(rf"[*_]{{0,2}}{names}[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|\||$)", re.IGNORECASE)


FIELDS = {
    "from": _field(
        _names(
            "from von de da van från fra od lähettäjä от від kimden από feladó odesílatel "
            "发件人 寄件者 寄件人 差出人 من",
            "oddi wrth",
            "보낸 사람",
        )
    ),
    "sent": _field(
        _names(
            "sent date gesendet datum envoyé enviado fecha inviato data verzonden skickat sendt dato wysłano lähetetty "
            "päivämäärä отправлено дата gönderildi tarih odesláno elküldve dátum trimis anfonwyd dyddiad "
            "发送时间 发送日期 日期 傳送日期 送信日時 日付 날짜",
            "enviado el",
            "enviada em",
            "data di invio",
            "보낸 날짜",
        )
    ),
    "to": _field(
        _names(
            "to an à a para aan till til do komu vastaanottaja кому kime címzett către at 收件人 收件者 宛先",
            "받는 사람",
        )
    ),
    "subject": _field(
        _names(
            "subject betreff objet asunto assunto oggetto onderwerp ämne emne temat předmět aihe тема konu tárgy "
            "subiect pwnc 主题 主旨 件名 제목"
        )
    ),
    "other": _field(
        _names(
            "cc bcc kopie kopia kopi copie копия 抄送 priority attachments? organi[sz]ation newsgroups",
            "reply[- ]to",
            "antwort an",
            r"importance(?=[*_]{0,2}\s?[:：][*_]{0,2}\s*(?:high|low|normal)\b)",  # any other word answers a question
        )
    ),
}
FIELDS_ON_ONE_LINE = re.compile(r"from:\s.{1,300}\s(?:sent|date):\s.{1,120}\sto:\s.{1,2000}\ssubject:\s", re.IGNORECASE)

FORWARD = re.compile(
    _any_of(
        "forwarded (?:message|by|mail|e-?mail)",
        "begin forwarded",
        "weitergeleitete",
        "message (?:transféré|réexpédié)",
        "reenviado",
        "encaminhad",
        "inoltrat",
        "doorgestuurd",
        "vidarebefordrat",
        "videresendt",
        "přeposlan",
        "przekazan",
        "edelleenlähetetty",
        "пересылаем",
        "пересланное",
        "转发",
        "轉寄",
        "転送",
        "anfonwyd ymlaen",
        "wedi['’]?i anfon ymlaen",
    ),
    re.IGNORECASE,
)
_SEPARATED = _any_of(
    "original (?:message|appointment|e-?mail)",
    "ursprüngliche (?:nachricht|e-?mail)",
    "originalnachricht",
    "message d['’]origine",
    "mensaje original",
    "mensagem original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "originalmeddelande",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "původní zpráva",
    "alkuperäinen viesti",
    "исходное сообщение",
    "原始邮件",
    "原始郵件",
    "元のメッセージ",
    "neges wreiddiol",
    "reply message",
    ".{0,40}forward.{0,40}",
)
SEPARATOR = re.compile(rf"[-—_=*\s]{{0,4}}[-—_]{{2,}}\s?{_SEPARATED}\s?[-—_]{{2,}}.{{0,4}}", re.IGNORECASE)
DASHED = re.compile(r"[-—_]{3,}\s?[^-—_\s].{2,60}[^-—_\s]\s?[-—_]{3,}")
BEGIN_FORWARDED = re.compile(
    _any_of(
        "begin forwarded message",
        "anfang der weitergeleiteten (?:nachricht|e-?mail)",
        "début du message (?:réexpédié|transféré)",
        "inicio del mensaje reenviado",
        "início da mensagem (?:reenviada|encaminhada)",
        "inizio messaggio inoltrato",
        "begin doorgestuurd bericht",
        "forwarded message",
        "vidarebefordrat brev",
        "videresendt meddelelse",
    )
    + r"\s?[:：]",
    re.IGNORECASE,
)
_VERB = _any_of(
    "wrote",
    "writes",
    "schrieb",
    "a écrit",
    "escribió",
    "escreveu",
    "ha scritto",
    "scrisse",
    "schreef",
    "skrev",
    r"napisała?(?:\(a\))?",
    "pisze",
    r"napsala?(?:\(a\))?",
    "kirjoitti",
    "написал[аи]?",
    "пишет",
    "写道",
    "寫道",
    "のメール",
    "yazdı",
    "a scris",
    "írta",
    "ysgrifennodd",
)
WROTE = re.compile(rf"{_VERB}[^\n]{{0,120}}[:：]$", re.IGNORECASE)
OPENING = re.compile(r"(?:on|am|le|el|em|il|op|den|på|w dniu|dnia|dne|ar|в|на|a las|vào|pada|az|la)\s", re.IGNORECASE)
WHEN = re.compile(r"\d{1,2}[:.h]\d{2}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\b(?:19|20)\d{2}\b|\d年")
DATED_ADDRESS = re.compile(r"(?:\w{2,12}, )?\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,40}<[^<>\s]+@[^<>\s]+>\s?[:：]$")

FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,30}\]\s*)?(?:fw|fwd|wg|tr|rv|enc|i|vl|vb|vs|doorst|fs|pd|转发|轉寄)\s*[:：]", re.IGNORECASE
)
