"""A month in the life of the team: sixty mails, colleagues who answer some by hand, and what everybody is told.

Everything is compared with a diary that the test keeps by itself. The clocks go back in the third week.
"""

import io
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest

from inbox_worker.cli.applications import write_export
from inbox_worker.config.rules import scheme as scheme_of
from inbox_worker.core.approval import Approval
from inbox_worker.demo_servers import ImapServer, SmtpServer
from inbox_worker.held_mail import approve
from tests.site import CONTACT, LABELS, MAILBOX, TEAM, Site, form, mail, running
from tests.team.people import Clock, address_of, applies, sent_to, subjects, text_of

START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)  # a Monday
MONDAYS = ["2026-10-12 07:00", "2026-10-19 07:00", "2026-10-26 08:00", "2026-11-02 08:00"]  # eight in London, in UTC
DIGESTS = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in MONDAYS]
DEPARTMENTS = ("Library Services", "School of Biosciences", "Estates", "School of Arts")
FIRST = ("Ada", "Bryn", "Chidi", "Dilys", "Ewa", "Farah", "Gethin", "Harpreet", "Ines", "Jonah", "Keiko", "Lowri")
LAST = ("Achebe", "Bevan", "Cole")
PEOPLE = [f"{first} {last}" for last in LAST for first in FIRST]
DISTRESS = "I wanted to be a mental health ally but I am going to end my life tonight. Goodbye."


@dataclass
class Diary:
    """What happened, as the test itself arranged it."""

    new: dict[str, datetime] = field(default_factory=dict)  # person -> when they applied
    departments: dict[str, str] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)  # "complete", "incomplete", "held", "withdrawn"
    changed: dict[str, list[datetime]] = field(default_factory=dict)
    withdrawn: dict[str, datetime] = field(default_factory=dict)
    replies: Counter[tuple[str, str]] = field(default_factory=Counter)  # (person, template)
    summaries: Counter[str] = field(default_factory=Counter)  # what their subjects end in
    mails: int = 0

    def applied(self, person: str, at: datetime, standing: str, department: str) -> None:
        self.new[person], self.standing[person], self.departments[person] = at, standing, department
        self.changed[person] = [at]

    def figures(self, since: datetime, until: datetime) -> dict[str, int]:
        """The counts that the digest of a week must show, as things stand at its end."""

        def within(moment: datetime) -> bool:
            return since <= moment < until

        new = [person for person, at in self.new.items() if within(at)]
        states = Counter("complete" if self.standing[p] == "withdrawn" else self.standing[p] for p in new)
        touched = {person for person, moments in self.changed.items() if any(map(within, moments))}
        return {
            "New applications": len(new),
            "of these complete": states["complete"],
            "of these incomplete": states["incomplete"],
            "of these waiting for a person": states["held"],
            "Withdrawn": sum(map(within, self.withdrawn.values())),
            "Earlier applications that changed": len(touched - set(new)),
        }


