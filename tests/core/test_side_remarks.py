# ruff: noqa: E501 - mails are typed as their senders would
"""Side remarks, work talk and excuses beside a genuine wish or request: none of them silences it."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import FORM, reading, values

WISH = "I would like to become a mental health ally."
ASK = "Could I have the role description for the mental health allies?"


@pytest.mark.parametrize(
    "remark",
    [
        "There was an article about burnout in the staff magazine that I kept.",
        "I report to the Executive Director and she is happy for me to do it.",
        "I have looked for something like your scheme for years.",
        "If this is the wrong address please forward it to whoever looks after it.",
        "I would never object to being woken at night for this.",
        "I edit manuscripts, so I live by track changes and copy deadlines.",
        "I am a hiring manager and read covering letters all day long.",
        "I raised a formal grievance years ago and somebody stood by me.",
        "My dissertation was on trees, so I am no expert.",
        "I know what it is to be where you don't want to be.",
        "I did not think I would apply, but the poster won me over.",
        "I don't want to be an ally on paper only, so I hope that there is real training.",
        "I do not want to be left out when the rest of the office signs up.",
    ],
)
def test_a_wish_in_so_many_words_is_heard_whatever_else_its_writer_tells(remark: str):
    for body in (f"{remark} {WISH}\n\nJo Bell\n", f"{WISH} {remark}\n\nJo Bell\n"):
        found = reading(body, Subject="Allies")
        assert (found.decision.outcome, found.reply) == (Outcome.REPLY, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE)


@pytest.mark.parametrize(
    "body",
    [
        "Please consider us for the mental health allies' training. I would like to become a supplier. Our rates are attached, and the invoice follows.",
        "For my dissertation I would like to be put in touch with a mental health ally.",
        'Staff say "I would like to become a mental health ally" every day. Please find our purchase order form and the invoice.',
        "I would like to be a mental health ally. Unsubscribe: https://news.example.net/u/1",
        "A form has been shared with you: I would like to become a mental health ally. Enter your password to view it.",
    ],
)
def test_words_of_business_beside_what_is_no_wish_of_the_writer_still_silence_the_mail(body: str):
    assert reading(body, Subject="Allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "said",
    ["I do not want to be one of the allies.", "I really don't want to join the scheme."],
)
def test_who_wants_to_and_does_not_is_for_a_person(said: str):
    found = reading(f"{WISH} Or so I thought. {said}\n\nJo Bell\n", Subject="Allies")
    assert (found.decision.outcome, found.reply) == (Outcome.HOLD, ReplyKind.NONE)


@pytest.mark.parametrize(
    "remark",
    [
        "I read a piece on allies in the bulletin.",
        "I have kept the leaflet from the mental health allies in my drawer since June.",
        "I've booked a place at the talk from the allies.",
        "You put a notice on our intranet.",
        "Two of my friends asked for the role description and so do I.",
        "I never learnt any of this, I would start from scratch.",
        "I have told my manager about the mental health ally role and she agrees.",
        "Where should I send my form?",
        "The union wants its members to join.",
    ],
)
def test_a_request_for_the_papers_is_heard_beside_a_remark(remark: str):
    for body in (f"{remark} {ASK}\n\nJo Bell\n", f"{ASK} {remark}\n\nJo Bell\n"):
        assert reading(body, Subject="Allies").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    "asked",
    [
        "Is there a proper role description of the mental health allies?",
        "Have you got a broader role description of the mental health allies?",
        "Could you send me the role description for administrators? I might become a mental health ally.",
        'What does a "mental health ally" do?',
        'How long is the training of a "Mental Health Ally"?',
    ],
)
def test_how_the_papers_are_called_makes_them_nobody_elses(asked: str):
    assert reading(f"{asked}\n\nJo Bell\n", Subject="A question").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    "said",
    [
        "I do not want to be doing this any more.",
        "I don't want to be trained.",
        "I do not want to be contacted about it.",
        "I really don't want to be signed up to anything.",
        "I don't wish to be put forward for this.",
    ],
)
def test_who_does_not_want_to_be_trained_or_put_forward_declines(said: str):
    assert reading(f"{said} {ASK}\n\nJo Bell\n", Subject="Allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "said",
    [
        "I do not want to be contacted at home.",
        "I don't want to be doing this alone, so I am glad of the network.",
        "I don't want to be trained online if there is a choice.",
    ],
)
def test_who_says_how_they_do_not_want_it_declines_nothing(said: str):
    assert reading(f"{WISH} {said}\n\nJo Bell\n", Subject="Allies").intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "said",
    [
        "Should my application for the mental health allies still be with you, please withdraw it.",
        "Should it not be too late, please withdraw my application to be a mental health ally.",
    ],
)
def test_a_polite_should_before_a_withdrawal_sets_no_condition(said: str):
    assert reading(said, Subject="Allies").intent is Intent.WITHDRAWAL


@pytest.mark.parametrize("beside", ["One more thing: I am away until Friday.", "Also please note: I start in May."])
def test_a_remark_with_a_colon_is_no_question_of_another_form(beside: str):
    form = "Name: Jo Bell\nDepartment: Law\nPhone: 01227 555 0199\nWhy: I like people.\nSkills: I listen.\n"
    found = reading(f"This is for the mental health allies.\n\n{form}\n{beside}\n", Subject="hello")
    assert found.intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "line", ["But above all: people trust me.", "One last thing: I hate gossip.", "Also: I speak French."]
)
def test_a_remark_with_a_colon_ends_no_answer(line: str):
    found = values(reading(FORM.replace("Ten years of listening.", f"Ten years of listening.\n{line}\nI am patient.")))
    assert found["skills_experience"] == f"Ten years of listening. {line} I am patient."
