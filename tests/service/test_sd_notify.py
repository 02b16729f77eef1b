"""What systemd hears: ready, signs of life, stopping; and silence where a job hangs."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_worker.sd_notify import notify, told, watchdog


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The service manager's end of the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiving:
        receiving.bind(str(tmp_path / "notify"))
        receiving.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield receiving


def test_without_a_service_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert notify("READY=1") is False
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    assert notify("READY=1") is False
    monkeypatch.setenv("NOTIFY_SOCKET", "vsock:2:1234")
    assert notify("READY=1") is False


def test_a_socket_in_the_abstract_namespace_is_reached(monkeypatch: pytest.MonkeyPatch):
    name = f"inbox-worker-test-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiving:
        receiving.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        assert notify("READY=1", "STATUS=here") is True
        assert receiving.recv(100) == b"READY=1\nSTATUS=here"


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [("30000000", None, 30), ("30000000", "1", None), ("0", None, None), ("", None, None), ("soon", None, None)],
)
def test_the_watchdog_is_read_from_the_environment(
    usec: str, pid: str | None, seconds: int | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid is not None:
        monkeypatch.setenv("WATCHDOG_PID", pid)
    found = watchdog()
    assert (found.total_seconds() if found else None) == seconds


def test_a_service_is_ready_lives_and_stops(manager: socket.socket, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATCHDOG_USEC", "150000")
    stop = threading.Event()
    with told(stop, lambda: True, "mode live"):
        assert manager.recv(100) == b"READY=1\nSTATUS=mode live"
        assert manager.recv(100) == b"WATCHDOG=1"
        stop.set()
        heard = [manager.recv(100)]
        while not heard[-1].startswith(b"STOPPING=1"):
            heard.append(manager.recv(100))
        assert manager.recv(100) == b"WATCHDOG=1"  # what is in hand may take its time


def test_a_job_that_hangs_lets_the_watchdog_bite(manager: socket.socket, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATCHDOG_USEC", "60000")
    with told(threading.Event(), lambda: False, "x"):
        assert manager.recv(100).startswith(b"READY=1")
        manager.settimeout(0.3)
        with pytest.raises(TimeoutError):
            manager.recv(100)
