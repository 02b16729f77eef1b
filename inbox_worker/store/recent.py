"""How many replies have gone out lately: what the fuses count."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, false, func, select
from sqlalchemy import literal_column as literal

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import OutboxState
from inbox_worker.store.prepared import Prepared
from inbox_worker.store.tables import outbox

# Went, will go, or may have gone. Sets know their hash, and these are looked up for every mail.
COUNTED = frozenset(
    {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT, OutboxState.BOUNCED, OutboxState.UNKNOWN}
)
COUNTED_IN_REHEARSAL = COUNTED | {OutboxState.REHEARSED}
MOMENT: BindParameter[datetime] = bindparam("moment")


def replies_in(states: Collection[OutboxState]) -> ColumnElement[bool]:
    """Return the condition for replies in one of `states`, written out: a list as a parameter costs time."""
    return and_(outbox.c.kind == literal(f"'{MessageKind.REPLY.value}'"), in_states(states))


def in_states(states: Collection[OutboxState]) -> ColumnElement[bool]:
    """Return the condition for messages in one of `states`, written out."""
    return outbox.c.state.in_([literal(f"'{state}'") for state in sorted(each.value for each in states)])


@cache
def replies_since(states: frozenset[OutboxState]) -> Prepared:
    """Return the query for the number of replies in one of `states` that went out, or were queued, since MOMENT."""
    # What waited counts from when it went. Two ranges, each with its index: with OR one index reads every reply.
    queued = select(func.count()).where(replies_in(states), outbox.c.queued_at > MOMENT)
    not_queued = (outbox.c.queued_at > MOMENT).is_(false())  # "<=" would make it the range that is searched
    # What the server has put off was handed over, and went nowhere.
    went = replies_in(states - {OutboxState.QUEUED})
    handed = select(func.count()).where(went, outbox.c.handed_at > MOMENT, not_queued)
    return Prepared(select(queued.scalar_subquery() + handed.scalar_subquery()))
