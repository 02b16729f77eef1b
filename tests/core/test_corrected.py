"""One-line values that a later mail puts right in passing."""

import pytest

from tests.core.sample_reading import FORM, ON_RECORD, THREAD, reading, values


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


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I wrote Clerk as my job title but I'm actually Senior Clerk.", {"job_title": "Senior Clerk"}),
        ("You have Payroll as my department but it is Procurement.", {"department": "Procurement"}),
        ("I'm in the Library, as it happens, not Security.", {"department": "Library"}),
        ("My job title is still Clerk but I am acting as Team Leader.", {"job_title": "Clerk"}),
        (
            "I've left Payroll and joined Hospitality Operations as a Supervisor.",
            {"department": "Hospitality Operations", "job_title": "Supervisor"},
        ),
        (
            "I left the job title empty as we are being regraded. Please put Finance Officer.",
            {"job_title": "Finance Officer"},
        ),
    ],
)
def test_what_was_put_gives_way_to_what_is(said: str, found: dict[str, str]):
    assert given(said) == found


@pytest.mark.parametrize(
    "said",
    [
        "I have joined the choir as a Tenor.",
        "My colleague left Payroll and joined Procurement as a Clerk.",
        "Please put Finance Officers on the list of those invited.",
        "I put my coat on the hook but it is the Library's.",
    ],
)
def test_joining_something_else_or_putting_somebody_down_gives_no_value(said: str):
    assert given(said) == {}


@pytest.mark.parametrize(
    ("below", "found"),
    [
        ("PS My job title above is wrong, it should read Head Clerk.", ("Head Clerk", "Kent Law School")),
        (
            "Sorry, a correction: my department should be Kent Business School.",
            ("Senior Clerk", "Kent Business School"),
        ),
        ("PS My job title should not matter.", ("Senior Clerk", "Kent Law School")),
        ("My manager's department is wrong on your page.", ("Senior Clerk", "Kent Law School")),
    ],
)
def test_a_form_is_put_right_by_what_stands_below_it(below: str, found: tuple[str, str]):
    given = values(reading(f"{FORM}\nJo\n\n{below}\n"))
    assert (given["job_title"], given["department"]) == found
    assert given["importance"] == "People matter."


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Where I wrote Estates please read Grounds Services.", {"department": "Grounds Services"}),
        ("Where my form says Porter, it should say Head Porter from May.", {"job_title": "Head Porter"}),
        ("One correction: for Law School read School of Philosophy.", {"department": "School of Philosophy"}),
        ('Where it still says "Payroll" put "Finance Office" instead.', {"department": "Finance Office"}),
    ],
)
def test_what_is_to_be_read_for_another_value_of_its_sort_is_the_value(said: str, found: dict[str, str]):
    assert given(said) == found


@pytest.mark.parametrize(
    "said",
    [
        "Where it said Monday please put: Law School open day.",
        "Where the poster says Estates please read it to the others in the Porter.",
        "For Law School staff please write a page on the allies.",
        "Where it says School of Law on your page, a full stop is missing.",
    ],
)
def test_what_is_to_be_read_for_something_else_is_no_value(said: str):
    assert given(said).keys().isdisjoint({"department", "job_title"})
