"""What lies between the link's thread and all others keeps its order, has its limits, and settles every token once."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.link.box import MOST_WAITING, MOST_WAITING_BYTES, Box
from signage.link.values import Arrived, Connected, Disconnected, Outgoing, Sent

OUT = Outgoing("x", b"1")


@pytest.fixture
def news() -> list[int]:
    return []


@pytest.fixture
def box(news: list[int]) -> Iterator[Box]:
    made = Box(lambda: news.append(1))
    yield made
    made.close()


def test_without_a_connection_nothing_is_taken(box: Box) -> None:
    assert box.leave(OUT) is None
    assert box.leave(OUT, always=True) is None
    assert box.next_out(0) is None


def test_no_more_is_taken_than_may_be_in_flight(box: Box) -> None:
    box.begin(2, Connected(5))
    assert [box.leave(OUT) for _ in range(3)] == [1, 2, None]
    assert box.leave(OUT, always=True) == 3
    box.settle(1)
    box.settle(2)
    assert box.leave(OUT) == 4


def test_what_is_left_goes_out_in_order_and_no_faster_than_it_may(box: Box) -> None:
    box.begin(2)
    first, second = Outgoing("x", b"1"), Outgoing("x", b"2")
    box.leave(first)
    box.leave(second)
    assert box.next_out(0) == (1, first)
    assert box.next_out(2) is None
    assert box.next_out(1) == (2, second)
    assert box.next_out(0) is None


def test_every_event_is_told_of(box: Box, news: list[int]) -> None:
    box.begin(2, Connected(5))
    box.put(Arrived("x", b"1", False))
    assert len(news) == 2
    assert box.take(0) == (Connected(5), Arrived("x", b"1", False))
    assert box.take(0) == ()


def test_what_may_not_be_read_any_more_is_a_matter_of_count_and_of_bytes(box: Box) -> None:
    box.put(*[Sent(1)] * (MOST_WAITING - 1))
    assert not box.is_full
    box.put(Sent(1))
    assert box.is_full
    box.take(0)
    assert not box.is_full
    box.put(Arrived("x", bytes(MOST_WAITING_BYTES - 1), False))
    assert not box.is_full
    box.put(Arrived("x", b"1", False))
    assert box.is_full


@pytest.mark.parametrize("stir", [Box.wake, Box.stop, lambda box: box.acknowledge((1, 1)), lambda box: box.leave(OUT)])
def test_whatever_is_left_wakes_the_links_thread(box: Box, stir: Callable[[Box], object]) -> None:
    box.begin(5)
    box.was_woken()
    with pytest.raises(BlockingIOError):
        box.woken.recv(1)
    for _ in range(3):
        stir(box)
    box.was_woken()
    stir(box)
    assert box.woken.recv(9)


def test_to_take_from_a_full_box_wakes_it_too(box: Box) -> None:
    box.put(*[Sent(1)] * MOST_WAITING)
    box.take(0)
    assert box.woken.recv(9)


def test_a_closed_box_can_be_woken() -> None:
    box = Box(lambda: None)
    box.close()
    box.wake()


@given(st.lists(st.sampled_from(["begin", "leave", "send", "settle", "end"]), max_size=60))
def test_every_token_is_settled_once_and_before_the_next_connection(steps: list[str]) -> None:
    box = Box(lambda: None)
    up, flying, given_out = False, list[int](), list[int]()
    for step in steps:
        if step == "begin" and not up:
            box.begin(5, Connected(5))
            up = True
        elif step == "leave":
            token = box.leave(OUT)
            assert (token is not None) == (up and len(given_out) - len(settled_of(box, given_out)) < 5)
            given_out += [] if token is None else [token]
        elif step == "send" and up and (next_ := box.next_out(len(flying))) is not None:
            flying.append(next_[0])
        elif step == "settle" and flying:
            box.settle(flying.pop(0))
        elif step == "end" and up:
            box.end("gone")
            up, flying = False, []
    if up:
        box.end("gone")
    events = box.take(0)
    assert [event.token for event in events if isinstance(event, Sent)] == given_out
    assert sum(isinstance(event, Connected) for event in events) == sum(isinstance(e, Disconnected) for e in events)
    box.close()


def settled_of(box: Box, given_out: list[int]) -> list[int]:
    """The tokens that are settled, without taking the events."""
    return [token for token in given_out if token not in box._unsettled]
