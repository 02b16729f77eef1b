# ruff: noqa: E501 - mails are typed as their senders would
"""Both documents of the scheme asked for in its page's words, without its name, and details given beside that."""

from dataclasses import replace

import pytest

from inbox_worker.core.reading import Intent, ReplyKind
from tests.core.sample_mail import mail
from tests.core.sample_reading import FORM, MAILBOX, of_bytes, reading, sample_rules

DETAILS = "Name: Jo Bell\nJob title: Senior Clerk\nDepartment/School: Kent Law School\nEmail: jo.bell@kent.ac.uk\n"
BOTH = "Please could I have a copy of the role description and details of the training?"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Request", f"Dear team,\n\n{BOTH}\n\nJo Bell\n"),
        ("Role description and training details", "Could you send me these, please?\n\nJo Bell\n"),
        ("From your page", f"{DETAILS}\nI am not applying yet. I would like the role description and the details of the training first.\n\nJo\n"),
        ("Documents", "I should be grateful for the details of the training, along with the role description, that your page offers.\n\nJo\n"),
    ],
)  # fmt: skip
def test_who_asks_for_both_documents_by_name_gets_them(subject: str, body: str):
    assert reading(body, Subject=subject).reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Request", "Please could I have a copy of the role description?\n\nJo Bell\n"),
        ("Vacancy 2231", "Could you send me the job description and person specification, please?\n\nJo Bell\n"),
        ("Role profile", "Please may I have the role profile and the person specification?\n\nJo Bell\n"),
        ("Mentoring", f"{BOTH[:-1]} for the mentors?\n\nJo Bell\n"),
        ("The library", f"{BOTH} I saw the post of library assistant on your page.\n\nJo Bell\n"),
        ("Re: Residence wardens", f"{BOTH}\n\nJo\n\n> We are looking for residence wardens. Write to us.\n"),
    ],
)
def test_documents_that_anybody_may_have_are_not_ours(subject: str, body: str):
    assert reading(body, Subject=subject).reply is ReplyKind.NONE


def test_where_two_schemes_may_send_the_same_documents_their_names_are_not_enough():
    rules = sample_rules()
    twin = replace(rules.schemes[0], key="twin", mentions=("garden helper",), role_words=("helper",), topic_words=())
    content = mail(f"{BOTH}\n\nJo Bell\n", To=MAILBOX, Subject="Request")
    assert of_bytes(content, rules_=replace(rules, schemes=(*rules.schemes, twin))).reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        f"Please send the role description and details of the training for mental health allies to:\n\n{DETAILS}",
        f"{DETAILS}\nCould I have the mental health ally role description, please?\n",
    ],
)
def test_details_beside_a_request_for_the_documents_say_where_to_send_them(body: str):
    assert reading(body).intent is Intent.ROLE_DESCRIPTION_REQUEST


@pytest.mark.parametrize(
    ("body", "intent"),
    [
        (f"I'd like to join.\n\n{DETAILS}\nCould I have the role description, please?\n", Intent.APPLICATION_AND_REQUEST),
        (f"{FORM}\nCould I have the role description, please?\n", Intent.APPLICATION_AND_REQUEST),
        (f"{DETAILS}\nPlease also send the role description, the rest will follow.\n", Intent.APPLICATION_AND_REQUEST),
        (f"{DETAILS}\nThis is for the mental health allies.\n", Intent.APPLICATION),
    ],
)  # fmt: skip
def test_details_beside_a_wish_or_an_answer_apply(body: str, intent: Intent):
    assert reading(body).intent is intent


@pytest.mark.parametrize("wrap", ["{0}", "Hello,\n\n{0} I have filled in nothing yet."])
def test_a_request_in_a_question_is_no_question_of_the_form(wrap: str):
    asks = "May I have a copy of the role description and details of the\ntraining please, as offered below?"
    found = reading(f"{wrap.format(asks)}\n\nJo\n", Subject="Re: Mental Health Ally")
    assert found.intent is Intent.ROLE_DESCRIPTION_REQUEST
