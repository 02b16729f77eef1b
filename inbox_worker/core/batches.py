"""Which mails are fetched together."""

from collections.abc import Iterable, Iterator, Mapping


def split(sizes: Mapping[int, int], mails: int, octets: int, first: int | None = None) -> Iterator[tuple[int, ...]]:
    """Yield the UIDs of `sizes` in ascending order, in batches of at most `mails` mails and `octets` bytes.

    sizes: UID -> bytes that fetching it brings. A mail larger than `octets` is a batch of its own. first: most mails of
    the first batch, where these are to be fewer; each further one holds up to twice as many as the one before.
    """
    batch: list[int] = []
    total = 0
    most = mails if first is None else min(first, mails)
    for uid in sorted(sizes):
        if batch and (len(batch) >= most or total + sizes[uid] > octets):
            yield tuple(batch)
            batch, total, most = [], 0, min(2 * most, mails)
        batch.append(uid)
        total += sizes[uid]
    if batch:
        yield tuple(batch)


def chunks(uids: Iterable[int], count: int) -> Iterator[tuple[int, ...]]:
    """Yield `uids` in their order, at most `count` at a time."""
    chunk: list[int] = []
    for uid in uids:
        chunk.append(uid)
        if len(chunk) == count:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)
