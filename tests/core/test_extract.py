# ruff: noqa: E501 - mails are typed as their senders would
"""The form in all the shapes that people and mail programs give it."""

import pytest

from inbox_worker.core import names
from inbox_worker.core.reading import Outcome
from tests.core.sample_mail import mail, text_part
from tests.core.sample_reading import FORM, MAILBOX, ON_RECORD, SUBJECT, THREAD, VALUES, of_bytes, reading, values

JOIN = "I would like to be a mental health ally.\n\n"
QUESTIONS = [
    "Why are you interested in becoming a mental health ally?",
    "What skills and experiences can you bring to the role of a mental health ally?",
    "What support do you think you will need as a mental health ally?",
    "Why do you think mental health awareness in the workplace is important?",
]
DETAILS = "Name: Jo Bell\nJob title: Senior Clerk\nDepartment/School: Kent Law School\nEmail: jo.bell@kent.ac.uk\n"
ANSWERS = [VALUES[key] for key in ("motivation", "skills_experience", "support_needed", "importance")]
TABLE = list(zip(("Name", "Job title", "Department/School", "Email", *QUESTIONS), VALUES.values(), strict=True))


def html(body: str, **headers: str) -> dict[str, str]:
    content = mail(
        f"<html><body>{body}</body></html>",
        To=MAILBOX,
        Subject=SUBJECT,
        Content_Type="text/html; charset=utf-8",
        **headers,
    )
    return values(of_bytes(content))


def rows(cells: list[tuple[str, str]], tag: str = "td") -> str:
    return "".join("<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>" for row in cells)


WHOLE = {
    "values below the questions": FORM,
    "values beside the questions": DETAILS + "".join(f"- {q} {a}\n" for q, a in zip(QUESTIONS, ANSWERS, strict=True)),
    "values on the next line": "".join(f"{q}:\n{a}\n\n" for q, a in TABLE),
    "questions wrapped by the mail program": DETAILS + "\nWhy are you interested in becoming a mental health\nally?\nI care about it.\n\nWhat skills and experiences can you bring to the role of a mental\nhealth ally?\nTen years of\nlistening.\n\nWhat support do you think you will need as a mental health ally?\nA buddy.\n\nWhy do you think mental health awareness in the workplace is\nimportant?\nPeople matter.\n",
    "tabs": "".join(f"{q}\t{a}\n" for q, a in TABLE),
    "a table drawn with bars": "".join(f"| {q} | {a} |\n" for q, a in TABLE),
    "bold type in plain text": "".join(f"*{q}*: {a}\n" for q, a in TABLE),
    "dashes for colons": "Name – Jo Bell\nJob – Senior Clerk\nDept – Kent Law School\nEmail – jo.bell@kent.ac.uk\n\nInterest – I care about it.\nSkills and experience – Ten years of listening.\nSupport – A buddy.\nImportance – People matter.\n",
    "short labels in another order": "Why it matters: People matter.\nWhy me: I care about it.\nWhat I bring: Ten years of listening.\nWhat I would need from you: A buddy.\n\nWho I am: Jo Bell\nWhat I do: Senior Clerk\nWhere: Kent Law School\nHow to reach me: jo.bell@kent.ac.uk\n",
    "details on one line": "Name: Jo Bell, Job title: Senior Clerk, Department: Kent Law School, Email: jo.bell@kent.ac.uk\n\n" + FORM.partition("kent.ac.uk\n")[2],
    "details between bars and slashes": "Name - Jo Bell / Job - Senior Clerk / Dept - Kent Law School / Email - jo.bell@kent.ac.uk\n\n" + FORM.partition("kent.ac.uk\n")[2],
    "numbers in place of the questions": DETAILS + "\n" + "".join(f"{n}. {a}\n" for n, a in enumerate(ANSWERS, 1)),
    "Q1 to Q4": DETAILS + "\n" + "".join(f"Q{n}: {a}\n" for n, a in enumerate(ANSWERS, 1)),
    "letters inside one paragraph": DETAILS + "\nYour questions in order: (a) I care about it. (b) Ten years of listening. (c) A buddy. (d) People matter.\n",
    "bullets without the questions": DETAILS + "\n- I care about it.\n- Ten years of listening.\n- A buddy.\n- People matter.\n",
    "eight numbers": "".join(f"{n}. {value}\n" for n, value in enumerate(VALUES.values(), 1)),
    "labels without any mark": DETAILS.replace(":", "") + "\n" + FORM.partition("kent.ac.uk\n")[2],
    "questions typed in haste": DETAILS + "why am i intrested - I care about it.\nskills/experiance - Ten years of listening.\nsupport i wld need - A buddy.\nwhy its important - People matter.\n",
    "a blank copy above a filled one": "Name:\nJob title:\nDepartment/School:\nEmail:\n" + "".join(f"- {q}\n" for q in QUESTIONS) + "\n----\n\n" + FORM,
    "a blank copy below a filled one": FORM + "\n----\n\nName:\nJob title:\nDepartment/School:\nEmail:\n" + "".join(f"- {q}\n" for q in QUESTIONS),
    "a closing, a signature and a disclaimer": FORM + "\nKind regards,\nJo\n\nJo Bell (she/her) MA\nSenior Clerk | Kent Law School\nTel 01227 555 0100\n\nThis email is confidential.\n",
    "a remark after the last answer": FORM + "\nHappy to chat any time, and my manager knows about this.\n\nJo\n",
    "other labels among ours": "Date: 3 May 2026\n" + FORM + "Line manager: Dr Sam Ricketts\nPhone: 01227 555 0100\n",
    "links and angle brackets": FORM.replace("Email: jo.bell@kent.ac.uk", "Email: <mailto:jo.bell@kent.ac.uk>"),
    "answers in the quoted notice": "On 4 May 2026, Equality and Diversity wrote:\n" + "".join(f"> {q}:\n\n{a}\n\n" if i < 4 else f"> - {q}\n\n{a}\n\n" for i, (q, a) in enumerate(TABLE)),
    "Windows line ends and non-breaking spaces": FORM.replace(": ", ":\u00a0"),
}  # fmt: skip


