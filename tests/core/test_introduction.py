"""Who a sender is, told in a sentence or in a line, without labels."""

import pytest

from tests.core.sample_reading import FORM, reading, values

JOIN = "I would like to be a mental health ally."


def details(body: str, **headers: str) -> tuple[str | None, str | None, str | None]:
    found = values(reading(f"{body}\n", None, **headers))
    return found.get("name"), found.get("job_title"), found.get("department")


@pytest.mark.parametrize(
    ("said", "job", "place"),
    [
        ("Hi its Jo Bell, kitchen assistant at Keynes College.", "kitchen assistant", "Keynes College"),
        ("Morning all it's Jo Bell, Welder in the Engineering Workshop.", "Welder", "Engineering Workshop"),
        ("Good evening, I'm Jo Bell, Archivist in the Templeman Library", "Archivist", "Templeman Library"),
        ("Hello both, Jo Bell here, Security Officer at Campus Security.", "Security Officer", "Campus Security"),
        (
            "Hello, I am Jo Bell, Grants Officer in the Research Office (jo.bell@kent.ac.uk) and this is my mail.",
            "Grants Officer",
            "Research Office",
        ),
        ("Jo Bell, currently Deputy Registrar in the Law School.", "Deputy Registrar", "Law School"),
        ("I'm Jo Bell, that is the Caretaker at Woolf College.", "Caretaker", "Woolf College"),
    ],
)
def test_a_greeting_or_a_lead_in_is_no_part_of_who_somebody_is(said: str, job: str, place: str):
    assert details(f"{said}\n\n{JOIN}") == ("Jo Bell", job, place)


@pytest.mark.parametrize(
    "said",
    [
        "Hello this is Jo Bell I am a night cleaner in Sports and Music I heard of the mental health allies at lunch",
        "hi its jo bell night cleaner in sports and music pls put me down as a mental health ally",
        "My name is Jo Bell I am a night cleaner in Sports and Music we had a poster up about mental health allies",
    ],
)
def test_who_types_without_marks_has_a_job_that_ends_where_the_next_clause_begins(said: str):
    name, job, place = details(f"{said}\n\n{JOIN}")
    assert (name, job, place and place.lower()) == ("Jo Bell", "night cleaner", "sports and music")


def test_a_grade_in_roman_figures_begins_no_clause():
    assert details(f"I work as a Technician I in the School of Physics. {JOIN}")[2] == "School of Physics"


@pytest.mark.parametrize("heading", ["ABOUT ME", "My details", "Hello", "Who is writing"])
def test_a_heading_or_a_greeting_in_a_line_of_its_own_is_no_part_of_the_name_below(heading: str):
    below = "Jo Bell, now Lab Technician at the School of Physics. You have my address."
    assert details(f"{JOIN}\n\n{heading}\n{below}") == ("Jo Bell", "Lab Technician", "School of Physics")


@pytest.mark.parametrize(
    ("post", "job", "place"),
    [
        ("Porter, Estates and Facilities.", "Porter", "Estates and Facilities"),
        ("Lab Technician - School of Physics.", "Lab Technician", "School of Physics"),
        ("Senior Barista at Catering Services.", "Senior Barista", "Catering Services"),
    ],
)
def test_a_sentence_that_is_only_a_job_and_a_place_tells_both(post: str, job: str, place: str):
    assert details(f"Count me in as a mental health ally please. {post} Cheers Jo")[1:] == (job, place)


@pytest.mark.parametrize(
    "said",
    [
        "Thanks to the porter in Keynes College.",
        "I saw our driver, Estates.",
        "Best of luck to the new director, Finance.",
        "Ask for Sam Reed, Clerk, Law School.",
        "Jo Bell wants to be an ally champion.",
    ],
)
def test_a_job_that_somebody_speaks_of_is_not_the_sender_s(said: str):
    assert details(f"{JOIN} {said}")[1:] == (None, None)


def test_what_answers_a_question_is_no_post_of_the_sender_s():
    body = f"{JOIN} In terms of skills I have a lot to offer. Chair, Staff Disability Network. Coach, Sports Service."
    assert details(body)[1:] == (None, None)


