"""Jinja2 with our rules: what it lets templates read, however often they ask."""

from datetime import UTC
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from inbox_worker import reasons
from inbox_worker.reasons import Reason
from inbox_worker.template_engine import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "has.txt").write_text("{% macro greet() %}hello{% endmacro %}", encoding="utf-8")
    (tmp_path / "lacks.txt").write_text("{% macro other() %}{% endmacro %}", encoding="utf-8")
    return Engine((tmp_path,), {reasons.FALLBACK: Reason("a", "b", "c")}, UTC)


def test_a_name_that_one_imported_template_has_is_unknown_in_another(engine: Engine) -> None:
    twice = '{% import "has.txt" as a %}{{ a.greet() }}{{ a.greet() }}'
    assert engine.from_string(twice).render() == "hellohello"
    with pytest.raises(UndefinedError):
        engine.from_string(twice + '{% import "lacks.txt" as b %}{{ b.greet() }}').render()


@pytest.mark.parametrize("name", ["__class__", "_iterator", "__init__"])
def test_what_is_private_stays_so_however_often_a_loop_is_asked(engine: Engine, name: str) -> None:
    source = "{% for each in [1, 2] %}{{ loop.last }}{{ loop.last }}{{ loop." + name + " }}{% endfor %}"
    with pytest.raises(SecurityError):
        engine.from_string(source).render()


def test_a_loop_says_each_time_where_it_is(engine: Engine) -> None:
    assert engine.from_string("{% for each in 'ab' %}{{ loop.last }} {% endfor %}").render() == "False True "
