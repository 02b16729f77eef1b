"""One-line values and answers are stored as the sender gave them: no more of the mail, and no less."""

import pytest

from inbox_worker.core.reading import Intent
from tests.core.sample_reading import FORM, ON_RECORD, REQUEST, THREAD, VALUES, reading, values


def later(said: str, below: str = "") -> dict[str, str]:
    return values(reading(f"Hi,\n\n{said}\n\nThanks\nJo\n{below}", ON_RECORD, **THREAD))


@pytest.mark.parametrize(
    "said",
    [
        "I would like to withdraw nothing, just to say that I also sign.",
        "Please remove nothing from my form, I only want to mention my diploma.",
        "I am cancelling nothing, only telling you that I have moved.",
    ],
)
def test_who_takes_nothing_back_withdraws_nothing(said: str):
    assert reading(f"{said}\n\nJo\n", ON_RECORD, **THREAD).intent is not Intent.WITHDRAWAL


def test_who_withdraws_and_adds_nothing_withdraws():
    found = reading("I would like to withdraw my application. Nothing to do with you.\n\nJo\n", ON_RECORD, **THREAD)
    assert found.intent is Intent.WITHDRAWAL


@pytest.mark.parametrize(
    ("said", "department"),
    [
        ("My department was Estates, but it is now Hospitality.", "Hospitality"),
        ("My department was Law School but now it's Student Services.", "Student Services"),
        ("I put Estates as my department but it's called Grounds and Estates.", "Grounds and Estates"),
        ("I have been in Catering rather than Estates since June.", "Catering"),
        ("I've been with Finance, not Payroll, all along.", "Finance"),
    ],
)
def test_where_somebody_works_now_counts_and_not_where_they_did(said: str, department: str):
    assert later(said) == {"department": department}


@pytest.mark.parametrize(
    "said",
    [
        "I have been in Catering rather than Estates before.",
        "My department was Estates when I began, but that is past.",
    ],
)
def test_where_somebody_was_is_no_value(said: str):
    assert later(said) == {}


@pytest.mark.parametrize(
    ("typed", "department"),
    [
        ("Kent Law School. Sorry that I missed it!", "Kent Law School"),
        ("Kent Law School. Thanks for your patience.", "Kent Law School"),
        ("It's Kent Law School", "Kent Law School"),
        ("I'm Kent Law School", "Kent Law School"),
        ("Kent Law School. Canterbury", "Kent Law School. Canterbury"),
        (
            "We are the Legal Advice and Mooting team, up in the old tower on Park Wood",
            "We are the Legal Advice and Mooting team, up in the old tower on Park Wood",
        ),
    ],
)
def test_a_line_of_a_form_is_stored_without_what_is_said_to_the_team(typed: str, department: str):
    found = reading(FORM.replace("Department/School: Kent Law School", f"Department/School: {typed}"))
    assert values(found) == VALUES | {"department": department}


@pytest.mark.parametrize(
    "last",
    [
        "Stress is everywhere, and I should like to repay the people who helped me.",
        "Too many take it home with them, and I want to help colleagues who suffer in silence.",
    ],
)
def test_a_last_answer_below_a_gap_may_sound_like_one_to_another_question(last: str):
    assert values(reading(FORM.replace("\nPeople matter.", f"\n\n{last}"))) == VALUES | {"importance": last}


def test_what_an_answer_tells_is_no_job():
    said = "My answer on support should read: I am a trained nurse and would only need a buddy."
    assert later(said, REQUEST) == {"support_needed": "I am a trained nurse and would only need a buddy."}


def test_where_somebody_is_on_a_day_is_not_where_they_work():
    assert later("I'm a Clerk and I am in the Library on Tuesdays if you want to talk.", REQUEST) == {
        "job_title": "Clerk"
    }


@pytest.mark.parametrize(
    "said",
    [
        "My e-mail should be answered within a day or two.",
        "I think my email should read like everybody else's.",
        "My email is read on weekdays only.",
    ],
)
def test_what_is_said_of_an_address_is_no_address(said: str):
    assert values(reading(f"{FORM}\n{said}\n\nJo\n")) == VALUES
    assert "email" not in later(said)


def test_an_address_that_is_told_is_stored():
    assert later("My email is wrong, it should be Jo.Bell2@kent.ac.uk.")["email"].lower() == "jo.bell2@kent.ac.uk"


def test_a_column_that_names_whose_it_is_beside_its_value_is_no_second_applicant():
    rows = (
        "Name | Jo Bell | Line manager: Ann Cole\nJob title | Senior Clerk | Registrar\n"
        "Department/School | Kent Law School | Kent Law School\nEmail | jo.bell@kent.ac.uk | a.cole@kent.ac.uk\n\n"
    )
    below = FORM[FORM.index("- Why are") :]
    assert values(reading(rows + below)) == VALUES


def test_words_that_put_the_last_answers_off_are_none():
    blank = FORM[: FORM.index("- What support")] + "Support:\nWhy it matters:\n\n"
    assert "importance" not in values(
        reading(f"{blank}I must dash to my shift, the others follow. Thank you and bye\n")
    )


@pytest.mark.parametrize(
    "asked",
    [
        "Could you add to my skills that I hold a counselling certificate?",
        "Can you please put under skills that I hold a counselling certificate?",
    ],
)
def test_a_request_to_add_something_gives_it(asked: str):
    assert later(asked) == {"skills_experience": "I hold a counselling certificate."}


@pytest.mark.parametrize(
    "asked",
    [
        "Could you say what others put under skills?",
        "Can you tell me whether I may add to my skills later?",
        "Could you add that to my skills?",
        "Would you mention that you have had my form?",
    ],
)
def test_a_question_gives_nothing(asked: str):
    assert later(asked) == {}


def test_an_initial_does_not_end_a_name():
    assert later("My name should be Joanna F. Bell please.") == {"name": "Joanna F. Bell"}


def test_a_number_of_places_is_no_place():
    told = "I work for two departments as an Administrator and would like to be a mental health ally.\n\nJo Bell\n"
    assert "department" not in values(reading(told))