class Month:
    """The people outside: applicants, colleagues, contacts."""

    def __init__(self, site: Site, server: ImapServer, smtp: SmtpServer, clock: Clock) -> None:
        self.site, self.server, self.smtp, self.clock = site, server, smtp, clock
        self.diary = Diary()
        self.digests: list[dict[str, int]] = []

    def until(self, moment: datetime) -> None:
        """Let time pass, with a pass of the worker at eight on every Monday on the way."""
        for due in DIGESTS:
            if self.clock.now < due <= moment:
                since = DIGESTS[DIGESTS.index(due) - 1] if due != DIGESTS[0] else START
                self.digests.append(self.diary.figures(since, due))
                self.clock.now = due
                self.site.once()
        self.clock.now = moment
        self.site.once()

    def arrives(self, content: bytes, *flags: str) -> None:
        self.diary.mails += 1
        self.server.deliver(content, received=self.clock.now, flags=flags)
        self.clock.on(minutes=1)
        self.site.once()

    def last_reply(self, person: str) -> EmailMessage:
        return sent_to(self.smtp, address_of(person))[-1]

    def applies(self, person: str, *without: str, forged: bool = False, answered: bool = False) -> None:
        department = DEPARTMENTS[self.diary.mails % 4]
        content = applies(person, self.diary.mails, *without, department=department)
        if forged:
            content = b"Authentication-Results: mx.kent.ac.uk; dmarc=fail header.from=kent.ac.uk\r\n" + content
        standing = "held" if forged else "incomplete" if without else "complete"
        self.diary.applied(person, self.clock.now + timedelta(minutes=1), standing, department)
        self.arrives(content, *(["\\Answered"] if answered else []))
        if forged:
            return
        missing = f"{len(without)} item{'s' if len(without) > 1 else ''} missing" if without else "complete"
        self.diary.summaries[f"new application, {missing}"] += 1
        if not answered:
            template = "acknowledgement_incomplete" if without else "acknowledgement"
            self.diary.replies[person, template] += 1

    def completes(self, person: str) -> None:
        ours = self.last_reply(person)
        text = f"{LABELS['motivation']} I was once helped by one.\n{LABELS['importance']} It touches all of us."
        sender, thread = f"{person} <{address_of(person)}>", str(ours["Message-ID"])
        number = f"<{self.diary.mails}@mail.kent.ac.uk>"
        self.arrives(mail(text, sender=sender, subject=f"Re: {ours['Subject']}", message_id=number, In_Reply_To=thread))
        self.diary.standing[person] = "complete"
        self.diary.changed[person].append(self.clock.now)
        self.diary.replies[person, "acknowledgement"] += 1
        self.diary.summaries["application now complete"] += 1

    def withdraws(self, person: str) -> None:
        text = "Please withdraw my application to become a mental health ally. I have less time than I thought."
        self.arrives(mail(text, sender=f"{person} <{address_of(person)}>", subject="Mental health ally: withdrawing",
                          message_id=f"<{self.diary.mails}@mail.kent.ac.uk>"))  # fmt: skip
        self.diary.standing[person] = "withdrawn"
        self.diary.withdrawn[person] = self.clock.now
        self.diary.changed[person].append(self.clock.now)
        self.diary.replies[person, "withdrawal"] += 1
        self.diary.summaries["application withdrawn"] += 1

    def asks(self, person: str) -> None:
        text = "Could you send me the role description for the mental health allies, please? Thank you."
        self.arrives(mail(text, sender=f"{person} <{address_of(person)}>", subject="Mental Health Allies",
                          message_id=f"<{self.diary.mails}@mail.kent.ac.uk>"))  # fmt: skip
        self.diary.replies[person, "role_description"] += 1

    def bounces(self, person: str) -> None:
        report = (
            f"From: MAILER-DAEMON@mx.example.org\r\nTo: {MAILBOX}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            "Message-ID: <dsn@mx.example.org>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            f"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; {address_of(person)}\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {self.last_reply(person)['Message-ID']}\r\n\r\n--b--\r\n"
        )
        self.arrives(report.encode())
        self.diary.changed[person].append(self.clock.now)

    def other(self, text: str, **headers: str) -> None:
        self.arrives(mail(text, sender="Nobody Special <n.special@kent.ac.uk>", subject="Room bookings",
                          message_id=f"<{self.diary.mails}@mail.kent.ac.uk>", **headers))  # fmt: skip

    def answers_by_hand(self, number: int) -> None:
        """A colleague answers the mail of a Message-ID in Outlook."""
        with self.server.client() as client:
            client.select("INBOX")
            (uid,) = client.uid("SEARCH", "HEADER", "Message-ID", f"<{number}@mail.kent.ac.uk>")[1][0].split()
            client.uid("STORE", uid.decode(), "+FLAGS", "(\\Answered)")
        self.clock.on(minutes=6)
        self.site.once()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """Live through the month once; each test looks at one side of it."""
    from inbox_worker.database import migrate
    from tests.fixtures_mail import PASSWORD, USER

    folder = tmp_path_factory.mktemp("month")
    url = f"sqlite:///{folder / 'month.db'}"
    migrate(url)
    clock = Clock(START)
    with ImapServer(USER, PASSWORD) as server, SmtpServer() as smtp, running(
        folder, server, smtp, url, clock=clock
    ) as site:  # fmt: skip
        lived = Month(site, server, smtp, clock)
        _live(lived)
        lived.until(datetime(2026, 11, 4, 9, 0, tzinfo=UTC))
        yield lived


def _live(month: Month) -> None:
    people = iter(PEOPLE)
    early = [next(people) for _ in range(10)]
    forged = [next(people) for _ in range(4)]
    _first_week(month, early, forged[0])
    month.until(START + timedelta(days=8))
    _second_week(month, early, forged[1], [next(people) for _ in range(7)])
    month.until(START + timedelta(days=16))
    _third_week(month, early, forged[2], [next(people) for _ in range(4)])
    month.until(START + timedelta(days=23))
    _fourth_week(month, early, forged[3], [next(people) for _ in range(9)])


