# ruff: noqa: E501 - mails are typed as their senders would
"""Mail that comes close to an application or a request and is none, beside genuine ones that resemble it."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import FORM, reading

CALL = """> If you would like to join us, please write with the following:
> - Why are you interested in becoming a mental health ally?
{0}
> - What skills and experiences can you bring to the role of a mental health ally?
{1}
> - What support do you think you will need as a mental health ally?
{2}
"""


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Peer Supporters", "Please could you send me the role description for the Peer Supporters? The mental health allies stand beside them in the list."),
        ("A question", "May I have details of the training for the bullying advisers? A mental health ally in my office mentioned them."),
        ("Trans Staff Contact - role description?", "Grateful for a copy when you have a moment. I found it above the allies on your page."),
        ("volunteer roles", "Hello, is there a role description for an inclusion rep? I found the one for the allies, but would need this one."),
        ("training", "I would like the role profile and details of the training for becoming a race equality mentor, not for the allies."),
        ("Campus Guides", "I should like to put myself forward as a Campus Listener. My friend is a mental health ally and sent me to you."),
    ],
)  # fmt: skip
def test_documents_or_a_place_of_another_role_are_not_ours(subject: str, body: str):
    assert reading(body, Subject=subject).reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        "Could you send me the role description for the mental health allies? I am a harassment contact and wonder which of the two is more for me.",
        "Please send the role description and details of the training for the allies to me, my manager would like to see them.",
        "I'm a careers adviser and would like the role description for becoming a mental health ally.",
        "May I have the role description for new volunteers? I read of the mental health allies in the bulletin.",
        "Please let me have the details of the training for the mental health ally role. Is it suitable for part-timers?",
    ],
)
def test_the_same_documents_of_our_role_are_sent(body: str):
    assert reading(body, Subject="A question").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Request for adjustments",
            "My mental health worker said that you keep these.\n\nName: Jo Bell\nJob title: Clerk\nDepartment/School: Law\n"
            "Email: jo.bell@kent.ac.uk\nWhy do you need this? I cannot sit for long.\nWhat support do you need? A desk that moves.\n"
            "Why is it important? I could do my work.\nWhat skills does it affect? Typing.\n",
        ),
        (
            "Appraisal",
            "Here is my appraisal form, as I told my manager that I might be a mental health ally one day.\n\nName: Jo Bell\n"
            "Department: Law\nWhat did you do well? I kept the files in order.\nWhat skills would you like to gain? Public speaking.\n"
            "What support do you need? A course.\n",
        ),
        (
            "Stress questionnaire",
            "A mental health ally helped me to fill this in.\n\nName: Jo Bell\nJob title: Clerk\nDepartment: Law\nDemands: heavy\n"
            "Support: my manager could ask now and then\n",
        ),
    ],
)  # fmt: skip
def test_another_form_with_the_same_headings_is_no_application(subject: str, body: str):
    assert reading(body, Subject=subject).intent is Intent.UNRELATED


@pytest.mark.parametrize(
    "body",
    [
        "This is for the mental health allies.\n\nName: Jo Bell\nDepartment: Law\nPhone: 01227 555 0199\nWhy: I like people.\nSkills: I listen.\n",
        "Mental health allies - my bits\n\nName: Jo Bell\nJob: Clerk\nDepartment: Law\nLine manager: Ann Rowe\nWhy interested: I like people.\n",
    ],
)
def test_a_short_form_below_the_schemes_name_is_an_application(body: str):
    assert reading(body, Subject="hello").intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "answers",
    [
        ("I am not. Mend the roof.", "Plenty, and none that you pay for.", "You will need a lawyer."),
        ("Well, I'm not, thank you.", "I can bring a bucket, since the ceiling drips.", "Somebody to run the place."),
        ("Not in the slightest.", "I could teach arithmetic to the board.", "A union."),
        ("You tell me.", "I can count the posts that you have not filled.", "Sack the advisers."),
    ],
)
def test_scorn_under_the_questions_of_the_call_is_no_application(answers: tuple[str, str, str]):
    assert reading(CALL.format(*answers), Subject="Re: Become a Mental Health Ally").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "answers",
    [
        ("I want to help colleagues who struggle as I once did.", "I listen well.", "Nothing much."),
        ("Been there.", "first aider", "none"),
        ("I'm not a counsellor, but I care about the people here.", "Ten years as a first aider.", "Supervision."),
        ("I am not sure I can say it well: my brother died and nobody had asked him.", "Patience", "A buddy"),
    ],
)
def test_answers_under_the_questions_of_the_call_are_an_application(answers: tuple[str, str, str]):
    found = reading(CALL.format(*answers), Subject="Re: Become a Mental Health Ally")
    assert found.intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "body",
    [
        'Your form asks "What support do you think you will need as a mental health ally?", which nobody can know.',
        'Proof of the mental health ally page attached. Does "Why are you interested in becoming a mental health ally?" come first, and is the link to the role description right?',
        'Legal say "What skills and experiences can you bring to the role of a mental health ally?" has to be shorter. May I change it, and the role description?',
        "You ask what support I would need as a mental health ally. I am not interested. What do I need? Time to teach.",
    ],
)
def test_who_speaks_of_the_forms_wording_is_not_answered(body: str):
    assert reading(body).reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        "I've pencilled in the talks with the new mental health allies. Could somebody find the role description for me?",
        "I'm updating the mental health ally page. Can you send the details of the training for the website?",
        "We have ordered lunch for the mental health allies. Please bring print-outs of the role description.",
        "Could you print off twelve copies of the role description for the mental health allies?",
        "The committee would like to have the role description of the mental health allies for its papers.",
        "Please send the role description of the mental health allies so the board can look at it.",
        "We want to start something along the lines of your mental health allies. May we see the role description?",
        "I'm writing an article about your mental health allies. May I have the role description?",
        "We'd love to be your training partner for the mental health allies. Shall I send details of the training and our fees?",
        "Here are the leaflets of the mental health allies. Shall I send you the details of the training to look over?",
        "Good to see new mental health allies. Please copy me in when you send them the role description.",
        "I need the role description of the mental health allies so that I can quote it on our screens.",
        "I'm preparing the report to Senate. Could you send the role description of the mental health allies?",
        "Poster for the mental health allies is back. Do say whether the line about the role description stays.",
    ],
)  # fmt: skip
def test_papers_of_those_who_run_or_copy_the_scheme_are_not_sent(body: str):
    assert reading(body, Subject="Allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        "I moved here in May and saw the poster for the mental health allies. Could I have the role description?",
        "Could one of you bring me a copy of the role description? I'd like to read it before I put my name down as an ally.",
        "I've put the date of the talk in my diary. May I have the role description for the mental health allies?",
        "Please send me the role description of the mental health allies so I can talk about it with my manager.",
        "The link to the role description on your mental health ally page is right there and yet I can't open it. Please send me one.",
    ],
)  # fmt: skip
def test_who_may_join_gets_the_papers_all_the_same(body: str):
    assert reading(body, Subject="Allies").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    "body",
    [
        'A document has been shared with you\n\n"Mental Health Ally form.pdf"\n\nOpen: https://files.example.net/x\n',
        "Kim shared a file with you: Mental Health Ally application. Sign in to view it.",
        "Your Mental Health Ally application is waiting. To read it, confirm your staff address and password today.",
    ],
)
def test_notices_of_shared_files_and_of_passwords_apply_for_nothing(body: str):
    assert reading(body, From="Files <docs@kent-files.example.net>").decision.outcome is Outcome.SKIP


def test_a_form_is_taken_from_whoever_shares_files_with_the_team():
    found = reading(f"I've shared this with you before, here it is once more.\n\n{FORM}")
    assert found.intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "words", ["I am applying for mental health leave.", "Supply for mental health training is short."]
)
def test_words_that_only_end_like_a_name_of_the_scheme_do_not_name_it(words: str):
    body = f"{words}\n\nName: Jo Bell\nJob title: Clerk\nDepartment: Law\nWhat skills do you have? I type.\n"
    assert reading(body, Subject="Secondment").intent is Intent.UNRELATED


@pytest.mark.parametrize("words", ["mental helth allys", "allies for mental health", "mentl health allies"])
def test_the_schemes_name_misspelt_or_turned_round_still_names_it(words: str):
    assert reading(f"I'd like to join the {words}.", Subject="hello").intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "body",
    [
        "Morning Priti, 17 people have requested the role description for the allies since Monday. Have we answered them?",
        "Two more wanted details of the training. Did we tell the new mental health allies that it moved to June?",
        "Please forward the role description to everyone who asked for it, the list of allies is in the tray.",
        "Who's sending out the role description while Kay is away? The allies page promises it within a day.",
        "How many have asked for the role description of the mental health ally so far? I make it eight.",
        "Did we ever get the training details from the charity? Somebody in Sports asked me whether allies pay for it.",
        "Have we told the ones who want the training dates that it is now the 12th? I count nine mental health allies.",
    ],
)  # fmt: skip
def test_who_writes_of_what_others_asked_for_and_what_the_team_sent_asks_for_nothing(body: str):
    assert reading(f"Hi both,\n\n{body}\n\nJo\n", Subject="Allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        "You ask what support I will need. What support do I think I will need? A colleague who was not made redundant.",
        "What skills and experience do I believe I need to become an ally here? A degree in patience.",
        "I object to training as a mental health ally on my day off. What is the point of training dates on a Sunday?",
        "Allies are no nurses. What training could make up for that? Kindly pass this on to whoever thought of it.",
        "I protest at this. A mental health ally cannot replace a counsellor. What is in the training, magic?",
    ],
)  # fmt: skip
def test_who_objects_to_the_scheme_asks_for_nothing(body: str):
    assert reading(f"{body}\n\nJo\n", Subject="Re: Could you be a Mental Health Ally?").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        "I am one of the 12 who asked for the role description. Could I have the one for the mental health allies?",
        "Have we got a role description for the mental health allies somewhere? I'd like to read it.",
        "Lots of people have asked already, I know, but may I have the role description for the allies too?",
        "You told everyone at the fair that you would send the role description of the allies. Could you send me mine?",
        "Do I think I could do this? Maybe. Please send me the role description for the mental health allies.",
        "I asked for the role description of the allies last week and it has not come. Could you send it again?",
        "Did you ever send the training details out to the allies? I would like to have them.",
    ],
)  # fmt: skip
def test_who_speaks_of_others_that_asked_and_asks_too_gets_the_papers(body: str):
    assert reading(f"Hello,\n\n{body}\n\nJo\n", Subject="Allies").reply is ReplyKind.ROLE_DESCRIPTION
