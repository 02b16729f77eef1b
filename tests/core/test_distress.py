"""How soon a person must look at a mail."""

import pytest

from inbox_worker.core.distress import tier
from inbox_worker.core.reading import Outcome, ReplyKind, Tier
from inbox_worker.lexicon import load
from tests.core.sample_reading import FORM, ON_RECORD, THREAD, reading

DANGER = [
    "I don't want to be here anymore.",
    "A colleague told me he wants to end it tonight and I don't know what to do",
    "By the time you read this I'll be gone",
    "I have the tablets ready",
    "i want to die",
    "Things are very dark and I keep thinking everyone would be better off without me.",
    "I took too many pills last night",
    "I've taken too many. I feel strange",
    "ive taken all my zopiclone",
    "I took a handful of something from the lab",
    "I tried to end my life last week",
    "I was going to jump off the bridge yesterday",
    "My partner has been violent and last night he threatened to kill me",
    "I'm going to end things tonight",
    "goodbye everyone and thank you for being kind",
    "I've written letters to my family for when I'm gone",
    "I no longer feel I can keep myself safe",
    "I'm not going to be alive by the time it runs.",
    "Ive decided im going to kill myself",
]
DISTRESS = [
    "I keep thinking about ending it all",
    "I have been having suicidal thoughts",
    "I'm suicidal",
    "I can't cope any more and I don't know who to tell",
    "I've been cutting myself again",
    "Honestly some nights I think about not waking up",
    "My husband hits me and I am scared to go home",
    "I just want it all to stop",
    "I don't see the point any more",
    "there's no way out for me",
    "I really can't go on like this",
    "I feel like a burden to everyone",
    "I am at breaking point",
    "to be honest I am not coping myself at the moment",
    "I dont know how much longer i can keep going",
    "I've been feeling suicidal since Christmas",
    "Lately I've started self-harming again",
    "I feel hopeless and alone",
    "i feel so alone i cant do this anymore",
    "I am not safe at home",
    "sometimes I wish I wasn't here",
    "every day I think about killing myself",
    "the thoughts of ending my life have come back and they are stronger than before",
    "Nobody would notice if I was gone",
    "Nobody would notice if someone like me went under",
    "I'm not afraid of dying any more, I think about it every night",
    "I am no longer scared of jumping off the bridge",
    "I'm not afraid of slipping away in my sleep",
    "I now help myself to pills until I can sleep for ever",
    "Nobody would care if a colleague found me hanging",
    'I need to talk: "I can\'t go on"',
    "I just wanted to say I want to die",
    "I have to say I can't go on",
    "I would tell no one if I felt that I can't go on, and I do",
    'I have put "she" because it is easier to type. It\'s me.',
    "I will not forget him, and tonight I take the pills and go to him.",
    "Please write to my sister and not to the office, I shall be dead by then.",
    "I go home at six and then I'll hang myself.",
]
ORDINARY = [
    "My colleague on the desk will hear nothing of it from me, so write to my own address.",
    "Please write to me and not to the faculty office, as others read that address.",
    "I don't think that this can be done by one person alone.",
    "Nobody ought to do this alone, so give me a partner.",
    "I will not forget him.",
    "I want my technicians to see a manager who goes home at five and says so.",
    "I have taken too many calls from families who had no warning.",
    "I've taken all my annual leave, so it would be evenings.",
    "I took a lot of notes at the last meeting.",
    "I shall be dead to the world after graduation week, back on the 20th.",
    "I look after dead languages and I want to hear living people.",
    "I lost my brother to suicide in 2019",
    "I was suicidal in 2015 and got help",
    "When I was a student I had suicidal thoughts",
    "I used to self-harm",
    "I did the suicide prevention training",
    "Nobody should feel that they can't cope.",
    "A student once told me 'I want to die' and I froze",
    "I'm hopeless at spreadsheets",
    "I'm dying to join",
    "I am not suicidal",
    "It's nothing dramatic, I've just been finding it hard to get going",
    "I've had depression for years and manage it well",
    "three of my students talked to me about feeling hopeless",
    "I can't cope with the parking",
    "Ten years ago I tried to take my own life",
    "I know what it is like to not see a way out",
    "If you are having suicidal thoughts call Samaritans 116 123",
    "Friday is my last day at Kent",
    "I have lived with self-harm and came through it",
    "Somebody who feels suicidal needs one person to ask",
    "I had a breakdown in 2018",
    "I couldn't cope after my divorce and a colleague noticed",
    "I don't want to be here when the builders come",
    "When someone is at breaking point they need to be heard",
    "My dad tried to kill himself when I was 12",
    "I want to end the stigma",
    "I don't want others to feel there's no way out like I did",
    "It got very dark for me in lockdown",
    "By the time you read this I will be on annual leave.",
    "Nobody would notice if a colleague of mine was going under, we all come in at five",
    "Since that year in hospital I am not afraid of other people's tears",
    "I am no longer shy, thank goodness",
    "In 2012 I tried to take my own life, I have been well for long and now I speak about it in schools",
    'Re: Invitation: "Nobody would miss me" - a play about loneliness, 4 March',
    'Public lecture - "I just want it all to stop": suicide prevention on campus',
]


