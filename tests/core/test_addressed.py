# ruff: noqa: E501 - mails are typed as their senders would
"""Mail among colleagues, with the mailbox in copy or of the team that runs the scheme: never answered by a machine."""

import pytest

from inbox_worker.core.reading import Intent, ReplyKind
from tests.core.sample_reading import MAILBOX, reading

COLLEAGUE = {"To": "Sunil Batra <s.batra@kent.ac.uk>", "Cc": f"Equality and Diversity <{MAILBOX}>"}
ASKS = "Please could you send me the role description of the mental health allies?\n\nJo\n"
OF_THE_TEAM = [
    "Hi both,\n\nI've been through the new ally applications and all but one are complete. Could one of you send me the role description?",
    "Morning team, I'm covering the ally inbox while Prue is away. Could you send me the mental health ally role description?",
    "Nine applications have come in since the bulletin. Would you mind sending me the mental health ally role description again?",
    "Before Thursday's steering group could you let me have the mental health ally role description with your changes?",
    "Could you send me your latest draft of the mental health ally role description so I can add to it?",
    "We have had six people, and it is only Tuesday. Please send me the role description we send out to mental health allies.",
]


@pytest.mark.parametrize("body", OF_THE_TEAM)
def test_the_team_that_runs_the_scheme_asks_one_another_and_not_us(body: str):
    assert (reading(body).intent, reading(body).reply) == (Intent.UNRELATED, ReplyKind.NONE)


APPLICANTS_TO_BE = [
    "I look after the School inbox, so write to me there.",
    "I work in admissions, where I check all the applications.",
    "Two of my colleagues applied last year and love it.",
    "I have my first draft ready and would like to read it before I send that.",
    "I need it to finish my draft of the form.",
    "I heard about it at the staff working group.",
    "I saw the mental health ally report on the intranet.",
    "When does the supervision take place?",
    "Do allies need a new badge?",
    "As a mental health ally I've heard you get training, is that right?",
    "Before our next project board I have to tell my manager about it.",
]


@pytest.mark.parametrize("says", APPLICANTS_TO_BE)
def test_who_has_applications_inboxes_drafts_and_committees_of_their_own_is_answered(says: str):
    asks = "Could you send me the mental health ally role description?"
    assert reading(f"{asks} {says}\n\nJo\n").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize("greeting", ["Hi Sunil,", "Sunil", "Good morning Mr Batra,"])
def test_what_a_colleague_is_asked_for_by_name_with_a_copy_to_us_is_not_asked_of_us(greeting: str):
    assert reading(f"{greeting}\n\n{ASKS}", **COLLEAGUE).reply is ReplyKind.NONE


def test_who_greets_a_person_of_the_team_at_the_mailbox_is_answered():
    assert reading(f"Hi Sunil,\n\n{ASKS}").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    "headers",
    [
        {"To": f"Sunil Batra <s.batra@kent.ac.uk>, {MAILBOX}"},
        {"To": "Ally list <all-allies@kent.ac.uk>", "Cc": MAILBOX},
    ],
)
def test_a_copy_alone_does_not_silence_a_request(headers: dict[str, str]):
    assert reading(f"Dear all,\n\n{ASKS}", **headers).reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize("office", ["Mental Health Allies", "Equality and Diversity", "EDI", "University of Kent"])
def test_who_greets_an_office_whose_address_nobody_configured_asks_us(office: str):
    headers = {"To": f"{office} <other-box@kent.ac.uk>", "Cc": MAILBOX}
    assert reading(f"Dear {office},\n\n{ASKS}", **headers).reply is ReplyKind.ROLE_DESCRIPTION


def test_who_applies_with_a_copy_to_us_has_applied_and_asked_the_other_for_the_rest():
    found = reading(f"Dear Sunil,\n\nI would like to become a mental health ally. {ASKS}", **COLLEAGUE)
    assert (found.intent, found.attach_role_description) == (Intent.APPLICATION, False)
