"""What follows from a mail: `core.plan`."""

from datetime import UTC, datetime, timedelta

from inbox_worker.core.effects import Action, ApplicationState, BounceReport, MessageKind
from inbox_worker.core.plan import Policy, plan
from inbox_worker.core.reading import (
    Decision,
    FieldValue,
    Form,
    Intent,
    Known,
    OnRecord,
    Outcome,
    Reading,
    ReplyKind,
    Sent,
    Tier,
)
from inbox_worker.core.scheme import Field, FieldKind, Scheme

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = Policy(team=("team@example.org",), distress_contacts=("safe@example.org",))
SCHEME = Scheme(
    key="gardeners",
    name="Become a Gardener",
    role="Gardener",
    reference="GA",
    mentions=("gardener",),
    role_words=(),
    topic_words=(),
    others=(),
    fields=(
        Field("name", "Name", FieldKind.NAME),
        Field("why", "Why a garden?", FieldKind.TEXT),
        Field("phone", "Telephone", FieldKind.SHORT, required=False),
    ),
    templates="gardeners",
)


def values(**texts: str) -> Form:
    return Form({key: FieldValue(text, "body line 1", 0.9) for key, text in texts.items()})


def reading(intent: Intent, reply: ReplyKind, form: Form | None = None, **more: object) -> Reading:
    given: dict[str, object] = {
        "decision": Decision(Outcome.REPLY, "CLEAR", ""),
        "scheme": "gardeners",
        "reply_to": None if reply is ReplyKind.NONE else "ann@example.org",
    }
    return Reading(intent=intent, reply=reply, form=form or Form(), **{**given, **more})  # type: ignore[arg-type]


def held(code: str = "ON_BEHALF") -> Decision:
    return Decision(Outcome.HOLD, code, "")


def on_record(state: str = "incomplete", asked: bool = True, **texts: str) -> Known:
    return Known(applications=(OnRecord(7, "gardeners", state, dict(texts), asked),))


def test_a_complete_application_is_created_answered_and_summarised():
    mail = reading(Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT, values(name="Ann", why="Peas"))
    effects = plan(mail, Known(), (SCHEME,), POLICY, NOW)
    assert effects.change is not None
    assert (effects.change.action, effects.change.state) == (Action.CREATE, ApplicationState.RECEIVED)
    assert [(m.kind, m.template, m.recipients) for m in effects.messages] == [
        (MessageKind.REPLY, "acknowledgement", ("ann@example.org",)),
        (MessageKind.SUMMARY, "summary", ("team@example.org",)),
    ]
    assert not effects.hold


def test_an_optional_field_is_never_missing():
    mail = reading(Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE, values(name="Ann"))
    change = plan(mail, Known(), (SCHEME,), POLICY, NOW).change
    assert change is not None
    assert change.state is ApplicationState.INCOMPLETE


def test_a_follow_up_that_supplies_what_is_missing_completes_the_application():
    mail = reading(Intent.FOLLOW_UP, ReplyKind.ACKNOWLEDGEMENT, values(why="Peas"))
    effects = plan(mail, on_record(name="Ann"), (SCHEME,), POLICY, NOW)
    assert effects.change is not None
    assert effects.change.application == 7
    assert effects.change.state is ApplicationState.RECEIVED
    assert effects.messages[0].template == "acknowledgement"


def test_what_is_still_missing_is_asked_for_once():
    mail = reading(Intent.FOLLOW_UP, ReplyKind.ACKNOWLEDGEMENT, values(phone="1234"))
    asked = plan(mail, on_record(name="Ann", asked=True), (SCHEME,), POLICY, NOW)
    not_asked = plan(mail, on_record(name="Ann", asked=False), (SCHEME,), POLICY, NOW)
    assert asked.messages[0].template == "acknowledgement"
    assert not_asked.messages[0].template == "acknowledgement_incomplete"


def test_thanks_changes_nothing_and_tells_nobody():
    effects = plan(reading(Intent.FOLLOW_UP, ReplyKind.NONE), on_record(name="Ann"), (SCHEME,), POLICY, NOW)
    assert effects.change is None
    assert effects.messages == ()


def test_a_held_mail_never_touches_an_application_on_record():
    mail = reading(Intent.APPLICATION, ReplyKind.NONE, values(name="Eve", why="Forged"), decision=held("SPOOF"))
    effects = plan(mail, on_record(name="Ann", why="Peas", state="received"), (SCHEME,), POLICY, NOW)
    assert effects.change is None
    assert effects.hold
    assert [m.kind for m in effects.messages] == [MessageKind.ALERT]


def test_a_held_application_is_stored_as_held():
    mail = reading(Intent.APPLICATION, ReplyKind.NONE, values(name="Ann"), decision=held())
    change = plan(mail, Known(), (SCHEME,), POLICY, NOW).change
    assert change is not None
    assert change.state is ApplicationState.HELD


