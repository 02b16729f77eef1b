import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_worker.core import tail_words
from inbox_worker.core.document import Kind
from tests.core.sample_mail import document, own, texts

QUOTED = "Name:\nEmail:\n"


@pytest.mark.parametrize(
    "head",
    [
        "-----Original Message-----\nFrom: Team <t@example.org>\nSent: 4 May 2026 10:02\nTo: Jo\nSubject: Allies\n",
        "From: Team <t@example.org>\nSent: 4 May 2026 10:02\nTo: Jo\nSubject: Allies\n",
        "From: Team <t@example.org>\nSent: 4 May 2026 10:02\nTo: Jo; Mo Khan;\nAda <a@example.org>\nSubject: Allies\n",
        "*From:* Team <t@example.org>\n*Sent:* 4 May 2026 10:02\n*To:* Jo\n*Subject:* Allies\n",
        "________________________________\nFrom: Team <t@example.org>\nSent: 4 May 2026\nTo: Jo\nSubject: Allies\n",
        "Von: Team <t@example.org>\nGesendet: Montag, 4. Mai 2026 10:02\nAn: Jo\nBetreff: Allies\n",
        "De : Team <t@example.org>\nEnvoyé : lundi 4 mai 2026 10:02\nÀ : Jo\nObjet : Allies\n",
        "De: Team <t@example.org>\nEnviado el: lunes, 4 de mayo de 2026\nPara: Jo\nAsunto: Allies\n",
        "Da: Team <t@example.org>\nInviato: lunedì 4 maggio 2026\nA: Jo\nOggetto: Allies\n",
        "Od: Team <t@example.org>\nWysłano: 4 maja 2026\nDo: Jo\nTemat: Allies\n",
        "Oddi wrth: Team <t@example.org>\nAnfonwyd: 4 Mai 2026\nAt: Jo\nPwnc: Allies\n",
        "发件人: Team <t@example.org>\n发送时间: 2026年5月4日\n收件人: Jo\n主题: Allies\n",
        "From: Team <t@example.org> Sent: 4 May 2026 To: Jo Subject: Allies\n",
        "On Mon, 4 May 2026 at 10:02, Team <t@example.org> wrote:\n",
        "On Mon, 4 May 2026 at 10:02, A Team With a Very Long Name <t@example.org>\nwrote:\n",
        "Am 04.05.26 um 10:02 schrieb Team:\n",
        "Le lun. 4 mai 2026 à 10:02, Team <t@example.org> a écrit :\n",
        "El lun, 4 may 2026 a las 10:02, Team (<t@example.org>) escribió:\n",
        "Op ma 4 mei 2026 om 10:02 schreef Team <t@example.org>:\n",
        "Team <t@example.org> 于2026年5月4日周一 10:02写道：\n",
        "2026-05-04 10:02 GMT+01:00 Team <t@example.org>:\n",
        "---- Team <t@example.org> wrote ----\nFrom: Team\nDate: 4 May\nTo: Jo\n",
    ],
)
def test_everything_below_a_head_is_earlier_mail(head: str) -> None:
    found = document(f"My reply.\n\n{head}\n{QUOTED}", Subject="Re: Allies")
    assert texts(found, Kind.OWN) == ["My reply."]
    assert texts(found, Kind.QUOTED) == ["Name:", "Email:"]
    assert len(found.of(Kind.FORWARD_HEAD)) == len([line for line in head.splitlines() if "____" not in line])


def test_what_a_person_writes_is_no_head() -> None:
    body = (
        "As she wrote:\nnobody listens.\nOn Mondays I work from home.\nFrom: nine to five\nTo: be fair, I am new.\n\n"
        "On one condition:\nthat I can leave.\nMy manager wrote:\nfine by me\n"
    )
    assert len(own(body)) == 9


def test_own_words_right_above_an_introduction_stay_own() -> None:
    found = document("Yes please\nOn 4 May 2026, Team <t@example.org> wrote:\n> Name:\n")
    assert texts(found, Kind.OWN) == ["Yes please"]
    assert texts(found, Kind.FORWARD_HEAD) == ["On 4 May 2026, Team <t@example.org> wrote:"]


def test_answers_between_marked_questions_are_own() -> None:
    found = document(
        "On 4/5/26 10:02, Team wrote:\n> Name:\nJo Bell\n> Email:\n\njo@example.org\n>> older\n> Why?\nTo help.\n"
    )
    assert texts(found, Kind.OWN) == ["Jo Bell", "jo@example.org", "To help."]
    assert [(line.text, line.depth) for line in found.of(Kind.QUOTED)] == [
        ("Name:", 1),
        ("Email:", 1),
        ("older", 2),
        ("Why?", 1),
    ]


