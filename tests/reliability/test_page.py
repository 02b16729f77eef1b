"""docs/guarantees.md: every sentence names a test, and every test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
PROMISES = PAGE.partition("## What is not promised")[0]


def test_every_test_that_the_page_names_is_there() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", PROMISES))
    assert named
    assert named <= there


def test_every_sentence_of_the_page_is_held_up_by_a_test() -> None:
    for promise in re.split(r"^- ", PROMISES, flags=re.MULTILINE)[1:]:
        assert re.search(r"`test_\w+`", promise), promise


def test_every_setting_that_the_page_names_is_in_the_example() -> None:
    example = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    for section, key in re.findall(r"`(imap|smtp|fuses|liveness)\.(\w+)`", PAGE):
        assert re.search(rf"^ *(?:# )?{key}:", example, re.MULTILINE), f"{section}.{key}"
