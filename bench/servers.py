"""Real servers on loopback for one run: a private Dovecot, Postfix's smtp-sink, and a relay that makes them far."""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.mailbox import write_large, write_maildir

LOOPBACK = "127.0.0.1"
PASSWORD = "bench"  # noqa: S105 - any user of the private server has it
_DOVECOT = """
protocols = imap
listen = 127.0.0.1
instance_name = inbox-worker-bench
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = sdbox:~/sdbox
mail_max_userip_connections = 0
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class Dovecot:
    """A Dovecot of this run's own, in the foreground. Needs root: it opens each mailbox as another user."""

    def __init__(self, base: Path) -> None:
        self.base, self.port = base, free_port()
        self._configuration = base / "dovecot.conf"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Dovecot":
        owner = pwd.getpwnam("nobody")
        for name in ("run", "state", "mail"):
            (self.base / name).mkdir()
        os.chown(self.base / "mail", owner.pw_uid, owner.pw_gid)
        settings = {"base": self.base, "port": self.port, "password": PASSWORD}
        text = _DOVECOT.format(**settings, uid=owner.pw_uid, gid=owner.pw_gid)
        self._configuration.write_text(text, encoding="ascii")
        self._process = subprocess.Popen([program("dovecot"), "-F", "-c", str(self._configuration)])
        wait_for_port(self.port)
        return self

    def __exit__(self, *details: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def fill(self, user: str, mails: int, seed: int) -> None:
        """Give `user` a mailbox of `mails` mails that have just come."""
        maildir = self.base / "new" / user
        write_maildir(maildir, mails, seed)
        self._take_over(user, maildir)

    def fill_one(self, user: str, megabytes: int) -> None:
        """Give `user` a mailbox of one mail of that size."""
        maildir = self.base / "new" / user
        write_large(maildir, megabytes)
        self._take_over(user, maildir)

    def _take_over(self, user: str, maildir: Path) -> None:
        subprocess.run(["chown", "-R", "nobody:", str(self.base / "new")], check=True)  # noqa: S607
        home = self.base / "mail" / user
        home.mkdir()
        shutil.chown(home, "nobody")
        command = [program("doveadm"), "-c", str(self._configuration), "backup", "-R", "-u", user, f"maildir:{maildir}"]
        subprocess.run(command, check=True)
        shutil.rmtree(maildir)

    def processor_seconds(self) -> float:
        """Return the processor time of the server and its dead children."""
        assert self._process is not None
        return processor_seconds(self._process.pid)


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """Yield the port of an SMTP server that takes every message and throws it away."""
    port = free_port()
    process = subprocess.Popen(
        [program("smtp-sink"), "-u", "nobody", f"{LOOPBACK}:{port}", "200"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


class Relay:
    """A relay in a process of its own; `counts` tells what went through it once it has ended."""

    def __init__(self, upstream: int, round_trip_ms: float = 0.0) -> None:
        self.port = free_port()
        self.counts: dict[str, int] = {}
        self._command = [sys.executable, "-m", "bench.relay", str(self.port), str(upstream), str(round_trip_ms)]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Relay":
        root = str(Path(__file__).resolve().parent.parent)
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=root)
        wait_for_port(self.port)
        return self

    def __exit__(self, *details: object) -> None:
        assert self._process is not None
        self._process.terminate()
        told, _ = self._process.communicate(timeout=10)
        self.counts = {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", told)}


def program(name: str) -> str:
    """Return the path of a program that the bench needs, or end with the name of its package."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")
    if found is None:
        package = {"smtp-sink": "postfix"}.get(name, "dovecot-imapd")
        raise SystemExit(f"{name} is not installed; Debian: apt-get install {package}")
    return found


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Wait until something listens on `port`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def processor_seconds(pid: int) -> float:
    """Return user and system seconds of a process, of its living children and of those that it has waited for."""
    ticks = 0
    for each in (pid, *_children(pid)):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def processor_seconds_of_children() -> float:
    """Return the processor time of the processes that this one has started and that still run."""
    return sum(processor_seconds(child) for child in _children(os.getpid()))


def descendants(pid: int) -> list[int]:
    """Return the living descendants of a process."""
    found: list[int] = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def memory(pid: int) -> tuple[float, float]:
    """Return resident memory of a process in MB, now and at its peak; 0 where it has ended."""
    found = {"VmRSS": 0.0, "VmHWM": 0.0}
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] = int(value.split()[0]) / 1024
    return found["VmRSS"], found["VmHWM"]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return found