def test_a_marked_quotation_below_a_field_head_leaves_answers_own() -> None:
    head = "From: T <t@example.org>\nSent: 4 May\nTo: Jo\nSubject: Allies\n"
    found = document(f"{head}\n> Name:\nJo Bell\n> Email:\njo@example.org\n> Why?\n")
    assert texts(found, Kind.OWN) == ["Jo Bell", "jo@example.org"]


def test_a_thread_nests() -> None:
    head = "From: {0} <t@example.org>\nSent: 4 May\nTo: Jo\nSubject: Allies\n\n"
    found = document("New.\n\n" + head.format("A") + "Second.\n\n" + head.format("B") + "First.\n")
    assert [(line.text, line.depth) for line in found.of(Kind.QUOTED)] == [("Second.", 1), ("First.", 2)]


@pytest.mark.parametrize(
    ("subject", "head", "mark"),
    [
        (
            "Fwd: Allies",
            "---------- Forwarded message ---------\nFrom: A <a@x.org>\nDate: 4 May\nSubject: X\nTo: B",
            "",
        ),
        ("Allies", "---------- Forwarded message ---------\nFrom: A <a@x.org>\nDate: 4 May\nSubject: X\nTo: B", ""),
        ("FW: Allies", "From: A <a@x.org>\nSent: 4 May\nTo: B\nSubject: X", ""),
        ("WG: Allies", "Von: A <a@x.org>\nGesendet: 4 May\nAn: B\nBetreff: X", ""),
        ("Allies", "Begin forwarded message:\n\nFrom: A <a@x.org>\nSubject: X\nDate: 4 May\nTo: B", "> "),
        ("Allies", "Begin forwarded message:\n\nFrom: A <a@x.org>\nSubject: X\nDate: 4 May\nTo: B", ""),
        ("Fwd: Allies", "From: A <a@x.org>\nDate: 4 May\nTo: B\nSubject: X", "> "),
        ("Allies", "---- Weitergeleitete Nachricht ----\nBetreff: X\nDatum: 4 May\nVon: A <a@x.org>\nAn: B", ""),
    ],
)
def test_forwarded_mail_is_told_from_answered_mail(subject: str, head: str, mark: str) -> None:
    forwarded = "".join(f"{mark}{line}\n" for line in f"{head}\n\nName: Jo".split("\n"))
    found = document(f"See below.\n\n{forwarded}", Subject=subject)
    assert texts(found, Kind.OWN) == ["See below."]
    assert texts(found, Kind.FORWARDED) == ["Name: Jo"]
    assert any("a@x.org" in text for text in texts(found, Kind.FORWARD_HEAD))


def test_a_reply_within_a_forward_is_forwarded_too() -> None:
    head = "From: {0} <t@example.org>\nSent: 4 May\nTo: Jo\nSubject: Allies\n\n"
    found = document(
        "See below.\n\n" + head.format("A") + "Please send on.\n\n" + head.format("B") + "Name: Jo\n",
        Subject="Fw: Allies",
    )
    assert [(line.text, line.depth) for line in found.of(Kind.FORWARDED)] == [("Please send on.", 1), ("Name: Jo", 2)]


@pytest.mark.parametrize(
    "tail",
    [
        "Kind regards\nJo Bell\nPorter, Estates\n",
        "Kind regards,\n\nJo\n\nJo Bell\nPorter, Estates\nTel: 01227 555 0100\nwww.example.org\n",
        "Best wishes,\nJo\n(she/her)\n",
        "Many thanks, Jo\n",
        "Thanks!\nJo x\n",
        "Cofion gorau\nJo\n",
        "Mit freundlichen Grüßen\nJo Bell\n",
        "Yours sincerely,\n\nJo Bell (Ms)\nPorter | Estates | Canterbury CT2 7NF\n",
        "With gratitude from Medway,\nJo Bell\n",
        "-- \nJo Bell\nPorter\nMy working days: Monday to Thursday\n",
        "--\nJo Bell\nPorter\n",
        "Jo Bell\nPorter\nT: 01227 555 0100\n",
        "Jo\n",
        "J.\n",
        "Ta\nJo\n(Data Centre)\n",
        "Regards\nJo\nI work flexibly, so I may send mail out of your hours. Please do not feel obliged to reply.\n",
        "Estates | 01227 555 0100\nwww.example.org/estates\n",
        "Kind regards | Cofion gorau\nJo Bell\n",
        "=====\nJo Bell\nPorter\n",
    ],
)
def test_a_signature_is_no_part_of_the_text(tail: str) -> None:
    assert own(f"I should like to join and to hear more about it.\n\n{tail}") == [
        "I should like to join and to hear more about it."
    ]


