# ruff: noqa: E501 - mails are typed as their senders would
"""Mail that passes the call on to others, with its blank form, and mail above such a form that answers it."""

import pytest

from inbox_worker.core.build_document import build
from inbox_worker.core.document import FormText
from inbox_worker.core.read import read
from inbox_worker.core.reading import Intent, Known, ReplyKind
from tests.core.sample_mail import RECEIVED, mail, parsed
from tests.core.sample_reading import FORM, MAILBOX, reading, sample_rules, values

BLANK = """Name:
Job title:
Department/School:
Email:

- Why are you interested in becoming a mental health ally?
- What skills and experiences can you bring to the role of a mental health ally?
- What support do you think you will need as a mental health ally?
- Why do you think mental health awareness in the workplace is important?
"""
CALL = f"""

From: Equality and Diversity <{MAILBOX}>
Sent: 23 March 2026 09:30
To: All Staff <everyone@kent.ac.uk>
Subject: Mental Health Allies wanted

Dear colleagues,

If you would like to become a Mental Health Ally please send us the following, or request a copy of the role description and details of the training:

{BLANK}
The closing date is Friday 10 April.
"""
COPY = {"To": "Library heads <library-heads@kent.ac.uk>", "Cc": MAILBOX}
FORWARD = {"Subject": "FW: Mental Health Allies wanted"}
ANSWER = {"Subject": "RE: Mental Health Allies wanted"}


@pytest.mark.parametrize(
    "says",
    [
        "Interested staff are to write to them and not to me.",
        "Here's the quick run-up for this term, with the allies' call at the end of it.",
        "As promised, here are the details for becoming a mental health ally.",
        "Here's the form for the mental health allies, as mentioned on Monday.",
        "Please find below an appeal for more mental health allies.",
        "It would be good to see more men put their names down for this.",
        "The role description and details of the training can be had from the EDI office on request.",
        "This looks interesting, and some of you would be good at it.",
        "Or ask them for the role description and details of the training.",
        "Form below for the two who said they'd like to be mental health allies.",
    ],
)
@pytest.mark.parametrize("below", [CALL, f"\n\n{BLANK}"])
@pytest.mark.parametrize("greeting", ["Dear all,", "Morning everyone", "Hello team (EDI copied)"])
def test_what_many_are_told_with_a_copy_to_us_is_no_wish_and_no_request(greeting: str, says: str, below: str):
    found = reading(f"{greeting}\n\n{says}\n\nKind regards\nJo\n\nJo Bell\nHead of Lending{below}", **COPY, **FORWARD)
    assert (found.intent, found.reply) == (Intent.UNRELATED, ReplyKind.NONE)


@pytest.mark.parametrize(
    "says",
    [
        "Here's the form for becoming a mental health ally.",
        "As promised, here is the information on becoming a mental health ally.",
        "Please find below a notice about the mental health allies.",
        "Please find below the application form for the mental health allies, and pass it on in your teams.",
        "The role description and details of the training are available from their office on request.",
        "Interested colleagues may write to the address below.",
        "Interested? They would like to hear from you.",
    ],
)
def test_a_blank_form_that_is_handed_out_answers_nothing_whoever_it_is_sent_to(says: str):
    assert reading(f"Dear all,\n\n{says}\n\nJo{CALL}", **FORWARD).reply is ReplyKind.NONE


@pytest.mark.parametrize(
    ("body", "intent"),
    [
        (f"Dear all,\n\nHere's the form.\n\n{FORM}", Intent.APPLICATION),
        ("Dear all,\n\nI would love to be a mental health ally.\n\nJo Bell", Intent.APPLICATION),
        ("Hi all,\n\nCould you send me the mental health ally role description?\n\nJo", Intent.ROLE_DESCRIPTION_REQUEST),
    ],
)  # fmt: skip
def test_who_greets_many_and_speaks_of_themselves_is_answered(body: str, intent: Intent):
    assert reading(body, **COPY).intent is intent


@pytest.mark.parametrize(
    "says",
    [
        "Please find attached the completed form for the mental health allies.",
        "Please find below my form for the mental health allies.",
        "Please find attached an application for the role of mental health ally.",
    ],
)
def test_who_calls_a_form_filled_in_or_theirs_applies_even_if_it_came_blank(says: str):
    assert reading(f"Dear all,\n\n{says}\n\nJo Bell\n\n{BLANK}").intent is Intent.APPLICATION


@pytest.mark.parametrize("says", ["Interested, please!", "Interested because nobody asked my brother.", "I'm very interested in this.", "This looks interesting, I'd be up for it."])  # fmt: skip
def test_interest_said_to_us_above_the_call_is_a_wish(says: str):
    assert reading(f"Dear all,\n\n{says}\n\nJo Bell{CALL}", **ANSWER).intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "says",
    [
        "Yes please to the details of the training!",
        "Yes please, may I see those two documents? I want to read them before I fill in anything.",
        "Hello, yes please - the role description.",
        "Oh yes please, do send the training details and the role profile.",
        "Please send me the two documents that you mention below.",
    ],
)
def test_a_yes_to_the_documents_above_a_blank_form_is_a_request(says: str):
    found = reading(f"{says}\n\nThanks\nJo{CALL}", **ANSWER)
    assert (found.intent, found.reply) == (Intent.ROLE_DESCRIPTION_REQUEST, ReplyKind.ROLE_DESCRIPTION)
    assert not values(found)


@pytest.mark.parametrize(
    ("says", "intent"),
    [
        ("Yes please!", Intent.APPLICATION),
        ("Yes please, put me on the list.", Intent.APPLICATION),
        ("Yes please, and send me the role description.", Intent.APPLICATION_AND_REQUEST),
        ("Yes please, I'd like to join. The role description would be good to have.", Intent.APPLICATION_AND_REQUEST),
        ("Yes please, with the details of the training too.", Intent.APPLICATION_AND_REQUEST),
    ],
)
def test_a_yes_to_the_call_is_an_application(says: str, intent: Intent):
    assert reading(f"{says}\n\nJo Bell{CALL}", **ANSWER).intent is intent


@pytest.mark.parametrize(
    "says",
    [
        "Please email mental health ally role description.",
        "Where are the role description and details of the training for mental health allies? Please email them to me.",
        "Please ask the training office for the mental health ally role description for me.",
    ],
)
def test_who_has_something_mailed_to_themselves_passes_nothing_on(says: str):
    assert reading(f"{says}\n\nJo\n").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize("says", ["Here's the form for the mental health allies.", "Please find attached the form."])
def test_a_form_that_came_as_a_file_may_hold_more_than_can_be_read(says: str):
    email = parsed(mail(f"Hello,\n\n{says}\n\nJo Bell\n", To=MAILBOX, Subject="Mental Health Ally"))
    form = FormText("form.docx", tuple((label.strip("- "), "") for label in BLANK.splitlines() if label))
    found = read(email, build(email, (form,)), sample_rules(), Known(), RECEIVED, RECEIVED)
    assert found.intent is Intent.APPLICATION
