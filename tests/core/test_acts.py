"""The learned model: what a sentence does."""

import math

import pytest

from inbox_worker.core import acts
from inbox_worker.core.learned import Model, from_file, packed, to_file
from tests.core.sample_reading import sample_rules

RULES = sample_rules()
MODEL, SCHEME = RULES.lexicon.acts, RULES.schemes[0]


def test_the_shares_of_all_labels_are_one():
    assert sum(acts.of("Count me in as an ally.", MODEL, SCHEME).values()) == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["", "???", "\u4f60\u597d", "x" * 100_000])
def test_any_text_is_read(text: str):
    assert all(0.0 <= share <= 1.0 for share in acts.of(text, MODEL, SCHEME).values())


def test_a_file_holds_the_whole_model():
    model = packed("two", ["yes", "no"], [0.5, -0.25], {"count": [512, 300, -299], "me": [101, -32768, 32767]})
    again = from_file(to_file(model))
    assert again == model
    assert (again.labels, again.bias) == (("yes", "no"), (0.5, -0.25))
    assert {name: again.row(name) for name in again.places} == {"count": (512, 300, -299), "me": (101, -32768, 32767)}


def test_an_empty_model_knows_nothing():
    assert not acts.does("Count me in.", "join", Model())


def test_a_schemes_own_words_are_marks_to_the_model():
    assert acts.features(acts.normal("I want to be a Mental Health Ally", SCHEME)) == acts.features(
        "i want to be a xrole"
    )


def test_addresses_and_numbers_are_no_features():
    assert "jo" not in acts.features(acts.normal("write to jo.bell@kent.ac.uk by 12", SCHEME))


@pytest.mark.parametrize("label", sorted({*acts.LEAST, *acts.LEAST_UNNAMED}))
def test_every_limit_is_of_a_label_that_the_model_has(label: str):
    assert label in MODEL.labels


@pytest.mark.parametrize(
    "text", ["Count me in.", "I can't go on, and nobody would notice.", "Is the room free on Tuesday?"]
)
def test_rows_added_as_whole_numbers_give_the_sums_of_plain_arithmetic(text: str):
    known = [name for name in acts.features(acts.normal(text, None)) if name in MODEL.places]
    rows = [[number / 100 for number in MODEL.row(name)] for name in known]
    length = math.fsum(row[0] ** 2 for row in rows) ** 0.5
    scores = [
        bias + math.fsum(row[0] * row[place] for row in rows) / length for place, bias in enumerate(MODEL.bias, start=1)
    ]
    whole = math.fsum(map(math.exp, scores))
    wanted = {label: math.exp(score) / whole for label, score in zip(MODEL.labels, scores, strict=True)}
    assert acts.of(text, MODEL) == pytest.approx(wanted)


def test_every_limit_is_half_or_more_so_that_only_the_likeliest_label_reaches_it():
    assert min(*acts.LEAST.values(), *acts.LEAST_UNNAMED.values()) >= 0.5


@pytest.mark.parametrize(
    "text", ["Please count me in as well.", "Please take my name off the list.", "I can't go on.", "Noted."]
)
def test_a_sentence_does_what_its_shares_say(text: str):
    shares = acts.of(text, MODEL, SCHEME)
    assert {label for label in acts.LEAST if acts.does(text, label, MODEL, SCHEME)} == {
        label for label, least in acts.LEAST.items() if shares[label] >= least
    }


def test_a_word_or_two_do_little():
    assert acts.of("And now my form:", MODEL, SCHEME)["withdraw"] >= acts.LEAST["withdraw"]
    assert not acts.does("And now my form:", "withdraw", MODEL, SCHEME)


def test_what_likeness_plainly_denies_could_not_be_so():
    assert not acts.could("Would you like to join us for lunch on Tuesday?", ("withdraw",), MODEL, SCHEME)
    assert acts.could("Please take my name off the list.", ("withdraw",), MODEL, SCHEME)


def test_an_empty_model_denies_nothing():
    assert acts.could("Would you like to join us?", ("withdraw",), Model())


def test_a_sentence_that_names_nothing_must_be_plainer():
    text = "I think I could do this well and I am free."
    assert acts.LEAST["join"] <= acts.of(text, MODEL, SCHEME)["join"] < acts.LEAST_UNNAMED["join"]
    assert acts.does(text, "join", MODEL, SCHEME)
    assert not acts.does(text, "join", MODEL, SCHEME, named=False)
