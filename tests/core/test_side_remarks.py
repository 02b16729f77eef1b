# ruff: noqa: E501 - mails are typed as their senders would
"""Side remarks, work talk and excuses beside a genuine wish or request: none of them silences it."""

import pytest

from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from tests.core.sample_reading import FORM, reading, values

WISH = "I would like to become a mental health ally."
ASK = "Could I have the role description for the mental health allies?"


@pytest.mark.parametrize(
    "remark",
    [
        "There was an article about burnout in the staff magazine that I kept.",
        "I report to the Executive Director and she is happy for me to do it.",
        "I have looked for something like your scheme for years.",
        "If this is the wrong address please forward it to whoever looks after it.",
        "I would never object to being woken at night for this.",
        "I edit manuscripts, so I live by track changes and copy deadlines.",
        "I am a hiring manager and read covering letters all day long.",
        "I raised a formal grievance years ago and somebody stood by me.",
        "My dissertation was on trees, so I am no expert.",
        "I know what it is to be where you don't want to be.",
        "I did not think I would apply, but the poster won me over.",
        "I don't want to be an ally on paper only, so I hope that there is real training.",
        "I do not want to be left out when the rest of the office signs up.",
    ],
)
def test_a_wish_in_so_many_words_is_heard_whatever_else_its_writer_tells(remark: str):
    for body in (f"{remark} {WISH}\n\nJo Bell\n", f"{WISH} {remark}\n\nJo Bell\n"):
        found = reading(body, Subject="Allies")
        assert (found.decision.outcome, found.reply) == (Outcome.REPLY, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE)


@pytest.mark.parametrize(
    "body",
    [
        "Please consider us for the mental health allies' training. I would like to become a supplier. Our rates are attached, and the invoice follows.",
        "For my dissertation I would like to be put in touch with a mental health ally.",
        'Staff say "I would like to become a mental health ally" every day. Please find our purchase order form and the invoice.',
        "I would like to be a mental health ally. Unsubscribe: https://news.example.net/u/1",
        "A form has been shared with you: I would like to become a mental health ally. Enter your password to view it.",
    ],
)
def test_words_of_business_beside_what_is_no_wish_of_the_writer_still_silence_the_mail(body: str):
    assert reading(body, Subject="Allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "said",
    ["I do not want to be one of the allies.", "I really don't want to join the scheme."],
)
def test_who_wants_to_and_does_not_is_for_a_person(said: str):
    found = reading(f"{WISH} Or so I thought. {said}\n\nJo Bell\n", Subject="Allies")
    assert (found.decision.outcome, found.reply) == (Outcome.HOLD, ReplyKind.NONE)


@pytest.mark.parametrize(
    "remark",
    [
        "I read a piece on allies in the bulletin.",
        "I have kept the leaflet from the mental health allies in my drawer since June.",
        "I've booked a place at the talk from the allies.",
        "You put a notice on our intranet.",
        "Two of my friends asked for the role description and so do I.",
        "I never learnt any of this, I would start from scratch.",
        "I have told my manager about the mental health ally role and she agrees.",
        "Where should I send my form?",
        "The union wants its members to join.",
    ],
)
def test_a_request_for_the_papers_is_heard_beside_a_remark(remark: str):
    for body in (f"{remark} {ASK}\n\nJo Bell\n", f"{ASK} {remark}\n\nJo Bell\n"):
        assert reading(body, Subject="Allies").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    "asked",
    [
        "Is there a proper role description of the mental health allies?",
        "Have you got a broader role description of the mental health allies?",
        "Could you send me the role description for administrators? I might become a mental health ally.",
        'What does a "mental health ally" do?',
        'How long is the training of a "Mental Health Ally"?',
    ],
)
def test_how_the_papers_are_called_makes_them_nobody_elses(asked: str):
    assert reading(f"{asked}\n\nJo Bell\n", Subject="A question").reply is ReplyKind.ROLE_DESCRIPTION


@pytest.mark.parametrize(
    "said",
    [
        "I do not want to be doing this any more.",
        "I don't want to be trained.",
        "I do not want to be contacted about it.",
        "I really don't want to be signed up to anything.",
        "I don't wish to be put forward for this.",
    ],
)
def test_who_does_not_want_to_be_trained_or_put_forward_declines(said: str):
    assert reading(f"{said} {ASK}\n\nJo Bell\n", Subject="Allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "said",
    [
        "I do not want to be contacted at home.",
        "I don't want to be doing this alone, so I am glad of the network.",
        "I don't want to be trained online if there is a choice.",
    ],
)
def test_who_says_how_they_do_not_want_it_declines_nothing(said: str):
    assert reading(f"{WISH} {said}\n\nJo Bell\n", Subject="Allies").intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "said",
    [
        "Should my application for the mental health allies still be with you, please withdraw it.",
        "Should it not be too late, please withdraw my application to be a mental health ally.",
    ],
)
def test_a_polite_should_before_a_withdrawal_sets_no_condition(said: str):
    assert reading(said, Subject="Allies").intent is Intent.WITHDRAWAL


