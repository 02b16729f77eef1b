"""What a submission server's reply means."""

import pytest

from inbox_worker.core.smtp_replies import Answer, Fate, Stage, judge, read, remedy

CASES = [
    # stage, code, text, what follows
    (Stage.CONTENT, 250, "2.0.0 Ok: queued as 4X1", Fate.DONE),
    (Stage.RECIPIENT, 251, "User not local; will forward", Fate.DONE),
    (Stage.RECIPIENT, 451, "4.7.1 Greylisted, try again", Fate.LATER),
    (Stage.RECIPIENT, 450, "4.2.1 mailbox busy", Fate.LATER),
    (Stage.CONTENT, 451, "4.3.0 Temporary lookup failure", Fate.SERVER_LATER),
    (Stage.CONTENT, 452, "4.3.1 Insufficient system storage", Fate.SERVER_LATER),
    (Stage.SENDER, 432, "4.3.2 Concurrent connections limit exceeded", Fate.SERVER_LATER),
    (Stage.SENDER, 421, "4.4.2 timeout exceeded", Fate.SERVER_LATER),
    (Stage.SIGN_IN, 454, "4.7.0 Temporary authentication failure", Fate.SERVER_LATER),
    (Stage.CONNECT, 450, "busy", Fate.SERVER_LATER),
    (Stage.RECIPIENT, 550, "5.1.1 User unknown", Fate.REFUSED),
    (Stage.RECIPIENT, 552, "5.2.2 Mailbox full", Fate.REFUSED),
    (Stage.RECIPIENT, 550, "5.7.1 Recipient rejected by policy", Fate.REFUSED),
    (Stage.CONTENT, 554, "5.7.1 Message looks like spam", Fate.REFUSED),
    (Stage.CONTENT, 552, "5.3.4 Message too big", Fate.REFUSED),
    (Stage.SENDER, 552, "5.3.4 Message size exceeds fixed limit", Fate.REFUSED),
    (Stage.SENDER, 550, "5.7.1 Sender rejected", Fate.MISCONFIGURED),
    (Stage.SENDER, 553, "sorry, that address is not yours", Fate.MISCONFIGURED),
    (Stage.SENDER, 530, "5.7.57 Client not authenticated to send mail", Fate.MISCONFIGURED),
    (Stage.RECIPIENT, 530, "5.7.0 Authentication required", Fate.MISCONFIGURED),
    (Stage.RECIPIENT, 554, "5.7.1 <a@example.com>: Relay access denied", Fate.MISCONFIGURED),
    (Stage.RECIPIENT, 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Fate.MISCONFIGURED),
    (Stage.SIGN_IN, 535, "5.7.3 Authentication unsuccessful", Fate.MISCONFIGURED),
    (Stage.SIGN_IN, 535, "5.7.139 SmtpClientAuthentication is disabled for the Tenant", Fate.MISCONFIGURED),
    (Stage.SIGN_IN, 504, "unrecognised mechanism", Fate.MISCONFIGURED),
    (Stage.CONTENT, 554, "5.2.252 SendAsDenied; team@example.org not allowed to send as", Fate.MISCONFIGURED),
    (Stage.CONTENT, 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", Fate.MISCONFIGURED),
    (Stage.CONTENT, 550, "5.7.60 Client does not have permissions to send as this sender", Fate.MISCONFIGURED),
    (Stage.CONTENT, 554, "5.2.2 mailbox full", Fate.MISCONFIGURED),
    (Stage.CONTENT, 550, "5.1.90 reached your daily limit for message recipients", Fate.MISCONFIGURED),
    (Stage.CONTENT, 354, "go on", Fate.NONSENSE),
    (Stage.SENDER, -1, "", Fate.NONSENSE),
]


@pytest.mark.parametrize(("stage", "code", "text", "fate"), CASES)
def test_a_reply_means_what_it_says_at_its_stage(stage: Stage, code: int, text: str, fate: Fate) -> None:
    assert judge(stage, read(code, text), text) is fate


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.7.1 denied", "5.7.1"),
        (" 4.2.252 x", "4.2.252"),
        ("5.7.1", "5.7.1"),
        ("2.0.0\n2.0.0 Ok", "2.0.0"),
        ("10.5.7.1 is listed", ""),
        ("5.7.1234", ""),
        ("3.0.0 odd", ""),
        ("no status 5.7.1", ""),
        ("", ""),
    ],
)
def test_only_a_leading_enhanced_status_is_kept_of_the_text(text: str, status: str) -> None:
    assert read(550, text) == Answer(550, status)


def test_an_answer_reads_as_code_and_status() -> None:
    assert str(Answer(451, "4.7.1")) == "451 4.7.1"
    assert str(Answer(550, "")) == "550"


def test_every_fault_of_the_set_up_has_a_remedy_of_its_own_kind() -> None:
    faults = [(stage, read(code, text)) for stage, code, text, fate in CASES if fate is Fate.MISCONFIGURED]
    remedies = {remedy(stage, answer) for stage, answer in faults}

    assert len(remedies) >= 7
    assert all(len(words) > 20 for words in remedies)
    assert "SMTP AUTH" in remedy(Stage.SIGN_IN, Answer(535, "5.7.139"))
    assert "SendAs" in remedy(Stage.CONTENT, Answer(554, "5.2.252"))
