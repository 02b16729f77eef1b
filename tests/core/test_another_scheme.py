"""A scheme with other fields and questions is read by the same code: nothing of the first one stands in it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from inbox_worker.core.reading import Intent, Known, ReplyKind
from inbox_worker.core.scheme import Field, FieldKind, Rules, Scheme
from tests.core.sample_mail import mail
from tests.core.sample_reading import MAILBOX, of_bytes, sample_rules, values

SCHEMES = Path(__file__).parent.parent / "schemes"
MAILS = yaml.safe_load((SCHEMES / "dignity_mails.yaml").read_text(encoding="utf-8"))


def frozen(value: Any) -> Any:
    return tuple(map(frozen, value)) if isinstance(value, list) else value


@cache
def rules() -> Rules:
    data = yaml.safe_load((SCHEMES / "dignity_and_respect.yaml").read_text(encoding="utf-8"))
    fields = [
        Field(**{**{k: frozen(v) for k, v in each.items()}, "kind": FieldKind(each["kind"])}) for each in data["fields"]
    ]
    scheme = Scheme(**{key: frozen(value) for key, value in data.items() if key != "fields"}, fields=tuple(fields))
    return replace(sample_rules(), schemes=(scheme,))


def read(case: dict[str, Any], rules_: Rules) -> Any:
    sender, subject = case.get("from", "Jo Bell <jo.bell@kent.ac.uk>"), case.get("subject", "Dignity and respect")
    content = mail(case["body"], From=sender, To=MAILBOX, Subject=subject)
    return of_bytes(content, Known(assume_record=case.get("on_record", False)), rules_)


@pytest.mark.parametrize("case", MAILS, ids=lambda case: case["case"])
def test_mail_to_another_scheme_is_read_as_well(case: dict[str, Any]):
    found = read(case, rules())
    assert (found.intent, found.reply) == (Intent(case["intent"]), ReplyKind(case["reply"]))
    given = {key: value for key, value in values(found).items() if key not in case.get("skip", ())}
    assert given == case.get("fields", {})


@pytest.mark.parametrize("case", [c for c in MAILS if not c.get("on_record")], ids=lambda case: case["case"])
def test_each_mail_finds_its_scheme_among_two(case: dict[str, Any]):
    both = replace(sample_rules(), schemes=(*sample_rules().schemes, *rules().schemes))
    found = read(case, both)
    if case["case"] == "the first scheme's form":
        assert found.scheme == "mental-health-ally"
    elif case["intent"] != "unrelated":
        assert (found.intent, found.scheme) == (Intent(case["intent"]), "dignity-and-respect")
    else:
        assert found.intent is Intent.UNRELATED
