"""All that is held about one address: finding it, handing it out, removing it, and remembering that it was removed."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from inbox_worker.core.effects import MessageKind
from inbox_worker.core.reading import Intent, Outcome, Tier
from inbox_worker.holdings import Dossier, Erased, HeldApplication, Holdings, MailSent
from inbox_worker.records import OutboxState
from inbox_worker.store.applications import ApplicationsView, reference_of
from inbox_worker.store.held import HeldView
from inbox_worker.store.keys import address_key, message_key
from inbox_worker.store.ledger import LedgerView
from inbox_worker.store.operations import Operations
from inbox_worker.store.outbox import OutboxView
from inbox_worker.store.retention import Retention, RetentionView
from inbox_worker.store.tables import answer, application, held, ledger, outbox, thread, tombstone

ERASED = "ERASED"  # the code of a mail whose sender had everything removed
_PENDING = (OutboxState.QUEUED, OutboxState.REHEARSED)


class PrivacyView(LedgerView, ApplicationsView, OutboxView, HeldView, RetentionView):
    """Finds what is held about one address."""

    def holdings(self, address: str, email_fields: Collection[str]) -> Holdings:
        """Return the numbers of all that is held about `address` (any case).

        email_fields: keys of the fields that hold an address: who applied from another address is found too.
        """
        key = address_key(address)
        applications = self._applications_of(key, email_fields)
        mails = self._mails_of(key, applications)
        entries = self._numbers(select(held.c.id).where(or_(held.c.sender_key == key, held.c.ledger_id.in_(mails))))
        about = or_(outbox.c.application_id.in_(applications), outbox.c.ledger_id.in_(mails))
        theirs = (outbox.c.recipient_key == key) & (outbox.c.kind == MessageKind.REPLY)
        messages = self._numbers(select(outbox.c.id).where(or_(about, theirs)))
        return Holdings(applications, entries, messages, mails, self._overviews(applications, entries))

    def dossier(self, address: str, email_fields: Collection[str], at: datetime) -> Dossier:
        """Return everything that is held about `address`, without what is about many people at once."""
        found = self.holdings(address, email_fields)
        applications = tuple(self._held_application(number) for number in found.applications)
        entries = tuple(entry for number in found.held if (entry := self.held_mail(number)) is not None)
        messages = tuple(
            MailSent(item, self.content(number)) for number in found.messages if (item := self.outbox_item(number))
        )
        mails = tuple(row for number in found.mails if (row := self.ledger_row(number)) is not None)
        things = {each.application.reference for each in applications}
        things |= {f"held {number}" for number in found.held} | {f"outbox {number}" for number in found.messages}
        audit = tuple(line for line in self.audit_log() if line.thing in things)
        return Dossier(address, at, applications, entries, messages, mails, audit)

    def buried_at(self, key: bytes) -> datetime | None:
        """Return when the person or mail behind a tombstone key was erased; None: never."""
        moment: datetime | None = self._value(select(tombstone.c.at).where(tombstone.c.key == key))
        return moment

    def any_buried(self) -> bool:
        """Return whether anything was ever erased."""
        return self._first(select(tombstone.c.key).limit(1)) is not None

    def keys_of(self, ledger_ids: Iterable[int]) -> tuple[bytes, ...]:
        """Return the digests by which these mails are known again."""
        rows = self._all(select(ledger.c.message_key, ledger.c.fingerprint).where(ledger.c.id.in_(list(ledger_ids))))
        return tuple(key for row in rows for key in (row.message_key, row.fingerprint) if key is not None)

    def _applications_of(self, key: bytes, email_fields: Collection[str]) -> tuple[int, ...]:
        found = set(self._numbers(select(application.c.id).where(application.c.sender_key == key)))
        # Not compared in the database: the values may be encrypted, and each time otherwise.
        given = select(answer.c.application_id, answer.c.value).where(answer.c.field.in_(list(email_fields)))
        found.update(row.application_id for row in self._all(given) if address_key(row.value) == key)
        return tuple(sorted(found))

    def _mails_of(self, key: bytes, applications: tuple[int, ...]) -> tuple[int, ...]:
        replies = (outbox.c.recipient_key == key, outbox.c.kind == MessageKind.REPLY, outbox.c.ledger_id.is_not(None))
        wanted = or_(
            ledger.c.application_id.in_(applications),
            ledger.c.id.in_(select(held.c.ledger_id).where(held.c.sender_key == key)),
            ledger.c.id.in_(select(outbox.c.ledger_id).where(*replies)),
            ledger.c.id.in_(select(answer.c.ledger_id).where(answer.c.application_id.in_(applications))),
        )
        return self._numbers(select(ledger.c.id).where(wanted))

    def _overviews(self, applications: tuple[int, ...], entries: tuple[int, ...]) -> tuple[int, ...]:
        """Return the messages to the team that may name the person among others: all since their first mail."""
        moments = (
            self._value(select(func.min(application.c.received_at)).where(application.c.id.in_(applications))),
            self._value(select(func.min(held.c.opened_at)).where(held.c.id.in_(entries))),
        )
        first = min((moment for moment in moments if moment is not None), default=None)
        if first is None:
            return ()
        alone = (outbox.c.application_id.is_(None), outbox.c.ledger_id.is_(None), outbox.c.purged.is_(False))
        since = (outbox.c.kind != MessageKind.REPLY, outbox.c.queued_at >= first)
        return self._numbers(select(outbox.c.id).where(*since, *alone))

    def _held_application(self, number: int) -> HeldApplication:
        found = self.application(number)
        assert found is not None  # its number was found in this transaction
        return HeldApplication(found, self.history(number), self.events(number))

    def _numbers(self, statement: Select[Any]) -> tuple[int, ...]:
        return tuple(sorted(row.id for row in self._all(statement)))


class Privacy(PrivacyView, Retention, Operations):
    """Removes what is held about one address."""

    def erase(self, found: Holdings, tombstones: Iterable[bytes], *, by: str, at: datetime) -> Erased:
        """Remove everything that `found` names, and remember it by these tombstone keys (see `keys_of`).

        The place of a mail in its folder stays in the ledger, so that it is not taken for a new one; nothing else.
        """
        references = self._references(found.applications)
        self.bury(tombstones, at)
        self._forget_messages(found)
        self._changed(held.delete().where(held.c.id.in_(found.held)))
        self._forget_mails(found.mails)
        self.remove_applications(list(found.applications))
        things = [*references, *(f"held {number}" for number in found.held)]
        for thing in [*things, *(f"outbox {number}" for number in found.messages)]:
            self.audit(by, "erased", thing, at)
        counts = {
            "applications": len(found.applications),
            "held mail": len(found.held),
            "messages": len(found.messages),
            "mails in the ledger": len(found.mails),
            "overviews to the team emptied": len(found.overviews),
        }
        return Erased(references, counts)

    def stop_messages(self, which: int, *, by: str, at: datetime) -> int:
        """Cancel what waits to go out about an application; return how many messages."""
        waiting = outbox.update().where(outbox.c.application_id == which, outbox.c.state.in_(_PENDING))
        rows = self._all(waiting.values(state=OutboxState.CANCELLED).returning(outbox.c.id))
        for row in rows:
            self.audit(by, "cancelled", f"outbox {row.id}", at)
        return len(rows)

    def _references(self, ids: tuple[int, ...]) -> tuple[str, ...]:
        rows = self._all(select(application.c.id, application.c.prefix).where(application.c.id.in_(ids)))
        return tuple(reference_of(row.prefix, row.id) for row in sorted(rows, key=lambda row: row.id))

    def _forget_messages(self, found: Holdings) -> None:
        ours = self._all(select(outbox.c.message_id).where(outbox.c.id.in_(found.messages)))
        self._changed(thread.delete().where(thread.c.message_key.in_([message_key(row.message_id) for row in ours])))
        self._changed(outbox.delete().where(outbox.c.id.in_(found.messages)))
        unsent = outbox.update().where(outbox.c.id.in_(found.overviews), outbox.c.state.in_(_PENDING))
        self._changed(unsent.values(state=OutboxState.CANCELLED))
        self.empty_messages(list(found.overviews))

    def _forget_mails(self, ids: tuple[int, ...]) -> None:
        known = select(ledger.c.message_key).where(ledger.c.id.in_(ids), ledger.c.message_key.is_not(None))
        self._changed(thread.delete().where(thread.c.message_key.in_(known), thread.c.ours.is_(False)))
        bare: dict[str, Any] = {
            "message_key": None,
            "fingerprint": None,
            "application_id": None,
            "outcome": Outcome.SKIP,
            "code": ERASED,
            "intent": Intent.UNRELATED,
            "tier": Tier.NONE,
            "scheme": None,
        }
        self._changed(ledger.update().where(ledger.c.id.in_(ids)).values(bare))
