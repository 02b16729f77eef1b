"""Answers that a later mail adds to or replaces in words."""

import pytest

from inbox_worker.core.reading import ReplyKind
from tests.core.sample_reading import ON_RECORD, THREAD, reading, values


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            "I am now also a deaf-blind guide, so could you add that to my skills please.",
            {"skills_experience": "I am now also a deaf-blind guide, so could you add that to my skills please."},
        ),
        (
            "I speak Welsh well enough to chair a meeting now. Please would you put it under skills?",
            {"skills_experience": "I speak Welsh well enough to chair a meeting now."},
        ),
        (
            "One thing I forgot. My mother ran a helpline from our kitchen. Please include that in my reasons.",
            {"motivation": "My mother ran a helpline from our kitchen."},
        ),
        (
            "Nobody out on the farm has anyone else to talk to.\n\nCan you add that to my answer about importance?",
            {"importance": "Nobody out on the farm has anyone else to talk to."},
        ),
        (
            "I passed level 3 in June, would you add this to my skills please. My job title is now Senior Porter.",
            {
                "skills_experience": "I passed level 3 in June, would you add this to my skills please.",
                "job_title": "Senior Porter",
            },
        ),
    ],
)
def test_what_a_request_to_add_it_points_back_at_is_the_answer(said: str, found: dict[str, str]):
    read = reading(f"Hello again,\n\n{said}\n\nBest,\nJo\n", ON_RECORD, **THREAD)
    assert (values(read), read.reply) == (found, ReplyKind.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "said",
    [
        "Please add that to my skills.",
        "Thank you for writing. Could you add this to my skills?",
        "Please do not add that course to my skills.",
        "I'll send the certificate next week, and you could add it to my skills.",
    ],
)
def test_where_nothing_is_pointed_at_nothing_is_an_answer(said: str):
    assert values(reading(f"Hello,\n\n{said}\n\nBest,\nJo\n", ON_RECORD, **THREAD)) == {}


def test_what_this_points_at_may_stand_below():
    read = reading("Thanks.\n\nPlease add this to my skills:\n\nI run the choir.\n\nJo\n", ON_RECORD, **THREAD)
    assert values(read) == {"skills_experience": "I run the choir."}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("There is a slip in my job title, it should be Senior Porter.", {"job_title": "Senior Porter"}),
        (
            "As for your question about support: somebody to ring after a hard day.",
            {"support_needed": "somebody to ring after a hard day."},
        ),
        (
            "I did all but importance, so here goes: nobody should have to hide in a stockroom.",
            {"importance": "nobody should have to hide in a stockroom."},
        ),
    ],
)
def test_a_sentence_may_name_a_field_and_then_give_it(said: str, found: dict[str, str]):
    assert values(reading(f"Hi,\n\n{said}\n\nThanks\nJo\n", ON_RECORD, **THREAD)) == found


@pytest.mark.parametrize(
    "said",
    [
        "Thanks for asking after my department, it is Monday that suits us.",
        "Re your question about support: who pays for that?",
        "Regarding my earlier answer on experience: please ring me.",
        "I'll be in Canterbury on Monday.",
    ],
)
def test_a_sentence_that_names_a_field_and_speaks_of_something_else_gives_nothing(said: str):
    assert values(reading(f"Hi,\n\n{said}\n\nThanks\nJo\n", ON_RECORD, **THREAD)) == {}
