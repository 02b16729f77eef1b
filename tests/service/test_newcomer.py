"""A newcomer's path: docs/operate.md as it stands, from a wheel to a live service that answers an application."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from inbox_worker.demo_servers import SmtpServer
from tests.fixtures_mail import DovecotAccount, free_port, required
from tests.service.test_units import settings
from tests.site import CONTACT, TEAM, form, mail

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "operate.md").read_text(encoding="utf-8")
PLACES = ("/opt/inbox-worker", "/etc/inbox-worker", "/var/lib/inbox-worker", "/etc/systemd/system")
# What changes the machine itself is written down in place of being done; runuser does what it is given.
SHIMS = {
    "useradd": 'echo "useradd $*" >> "$SHIM_LOG"',
    "chown": 'echo "chown $*" >> "$SHIM_LOG"',
    "systemctl": 'echo "systemctl $*" >> "$SHIM_LOG"',
    "runuser": 'while [ "$1" != "--" ]; do shift; done; shift; exec "$@"',
}


class Machine:
    """A folder that stands for the machine: the page's places and programs lead into it."""

    def __init__(self, root: Path) -> None:
        self.root, self.log = root, root / "shims.log"
        shims = root / "shims"
        shims.mkdir()
        for name, script in SHIMS.items():
            (shims / name).write_text(f"#!/bin/sh\n{script}\n")
            (shims / name).chmod(0o755)
        (root / "etc/systemd/system").mkdir(parents=True)
        (root / "opt").mkdir()
        (root / "systemd").symlink_to(TOP / "systemd")
        cached = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        python = str(Path(sys.executable).resolve().parent)
        self.environment = {
            **cached, "PATH": f"{shims}:{python}:{os.environ['PATH']}", "SHIM_LOG": str(self.log),
            "PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONSTRAINT": str(TOP / "constraints.txt"),
        }  # fmt: skip

    def here(self, text: str) -> str:
        """Return `text` with the page's places put below the root."""
        return re.sub("|".join(map(re.escape, PLACES)), lambda place: f"{self.root}{place[0]}", text)

    def run(self, script: str) -> str:
        """Run one block of the page; return what it prints."""
        done = subprocess.run(
            ["sh", "-eu", "-c", self.here(script)],
            cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def config(self) -> Path:
        return self.root / "etc/inbox-worker/config.yaml"


def blocks(language: str) -> list[str]:
    """Return the page's blocks of `language` in the steps 1 to 5."""
    steps = PAGE[: PAGE.index("# Day by day")]
    return re.findall(rf"^```{language}\n(.*?)^```", steps, re.MULTILINE | re.DOTALL)


def merged(base: Any, changes: Any) -> Any:
    """Return `base` with `changes` in it; of lists of sections the first items are joined, a secret is replaced."""
    if isinstance(base, dict) and isinstance(changes, dict) and "file" not in changes:
        return {**base, **{key: merged(base.get(key), value) for key, value in changes.items()}}
    if isinstance(base, list) and isinstance(changes, list) and base and isinstance(base[0], dict):
        return [merged(base[0], changes[0]), *base[1:]]
    return changes


def configured(machine: Machine, account: DovecotAccount, smtp: SmtpServer, port: int) -> None:
    """Do what the page tells to do by hand: the secret, and the keys of the YAML block; then the local servers."""
    (machine.root / "etc/inbox-worker/sign-in").write_text(account.password)
    (block,) = blocks("yaml")
    local = {
        "imap": {"host": account.host, "port": account.port, "user": account.user, "security": "plain"},
        "smtp": {"host": smtp.host, "port": smtp.port, "user": None, "password": None, "security": "plain"},
    }
    changes = merged(yaml.safe_load(machine.here(block)), {"mailboxes": [local], "endpoint": {"port": port}})
    shipped = yaml.safe_load(machine.config.read_text(encoding="utf-8"))
    data = merged(shipped, {**changes, "schedule": {"poll": "1s", "outbox": "1s"}})
    data["mailboxes"][0]["smtp"] = {k: v for k, v in data["mailboxes"][0]["smtp"].items() if v is not None}
    mode = data.pop("mode")
    machine.config.write_text(f"mode: {mode}\n" + yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `make dist` builds it."""
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "dist").mkdir()
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(TOP)]
    done = subprocess.run(build, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0 and re.search(r"ConnectionError|NewConnectionError|Could not find a version", done.stdout):
        required("no package registry can be reached to build the wheel")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def started(machine: Machine, notify: Path) -> subprocess.Popen[str]:
    """Start what the unit starts, as systemd does."""
    unit = settings(machine.root / "etc/systemd/system/inbox-worker.service")
    name, _, file = machine.here(unit["LoadCredential"]).partition(":")
    credentials = machine.root / "credentials"
    credentials.mkdir(mode=0o700, exist_ok=True)
    (credentials / name).write_bytes(Path(file).read_bytes())
    environment = {**machine.environment, "NOTIFY_SOCKET": str(notify), "WATCHDOG_USEC": "3000000"}
    return subprocess.Popen(
        machine.here(unit["ExecStart"]).split(),
        cwd=machine.here(unit["WorkingDirectory"]),
        env={**environment, "CREDENTIALS_DIRECTORY": str(credentials)},
        stderr=subprocess.PIPE,
        text=True,
    )


def heard(manager: socket.socket, wanted: bytes) -> None:
    """Wait until the service says `wanted`."""
    while wanted not in manager.recv(1000):
        pass


@pytest.mark.slow
def test_the_steps_of_operate_md_lead_to_a_live_service(
    wheel: Path, dovecot: DovecotAccount, smtp_server: SmtpServer, closed_port: int
):
    machine = Machine(wheel)
    install, configure, check, rehearse, service, live = blocks("sh")
    machine.run(install)
    machine.run(configure)
    configured(machine, dovecot, smtp_server, free_port())
    assert "WRONG" not in machine.run(check)
    dovecot.deliver(mail(form(), message_id="<before@kent.ac.uk>"))
    machine.run(rehearse)
    assert "Tamsin Okoro" in (machine.root / "var/lib/inbox-worker/rehearsal.html").read_text(encoding="utf-8")
    machine.run(service)
    machine.run(live)
    asked = machine.log.read_text().splitlines()
    assert [line for line in asked if line.startswith("systemctl")] == [
        "systemctl daemon-reload", "systemctl enable --now inbox-worker", "systemctl restart inbox-worker",
    ]  # fmt: skip
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(machine.root / "notify"))
        manager.settimeout(30)
        process = started(machine, machine.root / "notify")
        try:
            heard(manager, b"READY=1")
            heard(manager, b"WATCHDOG=1")
            dovecot.deliver(mail(form()))
            wait_for(smtp_server, {"t.okoro@kent.ac.uk", TEAM})
            process.send_signal(signal.SIGTERM)
            heard(manager, b"STOPPING=1")
            assert process.wait(30) == 0
        finally:
            process.kill()
            _, err = process.communicate()
    recipients = [delivery.recipients[0] for delivery in smtp_server.deliveries]
    assert sorted(recipients) == ["t.okoro@kent.ac.uk", TEAM]  # the mail of before the start was answered by nobody
    assert "Okoro" not in err
    assert CONTACT not in err


def wait_for(server: SmtpServer, recipients: set[str], seconds: float = 30) -> None:
    """Wait until each of `recipients` has got a message."""
    end = time.monotonic() + seconds
    while not recipients <= {delivery.recipients[0] for delivery in server.deliveries}:
        assert time.monotonic() < end, "no answer came"
        time.sleep(0.1)


def test_every_page_that_the_page_names_is_there():
    for name in ("operate.md", "microsoft-365.md"):
        text = (TOP / "docs" / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            assert target.startswith("http") or (TOP / "docs" / target).resolve().exists(), f"{name}: {target}"


def test_every_command_that_the_page_names_is_there():
    commands = (TOP / "docs" / "commands.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^## inbox-worker (.+)$", commands, re.MULTILINE))
    for name in ("operate.md", "microsoft-365.md", "alerts.yaml"):
        text = (TOP / "docs" / name).read_text(encoding="utf-8")
        for words in re.findall(r"\b(?:inbox-worker|iw) ((?:[a-z-]+ ?)+)", text):
            first, _, rest = words.strip().partition(" ")
            if first in {each.partition(" ")[0] for each in known}:
                second = rest.partition(" ")[0]
                assert first in known or f"{first} {second}" in known, f"{name}: {words}"
