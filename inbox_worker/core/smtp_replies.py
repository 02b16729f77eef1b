"""What a submission server's reply means for one message, and for all of them (RFC 5321 s.4.2, RFC 3463)."""

import re
from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """Which command of a mail transaction a reply answers."""

    CONNECT = "connect"
    SIGN_IN = "sign in"
    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    CONTENT = "DATA"  # the command itself, or the final dot


class Fate(Enum):
    """What follows from a reply."""

    DONE = "done"
    LATER = "later"  # this message, later
    SERVER_LATER = "server later"  # the server takes nothing now: no fault of the message
    REFUSED = "refused"  # this message, for good
    MISCONFIGURED = "misconfigured"  # every message would get the same: stop and tell a person
    NONSENSE = "nonsense"  # no SMTP reply: the connection is of no more use


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply reduced to what may be stored: never its text, which can name people."""

    code: int  # 0 where there was none
    status: str  # enhanced status "5.7.1" (RFC 3463), or ""

    def __str__(self) -> str:
        return f"{self.code} {self.status}".strip()


_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_FAULT_CODES = frozenset({530, 534, 535, 538})  # sign-in required, too weak, refused (RFC 4954 s.6)
# Submission is switched off, or the signed-in account may not send as this sender (Exchange Online).
_FAULT_STATUS = frozenset({"5.7.3", "5.7.57", "5.7.60", "5.7.139", "5.2.252"})
# The account's own quota of recipients: a 5xx that says nothing about the message.
_QUOTA_STATUS = frozenset({"5.1.90", "5.2.122"})
_SEND_AS = re.compile(r"SendAsDenied", re.IGNORECASE)
_NO_RELAY = re.compile(r"\brelay", re.IGNORECASE)  # "Relay access denied", "Unable to relay": we may not send at all


def read(code: int, text: str) -> Answer:
    """Return the code and the enhanced status of a reply. text: all lines, without the codes."""
    found = _STATUS.match(text)
    return Answer(code, found.group(1) if found else "")


def judge(stage: Stage, answer: Answer, text: str) -> Fate:
    """Return what follows from the reply `answer` with the words `text` to the command of `stage`."""
    kind = answer.code // 100
    if kind == 2:
        return Fate.DONE
    if kind == 4:
        return _later(stage, answer)
    if kind != 5:
        return Fate.NONSENSE
    return Fate.MISCONFIGURED if _our_fault(stage, answer, text) else Fate.REFUSED


def _later(stage: Stage, answer: Answer) -> Fate:
    # 421 closes the connection; 432 is Exchange's "too many connections"; x.3.x speaks of the mail system (RFC 3463).
    of_server = stage in (Stage.CONNECT, Stage.SIGN_IN) or answer.code in (421, 432) or answer.status.startswith("4.3.")
    return Fate.SERVER_LATER if of_server else Fate.LATER


def _our_fault(stage: Stage, answer: Answer, text: str) -> bool:
    if answer.code in _FAULT_CODES or answer.status in _FAULT_STATUS | _QUOTA_STATUS or _SEND_AS.search(text):
        return True
    if stage is Stage.SENDER:  # the sender is ours; only the announced size is the message's
        return answer.code != 552 and not answer.status.startswith("5.3.4")
    if stage is Stage.RECIPIENT:
        return answer.code in (550, 551, 554) and bool(_NO_RELAY.search(text))
    if stage is Stage.CONTENT:  # 554 5.2.2: our own mailbox is full, the copy for Sent Items has no room
        return answer.code == 554 and answer.status == "5.2.2"
    return True


def remedy(stage: Stage, answer: Answer) -> str:
    """Return what a person can do about a fault of the set-up."""
    if answer.status == "5.7.139":
        return "SMTP AUTH is switched off for the tenant or the mailbox; have it switched on"
    if answer.status in ("5.2.252", "5.2.0", "5.7.60"):
        return "the account may not send as this address; grant it SendAs, or change the From address"
    if answer.status in _QUOTA_STATUS:
        return "the account has used up its recipients for now; wait, then resume sending"
    if answer.status == "5.2.2":
        return "the sending mailbox is full; make room, then resume sending"
    if answer.code == 530 or answer.status == "5.7.57":
        return "the server wants a sign-in; set smtp.user and a password or OAuth2"
    if stage is Stage.SIGN_IN or answer.code in _FAULT_CODES:
        return "check user and password, or consent, object id and mailbox permission of the OAuth2 application"
    if stage is Stage.RECIPIENT:
        return "the server relays nothing for us; sign in, or have this machine allowed to relay"
    return "check that the server lets this account send from the configured address"