@pytest.mark.parametrize(
    "past",
    [
        "On the board for five years, two as secretary.",
        "A trustee: ten years as a governor.",
        "Years of it; 3 as chair.",
    ],
)
def test_what_somebody_was_for_some_years_is_not_their_job(past: str):
    assert details(f"{JOIN} {past}")[1] is None


def test_what_somebody_has_been_here_for_years_is_their_job():
    assert details(f"{JOIN} I have worked in the Library for six years as a Conservator.")[1] == "Conservator"


@pytest.mark.parametrize("title", ["Asst. Librarian", "Snr. Technician"])
def test_a_short_word_with_a_full_stop_ends_no_card(title: str):
    assert details(f"{JOIN}\n\nJo Bell, {title}, Law School. You have my address.") == ("Jo Bell", title, "Law School")


def test_a_labelled_form_is_read_as_before():
    assert details(FORM) == ("Jo Bell", "Senior Clerk", "Kent Law School")


@pytest.mark.parametrize(
    "address",
    [
        "Email is jo.bell@kent.ac.uk but I only read it at work.",
        "The best address for me is jo.bell@kent.ac.uk, as people at work know.",
        "jo.bell@kent.ac.uk reaches me, though not on Fridays.",
    ],
)
def test_how_to_reach_the_sender_is_no_part_of_an_answer(address: str):
    why = "I think awareness of mental health at work is important because people go quiet and then they go."
    body = f"{JOIN} The skills I can bring are patience and a kettle. {why} {address} Thank you Jo"
    assert values(reading(body))["importance"] == why


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Estates - Grounds and Gardens Team", "Estates - Grounds and Gardens Team"),
        ("Library Services \u2013 Special Collections", "Library Services \u2013 Special Collections"),
    ],
)
def test_a_department_and_its_part_in_a_signature_are_one_value(line: str, place: str):
    assert details(f"{JOIN}\n\nThanks\nJo\n\n-- \nJo Bell\nSenior Clerk\n{line}\nExt 1234")[1:] == (
        "Senior Clerk",
        place,
    )


@pytest.mark.parametrize("mark", ["-", "|", "/", "\u2013"])
def test_a_job_and_a_department_on_one_line_of_a_signature_are_two_values(mark: str):
    signed = f"-- \nJo Bell\nSenior Clerk {mark} Law School\nExt 1234"
    assert details(f"{JOIN}\n\nThanks\nJo\n\n{signed}")[1:] == ("Senior Clerk", "Law School")


@pytest.mark.parametrize(("name", "place"), [("Jo Hall", "Estates and Grounds"), ("Jo Kitchen", "Print Centre")])
def test_a_name_that_holds_the_word_of_a_department_is_no_part_of_one(name: str, place: str):
    signed = f"-- \n{name} - {place}\nExt 1234"
    assert details(f"{JOIN}\n\nThanks\nJo\n\n{signed}", From=f"{name} <jo@kent.ac.uk>") == (name, None, place)


@pytest.mark.parametrize(
    "aside", ["not the porter", "no longer a lecturer", "formerly Head Porter", "late Registrar", "wife of a lecturer"]
)
def test_what_somebody_is_not_or_was_is_not_their_job(aside: str):
    name, job, _ = details(f"Jo Bell, {aside}. {JOIN}")
    assert (name, job) == ("Jo Bell", None)


@pytest.mark.parametrize(
    "before", ["My boss has agreed to it.", "I was recommended by Sam.", "In my earlier career I was unhappy."]
)
def test_a_post_behind_words_on_somebody_else_or_the_past_is_not_the_senders(before: str):
    assert details(f"{JOIN} {before} Head Porter, Estates Department.")[1:] == (None, None)


