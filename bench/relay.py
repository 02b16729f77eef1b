"""`python -m bench.relay PORT UPSTREAM ROUND_TRIP_MS`: a TCP relay that holds every byte back for half a round trip.

At its end it prints connections, bytes each way, turns (how often a client spoke after the server had), and how often
each IMAP command was sent.
"""

import asyncio
import contextlib
import re
import signal
import sys
from collections import Counter

_LOOPBACK = "127.0.0.1"
_COMMAND = re.compile(rb"^[A-Za-z0-9]{1,12} ((?:UID )?[A-Z]+)", re.MULTILINE)  # tag and name (RFC 3501 s.2.2.1)
_AHEAD = 256  # chunks on the way: bandwidth is no limit here


class Counts:
    """What went through."""

    def __init__(self) -> None:
        self.connections = self.turns = self.up = self.down = 0
        self.commands: Counter[str] = Counter()

    def __str__(self) -> str:
        commands = "".join(f" {name}={number}" for name, number in self.commands.items())
        return f"connections={self.connections} turns={self.turns} up={self.up} down={self.down}{commands}"


class Connection:
    """One client and the server's side of it."""

    def __init__(self, counts: Counts, delay: float) -> None:
        self._counts, self._delay, self._client_spoke = counts, delay, False

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        """Carry bytes one way until the end."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_AHEAD)
        carrying = asyncio.ensure_future(_deliver(queue, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                self._note(data, up)
                await queue.put((loop.time() + self._delay, data))
        await queue.put((loop.time() + self._delay, b""))
        with contextlib.suppress(OSError):
            await carrying

    def _note(self, data: bytes, up: bool) -> None:
        if up:
            self._counts.up += len(data)
            self._counts.commands.update(name.decode().replace(" ", "_") for name in _COMMAND.findall(data))
            self._counts.turns += not self._client_spoke
        else:
            self._counts.down += len(data)
        self._client_spoke = up


async def _deliver(queue: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        at, data = await queue.get()
        if (wait := at - loop.time()) > 0:
            await asyncio.sleep(wait)
        if not data:
            writer.close()
            return
        writer.write(data)
        await writer.drain()


async def serve(port: int, upstream: int, round_trip_ms: float) -> Counts:
    """Relay until SIGTERM; return what went through."""
    counts, stop = Counts(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(_LOOPBACK, upstream)
            counts.connections += 1
            both = Connection(counts, round_trip_ms / 2000)
            await asyncio.gather(both.pump(reader, far_writer, up=True), both.pump(far_reader, writer, up=False))

    server = await asyncio.start_server(meet, _LOOPBACK, port)
    await stop.wait()
    server.close()
    return counts


if __name__ == "__main__":
    print(asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))), flush=True)