@pytest.mark.parametrize("body", WHOLE.values(), ids=WHOLE.keys())
def test_every_shape_of_the_same_form_gives_the_same_values(body: str):
    found = reading(JOIN + body)
    assert values(found) == VALUES
    assert found.form.missing == ()
    assert found.decision.outcome is Outcome.REPLY


MARKED_UP = {
    "a table of two columns": f"<p>Hello, I would like to join.</p><table>{rows(TABLE)}</table>",
    "a table with heads of rows": f"<table>{rows(TABLE, 'th')}</table>",
    "a head row above the values": "<table>" + rows([tuple(q for q, _ in TABLE), tuple(a for _, a in TABLE)]) + "</table>",  # type: ignore[list-item]
    "bold labels and line breaks": "<p>" + "<br>".join(f"<b>{q}:</b> {a}" for q, a in TABLE) + "</p>",
    "a list": "<ul>" + "".join(f"<li>{q}<br>{a}</li>" for q, a in TABLE) + "</ul>",
    "paragraphs": "".join(f"<p>{q}</p><p>{a}</p>" for q, a in TABLE),
}  # fmt: skip


@pytest.mark.parametrize("body", MARKED_UP.values(), ids=MARKED_UP.keys())
def test_every_shape_of_html_gives_the_same_values(body: str):
    assert html(body) == VALUES


def test_answers_of_several_paragraphs_are_joined():
    body = FORM.replace("I care about it.", "I care about it.\n\nMore than most.\n\n").replace(
        "A buddy.", "\nA buddy.\n\n- on call\n- by phone\n\n"
    )
    found = values(reading(body))
    assert found["motivation"] == "I care about it. More than most."
    assert found["support_needed"] == "A buddy. on call by phone"


