"""Cheap looks before dear searches, in extraction, change nothing: each gives what the search alone gives."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from inbox_worker.core import evidence, prose, region, words
from inbox_worker.core.vocabulary import vocabulary
from tests.core.sample_reading import sample_rules

SCHEME = sample_rules().schemes[0]
FOLDER = Path(__file__).parents[1] / "sentences"
SENTENCES = [words.spoken(line) for file in sorted(FOLDER.glob("*.txt")) for line in file.read_text().splitlines()]
LABELS = ("my job", "Job title", "department", "SCHOOL", "My role")
STATED = st.lists(st.sampled_from([*LABELS, " is", " IS", "'s", "'S", " ", ", and ", "Clerk", "."]), max_size=10)
MARKS = ("(a)", "b.", "(C)", "c)", "1.", "2)", "3.", " ", "\n", ":", "word", "etc.")
ITEMS = st.lists(st.sampled_from(MARKS), max_size=14)
WORDS = sorted({word for item in SCHEME.fields for name in (item.label, *item.variants) for word in words.tokens(name)})
CHANGES = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["", "a", "s", "ee"])), max_size=2)


@st.composite
def slips(draw: st.DrawFn) -> str:
    """A word of a label, with some letters changed, cut out or added."""
    letters = list(draw(st.sampled_from(WORDS)))
    for place, letter in draw(CHANGES):
        letters[place % len(letters)] = letter
    return "".join(letters)


@given(slips())
def test_the_stems_of_a_word_are_all_that_it_begins_with(word: str):
    def begins(stem: str) -> bool:
        if word.startswith(stem) and (len(stem) > 4 or len(word) <= len(stem) + 1):
            return True
        likely = len(stem) >= 5 and abs(len(word) - len(stem)) <= 4
        return likely and fuzz.ratio(word[: len(stem) + 1], stem) >= 83

    stems = {stem for item in SCHEME.fields for group in item.keywords for stem in group}
    assert vocabulary(SCHEME).stems_of(word) == {stem for stem in stems if begins(stem)}


@given(STATED.map("".join))
def test_no_label_is_stated_without_the_words_that_are_looked_for(text: str):
    assert prose._IS.search(text) or not prose._own_label(SCHEME).search(text)


@given(ITEMS.map("".join))
def test_no_list_has_three_items_without_the_mark_that_is_looked_for(text: str):
    marks = [(found["mark"] or found["inner"]).casefold() for found in region._ENUMERATOR.finditer(text)]
    assert region._THIRD.search(text) or not {"c", "3"} & set(marks[2:])


@pytest.mark.parametrize("question", evidence.questions(SCHEME), ids=lambda question: question.key)
def test_what_speaks_for_a_question_is_what_each_of_its_patterns_finds(question: evidence.Question):
    for text in SENTENCES:
        cues = (evidence._cue(text, question.prose, 1.0), evidence._cue(text, question.cues, 0.8))
        hints = sum(1 for hint in question.hints if hint.search(text))
        assert evidence.evidence(text, question, {}) == max(cues) + 0.3 * min(2, hints)
