"""docs/for-the-team.md: every picture is there and described, and the words are the team's own."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "for-the-team.md").read_text(encoding="utf-8")


def test_every_picture_is_there_described_and_used() -> None:
    pictures = dict(re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", PAGE))
    assert all(len(words.split()) > 5 for words in pictures)
    assert {Path(link).name for link in pictures.values()} == {path.name for path in (DOCS / "pictures").iterdir()}
    assert all((DOCS / link).read_bytes().startswith(b"\x89PNG") for link in pictures.values())


def test_no_word_of_the_trade_is_on_the_page() -> None:
    trade = r"(?i)\b(?:imap|smtp|uid|ledger|outbox|yaml|config\w*|database|json|server|poll|inbox-worker|command)\b"
    assert re.findall(trade, PAGE) == []


def test_the_page_prints_on_two_pages_besides_its_pictures() -> None:
    assert len(re.sub(r"!\[[^\]]*\]\([^)]+\)", "", PAGE).split()) <= 1000
