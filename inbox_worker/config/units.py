"""Durations and sizes as people write them: "60s", "30m", "25MB"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")


def duration(value: object) -> timedelta:
    """Return the duration that `value` ("90s", "30m", "2h", "7d") names. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _SECONDS:
        raise ValueError('expected a duration such as "60s", "30m", "2h" or "7d"')
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2].lower()])


def size(value: object) -> int:
    """Return the number of bytes that `value` ("25MB") names. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError('expected a size such as "25MB" or "512KB"')
    return int(float(match[1]) * _BYTES[match[2].lower()])


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("expected a duration longer than nothing")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(lambda value: _positive(duration(value))),
    PlainSerializer(lambda value: f"{int(value.total_seconds())}s"),
]
Size = Annotated[int, BeforeValidator(size)]
