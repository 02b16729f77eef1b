# ruff: noqa: E501 - mails are typed as their senders would
"""Short letters: what their senders are already, what stands below their names, what they give up, what they send again."""

from dataclasses import replace

import pytest

from inbox_worker.core.document import Kind
from inbox_worker.core.reading import Intent, Known, OnRecord, Outcome, ReplyKind, Tier
from tests.core.sample_mail import document, texts
from tests.core.sample_reading import FORM, ON_RECORD, THREAD, reading, values

CARD = """Jo

Jo Bell
Senior Clerk
Kent Law School
University of Kent, Canterbury, CT2 7NZ
+44 (0)1227 555 100
"""


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Allies", "I'm Jo Bell, fencing coach at the sports centre, and I'd like to be an ally."),
        ("Ally scheme", "I'm a fire warden and first aider already. I'd like to be an ally too please."),
        ("Mental health allies", "I am one of the harassment contacts in Law and I would love to be one of these as well."),
        ("Mental health ally", "As a union rep I talk to people all day, and I'd like to become one."),
        ("Mental health allies", "Hello, I've been a mentor for ten years and would very much like to join."),
        ("The allies", "My name is Jo Bell, running coach. I should like to volunteer as an ally."),
        ("Mental health allies", "I missed the deadline last year, so I am early. Please count me among your volunteers."),
    ],
)  # fmt: skip
def test_another_role_that_the_sender_has_already_is_not_what_they_wish_for(subject: str, body: str):
    found = reading(f"{body}\n\nJo Bell\n", Subject=subject)
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Allies and mentors", "Thanks for the note on the allies. I'm after the other thing: you need mentors and I'd like to be one."),
        ("Coaching", "I'm keen on being a coach and I'd like to be one by summer. The allies said that you could help."),
        ("Coaching", "I'm looking at the scheme for a staff coach and I'd like to be one. Kim of the allies gave me your address."),
        ("A question", "I'm not a fire warden yet, and I'd like to be one. One of the allies sent me to you."),
        ("A question", "I'm a clerk who hopes for a mentor, and I'd like to have one. An ally told me of you."),
        ("Volunteers", "Put me down as a mentor, I would love it. An ally told me of you."),
        ("The page", "You count me among your allies there, but I left in May. Please correct it."),
    ],
)  # fmt: skip
def test_another_role_that_the_sender_seeks_is_not_ours(subject: str, body: str):
    assert reading(f"{body}\n\nJo Bell\n", Subject=subject).reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "footer",
    [
        "Awareness is everybody's business. If you or somebody you know is struggling, the helpline is there day and night on 0800 555 0199.",
        "Are you affected by the building works? Write to estates@example.org and they will come back to you.",
        "If you need support, you can ring the wellbeing line at any time and it is free.",
        "We are closed on Fridays and answer within two days. Our team is small but it is mighty.",
        "We are a menopause friendly employer and have been since 2020. It is part of what we are.",
    ],
)
def test_what_an_organisation_says_below_the_signature_answers_no_question(footer: str):
    found = reading(f"I'd be glad to be one of your mental health allies.\n\n{CARD}\n{footer}\n")
    assert found.intent is Intent.APPLICATION
    assert values(found) == {
        "name": "Jo Bell",
        "job_title": "Senior Clerk",
        "department": "Kent Law School",
        "email": "jo.bell@kent.ac.uk",
    }


def test_an_answer_below_the_signature_that_speaks_of_its_writer_is_read():
    forgotten = "I am interested in it because my sister was ill and nobody at her work noticed."
    found = reading(f"I'd be glad to be one of your mental health allies.\n\n{CARD}\n{forgotten}\n")
    assert values(found)["motivation"] == forgotten


@pytest.mark.parametrize(
    "below",
    [
        "I rang the helpline last night. It did not help, I want to die.",
        "If you are struggling, ring 0800 555 0199, they say. I did. I am going to kill myself tonight.",
        "By the time you read this you need no help for me any more, I shall be dead.",
    ],
)
def test_danger_below_a_signature_is_seen_though_it_speaks_of_help(below: str):
    found = reading(f"I'd be glad to be one of your mental health allies.\n\n{CARD}\n{below}\n")
    assert (found.tier, found.reply) == (Tier.A, ReplyKind.NONE)


def test_a_signature_below_a_first_name_ends_where_prose_goes_on():
    found = document(f"Count me in.\n\n{CARD}\nOne thing is still open and that is when it would be.\n")
    assert texts(found, Kind.OWN) == ["Count me in.", "One thing is still open and that is when it would be."]


def test_details_below_a_first_name_that_have_labels_are_no_signature():
    found = document("Hello\n\nJo\n\nJo Bell\nJob title: Clerk\nDepartment: Law\n\nI care about it and that is why.\n")
    assert "Job title: Clerk" in texts(found, Kind.OWN)


