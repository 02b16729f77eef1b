"""The service as it runs, killed at random moments while mail arrives. `make crash` does it 200 times."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from inbox_worker.demo_servers import Account
from tests.reliability.world import Worker, World, world

KILLS = int(os.environ.get("CRASH_KILLS", "20"))
SEED = int(os.environ.get("CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


def _live_a_while(site: World, chance: random.Random, seconds: float) -> None:
    """Let mail arrive for some time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        site.apply(chance.randrange(3))
        if chance.random() < 0.5:
            site.write_about_something_else()
        time.sleep(min(left, chance.uniform(0, 0.4)))


def _until_it_sends(site: World, chance: random.Random, worker: Worker) -> float:
    """Kill a worker at its first message; return its seconds: the moments to kill at, on a machine as busy as this."""
    begin = time.monotonic()
    worker.start(site.path)
    site.apply(1)
    while not site.smtp.deliveries:
        assert time.monotonic() < begin + 120, "the worker sends nothing"
        _live_a_while(site, chance, 0.2)
    worker.kill()
    return time.monotonic() - begin


@pytest.fixture
def nurseries(tmp_path: Path) -> Iterator[Callable[[int], list[Worker]]]:
    """Make nurseries, so that several workers run at once."""
    with ExitStack() as stack:

        def made(count: int) -> list[Worker]:
            found = [Worker(tmp_path / f"worker{number}.log") for number in range(count)]
            for nursery in found:
                stack.callback(nursery.close)
            return found

        yield made


def test_a_service_killed_again_and_again_loses_nothing_and_answers_once(
    dovecot: Account, sqlite_url: str, tmp_path: Path, worker: Worker
) -> None:
    print(f"CRASH_SEED={SEED}")
    chance = random.Random(SEED)
    with world(tmp_path, dovecot, sqlite_url, _patient) as site:
        life = _until_it_sends(site, chance, worker)
        for _ in range(KILLS):
            worker.start(site.path)
            _live_a_while(site, chance, life * chance.uniform(0.3, 1.7))
            worker.kill()
        site.drain()
        site.check()
    assert len(site.applicants) > KILLS / 2


@pytest.mark.postgres
def test_three_workers_on_one_database_of_which_one_is_killed_every_few_seconds(
    dovecot: Account, postgresql_url: str, tmp_path: Path, nurseries: Callable[[int], list[Worker]]
) -> None:
    print(f"CRASH_SEED={SEED}")
    chance = random.Random(SEED)
    with world(tmp_path, dovecot, postgresql_url, _patient) as site:
        workers = nurseries(3)
        for worker in workers:
            worker.start(site.path)
        for _ in range(max(3, KILLS // 4)):
            _live_a_while(site, chance, chance.uniform(1.5, 4.0))
            victim = chance.choice(workers)
            victim.kill()
            victim.start(site.path)
        for worker in workers:
            worker.kill()
        site.drain()
        site.check()


def _patient(data: dict) -> None:  # type: ignore[type-arg]
    """A loaded machine may take a while between the final dot and the copy in the Sent folder."""
    data["mailboxes"][0]["imap"]["unsent_after"] = "6s"
