"""Where a value of a form stands in the mail, in words, and how sure its finding is."""

from inbox_worker.core.document import Kind, Line

SURE, LIKELY, ORDERED, GUESSED = 0.95, 0.8, 0.6, 0.5


def source(line: Line) -> str:
    """Return where `line` stands, in words: "body line 7", "attachment form.docx, row 3"."""
    if line.origin.startswith("attachment:"):
        return f"attachment {line.origin.removeprefix('attachment:')}, row {line.number}"
    if line.kind is Kind.SIGNATURE:
        return f"signature line {line.number}"
    return f"{line.origin} line {line.number}"