def test_words_of_labels_inside_an_answer_stay_in_it():
    answer = (
        "Name any user and I have met them. Experience: ten years. Email: I am hopeless at it. What support can I give?"
    )
    assert values(reading(FORM.replace("Ten years of listening.", answer)))["skills_experience"] == answer


def test_an_answer_that_opens_with_a_question_keeps_it():
    answer = 'Why do people always say "support"? I have one.'
    assert values(reading(FORM.replace("A buddy.", answer)))["support_needed"] == answer


def test_two_labels_of_one_question_are_joined():
    body = JOIN + "Name: Jo Bell\nWhy: I care.\nSkills: listening.\nExperience: ten years.\nSupport: none.\n"
    assert values(reading(body))["skills_experience"] == "listening. ten years."


@pytest.mark.parametrize(
    "nothing", ["n/a", "N/A", "-", "TBC", "tbc", "To follow", "?", "", "not applicable", "see below"]
)
def test_what_gives_nothing_is_missing(nothing: str):
    found = reading(FORM.replace("A buddy.", nothing).replace("Senior Clerk", nothing))
    assert found.form.missing == ("job_title", "support_needed")


def test_none_answers_a_question_and_no_label():
    found = reading(FORM.replace("A buddy.", "None").replace("Senior Clerk", "None"))
    assert values(found)["support_needed"] == "None"
    assert found.form.missing == ("job_title",)


@pytest.mark.parametrize(
    "later",
    [
        "I'd rather answer this once I know more.",
        "I'll come back to this when I've had a think.",
        "(I must read the description first)",
        "Not sure yet what I would need.",
    ],
)
def test_a_sentence_that_puts_the_question_off_is_no_answer(later: str):
    assert reading(FORM.replace("A buddy.", later)).form.missing == ("support_needed",)


def test_a_sentence_below_blank_questions_answers_none_of_them():
    body = (
        DETAILS
        + "".join(f"- {question}\n" for question in QUESTIONS)
        + "\nI will do the rest when I have a proper keyboard.\n\nJo\n"
    )
    assert reading(JOIN + body).form.missing == ("motivation", "skills_experience", "support_needed", "importance")


def test_first_name_and_surname_make_the_name():
    assert values(reading(FORM.replace("Name: Jo Bell", "First name: Jo\nSurname: Bell")))["name"] == "Jo Bell"


def test_an_answer_labelled_importance_is_no_head_of_the_quoted_mail_below_it():
    notice = "\n\nFrom: Equality and Diversity <equalityanddiversity@kent.ac.uk>\nSent: 4 May 2026 10:02\nTo: All\nSubject: Allies\n\nDear all"
    body = (
        DETAILS
        + "Why: I care about it.\nSkills: Ten years of listening.\nSupport: A buddy.\nImportance: People matter.\n"
    )
    assert values(reading(JOIN + body + notice)) == VALUES


def test_who_somebody_is_may_stand_on_one_line_below_a_heading():
    answers = FORM.split("jo.bell@kent.ac.uk\n")[1]
    body = f"Who I am\nDr Jo Bell, Senior Clerk in the main office, Kent Law School, Eliot (jo.bell@kent.ac.uk)\n\n{answers}"
    found = values(reading(JOIN + body))
    assert (found["name"], found["job_title"], found["email"]) == ("Dr Jo Bell", "Senior Clerk", "jo.bell@kent.ac.uk")


def test_two_letters_of_a_label_may_have_changed_places():
    body = FORM.replace("Name:", "Nmae:").replace("Email: jo.bell@", "Emial: jo.bell@").replace("title", "tilte")
    found = reading(body, From="J. B. <jb@example.org>")
    assert values(found) == VALUES
    assert found.form.values["name"].source == "body line 1"


# ------------------------------------------------------------------ prose


