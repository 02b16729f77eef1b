"""Cheap looks before dear patterns change nothing: each gives what the pattern alone gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_worker.core import cleaning, words
from inbox_worker.core.mentions import found_in, phrases
from tests.core.sample_reading import sample_rules

SCHEME = sample_rules().schemes[0]
LISTS = (SCHEME.mentions, SCHEME.role_words, SCHEME.topic_words, SCHEME.others)
MARKS = "aiI'`.,:-_() \t\n\u2019\u00e9\u00df\u00a0\u200b\u0130\u212a"
PARTS = (
    "dont", "id like", "ill send", "im", "u", "e.g.", "Dr.", "Approx.", "mental health ally", "Mental-Health", "allies",
    "ally's", "lgbtq+ ally", "mental", "health", "network",
)  # fmt: skip
PIECES = st.sampled_from([*MARKS, *PARTS])
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=8).map(" ".join)


@given(TEXTS)
def test_words_are_those_of_the_pattern(text: str):
    assert words.tokens(text) == words._WORD.findall(words.fold(text))


@given(TEXTS)
def test_hasty_typing_is_completed_wherever_the_patterns_find_it(text: str):
    completed = words._TYPED_WORD.sub(lambda match: words._TYPED[match.group()], words.fold(text))
    assert words.spoken(text) == words._ID_ILL.sub(lambda match: f"i'{match['short']} ", completed)


@given(TEXTS)
def test_headers_are_cleaned_as_the_pattern_does(text: str):
    slow = cleaning._CONTROLS_AND_SPACE.sub(" ", text)
    assert not text.isascii() or cleaning.header_text(text) == slow.strip()


@pytest.mark.parametrize("texts", LISTS)
@given(text=TEXTS)
def test_a_phrase_is_found_where_its_pattern_finds_it(texts: tuple[str, ...], text: str):
    folded = words.fold(text)
    fast, slow = found_in(folded, texts), phrases(texts).search(folded)
    assert (fast and fast.span()) == (slow and slow.span())


@given(TEXTS)
def test_an_abbreviation_ends_no_sentence_however_long_the_text_before_it(text: str):
    long = "word " * 20 + text
    assert bool(words._ABBREVIATION.search(long)) == bool(
        words._ABBREVIATION.search(long, max(0, len(long) - words._LONGEST_ABBREVIATION))
    )


@pytest.mark.parametrize("abbreviation", ["approx.", "dept.", "prof.", "e.g.", "J."])
def test_the_longest_abbreviations_end_no_sentence(abbreviation: str):
    assert len(words.sentences(f"There were at that time {abbreviation} Ten of us.")) == 1