def _first_week(month: Month, early: list[str], forged: str) -> None:
    """The all-staff mail went out."""
    for person in early[:8]:
        month.applies(person)
        month.clock.on(hours=2)
    for person in early[8:]:
        month.applies(person, "motivation", "importance")
        month.clock.on(hours=1)
    for person in ("Olu Request", "Pia Request", "Quin Request"):
        month.asks(person)
    for _ in range(3):
        month.other("Is the seminar room free on Thursday?")
    month.other("I am out of the office.", Auto_Submitted="auto-replied")
    month.until(START + timedelta(days=5))
    month.completes(early[8])
    number = month.diary.mails
    month.applies(forged, forged=True)
    month.clock.on(hours=3)
    month.answers_by_hand(number)


def _second_week(month: Month, early: list[str], forged: str, fresh: list[str]) -> None:
    """Somebody in distress, and a colleague who is quicker than the worker."""
    month.arrives(mail(DISTRESS, sender="Jo Fairweather <jo.fairweather@kent.ac.uk>", message_id="<crisis@kent.ac.uk>"))
    month.clock.on(minutes=31)
    month.site.once()
    alert = sent_to(month.smtp, CONTACT)[-1]
    month.arrives(
        mail(
            "I have rung her.",
            sender=CONTACT,
            subject=f"Re: {alert['Subject']}",
            message_id="<taken@example.org>",
            In_Reply_To=str(alert["Message-ID"]),
        )
    )
    for person in fresh[:2]:
        month.applies(person, answered=True)
    for person in fresh[2:]:
        month.applies(person)
    month.withdraws(early[0])
    month.completes(early[9])
    month.applies(forged, forged=True)


def _third_week(month: Month, early: list[str], forged: str, late: list[str]) -> None:
    """The clocks go back on its Sunday."""
    for person in late:
        month.applies(person, "motivation", "importance")
    month.completes(late[0])
    month.completes(late[1])
    month.bounces(late[2])
    month.withdraws(early[1])
    for person in ("Rhys Request", "Sian Request"):
        month.asks(person)
    month.other("Automatic reply: away", Auto_Submitted="auto-replied")
    for _ in range(3):
        month.other("Please find the minutes below.")
    number = month.diary.mails
    month.applies(forged, forged=True)
    month.answers_by_hand(number)


def _fourth_week(month: Month, early: list[str], forged: str, fresh: list[str]) -> None:
    """A person approves what was held."""
    for person in fresh:
        month.applies(person)
        month.clock.on(hours=4)
    month.withdraws(early[2])
    month.applies(forged, forged=True)
    with month.site.service.store.reading() as view:
        entry = view.held()[-1]
    approve(month.site.service, entry, Approval("Robin", scheme_of(month.site.config.schemes[0])))
    month.diary.standing[forged] = "complete"
    month.diary.replies[forged, "acknowledgement"] += 1
    month.diary.summaries["new application, complete"] += 1
    month.other("Thanks again for Tuesday.")
    month.other("The lift is out of order.")
    month.other("Automatic reply", X_Autoreply="yes")


def digests(month: Month) -> list[EmailMessage]:
    return [each for each in sent_to(month.smtp, TEAM) if str(each["X-Inbox-Worker"]).startswith("digest/")]


def test_the_month_has_sixty_mails_and_no_job_failed(month: Month) -> None:
    assert month.diary.mails == 60
    assert len(month.diary.new) == 34
    assert len(month.digests) == len(digests(month)) == 4
    assert sum(figures["New applications"] for figures in month.digests) == 34


def test_every_applicant_got_exactly_the_mails_that_were_due(month: Month) -> None:
    got: Counter[tuple[str, str]] = Counter()
    for delivery in month.smtp.deliveries:
        (recipient,) = delivery.recipients
        if recipient in (TEAM, CONTACT):
            continue
        match = re.search(rb"^X-Inbox-Worker: (\w+)/", delivery.content, re.MULTILINE)
        assert match
        got[recipient, match[1].decode()] += 1
    assert got == Counter({(address_of(person), kind): n for (person, kind), n in month.diary.replies.items()})


def test_the_team_got_one_summary_for_each_change(month: Month) -> None:
    told = Counter(
        subject.partition(": ")[2]
        for subject in subjects(sent_to(month.smtp, TEAM))
        if subject.startswith("Mental Health Ally MHA-")
    )
    assert told == month.diary.summaries


def test_the_team_got_one_alert_for_each_mail_that_needed_a_person_and_the_contacts_theirs(month: Month) -> None:
    told = subjects(sent_to(month.smtp, TEAM))
    assert sum(subject.startswith("Needs a person: ") for subject in told) == 4
    assert sum("could not be delivered" in subject for subject in told) == 1
    urgent = sent_to(month.smtp, CONTACT)
    assert len(urgent) == 2  # the first, one repetition, then a contact took it on
    assert "Fairweather" not in "".join(map(text_of, urgent)) + "".join(subjects(urgent))