def test_a_letter_answers_in_whole_sentences():
    body = """Dear team,

I would like to be considered for the role of Mental Health Ally. My name is Jo Bell and I work as a Senior Clerk in Kent Law School.

I want to become an ally because my brother was ill for years. Nobody at his work noticed.

I have worked in student support for eight years and I am told I am easy to talk to.

In terms of support, I think I would need a regular catch-up.

Finally, I believe that awareness at work matters because people spend most of their day there.

Kind regards

Jo Bell
"""
    assert values(reading(body)) == {
        **VALUES,
        "motivation": "I want to become an ally because my brother was ill for years. Nobody at his work noticed.",
        "skills_experience": "I have worked in student support for eight years and I am told I am easy to talk to.",
        "support_needed": "In terms of support, I think I would need a regular catch-up.",
        "importance": "Finally, I believe that awareness at work matters because people spend most of their day there.",
    }


def test_answers_within_one_paragraph_are_told_apart():
    body = (
        "Hi, I want to be a mental health ally because my daughter struggled at school. What I'd bring is twelve years as the "
        "union rep. Support wise all I would need is time now and then. It's important at work because tired people get hurt.\n"
    )
    found = values(reading(body))
    assert found["motivation"] == "I want to be a mental health ally because my daughter struggled at school."
    assert found["skills_experience"] == "What I'd bring is twelve years as the union rep."
    assert found["support_needed"] == "Support wise all I would need is time now and then."
    assert found["importance"] == "It's important at work because tired people get hurt."


@pytest.mark.parametrize(
    ("sentence", "title", "department"),
    [
        ("I'm Jo Bell, Schools Officer in the Outreach team, based at Medway.", "Schools Officer", "Outreach team"),
        ("I am Jo Bell, Lecturer in Medieval History in the School of Humanities.", "Lecturer in Medieval History", "School of Humanities"),
        ("I work in the Library as a Senior Library Assistant.", "Senior Library Assistant", "Library"),
        ("im a porter in estates", "porter", "estates"),
        ("Jo Bell, Vehicle Mechanic, Estates (Transport), jo.bell@kent.ac.uk is me.", "Vehicle Mechanic", "Estates (Transport)"),
        ("I'm the Deputy Head of HR (Systems) and have been here for years.", "Deputy Head of HR (Systems)", None),
        ("I write as Head of Teaching in Kent Law School to offer myself.", "Head of Teaching", "Kent Law School"),
        ("I'm the Night Warden at Darwin Court, which has its moments.", "Night Warden", "Darwin Court"),
        ("I'm a Lecturer at the University of Kent.", "Lecturer", None),
        ("I am a Horticulturist with Estates (Trees).", "Horticulturist", "Estates (Trees)"),
        ("name is Jo Bell, job title is Chef, department is Catering North.", "Chef", "Catering North"),
        ("I'm Jo Bell, an Electrician in Estates Maintenance, and I would like to help.", "Electrician", "Estates Maintenance"),
        ("My name is Jo Bell, my job title is Chef and my department is School of Sport, Exercise and Health.", "Chef", "School of Sport, Exercise and Health"),
        ("I am a Research Fellow in the School of Law, Politics and Social Work.", "Research Fellow", "School of Law, Politics and Social Work"),
        ("I'm the Warden at Darwin Court. My department is Housing Services.", "Warden", "Housing Services"),
        ("Professor Jo Bell FBA FRSL, Professor of Law, School of Humanities", "Professor of Law", "School of Humanities"),
        ("I offer myself for the network of Mental Health Allies.", None, None),
        ("I have served as Director of Studies and I was for six years a union trainer.", None, None),
        ("I chaired the School's appeals panel.", None, None),
    ],
)  # fmt: skip
def test_job_and_place_stand_inside_a_sentence(sentence: str, title: str | None, department: str | None):
    found = values(reading(JOIN + sentence))
    assert (found.get("job_title"), found.get("department")) == (title, department)


