"""The filters that templates may use, and the look of every tag. Pure: the time zone is an argument."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from inbox_worker.safe_text import greeting_name
from inbox_worker.template_context import Said

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_FONT = "font-family:Arial,Helvetica,sans-serif;"
_CELL = f"{_FONT}font-size:16px;line-height:1.5;border:1px solid #767676;padding:6px 8px;text-align:left;"
STYLES = {
    "h1": f"{_FONT}font-size:24px;line-height:1.3;font-weight:bold;margin:0 0 16px 0;",
    "h2": f"{_FONT}font-size:20px;line-height:1.3;font-weight:bold;margin:24px 0 8px 0;",
    "h3": f"{_FONT}font-size:16px;line-height:1.5;font-weight:bold;margin:16px 0 4px 0;",
    "h4": f"{_FONT}font-size:16px;line-height:1.5;font-weight:bold;margin:16px 0 4px 0;",
    "p": f"{_FONT}font-size:16px;line-height:1.5;margin:0 0 16px 0;",
    "ul": "margin:0 0 16px 0;padding:0 0 0 24px;",
    "ol": "margin:0 0 16px 0;padding:0 0 0 24px;",
    "li": f"{_FONT}font-size:16px;line-height:1.5;margin:0 0 6px 0;",
    "table": "border-collapse:collapse;width:100%;margin:0 0 16px 0;",
    "caption": f"{_FONT}font-size:16px;line-height:1.5;font-weight:bold;text-align:left;padding:0 0 6px 0;",
    "th": f"{_CELL}font-weight:bold;vertical-align:top;overflow-wrap:break-word;",
    "td": f"{_CELL}vertical-align:top;overflow-wrap:anywhere;",
    "a": "color:#0b4f9e;text-decoration:underline;",
}


def filters(zone: tzinfo) -> dict[str, Callable[..., Any]]:
    """Return name -> filter. Times are shown in `zone`."""
    return {
        "date": lambda value: date(value.astimezone(zone)),
        "date_time": lambda value: date_time(value.astimezone(zone)),
        "paragraphs": paragraphs,
        "greeting": lambda name: greeting_name(name.text),
        "with_article": with_article,
        "plural": plural,
    }


def date(local: datetime) -> str:
    """Return "3 November 2026"."""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def date_time(local: datetime) -> str:
    """Return "Tuesday 3 November 2026 at 10:42"."""
    return f"{_DAYS[local.weekday()]} {date(local)} at {local:%H:%M}"


def paragraphs(value: Said | str) -> tuple[tuple[str, ...], ...]:
    """Return the paragraphs of a text, each as its lines; what is between blank lines is one paragraph."""
    found: list[list[str]] = [[]]
    for line in str(value).splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return tuple(tuple(lines) for lines in found if lines)


def with_article(noun: str) -> str:
    """Return "an ally" for "ally", "a contact" for "contact"; goes by the first letter."""
    return f"{'an' if noun[:1].casefold() in 'aeio' else 'a'} {noun}"


def plural(number: int, one: str, many: str) -> str:
    """Return "1 mail" or "3 mails"."""
    return f"{number} {one if number == 1 else many}"
