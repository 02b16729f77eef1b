"""What belongs to an answer where a letter, a request or quoted mail stands around it."""

import pytest

from inbox_worker.core.reading import Intent, ReplyKind
from tests.core.sample_reading import FORM, VALUES, reading, values

QUESTIONS = {
    "motivation": "Why are you interested in becoming a mental health ally?",
    "skills_experience": "What skills and experiences can you bring to the role of a mental health ally?",
    "support_needed": "What support do you think you will need as a mental health ally?",
    "importance": "Why do you think mental health awareness in the workplace is important?",
}
ANSWERS = {
    "motivation": "My sister was helped by an ally at her firm.",
    "skills_experience": "Eight years on a helpdesk. I listen well.",
    "support_needed": "A monthly meeting with the others.",
    "importance": "We spend half of our lives at work.",
}


def inline(details: str, **questions_answered: str) -> str:
    asked = "\n".join(f"> - {QUESTIONS[key]}\n\n{text}\n" for key, text in questions_answered.items())
    return (
        "Hello, my answers are below.\n\nOn Mon, 4 May 2026 at 09:31, Equality and Diversity "
        f"<equalityanddiversity@kent.ac.uk> wrote:\n\n> Dear all,\n>\n> Please apply with this:\n>\n{details}\n"
        f">\n{asked}\n> With best wishes,\n> The project group\n"
    )


@pytest.mark.parametrize(
    "details",
    [
        "> Name: Jo Bell\n> Job title: Stores Assistant\n> Department/School: Estates\n> Email: jo.bell@kent.ac.uk",
        "> Name:  Jo Bell\n>\n> Job title:  Stores Assistant\n>\n> Department/School:  Estates\n>\n> Email:",
        "> Email: jo.bell@kent.ac.uk\n> Department/School: Estates\n> Job title: Stores Assistant\n> Name:",
    ],
)
def test_details_typed_behind_the_quoted_labels_count_where_answers_stand_below_the_quoted_questions(details: str):
    found = reading(inline(details, **ANSWERS), Subject="Re: Could you be a Mental Health Ally?")
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT)
    assert values(found) == {
        "name": "Jo Bell", "job_title": "Stores Assistant", "department": "Estates", "email": "jo.bell@kent.ac.uk",
        **ANSWERS,
    }  # fmt: skip


@pytest.mark.parametrize(
    "details",
    [
        "> Name: Kit Marsh\n> Job title: HR Adviser\n> Department/School: People Team\n> Email: k.marsh@kent.ac.uk",
        "> Job title: HR Adviser\n> Department/School: People Team",
        "> Name:\n> Job title:\n> Department/School:\n> Email:",
    ],
)
def test_details_in_quoted_mail_that_are_not_the_senders_are_nobodys(details: str):
    found = reading(inline(details, **ANSWERS), Subject="Re: Could you be a Mental Health Ally?")
    assert not {"job_title", "department"} & values(found).keys()
    assert values(found)["email"] == "jo.bell@kent.ac.uk"


def test_details_of_the_sender_in_mail_that_nobody_answered_inside_are_left_there():
    body = inline("> Name: Jo Bell\n> Job title: Clerk\n> Department/School: Estates\n> Email: jo.bell@kent.ac.uk")
    found = reading(body.replace("my answers are below", "I would like to become a Mental Health Ally"))
    assert not {"job_title", "department"} & values(found).keys()


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("motivation", "I manage a big team and I would like to do it properly once."),
        ("skills_experience", "As a trained first aider I can keep calm when I am with somebody in distress."),
        ("importance", "If we talk early on, a kind word will do what tablets struggle to do later."),
    ],
)
def test_an_answer_with_a_word_of_time_in_it_puts_nothing_off(key: str, answer: str):
    assert values(reading(FORM.replace(VALUES[key], answer)))[key] == answer


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("motivation", "I would like to answer this one in person."),
        ("support_needed", "I'd rather leave this until I've seen the training."),
        ("importance", "Will complete this later."),
        ("skills_experience", "I'll send you my skills next week."),
    ],
)
def test_an_answer_that_is_left_for_later_is_none(key: str, answer: str):
    assert key in reading(FORM.replace(VALUES[key], answer)).form.missing


@pytest.mark.parametrize(
    ("key", "request_"),
    [
        ("support_needed", "Could you send me the role description so that I know what to expect?"),
        ("skills_experience", "Please let me have the training details, as I may have done some of it."),
        ("motivation", "Please send me the role description too."),
    ],
)
def test_a_request_at_the_end_of_an_answer_that_others_follow_is_part_of_it_and_is_granted(key: str, request_: str):
    whole = f"{VALUES[key]} {request_}"
    found = reading(FORM.replace(VALUES[key], whole))
    assert (found.intent, values(found)[key]) == (Intent.APPLICATION_AND_REQUEST, whole)


