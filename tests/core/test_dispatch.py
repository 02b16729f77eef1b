"""Which message goes over which connection."""

from hypothesis import given
from hypothesis import strategies as st

from inbox_worker.core.dispatch import FIRST_WINDOW, WINDOW, Room, Waiting, address, connections, shares, wider

_ADDRESSES = st.sampled_from(["a@example.org", "A@Example.org", "b@example.org", "c@example.org", "d@example.org"])


@st.composite
def rooms(draw: st.DrawFn) -> list[Room]:
    """Connections that hold no address in common, as is always so."""
    holders = {address(each): draw(st.integers(0, 2)) for each in ("a@example.org", "b@example.org", "c@example.org")}
    held = [frozenset(each for each, number in holders.items() if number == lane) for lane in range(3)]
    return [Room(draw(st.integers(0, 4)), each) for each in held[: draw(st.integers(0, 3))]]


@given(st.lists(_ADDRESSES, max_size=30), rooms())
def test_no_message_overtakes_another_to_the_same_address(recipients: list[str], lanes: list[Room]) -> None:
    waiting = [Waiting(number, recipient) for number, recipient in enumerate(recipients)]
    found = shares(waiting, lanes)

    assert [len(ids) for ids in found] == [min(len(ids), room.free) for ids, room in zip(found, lanes, strict=True)]
    given_to = {number: lane for lane, ids in enumerate(found) for number in ids}
    assert len(given_to) == sum(map(len, found))
    for recipient in {address(each) for each in recipients}:
        theirs = [each.id for each in waiting if address(each.recipient) == recipient]
        assert [number in given_to for number in theirs] == sorted((n in given_to for n in theirs), reverse=True)
        at = {given_to[number] for number in theirs if number in given_to}
        assert len(at) <= 1
        holding = {lane for lane, room in enumerate(lanes) if recipient in room.recipients}
        assert not holding or at <= holding
    for ids in found:
        for recipient in {address(each) for each in recipients}:
            of_one = [number for number in ids if address(recipients[number]) == recipient]
            assert of_one == sorted(of_one)


@given(st.lists(_ADDRESSES, max_size=30), rooms())
def test_room_is_left_only_where_nothing_may_fill_it(recipients: list[str], lanes: list[Room]) -> None:
    waiting = [Waiting(number, recipient) for number, recipient in enumerate(recipients)]
    found = shares(waiting, lanes)
    left = [each for each in waiting if not any(each.id in ids for ids in found)]
    full = {lane for lane, room in enumerate(lanes) if room.free == len(found[lane])}
    for each in left:
        carriers = {
            lane
            for lane, room in enumerate(lanes)
            if address(each.recipient) in room.recipients
            or any(address(recipients[number]) == address(each.recipient) for number in found[lane])
        }
        assert (carriers or set(range(len(lanes)))) <= full


def test_what_only_one_connection_may_carry_goes_before_what_any_may() -> None:
    team = [Waiting(number, "team@example.org") for number in range(4)]
    people = [Waiting(10 + number, f"p{number}@example.org") for number in range(4)]
    lanes = [Room(3, frozenset({"team@example.org"})), Room(3, frozenset())]
    assert shares([*people, *team], lanes) == ((0, 1, 2), (10, 11, 12))


def test_a_connection_that_waits_for_the_database_gets_more_at_a_time_up_to_a_bound() -> None:
    window, seen = FIRST_WINDOW, []
    while window != wider(window):
        seen.append(window := wider(window))
    assert seen == [8, 16, WINDOW]


def test_a_connection_is_opened_for_what_the_others_have_no_room_for() -> None:
    assert [connections(waiting, 3) for waiting in (1, FIRST_WINDOW, FIRST_WINDOW + 1, 9, 500)] == [1, 1, 2, 3, 3]
