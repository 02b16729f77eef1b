"""An applicant's words, on their way through everything that the team reads, do nothing but stand there."""

import io
import re
from datetime import timedelta
from email.message import EmailMessage

import openpyxl
import pytest

from inbox_worker.demo_servers import ImapServer, SmtpServer
from tests.browser import look
from tests.site import TEAM, form, mail, running
from tests.team.people import Clock, address_of, sent_to, text_of

TRICKS = (
    '<img src="https://evil.example/x.png" onerror="alert(1)"><script>alert(1)</script>'
    " \u202ekcatta\u202c zero\u200bwidth {{ 7*7 }} {% raw %} =cmd|'/C calc'!A0 javascript:alert(1) https://evil.example/a"
)
VALUES = {
    "name": "Eve Tricks",
    "email": address_of("Eve Tricks"),
    "job_title": "=HYPERLINK(1)",
    "department": "<b>Estates</b> https://evil.example/d",
    "motivation": TRICKS,
}
SUBJECT = 'Mental Health Ally <script>alert(1)</script> \u202ebad https://evil.example/s ="1"'


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[EmailMessage]:
    """Return every mail to the team about a hostile application, a hostile mail that is held, and the digest."""
    from inbox_worker.database import migrate
    from tests.fixtures_mail import PASSWORD, USER

    folder, clock = tmp_path_factory.mktemp("hostile"), Clock()
    url = f"sqlite:///{folder / 'hostile.db'}"
    migrate(url)
    forged = b"Authentication-Results: mx.kent.ac.uk; dmarc=fail header.from=kent.ac.uk\r\n"
    with ImapServer(USER, PASSWORD) as server, SmtpServer() as smtp, running(
        folder, server, smtp, url, clock=clock
    ) as site:  # fmt: skip
        sender = f"Eve Tricks <{address_of('Eve Tricks')}>"
        server.deliver(
            mail(form(**VALUES), sender=sender, subject=SUBJECT, message_id="<1@kent.ac.uk>"),
            forged + mail(form(**VALUES), sender=sender, subject=SUBJECT, message_id="<2@kent.ac.uk>"),
            received=clock.on(minutes=1),
        )
        site.once()
        clock.on(days=7)
        site.once()
        return [*sent_to(smtp, TEAM), *sent_to(smtp, address_of("Eve Tricks"))]


def test_every_kind_of_mail_is_there(seen: list[EmailMessage]) -> None:
    kinds = {str(each["X-Inbox-Worker"]).partition("/")[0] for each in seen}
    assert kinds == {"summary", "needs_a_person", "digest", "acknowledgement"}


def test_no_tag_hidden_character_or_link_of_the_sender_is_in_any_mail(seen: list[EmailMessage]) -> None:
    for message in seen:
        html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert not re.search(r"<(?:script|img|b)[ >]", html)
        # A reply has its sender's own subject, so that it lies in their thread.
        subject = "" if str(message["X-Inbox-Worker"]).startswith("acknowledgement/") else str(message["Subject"])
        for part in (html, text_of(message), subject):
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", part)
            assert "https://evil.example" not in part
            assert "49" not in re.sub(r"[\w.]+@|\d+px", "", part)


def test_the_words_themselves_are_shown_whole(seen: list[EmailMessage]) -> None:
    (summary,) = [each for each in seen if str(each["X-Inbox-Worker"]).startswith("summary/")]
    for part in (text_of(summary), summary.get_body(("html",)).get_content()):  # type: ignore[union-attr]
        assert "kcatta" in part  # the hidden characters around it are gone, or would be shown by their code points
        assert "{{ 7*7 }} {% raw %}" in part
        assert "https[:]//evil.example/a" in part


def test_the_attached_spreadsheet_holds_no_formula_and_no_link(seen: list[EmailMessage]) -> None:
    (digest,) = [each for each in seen if str(each["X-Inbox-Worker"]).startswith("digest/")]
    (attached,) = digest.iter_attachments()
    book = openpyxl.load_workbook(io.BytesIO(attached.get_content()))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]
    assert not any(re.search("[\u202a-\u202e\u200b]", str(cell.value)) for cell in cells)


def test_the_pages_stay_accessible_and_narrow(seen: list[EmailMessage]) -> None:
    pages = {f"{n}": each.get_body(("html",)).get_content() for n, each in enumerate(seen)}  # type: ignore[union-attr]
    found = look(pages, width=320)
    assert {name: one.findings for name, one in found.items() if one.findings} == {}
    assert {name: one.width for name, one in found.items() if one.width > 320} == {}


def test_the_digest_came_in_its_week(seen: list[EmailMessage]) -> None:
    (digest,) = [each for each in seen if str(each["X-Inbox-Worker"]).startswith("digest/")]
    assert digest["Date"].datetime - Clock().now == timedelta(days=7, minutes=1)
