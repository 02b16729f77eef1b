"""A TCP relay between the worker and a server, that does what a bad network does at chosen moments.

Rules look at what one side sends: a pattern, and what happens when it comes by. Each rule acts a number of times.
"""

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Act = Callable[["Side", bytes], bytes | None]


class Cut(Exception):
    """Ends the connection both ways, without a word."""


@dataclass
class Rule:
    """What happens to what one side sends. side: "client" or "server"."""

    side: str
    pattern: str  # of bytes, any case
    act: Act
    times: int = 1
    seen: int = field(default=0, init=False)

    def sees(self, data: bytes) -> bool:
        """Tell whether the pattern is in `data`."""
        return re.search(self.pattern.encode(), data, re.IGNORECASE | re.DOTALL) is not None


@dataclass
class Side:
    """One direction of one connection."""

    name: str
    source: socket.socket
    target: socket.socket


def cut(side: Side, data: bytes) -> bytes | None:
    """End the connection before this goes on."""
    raise Cut


def cut_after(side: Side, data: bytes) -> bytes | None:
    """Let this through, then end the connection."""
    side.target.sendall(data)
    time.sleep(0.1)  # a reset would overtake what was sent
    raise Cut


def cut_half(side: Side, data: bytes) -> bytes | None:
    """Let half of this through, then end the connection."""
    side.target.sendall(data[: len(data) // 2])
    time.sleep(0.1)
    raise Cut


def garble(side: Side, data: bytes) -> bytes | None:
    """Turn it into something that no protocol knows."""
    return b"\xff\x00 what?\r\n"


def delay(seconds: float) -> Act:
    """Hold this back for a while."""

    def act(side: Side, data: bytes) -> bytes | None:
        time.sleep(seconds)
        return data

    return act


def replace(old: bytes, new: bytes) -> Act:
    """Change some of the bytes."""
    return lambda side, data: data.replace(old, new)


def instead(answer: bytes) -> Act:
    """Answer in the other side's place; this never arrives."""

    def act(side: Side, data: bytes) -> bytes | None:
        side.source.sendall(answer)
        return None

    return act


class Relay:
    """Listens on a free port and passes on to a server, through its rules."""

    def __init__(self, server: Any, *rules: Rule) -> None:
        """server: anything with host and port."""
        self.rules = list(rules)
        self.connections = 0
        relay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                relay.connections += 1
                relay._pass_on(self.request, (server.host, server.port))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host, self.port = "127.0.0.1", self._server.server_address[1]
        self.user, self.password = getattr(server, "user", ""), getattr(server, "password", "")

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _pass_on(self, client: socket.socket, address: tuple[str, int]) -> None:
        with socket.create_connection(address) as server:
            back = threading.Thread(target=self._pump, args=(Side("server", server, client),), daemon=True)
            back.start()
            self._pump(Side("client", client, server))
            back.join(5)

    def _pump(self, side: Side) -> None:
        try:
            while data := side.source.recv(65536):
                changed = self._changed(side, data)
                if changed:
                    side.target.sendall(changed)
        except (OSError, Cut):
            pass
        for end in (side.source, side.target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _changed(self, side: Side, data: bytes) -> bytes | None:
        for rule in self.rules:
            if (
                rule.side == side.name
                and rule.seen < rule.times
                and re.search(rule.pattern.encode(), data, re.I | re.S)
            ):
                rule.seen += 1
                found = rule.act(side, data)
                if found is None:
                    return None
                data = found
        return data
