"""What changes an application: a mail, or a person. Earlier values are kept until retention removes them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, select

from inbox_worker.core.effects import Action, ApplicationChange, ApplicationState
from inbox_worker.core.reading import FieldValue, Flag
from inbox_worker.errors import Unstorable
from inbox_worker.records import WORKER, Application, StoredValue
from inbox_worker.store.applications import ApplicationsView, reference_of
from inbox_worker.store.columns import stays
from inbox_worker.store.keys import address_key
from inbox_worker.store.operations import Operations
from inbox_worker.store.prepared import Prepared
from inbox_worker.store.tables import answer, application, application_event, application_flag, ledger, thread

_EVENTS = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.WITHDRAW: "withdrawn",
    Action.BOUNCED: "undelivered",
}


class Changes(ApplicationsView, Operations):
    """Changes applications."""

    def apply(
        self,
        change: ApplicationChange,
        *,
        sender: str,
        ledger_id: int,
        at: datetime,
        prefix: str,
        by: str = WORKER,
    ) -> Application:
        """Carry out what a mail changes, and return the application as it is then.

        sender: address of the mail. ledger_id: the mail's row, which is tied to the application, as is its
        Message-ID: an answer to that very mail belongs here too. prefix: of the scheme's references ("MHA").
        A value that says the same as the one on record is left alone; another one supersedes it.
        Raises Unstorable where the application or the ledger row is not there.
        """
        mail = self._first(_MAIL, ledger_id=ledger_id)
        if mail is None:
            raise Unstorable(f"ledger {ledger_id} is not in the database")
        if change.action is Action.CREATE:
            number = self._create(change, sender, mail, at, prefix)
        else:
            number = self._update(change, at)
        self._give(number, change, ledger_id, at, by)
        self._flag(number, change.flags, at)
        self._changed(_TIE_MAIL, number=number, ledger_id=ledger_id)
        if mail.message_key is not None:
            self.tie(mail.message_key, number, at)
        self._event(number, at, _EVENTS[change.action], " ".join(change.values), by)
        return _created(number, change, sender, mail, at, prefix, by) or self._standing(number)

    def correct(self, which: str | int, key: str, value: str, *, by: str, at: datetime) -> Application | None:
        """Replace one value as a person says ("" takes it away); the old one is kept. None: no such application."""
        number = self.application_id(which)
        if number is None:
            return None
        # The application first: whoever changes it, mail or person, waits here for the other.
        self._changed(application.update().where(application.c.id == number).values(updated_at=at))
        self._supersede(number, [key], at)
        if value:
            self._add_values(number, {key: FieldValue(value, "correction", 1.0)}, None, at, by)
        self._event(number, at, "corrected", key, by)
        corrected = self._standing(number)
        self.audit(by, f"corrected {key}", corrected.reference, at)
        return corrected

    def set_state(
        self,
        which: str | int,
        state: ApplicationState,
        *,
        by: str,
        at: datetime,
        only_from: Iterable[ApplicationState] | None = None,
    ) -> Application | None:
        """Set the state; None where there is no such application, or its state is not one of `only_from`."""
        number = self.application_id(which)
        if number is None:
            return None
        statement = application.update().where(application.c.id == number).values(state=state, updated_at=at)
        if only_from is not None:
            statement = statement.where(application.c.state.in_(list(only_from)))
        if not self._changed(statement):
            return None
        self._event(number, at, "state", state.value, by)
        changed = self._standing(number)
        if by != WORKER:
            self.audit(by, f"state {state.value}", changed.reference, at)
        return changed

    def acknowledged(self, which: str | int, at: datetime) -> bool:
        """Note that a complete application has got its acknowledgement: `received` becomes `acknowledged`.

        Returns whether it did; one in another state keeps that.
        """
        number = self.application_id(which)
        if number is None or not self._changed(_ACKNOWLEDGED, number=number, at=at):
            return False
        self._event(number, at, "state", ApplicationState.ACKNOWLEDGED.value, WORKER)
        return True

    def restrict(self, which: str | int, restricted: bool, *, by: str, at: datetime) -> Application | None:
        """Set or lift the restriction: no automatic mail, not in summaries. None: no such application."""
        number = self.application_id(which)
        if number is None:
            return None
        self._changed(application.update().where(application.c.id == number).values(restricted=restricted))
        what = "restricted" if restricted else "unrestricted"
        self._event(number, at, what, "", by)
        changed = self._standing(number)
        self.audit(by, what, changed.reference, at)
        return changed

    def tie(self, key: bytes, application_id: int, at: datetime) -> None:
        """Let answers to a message belong to an application; one that belongs to another keeps that.

        key: of keys.message_key.
        """
        if not self._insert_unless_there(thread, message_key=key, ours=False, application_id=application_id, at=at):
            self._changed(_TIE_THREAD, key=key, number=application_id)

    def _create(self, change: ApplicationChange, sender: str, mail: Any, at: datetime, prefix: str) -> int:
        return self._insert(
            application,
            prefix=prefix,
            scheme=change.scheme,
            state=change.state or ApplicationState.RECEIVED,
            sender=sender,
            sender_key=address_key(sender),
            mailbox=mail.mailbox,
            received_at=mail.received_at,
            updated_at=at,
            duplicate_of=change.duplicate_of,
        )

    def _update(self, change: ApplicationChange, at: datetime) -> int:
        values: dict[str, Any] = {"updated_at": at}
        if change.state is not None:
            values["state"] = change.state
        if change.action is Action.BOUNCED:
            values["delivery_problem"] = next((flag.detail for flag in change.flags if flag.detail), "bounced")
        number = change.application
        if number is None or not self._changed(application.update().where(application.c.id == number).values(values)):
            raise Unstorable(f"application {number} is not in the database")
        return number

    def _give(self, number: int, change: ApplicationChange, ledger_id: int, at: datetime, by: str) -> None:
        """Give an application the values of a mail. What it says anew supersedes; the rest stays."""
        values = change.values
        if values and change.action is not Action.CREATE:
            current = self._values([number]).get(number, {})
            values = {key: new for key, new in values.items() if key not in current or current[key].text != new.text}
            self._supersede(number, [key for key in values if key in current], at)
        self._add_values(number, values, ledger_id, at, by)

    def _supersede(self, number: int, keys: list[str], at: datetime) -> None:
        if keys:
            mine = (answer.c.application_id == number, answer.c.field.in_(keys), answer.c.superseded_at.is_(None))
            self._changed(answer.update().where(*mine).values(superseded_at=at))

    def _add_values(
        self, number: int, values: dict[str, FieldValue], ledger_id: int | None, at: datetime, by: str
    ) -> None:
        self._insert_all(
            answer,
            (
                {
                    "application_id": number,
                    "field": key,
                    "value": value.text,
                    "source": value.source,
                    "confidence": value.confidence,
                    "ledger_id": ledger_id,
                    "at": at,
                    "by": by,
                }
                for key, value in values.items()
            ),
        )

    def _flag(self, number: int, flags: tuple[Flag, ...], at: datetime) -> None:
        for flag in flags:
            self._insert_unless_there(
                application_flag, application_id=number, code=flag.code, detail=flag.detail, at=at
            )

    def _event(self, number: int, at: datetime, what: str, detail: str, by: str) -> None:
        self._insert_all(
            application_event, [{"application_id": number, "at": at, "what": what, "detail": detail, "by": by}]
        )

    def _standing(self, number: int) -> Application:
        standing = self.application(number)
        assert standing is not None  # it was changed in this transaction
        return standing


def _created(
    number: int, change: ApplicationChange, sender: str, mail: Any, at: datetime, prefix: str, by: str
) -> Application | None:
    """Return a new application as the database has it now, without asking; None where only the database can tell."""
    values = {
        key: StoredValue(key, value.text, value.source, value.confidence, mail.id, at, by, None)
        for key, value in change.values.items()
    }
    words = (sender, by, *(word for value in values.values() for word in (value.text, value.source)))
    if change.action is not Action.CREATE or change.duplicate_of is not None or not all(map(stays, words)):
        return None
    return Application(
        id=number,
        reference=reference_of(prefix, number),
        scheme=change.scheme,
        state=change.state or ApplicationState.RECEIVED,
        sender=sender,
        mailbox=mail.mailbox,
        received_at=mail.received_at,
        updated_at=at,
        values=values,
        flags=tuple(sorted(set(change.flags), key=lambda flag: (flag.code, flag.detail))),
    )


_MAIL = Prepared(
    select(ledger.c.id, ledger.c.mailbox, ledger.c.received_at, ledger.c.message_key).where(
        ledger.c.id == bindparam("ledger_id")
    )
)
_ACKNOWLEDGED = Prepared(
    application.update()
    .where(
        application.c.id == bindparam("number"),
        application.c.state == literal_column(f"'{ApplicationState.RECEIVED.value}'"),
    )
    .values(state=literal_column(f"'{ApplicationState.ACKNOWLEDGED.value}'"), updated_at=bindparam("at"))
)
_TIE_MAIL = Prepared(
    ledger.update().where(ledger.c.id == bindparam("ledger_id")).values(application_id=bindparam("number"))
)
_TIE_THREAD = Prepared(
    thread.update()
    .where(thread.c.message_key == bindparam("key"), thread.c.application_id.is_(None))
    .values(application_id=bindparam("number"))
)
