"""Lines typed in haste: numbers and labels that no mark sets off, and what stands beside them."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, Reading, ReplyKind
from tests.core.sample_reading import FORM, ON_RECORD, reading


def texts(found: Reading) -> dict[str, str]:
    return {key: value.text for key, value in found.form.values.items()}


@pytest.mark.parametrize(
    ("body", "last"),
    [
        (
            "name Jo Bell\njob cleaner\ndept Commercial Services\nemail jo.bell@kent.ac.uk\n\n"
            "1 lost a mate last year and want to do something\n2 been a shop steward so used to listening\n"
            "3 somebody to ring\n4 people here keep it all in\n",
            "people here keep it all in",
        ),
        (
            "Name Jo Bell\nJob title Gardener\nDepartment Estates\n\n"
            "1, because I like people and have been low myself\n2, scout leader for ten years, so I am patient\n"
            "3, a bit of training, and time for it\n4, it is hard to say that you struggle\nin a shop full of men\n",
            "it is hard to say that you struggle in a shop full of men",
        ),
        (
            "jo bell, cook, hospitality\n\n"
            "1 I want to support colleagues who have a hard time\n\n2 I am a good listener and did first aid\n\n"
            "3 regular meetings with the others\n\n4 because stress makes people ill\n\nSent from my phone\n",
            "because stress makes people ill",
        ),
        (
            "name Jo Bell\njob driver\ndept transport\n\n1-I want to look out for the other drivers\n"
            "2-a good ear\n3-some training\n4-nobody talks in the yard\n",
            "nobody talks in the yard",
        ),
        (
            "Jo Bell\nTechnician\nSchool of Physics\njo.bell@kent.ac.uk\n\n1\nI want to help people who are low\n2\n"
            "I am patient and I listen\n3\nSome training, and time\n4\nNobody should be ashamed\n",
            "Nobody should be ashamed",
        ),
    ],
)
def test_answers_behind_bare_numbers_are_an_application(body: str, last: str):
    found = reading(body, Subject="mental health ally")
    assert found.intent is Intent.APPLICATION
    assert texts(found)["importance"] == last
    assert {"motivation", "skills_experience", "support_needed"} <= set(texts(found))


@pytest.mark.parametrize(
    "body",
    [
        "Order for the mental health ally lunch:\n1 tray of sandwiches\n2 flasks of coffee\n3 jugs of water\n",
        "For the mental health ally evening:\n1 projector\n2 flip charts\n3 boxes of pens\n4 extension leads\n",
        "Three things.\n2 people cannot come on Monday\n1 person can\n3 have not answered\n",
    ],
)
def test_counted_things_are_no_answers(body: str):
    found = reading(body, Subject="mental health ally")
    assert found.reply is ReplyKind.NONE
    assert found.intent is Intent.UNRELATED


@pytest.mark.parametrize(
    ("body", "key", "value"),
    [
        ("Morning, Jo here, as for the skills bit: I ran the crisis line for two years", "skills_experience", "I ran"),
        ("Hello all, me again, and on question 3: a quiet room now and then", "support_needed", "a quiet room"),
        (
            "Hi, it's Jo Bell, regarding the last question: nobody should have to hide it",
            "importance",
            "nobody should have",
        ),
    ],
)
def test_a_later_mail_answers_the_question_that_it_points_at(body: str, key: str, value: str):
    found = reading(body + "\n", ON_RECORD, Subject="Allies, my answer")
    assert (found.intent, found.reply) == (Intent.FOLLOW_UP, ReplyKind.ACKNOWLEDGEMENT)
    assert texts(found)[key].startswith(value)


@pytest.mark.parametrize(
    "body",
    [
        "Hello, Jo here, about the third question: what is meant by support?",
        "Hi, I have been wondering who reads the skills answers: you or my manager",
    ],
)
def test_a_question_about_a_question_of_the_form_answers_none(body: str):
    assert not texts(reading(body + "\n", ON_RECORD, Subject="Allies"))


@pytest.mark.parametrize(
    "after",
    [
        "PS. I have since seen the dates, so I don't think I am applying after all.",
        "P.S. My head of school says no. I do not believe that I shall apply.",
        "On reading this again I no longer feel I am volunteering.",
    ],
)
def test_a_form_with_doubt_whether_it_applies_is_for_a_person(after: str):
    found = reading(f"Please find my answers below.\n\n{FORM}\nJo\n\n{after}\n")
    assert (found.decision.outcome, found.reply) == (Outcome.HOLD, ReplyKind.NONE)


def test_who_does_not_think_that_others_apply_applies():
    found = reading(f"I would like to apply.\n\n{FORM}\nI don't think I applied last year.\n\nJo\n")
    assert (found.decision.outcome, found.reply) == (Outcome.REPLY, ReplyKind.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "before",
    [
        "I put my details in the enclosed document (Pages, tell me if it does not open).",
        "My answers are below and in the attached file, which explains more, please say if you need another one.",
        "Please see my document about why I would like to be an ally. Let me know if you want a different format.",
    ],
)
def test_a_document_that_the_sender_sends_is_not_asked_for(before: str):
    found = reading(f"{before}\n\n{FORM}\nJo\n")
    assert (found.intent, found.attach_role_description) == (Intent.APPLICATION, False)


@pytest.mark.parametrize(
    "told",
    [
        "I clicked on the link in the newsletter and got nowhere.",
        "The link on the intranet page wanted a password that I do not have.",
        "My browser has no use for the page you advertise.",
    ],
)
def test_who_could_not_open_the_page_may_ask_what_the_role_is(told: str):
    found = reading(f"{told} Could you e-mail me what you have on the role of an ally?\n", Subject="Your page")
    assert found.intent is Intent.ROLE_DESCRIPTION_REQUEST


@pytest.mark.parametrize(
    "asked",
    [
        "Could you link it from the induction page?",
        "Please add the ally text to our newsletter, and pin it to the site.",
    ],
)
def test_who_wants_a_text_linked_asks_for_none(asked: str):
    found = reading(f"Could you send us what allies do? {asked}\n", Subject="Your page")
    assert found.reply is ReplyKind.NONE
