"""The words that stand before what is said: a letter's greeting, and what leads up to a job."""

import re

_GREETS = r"(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon|evening)\b"
_SALUTATION = re.compile(rf"^{_GREETS}[^,.!:;?]{{0,40}}[,!:;-]\s+(?=\S)", re.IGNORECASE)

# "a clerk", "that is Clerk", "currently the Clerk"; in text with plain quotes, whatever its case
ARTICLE = r"(?:an?|the|your|our|its|their|that of|one of the)\s+"
ASIDE = (
    r"(?:that is|that's|i\.?e\.?|namely|being|currently|presently|now|also|just|here as|employed as|working as"
    r"|writing as|speaking as),?\s+"
)
LEAD_IN = rf"(?:{ARTICLE}|{ASIDE})*"
# What follows is what somebody is not, or no longer, or whose they are
OTHERWISE = (
    r"(?:not|no longer|never|formerly|previously|once|until|till|ex\b(?!-)|late\b(?! (?:night|shift))"
    r"|(?:the )?(?:son|daughter|wife|husband|mother|father|friend|brother|sister) (?:of|to))\b"
)
# What follows is what somebody else says or thinks
REPORTED = r"\b(?!(?:i|you|we)\b)[\w-]+ (?:said|says|told (?:me|us)|thinks?|asked)\b"
_BEFORE_NAME = re.compile(rf"^(?:(?:{ASIDE})+(?:the\s+)?)?(?:an?\s+)?(?=\S{{2}})", re.IGNORECASE)


def without_salutation(text: str) -> str:
    """Return `text` without the greeting that it opens with ("Hello both, I ..."); without a mark none is seen."""
    return _SALUTATION.sub("", text)


def without_lead_in(text: str) -> str:
    """Return a piece of a signature without what leads up to it; "The Gulbenkian" keeps its article."""
    return _BEFORE_NAME.sub("", text)
