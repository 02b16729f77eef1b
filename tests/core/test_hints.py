"""What a form says itself is no answer: hints in brackets, labels and questions of other forms."""

import pytest

from inbox_worker.core.reading import Intent, ReplyKind
from tests.core.sample_reading import FORM, VALUES, reading, values

WHY = "- Why are you interested in becoming a mental health ally?"
SUPPORT = "- What support do you think you will need as a mental health ally?"


@pytest.mark.parametrize("hint", ["(max 150 words)", "(a line or two will do)", "[optional]", "(e.g. time, a mentor)"])
@pytest.mark.parametrize("question", [WHY, SUPPORT])
def test_a_hint_beside_a_question_is_no_part_of_the_answer_below(question: str, hint: str):
    assert values(reading(FORM.replace(question, f"{question} {hint}"))) == VALUES


@pytest.mark.parametrize("hint", ["(no more than 80 words)", "[for example: time, a mentor]", "(optional)"])
def test_a_hint_below_a_question_is_no_part_of_the_answer(hint: str):
    assert values(reading(FORM.replace(SUPPORT, f"{SUPPORT}\n{hint}"))) == VALUES


@pytest.mark.parametrize("answer", ["(my own manager, really)", "(A buddy would be good)", "(to my surprise)"])
def test_an_answer_that_somebody_brackets_stays(answer: str):
    found = values(reading(FORM.replace("A buddy.", f"{answer}\nAnd time.")))
    assert found["support_needed"] == f"{answer} And time."


def test_an_answer_in_brackets_beside_its_question_stays_where_the_form_is_filled_in():
    found = values(reading(FORM.replace(f"{SUPPORT}\nA buddy.", f"{SUPPORT} (a buddy)")))
    assert found["support_needed"] == "(a buddy)"


@pytest.mark.parametrize(
    "form",
    [
        "Name of society:\nContact person:\nEmail:\nWhy would you like a table?\n"
        "What support will you need there? (chairs, power)\n",
        "Name of network:\nNumber of volunteers:\nWhy is it important? (50 words)\nWhat support does it get? (time)\n",
        "Full name:\nRole:\nTeam:\nE-mail:\nWhat skills will you speak about? (two lines)\nSupport (screen, sound):",
    ],
)
def test_a_blank_form_of_others_that_has_hints_is_no_application(form: str):
    body = (
        f"Dear team,\n\nWould some of the mental health allies come to our fair? Please return this:\n\n{form}\nTobi\n"
    )
    found = reading(body, Subject="Fair")
    assert (found.intent, found.reply) == (Intent.UNRELATED, ReplyKind.NONE)
