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


@pytest.mark.parametrize(
    "remark",
    [
        "Off until Tuesday so if you ring, let it ring a while!",
        "Must run now, I have a lecture, more when I am back next week.",
        "You have my number if anything is unclear.",
    ],
)
@pytest.mark.parametrize("signed", ["Jo", "Jojo x", "Bellringer"])
def test_a_remark_below_a_short_mails_one_answer_is_no_part_of_it(remark: str, signed: str):
    wish = "Hi, id love to be a mental health ally. Im a porter in Estates."
    body = f"{wish}\n\nWhy - people tell me things at the gate\n\n{remark}\n\n{signed}\n"
    assert values(reading(body))["motivation"] == "people tell me things at the gate"


@pytest.mark.parametrize(
    "remark",
    [
        "I shall quite understand if there are already enough of us.",
        "I will understand, of course, if you have no more places.",
        "I'm sorry this has become a book. I never work on Mondays, on account of the goat.",
    ],
)
def test_a_remark_below_a_form_of_long_answers_is_no_part_of_the_last_one(remark: str):
    body = FORM.replace("I care about it.", "I care about it.\n\nI always have.")
    assert values(reading(f"{body}\n{remark}\n\nKind regards\n\nJo\n"))["importance"] == "People matter."


@pytest.mark.parametrize(
    "more",
    [
        "There is the cost as well, which others can reckon better than I.",
        "Awareness by itself mends nobody. But it makes the first word cheaper.",
        "And it is only good manners, when all is said.",
    ],
)
def test_a_further_paragraph_that_answers_belongs_to_a_form_of_long_answers(more: str):
    body = FORM.replace("I care about it.", "I care about it.\n\nI always have.")
    assert values(reading(f"{body}\n{more}\n\nKind regards\n\nJo\n"))["importance"] == f"People matter. {more}"


@pytest.mark.parametrize("name", ["Jojo x", "JB xx", "Belly \U0001f600", "Jojo x x"])
def test_a_nickname_with_kisses_hides_no_remark_above_it(name: str):
    found = values(reading(f"{FORM}\nSee you all on the river, I shall bring the other oar!\n\n{name}\n"))
    assert found["importance"] == "People matter."


BESIDE = (
    "Name: Jo Bell\nJob title: Porter\nDepartment: Estates\nWhy interested: people tell me things\n"
    "Skills: ten years of nights\nSupport:\nImportant because:\n\n"
)


@pytest.mark.parametrize(
    "below",
    [
        "the bus is here i do the other two tomorrow night. bless you",
        "Battery is nearly gone, I will write the last ones down at home.",
        "My break is over. You will have the others on Friday.",
    ],
)
def test_what_stands_apart_below_labels_that_are_answered_beside_answers_none_of_them(below: str):
    assert set(reading(f"{BESIDE}{below}\n").form.missing) == {"support_needed", "importance"}


@pytest.mark.parametrize(
    "below", ["People hide it at work until they break.", "It is half of our lives that we are here."]
)
def test_what_reads_like_an_answer_is_one_wherever_it_stands(below: str):
    assert values(reading(f"{BESIDE}{below}\n"))["importance"] == below