@pytest.mark.parametrize(
    ("block", "title", "department"),
    [
        ("Jo Bell\nDuty Manager, Kent Sport", "Duty Manager", "Kent Sport"),
        ("Jo Bell | Service Desk Team Leader\nInformation Services, University of Kent, Canterbury CT2 7NF", "Service Desk Team Leader", "Information Services"),
        ("Dr Jo Bell FHEA (she/her)\nResearch Development Manager (Health)\nResearch and Innovation Services | University of Kent\nT: 01227 555 0100", "Research Development Manager (Health)", "Research and Innovation Services"),
        ("Jo Bell\nPA to the Head of School\nKent Business School", "PA to the Head of School", "Kent Business School"),
        ("Jo Bell\nNurse, Ward 7", "Nurse", "Ward 7"),
        ("Jo", None, None),
    ],
)  # fmt: skip
def test_job_and_department_may_come_from_the_signature(block: str, title: str | None, department: str | None):
    found = reading(f"Count me in for the mental health allies please.\n\nKind regards\n\n{block}\n")
    assert (values(found).get("job_title"), values(found).get("department")) == (title, department)
    assert all(
        "signature" in found.form.values[key].source for key in ("job_title", "department") if key in found.form.values
    )


def test_a_signature_with_job_and_place_outweighs_a_role_told_of():
    body = "Please count me in for the mental health allies. I speak as a senior tutor in Estates.\n\nKind regards\n\n"
    found = values(
        reading(f"{body}Jo Bell\nProfessor of Botany\nSchool of Biosciences\n\u201cSchool is never out\u201d\n")
    )
    assert (found["job_title"], found["department"]) == ("Professor of Botany", "School of Biosciences")


def test_a_motto_is_no_place_of_work():
    found = values(
        reading(
            "Count me in for the mental health allies please.\n\nKind regards\n\nJo Bell\nNurse\n\u201cThe School of Life\u201d\n"
        )
    )
    assert (found["job_title"], found.get("department")) == ("Nurse", None)


def test_the_employer_of_somebody_from_outside_is_the_place_of_work():
    body = FORM.replace("Department/School: Kent Law School", "Company: Quick Vans (the parcels)")
    assert values(reading(body))["department"] == "Quick Vans (the parcels)"


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Jo Bell <jo.bell@kent.ac.uk>", "Jo Bell"),
        ('"Bell, Jo" <jo.bell@kent.ac.uk>', "Jo Bell"),
        ('"Bell, Dr Jo" <jo.bell@kent.ac.uk>', "Dr Jo Bell"),
        ('"Jo Bell (School of Arts)" <jo.bell@kent.ac.uk>', "Jo Bell"),
        ('"Jo Bell | Kent Sport" <jo.bell@kent.ac.uk>', "Jo Bell"),
        ("=?utf-8?Q?Si=C3=A2n_Prys?= <s.prys@kent.ac.uk>", "Siân Prys"),
        ("Enquiries Desk <desk@kent.ac.uk>", None),
        ("jo.bell@kent.ac.uk", None),
    ],
)
def test_the_name_may_come_from_the_from_header(header: str, wanted: str | None):
    assert values(reading("Count me in for the mental health allies please.", From=header)).get("name") == wanted


@pytest.mark.parametrize(
    ("header", "line", "wanted"),
    [
        ("Jo Bell <jo.bell@kent.ac.uk>", "Professor Jo St John Bell", "Professor Jo St John Bell"),
        ("Dr Jo Bell <jo.bell@kent.ac.uk>", "Dr Jo Bell FRHistS", "Dr Jo Bell"),
        ("JO MILLER <jo.miller@kent.ac.uk>", "JO ANN MILLER", "JO ANN MILLER"),
        ("Jo Bell <jo.bell@kent.ac.uk>", "Cheers Jo", "Jo Bell"),
        ("Jo Bell <jo.bell@kent.ac.uk>", "Dr Jo Ann Bell FBA FRSL", "Dr Jo Ann Bell"),
    ],
)
def test_the_line_with_the_senders_name_and_title_is_no_job(header: str, line: str, wanted: str):
    body = (
        f"Count me in for the mental health allies please.\n\nKind regards\n\n{line}\nReader in Law\nKent Law School\n"
    )
    found = values(reading(body, From=header))
    assert (found.get("name"), found.get("job_title")) == (wanted, "Reader in Law")


