"""Health and metrics over HTTP: /healthz, /readyz, /metrics. Counts and codes alone; off unless configured."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from inbox_worker import log
from inbox_worker.config.sections import Config
from inbox_worker.errors import ConfigError, InboxWorkerError
from inbox_worker.expiries import Expiry, expiries
from inbox_worker.health import examine
from inbox_worker.store import Store

_LOG = log.logger(__name__)
_PLAIN = "text/plain; charset=utf-8"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Answer(NamedTuple):
    """What a request gets."""

    status: HTTPStatus
    body: bytes
    kind: str = _PLAIN


class Endpoint:
    """The answers, without the server around them."""

    def __init__(
        self, config: Config, store: Store, stuck: Callable[[], tuple[str, ...]], clock: Callable[[], datetime]
    ) -> None:
        """stuck: the jobs that hang. Raises ConfigError where the library is missing or a certificate unreadable."""
        try:
            import prometheus_client  # noqa: F401 - told now, not at the first scrape
        except ImportError:
            raise ConfigError('endpoint: needs a library; run pip install "inbox-worker[metrics]"') from None
        self._config, self._store, self._stuck, self._clock = config, store, stuck, clock
        self._expiries: tuple[Expiry, ...] = expiries(config)

    def answer(self, path: str) -> Answer:
        """Return the answer to GET `path`."""
        answers = {"/healthz": self._alive, "/readyz": self._ready, "/metrics": self._metrics}
        give = answers.get(path.partition("?")[0])
        if give is None:
            return Answer(HTTPStatus.NOT_FOUND, b"there are /healthz, /readyz and /metrics\n")
        try:
            return give()
        except InboxWorkerError as error:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{type(error).__name__}\n".encode())

    def _alive(self) -> Answer:
        """Tell whether the process gets on: a restart may help where it does not."""
        if stuck := self._stuck():
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "".join(f"{job} hangs\n" for job in stuck).encode())
        return Answer(HTTPStatus.OK, b"alive\n")

    def _ready(self) -> Answer:
        """Tell whether all is well, as `status` does: a person may be needed where it is not."""
        with self._store.reading() as view:
            problems = examine(view, self._config, self._clock()).problems
        if problems:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "".join(f"{problem}\n" for problem in problems).encode())
        return Answer(HTTPStatus.OK, b"ready\n")

    def _metrics(self) -> Answer:
        from inbox_worker import metrics

        now = self._clock()
        with self._store.reading() as view:
            health, all_there_is = examine(view, self._config, now), view.counts(_BEGINNING)
        return Answer(HTTPStatus.OK, metrics.text(health, all_there_is, self._expiries, now), metrics.CONTENT_TYPE)


@contextmanager
def serving(endpoint: Endpoint, host: str, port: int) -> Iterator[int]:
    """Answer requests in threads of their own; yield the port. Raises ConfigError where it cannot be had."""
    try:
        server = _Server((host, port), _handler(endpoint))
    except OSError as error:
        raise ConfigError(f"endpoint: cannot listen on {host}:{port} ({error.strerror}); choose another port") from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="endpoint", daemon=True)
    thread.start()
    found = int(server.server_address[1])
    _LOG.info("endpoint listens", port=found)
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Note that an answer failed: the library would print who asked, and the error's text."""
        _LOG.warning("endpoint request failed", error=type(sys.exc_info()[1]).__name__)


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds: who sends nothing holds no thread
        server_version, sys_version = "inbox-worker", ""

        def do_GET(self) -> None:
            self._say(endpoint.answer(self.path), body=True)

        def do_HEAD(self) -> None:
            self._say(endpoint.answer(self.path), body=False)

        def _say(self, answer: Answer, *, body: bool) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if body:
                self.wfile.write(answer.body)

        def log_message(self, *arguments: object) -> None:
            """Write nothing: a scrape every few seconds is no event, and a path is the asker's own words."""

    return Handler
