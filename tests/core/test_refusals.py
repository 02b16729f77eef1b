"""Who does not want to join, who does not want to if something is so, and who does not want to be something else."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import FORM, reading

WISH = "I would like to become a mental health ally. "


@pytest.mark.parametrize(
    "said",
    [
        "I never want to be in that room again with nothing to say.",
        "Nobody helped me and I don't want others to be where I was.",
        "I do not want to be a nuisance, but I could not find the form.",
        "I didn't want to be the only man on the list, but here I am.",
        "When somebody cries I don't want to be the one who leaves.",
    ],
)
def test_who_does_not_want_to_be_something_else_declines_nothing(said: str):
    assert reading(f"{WISH}{said}\n\nJo Bell\n").reply is ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE
    found = reading(f"{said}\n\n{FORM}")
    assert (found.decision.outcome, found.reply) == (Outcome.REPLY, ReplyKind.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "said",
    [
        "I don't want to be an ally, though.",
        "I do not wish to be one of your mental health allies.",
        "I'm sorry, I don't want to be.",
        "Thanks, but I don't want to be involved.",
        "I wouldn't want to be on that rota or part of the network.",
    ],
)
def test_who_does_not_want_the_role_is_not_answered_as_an_applicant(said: str):
    asked = reading(f"I have read about the mental health allies. {said} Could you send me the role description?\n")
    assert (asked.intent, asked.reply) == (Intent.UNRELATED, ReplyKind.NONE)
    assert reading(f"{said}\n\n{FORM}").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "said",
    [
        "If my manager has to be told, I do not wish to apply.",
        "Count me in, but if it means evenings I don't want to be an ally.",
        "If there is a photo on the web page then I would not want to join.",
        "If I must do it in term time I am not applying.",
    ],
)
def test_who_does_not_want_to_join_if_something_is_so_sets_a_condition_and_contradicts_nothing(said: str):
    found = reading(f"{said}\n\n{FORM}")
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "QUESTION")
    assert found.reply is ReplyKind.ACKNOWLEDGEMENT
