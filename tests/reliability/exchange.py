"""An IMAP server with the habits of Exchange Online (domain facts: no keywords, no CONDSTORE, US-ASCII search alone,
MOVE after sign-in alone, stored sizes, odd order of FETCH items, gaps, sessions that end), as far as the worker meets
them. One folder, in memory, scripted faults.
"""

import re
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Any

BEFORE = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
AFTER = BEFORE.replace("AUTH=PLAIN AUTH=XOAUTH2 ", "") + " MOVE ENABLE"
INTERNALDATE = "23-Nov-2026 09:00:00 +0000"
_UIDS = re.compile(r"(\d+)(?::(\d+|\*))?")


@dataclass
class Exchange:
    """The mailbox. `faults` counts down: name -> how often it still happens."""

    uidvalidity: int = 14
    mails: dict[int, bytes] = field(default_factory=dict)
    sent: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, str] = field(default_factory=dict)
    gaps: dict[int, int] = field(default_factory=dict)  # UID -> how often FETCH leaves it out, 99: for good
    expire_after: int | None = None  # commands until "BYE Session invalidated"
    commands: list[str] = field(default_factory=list)
    next_uid: int = 1

    host, user, password = "127.0.0.1", "team@example.org", "a-demo-password"

    def __enter__(self) -> "Exchange":
        exchange = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Session(exchange, self.rfile, self.wfile).talk()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def deliver(self, *mails: bytes, flags: str = "") -> None:
        """Put mails into the inbox."""
        for mail in mails:
            self.mails[self.next_uid] = mail
            self.flags[self.next_uid] = flags
            self.next_uid += 1

    def renumber(self) -> None:
        """Give every mail a new UID under a new UIDVALIDITY, in the same order."""
        old = [(self.mails[uid], self.flags[uid]) for uid in sorted(self.mails)]
        self.mails, self.flags, self.next_uid = {}, {}, 1000
        self.uidvalidity += 1
        for mail, flags in old:
            self.deliver(mail, flags=flags)


