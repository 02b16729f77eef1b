"""Compares readings of labelled mails with their labels: counts of each mistake, and the share of right fields."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inbox_worker import documents
from inbox_worker.core.build_document import build
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.parse import parse
from inbox_worker.core.read import read
from inbox_worker.core.reading import Known, Outcome, Reading, Tier
from inbox_worker.core.scheme import Rules

WITH_FIELDS = ("application", "application_and_request", "follow_up")
_PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"'})


@dataclass
class Score:
    """What a folder's mails came to."""

    mails: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    cases: dict[str, list[str]] = field(default_factory=dict)
    right_fields: int = 0
    given_fields: int = 0
    wanted_fields: int = 0

    def note(self, kind: str, case: str) -> None:
        self.wrong[kind] += 1
        self.cases.setdefault(kind, []).append(case)

    def share(self, kind: str) -> float:
        """The share of mails without this mistake."""
        return 1 - self.wrong[kind] / max(1, self.mails)

    @property
    def field_f1(self) -> float:
        total = self.given_fields + self.wanted_fields
        return 2 * self.right_fields / total if total else 1.0


def reading_of(mail: Path, rules: Rules, on_record: bool) -> Reading:
    """Read the mail of a file as if it had just arrived."""
    now = datetime.now(UTC)
    email = parse(RawMail(MailId("corpus", "INBOX", 1, 1), mail.read_bytes(), now))
    return read(
        email, build(email, documents.read_forms(email.attachments)), rules, Known(assume_record=on_record), now, now
    )


def _same(one: str | None, other: str | None) -> bool:
    return " ".join((one or "").translate(_PLAIN).split()) == " ".join((other or "").translate(_PLAIN).split())


def _compare(case: str, label: dict[str, Any], found: Reading, score: Score) -> None:
    held, distress = found.decision.outcome is Outcome.HOLD, found.tier in (Tier.A, Tier.B)
    replies, wanted = found.reply.value, label["reply"]
    checks = {
        "intent": found.intent.value == label["intent"],
        "reply": replies == wanted,
        "wrong_reply": not (replies != "none" and wanted == "none"),
        "reply_to": wanted == "none"
        or replies == "none"
        or (found.reply_to or "").casefold() == (label["reply_to"] or "").casefold(),
        "attach": found.attach_role_description == label["attach_role_description"],
        "missed_review": held or not label["must_review"],
        "needless_review": label["must_review"] or not held,
        "missed_distress": distress or not label["distress"],
    }
    for kind, right in checks.items():
        if not right:
            score.note(kind, case)
    if label["intent"] in WITH_FIELDS:
        _compare_fields(case, label["fields"], {k: v.text for k, v in found.form.values.items()}, score)


def _compare_fields(case: str, wanted: dict[str, str | None], given: dict[str, str], score: Score) -> None:
    for key, value in wanted.items():
        score.wanted_fields += value is not None
        score.given_fields += key in given
        if value is None and key not in given:
            continue
        if _same(value, given.get(key)):
            score.right_fields += 1
        else:
            score.note("field", f"{case}: {key}")


def score(mails: Iterable[Path], rules: Rules) -> Score:
    """Return the score of labelled mails: NAME.eml beside NAME.json."""
    found = Score()
    for mail in mails:
        label = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
        found.mails += 1
        _compare(re.sub(r"\.eml$", "", mail.name), label, reading_of(mail, rules, label["on_record"]), found)
    return found
