"""Which message goes over which connection."""

from hypothesis import given
from hypothesis import strategies as st

from inbox_worker.core.dispatch import FIRST_WINDOW, WINDOW, Matter, Room, Waiting, connections, matter, shares, wider
from inbox_worker.core.effects import MessageKind

TEAM = "team@example.org"
_HELD = [("a", ""), (TEAM, "ALY-0001"), (TEAM, "ALY-0002")]
_MATTERS = st.sampled_from([*_HELD, ("b", ""), (TEAM, "")])


@st.composite
def rooms(draw: st.DrawFn) -> list[Room]:
    """Connections that hold no matter in common, as is always so."""
    holders = {each: draw(st.integers(0, 2)) for each in _HELD}
    held = [frozenset(each for each, number in holders.items() if number == lane) for lane in range(3)]
    return [Room(draw(st.integers(0, 4)), each) for each in held[: draw(st.integers(0, 3))]]


@given(st.lists(_MATTERS, max_size=30), rooms())
def test_no_message_overtakes_another_of_the_same_matter(matters: list[Matter], lanes: list[Room]) -> None:
    waiting = [Waiting(number, each) for number, each in enumerate(matters)]
    found = shares(waiting, lanes)

    assert [len(ids) for ids in found] == [min(len(ids), room.free) for ids, room in zip(found, lanes, strict=True)]
    given_to = {number: lane for lane, ids in enumerate(found) for number in ids}
    assert len(given_to) == sum(map(len, found))
    for one in set(matters):
        theirs = [each.id for each in waiting if each.matter == one]
        assert [number in given_to for number in theirs] == sorted((n in given_to for n in theirs), reverse=True)
        at = {given_to[number] for number in theirs if number in given_to}
        assert len(at) <= 1
        holding = {lane for lane, room in enumerate(lanes) if one in room.matters}
        assert not holding or at <= holding
    for ids in found:
        for one in set(matters):
            of_one = [number for number in ids if matters[number] == one]
            assert of_one == sorted(of_one)


@given(st.lists(_MATTERS, max_size=30), rooms())
def test_room_is_left_only_where_nothing_may_fill_it(matters: list[Matter], lanes: list[Room]) -> None:
    waiting = [Waiting(number, each) for number, each in enumerate(matters)]
    found = shares(waiting, lanes)
    left = [each for each in waiting if not any(each.id in ids for ids in found)]
    full = {lane for lane, room in enumerate(lanes) if room.free == len(found[lane])}
    for each in left:
        carriers = {
            lane
            for lane, room in enumerate(lanes)
            if each.matter in room.matters or any(matters[number] == each.matter for number in found[lane])
        }
        assert (carriers or set(range(len(lanes)))) <= full


def test_what_only_one_connection_may_carry_goes_before_what_any_may() -> None:
    team = [Waiting(number, (TEAM, "ALY-0001")) for number in range(4)]
    people = [Waiting(10 + number, (f"p{number}@example.org", "")) for number in range(4)]
    lanes = [Room(3, frozenset({(TEAM, "ALY-0001")})), Room(3, frozenset())]
    assert shares([*people, *team], lanes) == ((0, 1, 2), (10, 11, 12))


def test_all_that_goes_to_an_applicant_is_one_matter() -> None:
    about_one = matter(MessageKind.REPLY, "p@example.org", "ALY-0001", 1)
    assert matter(MessageKind.REPLY, "P@Example.org", "ALY-0002", 2) == about_one
    assert matter(MessageKind.REPLY, "q@example.org", "ALY-0001", 1) != about_one


def test_each_application_is_a_matter_of_its_own_to_the_team_and_so_is_each_other_mail() -> None:
    summary = matter(MessageKind.SUMMARY, TEAM, "ALY-0001", 1)
    assert matter(MessageKind.ALERT, TEAM, "ALY-0001", 2) == summary
    assert matter(MessageKind.SUMMARY, TEAM, "ALY-0002", 2) != summary
    assert matter(MessageKind.SUMMARY, "other@example.org", "ALY-0001", 1) != summary
    held = matter(MessageKind.DISTRESS_ALERT, TEAM, None, 3)
    assert matter(MessageKind.DISTRESS_ALERT, TEAM, None, 3) == held
    assert len({held, matter(MessageKind.ALERT, TEAM, None, 4), matter(MessageKind.DIGEST, TEAM, None, None)}) == 3


def test_a_connection_that_waits_for_the_database_gets_more_at_a_time_up_to_a_bound() -> None:
    window, seen = FIRST_WINDOW, []
    while window != wider(window):
        seen.append(window := wider(window))
    assert seen == [8, 16, WINDOW]


def test_a_connection_is_opened_for_what_the_others_have_no_room_for() -> None:
    assert [connections(waiting, 3) for waiting in (1, FIRST_WINDOW, FIRST_WINDOW + 1, 9, 500)] == [1, 1, 2, 3, 3]
