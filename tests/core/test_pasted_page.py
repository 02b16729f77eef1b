# ruff: noqa: E501 - mails are typed as their senders would
"""The page pasted with the form: what it says is no request of the sender's, and no part of an answer."""

import pytest

from inbox_worker.core.reading import Intent, ReplyKind
from tests.core.sample_reading import FORM, MAILBOX, VALUES, reading, values

NOTICE = f"Please email {MAILBOX} with the following information, or request a copy of the role description and details of the training:"


@pytest.mark.parametrize(
    "head",
    [
        "How do I become a Mental Health Ally?",
        "Become a Mental Health Ally\n\nHow can people join?",
        "What is a Mental Health Ally?\n\nAn ally is a colleague who listens and knows where help is.\n\nWhat training is there?\n\nThe training takes a day, and the role description says more.\n\nHow do I apply?",
        "Mental Health Allies\n\nWho can be an ally? All members of staff.\n\nFor more information on the role see the role description.",
    ],
)
@pytest.mark.parametrize(
    "before", ["", "Hi both,\n\nI have copied your page and typed below it.\n\n", "Here is mine.\n\n"]
)
def test_what_the_page_asks_above_a_form_is_not_asked_by_its_sender(before: str, head: str):
    found = reading(f"{before}{head}\n\n{NOTICE}\n\n{FORM}\nJo\n")
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT)
    assert values(found) == VALUES


@pytest.mark.parametrize(
    "body",
    [
        f"Could you also send me the role description, please?\n\nHow do I become a Mental Health Ally?\n\n{NOTICE}\n\n{FORM}",
        f"I'd like the details of the training as well.\n\n{NOTICE}\n\n{FORM}",
        f"How do I become a Mental Health Ally?\n\n{NOTICE}\n\n{FORM}\nPlease send me the role description too.\n",
        f"{FORM}\nHow long is the training? Could I have the details of it?\n",
    ],
)
def test_what_the_sender_asks_beside_the_page_is_a_request(body: str):
    assert reading(f"{body}\n\nJo\n").intent is Intent.APPLICATION_AND_REQUEST


@pytest.mark.parametrize(
    "body",
    [
        "How do I become a mental health ally? Your page says to write with the following information, and then it stops.",
        "What does a mental health ally do?\n\nI found the page, but it says little.",
    ],
)
def test_the_same_questions_without_a_form_are_requests(body: str):
    assert reading(f"{body}\n\nJo\n", Subject="A question").intent is Intent.ROLE_DESCRIPTION_REQUEST


@pytest.mark.parametrize(
    "foot",
    [
        "The closing date is Friday 10 April.",
        "Closing date: 10 April 2026",
        "The deadline for applications is Monday.",
        "For further information on the training contact the team.",
    ],
)
def test_the_foot_of_the_page_is_no_part_of_the_last_answer(foot: str):
    found = reading(f"{NOTICE}\n\n{FORM}\n{foot}\n")
    assert (found.intent, values(found)) == (Intent.APPLICATION, VALUES)


def test_an_answer_may_speak_of_deadlines():
    answer = "We all run late.\n\nThe deadline is what everybody fears and nobody speaks about, so people hide until it is over."
    found = reading(FORM.replace("People matter.", answer))
    assert values(found)["importance"] == answer.replace("\n\n", " ")
