"""A cheap look at a whole mail: can it concern a scheme at all? Most mail cannot, and is read no further."""

from inbox_worker.core.document import Document
from inbox_worker.core.mail import Email
from inbox_worker.core.mentions import misspelt, phrases
from inbox_worker.core.scheme import Rules, Scheme
from inbox_worker.core.words import fold, tokens

_SHORT = 6_000  # characters; in longer mail the role alone ("ally") says nothing
_MAX_TEXT = 400_000  # characters; longer mail is looked at to here


def may_concern(text: str, scheme: Scheme) -> bool:
    """Return whether `text` names the scheme or its role, slips of typing allowed. False means: certainly not."""
    folded = fold(text[:_MAX_TEXT])
    if phrases(scheme.mentions).search(folded):
        return True
    if phrases(scheme.role_words).search(folded) and (
        len(folded) <= _SHORT or phrases(scheme.topic_words).search(folded)
    ):
        return True
    return bool(misspelt(" ".join(tokens(folded)), scheme))


def concerned(email: Email, document: Document, rules: Rules) -> tuple[Scheme, ...]:
    """Return the schemes that a mail may concern, in the order of the configuration."""
    text = " \n".join((email.subject, *(line.text for line in document.lines)))
    return tuple(scheme for scheme in rules.schemes if may_concern(text, scheme))