@pytest.mark.parametrize("beside", ["One more thing: I am away until Friday.", "Also please note: I start in May."])
def test_a_remark_with_a_colon_is_no_question_of_another_form(beside: str):
    form = "Name: Jo Bell\nDepartment: Law\nPhone: 01227 555 0199\nWhy: I like people.\nSkills: I listen.\n"
    found = reading(f"This is for the mental health allies.\n\n{form}\n{beside}\n", Subject="hello")
    assert found.intent is Intent.APPLICATION


@pytest.mark.parametrize(
    "line", ["But above all: people trust me.", "One last thing: I hate gossip.", "Also: I speak French."]
)
def test_a_remark_with_a_colon_ends_no_answer(line: str):
    found = values(reading(FORM.replace("Ten years of listening.", f"Ten years of listening.\n{line}\nI am patient.")))
    assert found["skills_experience"] == f"Ten years of listening. {line} I am patient."


@pytest.mark.parametrize(
    "body",
    [
        "I'd like to put myself forward to be a mental health ally. I sit on the Athena SWAN committee and write the minutes of the meeting, so I see how many people are under strain.",
        "I want to be a mental health ally. I have just finished my dissertation on nursing, so I have evenings again.",
        "Please count me in as a mental health ally. I made a complaint about my last employer over bullying, and an ally there got me through it.",
        "Please accept this as my expression of interest in becoming a mental health ally. My manager has signed it off and I have booked annual leave for the first training day.",
        "My colleague has been an ally for two years and nominated me for the kindness award. She said I should join, so: I would like to become a mental health ally.",
        "I don't want to be a burden on your list, nor the person who says nothing. I would like to become a mental health ally.",
        "I wish to apply to be a mental health ally. I am a listener with a charity, a first aider and a fire warden.",
        "I filled in a questionnaire at the fair and ticked the box about allies, but heard nothing. I would really love to be a mental health ally.",
        '"People who listen change lives" was on the poster in our kitchen. I\'d like to be one of your mental health allies.',
        "Sign me up as a mental health ally please. I do the proofreading for the prospectus, so I can check your leaflet too.",
        "I would like to express my interest in becoming a mental health ally. I stood down as branch secretary in 2023.",
        "I was asked to write a report for the Executive on absence and it opened my eyes. I would like to be a mental health ally.",
        "I have told my team about the mental health allies and put the poster up. Now it is my turn: please add me to the list of people who want to become a mental health ally.",
    ],
)
def test_applications_in_everyday_voices_are_acknowledged(body: str):
    found = reading(f"Hi,\n\n{body}\n\nThanks\nJo Bell\n", Subject="Allies")
    assert (found.intent, found.reply) == (Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE)


@pytest.mark.parametrize(
    "body",
    [
        "I would like to become a mental health ally. Please also send me the role description. Sorry for the rush, I have an invoice run to finish!",
        "I'm keen to become a mental health ally. My head of school wants to know how much time it takes, so could you send me the role description?",
        "I'm writing to apply to be a mental health ally. I've drafted some answers but would like to see the role description, could you send it to me? I'm at a conference until Monday.",
    ],
)
def test_applications_that_also_ask_in_everyday_voices_get_both(body: str):
    assert reading(f"{body}\n\nJo Bell\n", Subject="Allies").intent is Intent.APPLICATION_AND_REQUEST


