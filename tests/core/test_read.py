"""What holds of the reading of any mail, and how its parts go together."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox_worker.core.build_document import build
from inbox_worker.core.document import FormText
from inbox_worker.core.read import read
from inbox_worker.core.reading import Intent, Known, OnRecord, Outcome, ReplyKind, Tier
from tests.core.sample_mail import RECEIVED, mail, multipart, parsed, text_part
from tests.core.sample_reading import (
    FORM,
    MAILBOX,
    OURS,
    REQUEST,
    SUBJECT,
    THREAD,
    VALUES,
    of_bytes,
    reading,
    sample_rules,
    values,
)

WORDS = [
    *FORM.split("\n"),
    "I would like to be a mental health ally.",
    "Please send me the role description.",
    "Please withdraw my application.",
    "Thanks!",
    "> Name: Sam Ricketts",
    "From: Sam Ricketts <sam@example.org>",
    "On 4 May 2026, Sam <sam@example.org> wrote:",
    "Begin forwarded message:",
    "-- ",
    "Kind regards",
    "Jo Bell",
    "Senior Clerk, Kent Law School",
    "1. I care.",
    "2) Listening",
    "(a) one (b) two (c) three",
    "Name - A / Dept - B",
    "Name | Job title | Email",
    "",
    "i want to die",
    "mental helth allys",
    "LGBTQ+ ally",
    "n/a",
    "Ω ≈ ç √ ∫ \u202e \u200b",
]
bodies = st.lists(st.sampled_from(WORDS) | st.text(max_size=60), max_size=25).map("\n".join)
heads = st.fixed_dictionaries(
    {},
    optional={
        "From": st.sampled_from(
            ["Jo Bell <jo.bell@kent.ac.uk>", "<x>", "a@b.org, c@d.org", "", '"Bell, Jo" <jo@kent.ac.uk>']
        ),
        "Reply_To": st.sampled_from(["<jo@cs.kent.ac.uk>", "<jo@example.org>", "nobody", MAILBOX]),
        "To": st.sampled_from([MAILBOX, "else@example.org", ""]),
        "Subject": st.sampled_from(
            ["Mental Health Ally", "Re: your application", "", "Automatic reply: x", "LGBTQ+ Ally"]
        ),
        "Auto_Submitted": st.sampled_from(["no", "auto-replied", ";"]),
        "List_Id": st.just("<x.example.org>"),
        "In_Reply_To": st.just(OURS),
        "Authentication_Results": st.sampled_from(["dmarc=fail header.from=kent.ac.uk", "(((", "x; dmarc=pass"]),
    },
)
known = st.sampled_from(
    [
        Known(),
        Known(assume_record=True),
        Known(ours=frozenset({OURS})),
        Known(applications=(OnRecord(7, "mental-health-ally", "incomplete", {"name": "Jo Bell"}),)),
    ]
)


def squeezed(text: str) -> str:
    """The letters and digits of `text`: white space, marks of layout and line borders do not count."""
    return "".join(character for character in text.casefold() if character.isalnum())


def pieces(text: str, letters: str) -> bool:
    return all(squeezed(word) in letters for word in text.split())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bodies, head=heads, on_record=known)
def test_any_mail_has_a_reading_that_is_consistent(body: str, head: dict[str, str], on_record: Known):
    content = mail(body, **{"To": MAILBOX, **head})
    email = parsed(content)
    found = read(email, build(email, ()), sample_rules(), on_record, RECEIVED, RECEIVED)
    senders = {entry.address.casefold() for entry in (*email.from_, *email.reply_to)}
    assert (found.reply_to is None) == (found.reply is ReplyKind.NONE)
    assert found.reply is ReplyKind.NONE or found.decision.outcome is not Outcome.SKIP
    assert found.reply_to is None or found.reply_to.casefold() in senders - {MAILBOX}
    assert not (found.attach_role_description and found.reply is ReplyKind.NONE)
    if found.tier in (Tier.A, Tier.B):
        assert (found.decision.outcome, found.reply) == (Outcome.HOLD, ReplyKind.NONE)
    letters = squeezed(
        email.subject + (email.plain or "") + " ".join(entry.name + entry.address for entry in email.from_)
    )
    assert [value for value in found.form.values.values() if not pieces(value.text, letters)] == []


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=3_000))
def test_any_bytes_have_a_reading_and_no_answer(content: bytes):
    found = of_bytes(content)
    assert found.reply is ReplyKind.NONE


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=string.printable, max_size=400))
def test_random_words_are_nothing_of_a_scheme(text: str):
    assert reading(text, Subject="x").reply is ReplyKind.NONE


def test_reading_is_a_function_of_its_arguments():
    content = mail(FORM, To=MAILBOX, Subject=SUBJECT)
    assert of_bytes(content) == of_bytes(content)


@pytest.mark.parametrize("size", [200_000, 2_000_000])
def test_a_very_long_mail_is_read_to_its_end(size: int):
    assert reading("mental health ally " * (size // 19)).reply is ReplyKind.NONE
    assert not reading(("Name: " + "x" * 50 + "\n") * (size // 57)).attach_role_description


def test_a_complete_application_is_acknowledged():
    found = reading(FORM)
    assert (found.intent, found.reply, found.reply_to) == (
        Intent.APPLICATION,
        ReplyKind.ACKNOWLEDGEMENT,
        "jo.bell@kent.ac.uk",
    )
    assert (found.scheme, values(found)) == ("mental-health-ally", VALUES)


def test_an_application_belongs_to_the_one_on_record():
    records = (
        OnRecord(7, "mental-health-ally", "incomplete", {"name": "Jo Bell"}),
        OnRecord(9, "another", "closed", {}),
    )
    found = reading("My job title is Porter." + REQUEST, Known(applications=records), **THREAD)
    assert (found.intent, found.application) == (Intent.FOLLOW_UP, 7)


def test_the_thread_tells_the_application_before_the_address_does():
    record = Known(
        applications=(OnRecord(7, "mental-health-ally", "received", {}),), ours=frozenset({OURS}), thread_application=12
    )
    assert reading("My job title is Porter." + REQUEST, record, **THREAD).application == 12


def test_a_mail_without_a_usable_sender_is_held_and_keeps_what_it_says():
    found = reading(
        "Delroy Reed, Vehicle Mechanic, Estates, d.reed@kent.ac.uk is me. I want to be a mental health ally.",
        From="Workshop PC <workshop-pc>",
    )
    assert (found.decision.outcome, found.decision.code, found.reply_to) == (Outcome.HOLD, "FROM", None)
    assert values(found) == {
        "name": "Delroy Reed",
        "job_title": "Vehicle Mechanic",
        "department": "Estates",
        "email": "d.reed@kent.ac.uk",
    }


def test_a_reply_to_elsewhere_is_flagged():
    found = reading(FORM, Reply_To="<jo@example.org>")
    assert "REPLY_TO_IGNORED" in [flag.code for flag in found.flags]
    assert found.reply_to == "jo.bell@kent.ac.uk"


def test_values_of_low_confidence_are_flagged():
    found = reading("Hi, I want to be a mental health ally because my brother was ill.")
    assert [flag.detail for flag in found.flags if flag.code == "LOW_CONFIDENCE"] == ["motivation"]


@pytest.mark.parametrize("problem", ["SCAN", "PASSWORD", "CORRUPT"])
def test_a_form_that_nobody_could_read_is_held(problem: str):
    email = parsed(mail("My mental health ally form is attached.", To=MAILBOX, Subject=SUBJECT))
    found = read(email, build(email, (FormText("form.pdf", (), problem),)), sample_rules(), Known(), RECEIVED, RECEIVED)
    assert (found.decision.outcome, found.decision.code, found.intent) == (Outcome.HOLD, problem, Intent.APPLICATION)
    assert values(found) == {"name": "Jo Bell", "email": "jo.bell@kent.ac.uk"}


def test_an_unreadable_file_beside_other_business_is_left_alone():
    email = parsed(mail("Please see the attached minutes.", To=MAILBOX, Subject="Minutes"))
    found = read(
        email, build(email, (FormText("minutes.pdf", (), "SCAN"),)), sample_rules(), Known(), RECEIVED, RECEIVED
    )
    assert found.decision.outcome is Outcome.SKIP


def test_an_unreadable_file_beside_a_filled_form_changes_nothing():
    email = parsed(mail(FORM, To=MAILBOX, Subject=SUBJECT))
    found = read(email, build(email, (FormText("extra.pdf", (), "SCAN"),)), sample_rules(), Known(), RECEIVED, RECEIVED)
    assert found.reply is ReplyKind.ACKNOWLEDGEMENT


@pytest.mark.parametrize(
    ("filename", "fours", "code"),
    [
        ("form.jpg", 800, "SCAN"),
        ("Scan 12.jpg", 20, "SCAN"),
        ("PXL_0042.jpg", 20, "SCAN"),
        ("dot.jpg", 20, "UNRELATED"),
    ],
)
def test_a_photograph_of_the_form_is_held_and_a_spacer_is_not(filename: str, fours: int, code: str):
    """A small one is known by the name that a camera or a scanner gave it."""
    picture = (
        f"Content-Type: image/jpeg\nContent-Disposition: attachment; filename={filename!r}\n".replace("'", '"')
        + "Content-Transfer-Encoding: base64\n\n"
        + "QUJD" * fours
    )
    content = multipart(
        "mixed", text_part("My form for mental health ally, written by hand.\n"), picture, To=MAILBOX, Subject=SUBJECT
    )
    assert of_bytes(content).decision.code == code


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [("Mental Health Ally", Outcome.HOLD), ("Form", Outcome.HOLD), ("Grievance panel papers", Outcome.SKIP)],
)
def test_an_encrypted_mail_is_held_unless_it_is_plainly_something_else(subject: str, outcome: Outcome):
    content = mail(
        "MIIB",
        To=MAILBOX,
        Subject=subject,
        Content_Type="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
    )
    assert of_bytes(content).decision.outcome is outcome
    assert of_bytes(content).reply is ReplyKind.NONE
