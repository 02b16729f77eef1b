"""The statements that run for every message that goes out, and what their rows are."""

from functools import cache

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy import literal_column as literal

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import OutboxItem, OutboxState
from inbox_worker.store.applications import reference_of
from inbox_worker.store.prepared import Prepared, Row
from inbox_worker.store.recent import in_states
from inbox_worker.store.tables import application, outbox, outbox_content

HANDED = (OutboxState.SENDING, OutboxState.UNKNOWN)
# Not a join: UPDATE ... RETURNING gives the same columns in the same statement.
_PREFIX = select(application.c.prefix).where(application.c.id == outbox.c.application_id).scalar_subquery()
AS_ITEM = (
    *(column for column in outbox.c if column.name != "recipient_key"),
    _PREFIX.label("prefix"),
)
# Lists as parameters are put into a statement anew each time, so these are written out, and prepared by their length.
SENT = Prepared(
    outbox.update()
    .where(outbox.c.id == bindparam("item_id"), outbox.c.claimed_by == bindparam("worker"), in_states(HANDED))
    .values(
        state=literal(f"'{OutboxState.SENT.value}'"),
        sent_at=bindparam("at"),
        code=bindparam("answer"),
        status=bindparam("enhanced"),
    )
    .returning(outbox.c.application_id, outbox.c.template)
)


@cache
def claiming(kinds: tuple[MessageKind, ...] | None, mailboxes: int | None) -> Prepared:
    """Return the statement that claims messages of these kinds and of so many mailboxes; None: of any.

    Its parameters: now, worker, most, mailbox0, mailbox1, ...
    """
    due = (
        select(outbox.c.id)
        .where(in_states((OutboxState.QUEUED,)), outbox.c.next_try_at <= bindparam("now"))
        .where(outbox.c.claimed_by.is_(None))
        .order_by(outbox.c.next_try_at, outbox.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)  # SQLite, which has one writer at a time, leaves it out
    )
    if kinds is not None:
        due = due.where(outbox.c.kind.in_([literal(f"'{kind.value}'") for kind in kinds]))
    if mailboxes is not None:
        due = due.where(outbox.c.mailbox.in_([bindparam(f"mailbox{number}") for number in range(mailboxes)]))
    # A CTE, not IN (SELECT ...): PostgreSQL may run a subquery again and then lock other rows.
    chosen = due.cte("due")
    claimed = outbox.update().where(outbox.c.id.in_(select(chosen.c.id)))
    return Prepared(claimed.values(claimed_by=bindparam("worker"), claimed_at=bindparam("now")).returning(*AS_ITEM))


@cache
def handing_over(count: int) -> Prepared:
    """Return the statement that hands over so many messages. Its parameters: worker, at, id0, id1, ..."""
    return Prepared(
        outbox.update()
        .where(
            outbox.c.id.in_([bindparam(f"id{number}") for number in range(count)]),
            outbox.c.claimed_by == bindparam("worker"),
            in_states((OutboxState.QUEUED,)),
            outbox.c.purged.is_(False),
        )
        .values(state=literal(f"'{OutboxState.SENDING.value}'"), handed_at=bindparam("at"))
        .returning(*AS_ITEM)
    )


@cache
def contents(count: int) -> Prepared:
    """Return the query for the bytes of so many messages. Its parameters: id0, id1, ..."""
    # Not by RETURNING: SQLite is given its columns without their table, and both tables have an "id".
    wanted: list[BindParameter[int]] = [bindparam(f"id{number}") for number in range(count)]
    return Prepared(select(outbox_content).where(outbox_content.c.id.in_(wanted)))


def item_of(row: Row) -> OutboxItem:
    """Return the message of a row of AS_ITEM."""
    return OutboxItem(
        id=row.id,
        message_id=row.message_id,
        kind=row.kind,
        template=row.template,
        template_version=row.template_version,
        mailbox=row.mailbox,
        recipient=row.recipient,
        scheme=row.scheme,
        application=reference_of(row.prefix, row.application_id) if row.prefix is not None else None,
        ledger_id=row.ledger_id,
        sha256=row.sha256.hex(),
        state=row.state,
        tries=row.tries,
        queued_at=row.queued_at,
        next_try_at=row.next_try_at,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        handed_at=row.handed_at,
        sent_at=row.sent_at,
        code=row.code,
        status=row.status,
        purged=row.purged,
    )
