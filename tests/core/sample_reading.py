"""Reads a mail written in a few lines, by the rules of the sample configuration."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from inbox_worker.config import load
from inbox_worker.config.rules import rules
from inbox_worker.core.build_document import build
from inbox_worker.core.read import read
from inbox_worker.core.reading import Known, Reading
from inbox_worker.core.scheme import Rules
from inbox_worker.lexicon import load as lexicon
from inbox_worker.resources import file
from tests.core.sample_mail import RECEIVED, mail, parsed

MAILBOX = "equalityanddiversity@kent.ac.uk"
SUBJECT = "Mental Health Ally"
OURS = "<ally-1@kent.ac.uk>"  # a Message-ID of our reply
THREAD = {"In_Reply_To": OURS, "References": OURS, "Subject": "Re: Your expression of interest: Mental Health Ally"}
ON_RECORD = Known(assume_record=True)
FORM = """Name: Jo Bell
Job title: Senior Clerk
Department/School: Kent Law School
Email: jo.bell@kent.ac.uk
- Why are you interested in becoming a mental health ally?
I care about it.
- What skills and experiences can you bring to the role of a mental health ally?
Ten years of listening.
- What support do you think you will need as a mental health ally?
A buddy.
- Why do you think mental health awareness in the workplace is important?
People matter.
"""
VALUES = {
    "name": "Jo Bell",
    "job_title": "Senior Clerk",
    "department": "Kent Law School",
    "email": "jo.bell@kent.ac.uk",
    "motivation": "I care about it.",
    "skills_experience": "Ten years of listening.",
    "support_needed": "A buddy.",
    "importance": "People matter.",
}
REQUEST = """

From: Equality and Diversity <equalityanddiversity@kent.ac.uk>
Sent: 28 April 2026 09:30
To: Jo Bell <jo.bell@kent.ac.uk>
Subject: Your expression of interest: Mental Health Ally

Dear Jo,

Thank you for your interest in becoming a Mental Health Ally. We still need the following from you:

- Job title
- What support do you think you will need as a mental health ally?

Please reply to this message with the missing information.

Equality, Diversity and Inclusivity Team
"""


@cache
def sample_rules() -> Rules:
    """The rules of the configuration as shipped."""
    config = load(file("config.example.yaml"))
    return rules(config, config.mailboxes[0], lexicon())


def of_bytes(
    content: bytes, known: Known | None = None, rules_: Rules | None = None, age: timedelta = timedelta(0)
) -> Reading:
    email = parsed(content)
    return read(email, build(email, ()), rules_ or sample_rules(), known or Known(), RECEIVED + age, RECEIVED)


def reading(body: str, known: Known | None = None, **headers: str | None) -> Reading:
    """What is understood of a plain-text mail to the mailbox; `headers` as in `sample_mail.mail`."""
    return of_bytes(mail(body, **{"To": MAILBOX, "Subject": SUBJECT, **headers}), known)


def values(found: Reading) -> dict[str, str]:
    return {key: value.text for key, value in found.form.values.items()}


def with_authserv(*ids: str) -> Rules:
    """The sample's rules for a boundary that signs with one of these names."""
    found = sample_rules()
    return replace(found, site=replace(found.site, authserv_ids=ids))
