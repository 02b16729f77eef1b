"""The words that stand below a message: closings, lines of the device, contact details, notices of an organisation."""

import re


def _any_of(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


def _listed(words: str, *phrases: str) -> tuple[str, ...]:
    return (*words.split(), *phrases)


def _names(words: str, *phrases: str) -> str:
    """Alternatives: single words in one string, and phrases of several words."""
    return _any_of(*_listed(words, *phrases))


_DEVICES = _names(
    "iphone ipad android samsung galaxy blackberry huawei pixel "
    "xiaomi nokia mobile phone tablet outlook mail yahoo gmail "
    "aol windows proton boxer nine spark smartphone device o2 vodafone ee ",
    "workspace one",
)
DEVICE = re.compile(
    _any_of(
        rf"sent (?:from|via|with|using) (?:my |the )?(?!the (?:team|desk))[\w+’' -]{{0,30}}{_DEVICES}\b.{{0,60}}",
        r"get outlook for .{1,40}",
        r"(?:von|gesendet von|diese nachricht wurde von) .{1,40}(?:gesendet|iphone|android|ipad|samsung).{0,30}",
        r"envoyé (?:de|depuis) mon .{1,40}",
        r"enviado desde mi .{1,40}",
        r"enviado do meu .{1,40}",
        r"inviato da .{1,40}",
        r"verstuurd vanaf mijn .{1,40}",
        r"skickat från min .{1,40}",
        r"sendt fra min .{1,40}",
        r"wysłane z .{1,40}",
        r"anfonwyd o fy .{1,40}",
        r"outlook for (?:ios|android|mac)",
        r"yahoo mail.{0,60}",
        r"virus-free\.? ?www\..{1,60}",
    ),
    re.IGNORECASE,
)

_BEFORE = _names(
    "with my our very many kind kindest warm warmest best all sincere good every the friendly huge big much most ",
    "lots of",
)
_CORE = _names(
    "regards? wish wishes thanks thanx thankyou thx best cheers ta "
    "respectfully cofion diolch yours love warmly kr br rgds bw "
    "vh mvh pozdrawiam hälsningar cordialement namaste slán sláinte sincerely faithfully truly ",
    "thank you",
    "take care",
    "hwyl(?: fawr)?",
    "speak soon",
    "in solidarity",
    "mit freundlichen grüßen",
    "freundliche grüße",
    "(?:viele|liebe|beste) grüße",
    "bien à vous",
    "saludos(?: cordiales)?",
    "un saludo",
    "met vriendelijke groet",
    "cordiali saluti",
    "le gach dea-ghuí",
)
_AFTER = _names(
    "and & again all everyone both gorau cynnes sincerely faithfully truly ever always ",
    "in advance",
    "so much",
    "very much",
    "a (?:lot|million)",
    "yn fawr",
    "god bless",
    "speak soon",
    r"for (?:your|the|all|now|everything|reading|this)\b(?: [a-z]{1,15}){0,4}",
    "(?:very |many |kind |kindest |best |warm |warmest |every good )?(?:regards|wishes|thanks)",
    "x{1,3}",
)
CLOSING = re.compile(
    rf"(?P<words>(?:{_BEFORE}[ ,]+){{0,4}}{_CORE}\b(?:[ ,]+{_AFTER}){{0,4}})(?P<rest>.{{0,60}})", re.IGNORECASE
)
NAME_BEHIND = re.compile(r"[\s,.;!:)\-–—]*(?:[A-ZÀ-ÞĀ-Ž(][\w'’.()&-]*[\s,.]*){0,4}(?:x{1,3})?[\s.,!:)]*")
CLOSING_BEGIN = re.compile(
    r"(?:with|thank|thanks|many|best|kind|warm|yours|all the|until|sincere|hope)\b", re.IGNORECASE
)
GREETING = re.compile(
    r"(?:dear|hi|hiya|hello|hey|good (?:morning|afternoon|evening|day)|morning|afternoon|annwyl|to whom|greetings)\b",
    re.IGNORECASE,
)
FIRST_PERSON = re.compile(r"(?:^|[^\w.&/])[Ii](?:['’](?:m|ve|d|ll))?(?=[\s,])(?!\.)")
POSTSCRIPT = re.compile(r"(?:p\.?\s?p?\.?s\b|n\.?b\.?\b|also\b|one more thing|oh,? and)", re.IGNORECASE)

CONTACT = re.compile(
    _any_of(
        r"\+?\(?\d[\d ()\-.]{7,}\d",
        r"https?://",
        r"www\.",
        r"[\w.+-]+@[\w-]+\.\w",
        r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b",
        r"\b(?:he|she|they)[/ ]+(?:him|her|them)\b",
        r"\b(?:tel|ext|x)\.? ?\d{3,}",
    ),
    re.IGNORECASE,
)
_CONTACT_NAMES = _names(
    "t tel telephone phone ph m mob mobile cell e e-?mail mail "
    "w web website www f fax ext extension dd d o s x "
    "twitter linkedin skype teams hours days zoom instagram "
    "facebook orcid blog switchboard ffôn ffon e-bost gwefan ",
    "direct(?: line| dial)?",
    "(?:my )?(?:office|room|address|location|building)(?: hours)?(?: \\([^)]{1,40}\\))?",
    "campus",
    "(?:my )?pronouns",
    "(?:my )?(?:normal |usual |current )?work(?:ing)? (?:days|hours|pattern|times)",
    "(?:book|follow|chat) .{0,40}",
    "rhagenwau",
)
CONTACT_LABEL = re.compile(rf"{_CONTACT_NAMES}\s?[:.]\s?\S?", re.IGNORECASE)
LABEL = re.compile(r"[^\W\d_][^:?!@|]{1,80}:(?:\s|$)")
NOTICE = re.compile(
    _any_of(
        "work(?:ing)? (?:flexibl|pattern|days|hours|part.?time|from home)",
        "(?:outside|out) of .{0,20}hours",
        "odd hours",
        "not feel .{0,20}(?:obliged|pressure|need|reply)",
        "pronouns",
        "follow us",
        "non.working day",
        "i work (?:on )?(?:mon|tues|wednes|thurs|fri)",
        "expect .{0,20}(?:reply|response)",
        "annual leave",
        "award",
        "winner",
        "accredit",
        "stonewall",
        "athena swan",
        "disability confident",
        r"top \d+",
        "ranked",
    ),
    re.IGNORECASE,
)
# Points its readers to help, as organisations do below every mail. What somebody in need writes is no such sentence: it
# speaks of them, and this of "you".
_ANYONE = r"(?:some(?:one|body)|anyone)(?: else)?(?: that| who)? you know"
SIGNPOST = re.compile(
    rf"\b(?:if|are) (?:you(?:,? or {_ANYONE})?|{_ANYONE}),?(?: is| are|['’]re| feels?)?(?: currently)?"
    r" (?:struggling|worried|affected|in crisis|in distress|concerned|experiencing|finding things|anxious"
    r"|needs? (?:support|help|advice|to talk|some(?:one|body) to talk))\b",
    re.IGNORECASE,
)
OF_SENDER = re.compile(r"\b(?:i|i['’](?:m|ve|d|ll)|im|my|me|mine|myself)\b", re.IGNORECASE)
PROSE = re.compile(
    r"\b(?:i|i['’](?:m|ve|d|ll)|my|me|we|you|your|is|are|was|were|be|been|have|has|had|would|will|can|could|should|"
    r"please|that|this|it|because|if|when|so|but|not|also|to|a)\b",
    re.IGNORECASE,
)
# One of these stands in every text that DISCLAIMER finds: looking for them first is far cheaper.
DISCLAIMER_STEMS = _listed(
    "confiden privileged intended recipient addressee virus scanned monitored legally error expressed environment "
    "print regist external outside originat links attachment vertraulich riservat mae",
    "often get email",
    "not sent from",
)
_MAIL = "(?:e-?mail|message|communication|transmission)s?"
DISCLAIMER = re.compile(
    _any_of(
        rf"{_MAIL}[^.]{{0,120}}"
        "(?:confidential|privileged|intended (?:only |solely |recipient|addressee|for the)|for the (?:sole |intended )?"
        "(?:addressee|recipient)|virus|scanned|monitored|legally binding)",
        "intended recipient",
        rf"received (?:this|the) {_MAIL}[^.]{{0,20}} in error",
        r"(?:views|opinions) expressed (?:in|are|by|herein)",
        "consider the environment",
        "think before (?:you )?print",
        r"(?:registered (?:charity|office)|company (?:registered|registration)|registered in england).{0,80}\d",
        r"^\W{0,3}(?:caution|warning|external(?: e-?mail)?|notice|be careful)\b.{0,60}"
        "(?:external|outside|originat|not sent from|links|attachments)",
        r"^\[?external(?: e?-?mail| sender)?\]?:?$",
        "this e-?mail (?:originated|was sent|came) from (?:outside|an external)",
        "do not click (?:on )?(?:any )?links",
        "you don['’]?t often get email from",
        "this (?:e-?mail|message) (?:and|together with|including) any (?:attachments?|files?)",
        r"(?:diese|cette?|ce|este|questo) (?:e-?mail|nachricht|message|mensaje|messaggio)[^.]{0,80}"
        "(?:vertraulich|confidentiel|confidencial|riservat)",
        "mae['’]r (?:e-bost|neges) h?w?n",
    ),
    re.IGNORECASE,
)
