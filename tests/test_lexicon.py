"""The phrases that come with the package."""

import re
from pathlib import Path

import pytest

from inbox_worker import lexicon
from inbox_worker.config import field_words
from inbox_worker.errors import ConfigError


def test_every_phrase_that_ships_is_a_regular_expression():
    lexicon.check()
    assert all(lexicon.load().distress[tier] for tier in ("A", "B"))


def test_every_broken_phrase_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "phrases").mkdir()
    for name in lexicon.FILES:
        (tmp_path / "phrases" / f"{name}.yaml").write_text("fine: [good]\nbroken: [good, '(']\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "files", lambda package: tmp_path)
    with pytest.raises(ConfigError) as refused:
        lexicon.check()
    for name, problem in zip(lexicon.FILES, refused.value.problems, strict=True):
        assert re.match(rf"phrases/{name}\.yaml: broken, entry 2: not a regular expression", problem)


def test_every_expression_for_fields_that_ships_is_one():
    field_words.check()
    assert all(field_words.load().values())


def test_every_broken_expression_for_fields_is_named_at_once(monkeypatch: pytest.MonkeyPatch):
    entries = {"names": [{"sense": "name", "prose": ["("]}], "short": [{"sense": "staff", "cues": ["good", "[a"]}]}
    monkeypatch.setattr(field_words, "_entries", lambda: entries)
    with pytest.raises(ConfigError) as refused:
        field_words.check()
    assert [problem.partition(": not")[0] for problem in refused.value.problems] == [
        "phrases/fields.yaml: names, name",
        "phrases/fields.yaml: short, staff",
    ]