def test_distress_is_told_to_the_named_contacts_alone():
    mail = reading(Intent.APPLICATION, ReplyKind.NONE, values(name="Ann"), decision=held("DISTR"), tier=Tier.A)
    messages = plan(mail, Known(), (SCHEME,), POLICY, NOW).messages
    assert [(m.kind, m.recipients) for m in messages] == [(MessageKind.DISTRESS_ALERT, ("safe@example.org",))]


def test_a_withdrawal_ends_the_application_and_is_confirmed():
    mail = reading(Intent.WITHDRAWAL, ReplyKind.WITHDRAWAL)
    effects = plan(mail, on_record(name="Ann"), (SCHEME,), POLICY, NOW)
    assert effects.change is not None
    assert effects.change.action is Action.WITHDRAW
    assert effects.messages[0].template == "withdrawal"


def test_a_new_application_after_a_withdrawal_is_a_new_one():
    mail = reading(Intent.APPLICATION, ReplyKind.ACKNOWLEDGEMENT, values(name="Ann", why="Peas"))
    change = plan(mail, on_record(state="withdrawn", name="Ann"), (SCHEME,), POLICY, NOW).change
    assert change is not None
    assert change.action is Action.CREATE


def test_the_same_reply_goes_to_one_address_once_a_week():
    mail = reading(Intent.ROLE_DESCRIPTION_REQUEST, ReplyKind.ROLE_DESCRIPTION)
    recent = Known(sent=(Sent("role_description", NOW - timedelta(days=6)),))
    older = Known(sent=(Sent("role_description", NOW - timedelta(days=8)),))
    suppressed = plan(mail, recent, (SCHEME,), POLICY, NOW)
    assert suppressed.messages == ()
    assert suppressed.notes[0].code == "RATE"
    assert len(plan(mail, older, (SCHEME,), POLICY, NOW).messages) == 1


def test_an_address_gets_three_automatic_mails_a_day_at_most():
    mail = reading(Intent.ROLE_DESCRIPTION_REQUEST, ReplyKind.ROLE_DESCRIPTION)
    known = Known(sent=tuple(Sent(name, NOW - timedelta(hours=2)) for name in ("a", "b", "c")))
    assert plan(mail, known, (SCHEME,), POLICY, NOW).notes[0].code == "RATE"


def test_a_person_who_answered_first_is_not_doubled_by_the_machine():
    mail = reading(Intent.ROLE_DESCRIPTION_REQUEST, ReplyKind.ROLE_DESCRIPTION)
    effects = plan(mail, Known(answered_by_person=True), (SCHEME,), POLICY, NOW)
    assert effects.messages == ()
    assert effects.notes[0].code == "DONE"


def test_a_message_id_used_before_is_not_answered_again():
    mail = reading(Intent.ROLE_DESCRIPTION_REQUEST, ReplyKind.ROLE_DESCRIPTION)
    assert plan(mail, Known(seen=True), (SCHEME,), POLICY, NOW).notes[0].code == "DONE"


def test_the_machine_is_quiet_while_a_person_has_the_application_in_hand():
    mail = reading(Intent.FOLLOW_UP, ReplyKind.ACKNOWLEDGEMENT, values(why="Peas"))
    effects = plan(mail, on_record(state="held", name="Ann"), (SCHEME,), POLICY, NOW)
    assert [m.kind for m in effects.messages] == [MessageKind.SUMMARY]
    assert effects.notes[0].code == "HELD"


def test_a_bounce_tells_the_team_and_nobody_else():
    mail = reading(Intent.DELIVERY_REPORT, ReplyKind.NONE, decision=Decision(Outcome.SKIP, "DSN", ""), scheme=None)
    report = BounceReport("<x@example.org>", "failed", "5.1.1")
    effects = plan(mail, Known(), (SCHEME,), POLICY, NOW, report)
    assert [(m.kind, m.recipients) for m in effects.messages] == [(MessageKind.ALERT, ("team@example.org",))]
    delayed = plan(mail, Known(), (SCHEME,), POLICY, NOW, BounceReport("<x@example.org>", "delayed", "4.4.1"))
    assert delayed.messages == ()


def test_unrelated_mail_has_no_effect_but_its_ledger_entry():
    mail = reading(Intent.UNRELATED, ReplyKind.NONE, decision=Decision(Outcome.SKIP, "UNRELATED", "words"), scheme=None)
    effects = plan(mail, Known(), (SCHEME,), POLICY, NOW)
    assert (effects.change, effects.messages, effects.hold) == (None, (), False)
    assert effects.entry.code == "UNRELATED"
