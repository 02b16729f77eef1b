"""Kinds of mail that say what many say in ways of their own."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import FORM, ON_RECORD, THREAD, VALUES, reading, values


@pytest.mark.parametrize(
    "said",
    [
        "Not sure at this stage - probably a regular catch-up with the other allies",
        "No idea yet; somebody to debrief with would help",
    ],
)
def test_who_begins_by_putting_off_and_then_answers_has_answered(said: str):
    assert values(reading(FORM.replace(VALUES["support_needed"], said)))["support_needed"] == said


@pytest.mark.parametrize(
    "said",
    [
        "I sit with students who can't say yet what the matter is, and I wait.",
        "Ten years of patients who do not know yet what they need taught me to listen.",
    ],
)
def test_what_others_cannot_say_yet_puts_no_question_off(said: str):
    found = values(reading(FORM.replace(VALUES["skills_experience"], said)))
    assert found["skills_experience"] == said


@pytest.mark.parametrize(
    "said",
    [
        "Not sure yet - I'll ask my manager",
        "Can't say yet; need to see the training first",
        "N/A until I know what it involves",
        "To be confirmed once my manager is back.",
    ],
)
def test_who_puts_off_and_says_why_has_not_answered(said: str):
    assert "support_needed" not in values(reading(FORM.replace(VALUES["support_needed"], said)))


@pytest.mark.parametrize(
    "said", ["N/A - I have all I need", "Nothing until I am lost, then a map.", "To be told when I am wrong."]
)
def test_who_needs_little_has_answered(said: str):
    assert values(reading(FORM.replace(VALUES["support_needed"], said)))["support_needed"] == said


@pytest.mark.parametrize(
    "said", ["TBC (new post from May)", "tba - between two teams", "Unknown, as yet", "pending [restructure]"]
)
def test_an_empty_value_with_its_reason_behind_it_is_empty(said: str):
    assert reading(FORM.replace(VALUES["job_title"], said)).form.missing == ("job_title",)


@pytest.mark.parametrize("said", ["Clerk (tbc)", "Unknown Pleasures Curator"])
def test_a_value_with_doubts_behind_it_is_a_value(said: str):
    assert values(reading(FORM.replace(VALUES["job_title"], said)))["job_title"] == said


@pytest.mark.parametrize(
    "lead", ["It's settled at last", "Oops, I forgot", "Here you go", "This is what I do now", "I think it is"]
)
def test_a_clause_that_leads_up_to_a_one_line_value_is_no_part_of_it(lead: str):
    assert values(reading(FORM.replace(VALUES["job_title"], f"{lead}: Porter (0.5)")))["job_title"] == "Porter (0.5)"


@pytest.mark.parametrize("said", ["IT: Service Desk Analyst", "Grade I: Technician", "Research Fellow: Health"])
def test_a_value_with_a_colon_inside_is_whole(said: str):
    assert values(reading(FORM.replace(VALUES["job_title"], said)))["job_title"] == said


@pytest.mark.parametrize(
    ("said", "job", "place"),
    [
        ("I work as Chef de Partie in the Rutherford Kitchen", "Chef de Partie", "Rutherford Kitchen"),
        ("I'm an assistant de recherche in the School of Arts", "assistant de recherche", "School of Arts"),
        ("I work as Manager di Sala in Catering Services", "Manager di Sala", "Catering Services"),
    ],
)
def test_a_job_that_is_called_by_a_foreign_name_is_told_by_its_head(said: str, job: str, place: str):
    found = values(reading(f"I would like to be a mental health ally. {said}. Count on me.\n\nJo\n"))
    assert (found["job_title"], found["department"]) == (job, place)


@pytest.mark.parametrize("person", ["Dean Marsh", "Tom Porter", "Carol Cook", "Paul Baker"])
def test_a_name_that_holds_the_word_of_a_job_is_no_part_of_the_job(person: str):
    for card in (f"{person}, Electrician, Estates", f"{person}\nElectrician\nEstates"):
        found = values(reading(f"I'd like to be a mental health ally.\n\n{card}\n", From=f"{person} <p@kent.ac.uk>"))
        assert (found["name"], found["job_title"], found["department"]) == (person, "Electrician", "Estates")


def test_it_in_small_letters_is_no_place_of_work():
    found = reading("I'd like to be a mental health ally. I do not want to be praised for it.\n\nJo\n")
    assert (found.intent, values(found).get("department")) == (Intent.APPLICATION, None)


def test_a_family_name_that_is_a_word_for_nothing_is_a_name():
    assert values(reading(FORM.replace(VALUES["name"], "Blank, Jo")))["name"] == "Blank, Jo"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Hi, my job title should now say Deputy Registrar. Sorry!", {"job_title": "Deputy Registrar"}),
        (
            "Department ought really to read School of Anthropology and Conservation.",
            {"department": "School of Anthropology and Conservation"},
        ),
    ],
)
def test_what_a_value_should_now_be_is_its_new_value(said: str, found: dict[str, str]):
    assert values(reading(f"{said}\n\nJo\n", ON_RECORD, **THREAD)) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My name is spelt Joelle Bell-Hart since the wedding.", {"name": "Joelle Bell-Hart"}),
        ("My name is actually written Joe Belle, with two e's.", {"name": "Joe Belle"}),
        ("My job title is called Senior Porter now.", {"job_title": "Senior Porter"}),
        ("My department is officially the School of Arts.", {"department": "School of Arts"}),
    ],
)
def test_words_between_a_label_and_its_new_value_are_no_part_of_it(said: str, found: dict[str, str]):
    assert values(reading(f"{said}\n\nJo\n", ON_RECORD, **THREAD)) == found


@pytest.mark.parametrize(
    "said", ["My name is misspelt.", "My name was wrong on the list.", "My name is said with an o."]
)
def test_what_is_said_of_a_name_is_no_name(said: str):
    assert values(reading(f"{said}\n\nJo\n", ON_RECORD, **THREAD)) == {}


@pytest.mark.parametrize(
    "body",
    [
        "Passing this on in case anybody on the services side would like to volunteer. Forms go to EDI, not to me.",
        "The page is below. If someone in the faculty would like to be an ally, please write to them.",
        "See below, should any of you be interested in becoming an ally. Everyone here would be great at it.",
    ],
)
def test_who_passes_the_call_on_to_colleagues_neither_applies_nor_applies_for_them(body: str):
    found = reading(f"Dear all,\n\n{body}\n\nJo\n")
    assert (found.decision.outcome, found.intent) == (Outcome.SKIP, Intent.UNRELATED)


def test_who_asks_whether_anyone_may_apply_wants_to_themselves():
    body = "I wondered if anyone in a part-time post may apply? If so I would like to become a mental health ally."
    assert reading(f"{body}\n\nJo\n").intent is Intent.APPLICATION


def test_a_wish_goes_on_from_its_own_subject_whoever_stands_between():
    body = "I'm a good listener to anyone who needs it and would love to be a mental health ally."
    assert reading(f"{body}\n\nJo\n").intent is Intent.APPLICATION


def test_who_sits_on_a_body_may_ask_about_the_role_and_who_writes_its_report_has_other_business():
    asks = "This is no application. I should like to read about the role first; if there's a leaflet, please send it."
    own = reading(f"I sit on the Athena Swan panel and sing in the choir.\n\n{asks}\n\nJo\n")
    assert own.reply is ReplyKind.ROLE_DESCRIPTION
    report = reading(f"We are writing the Athena Swan submission.\n\n{asks}\n\nJo\n")
    assert report.reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "blank",
    [
        "Your place is about to lapse. Fill in to keep it:\n\nName:\nJob title:\nDepartment:\nWindows login:\n\n"
        "Keep my place\n\nIT Service Desk",
        "To keep your place please verify your account.\n\nName:\nJob title:\nDepartment:\nPassword:\n\n"
        "Continue\n\nHuman Resources",
    ],
)
def test_a_blank_form_is_not_filled_in_by_the_button_and_the_office_below_it(blank: str):
    found = reading(f"Dear ally,\n\n{blank}\n", Subject="Mental Health Ally registration")
    assert (found.intent, found.reply) == (Intent.UNRELATED, ReplyKind.NONE)


def test_who_could_not_sign_in_elsewhere_and_applies_by_mail_applies():
    body = "My registration has expired and I forgot my e-mail and password, so here I am. I'd like to become an ally."
    assert reading(f"{body}\n\nJo\n", Subject="Mental Health Ally application").intent is Intent.APPLICATION


def test_who_is_told_that_a_place_expires_and_asked_to_fill_in_a_form_has_not_written_it():
    body = "Your registration as mental health ally will expire today. To keep it, become an ally again by the form."
    found = reading(f"{body}\n\nName: Registration Desk\nJob title: Officer\nDepartment: Human Resources\n")
    assert found.reply is ReplyKind.NONE


NUMBERED = """Jo Bell, Senior Grounds Officer, Estates Department, jo.bell@kent.ac.uk