class _Session:
    def __init__(self, exchange: Exchange, reader: Any, writer: Any) -> None:
        self._exchange, self._reader, self._writer = exchange, reader, writer
        self._folder: dict[int, bytes] = {}

    def talk(self) -> None:
        self._say(f"* OK [CAPABILITY {BEFORE}] The Microsoft Exchange IMAP4 service is ready.")
        while line := self._reader.readline():
            tag, _, command = line.decode("latin-1").rstrip("\r\n").partition(" ")
            exchange = self._exchange
            exchange.commands.append(command)
            if exchange.expire_after is not None:
                exchange.expire_after -= 1
                if exchange.expire_after < 0:
                    exchange.expire_after = None
                    self._say("* BYE Session invalidated - AccessTokenExpired")
                    return
            word = "_".join(command.upper().split(" ")[: 2 if command.upper().startswith("UID") else 1])
            handler = getattr(self, f"_{word.lower()}", None)
            if handler is None:
                self._say(f"{tag} BAD Command Argument Error. 11")
            else:
                handler(tag, command)
            if word == "LOGOUT":
                return

    def _say(self, text: str) -> None:
        self._writer.write(text.encode("latin-1") + b"\r\n")

    def _capability(self, tag: str, command: str) -> None:
        self._say(f"* CAPABILITY {AFTER if self._signed_in else BEFORE}")
        self._say(f"{tag} OK CAPABILITY completed.")

    _signed_in = False

    def _authenticate(self, tag: str, command: str) -> None:
        if len(command.split()) < 3:
            self._say("+ ")
            self._reader.readline()
        self._signed_in = True
        self._say(f"{tag} OK AUTHENTICATE completed.")

    def _login(self, tag: str, command: str) -> None:
        self._signed_in = True
        self._say(f"{tag} OK LOGIN completed.")

    def _logout(self, tag: str, command: str) -> None:
        self._say("* BYE Microsoft Exchange Server IMAP4 server signing off.")
        self._say(f"{tag} OK LOGOUT completed.")

    def _named(self, command: str) -> dict[int, bytes]:
        return self._exchange.sent if "Sent" in command else self._exchange.mails

    def _status(self, tag: str, command: str) -> None:
        folder = self._named(command)
        name = '"Sent Items"' if folder is self._exchange.sent else "INBOX"
        uidnext = max(folder, default=0) + 1 if folder is self._exchange.sent else self._exchange.next_uid
        self._say(
            f"* STATUS {name} (MESSAGES {len(folder)} UIDNEXT {uidnext} UIDVALIDITY {self._exchange.uidvalidity})"
        )
        self._say(f"{tag} OK STATUS completed.")

    def _examine(self, tag: str, command: str) -> None:
        self._folder = self._named(command)
        uidnext = max(self._folder, default=0) + 1
        if self._folder is self._exchange.mails:
            uidnext = self._exchange.next_uid
        self._say(f"* {len(self._folder)} EXISTS")
        self._say("* 0 RECENT")
        self._say("* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)")
        self._say("* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] Permanent flags")
        self._say(f"* OK [UIDVALIDITY {self._exchange.uidvalidity}] UIDVALIDITY value")
        self._say(f"* OK [UIDNEXT {uidnext}] The next unique identifier value")
        self._say(f"{tag} OK [READ-ONLY] EXAMINE completed.")

    def _uid_search(self, tag: str, command: str) -> None:
        criteria = command[len("UID SEARCH ") :]
        if re.search(r"CHARSET|KEYWORD|RETURN|MODSEQ|OR ", criteria, re.IGNORECASE):
            self._say(f"{tag} NO [BADCHARSET (US-ASCII)] The specified charset is not supported.")
            return
        uids = sorted(self._folder)
        if found := re.search(r"HEADER (\S+) \"(.*)\"", criteria):
            name, value = found.groups()
            line = re.compile(rf"^{name}:[^\r]*{re.escape(value)}".encode(), re.IGNORECASE | re.MULTILINE)
            uids = [uid for uid in uids if line.search(self._folder[uid].partition(b"\r\n\r\n")[0])]
        elif found := re.search(r"UID (\S+)", criteria):
            uids = [uid for uid in uids if uid in _chosen(found[1], uids)]
        self._say("* SEARCH " + " ".join(map(str, uids)))
        self._say(f"{tag} OK SEARCH completed.")

    def _uid_fetch(self, tag: str, command: str) -> None:
        _, _, which, items = command.split(" ", 3)
        uids = sorted(self._folder)
        for number, uid in enumerate(uids, 1):
            if uid not in _chosen(which, uids) or self._left_out(uid):
                continue
            self._item(number, uid, items)
        self._say(f"{tag} OK FETCH completed.")

    def _fetch(self, tag: str, command: str) -> None:
        uids = sorted(self._folder)
        number = int(command.split(" ")[1])
        self._say(f"* {number} FETCH (UID {uids[number - 1]})")
        self._say(f"{tag} OK FETCH completed.")

    def _left_out(self, uid: int) -> bool:
        left = self._exchange.gaps.get(uid, 0)
        if 0 < left < 99:
            self._exchange.gaps[uid] = left - 1
        return left > 0

    def _item(self, number: int, uid: int, items: str) -> None:
        mail = self._folder[uid]
        head, _, _ = mail.partition(b"\r\n\r\n")
        parts = []
        if "RFC822.SIZE" in items:
            parts.append(f"RFC822.SIZE {len(mail) * 4 // 3}".encode())  # what the store takes, not the mail
        if "FLAGS" in items:
            parts.append(f"FLAGS ({self._exchange.flags.get(uid, '')})".encode())
        if "INTERNALDATE" in items:
            parts.append(f'INTERNALDATE "{INTERNALDATE}"'.encode())
        if "HEADER.FIELDS" in items:
            lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:")]
            parts.append(_literal("BODY[HEADER.FIELDS (MESSAGE-ID)]", b"\r\n".join([*lines, b"", b""])))
        elif "HEADER]" in items:
            parts.append(_literal("BODY[HEADER]<0>", head + b"\r\n\r\n"))
        elif "BODY.PEEK[]" in items:
            parts.append(_literal("BODY[]", mail))
        parts.append(f"UID {uid}".encode())  # behind the others
        self._writer.write(f"* {number} FETCH (".encode() + b" ".join(parts) + b")\r\n")


def _literal(name: str, value: bytes) -> bytes:
    return f"{name} {{{len(value)}}}\r\n".encode() + value


def _chosen(which: str, uids: list[int]) -> set[int]:
    chosen: set[int] = set()
    for first, last in _UIDS.findall(which):
        start = int(first)
        end = start if not last else max(uids, default=0) if last == "*" else int(last)
        chosen |= set(range(min(start, end), max(start, end) + 1))
    return chosen