@pytest.mark.parametrize("before", ["My details are short.", "Who am I?", "I saw your poster before lunch."])
def test_a_post_behind_other_words_is(before: str):
    assert details(f"{JOIN} {before} Head Porter, Estates Department.")[1:] == ("Head Porter", "Estates Department")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("I'm in the Registry", "Registry"),
        ("I am in on Mondays only", "I am in on Mondays only"),
        ("I'm at home with flu", "I'm at home with flu"),
        ("I work as a Porter", "I work as a Porter"),
    ],
)
def test_what_leads_up_to_a_value_is_cut_only_from_one(value: str, stored: str):
    found = values(reading(FORM.replace("Department/School: Kent Law School", f"Department: {value}")))
    assert found["department"] == stored


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("I am a Receptionist in Student Records (mornings only, beside my studies) and I like it.", "Student Records"),
        ("I work as a Porter in Estates Services (nights).", "Estates Services"),
        ("I work in Conference Services (0.6, in term), as it happens.", "Conference Services"),
        ("I am a Technician in Estates (Trees).", "Estates (Trees)"),
    ],
)
def test_what_a_bracket_says_of_the_work_is_no_part_of_the_place(said: str, place: str):
    assert values(reading(f"{JOIN} {said}\n"))["department"] == place


@pytest.mark.parametrize(
    "said",
    [
        "My university email is jo77@kent.ac.uk, this one is only my phone.",
        "I write from home, but my work address is jo77@kent.ac.uk.",
        "My Kent e-mail is jo77@kent.ac.uk.",
        "I am on the train. Please e-mail me at jo77@kent.ac.uk.",
        "You can reach me on <jo77@kent.ac.uk>.",
    ],
)
def test_the_address_that_a_sender_calls_their_own_is_the_one_asked_for(said: str):
    assert values(reading(f"{JOIN}\n\n{said}\n", From="Jo Bell <jo@example.org>"))["email"] == "jo77@kent.ac.uk"


@pytest.mark.parametrize(
    "said",
    [
        "My manager's email is pat@kent.ac.uk.",
        "My manager is pat@kent.ac.uk, and she agrees.",
        "My old address was jo77@kent.ac.uk.",
        "Please don't e-mail me at jo77@kent.ac.uk.",
        "You can no longer reach me on jo77@kent.ac.uk.",
        "Sam (sam@kent.ac.uk) told me of it.",
        "I had a mail from allies@kent.ac.uk.",
    ],
)
def test_an_address_of_others_is_not_the_senders(said: str):
    assert values(reading(f"{JOIN}\n\n{said}\n", From="Jo Bell <jo@example.org>"))["email"] == "jo@example.org"


@pytest.mark.parametrize(
    ("said", "job", "place"),
    [
        (
            "About your call for allies - I'm Jo Bell, Data Officer in Student Records.",
            "Data Officer",
            "Student Records",
        ),
        ("I'm one of the welders (Engineering Workshop).", "welders", "Engineering Workshop"),
        ("im Jo Bell, barista in the pavilion cafe", "barista", "pavilion cafe"),
    ],
)
def test_a_job_and_a_place_are_told_apart_behind_a_dash_in_brackets_and_in_small_letters(
    said: str, job: str, place: str
):
    assert details(f"{said}\n\n{JOIN}")[1:] == (job, place)


@pytest.mark.parametrize(
    "value", ["my job is Night Porter", "My job title is called Night Porter", "I'm a Night Porter"]
)
def test_a_value_may_be_a_sentence_of_its_own(value: str):
    assert (
        values(reading(FORM.replace("Job title: Senior Clerk", f"Job title: {value}")))["job_title"] == "Night Porter"
    )


@pytest.mark.parametrize(
    ("sender", "signed", "stored"),
    [
        ("Jo Bell <jo@example.org>", "j.bell77@kent.ac.uk", "j.bell77@kent.ac.uk"),
        ("Dr Jo Bell <jo.bell@trust.example.org>", "bellj@kent.ac.uk", "bellj@kent.ac.uk"),
        ("Jo Bell <jo@example.org>", "law-office@kent.ac.uk", "jo@example.org"),
        ("Jo Bell <jb77@kent.ac.uk>", "jo.bell@kent.ac.uk", "jb77@kent.ac.uk"),
    ],
)
def test_an_address_with_the_senders_surname_in_the_signature_counts_where_they_write_from_another_house(
    sender: str, signed: str, stored: str
):
    body = f"{JOIN}\n\nKind regards\n\n-- \nJo Bell\nSenior Clerk\nKent Law School\n{signed}\n"
    assert values(reading(body, From=sender))["email"] == stored
