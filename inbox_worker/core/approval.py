"""A person says that a held mail is genuine: what then follows from it."""

from dataclasses import dataclass, replace

from inbox_worker.core.plan import APPLICATIONS, missing_fields
from inbox_worker.core.reading import Decision, Intent, Outcome, Reading, ReplyKind, Tier
from inbox_worker.core.scheme import Scheme

NOT_BY_THE_APPLICANT = frozenset({"ON_BEHALF", "FORWARDED", "SEVERAL", "ATTACHED_MAIL"})


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person decided on a held mail."""

    by: str
    scheme: Scheme  # that it belongs to
    reply: bool = True  # send the applicant what is due
    to: str | None = None  # where, if not to the sender's own address


def approved(reading: Reading, approval: Approval, sender: str | None) -> Reading:
    """Return `reading` as the person's word has it: taken in, and answered only if that was said too.

    sender: the address that answers to the mail go to, None where there is none. The sender of a mail on behalf of
    another is no applicant, and whoever seems to be in distress gets no form letter: there nothing is sent, unless, in
    the first case, the person names an address.
    """
    scheme = approval.scheme
    mine = reading.scheme in (None, scheme.key)
    intent = reading.intent if mine and reading.intent in _OURS else Intent.APPLICATION
    decided = replace(
        reading,
        decision=Decision(Outcome.REPLY, "APPROVED", ""),
        intent=intent,
        scheme=scheme.key,
        reply=ReplyKind.NONE,
        reply_to=None,
        attach_role_description=False,
    )
    to = approval.to or (None if reading.decision.code in NOT_BY_THE_APPLICANT else sender)
    kind = _reply(decided, scheme)
    if not approval.reply or to is None or kind is ReplyKind.NONE or reading.tier in (Tier.A, Tier.B):
        return decided
    documents = intent in (Intent.ROLE_DESCRIPTION_REQUEST, Intent.APPLICATION_AND_REQUEST)
    return replace(decided, reply=kind, reply_to=to, attach_role_description=documents)


_OURS = frozenset({*APPLICATIONS, Intent.FOLLOW_UP, Intent.WITHDRAWAL, Intent.ROLE_DESCRIPTION_REQUEST})


def _reply(reading: Reading, scheme: Scheme) -> ReplyKind:
    if reading.intent is Intent.ROLE_DESCRIPTION_REQUEST:
        return ReplyKind.ROLE_DESCRIPTION
    if reading.intent is Intent.WITHDRAWAL:
        return ReplyKind.WITHDRAWAL if reading.application is not None else ReplyKind.NONE
    given = {key: value.text for key, value in reading.form.values.items()}
    lacking = reading.intent in APPLICATIONS and missing_fields(scheme, given)
    return ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE if lacking else ReplyKind.ACKNOWLEDGEMENT
