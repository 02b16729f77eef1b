"""Transactions and queries in our own words; hands out values, never rows."""

from inbox_worker.store.store import Store, Tx, View

__all__ = ["Store", "Tx", "View"]
