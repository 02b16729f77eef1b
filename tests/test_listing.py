"""Lists for people: no word is broken, codes are explained, one thing is not called several."""

import pytest

from inbox_worker.cli.listing import print_table, widths
from inbox_worker.cli.run import _print
from inbox_worker.errors import MailboxError
from inbox_worker.jobs import Report
from inbox_worker.plurals import counted

HEADS = ("No.", "Received", "From", "Subject")
ROW = ("7", "2026-11-23 09:00", "Rhodri Vance-Abernethy", "Become a mental health ally, and a question about training")


def test_columns_share_what_room_there_is_and_break_no_word() -> None:
    assert widths([HEADS, ROW], 200) == [3, 16, 22, 58]
    found = widths([HEADS, ROW], 60)
    assert found is not None
    assert sum(found) + 2 * 3 <= 60
    for number, width in enumerate(found):
        assert width >= max(len(word) for cell in (HEADS[number], ROW[number]) for word in cell.split())


def test_where_words_would_be_broken_there_are_no_widths() -> None:
    assert widths([HEADS, ROW], 30) is None


@pytest.mark.parametrize("columns", [30, 80, 200])
def test_every_word_of_a_table_is_whole_whatever_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    print_table(HEADS, [ROW, ROW], "nothing")
    said = capsys.readouterr().out
    assert set(" ".join(ROW).split()) <= set(said.split())
    assert max(map(len, said.splitlines())) <= columns


def test_a_job_that_failed_does_not_say_that_there_was_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    _print(Report("poll team", error=MailboxError("imap.example.org: refused")), as_json=False)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("poll team: failed\n", "error: poll team: imap.example.org: refused\n")
    _print(Report("outbox"), as_json=False)
    assert capsys.readouterr().out == "outbox: nothing to do\n"


def test_one_is_not_many() -> None:
    assert [counted(number, "message") for number in (0, 1, 2)] == ["0 messages", "1 message", "2 messages"]
    assert counted(2, "entry", "entries") == "2 entries"
