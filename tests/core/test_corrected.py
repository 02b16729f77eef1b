"""One-line values that a later mail puts right in passing."""

import pytest

from tests.core.sample_reading import ON_RECORD, THREAD, reading, values


def given(said: str) -> dict[str, str]:
    return values(reading(f"Hi,\n\n{said}\n\nThanks\nJo\n", ON_RECORD, **THREAD))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I work in Catering Services, not Estates.", {"department": "Catering Services"}),
        ("Please list me under Finance instead of Payroll from May.", {"department": "Finance"}),
        ("I'll be a Senior Porter rather than a Porter from 1 June.", {"job_title": "Senior Porter"}),
        ("I am no longer Research Assistant but Research Fellow.", {"job_title": "Research Fellow"}),
        ("In August I am moving to the School of History.", {"department": "School of History"}),
        ("I have recently been promoted to Catering Manager.", {"job_title": "Catering Manager"}),
        ("I should have given Student Services as my department.", {"department": "Student Services"}),
        ("I missed out my job title - it's Grounds Supervisor.", {"job_title": "Grounds Supervisor"}),
        ("I have forgotten my department, which is Hospitality.", {"department": "Hospitality"}),
        ("My department is out of date: I'm now in Information Services.", {"department": "Information Services"}),
        ("My name was misspelt, it's Joanna Bell.", {"name": "Joanna Bell"}),
        ("Department: I'm with the Registry.", {"department": "Registry"}),
        ("Job title: I am a Security Officer", {"job_title": "Security Officer"}),
    ],
)
def test_what_stands_in_anothers_place_or_was_left_out_is_the_value(said: str, found: dict[str, str]):
    assert given(said) == found


@pytest.mark.parametrize(
    "said",
    [
        "Is it a problem that I work in Catering Services and not in Estates?",
        "I'll be in the Registry rather than Student Services this afternoon.",
        "I am working with Finance and not Payroll on the budget.",
        "I would prefer Monday rather than Friday.",
        "My manager is moving to Human Resources.",
        "I am moving to Whitstable.",
        "I left my department mug behind, it's from the Registry.",
        "My neighbour's job title changed, it's Head Porter now.",
        "There is a mistake in my department, it is full of them.",
        "I forgot my coat, it's in the Registry.",
    ],
)
def test_where_somebody_is_for_a_day_and_what_is_anothers_change_nothing(said: str):
    assert given(said) == {}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My department is not Payroll, it's Procurement.", {"department": "Procurement"}),
        ("My job title isn't Clerk, it is Senior Clerk.", {"job_title": "Senior Clerk"}),
        ("My old department was Sports and my new one is Catering Services.", {"department": "Catering Services"}),
        ("Could you put me under Finance rather than Payroll?", {"department": "Finance"}),
        ("I have moved from Payroll to Student Services, can you alter that?", {"department": "Student Services"}),
        ("As of May we come under Student Experience.", {"department": "Student Experience"}),
    ],
)
def test_a_new_value_counts_beside_an_old_one_and_in_a_request(said: str, found: dict[str, str]):
    assert given(said) == found


@pytest.mark.parametrize(
    "said",
    [
        "If I was in Catering Services rather than Payroll, I would see more people.",
        "I wish I was in the Library rather than Security.",
        "I might be moving to Student Services if the plans go through.",
        "My neighbour says I am in Finance rather than Payroll.",
        "I was in Finance and not Payroll when we met.",
        "I've been Deputy Porter and not Porter until May.",
        "Please don't enter Payroll as my department.",
        "I never gave Payroll as my department!",
        "My job title is wrong, it's no longer Clerk.",
        "I forgot my department, it's not Payroll.",
        "Last year I moved to Faversham.",
        "We moved to Ashford, which is lovely.",
        "Why did you enter Payroll as my department?",
    ],
)
def test_what_was_or_might_be_and_what_is_refused_give_no_value(said: str):
    assert given(said) == {}
