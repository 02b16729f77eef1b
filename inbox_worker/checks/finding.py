"""One line of `check`: well, worth a look, or wrong with its remedy."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from inbox_worker.errors import InboxWorkerError


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and how it is."""

    what: str
    detail: str
    remedy: str = ""
    exit_code: int = 0  # other than 0: the service cannot do its work
    warning: bool = False  # it works, and a person should look

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return self.exit_code == 0


def looked(what: str, look: Callable[[], str | Finding]) -> Finding:
    """Return what `look` finds: a text where all is well, a finding, or the error that it raises."""
    try:
        found = look()
    except InboxWorkerError as error:
        detail, _, remedy = str(error).partition("; ")
        return Finding(what, detail, remedy, error.exit_code)
    return Finding(what, found) if isinstance(found, str) else replace(found, what=what)


def warned(detail: str, remedy: str) -> Finding:
    """Return a finding that stops nothing; `looked` names it."""
    return Finding("", detail, remedy, warning=True)


def wrong(detail: str, remedy: str, exit_code: int = 78) -> Finding:
    """Return a finding that stops the service; `looked` names it."""
    return Finding("", detail, remedy, exit_code)
