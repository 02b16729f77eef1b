"""What is handed over in one SMTP transaction, and what can become of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Submission:
    """One message with its envelope."""

    envelope_from: str  # an address, or "" for <>
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)  # CRLF lines


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken the message over."""

    code: int
    status: str = ""  # enhanced status, RFC 3463


@dataclass(frozen=True, slots=True)
class TryLater:
    """The server has not taken it, and may later."""

    code: int = 0  # 0: no answer
    status: str = ""
    connection: bool = False  # the server takes nothing now: no fault of this message, count no try of it


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take this message."""

    code: int
    status: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection ended between the final dot and its answer: sent, or not. Never to be sent again unseen."""

    code: int = 0
    status: str = ""


Result = Sent | TryLater | Refused | Unknown