@pytest.mark.parametrize("sentence", DANGER)
def test_present_danger_is_tier_a(sentence: str):
    assert tier([sentence], load()).tier is Tier.A


@pytest.mark.parametrize("sentence", DISTRESS)
def test_present_distress_is_tier_a_or_b(sentence: str):
    assert tier([sentence], load()).tier in (Tier.A, Tier.B)


@pytest.mark.parametrize("sentence", ORDINARY)
def test_what_is_over_or_anothers_or_figurative_is_no_distress(sentence: str):
    assert tier([sentence], load()).tier in (Tier.C, Tier.NONE)


def test_what_somebody_does_now_makes_no_recent_act_an_old_one():
    assert tier(["I tried to take my own life on Sunday and I now speak about it to nobody."], load()).tier is Tier.A


def test_the_gravest_passage_counts():
    found = tier(["I was suicidal in 2015.", "I want to die.", "I had a breakdown in 2018."], load())
    assert found.tier is Tier.A
    assert found.evidence == "i want to die"


def test_a_past_difficulty_is_tier_c_and_an_ordinary_application():
    text = FORM.replace("I care about it.", "In 2016 I tried to end my life and a colleague saved me.")
    found = reading(text)
    assert found.tier is Tier.C
    assert found.decision.outcome is Outcome.REPLY


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (FORM + "\nTo be honest I have been thinking about ending my life.\n", {}),
        ("Can I have the role description? I have been self harming again.", {}),
        ("Please see the subject.", {"Subject": "i want to die"}),
        ("I can't do this any more. Everyone would be better off without me.", {"Subject": "hello"}),
        ("I can't go on like this.", {"List_Id": "<x.example.org>"}),
        ("I can't go on like this.", {"Auto_Submitted": "auto-generated"}),
    ],
)
def test_distress_is_held_and_never_answered_whatever_else_the_mail_is(body: str, headers: dict[str, str]):
    found = reading(body, **headers)
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "DISTR")
    assert (found.reply, found.reply_to, found.attach_role_description) == (ReplyKind.NONE, None, False)


def test_distress_in_a_late_follow_up_is_seen():
    found = reading("Since I wrote I took an overdose at the weekend. I'm home now.", ON_RECORD, **THREAD)
    assert found.tier is Tier.A
    assert found.reply is ReplyKind.NONE


def test_distress_only_in_quoted_mail_or_in_a_signature_is_not_the_senders():
    quoted = "Thank you!\n\nOn 1 May 2026, at 10:00, A Person <a@example.org> wrote:\n\n> I want to die.\n"
    signed = (
        "Dear team, is the room free?\n\n-- \nJo Bell\nIf you feel that you can't go on, call Samaritans on 116 123.\n"
    )
    assert reading(quoted).tier is Tier.NONE
    assert reading(signed, Subject="Room").tier in (Tier.NONE, Tier.C)


def test_every_phrase_has_a_word_that_makes_a_sentence_be_looked_at():
    from inbox_worker.core.words import pattern, spoken

    look = pattern(load().distress["look"])
    assert [sentence for sentence in (*DANGER, *DISTRESS) if not look.search(spoken(sentence))] == []


def test_words_of_distress_in_a_sentence_that_is_plainly_of_another_kind_are_no_distress():
    sentence = "Sorry, I have to withdraw from the Cycle Buddies: my knee has had enough."
    assert tier([sentence], load()).tier not in (Tier.A, Tier.B)


@pytest.mark.parametrize(
    "said",
    [
        "My duties are different now and I won't have the time.",
        "I won't have the energy for another committee.",
        "I've been moved and I won't have time for it.",
    ],
)
def test_who_will_not_have_the_time_is_in_no_danger(said: str):
    assert tier([said], load()).tier is Tier.NONE


@pytest.mark.parametrize("said", ["Don't save me a place, I won't be alive by then.", "I will not wake up tomorrow."])
def test_who_will_not_be_alive_is(said: str):
    assert tier([said], load()).tier is not Tier.NONE