@pytest.mark.parametrize(
    "below",
    [
        ["Name: Jo Bell", "Job title: Porter"],
        ["Why are you interested in this?", "To help."],
        ["1. To help people who have nobody.", "2. Listening."],
        ["PS could you send me the description?"],
        ["I forgot to say that I have done a course and that I am free on Mondays."],
        ["Job title: Porter"],
        ["Jo", "I have the pills here."],
        ["I am so tired."],
    ],
)
def test_what_stands_below_a_signature_is_own_again(below: list[str]) -> None:
    found = document("Please see my answers.\n\nMany thanks\nJo\n\n" + "\n".join(below) + "\n")
    own_again = [line for line in below if line != "Jo"]
    assert [f"{line.bullet} {line.text}".strip() for line in found.of(Kind.OWN)] == [
        "Please see my answers.",
        *own_again,
    ]
    assert set(texts(found, Kind.SIGNATURE)) == {"Many thanks", "Jo"}


def test_a_form_is_no_signature_whatever_its_values() -> None:
    body = "Jo Bell\nPorter\nEstates\njo@kent.ac.uk\n\nWhy am I interested? We talk to people all day long.\n"
    assert own(f"Hello, please count me in.\n\n{body}")[1:] == [line for line in body.splitlines() if line]


def test_values_below_their_labels_are_own() -> None:
    body = [
        "Name",
        "Jo Bell",
        "Job title",
        "Porter",
        "Why do you want to be an ally?",
        "Thanks to a friend I know that it helps.",
    ]
    assert own("\n\n".join(body)) == body


def test_a_message_that_is_only_thanks_is_own() -> None:
    found = document("Thanks!\n\nJo\n")
    assert texts(found, Kind.OWN) == ["Thanks!"]
    assert texts(document("Hi,\nMany thanks\nJo"), Kind.OWN) == ["Hi,", "Many thanks"]


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone", "Sent from Outlook for iOS", "Get Outlook for Android", "Sent from my Galaxy",
        "Sent from Yahoo Mail on Android", "Von meinem iPhone gesendet", "Envoyé de mon iPhone",
        "Sent from Mail for Windows", "Sent via BlackBerry from Vodafone",
    ],
)  # fmt: skip
def test_lines_of_the_device_are_known(line: str) -> None:
    assert texts(document(f"Count me in please.\n\n{line}\n"), Kind.DEVICE) == [line]


def test_a_sentence_about_a_phone_is_own() -> None:
    assert len(own("The form was sent from my phone because the office computer is broken, sorry about that.\n")) == 1


@pytest.mark.parametrize(
    "notice",
    [
        "This e-mail and any attachments may be confidential. If you are not the intended recipient please delete it.",
        "CAUTION: This email originated from outside of the organisation. Do not click links.",
        "The views expressed in this message are those of the author.",
        "Please consider the environment before printing this e-mail.",
        "Confidentiality notice: This message is intended for the addressee only.",
        "Registered Charity No. 1234567",
        "[EXTERNAL]",
    ],
)
def test_notices_of_an_organisation_are_told_apart(notice: str) -> None:
    assert texts(document(f"{notice}\n\nI should like to join.\n"), Kind.DISCLAIMER) == [notice]
    assert texts(document(f"I should like to join.\n\n{notice}\n"), Kind.DISCLAIMER) == [notice]


def test_a_notice_below_a_signature_begins_where_it_begins() -> None:
    found = document(
        "Please.\n\nRegards\nJo\nPorter\nThis e-mail may be confidential and is for the\nintended recipient only.\n"
    )
    assert texts(found, Kind.SIGNATURE) == ["Regards", "Jo", "Porter"]
    assert len(found.of(Kind.DISCLAIMER)) == 2


def test_an_answer_about_confidentiality_is_own() -> None:
    answer = "I keep what is confidential to myself, and my e-mail is always open."
    assert own(f"Skills:\n{answer}\n") == ["Skills:", answer]


