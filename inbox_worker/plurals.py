"""Numbers of things, in words."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 message" or "2 messages". many: where the plural is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
