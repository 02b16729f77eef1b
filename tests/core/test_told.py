"""Answers that single sentences of a later mail give."""

import pytest

from inbox_worker.core.reading import Intent, ReplyKind
from tests.core.sample_reading import ON_RECORD, THREAD, reading, values


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("For experience you could put that I speak Polish.", {"skills_experience": "I speak Polish."}),
        (
            "I forgot to mention that I have a certificate in counselling.",
            {"skills_experience": "I have a certificate in counselling."},
        ),
        (
            "You may also note down that I am a qualified youth worker.",
            {"skills_experience": "I am a qualified youth worker."},
        ),
        (
            "Please mention under skills that I ran a helpline for ten years. I have led a listening group, too.",
            {"skills_experience": "I ran a helpline for ten years. I have led a listening group, too."},
        ),
        (
            "Something I ought to have put under skills and experience: I did a listening course in May.",
            {"skills_experience": "I did a listening course in May."},
        ),
        (
            "As to support, I'd need regular supervision from somebody trained.",
            {"support_needed": "I'd need regular supervision from somebody trained."},
        ),
        (
            "The main support I would need is someone to debrief with.",
            {"support_needed": "The main support I would need is someone to debrief with."},
        ),
        (
            "My answer on awareness should be that nobody ought to suffer in silence at work.",
            {"importance": "Nobody ought to suffer in silence at work."},
        ),
        (
            "I should have said that I speak Tamil. My job title is now Head Porter.",
            {"skills_experience": "I speak Tamil.", "job_title": "Head Porter"},
        ),
    ],
)
def test_a_sentence_that_says_what_to_add_gives_it(said: str, found: dict[str, str]):
    read = reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)
    assert (values(read), read.reply) == (found, ReplyKind.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "said",
    [
        "Should I say that I speak Polish?",
        "I forgot to say that I am on holiday until the 20th.",
        "I should have mentioned that I cannot make the first session.",
        "Please mention to Sam that I was asking after her.",
        "As for support, your colleague has rung me already.",
        "Regarding my experience, I will write more next week.",
        "Under support, there is nothing to add.",
        "You can put my colleague Sam on the list as well.",
        "The one thing I would like to know is where we meet.",
        "I wanted to say how much I liked the talk.",
        "For the training, I prefer the afternoon.",
    ],
)
def test_news_thanks_and_questions_answer_nothing(said: str):
    read = reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)
    assert (values(read), read.reply) == ({}, ReplyKind.NONE)


@pytest.mark.parametrize(
    "said", ["About the support: who runs it?", "Re support: what does it cost?", "Skills: which ones count?"]
)
def test_a_question_to_the_team_behind_a_short_label_is_no_answer(said: str):
    read = reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)
    assert (read.intent, values(read)) == (Intent.FOLLOW_UP, {})


@pytest.mark.parametrize("said", ["Perhaps a mentor I could ring?", "A buddy, maybe? I am not sure yet."])
def test_who_wonders_what_they_need_answers(said: str):
    read = reading(f"Hello,\n\nSupport: {said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)
    assert values(read) == {"support_needed": said}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            "As to support, I'd need a mentor. It would have to be in the evening because I work nights. "
            "I would like a quiet room as well. See you on Friday!",
            {
                "support_needed": "I'd need a mentor. It would have to be in the evening because I work nights. "
                "I would like a quiet room as well."
            },
        ),
        (
            "Please add to skills that I have a diploma: counselling, level 3. Please leave the others as they are.",
            {"skills_experience": "I have a diploma: counselling, level 3."},
        ),
        (
            "What I would need is regular supervision and somebody to ring.",
            {"support_needed": "What I would need is regular supervision and somebody to ring."},
        ),
        (
            "The reason I want to do this is that my uncle was ill and nobody talked about it.",
            {
                "motivation": "The reason I want to do this is that my uncle was ill and nobody talked about it.",
            },
        ),
    ],
)
def test_an_answer_is_whole_up_to_where_something_else_begins(said: str, found: dict[str, str]):
    assert values(reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)) == found


@pytest.mark.parametrize(
    "said",
    [
        "The reason I would like to see you is my holiday pay.",
        "My answer to your invitation is that I would like to come and meet everybody.",
        "Under support: please remove what I wrote, I shall manage.",
        "As for support, please take out what I put.",
        "Sam told me that you should mention that I would like to help colleagues who struggle.",
        "I never said that I want to help others because of my own illness.",
        "Please say that my colleague would also need regular supervision and a quiet room.",
    ],
)
def test_what_is_asked_back_reported_or_said_of_others_answers_nothing(said: str):
    assert values(reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)) == {}


def test_a_request_to_put_that_points_forward_takes_nothing_from_above():
    said = "Please put me down for Tuesday. Please put it under motivation that I want to help others at my works."
    found = values(reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD))
    assert "Tuesday" not in found.get("motivation", "")


@pytest.mark.parametrize("refusal", ["please don't", "I would never", "we do not"])
def test_what_is_not_to_be_added_is_no_answer(refusal: str):
    said = f"I failed the listening course, so {refusal} put that under skills."
    assert values(reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)) == {}


def test_an_answer_may_go_on_in_the_next_paragraph_and_ends_where_another_matter_begins():
    said = (
        "What I would need is a mentor from another team.\n\nIt could be somebody at Medway, as I'm there weekly.\n\n"
        "My job title is now Head Clerk."
    )
    assert values(reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)) == {
        "support_needed": "What I would need is a mentor from another team. "
        "It could be somebody at Medway, as I'm there weekly.",
        "job_title": "Head Clerk",
    }


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            "You asked what support I will need.\n\nI would like to have a person outside my team to ring.\n\n"
            "I do not need a room.",
            {"support_needed": "I would like to have a person outside my team to ring. I do not need a room."},
        ),
        (
            "You wanted to know about my skills. I have run a peer group for six years.",
            {"skills_experience": "I have run a peer group for six years."},
        ),
        (
            "Here is my answer to why awareness in the workplace is important:\n\nWhere I grew up nobody spoke of it.",
            {"importance": "Where I grew up nobody spoke of it."},
        ),
        ("You asked about support.\n\nSam will ring you on Monday about the parking.", {}),
        ("You asked about my skills. It was kind of you to write.", {}),
    ],
)
def test_what_we_asked_is_answered_by_what_reads_like_an_answer(said: str, found: dict[str, str]):
    assert values(reading(f"Hello,\n\n{said}\n\nBest wishes\nJo\n", ON_RECORD, **THREAD)) == found
