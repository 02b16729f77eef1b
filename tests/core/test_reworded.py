"""Forms and letters in the sender's own words: labels nobody listed, labels misspelt, questions that open an answer."""

import pytest

from tests.core.sample_reading import FORM, reading, values

OWN_WORDS = """Hello,

What makes me interested: my uncle was ill for years and nobody talked about it.

What would keep me afloat: regular supervision and somebody to ring.

Why it matters here: we tell students to ask for help and never do.

What I can bring along: patience and two languages.

What they pay me for: Outreach Officer
Where you find me: Widening Participation, Student Recruitment
Write to me at: jo.bell@kent.ac.uk

Jo
"""


def test_labels_in_words_of_the_senders_own_are_known_by_their_place_and_their_value():
    found = values(reading(OWN_WORDS, Subject="I would like to be a Mental Health Ally"))
    assert found["support_needed"] == "regular supervision and somebody to ring."
    assert found["motivation"] == "my uncle was ill for years and nobody talked about it."
    assert found["job_title"] == "Outreach Officer"
    assert found["department"] == "Widening Participation, Student Recruitment"
    assert found["skills_experience"] == "patience and two languages."


@pytest.mark.parametrize("label", ["Jop titel", "Job tilte", "Jobb titel", "Job-tytle"])
def test_a_label_misspelt_beyond_likeness_is_known_within_a_form(label: str):
    body = f"Naem: Jo Bell\n{label}: Night Porter\nDepartmnet: Estates\nWhy interested: my uncle was ill.\n"
    found = values(reading(body))
    assert (found["job_title"], found["department"]) == ("Night Porter", "Estates")


@pytest.mark.parametrize("line", ["Term: Autumn", "Rule: listen first", "Host: Anna", "Condition: asthma"])
def test_a_word_a_little_like_a_label_is_another_word(line: str):
    found = values(reading(f"Name: Jo Bell\n{line}\nEmail: jo.bell@kent.ac.uk\nWhy interested: my uncle was ill.\n"))
    assert not {"job_title", "department"} & found.keys()


@pytest.mark.parametrize("line", ["Husband: Senior Lecturer", "Trade union: Unison branch office", "Boss: Dean"])
def test_a_line_about_somebody_else_is_no_label_in_other_words(line: str):
    found = values(reading(f"Name: Jo Bell\n{line}\nEmail: jo.bell@kent.ac.uk\nWhy interested: my uncle was ill.\n"))
    assert not {"job_title", "department"} & found.keys()


def test_words_before_a_colon_inside_an_answer_stay_in_it():
    body = (
        "Name: Jo Bell\nJob title: Clerk\nEmail: jo.bell@kent.ac.uk\n\n"
        "Skills: I have two rules.\n\nRule one: listen before you speak.\n\nSupport: a buddy.\n"
    )
    found = values(reading(body))
    assert found["skills_experience"] == "I have two rules. Rule one: listen before you speak."
    assert "motivation" not in found


LETTER = (
    "Dear all,\n\nI would like to become a mental health ally.\n\n"
    "I bring nine years on a helpdesk and a diploma in coaching.\n\n"
    "It matters at work because work is where we pretend hardest.\n\n{}\n\nJo\n"
)


def test_the_question_that_opens_one_paragraph_of_a_letter_belongs_to_the_answer():
    found = values(reading(LETTER.format("What would I need? I think somebody to talk things over with.")))
    assert found["support_needed"] == "What would I need? I think somebody to talk things over with."
    assert found["importance"] == "It matters at work because work is where we pretend hardest."


@pytest.mark.parametrize(
    "body",
    [
        "Name: Jo Bell\n\nWhat would I need? A buddy.\n\nWhy does it matter? Because work is half our lives.\n",
        LETTER.format("What support is needed? A buddy."),
    ],
)
def test_questions_of_a_form_are_no_part_of_the_answers(body: str):
    assert values(reading(body))["support_needed"] == "A buddy."


@pytest.mark.parametrize(
    ("own", "key", "label", "value"),
    [
        ("Job title: Senior Clerk", "job_title", "Funktion", "Lektorin"),
        ("Job title: Senior Clerk", "job_title", "Emploi", "Aide de cuisine"),
        ("Job title: Senior Clerk", "job_title", "Puesto actual", "Ayudante"),
        ("Department/School: Kent Law School", "department", "Abteilung", "Moderne Sprachen"),
        ("Department/School: Kent Law School", "department", "Reparto", "Cucina Darwin"),
    ],
)
def test_a_label_may_be_in_another_language(own: str, key: str, label: str, value: str):
    assert values(reading(FORM.replace(own, f"{label} : {value}")))[key] == value


@pytest.mark.parametrize(
    "line",
    [
        "Gender: Female",
        "Year: Second",
        "Phone: Internal only",
        "Pronouns: she/her",
        "Staff no: 4471",
        "Course: Law",
        "Hobby: Fishing",
        "Faith: Quaker",
        "Room: Rutherford annexe",
        "Motto: Carpe diem",
        "Diet: Vegan",
    ],
)
def test_what_forms_ask_besides_is_no_job_wherever_it_stands(line: str):
    found = reading(FORM.replace("Job title: Senior Clerk", line))
    assert "job_title" in found.form.missing
    below = FORM.replace("Job title: Senior Clerk\n", "").replace("jo.bell@kent.ac.uk", f"jo.bell@kent.ac.uk\n{line}")
    assert "job_title" in reading(below).form.missing


def test_an_unknown_label_anywhere_else_gives_nothing():
    found = reading(
        FORM.replace("Job title: Senior Clerk\n", "").replace("- Why are you", "Motto: Carpe diem\n- Why are you")
    )
    assert "job_title" in found.form.missing


@pytest.mark.parametrize("mark", ["? ", "?   ", ":     "])
def test_labels_in_other_words_may_be_questions_or_stand_in_columns(mark: str):
    body = (
        f"Name of person applying:   Jo Bell\nWhat is your post called{mark}Timetabling Assistant\n"
        f"Where in the University{mark}Timetabling Office\nE-mail (work):   jo.bell@kent.ac.uk\n\nSkills: patience.\n"
    )
    found = values(reading(body))
    assert (found["job_title"], found["department"]) == ("Timetabling Assistant", "Timetabling Office")


def test_a_question_that_an_answer_opens_with_is_no_label():
    body = (
        "Name: Jo Bell\nDepartment: Estates\nEmail: jo.bell@kent.ac.uk\nPossibly a buddy? And for my manager to know.\n"
        "Who knows? Not the dean\n"
    )
    assert "job_title" not in values(reading(body))


def test_reasons_under_a_heading_begin_there_and_what_stands_above_is_who_writes():
    why = "Somebody in my team did not come back and I never asked why."
    body = (
        "Mental Health Ally - application\n\nAbout me\nMeg Rai, Welfare Officer (maternity cover), Widening Access\n\n"
        f"My reasons\n{why}\n\nMy skills\nI am a good listener.\n\nMy support needs\nI would need an hour a month.\n\n"
        "Why it matters\nIt matters when the chair is empty.\n\nMeg\n"
    )
    found = values(reading(body, From="Meg Rai <m.rai@kent.ac.uk>"))
    assert (found["motivation"], found["job_title"]) == (why, "Welfare Officer (maternity cover)")
