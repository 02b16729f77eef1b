"""How an event becomes a line, and what never enters one.

A line holds an event's name and keys of `ALLOWED`: ids, codes and counts. Anything else is dropped, and so is
the text of every line that a library writes, since it may quote a mail. An exception is its type and place.
"""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # structlog takes a tenth of a second to import: `inbox-worker --help` writes no line
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger",
        "mailbox", "folder", "uidvalidity", "uid", "uids", "ledger", "message", "application", "held", "alert",
        "outcome", "code", "codes", "intent", "scheme", "tier", "template", "kind", "state", "tries", "next_try",
        "count", "mails", "seconds", "job", "host", "port", "error", "at", "version", "mode", "fuse", "limit", "exit",
    }
)  # fmt: skip
_PLAIN = re.compile(r"[\w .:/+\-,\[\]()]{0,200}", re.ASCII)  # no "@": an address never passes


def setup(style: Literal["console", "json"] = "console", level: str = "info") -> None:
    """Send our events, and the bare fact of libraries' events, to standard error."""
    structlog = _structlog()

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _only_place_of_exception,
        _only_allowed,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_without_foreign_text, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.ERROR if level == "error" else logging.WARNING)
    logging.getLogger("inbox_worker").setLevel(level.upper())


def guard() -> None:
    """Let what nobody caught, in any thread, leave its type and place alone: Python would print its text.

    For the process as a whole: called by the command line, once.
    """
    sys.excepthook = lambda kind, error, trace: _uncaught(error)
    threading.excepthook = lambda caught: _uncaught(caught.exc_value)
    sys.unraisablehook = lambda caught: _uncaught(caught.exc_value)
    logging.raiseExceptions = False  # else a record that cannot be written is printed with its arguments
    logging.captureWarnings(True)


def _uncaught(error: BaseException | None) -> None:
    if error is not None:
        logger(__name__).error("uncaught exception", error=type(error).__name__, at=place(error))


def logger(name: str) -> "structlog.stdlib.BoundLogger":
    """Return the logger of the module `name` (`__name__`)."""
    bound: structlog.stdlib.BoundLogger = _structlog().stdlib.get_logger(name)
    return bound


def _structlog() -> Any:
    """Return structlog, imported without rich: it would take twice as long, for tracebacks that we never print."""
    hidden = "structlog" not in sys.modules and "rich" not in sys.modules
    if hidden:
        sys.modules["rich"] = None  # type: ignore[assignment]  # the import of it fails, and structlog does without
    try:
        import structlog
    finally:
        if hidden:
            del sys.modules["rich"]
    return structlog


def place(error: BaseException) -> str:
    """Return where `error` was raised, as "module.py:42": its text may quote a mail, its place cannot."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _only_place_of_exception(_: "WrappedLogger", __: str, event: "EventDict") -> "EventDict":
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = place(error)
    return event


def _only_allowed(_: "WrappedLogger", __: str, event: "EventDict") -> "EventDict":
    kept: MutableMapping[str, Any] = {
        key: _plain(value) for key, value in event.items() if key in ALLOWED or key.startswith("_")
    }
    return kept


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | logging.LogRecord):
        return value
    text = str(value)
    return text if _PLAIN.fullmatch(text) else "(removed)"


def _without_foreign_text(_: "WrappedLogger", __: str, event: "EventDict") -> "EventDict":
    record = event.get("_record")
    event["event"] = "library message"
    if isinstance(record, logging.LogRecord):
        event["at"] = f"{Path(record.pathname).name}:{record.lineno}"
        event["exc_info"] = record.exc_info
    return event
