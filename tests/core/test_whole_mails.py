"""What a form, its surroundings and the sentences beside it come to together."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, Reading, ReplyKind
from tests.core.sample_reading import FORM, ON_RECORD, THREAD, VALUES, reading

ASKED = """

From: Equality and Diversity <equalityanddiversity@kent.ac.uk>
Sent: 28 April 2026 09:30
To: Jo Bell <jo.bell@kent.ac.uk>
Subject: Your expression of interest: Mental Health Ally

Dear Jo,

We still need the following from you:

- What support do you think you will need as a mental health ally?
- Why do you think mental health awareness in the workplace is important?
"""


def texts(found: Reading) -> dict[str, str]:
    return {key: value.text for key, value in found.form.values.items()}


@pytest.mark.parametrize(
    "after",
    [
        "On reflection please withdraw my application.",
        "Actually I don't want to be an ally any more, so please leave me off the list.",
    ],
)
def test_a_form_that_its_own_sender_takes_back_in_the_same_mail_is_for_a_person(after: str):
    found = reading(f"I would like to become a Mental Health Ally.\n\n{FORM}\n{after}\n\nJo Bell\n")
    assert (found.decision.outcome, found.reply) == (Outcome.HOLD, ReplyKind.NONE)
    assert "CONTRADICTION" in {flag.code for flag in found.flags}


@pytest.mark.parametrize(
    "around",
    [
        "The link on your web page is dead, by the way.",
        "Winner - Best Newcomer, Regional Awards 2025. Join us at our open day!",
        "If this message is not for you, please delete it.",
    ],
)
def test_words_of_other_business_around_a_whole_form_change_nothing(around: str):
    found = reading(f"Up for this.\n\n{FORM}\nThanks\nJo Bell\n\n{around}\n")
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT)


def test_numbered_answers_below_the_details_in_lines_of_their_own_are_an_application():
    body = "Jo Bell\nSenior Clerk\nKent Law School\njo.bell@kent.ac.uk\n\n" + "\n".join(
        f"{number}. {VALUES[key]}"
        for number, key in enumerate(("motivation", "skills_experience", "support_needed", "importance"), 1)
    )
    found = reading(f"As requested.\n\n{body}\n\nJo\n")
    assert found.intent is Intent.APPLICATION
    assert texts(found)["support_needed"] == VALUES["support_needed"]


def test_numbers_in_a_follow_up_answer_the_items_that_our_mail_listed():
    found = reading("In your order:\n\n1. A quiet room.\n2. Nobody asks porters.\n\nJo\n" + ASKED, ON_RECORD, **THREAD)
    assert texts(found) == {"support_needed": "A quiet room.", "importance": "Nobody asks porters."}


def test_what_is_asked_for_may_stand_in_a_list_below_the_request():
    found = reading(
        "I'm curious about the mental health allies. Please would you send me:\n\n- the role description\n- the dates\n"
    )
    assert found.intent is Intent.ROLE_DESCRIPTION_REQUEST


@pytest.mark.parametrize(("box", "asks"), [("\u2612", True), ("[x]", True), ("\u2610", False), ("[ ]", False)])
def test_a_box_below_the_last_answer_is_a_request_where_it_is_ticked_and_no_part_of_the_answer(box: str, asks: bool):
    found = reading(
        f"{FORM}{box} I would like a copy of the role description\n\nJo Bell\n", Subject="Mental Health Ally"
    )
    assert texts(found)["importance"] == VALUES["importance"]
    assert found.attach_role_description is asks


def test_a_request_inside_an_answer_is_heard_and_stays_there():
    support = "Depends, so could you send me the role description first?"
    found = reading(FORM.replace("A buddy.", support))
    assert found.intent is Intent.APPLICATION_AND_REQUEST
    assert texts(found)["support_needed"] == support


def test_an_answer_put_off_until_more_is_known_is_no_request():
    found = reading(
        FORM.replace("A buddy.", "I'd like to leave this one until I know a bit more about what's involved.")
    )
    assert (found.intent, found.form.missing) == (Intent.APPLICATION, ("support_needed",))


@pytest.mark.parametrize("value", ["(protected)", "[your name]", "____"])
def test_a_placeholder_is_no_value(value: str):
    assert "department" not in texts(reading(FORM.replace("Kent Law School", value)))


def test_people_who_are_thanked_for_their_views_are_no_second_applicant():
    found = reading(
        f"My manager and your HR contact both said casual staff are welcome, so here is mine.\n\n{FORM}\nJo\n"
    )
    assert found.decision.outcome is Outcome.REPLY


def test_a_form_on_a_nomination_for_an_award_is_no_application():
    form = FORM.replace("Jo Bell", "Sam Oduya").replace("jo.bell@", "s.oduya@")
    found = reading(
        f"I would like to nominate a Mental Health Ally.\n\n{form}\nJo Bell\n", Subject="Staff awards: Ally of the Year"
    )
    assert found.reply is ReplyKind.NONE
    assert found.intent is Intent.UNRELATED


def test_a_company_that_offers_to_send_its_papers_asks_for_none():
    found = reading(
        "I came across your page on mental health allies.\n\nWe train allies for thirty universities. I'd be delighted"
        " to send you a role description and details of the training.\n\nAre you free on Tuesday?\n"
    )
    assert found.reply is ReplyKind.NONE


def test_who_would_not_sign_without_having_read_the_papers_asks_for_them():
    found = reading(
        "I do not want to rush into it: I should not like to sign up without having read the role description,"
        " which I would be glad to have.\n",
        Subject="Mental Health Ally",
    )
    assert found.intent is Intent.ROLE_DESCRIPTION_REQUEST


@pytest.mark.parametrize("words", ["All work and no play.\n" * 60_000, "No\n" * 25_000, "Well then.\n" * 1_500])
def test_a_form_behind_more_words_than_are_read_is_for_a_person_and_not_passed_over(words: str):
    found = reading(words + FORM, Subject="Hello")
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "TRUNCATED_TEXT")
    assert found.reply is ReplyKind.NONE


def test_a_long_mail_that_names_no_scheme_is_left_alone():
    assert reading("All work and no play.\n" * 5_000, Subject="Hello").decision.outcome is Outcome.SKIP


def test_a_whole_form_sent_in_for_somebody_else_is_for_a_person_although_only_the_role_is_named():
    form = FORM.replace(VALUES["name"], "Agata Wolska").replace(VALUES["email"], "a.wolska@example.org")
    found = reading(f"Agata asked me to send you this.\n\n{form}\nJo Bell\n", Subject="Ally")
    assert found.intent is Intent.APPLICATION
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "ON_BEHALF")


def test_a_whole_form_with_a_refusal_beside_it_is_never_passed_over():
    after = "If that cannot be promised I do not want to be an ally."
    found = reading(f"{FORM}\n{after}\n\nJo Bell\n", Subject="Ally application")
    assert (found.intent, found.decision.outcome) == (Intent.APPLICATION, Outcome.HOLD)


def test_details_under_labels_and_numbered_answers_below_them_are_one_form():
    details = f"Name: Jo Bell\nJob title: Clerk\nDepartment: Law School\nEmail: {VALUES['email']}\n\n"
    keys = ("motivation", "skills_experience", "support_needed", "importance")
    answers = "".join(f"{number}. {VALUES[key]}\n" for number, key in enumerate(keys, 1))
    found = reading(
        f"I'm applying to be a mental health ally.\n\n{details}{answers}\nSorry, please take me off the list again.\n"
    )
    assert found.intent is Intent.APPLICATION
    assert "CONTRADICTION" in {flag.code for flag in found.flags}


def test_a_long_letter_of_other_business_that_names_the_scheme_is_no_application():
    found = reading(
        "Dear colleagues,\n\nWe invite you to the annual lecture of our centre.\n\n"
        '"Thirty years of listening: what we know" by Professor A. Lindqvist, in the Gulbenkian.\n\n'
        "The lecture looks at how people speak to colleagues and why workplaces miss it. A list of support services"
        " will be at the door.\n\n"
        "Would you be happy to put this on your page and to let the mental health allies know?\n\nJo Bell\n"
    )
    assert found.reply is ReplyKind.NONE
    assert found.intent is Intent.UNRELATED


@pytest.mark.parametrize(
    "question",
    [
        "Not much, but could you let me have a copy of the role description so that I can see where it ends?",
        "Time. Would you please e-mail the role description, so I can plan it?",
    ],
)
def test_a_request_may_be_all_of_an_answer(question: str):
    found = reading(FORM.replace(VALUES["support_needed"], question), Subject="Mental Health Ally")
    assert found.intent is Intent.APPLICATION_AND_REQUEST
    assert found.attach_role_description


def test_each_ticked_box_speaks_for_itself():
    boxes = "\u2612 I would like to become a Mental Health Ally\n\u2612 Please send me the role description\n"
    assert reading(f"{boxes}\n{FORM}").intent is Intent.APPLICATION_AND_REQUEST


def test_bare_lines_answer_the_items_that_our_mail_listed_where_each_takes_one_line():
    asked = ASKED.partition("- What support")[0] + "- Job title\n- Department/School\n"
    found = reading("Plumber\nEstates\n" + asked, ON_RECORD, **THREAD)
    assert texts(found) == {"job_title": "Plumber", "department": "Estates"}


def test_an_answer_may_be_added_to_in_passing():
    found = reading(
        "I applied on Tuesday and forgot something that may matter. Please add to my skills and experience: I ran the"
        " carers' group for four years.\n\nJo\n",
        ON_RECORD,
        Subject="Mental Health Ally application",
    )
    assert texts(found) == {"skills_experience": "I ran the carers' group for four years."}


def test_a_wrapped_one_line_value_is_whole():
    long = "Division of Computing, Engineering and the Applied Mathematical\nSciences"
    found = reading(FORM.replace(VALUES["department"], long), Subject="Mental Health Ally")
    assert texts(found)["department"] == long.replace("\n", " ")


def test_words_about_oneself_and_closing_words_are_no_part_of_an_answer_in_one_paragraph():
    found = reading(
        "Id like to be a mental health ally please. I'm a Team Leader in the Catering team. I want to do it because the"
        " young ones on my shift tell me things and I never know what to say. I have brought up four kids so I have"
        " the patience. That's me really! Cheers Jo\n"
    )
    assert texts(found)["motivation"].startswith("I want to do it because")
    assert texts(found)["skills_experience"] == "I have brought up four kids so I have the patience."


def test_two_names_under_one_label_are_two_people():
    found = reading(FORM.replace(VALUES["name"], "Jo Bell & Agata Wolska"), Subject="Mental Health Ally")
    assert "SEVERAL" in {flag.code for flag in found.flags}
    assert found.decision.outcome is Outcome.HOLD


@pytest.mark.parametrize(
    "beside",
    [
        "DRAFT - please don't treat this as an application yet.",
        "I should say that I have not decided to take the role and would rather not be counted in.",
    ],
)
def test_a_form_beside_words_that_it_is_none_is_for_a_person(beside: str):
    found = reading(f"{beside}\n\n{FORM}\nPlease put me down as a mental health ally as of today!\n\nJo Bell\n")
    assert (found.intent, found.decision.outcome) == (Intent.APPLICATION, Outcome.HOLD)


def test_a_form_that_is_to_count_on_a_condition_is_acknowledged_and_seen_by_a_person():
    after = "Please do not treat it as an application until you have confirmed that my manager will not be told."
    found = reading(f"{FORM}\n{after}\n\nJo Bell\n", Subject="Mental Health Ally")
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "QUESTION")
    assert found.reply is ReplyKind.ACKNOWLEDGEMENT


def test_half_a_form_is_an_application_whatever_is_wrong_with_the_web_page():
    form = "".join(FORM.splitlines(keepends=True)[:4]) + "\nWhy are you interested? I want to listen better.\n"
    found = reading(
        f"{form}\nThe rest will follow.\n\nPS the role description link on the page is broken, would you email it\n",
        Subject="Mental Health Ally",
    )
    assert found.intent is Intent.APPLICATION_AND_REQUEST


def test_what_a_short_reply_names_is_taken_for_the_field_that_it_plainly_is_of():
    found = reading("its Student Registry, sorry!\n\nSent from my phone\n", ON_RECORD, **THREAD)
    assert texts(found) == {"department": "Student Registry"}


def test_headings_of_ones_own_in_another_order_are_told_by_what_stands_below_them():
    found = reading(
        "I would like to become a Mental Health Ally and have tried to answer your questions.\n\n"
        "What I would need from you\nA proper induction, and somebody to ring.\n\n"
        "Why this matters at work\nIt is the place where we are judged all day.\n\n"
        "What may be of use to you\nI have run the carers' lunch since 2022 and taught for ten years before that.\n\n"
        "And why I want to do it\nMy wife was supported by an ally at her own work and it changed our weeks.\n\n"
        "Jo Bell\nSenior Lecturer\nKent Law School\n"
    )
    assert texts(found)["skills_experience"].startswith("I have run the carers' lunch")
    assert texts(found)["motivation"].startswith("My wife was supported")
    assert texts(found)["importance"] == "It is the place where we are judged all day."


def test_details_between_strokes_are_told_apart():
    found = reading(
        "Hi. Details: Jo Bell / Examinations Officer / Student Registry / jo.bell@kent.ac.uk\n\n"
        "Why: exam season, every year\nSkills: calm, organised\nSupport: regular catch ups\nImportance: nobody hides\n",
        Subject="EOI Mental Health Ally",
    )
    assert texts(found)["job_title"] == "Examinations Officer"
    assert texts(found)["department"] == "Student Registry"


def test_details_of_ones_own_are_no_request_for_details():
    found = reading(f"Please find below my details for the mental health ally role.\n\n{FORM}\nKind regards\nJo\n")
    assert (found.intent, found.attach_role_description) == (Intent.APPLICATION, False)


def test_a_whole_form_whose_labels_name_the_topic_alone_is_an_application():
    form = (
        f"Name: Jo Bell\nJob title: Clerk\nDepartment/School: Law\nEmail: {VALUES['email']}\n"
        "Interest: I have been a first aider for years.\nSkills: A soothing voice.\nSupport: An hour a month.\n"
        "Why is mental health awareness in the workplace important: Half of all illness at work is stress.\n"
    )
    assert reading(form, Subject="MHA application").intent is Intent.APPLICATION


def test_the_schemes_own_questions_outweigh_another_role_that_is_named():
    found = reading(
        "Before you process this, please confirm that I can be an ally alongside being a union rep? Please only treat"
        f" the below as an application once you have come back to me.\n\n{FORM}\nJo Bell\n",
        Subject="RE: Become a Mental Health Ally",
    )
    assert (found.intent, found.decision.code) == (Intent.APPLICATION, "QUESTION")


def test_words_below_the_last_answer_that_take_the_form_back_are_no_part_of_it():
    after = "Reading it back I don't want to be put forward after all, so please don't count this as an application."
    found = reading(f"I would like to apply to be a mental health ally.\n\n{FORM}\n{after}\n\nJo Bell\n")
    assert found.decision.outcome is Outcome.HOLD
    assert texts(found)["importance"] == VALUES["importance"]


def test_a_colleague_who_runs_the_scheme_asks_for_no_papers():
    found = reading(
        "Hi both,\n\nThree are incomplete. Two asked for the role description and have gone quiet. I have drafted an"
        " invitation for the March training, could one of you check it?\n\nV\n",
        Subject="Allies - where we are",
    )
    assert found.reply is ReplyKind.NONE


def test_labels_typed_in_small_letters_without_a_mark_are_labels_where_three_stand_together():
    found = reading(
        "name jo bell\njob title driver\ndepartment transport / estates\n\nwhy are you interested - I have been through"
        " it and came out the other side\n",
        Subject="mental helth ally",
    )
    assert texts(found)["job_title"] == "driver"
    assert texts(found)["department"] == "transport / estates"


def test_questions_and_answers_marked_with_letters_are_without_the_marks():
    marked = FORM
    for key in ("motivation", "skills_experience", "support_needed", "importance"):
        marked = marked.replace(VALUES[key], f"A. {VALUES[key]}")
    found = reading(marked, Subject="Mental Health Ally")
    assert texts(found)["support_needed"] == VALUES["support_needed"]


def test_wrapped_lines_of_running_text_are_no_labels():
    found = reading(
        "My name is Jo Bell and I work as a Nursery Practitioner at the Oaks Day Nursery. I would like to become a"
        " mental health ally.\n\nI'm interested because we look after everyone's little ones and we see the\n"
        "parents at their most tired, at eight in the morning. What I can bring is\nten years of calming people down,"
        " and I'm the first-aid\nlead in our setting. I think I'd need support with finding cover when I go\nto the"
        " training. I believe awareness at work matters because nobody says it.\n\nThank you\nJo\n"
    )
    assert texts(found)["motivation"].startswith("I'm interested because")
    assert texts(found)["support_needed"].startswith("I think I'd need support")


def test_a_title_with_and_in_it_is_a_title():
    found = reading(
        "I'd like to put my name forward to be a mental health ally please.\n\nThanks\nJo\n\nJo Bell\n"
        "Transport and Parking Manager\nCampus Security and Transport\nUniversity of Kent\n"
    )
    assert texts(found)["job_title"] == "Transport and Parking Manager"
    assert texts(found)["department"] == "Campus Security and Transport"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Small thing: as of Monday we come under Student Experience. Rest is the same.", "Student Experience"),
        ("I'm now in the Student Registry, just so that you know.", "Student Registry"),
    ],
)
def test_a_move_to_another_department_is_a_new_value(said: str, value: str):
    assert texts(reading(f"{said}\n\nJo\n", ON_RECORD, **THREAD)) == {"department": value}


def test_what_somebody_meant_to_say_about_a_question_is_its_answer():
    found = reading("Meant to say under skills: I speak Irish, for what it is worth.\n\nJo\n", ON_RECORD, **THREAD)
    assert texts(found) == {"skills_experience": "I speak Irish, for what it is worth."}


def test_who_asks_a_colleague_for_the_version_that_they_agreed_is_no_applicant():
    found = reading(
        "Draft 3 of the ally page is ready. Can you send me the version of the role description we signed off?\n",
        Subject="ally web page",
    )
    assert found.reply is ReplyKind.NONE
