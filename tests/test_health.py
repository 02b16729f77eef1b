"""What `status` says of messages that wait."""

from datetime import timedelta
from pathlib import Path

import pytest

from inbox_worker.cli.status import _show
from inbox_worker.config import load
from inbox_worker.config.sections import Config
from inbox_worker.health import Health, HeldBack, examine
from inbox_worker.resources import file
from inbox_worker.store import Store, Tx
from tests.store.examples import MINUTE, NOW, message

WAITED = "a message has waited for more than an hour"
LIMIT = 30


@pytest.fixture
def config() -> Config:
    found = load(Path(file("config.example.yaml")))
    assert found.mailboxes[0].smtp.per_minute == LIMIT
    return found


def queue(tx: Tx, config: Config, numbers: range) -> None:
    for number in numbers:
        tx.enqueue(message(number, mailbox=config.mailboxes[0].name), NOW)


def send(tx: Tx, number: int, at: timedelta) -> None:
    """Send so many messages, the oldest first."""
    items = [item.id for item in tx.claim(NOW + at, "w1", number)]
    assert len(tx.hand_over(items, "w1", NOW + at)) == number
    for item in items:
        tx.sent(item, "w1", NOW + at)


def look(store: Store, config: Config, at: timedelta) -> Health:
    with store.reading() as view:
        return examine(view, config, NOW + at)


def waited(health: Health) -> bool:
    return any(problem.startswith(WAITED) for problem in health.problems)


def test_a_long_backlog_under_the_limit_is_shown_and_is_no_problem(
    store: Store, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    name, later = config.mailboxes[0].name, timedelta(hours=2)
    with store.transaction() as tx:
        queue(tx, config, range(1, 101))
        send(tx, LIMIT, later - MINUTE / 2)

    health = look(store, config, later)
    assert health.held_back == (HeldBack(name, 70, LIMIT),)
    assert health.as_dict()["waiting_for_limit"] == {name: {"waiting": 70, "per_minute": LIMIT}}
    assert not waited(health)
    _show(health, config.time_zone, {})
    assert "70 wait for the limit of 30 a minute" in capsys.readouterr().out

    health = look(store, config, later + MINUTE)  # the next minute has room for 30 of them
    assert health.held_back == (HeldBack(name, 40, LIMIT),)
    assert not waited(health)


def test_where_nothing_goes_out_it_is_not_the_limit_that_is_waited_for(store: Store, config: Config) -> None:
    with store.transaction() as tx:
        queue(tx, config, range(1, 101))
    health = look(store, config, timedelta(hours=2))
    assert health.held_back == ()
    assert waited(health)


def test_a_message_that_the_server_put_off_is_a_problem_behind_any_backlog(store: Store, config: Config) -> None:
    later = timedelta(hours=2)
    with store.transaction() as tx:
        queue(tx, config, range(1, 102))
        (item,) = tx.claim(NOW, "w1", 1)
        tx.hand_over([item.id], "w1", NOW)
        tx.try_later(item.id, "w1", NOW + 2 * later, code=451)
        send(tx, LIMIT, later - MINUTE / 2)
    health = look(store, config, later)
    assert len(health.held_back) == 1
    assert waited(health)


def test_what_the_limit_has_room_for_does_not_wait_for_it(store: Store, config: Config) -> None:
    with store.transaction() as tx:
        queue(tx, config, range(1, LIMIT + 1))
        send(tx, 10, timedelta())
    assert look(store, config, MINUTE / 2).held_back == ()


def test_without_a_limit_nothing_waits_for_it(store: Store, config: Config) -> None:
    box = config.mailboxes[0]
    free = box.model_copy(update={"smtp": box.smtp.model_copy(update={"per_minute": None})})
    with store.transaction() as tx:
        queue(tx, config, range(1, 101))
        send(tx, LIMIT, timedelta())
    assert look(store, config.model_copy(update={"mailboxes": (free,)}), MINUTE / 2).held_back == ()