def test_lines_have_numbers_gaps_cells_and_list_marks() -> None:
    found = document(
        "Hi\n\nName:\tJo\nRole      Porter\n| Dept | Estates |\n- one\n• two\n"
        "1. three\na) four\nQ2: five\n-\n3.5 years\n"
    )
    assert [(line.number, line.gap, line.bullet, line.cells or line.text) for line in found.lines] == [
        (1, False, "", "Hi"),
        (2, True, "", ("Name:", "Jo")),
        (3, False, "", ("Role", "Porter")),
        (4, False, "", ("Dept", "Estates")),
        (5, False, "-", "one"),
        (6, False, "•", "two"),
        (7, False, "1.", "three"),
        (8, False, "a)", "four"),
        (9, False, "Q2:", "five"),
        (10, False, "", "-"),
        (11, False, "", "3.5 years"),
    ]


@pytest.mark.parametrize(
    "text", ["A. Smith", "I. Newton", "2 years", "10:30 on Mondays", "-5 degrees", "V. good", "Q and A"]
)
def test_text_that_looks_like_a_list_mark_stays_text(text: str) -> None:
    assert own(f"Hello\n{text}\n")[1] == text


def test_marks_of_bold_type_and_link_targets_go() -> None:
    body = "*Name:* Jo\n*A long question\nover two lines?* Yes\nwww.example.org<http://www.example.org>\njo@x.org<mailto:jo@x.org>\n"
    body += "Email: <mailto:jo@example.org>\n[cid:image001.png@01D]\n2 * 3 * 4\n"
    assert own(body) == [
        "Name: Jo", "A long question", "over two lines? Yes", "www.example.org", "jo@x.org", "Email: <jo@example.org>",
        "2 * 3 * 4",
    ]  # fmt: skip


def test_drawn_lines_part_paragraphs_and_are_no_text() -> None:
    assert [(line.text, line.gap) for line in document("a\n==========\nb\n* * * * *\nc\n").lines] == [
        ("a", False),
        ("b", True),
        ("c", True),
    ]


def words(text: str) -> list[str]:
    return sorted(re.findall(r"\w+", text))


LINES = st.sampled_from(
    [
        "Name: Jo", "Role\tPorter", "Why do you ask?", "Because I care about it.", "Kind regards", "Jo Bell", "-- ",
        "> quoted text", ">> older", "On 4 May 2026, Team <t@example.org> wrote:", "From: T <t@example.org>",
        "Sent: 4 May", "To: Jo", "Subject: A", "Begin forwarded message:", "Sent from my iPhone", "1. One", "- two", "",
        "This e-mail is for the intended recipient.", "T: 01227 555 0100", "", "==========", "PS one more", "________",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(LINES, max_size=25), st.sampled_from(["A", "Re: A", "Fw: A"]))
def test_no_word_is_lost_or_added(lines: list[str], subject: str) -> None:
    found = document("\n".join(lines), Subject=subject)
    kept = words(" ".join(f"{line.bullet} {line.text}" for line in found.lines))
    assert kept == words(" ".join(lines).replace("_", " "))
    assert [line.number for line in found.lines] == list(range(1, len(found.lines) + 1))
    assert all(line.depth >= 1 for line in found.of(Kind.QUOTED, Kind.FORWARDED))
    assert all(line.depth == 0 for line in found.of(Kind.OWN, Kind.SIGNATURE, Kind.DISCLAIMER, Kind.DEVICE))


def test_every_notice_holds_one_of_the_stems_that_are_looked_for_first() -> None:
    for notice in (
        "Caution: not sent from within", "You don't often get email from them", "This message is legally binding",
        "Mae'r neges hon yn gyfrinachol", "Diese Nachricht ist vertraulich", "Think before you print",
        "Company registration no 1", "This message was scanned", "received this mail in error",
    ):  # fmt: skip
        found = tail_words.DISCLAIMER.search(notice)
        assert found is None or any(stem in notice.casefold() for stem in tail_words.DISCLAIMER_STEMS), notice
    assert texts(document("You don't often get email from jo@example.org.\n\nHi\n"), Kind.DISCLAIMER)


def test_a_name_with_an_apostrophe_is_known_with_either() -> None:
    for name in ("Niamh O'Rourke", "Niamh O’Rourke"):
        found = document(f"I should like to join.\n\n{name}\nLecturer\n", From="Niamh O'Rourke <n@kent.ac.uk>")
        assert texts(found, Kind.SIGNATURE) == [name, "Lecturer"]
