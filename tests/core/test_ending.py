"""Where answers end: what only closes a letter, or opens what comes next, is no part of them."""

import pytest

from tests.core.sample_reading import FORM, VALUES, reading, values

JOIN = "I would like to be a mental health ally.\n\n"
LETTER = JOIN + "I want to do this because my brother was ill.\n\nIt is important at work because we are there all day."


@pytest.mark.parametrize(
    "leave",
    [
        "Thanking you beforehand for the attention,\nyours sincerely,\n\nJo",
        "I remain, with apologies for going on,\n\nYours sincerely,\nJo Bell",
        "With all good wishes and apologies for the lecture,\n\nJo\n\n-- \nJo Bell\nSenior Clerk",
        "J. Bell",
        "On a train all day so may be slow to reply\n\nJo",
        "With apologies for the length and every good wish to the whole team\n\nJo",
    ],
)
def test_words_of_leave_below_the_last_answer_are_no_part_of_it(leave: str):
    body = FORM.replace("I care about it.", "I care about it.\n\nI always have.")
    assert values(reading(f"{body}\n{leave}\n")) == {**VALUES, "motivation": "I care about it. I always have."}


@pytest.mark.parametrize(
    "leave", ["With much love to you all, and keep warm,", "Until the summer party, and with thanks,"]
)
@pytest.mark.parametrize("postscript", ["P.S. Sam would too but for the knees.", "NB I am away on Friday."])
def test_words_of_leave_above_a_name_and_a_postscript_are_no_part_of_an_answer(leave: str, postscript: str):
    body = FORM.replace("I care about it.", "I care about it.\n\nI always have.")
    found = values(reading(f"{body}\nAnd because they hide it.\n\n{leave}\n\nJo\n\n{postscript}\n"))
    assert found["importance"] == "People matter. And because they hide it."


def test_a_line_that_breaks_at_a_comma_inside_the_last_answer_stays():
    body = FORM.replace("People matter.", "People matter. They are, after all,\nthe place.")
    assert values(reading(body))["importance"] == "People matter. They are, after all, the place."


def test_the_senders_name_below_a_blank_last_question_answers_nothing():
    assert reading(FORM.replace("People matter.\n", "\nJ. Bell\n")).form.missing == ("importance",)


def test_a_letters_leave_wrapped_over_two_lines_is_no_part_of_an_answer():
    found = values(
        reading(f"{LETTER}\n\nThank you for reading, and do come to see the roses\nby the gate this week,\nJo\n")
    )
    assert found["importance"] == "It is important at work because we are there all day."


@pytest.mark.parametrize("heading", ["ABOUT ME", "The dull part"])
def test_a_heading_of_the_details_is_no_part_of_the_answer_above_it(heading: str):
    details, answers = FORM.split("- Why", 1)
    assert values(reading(f"{JOIN}- Why{answers}\n{heading}\n{details}")) == VALUES


def test_the_first_word_of_an_answer_is_no_end_of_the_heading_above_it():
    body = FORM.replace(
        "- Why are you interested in becoming a mental health ally?\nI care about it.",
        "WHY I WANT TO BE AN ALLY\nI was lucky: nobody asked me to hide.",
    )
    assert values(reading(body))["motivation"] == "I was lucky: nobody asked me to hide."


def test_an_answer_that_is_lettered_keeps_its_first_letter():
    wanted = "(a) To be told what I may do. (b) Somebody to ring."
    found = reading(FORM.replace("A buddy.", wanted))
    assert values(found)["support_needed"] == wanted


def test_letters_before_each_line_of_an_answer_are_a_list_of_their_own():
    body = FORM.replace("A buddy.", "a) Training\nb) Somebody to ring")
    assert values(reading(body))["support_needed"] == "Training Somebody to ring"


def test_a_question_in_two_wordings_on_one_line_is_no_part_of_the_answer():
    body = FORM.replace("- Why are you interested in becoming a mental health ally?", "1. Pam? / Why interested?")
    assert values(reading(body))["motivation"] == "I care about it."


def test_a_remark_about_slow_replies_is_no_part_of_an_answer():
    found = values(reading(f"{LETTER} In the lab all week so may be slow to reply\n\nJo\n"))
    assert found["importance"] == "It is important at work because we are there all day."


def test_who_the_sender_is_and_wants_to_be_is_no_reason():
    sender = "I'm Jo Bell, Senior Clerk in Kent Law School, and I'd like to volunteer as a mental health ally."
    found = values(reading(f"{sender} I want to be an ally because my brother was ill."))
    assert (found["motivation"], found["job_title"]) == (
        "I want to be an ally because my brother was ill.",
        "Senior Clerk",
    )


@pytest.mark.parametrize(
    "answer",
    [
        "Don't know yet, a bit of training i suppose",
        "I expect to need support from someone who will tell me plainly when I am too keen.",
    ],
)
def test_an_answer_with_words_that_put_others_off_is_one(answer: str):
    assert values(reading(FORM.replace("A buddy.", answer)))["support_needed"] == answer


def test_a_sentence_that_can_only_answer_later_is_no_answer():
    later = "I can only say that when I have read the role description."
    assert reading(FORM.replace("A buddy.", later)).form.missing == ("support_needed",)


@pytest.mark.parametrize(
    "last",
    [
        "I'm on my phone all day so may be slow to reply",
        "On the training I can only say something once I have read the description. Could you send it?",
    ],
)
def test_a_last_line_about_the_letter_itself_is_no_part_of_the_answer_right_above_it(last: str):
    assert values(reading(f"{FORM}{last}\n")) == VALUES


def test_a_closing_without_a_comma_is_no_part_of_a_letters_answer():
    found = values(reading(f"{LETTER}\n\nYours, and apologies for the lecture\n\nJo\n"))
    assert found["importance"] == "It is important at work because we are there all day."


def test_the_senders_name_with_job_and_place_below_a_letter_is_no_part_of_its_answers():
    found = values(reading(f"{LETTER}\n\nProfessor Jo Bell, Professor of Law, School of Humanities\n"))
    assert found["importance"] == "It is important at work because we are there all day."
    assert (found["name"], found["department"]) == ("Professor Jo Bell", "School of Humanities")
