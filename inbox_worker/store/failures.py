"""What the libraries of the database raise becomes ours here, without a value that was to be stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from inbox_worker.errors import StoreError, Unstorable

# SQLSTATE classes whose server text can quote a value: data exception, integrity violation, syntax.
_QUOTES_VALUES = ("22", "23", "42")


@contextmanager
def translated() -> Iterator[None]:
    """Turn a library's error into StoreError, or into Unstorable where trying again cannot help."""
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise Unstorable(f"the database refused the values: {_kind(error)}") from scrubbed(error)
    except DBAPIError as error:
        raise StoreError(f"the database did not take it: {_kind(error)}; the next run tries again") from scrubbed(error)
    except StatementError as error:  # a value that its column type cannot take
        raise Unstorable(f"the database cannot hold the values: {_kind(error)}") from scrubbed(error)
    except SQLAlchemyError as error:
        raise StoreError(f"the database did not take it: {type(error).__name__}") from error


def scrubbed(error: StatementError) -> StatementError:
    """Return `error` with every text removed that can quote a value.

    PostgreSQL adds lines such as "Key (recipient)=(...) already exists", which hide_parameters does not reach.
    """
    error.params = None
    if error.orig is not None and (text := _safe_text(error.orig)) is not None:
        error.orig.args = (text,)  # it is the cause of `error` too, and printed with it
        error.args = (text,)
    return error


def _kind(error: StatementError) -> str:
    cause: Any = error.orig
    name = type(error).__name__
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if code is None and "locked" in str(cause):
        code = "locked"
    return f"{name} {code}" if code else name


def _safe_text(cause: BaseException | None) -> str | None:
    """Return a text to put in place of a driver's own, or None where that is harmless."""
    sqlstate: str | None = getattr(cause, "sqlstate", None)
    if sqlstate is None:
        return None  # SQLite names columns, never values; a failed connection has no SQLSTATE
    if sqlstate.startswith(_QUOTES_VALUES):
        return f"SQLSTATE {sqlstate}"
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return f"SQLSTATE {sqlstate}: {primary}"
