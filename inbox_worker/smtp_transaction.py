"""The commands that announce one message (RFC 5321 s.3.3), in as few groups as the server allows (RFC 2920)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inbox_worker.core.smtp_replies import Stage
from inbox_worker.smtp_results import Refused, Submission
from inbox_worker.smtp_session import ConnectionLost, Reply, SmtpSession

_PATH = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # what may stand between < and >: printable ASCII without space

Replies = list[tuple[Stage, Reply]]


@dataclass(frozen=True, slots=True)
class Announcement:
    """The commands up to DATA. Only the one group that carries them may be open on a connection."""

    message: Submission
    steps: tuple[tuple[Stage, bytes], ...]
    reset: bool  # RSET goes first

    @property
    def lines(self) -> bytes:
        """All commands as one group; DATA may only be its last (RFC 2920 s.3.1)."""
        return (b"RSET\r\n" if self.reset else b"") + b"".join(line + b"\r\n" for _, line in self.steps)

    def ask(self, session: SmtpSession) -> Replies:
        """Send the commands, at once where the server offers it; return the replies up to a failure.

        Raises ConnectionLost where the connection ends before any reply says why.
        """
        if offers_pipelining(session.extensions):
            session.write(self.lines)
            return self.replies(session)
        if self.reset and session.command(b"RSET").code != 250:
            raise ConnectionLost
        return self._collected(lambda line: session.command(line), to_the_end=False)

    def replies(self, session: SmtpSession) -> Replies:
        """Read the replies to commands that were sent together: every one of them (RFC 2920 s.3.1)."""
        if self.reset and session.next_reply().code != 250:
            raise ConnectionLost
        return self._collected(lambda _: session.next_reply(), to_the_end=True)

    def _collected(self, reply_to: Callable[[bytes], Reply], *, to_the_end: bool) -> Replies:
        found: Replies = []
        failed = False
        try:
            for stage, line in self.steps:
                reply = reply_to(line)
                failed = failed or reply.code >= 400
                found.append((stage, reply))
                if failed and not to_the_end:
                    break
        except ConnectionLost:
            if not failed:
                raise
        return found


def announcement(message: Submission, extensions: Mapping[str, str], *, reset: bool) -> Announcement:
    """Return the commands that announce `message` to a server with these extensions."""
    size = f" SIZE={len(message.content)}" if "size" in extensions else ""
    body = "" if message.content.isascii() else " BODY=8BITMIME"
    # A null sender asks for no report; only then is none wanted (RFC 3461 s.4.1).
    notify = " NOTIFY=NEVER" if not message.envelope_from and "dsn" in extensions else ""
    steps = (
        (Stage.SENDER, f"MAIL FROM:<{message.envelope_from}>{size}{body}".encode("ascii")),
        (Stage.RECIPIENT, f"RCPT TO:<{message.recipient}>{notify}".encode("ascii")),
        (Stage.CONTENT, b"DATA"),
    )
    return Announcement(message, steps, reset)


def offers_pipelining(extensions: Mapping[str, str]) -> bool:
    """Tell whether the server takes commands together."""
    return "pipelining" in extensions


def unsendable(message: Submission) -> Refused | None:
    """Say why no server can be given this message."""
    sender = message.envelope_from
    if not _PATH.fullmatch(message.recipient) or (sender and not _PATH.fullmatch(sender)):
        return Refused(553, "5.1.3")
    if _bare_line_ends(message.content):  # servers differ on where such a message ends (CVE-2023-51764)
        return Refused(554, "5.6.0")
    return None


def unfit(message: Submission, extensions: Mapping[str, str]) -> Refused | None:
    """Say why this server cannot take the message, before it is offered (RFC 1870 s.6, RFC 6152)."""
    limit = extensions.get("size", "").strip()
    if limit.isdigit() and 0 < int(limit) < len(message.content):
        return Refused(552, "5.3.4")
    if not message.content.isascii() and "8bitmime" not in extensions:
        return Refused(554, "5.6.3")
    return None


def after_dots(content: bytes) -> bytes:
    """Return the content as it goes over the wire: leading dots doubled, the last line ended (RFC 5321 s.4.5.2)."""
    first = b"." if content.startswith(b".") else b""
    return first + content.replace(b"\n.", b"\n..") + (b"" if content.endswith(b"\r\n") else b"\r\n")


def _bare_line_ends(content: bytes) -> bool:
    """Tell whether a CR or an LF stands alone: counting pairs takes a tenth of what looking for each would."""
    return not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
