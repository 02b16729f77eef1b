"""Workers as processes that can be killed."""

from collections.abc import Iterator

import pytest

from tests.reliability.world import Worker


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A nursery of workers, for the whole session: importing the program takes most of a second."""
    nursery = Worker(tmp_path_factory.mktemp("worker") / "errors.log")
    yield nursery
    nursery.close()
