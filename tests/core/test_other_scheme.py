"""Labelled mails of a second scheme whose configuration holds nothing but keys, labels and kinds."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from inbox_worker.config.rules import scheme
from inbox_worker.config.sections import SchemeSection
from inbox_worker.core.scheme import Rules
from tests.core.sample_reading import sample_rules
from tests.scoring import Score, score

FOLDER = Path(__file__).parent.parent / "corpus" / "other-scheme"
MAILS = sorted(FOLDER.glob("*.eml"))


@cache
def other_rules() -> Rules:
    data = yaml.safe_load((FOLDER / "scheme.yaml").read_text(encoding="utf-8"))
    return replace(sample_rules(), schemes=(scheme(SchemeSection.model_validate(data)),))


@pytest.fixture(scope="module")
def scored() -> Score:
    return score(MAILS, other_rules())


def test_there_are_at_least_fifteen_mails_of_the_second_scheme():
    assert len(MAILS) >= 15


def test_fields_of_the_second_scheme_are_read_as_well_as_those_of_the_first(scored: Score):
    assert scored.field_f1 >= 0.97, scored.cases["field"]


def test_no_mail_of_the_second_scheme_is_answered_wrongly(scored: Score):
    assert scored.wrong["wrong_reply"] == 0, scored.cases["wrong_reply"]
    assert scored.wrong["reply_to"] == 0, scored.cases["reply_to"]
    assert scored.wrong["attach"] == 0, scored.cases["attach"]


def test_what_each_sender_wants_of_the_second_scheme_is_understood(scored: Score):
    assert scored.share("intent") >= 0.98, scored.cases["intent"]
    assert scored.share("reply") >= 0.93, scored.cases["reply"]
    assert scored.wrong["needless_review"] == 0, scored.cases["needless_review"]