@pytest.mark.parametrize(
    "body",
    [
        "I read the article about the allies in the newsletter. Could you send me the role description? I work in the press office, so I must ask my boss first.",
        "Could I have more information about becoming a mental health ally? I'm a hiring manager and sit on interview panels, so I'd want to be sure there's no conflict.",
        "Could you tell me what the training for mental health allies involves? I once did a course that charged us £90, and it was dreadful.",
        "I'm updating my CV and thinking about what else I could do. Please could you send me the role description for the mental health ally role?",
        "A friend at Sussex is a wellbeing champion and loves it. Do you have a role description for the mental health allies that I could read?",
        "I tried to print the role description for the mental health allies from the page but the link did not work for me. Could you e-mail me a copy?",
        'My manager suggested I look at being a "mental health ally". Can you send me something about the role?',
        "Please can I have the role description and details of the training for the mental health allies? I would like to take them to my supervisor on Thursday.",
        "I asked last year and was sent a broken link. Could somebody send me the role description for mental health allies as an attachment?",
        "We're going through a restructure (the consultation under way is grim). Could you send me details of the mental health ally role? I might apply.",
    ],
)
def test_requests_in_everyday_voices_are_answered(body: str):
    found = reading(f"Hello,\n\n{body}\n\nMany thanks\nJo Bell\n", Subject="Allies")
    assert (found.intent, found.reply) == (Intent.ROLE_DESCRIPTION_REQUEST, ReplyKind.ROLE_DESCRIPTION)


@pytest.mark.parametrize(
    "body",
    [
        "I'm putting together a slot for the radio on staff who look out for each other, and the mental health allies came up. Could you send me the role description?",
        "Our charity runs workshops. We would love to become involved with your mental health allies. Our day rate is on the attached sheet.",
        "I represent the branch. Members have raised the workload of mental health allies. Before the joint committee meets we need the role description.",
        "Thanks, but I would rather not. I do not want to be contacted about becoming a mental health ally again.",
        "I've sent round the timings for the mental health allies' lunch. Priya, have you still got the role description? I need twelve copies for the table.",
        "I am a lecturer at another university. Would you send me the role description of your mental health allies so that I can compare it with ours?",
        "Could you let us have the latest wording of the role description of the mental health ally? The designers wait for it, and we go to print on Friday.",
        "One of my staff is not coping. Can you send one of the mental health allies to talk to her?",
        "I run the staff network at Leicester and we are thinking of doing our own version of your mental health allies. What training do you give them?",
        "No thank you. I do not want to become a mental health ally. What training could replace a professional?",
        "Under the Freedom of Information Act please send me the number of mental health allies and the role description.",
        "I've been an ally since last spring and my badge broke. When is the refresher?",
        "I'd like to nominate Sue Hart for ally of the year. She has been a wonderful mental health ally.",
        "We've moved the applications for the mental health allies to the shared drive. Could you put the role description there as well?",
        "I would love to be put in touch with your mental health allies for my dissertation. Interviews take half an hour.",
        "Please find attached our invoice for the mental health ally training. We would like to be your provider next year as well.",
        "Is the role description of the mental health ally still the current one? The audit committee asks for it.",
        "Please take me off. I signed up to be a mental health ally, but I no longer have the time.",
        "We are planning a feature on burnout. What does a mental health ally do, and may we photograph one?",
        "The page about the mental health allies says that the role description is attached, but it is not. Please correct the page.",
    ],
)
def test_who_writes_on_business_for_others_or_to_decline_is_not_answered(body: str):
    assert reading(f"Dear all,\n\n{body}\n\nRegards\nJo Bell\n", Subject="Mental health allies").reply is ReplyKind.NONE


@pytest.mark.parametrize(
    "body",
    [
        "Could I see the role description for mental health allies? My partner is a journalist and I wondered whether that matters.",
        "Please would you send me details of the training? I missed the briefing as I had to present a paper to the Research Committee. I am interested in becoming a mental health ally.",
        "The page of the mental health allies gives a 404. Could you send me the role description please?",
        "What I read of the allies I liked. Could you tell me more about the role? I use the list of events on my intranet page a lot.",
    ],
)
def test_what_the_sender_alone_has_to_do_with_silences_no_request(body: str):
    found = reading(f"Hello,\n\n{body}\n\nJo Bell\n", Subject="Allies")
    assert found.reply in (ReplyKind.ROLE_DESCRIPTION, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE)


@pytest.mark.parametrize(
    "body",
    [
        "I'm covering the story of staff wellbeing for the Gazette. Could you send me the role description of a mental health ally?",
        "Could you send me the role description of the mental health allies? I am preparing the tender for the training and bidders will want it.",
        "We are a small company that trains mental health allies. Could I send you our brochure? I would love to become part of what you do.",
        "I am an officer at UCU. Could I have the role description for mental health allies? Does it keep to the workload agreement?",
        "Our HR team at Hull would like to copy your mental health allies. May I have the role description?",
    ],
)
def test_press_bidders_vendors_unions_and_other_houses_get_nothing(body: str):
    assert reading(f"Hello,\n\n{body}\n\nRegards\nJo Bell\n", Subject="Allies").reply is ReplyKind.NONE