@pytest.mark.parametrize(
    "body",
    [
        "I offered to be a mental health ally in May. As I'm moving to a college in Leeds, you'll have to manage without me.",
        "I signed up as a mental health ally. My post ends in July, so do please give the training place to somebody else.",
        "I put my name down for the allies last year. I finish here on Friday, so another colleague can have my place.",
        "I was to be a mental health ally, but I go to a new post abroad. So they will sadly have to do without me this year.",
    ],
)
def test_who_leaves_and_gives_the_place_up_withdraws(body: str):
    found = reading(f"{body}\n\nJo Bell\n", ON_RECORD, Subject="Leaving")
    assert (found.intent, found.reply) == (Intent.WITHDRAWAL, ReplyKind.WITHDRAWAL)


@pytest.mark.parametrize(
    "body",
    [
        "I have moved from Estates to the Library since I applied, so my department should read Library.",
        "I leave Estates on Friday. Still very keen to be an ally! My job title is now Library Assistant.",
    ],
)
def test_who_only_changes_posts_stays(body: str):
    assert reading(f"{body}\n\nJo Bell\n", ON_RECORD, **THREAD).intent is Intent.FOLLOW_UP


@pytest.mark.parametrize(
    "body",
    [
        "One correction to the mental health ally application that I sent you: Physics is now a part of Natural Sciences.",
        "There is a small change to my ally form, could one of you ring me about it?",
        "An addition to the mental health ally form of last week comes on paper.",
    ],
)
def test_who_announces_a_change_to_what_is_on_record_follows_it_up(body: str):
    assert reading(f"{body}\n\nJo Bell\n", ON_RECORD, Subject="My mental health ally form").intent is Intent.FOLLOW_UP


AGAIN = "Pressed send too early. This is the whole one:\n\n" + FORM


def test_a_whole_form_that_answers_mail_about_the_senders_application_completes_it():
    found = reading(AGAIN, ON_RECORD, **THREAD)
    assert (found.intent, found.reply) == (Intent.FOLLOW_UP, ReplyKind.ACKNOWLEDGEMENT)
    assert len(found.form.values) == 8


@pytest.mark.parametrize(
    ("body", "intent", "outcome"),
    [
        (AGAIN.replace("Jo Bell", "Sam Ricketts").replace("jo.bell@", "s.r@"), Intent.APPLICATION, Outcome.HOLD),
        (AGAIN + "\nCould you send me the role description?\n", Intent.APPLICATION_AND_REQUEST, Outcome.REPLY),
        (
            AGAIN + "\nBefore you put me down I need to ask whether it can be done in term time only.\n",
            Intent.APPLICATION,
            Outcome.HOLD,
        ),
    ],
    ids=["another person's", "with a request", "with a condition"],
)
def test_a_whole_form_with_something_to_see_to_is_read_as_an_application(body: str, intent: Intent, outcome: Outcome):
    found = reading(body, ON_RECORD, **THREAD)
    assert (found.intent, found.decision.outcome) == (intent, outcome)


@pytest.mark.parametrize("state", ["withdrawn", "declined", "closed"])
def test_a_whole_form_after_the_end_of_an_application_is_a_new_one(state: str):
    ended = OnRecord(7, "mental-health-ally", state, {})
    known = Known(applications=(ended,), thread_application=7)
    assert reading(AGAIN, known, **THREAD).intent is Intent.APPLICATION
    still_open = replace(known, applications=(replace(ended, state="incomplete"),))
    assert reading(AGAIN, still_open, **THREAD).intent is Intent.FOLLOW_UP


@pytest.mark.parametrize(
    "condition",
    [
        "Please don't treat this as an application until somebody has rung me.",
        "Do not count this as an application before I have a word with one of you.",
        "Kindly don't log this as a yes unless my question above has an answer.",
    ],
)
def test_no_application_until_something_is_settled_is_a_condition(condition: str):
    found = reading(f"{condition}\n\n{FORM}")
    assert (found.decision.code, found.reply) == ("QUESTION", ReplyKind.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "condition",
    [
        "Kindly do not log me until I have had a word with Payroll.",
        "Please keep my application back until one of you has rung me.",
        "So wait with this, if you would, until my head of school is back.",
        "Don't take it any further before I have told my team.",
        "May somebody on a fixed term be one? If not, simply delete this.",
        "Would it be on my record? If so, forget it.",
        "Are night porters let in? Otherwise disregard the form.",
    ],
)
def test_who_asks_the_team_to_wait_or_lets_an_answer_decide_is_seen_by_a_person(condition: str):
    found = reading(f"{condition}\n\n{FORM}")
    assert (found.decision.code, found.reply) == ("QUESTION", ReplyKind.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "remark",
    [
        "Is there parking at the training? If not, I'll take the bus.",
        "Do you need a photograph? If not, ignore the attachment.",
        "Did the first one arrive? If not, here it is again.",
        "Shall I bring my certificate? If so, please tell me on the day.",
        "Please keep me posted until the training begins.",
        "I do not take on anything else until the summer, so there is time.",
    ],
)
def test_a_question_or_a_wait_on_which_nothing_hangs_needs_nobody(remark: str):
    found = reading(f"{remark}\n\n{FORM}")
    assert (found.decision.outcome, found.reply) == (Outcome.REPLY, ReplyKind.ACKNOWLEDGEMENT)
