"""What a later mail states of one-line values."""

import pytest

from tests.core.sample_reading import ON_RECORD, THREAD, reading, values


def told(said: str) -> dict[str, str]:
    return values(reading(f"Hi,\n\n{said}\n\nThanks\nJo\n", ON_RECORD, **THREAD))


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (
            "I wrote Widening Access as my school, but since March we are called Reach and Progress.",
            "Reach and Progress",
        ),
        ("Our team has been renamed Print and Post Hub from 1 June. Could you alter it?", "Print and Post Hub"),
        ("My department has changed its name to Welfare and Belonging.", "Welfare and Belonging"),
        ('A correction to my department: it has been renamed "Student Futures" as of Monday.', "Student Futures"),
        ("My department was wrong on the form. It is now known as Culture and Place.", "Culture and Place"),
        ("We used to be Student Recruitment, we're now called Admissions and Outreach.", "Admissions and Outreach"),
    ],
)
def test_the_new_name_of_where_somebody_works_is_their_department(said: str, place: str):
    assert told(said) == {"department": place}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My job is now called Digital Content Lead.", {"job_title": "Digital Content Lead"}),
        ("The entry for my job title is wrong, it should be Chief Welder.", {"job_title": "Chief Welder"}),
        ("My job title is out of date. It's Chief Welder now.", {"job_title": "Chief Welder"}),
        ("My department is not Estates but Catering Services.", {"department": "Catering Services"}),
        ("The name of my department is Grounds and Gardens.", {"department": "Grounds and Gardens"}),
        ("Correction: job title is Not-for-profit Adviser.", {"job_title": "Not-for-profit Adviser"}),
    ],
)
def test_what_a_value_should_be_counts_and_not_that_it_was_wrong(said: str, found: dict[str, str]):
    assert told(said) == found


@pytest.mark.parametrize(
    "said",
    [
        "The head of my department is Sam Reed and she has agreed to my application.",
        "Please add to my application that the mood in my team is low.",
        "Sam's job title is Clerk, by the way.",
        "Please note on my application that my son is called Sam.",
        "About my application: the course I took, it is called Safe Talk.",
        "My department is wrong on my application.",
    ],
)
def test_what_is_said_of_something_else_is_no_value(said: str):
    assert told(said).keys().isdisjoint({"name", "job_title", "department"})


@pytest.mark.parametrize("quality", ["important", "vital to all of us", "something that matters"])
def test_the_words_of_a_question_name_no_place_of_work(quality: str):
    said = f"Here is what I left out, why awareness of mental health in the workplace is {quality}:\n\nPeople go quiet."
    assert "department" not in told(said)


@pytest.mark.parametrize(
    "said",
    [
        "My department was Payroll until March.",
        "My previous department was Payroll.",
        "My ex-department is Payroll.",
        "My job title is no longer Clerk.",
        "My department is never Payroll, whatever they say.",
        "My department is being reorganised.",
        "I should say that my team is rather tired at the moment.",
        "You asked about my department. It's chaos here today.",
        "My job title will be Head Porter if they choose me.",
        "I am acting up this month, my job title is unaltered.",
        "We have renamed the Print Room.",
        "My department is in the Cornwallis building.",
        "I wonder whether my department is Payroll.",
        "My job title is " + "a very long story that goes on and on " * 3 + "Clerk.",
    ],
)
def test_what_was_what_is_not_and_what_is_no_name_of_one_is_no_value(said: str):
    assert told(said).keys().isdisjoint({"name", "job_title", "department"})


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("my job title is senior clerk now", {"job_title": "senior clerk"}),
        ("My department was Payroll, sorry, I left that out.", {"department": "Payroll"}),
        ("My job title was missing. It is Head Porter.", {"job_title": "Head Porter"}),
        ("My department is now Not-for-profit Partnerships.", {"department": "Not-for-profit Partnerships"}),
    ],
)
def test_a_value_may_be_written_small_and_behind_words_of_the_past(said: str, found: dict[str, str]):
    assert told(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I gave you my old job title. I've been Head Clerk since May.", {"job_title": "Head Clerk"}),
        ("I've been a Mentor since 2003 and liked it.", {}),
        ("As to my department: we are moving to the Division of Arts next year, but it is still the Law School.", {}),
        ("Department: we are the Digital Skills Hub", {"department": "we are the Digital Skills Hub"}),
    ],
)
def test_what_somebody_has_been_counts_for_a_named_field_and_a_long_sentence_for_none(said: str, found: dict[str, str]):
    assert told(said) == found
