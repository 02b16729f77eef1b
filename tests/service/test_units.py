"""The unit files: systemd itself reads them and judges how much they shut out."""

import configparser
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.fixtures_mail import required

TOP = Path(__file__).parents[2]
UNITS = sorted((TOP / "systemd").glob("*.service"))


def systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        required("systemd-analyze is not installed (Debian: systemd)")
    assert program is not None
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=60)


def settings(unit: Path) -> dict[str, str]:
    """Return the section [Service]; of a key that is given several times the last."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def test_there_is_a_unit_for_one_service_and_one_for_several():
    assert [unit.name for unit in UNITS] == ["inbox-worker.service", "inbox-worker@.service"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path, tmp_path: Path):
    program = tmp_path / "inbox-worker"  # verify looks whether the program is there
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    copy = tmp_path / unit.name.replace("@", "@team")
    copy.write_text(unit.read_text().replace("/opt/inbox-worker/bin/inbox-worker", str(program)))
    done = systemd_analyze("verify", "--man=no", str(copy))
    complaints = [line for line in done.stderr.splitlines() if copy.name in line or "inbox-worker" in line]
    assert complaints == []
    assert done.returncode == 0


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_unit_shuts_out_what_the_service_does_not_need(unit: Path):
    done = systemd_analyze("security", "--offline=true", "--threshold=20", str(unit))
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) <= 2.0
    assert done.returncode == 0


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_wrong_configuration_is_not_tried_again_and_a_crash_is(unit: Path):
    service = settings(unit)
    assert service["Type"] == "notify"
    assert service["Restart"] == "on-failure"
    assert {"2", "78"} <= set(service["RestartPreventExitStatus"].split())
    assert "75" not in service["RestartPreventExitStatus"].split()
    assert service["WatchdogSec"]


def test_the_template_differs_only_in_its_names():
    one, many = (settings(unit) for unit in UNITS)
    differing = {key for key in one | many if one.get(key) != many.get(key)}
    assert differing == {"ExecStart", "WorkingDirectory", "StateDirectory", "LoadCredential"}
    assert all("%i" in many[key] for key in differing)


def test_the_container_runs_as_nobody_on_a_read_only_root():
    text = (TOP / "Containerfile").read_text(encoding="utf-8")
    user = re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1]
    assert user.partition(":")[0].isdigit()
    assert int(user.partition(":")[0]) > 0
    assert "HEALTHCHECK" in text
    assert "/healthz" in text
    compose = yaml.safe_load((TOP / "compose.yaml").read_text(encoding="utf-8"))
    worker = compose["services"]["worker"]
    assert worker["read_only"] is True
    assert worker["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in worker["security_opt"]
    assert compose["services"]["database"]["image"].startswith("postgres:")
    assert worker["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert all(str(port).startswith("127.0.0.1:") for port in published)


def test_what_the_container_copies_is_there():
    for line in (TOP / "Containerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (TOP / name).exists(), name
