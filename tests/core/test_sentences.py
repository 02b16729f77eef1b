"""Labelled sentences (tests/sentences): the share that is understood, on the lines tuned on and on the others."""

import pytest

from tests.sentence_scores import CLASSES, share

TUNED = {"several": 75, "asks_for_ally": 90, "for_another": 88, "put_off": 20, "request": 85}
COUNTED = {
    "join": 50,
    "request": 55,
    "withdraw": 50,
    "not_joining": 88,
    "for_another": 85,
    "asks_for_ally": 88,
    "other_business": 85,
    "several": 65,
    "condition": 40,
    "thanks": 95,
    "put_off": 20,
    "distress_a": 33,
    "distress_b": 50,
    "distress_none": 88,
    "distress_past": 88,
}


@pytest.mark.parametrize("label", CLASSES)
def test_sentences_that_rules_are_tuned_on_are_understood(label: str):
    found = share(label, odd=True)
    assert found.percent >= TUNED.get(label, 90), found.missed


@pytest.mark.parametrize("label", CLASSES)
def test_sentences_that_no_rule_was_tuned_on_are_understood_as_often_as_before(label: str):
    assert share(label, odd=False).percent >= COUNTED[label]  # none is named: who reads one tunes on it