def test_a_request_at_the_end_of_the_last_answer_is_no_part_of_it():
    last = VALUES["importance"]
    found = reading(FORM.replace(last, f"{last} Could you send me the role description too?"))
    assert (found.intent, values(found)["importance"]) == (Intent.APPLICATION_AND_REQUEST, last)


LETTER = (
    "I would like to become a Mental Health Ally. I want to do it because a colleague once helped me through grief."
)


@pytest.mark.parametrize(
    ("key", "paragraph"),
    [
        ("importance", "As for why awareness matters at work: people hide what ails them until they break."),
        ("support_needed", "And as to the support I would need: somebody to ring after a hard talk."),
        ("skills_experience", "When it comes to skills and experience: I was a parish visitor for nine years."),
    ],
)
def test_an_answer_in_a_letter_keeps_the_clause_that_leads_up_to_it(key: str, paragraph: str):
    assert values(reading(f"{LETTER}\n\n{paragraph}\n\nBest wishes\nJo\n"))[key] == paragraph


@pytest.mark.parametrize(
    ("key", "label", "answer"),
    [
        ("importance", "Why it matters", "people hide what ails them until they break."),
        ("support_needed", "Support needed", "somebody to ring after a hard talk."),
    ],
)
def test_a_heading_before_an_answer_in_a_letter_is_no_part_of_it(key: str, label: str, answer: str):
    assert values(reading(f"{LETTER}\n\n{label}: {answer}\n\nBest wishes\nJo\n"))[key] == answer


@pytest.mark.parametrize(
    ("motivation", "skills"),
    [
        (
            "My interest began on the wards. For eleven winters I have taken young nurses through their first nights, "
            "and it is the quiet one whom I worry about.",
            "As for skills and experience, I hold a certificate in pastoral care and I was a shop steward.",
        ),
        (
            "My reason is an old one. For nine years I have run the evening shift, and I see who goes home to nobody.",
            "Regarding my skills and experience, I have a diploma in counselling and I chaired the parents' forum.",
        ),
    ],
)
def test_a_paragraph_of_a_letter_is_not_parted_for_a_question_that_the_next_one_answers(motivation: str, skills: str):
    wish = "Please accept this as my application to become a Mental Health Ally."
    found = values(reading(f"{wish}\n\n{motivation}\n\n{skills}\n\nYours\nJo\n"))
    assert (found["motivation"], found["skills_experience"]) == (motivation, skills)


@pytest.mark.parametrize(
    ("key", "paragraph"),
    [
        ("skills_experience", "About my skills and experience: I was a parish visitor for nine years."),
        ("support_needed", "Regarding support: somebody to ring after a hard talk."),
        ("support_needed", "In terms of support: I would need somebody to ring after a hard talk."),
    ],
)
def test_an_answer_in_a_letter_keeps_the_words_that_name_its_question(key: str, paragraph: str):
    assert values(reading(f"{LETTER}\n\n{paragraph}\n\nBest wishes\nJo\n"))[key] == paragraph


@pytest.mark.parametrize(
    "last",
    [
        "I would like to be that for somebody else.",
        "I'd love to be the colleague I lacked.",
        "I want to be somewhere along that corridor.",
    ],
)
def test_what_somebody_wishes_to_be_for_others_belongs_to_why_they_apply(last: str):
    why = f"I am interested because a stranger once walked me home from work. {last}"
    skills = "What I can bring is nine years of parish visiting."
    found = values(
        reading(f"Dear all,\n\n{why}\n\n{skills}\n\nBest wishes\nJo\n", Subject="Mental Health Allies: apply")
    )
    assert (found["motivation"], found["skills_experience"]) == (why, skills)


@pytest.mark.parametrize(
    "wish", ["I would like to be one of them.", "I'd love to be an ally.", "I want to be considered."]
)
def test_a_bare_wish_to_join_is_no_part_of_why_somebody_applies(wish: str):
    why = "I am interested in the mental health allies because a stranger once walked me home from work."
    skills = "What I can bring is nine years of parish visiting."
    assert values(reading(f"Dear all,\n\n{why} {wish}\n\n{skills}\n\nBest wishes\nJo\n"))["motivation"] == why


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi Equality people (does Pat run the place now? Wave to her)",
        "Dear Equality and Inclusion team (are you still above the bakery?)",
        "Hiya Disability and Equality office (is Kit there today? I hope so)",
        "Good morning University people (is this where everyone writes? And so many)",
    ],
)
def test_a_greeting_of_many_words_answers_no_question(greeting: str):
    wish = "I'd like to be a mental health ally please."
    why = "I want to do it because my sister never had anybody to tell."
    found = values(reading(f"{greeting}\n\n{wish}\n\n{why} I have done the first aid course.\n\nBest wishes\nJo\n"))
    assert "importance" not in found
    assert found["motivation"] == why


def test_a_greeting_that_runs_on_into_an_answer_hides_none_of_it():
    why = "Hello I want to do it because my sister never had anybody to tell."
    found = values(reading(f"{why}\n\nWhat I can bring is nine years of visiting.\n\nBest wishes\nJo\n"))
    assert found["motivation"] == why