def test_each_digest_tells_the_figures_of_its_week(month: Month) -> None:
    found = digests(month)
    assert [each["Date"].datetime.astimezone(UTC) for each in found] == DIGESTS
    for digest, figures in zip(found, month.digests, strict=True):
        text = text_of(digest)
        shown = {label: int(re.search(rf"{label}: (\d+)", text)[1]) for label in figures}  # type: ignore[index]
        assert shown == figures


def test_each_digest_counts_departments_and_lists_its_applications(month: Month) -> None:
    bounds = [START, *DIGESTS]
    for number, digest in enumerate(digests(month)):
        since, until = bounds[number : number + 2]
        new = [person for person, at in month.diary.new.items() if since <= at < until]
        departments = Counter(month.diary.departments[person] for person in new)
        text = text_of(digest)
        for department, count in departments.items():
            assert f"{department}: {count}" in text
        touched = [
            person for person, moments in month.diary.changed.items() if any(since <= at < until for at in moments)
        ]
        (attached,) = digest.iter_attachments()
        book = openpyxl.load_workbook(io.BytesIO(attached.get_content()))
        heads = [cell.value for cell in book["Applications"][1]]
        names = [row[heads.index("Name")].value for row in list(book["Applications"])[1:]]
        assert sorted(names) == sorted(touched)
        assert all(person in text for person in touched)
        assert not any(head.startswith(("Why", "What")) for head in heads)  # no answers in a digest


def test_what_a_colleague_answered_is_off_the_list_and_the_rest_stands_in_the_digest(month: Month) -> None:
    with month.site.service.store.reading() as view:
        how = Counter(entry.how for entry in view.held(open_only=False))
        waiting = view.held()
    assert how == {"answered": 2, "approved": 1, None: 2}
    assert waiting[0].ledger.code == "DISTR"
    assert waiting[0].accepted_by == CONTACT
    last = text_of(digests(month)[-1])
    listed, _, _ = last.partition("Become a Mental Health Ally How many")
    assert listed.count("(no. ") == 2
    assert "Urgent:" in listed


def test_a_bounce_stands_in_the_digest_of_its_week_alone(month: Month) -> None:
    told = [
        ("Our mail could not be delivered" in text_of(each).partition("What went wrong")[2]) for each in digests(month)
    ]
    assert told == [False, False, True, False]


def test_the_export_holds_everybody_and_its_charts_the_weeks(month: Month, tmp_path: Path) -> None:
    scheme = scheme_of(month.site.config.schemes[0])
    out = tmp_path / "all.xlsx"
    number = write_export(out, "xlsx", scheme, month.site.service.store, "Europe/London", "department")
    assert number == len(month.diary.new)
    book = openpyxl.load_workbook(out)
    heads = [cell.value for cell in book["Applications"][1]]
    rows = [{head: cell.value for head, cell in zip(heads, row, strict=True)} for row in list(book["Applications"])[1:]]
    assert {row["Name"] for row in rows} == set(month.diary.new)
    assert {row["Name"] for row in rows if row["State"] == "withdrawn"} == set(month.diary.withdrawn)
    assert {row["Name"] for row in rows if row["Missing"]} == {
        person for person, standing in month.diary.standing.items() if standing == "incomplete"
    }
    assert all(row[LABELS["support_needed"].removeprefix("- ")] for row in rows)
    weeks = Counter((at - timedelta(days=at.weekday())).day for at in month.diary.new.values())
    figures = [(row[0].value, row[1].value) for row in book["Charts"] if isinstance(row[1].value, int)]
    shown = {int(label.split()[0]): number for label, number in figures if re.fullmatch(r"\d+ \w+ 2026", label)}
    assert {day: number for day, number in shown.items() if number} == dict(weeks)
    by_department = {label: number for label, number in figures if label in DEPARTMENTS}
    assert by_department == dict(Counter(month.diary.departments.values()))


def test_the_mailbox_is_as_the_team_left_it(month: Month) -> None:
    with month.server.client() as client:
        client.select("INBOX", readonly=True)
        assert len(client.search(None, "ALL")[1][0].split()) == 60
        assert len(client.search(None, "UNSEEN")[1][0].split()) == 60
        assert len(client.search(None, "ANSWERED")[1][0].split()) == 4  # two before, two after the worker looked


def test_no_personal_data_is_in_a_subject_to_the_team(month: Month) -> None:
    told = " ".join(subjects(sent_to(month.smtp, TEAM)) + subjects(sent_to(month.smtp, CONTACT)))
    for person in month.diary.new:
        assert person.split()[1] not in told
    assert form() not in told
