"""Answers in letters, headings of the sender's own, and answers that a follow-up replaces in words."""

from tests.core.sample_reading import ON_RECORD, THREAD, reading, values

JOIN = "Dear team,\n\nI would like to become a mental health ally.\n\n"
FOUR = (
    "It bothered me for years that nobody in my team could say it.",
    "As a scout leader I learned to hear out people of every age.",
    "Somebody to ring on a bad evening.",
    "A firm whose people feel safe keeps them longer.",
)


def test_as_many_paragraphs_as_questions_answer_them_in_order():
    found = values(reading(JOIN + "\n\n".join(FOUR) + "\n\nKind regards\n\nJo Bell\n"))
    keys = ("motivation", "skills_experience", "support_needed", "importance")
    assert tuple(found.get(key) for key in keys) == FOUR


def test_a_mail_that_only_joins_answers_no_question():
    found = values(
        reading("Hi, please put me down for the mental health allies. I will do the questions when I get home.\n")
    )
    assert set(found) == {"name", "email"}


def test_arrows_stand_between_label_and_value():
    body = "My details as a mental health ally:\n\nName >> Jo Bell\nJob title -> Clerk\nSupport >> A monthly chat.\n"
    found = values(reading(body))
    assert (found["name"], found["job_title"], found["support_needed"]) == ("Jo Bell", "Clerk", "A monthly chat.")


def test_a_follow_up_replaces_an_answer_in_words():
    body = "Hi,\n\nPlease replace what I put about skills with this:\n\nI chair the welfare committee.\n\nJo\n"
    assert values(reading(body, ON_RECORD, **THREAD)) == {"skills_experience": "I chair the welfare committee."}
