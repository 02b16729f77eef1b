"""Which mails are fetched together."""

from hypothesis import given
from hypothesis import strategies as st

from inbox_worker.core.batches import chunks, split


def test_a_batch_ends_at_the_count_or_at_the_bytes_whichever_comes_first() -> None:
    assert list(split({1: 10, 2: 10, 3: 10, 4: 90, 5: 5}, 2, 100)) == [(1, 2), (3, 4), (5,)]
    assert list(split({9: 60, 7: 60, 8: 60}, 10, 100)) == [(7,), (8,), (9,)]
    assert list(split({}, 10, 100)) == []


def test_the_first_batches_can_be_smaller_and_none_is_larger_for_it() -> None:
    sizes = [len(batch) for batch in split(dict.fromkeys(range(1, 28), 10), 9, 100, 2)]
    assert sizes == [2, 4, 8, 9, 4]
    assert list(split(dict.fromkeys(range(1, 6), 10), 3, 100, 9)) == [(1, 2, 3), (4, 5)]


def test_a_mail_larger_than_a_batch_may_be_comes_alone() -> None:
    assert list(split({1: 10, 2: 5000, 3: 10}, 10, 100)) == [(1,), (2,), (3,)]


@given(st.dictionaries(st.integers(1, 10_000), st.integers(0, 500)), st.integers(1, 20), st.integers(1, 1000))
def test_every_mail_is_in_one_batch_in_order_and_within_the_limits(sizes: dict[int, int], mails: int, top: int) -> None:
    batches = list(split(sizes, mails, top))

    assert [uid for batch in batches for uid in batch] == sorted(sizes)
    assert all(1 <= len(batch) <= mails for batch in batches)
    assert all(len(batch) == 1 or sum(sizes[uid] for uid in batch) <= top for batch in batches)


@given(st.lists(st.integers()), st.integers(1, 50))
def test_chunks_keep_the_order_and_are_full_but_for_the_last(uids: list[int], count: int) -> None:
    found = list(chunks(uids, count))

    assert [uid for chunk in found for uid in chunk] == uids
    assert all(len(chunk) == count for chunk in found[:-1])
