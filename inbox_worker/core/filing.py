"""Into which folder a mail of a scheme goes once it is taken in. Data of the configuration; most sites have none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox_worker.core.effects import LedgerEntry
from inbox_worker.core.reading import Intent, Outcome, Tier

_NOT_THE_SCHEMES = frozenset({Intent.UNRELATED, Intent.AUTOMATIC, Intent.DELIVERY_REPORT})


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one scheme; "" for mail that stays where it is."""

    applications: str = ""
    requests: str = ""
    needs_a_person: str = ""
    retry: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """The folders of every scheme of a mailbox, by its key."""

    folders: Mapping[str, Folders] = field(default_factory=dict)

    def target(self, entry: LedgerEntry, *, waits: bool) -> str | None:
        """Return the folder that a mail goes into, or None where it stays.

        waits: it is on the list of held mail. Urgent mail stays where everybody looks; so does what is no scheme's.
        """
        folders = self.folders.get(entry.scheme or "")
        if folders is None or entry.intent in _NOT_THE_SCHEMES or entry.tier in (Tier.A, Tier.B):
            return None
        if waits:
            return folders.needs_a_person or None
        if entry.outcome is not Outcome.REPLY:
            return None
        asks = entry.intent is Intent.ROLE_DESCRIPTION_REQUEST
        return (folders.requests if asks else folders.applications) or None

    @property
    def retry(self) -> tuple[str, ...]:
        """The folders whose mail is read again, each once."""
        return tuple(dict.fromkeys(each.retry for each in self.folders.values() if each.retry))

    @property
    def every(self) -> tuple[str, ...]:
        """Every folder that must be there, each once."""
        named = (
            name
            for each in self.folders.values()
            for name in (each.applications, each.requests, each.needs_a_person, each.retry)
        )
        return tuple(dict.fromkeys(name for name in named if name))
