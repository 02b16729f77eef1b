"""A second, different scheme beside the first: configured here alone, without a change in the code."""

from pathlib import Path
from typing import Any

import yaml

from inbox_worker.core.effects import ApplicationState
from inbox_worker.demo_servers import Account, SmtpServer
from tests.site import form, mail, running

SCHEME = yaml.safe_load((Path(__file__).parent / "schemes" / "gardeners.yaml").read_text(encoding="utf-8"))
FILLED = """Hello, I would like to be a Campus Gardener.

Name: Idris Bellweather
Email: i.bellweather@kent.ac.uk
Building: Keynes
What would you like to grow? Runner beans, and something for the bees.
When could you help in the garden? Fridays after four.
"""


def with_gardeners(data: dict[str, Any]) -> None:
    data["schemes"].append(SCHEME)
    data["mailboxes"][0]["schemes"].append("campus-gardeners")


def test_two_schemes_share_a_mailbox(account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path):
    gardener = "Idris Bellweather <i.bellweather@kent.ac.uk>"
    with running(tmp_path, account, smtp_server, sqlite_url, with_gardeners) as site:
        account.deliver(
            mail(FILLED, sender=gardener, subject="Campus Gardeners", message_id="<g1@x.org>"),
            mail(form(), message_id="<a1@x.org>"),
        )
        site.once()
        with site.service.store.reading() as view:
            found = {each.scheme: each for each in view.applications()}
    assert set(found) == {"campus-gardeners", "mental-health-ally"}
    assert found["campus-gardeners"].reference.startswith("CG-")
    assert found["campus-gardeners"].state is ApplicationState.ACKNOWLEDGED
    assert found["campus-gardeners"].texts() == {
        "name": "Idris Bellweather",
        "email": "i.bellweather@kent.ac.uk",
        "building": "Keynes",
        "plants": "Runner beans, and something for the bees.",
        "hours": "Fridays after four.",
    }
    replies = [each.content for each in smtp_server.deliveries if each.recipients == ("i.bellweather@kent.ac.uk",)]
    assert len(replies) == 1
    assert b"Campus Gardener" in replies[0]
    assert b"Mental Health" not in replies[0]


def test_what_is_missing_of_a_second_scheme_is_asked_for_in_its_own_words(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    gardener = "Idris Bellweather <i.bellweather@kent.ac.uk>"
    text = FILLED.partition("When could")[0]
    with running(tmp_path, account, smtp_server, sqlite_url, with_gardeners) as site:
        account.deliver(mail(text, sender=gardener, subject="Campus Gardeners"))
        site.once()
        with site.service.store.reading() as view:
            (application,) = view.applications()
    assert application.state is ApplicationState.INCOMPLETE
    (reply,) = [each.content for each in smtp_server.deliveries if each.recipients == ("i.bellweather@kent.ac.uk",)]
    assert b"When could you help in the garden?" in reply
