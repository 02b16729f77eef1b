"""What systemd wants to hear from a service of Type=notify (sd_notify(3)). Without systemd nothing happens."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta


def notify(*states: str) -> bool:
    """Send `states` ("READY=1") to the service manager; tell whether there is one that took them."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return False
    if address[0] == "@":  # a name in the abstract namespace
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.connect(address)
            out.sendall("\n".join(states).encode("utf-8"))
    except OSError:
        return False
    return True


def watchdog() -> timedelta | None:
    """Return how long the service manager waits for a sign of life from this process; None where it does not."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return timedelta(microseconds=int(microseconds)) if microseconds.isdigit() and int(microseconds) > 0 else None


@contextlib.contextmanager
def told(stop: threading.Event, alive: Callable[[], bool], status: str) -> Iterator[None]:
    """Tell the service manager that the service is ready, then regularly that it lives, and that it stops.

    stop: set when the service is asked to end. alive: asked before each sign of life; none is given where it is not.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_signs_of_life, args=(stop, ended, alive), name="sd_notify", daemon=True)
    notify("READY=1", f"STATUS={status}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        ended.set()
        thread.join(5)


def _signs_of_life(stop: threading.Event, ended: threading.Event, alive: Callable[[], bool]) -> None:
    limit = watchdog()
    pause = None if limit is None else limit.total_seconds() / 3
    while not stop.wait(pause):
        if alive():
            notify("WATCHDOG=1")
    notify("STOPPING=1", "STATUS=finishing what is in hand")
    while pause is not None and not ended.wait(pause):
        if alive():
            notify("WATCHDOG=1")