1. My brother was ill for years and we did not see it
2. I am a good listener and a union rep since 2012
3. Some training on what not to say
4. Most of us in the yard are men over fifty who never talk about it

Cheers
Jo
"""
ERRANDS = """Jo Bell
Web Editor
Communications Department

1. The ally page needs a new photo
2. The link to the training goes nowhere
3. The department list is out of date
4. The heading should say allies

Jo
"""


def test_a_numbered_list_below_the_details_that_reads_like_answers_needs_no_more_than_the_role():
    found = reading(NUMBERED, Subject="ally role")
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT)
    assert values(found)["support_needed"] == "Some training on what not to say"


def test_a_numbered_list_of_errands_below_a_name_and_a_job_is_no_application():
    assert reading(ERRANDS, Subject="ally page").reply is ReplyKind.NONE


TWO_OF_FOUR = """I'd like to be a mental health ally.

Jo Bell, Senior Grounds Officer, Estates Department

1. My brother was ill for years and we did not see it
2. I am a good listener and a union rep since 2012

{later}

Cheers
Jo
"""


@pytest.mark.parametrize(
    "later",
    [
        "3 & 4 to follow on Monday",
        "Questions 3 and 4 are beyond me at this hour.",
        "3. and 4. once the lambs are out",
        "As for 3/4, I would have to ask at home",
        "Q3, Q4: my bus is here",
    ],
)
def test_numbers_that_a_line_leaves_for_later_together_make_the_others_answers(later: str):
    found = values(reading(TWO_OF_FOUR.format(later=later)))
    assert found["motivation"] == "My brother was ill for years and we did not see it"
    assert found["skills_experience"] == "I am a good listener and a union rep since 2012"
    assert not {"support_needed", "importance"} & set(found)


@pytest.mark.parametrize("later", ["The other two I'll do at the weekend.", "I will send you the rest tomorrow"])
def test_the_rest_of_the_questions_may_be_left_for_later_without_their_numbers(later: str):
    found = values(reading(TWO_OF_FOUR.format(later=later)))
    assert found["skills_experience"] == "I am a good listener and a union rep since 2012"
    assert not {"support_needed", "importance"} & set(found)


def test_a_list_of_some_answers_and_a_line_for_the_rest_applies_without_a_wish():
    listed = TWO_OF_FOUR.replace("I'd like to be a mental health ally.", "My bit for the allies:")
    found = reading(listed.format(later="3 and 4 when I am back from the yard"))
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE)


def test_a_list_of_errands_and_a_line_for_the_rest_is_no_application():
    errands = (
        ERRANDS.split("3. ")[0].replace("Web Editor", "Web Editor,") + "\nThe rest I will send you tomorrow.\n\nJo\n"
    )
    assert reading(errands).reply is ReplyKind.NONE


def test_three_numbered_answers_that_read_like_it_apply_wherever_the_details_stand():
    body = (
        "Re mental health allies. Jo Bell from Estates here.\n\n"
        "1 - My brother was ill for years and nobody at his work noticed\n"
        "2 - Union rep since 2012, good at listening and calm in a crisis\n"
        "3 - A number to ring when I am out of my depth\n\n"
        "4 I need to think about.\n\nJo\n"
    )
    found = reading(body)
    assert (found.intent, found.form.missing[-1]) == (Intent.APPLICATION, "importance")
    assert values(found)["support_needed"] == "A number to ring when I am out of my depth"


@pytest.mark.parametrize(
    "listed",
    [
        "1 - The poster in the library is out of date\n2 - Nobody answers the ally telephone\n3 - We need new badges",
        "1. Agree the minutes\n2. Training dates for the allies\n3. Who pays for the badges",
        "1. Is it paid?\n2. How long is the training?\n3. Must my manager know?\n4. Can I stop?",
    ],
)
def test_a_numbered_list_of_another_kind_is_no_application(listed: str):
    found = reading(f"Re mental health allies.\n\n{listed}\n\nJo Bell\n")
    assert found.intent not in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST)


def test_a_request_beside_numbers_left_for_later_is_heard():
    found = reading(TWO_OF_FOUR.format(later="3 and 4 when I know more - could you send me the role description?"))
    assert found.intent is Intent.APPLICATION_AND_REQUEST


@pytest.mark.parametrize("later", ["3 and 5 year olds at home keep me busy", "4 and 3 of us eat at eleven", ""])
def test_two_items_of_a_list_answer_nothing_where_no_line_accounts_for_the_rest(later: str):
    errands = TWO_OF_FOUR.replace("My brother was ill for years and we did not see it", "The page has an old photo")
    errands = errands.replace("I am a good listener and a union rep since 2012", "The link under the photo is dead")
    assert not {"motivation", "skills_experience"} & set(values(reading(errands.format(later=later))))


def test_speech_without_full_stops_gives_a_place_of_work_and_no_more():
    found = reading("Hi it's Jo Bell I'm a plumber with Estates maintenance I'd love to be a mental health ally.\n")
    assert (values(found)["job_title"], values(found)["department"]) == ("plumber", "Estates maintenance")


@pytest.mark.parametrize("leave", ["Cheers Jo", "Thanks Jo Bell", "Best wishes, Jo"])
def test_words_of_leave_on_the_line_of_the_last_answer_are_no_part_of_it(leave: str):
    last = "It matters at work because you can't leave your head at home."
    found = reading(
        "I want to be a mental health ally because my brother went through a bad patch. What I can bring is that people"
        f" chat to me all day. Support wise I'd want somebody to ring. {last} {leave}\n"
    )
    assert values(found)["importance"] == last


@pytest.mark.parametrize(
    ("signed", "department"),
    [
        ("Jo in catering", "catering"),
        ("jo bell from the finance office", "finance office"),
        ("Jo in a hurry", None),
        ("Jo from Finance told me about it", None),
    ],
)
def test_who_signs_with_a_place_of_work_works_there(signed: str, department: str | None):
    found = reading(f"i want to be a mental health ally pls, send me the role description. {signed}\n")
    assert values(found).get("department") == department


def test_a_wrapped_sentence_that_begins_with_the_name_is_no_card():
    found = reading(
        "Hi,\n\nI'm Jo Bell, a senior research associate in the School of\nBiosciences, and I would love to be a mental"
        " health ally if that\nis all right.\n\nJo\n"
    )
    assert values(found)["department"] == "School of Biosciences"


def test_putting_oneself_forward_is_no_part_of_the_reason():
    why = (
        "I am interested in this role because in my country illness of the mind was for long a thing to hide in the"
        " family. Since I live here I have learned that one can speak, and I want to give back some of it."
    )
    found = reading(
        "Dear Sirs,\n\nwith this I would like to propose myself as Mental Health Ally of the University, after having"
        f" read with great interest the page of the project.\n\n{why}\n\nAs to my abilities, I am a language teacher"
        " for twelve years and I hear people who tremble before exams; I was a volunteer in a listening centre.\n\nAs"
        " support I think I will need an expert whom I can ask.\n\nAwareness is important in the workplace because who"
        " suffers in silence works badly.\n\nJo\n"
    )
    assert values(found)["motivation"] == why
