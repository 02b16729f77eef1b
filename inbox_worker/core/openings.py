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


def without_salutation(text: str) -> str:
    """Return `text` without the greeting that it opens with ("Hello both, I ..."); without a mark none is seen."""
    return _SALUTATION.sub("", text)
