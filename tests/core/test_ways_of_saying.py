"""Kinds of mail that say what many say in ways of their own."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import FORM, ON_RECORD, THREAD, VALUES, reading, values


@pytest.mark.parametrize(
    "said",
    [
        "Not sure at this stage - probably a regular catch-up with the other allies",
        "No idea yet; somebody to debrief with would help",
    ],
)
def test_who_begins_by_putting_off_and_then_answers_has_answered(said: str):
    assert values(reading(FORM.replace(VALUES["support_needed"], said)))["support_needed"] == said


@pytest.mark.parametrize(
    "said", ["Not sure yet - I'll ask my manager", "Can't say yet; need to see the training first"]
)
def test_who_puts_off_and_says_why_has_not_answered(said: str):
    assert "support_needed" not in values(reading(FORM.replace(VALUES["support_needed"], said)))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Hi, my job title should now say Deputy Registrar. Sorry!", {"job_title": "Deputy Registrar"}),
        (
            "Department ought really to read School of Anthropology and Conservation.",
            {"department": "School of Anthropology and Conservation"},
        ),
    ],
)
def test_what_a_value_should_now_be_is_its_new_value(said: str, found: dict[str, str]):
    assert values(reading(f"{said}\n\nJo\n", ON_RECORD, **THREAD)) == found


@pytest.mark.parametrize(
    "body",
    [
        "Passing this on in case anybody on the services side would like to volunteer. Forms go to EDI, not to me.",
        "The page is below. If someone in the faculty would like to be an ally, please write to them.",
        "See below, should any of you be interested in becoming an ally. Everyone here would be great at it.",
    ],
)
def test_who_passes_the_call_on_to_colleagues_neither_applies_nor_applies_for_them(body: str):
    found = reading(f"Dear all,\n\n{body}\n\nJo\n")
    assert (found.decision.outcome, found.intent) == (Outcome.SKIP, Intent.UNRELATED)


def test_who_asks_whether_anyone_may_apply_wants_to_themselves():
    body = "I wondered if anyone in a part-time post may apply? If so I would like to become a mental health ally."
    assert reading(f"{body}\n\nJo\n").intent is Intent.APPLICATION


def test_a_wish_goes_on_from_its_own_subject_whoever_stands_between():
    body = "I'm a good listener to anyone who needs it and would love to be a mental health ally."
    assert reading(f"{body}\n\nJo\n").intent is Intent.APPLICATION


def test_who_sits_on_a_body_may_ask_about_the_role_and_who_writes_its_report_has_other_business():
    asks = "This is no application. I should like to read about the role first; if there's a leaflet, please send it."
    own = reading(f"I sit on the Athena Swan panel and sing in the choir.\n\n{asks}\n\nJo\n")
    assert own.reply is ReplyKind.ROLE_DESCRIPTION
    report = reading(f"We are writing the Athena Swan submission.\n\n{asks}\n\nJo\n")
    assert report.reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "blank",
    [
        "Your place is about to lapse. Fill in to keep it:\n\nName:\nJob title:\nDepartment:\nWindows login:\n\n"
        "Keep my place\n\nIT Service Desk",
        "To keep your place please verify your account.\n\nName:\nJob title:\nDepartment:\nPassword:\n\n"
        "Continue\n\nHuman Resources",
    ],
)
def test_a_blank_form_is_not_filled_in_by_the_button_and_the_office_below_it(blank: str):
    found = reading(f"Dear ally,\n\n{blank}\n", Subject="Mental Health Ally registration")
    assert (found.intent, found.reply) == (Intent.UNRELATED, ReplyKind.NONE)