@pytest.mark.parametrize(
    ("stated", "others", "wanted"),
    [
        ("Jo", ["Jo Bell"], "Jo Bell"),
        ("Jo Bell", ["Dr Jo Bell"], "Jo Bell"),
        (None, ["Jo Bell", "Dr Jo Bell"], "Dr Jo Bell"),
        ("Prof. Jo Bell", ["Jo Bell"], "Prof. Jo Bell"),
        ("J Bell", ["Joanna Bell"], "Joanna Bell"),
        ("Nguyễn Thị Hà", ["Hà Nguyễn"], "Nguyễn Thị Hà"),
        (None, [], None),
    ],
)
def test_the_fullest_form_of_a_name_is_kept(stated: str | None, others: list[str], wanted: str | None):
    assert names.fullest(stated, others) == wanted


# ------------------------------------------------------------------ earlier mail


def test_the_senders_own_mail_passed_on_again_is_their_application():
    body = f"Sorry, this went to HR by mistake.\n\nJo\n\nBegin forwarded message:\n\nFrom: Jo Bell <jo.bell@kent.ac.uk>\nSubject: Ally\nTo: HR <hr@kent.ac.uk>\n\n{FORM}"
    found = reading(body, Subject="Fwd: Mental Health Ally")
    assert values(found) == VALUES
    assert found.decision.outcome is Outcome.REPLY


def test_anothers_mail_passed_on_is_theirs_and_held():
    form = FORM.replace("Jo Bell", "Sam Ricketts").replace("jo.bell@", "s.ricketts@")
    body = f"This came to our office.\n\nJo Bell\nSchool Manager\n\n________________________________\nFrom: Sam Ricketts <s.ricketts@kent.ac.uk>\nSent: 12 May 2026 14:55\nTo: Office <office@kent.ac.uk>\nSubject: mental health ally\n\nHello\n\n{form}"
    found = reading(body, Subject="FW: mental health ally")
    assert values(found) == {**VALUES, "name": "Sam Ricketts", "email": "s.ricketts@kent.ac.uk"}
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "ON_BEHALF")


@pytest.mark.parametrize(
    "form", [FORM, "Jo Bell, Senior Clerk, Kent Law School\n" + FORM[FORM.index("- Why are you") :]]
)
def test_a_form_in_an_attached_text_is_read_with_its_source(form: str):
    attached = f'Content-Type: text/plain; charset=utf-8; name="form.txt"\nContent-Disposition: attachment; filename="form.txt"\n\n{form}'
    from inbox_worker import documents
    from inbox_worker.core.build_document import build
    from inbox_worker.core.read import read
    from inbox_worker.core.reading import Known
    from tests.core.sample_mail import RECEIVED, multipart, parsed
    from tests.core.sample_reading import sample_rules

    content = multipart(
        "mixed", text_part("My mental health ally form is attached.\n\nJo\n"), attached, To=MAILBOX, Subject=SUBJECT
    )
    email = parsed(content)
    found = read(
        email, build(email, documents.read_forms(email.attachments)), sample_rules(), Known(), RECEIVED, RECEIVED
    )
    assert values(found) == VALUES
    assert found.form.values["motivation"].source.startswith("attachment form.txt")


def test_every_value_has_a_source_and_a_confidence():
    found = reading(JOIN + FORM)
    assert {key: value.source for key, value in found.form.values.items()}["name"] == "body line 2"
    assert all(0.9 <= value.confidence <= 1 for value in found.form.values.values())


@pytest.mark.parametrize(
    "leader", [" ........ : ", "....... ", ": ......... ", " . : ", "          : ", " ____: ", ": ____"]
)
def test_what_leads_from_a_label_to_its_value_is_no_part_of_either(leader: str):
    short = ("Name", "Job title", "Department", "Email", "Why interested", "Skills", "Support needed", "Why important")
    body = "\n".join(f"{label}{leader}{value}" for label, value in zip(short, VALUES.values(), strict=True))
    assert values(reading(f"{body}\n")) == VALUES


