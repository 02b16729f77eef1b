# ruff: noqa: E501 - mails are typed as their senders would
"""Tables with two applicants, side by side or below each other, go to a person; those of one applicant do not."""

import pytest

from inbox_worker.core.reading import Flag, Intent, Outcome, ReplyKind
from tests.core.sample_reading import reading, values

WHY = "Why are you interested in becoming a mental health ally?"
SKILLS = "What skills and experiences can you bring to the role of a mental health ally?"
SUPPORT = "What support do you think you will need as a mental health ally?"
IMPORTANT = "Why do you think mental health awareness in the workplace is important?"
Rows = list[list[str]]
TWO: Rows = [
    ["Name", "Bethan Pryce", "Tunde Oyelaran"],
    ["Job title", "Cook", "Chef"],
    ["Department/School", "Catering", "Catering"],
    ["Email", "b.pryce@kent.ac.uk", "t.oyelaran@kent.ac.uk"],
    [WHY, "I have seen friends go under.", "My brother was helped by one."],
    [SKILLS, "Patience and soup.", "I speak three languages."],
    [SUPPORT, "Somebody to ring.", "The same."],
    [IMPORTANT, "We are all human.", "Nobody cooks well in tears."],
]
ONE: Rows = [row[:2] for row in TWO]
SHORT = {WHY: "Why?", SKILLS: "Skills", SUPPORT: "Support", IMPORTANT: "Importance"}


def typed(rows: Rows) -> str:
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    table = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<p>Dear team, all that you ask for is in the table.</p><table>{table}</table><p>Many thanks</p>"


def html(rows: Rows) -> dict[str, str | None]:
    return {"body": typed(rows), "Content_Type": "text/html; charset=utf-8", "From": "Kitchens <kitchens@kent.ac.uk>"}


@pytest.mark.parametrize(
    "rows",
    [
        TWO,
        [["", "Early shift", "Late shift"], *TWO],
        [["Item", "First of us", "Second of us"], *([SHORT.get(row[0], row[0]), *row[1:]] for row in TWO)],
        [*TWO[:4], *([*row[:2], ""] for row in TWO[4:])],
        [["Name", "Bethan", "Tunde"], *TWO[1:]],
        [TWO[0], *TWO[4:]],
        [[*row, third] for row, third in zip(TWO, ["Ivy Marsh", "Porter", "Stores", "i.marsh@kent.ac.uk", *"abcd"], strict=True)],
        [list(column) for column in zip(*TWO, strict=True)],
    ],
)  # fmt: skip
def test_two_people_in_one_table_go_to_a_person(rows: Rows):
    found = reading(**html(rows))
    assert (found.intent, found.reply, found.decision.outcome) == (Intent.APPLICATION, ReplyKind.NONE, Outcome.HOLD)
    assert Flag("SEVERAL") in found.flags
    assert not values(found)


def test_two_people_in_columns_of_plain_text_go_to_a_person():
    body = "".join("\t".join(row) + "\n" for row in TWO)
    assert reading(f"Dear team,\n\n{body}\nBethan and Tunde\n").decision.outcome is Outcome.HOLD


@pytest.mark.parametrize(
    "rows",
    [
        ONE,
        [[*row, ""] for row in ONE],
        [["Question", "Answer", "Remarks"], *([*row, "" if row[0] != SUPPORT else "Ann Rowe knows"] for row in ONE)],
        [["", "Me", "Line manager"], ["Name", "Bethan Pryce", "Ann Rowe"], ["Email", "b.pryce@kent.ac.uk", "a.rowe@kent.ac.uk"], *ONE[1:3], *ONE[4:]],
        [["Name", "Bethan", "Pryce"], *ONE[1:]],
        [["Name", "Bethan Pryce", "Line manager", "Ann Rowe"], *ONE[1:]],
        [["Name", "Bethan Pryce", "Job title", "Cook"], ["Department/School", "Catering", "Email", "b.pryce@kent.ac.uk"], *ONE[4:]],
        [["Name", "Job title"], ["Bethan Pryce", "Cook"], ["Department/School", "Email"], ["Catering Services", "b.pryce@kent.ac.uk"], *ONE[4:]],
        [*ONE[:3], ["Email", "b.pryce@kent.ac.uk", "bethan@example.org"], *ONE[4:]],
        [[str(number), *row] for number, row in enumerate(ONE, 1)],
        [list(column) for column in zip(*ONE, strict=True)],
    ],
)  # fmt: skip
def test_one_applicant_in_a_table_of_more_columns_is_answered(rows: Rows):
    found = reading(**html(rows) | {"From": "Bethan Pryce <b.pryce@kent.ac.uk>"})
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT)
