# ruff: noqa: E501 - mails are typed as their senders would
"""Who is answered: people who ask for themselves speak of other things too, and those at work seem to ask."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import reading


@pytest.mark.parametrize(
    "body",
    [
        "Dozens of our clients at the advice centre come to us upset, and I sit with them. I should love to be a mental health ally.",
        "We're a company of dancers, not office people. I'd like to become a mental health ally.",
        "Someone else can take my seat at the governors' meeting, so I have an afternoon free. Please put me down as a mental health ally.",
        "I edit sound for campus radio. I'd like to be a mental health ally.",
        "I gave the report to the committee last week. Now I'd like to do something myself: please sign me up as a mental health ally.",
        "I work beside the press office and would like to become a mental health ally.",
        "I would gladly circulate the poster among the cleaners. I want to be a mental health ally.",
        "I saw the vacancy notice for the mental health allies by the lifts. Sign me up!",
        "I was a mental health ally at Leeds and should like to become one here.",
        "I'm a mental health ally at heart, and I would like to join for real.",
    ],
)
def test_applicants_who_speak_of_other_things_are_answered(body: str):
    found = reading(body)
    assert found.intent is Intent.APPLICATION
    assert found.reply is ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE
    assert found.decision.outcome is Outcome.REPLY


@pytest.mark.parametrize(
    "body",
    [
        "Any particulars available from you about the mental health allies and their role description would be welcome.",
        "I heard two allies on the radio. Could you send me the role description for the mental health allies?",
        "Could I have the role description for a mental health ally, so that I can print it and read it on the bus?",
        "Is the role description of the mental health allies on the page still valid? If so, please e-mail it to me, the link is dead. I am thinking of applying.",
    ],
)
def test_people_who_ask_for_themselves_are_answered(body: str):
    found = reading(body)
    assert found.reply is ReplyKind.ROLE_DESCRIPTION
    assert found.decision.outcome is Outcome.REPLY


@pytest.mark.parametrize(
    "body",
    [
        "I've arranged a table in the foyer for the mental health allies. Could you bring the role description?",
        "I have booked the hall for the mental health allies on Monday. Please send me the role description for the screens.",
        "Is the role description of the mental health allies on the site still valid? We mean to compare it with our own.",
        "Please look over the attached leaflet for the mental health allies. Is the layout all right?",
        "I'm a mental health ally and I'd like to become a harassment adviser too. Please send me the form.",
        "I'd love to be in contact about your mental health allies: who trains them?",
        "We deliver wellbeing training and would be happy to join a quick call about your mental health allies.",
        "I'd love to be introduced to whoever runs the mental health allies.",
        "Please cascade to all your teams: mental health allies are wanted. Expressions of interest go to the EDI team.",
        "I work with community radio. Could you send me the role description of the mental health allies and tell me of their training?",
        "In 2019 our clients included three universities, and our clients say we are the best. I'd love to be part of the mental health ally scheme.",
    ],
)
def test_people_at_work_and_allies_who_serve_are_not_answered(body: str):
    assert reading(body).reply is ReplyKind.NONE