def test_a_dash_inside_a_numbered_answer_makes_no_label_of_the_words_before_it():
    details = list(VALUES.items())[:4]
    answers = ["I care.", "Work background - six years a nurse.", "A chat.", "It saves."]
    head = "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in details)
    listed = "\n".join(f"{number}. {answer}" for number, answer in enumerate(answers, 1))
    assert list(values(reading(f"{head}\n\n{listed}\n")).values())[4:] == answers


def test_the_question_below_one_that_was_left_out_heads_no_second_answer():
    body = FORM.partition("- What skills")[0] + "\nWhy is mental health awareness in the workplace important?\nIt is.\n"
    found = values(reading(f"{body}\nCheers, Jo\n\nPS Your lift is stuck.\nPPS Where do I get a form?\n"))
    assert (found.get("skills_experience"), found["importance"]) == (None, "It is.")


LETTER = """I'd like to become a mental health ally because my brother was ill.

I bring ten years on a helpline and a first aid certificate.

As for support, I'd need somebody to ring on a bad day.

Awareness matters at work because most people hide it.

{}

Yours
Jo
"""


@pytest.mark.parametrize(
    "closing",
    [
        "No rush to reply, of course.",
        "Write back whenever you can.",
        "Over to you.",
        "There is no hurry with an answer.",
    ],
)
def test_a_letters_last_words_about_our_answer_belong_to_none_of_its_own(closing: str):
    found = values(reading(LETTER.format(closing)))
    assert found["importance"] == "Awareness matters at work because most people hide it."


@pytest.mark.parametrize(
    "request_",
    ["Were there a role description to hand, I'd take one gladly.", "A role description would help, as would the training dates."],
)  # fmt: skip
def test_a_sentence_about_the_documents_answers_no_question_of_a_letter(request_: str):
    body = LETTER.replace("As for support, I'd need somebody to ring on a bad day.", request_)
    assert "support_needed" not in values(reading(body.format("")))


@pytest.mark.parametrize(
    "closing",
    [
        "I beg you to forgive my poor grammar and greet you warmly,",
        "In the hope of a good answer I remain at your disposal,",
        "I excuse myself for my English.",
    ],
)
def test_a_last_question_left_blank_is_not_answered_by_the_leave_taken_below_it(closing: str):
    body = FORM.removesuffix("People matter.\n")
    assert "importance" not in values(reading(f"{body}\n{closing}\nJo\n"))
    answer = "Because nobody does good work while hiding how they really are,"
    assert values(reading(f"{body}\n{answer}\nJo\n"))["importance"] == answer


def test_the_university_is_no_place_of_work_within_it():
    body = "I am a Minibus Driver in Campus Transport at the University of Kent and I want to be a mental health ally."
    found = values(reading(body))
    assert (found.get("job_title"), found.get("department")) == ("Minibus Driver", "Campus Transport")
    found = values(
        reading(body.replace("Campus Transport at the University of Kent and I want", "Catering and I'd like"))
    )
    assert (found.get("job_title"), found.get("department")) == ("Minibus Driver", "Catering")


def test_an_address_that_will_change_is_the_new_one():
    body = "We wed in May. From Monday my email will be jo.bell-marsh@kent.ac.uk. Thanks"
    assert values(reading(body, ON_RECORD, **THREAD)) == {"email": "jo.bell-marsh@kent.ac.uk"}


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("<ul><li>A diploma (level 4).</li><li>Chair of the choir.</li></ul>", "A diploma (level 4). Chair of the choir."),
        ("<p>Two things.</p><ul><li>I listen.</li></ul>", "Two things. I listen."),
        ("- I listen.<br>- I ask.", "I listen. I ask."),
        ("<ol><li>I listen.</li><li>I ask.</li></ol>", "1. I listen. 2. I ask."),
    ],
)  # fmt: skip
def test_marks_of_a_list_in_a_cell_are_no_text_unless_they_number(cell: str, answer: str):
    table = rows([(question, cell if question.startswith("What skills") else given) for question, given in TABLE])
    assert html(f"<p>Hello, I would like to join.</p><table>{table}</table>")["skills_experience"] == answer
