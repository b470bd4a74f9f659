"""Who may hold a connection when there is no room for all."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from office.connection_limits import ConnectionCount, Limits

SMALL = Limits(most=6, most_of_address=3, chance_s=5.0)


@dataclass(eq=False)
class One:
    network: str
    waits_since: float | None = 0.0


def held(*connections: One, limits: Limits = SMALL) -> ConnectionCount:
    count = ConnectionCount(limits)
    for each in connections:
        count.come(each)
    return count


def test_as_long_as_there_is_room_everybody_comes_in() -> None:
    assert held(One("a"), One("a")).room("a", 10.0) is True


def test_beyond_an_address_s_share_its_own_slowest_makes_room() -> None:
    slowest = One("a", 1.0)
    assert held(One("a", 2.0), slowest, One("a", 3.0)).room("a", 10.0) is slowest


def test_whoever_came_just_now_does_not_make_room_for_others_of_his_address() -> None:
    assert held(*(One("a", 8.0) for _ in range(3))).room("a", 10.0) is False


def test_an_answer_that_is_on_its_way_is_not_broken_off_for_others() -> None:
    assert held(*(One("a", None) for _ in range(3))).room("a", 100.0) is False
    assert held(*(One(each, None) for each in "aabbcc")).room("d", 100.0) is False


def test_when_all_is_full_the_largest_crowd_makes_room_for_a_stranger_at_once() -> None:
    slowest = One("a", 9.0)
    full = held(One("b", 1.0), One("c", 1.0), One("d", 1.0), slowest, One("a", 9.5), One("a", 9.6))
    assert full.room("e", 10.0) is slowest


def test_a_crowd_gets_no_room_from_those_who_hold_little() -> None:
    full = held(One("b", 1.0), One("c", 1.0), One("d", 1.0), One("e", 1.0), One("a", 9.0), One("a", 9.0))
    assert full.room("a", 10.0) is False


def test_a_proxy_that_speaks_for_many_has_no_share() -> None:
    assert held(*(One("") for _ in range(5))).room("", 10.0) is True


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans(), st.floats(0, 100)), max_size=80))
def test_there_are_never_more_than_may_be_and_no_answer_is_ever_broken_off(
    comes: list[tuple[str, bool, float]],
) -> None:
    count, inside = ConnectionCount(SMALL), set[One]()
    for now, (network, busy, since) in enumerate(comes):
        room = count.room(network, float(now))
        if isinstance(room, One):
            assert room in inside
            assert room.waits_since is not None
            count.gone(room)
            inside.remove(room)
        if room is not False:
            one = One(network, None if busy else since)
            count.come(one)
            inside.add(one)
        assert len(count) == len(inside) <= SMALL.most
        assert set(count.held) == inside
        assert all(sum(each.network == name for each in inside) <= SMALL.most_of_address for name in "abcdefgh")


def test_one_that_is_gone_twice_is_gone_once() -> None:
    one = One("a")
    count = held(one)
    count.gone(one)
    count.gone(one)
    assert len(count) == 0
