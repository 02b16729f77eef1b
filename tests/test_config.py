"""config.yaml: every problem at once, in words that tell what to do; secrets are never shown."""

import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from inbox_worker.config import load
from inbox_worker.errors import ConfigError
from inbox_worker.resources import file

HERE = Path(__file__).parent / "bad_configs"
BASE = yaml.safe_load((HERE / "base.yaml").read_text())
CASES = yaml.safe_load((HERE / "cases.yaml").read_text())


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    data: Any = copy.deepcopy(BASE)
    for path, value in changes.items():
        *steps, last = path.split(".")
        place = data
        for step in steps:
            place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
        if value == "(remove)":
            del place[last]
        else:
            place[last] = value
    return data  # type: ignore[no-any-return]


def written(folder: Path, data: object) -> Path:
    path = folder / "config.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: next(iter(case["change"])))
def test_a_broken_configuration_says_what_is_wrong(case: dict[str, Any], tmp_path: Path):
    with pytest.raises(ConfigError) as raised:
        load(written(tmp_path, changed(case["change"])))
    text = "\n".join(raised.value.problems)
    for line in case["says"]:
        assert line in text
    assert all(problem.startswith("config.yaml: ") for problem in raised.value.problems)
    for secret in case.get("never", []):
        assert secret not in text
    assert raised.value.exit_code == 78


def test_all_problems_come_at_once(tmp_path: Path):
    data = changed({"schedule.poll": "soon", "mailboxes.0.imap.port": 0, "mode": "dry"})
    with pytest.raises(ConfigError) as raised:
        load(written(tmp_path, data))
    assert len(raised.value.problems) == 3


def test_the_smallest_configuration_has_sensible_defaults(tmp_path: Path):
    config = load(written(tmp_path, BASE))
    assert config.mode == "rehearse"
    assert config.mailboxes[0].imap.port == 993
    assert config.mailboxes[0].imap.security == "tls"
    assert config.schedule.poll == timedelta(seconds=60)
    assert config.fuses.per_hour == 20


def test_a_relative_database_lies_beside_the_configuration(tmp_path: Path):
    assert load(written(tmp_path, BASE)).database == f"sqlite:///{tmp_path.resolve()}/inbox_worker.db"


def test_a_key_given_twice_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match='the key "mode" is given twice'):
        load(written(tmp_path, "mode: live\nmode: rehearse\n"))


def test_what_is_not_yaml_is_named_by_line(tmp_path: Path):
    with pytest.raises(ConfigError, match="line 2"):
        load(written(tmp_path, "mode: live\n  team: [\n"))


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_what_holds_no_keys_is_refused(text: str, tmp_path: Path):
    with pytest.raises(ConfigError, match="expected keys such as mode"):
        load(written(tmp_path, text))


def test_a_missing_file_says_where_to_get_one(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"config\.example\.yaml"):
        load(tmp_path / "config.yaml")


def test_the_shipped_example_loads_and_sends_nothing():
    config = load(file("config.example.yaml"))
    assert config.mode == "rehearse"
    assert config.schemes[0].key == "mental-health-ally"


def test_the_shipped_example_names_every_key():
    text = file("config.example.yaml").read_text()
    from inbox_worker.config.sections import Config, Section

    def keys(model: type[Section]) -> set[str]:
        found = set()
        for name, info in model.model_fields.items():
            found.add(name)
            for inner in (info.annotation, *getattr(info.annotation, "__args__", ())):
                if isinstance(inner, type) and issubclass(inner, Section):
                    found |= keys(inner)
        return found

    absent = {key for key in keys(Config) if f"{key}:" not in text}
    stated_in_comments = {"file", "credential", "required"}
    assert absent <= stated_in_comments, f"config.example.yaml does not name {absent - stated_in_comments}"
