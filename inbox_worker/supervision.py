"""What watches the service from outside while it runs: systemd, and who asks for health and metrics."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from inbox_worker.config.sections import Config
from inbox_worker.sd_notify import told
from inbox_worker.store import Store


@contextmanager
def supervised(
    config: Config,
    store: Store,
    stop: threading.Event,
    stuck: Callable[[], tuple[str, ...]],
    clock: Callable[[], datetime],
) -> Iterator[None]:
    """Open the endpoint where one is configured, and tell systemd that the service is ready, lives, and stops.

    stuck: the jobs that hang. Raises ConfigError where the endpoint cannot be opened.
    """
    with ExitStack() as stack:
        if config.endpoint.port is not None:
            from inbox_worker.endpoint import Endpoint, serving

            endpoint = Endpoint(config, store, stuck, clock)
            stack.enter_context(serving(endpoint, config.endpoint.host, config.endpoint.port))
        boxes = ", ".join(box.name for box in config.mailboxes)
        stack.enter_context(told(stop, lambda: not stuck(), f"mode {config.mode}, reads {boxes}"))
        yield
