"""Who asks a hundred times waits for himself only."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from office.fair_queue import MOST_REMEMBERED, FairQueue, Pace

FREE = Pace(at_once=100, per_second=1e9, burst=1e9)


def queue(*tasks: str, pace: Pace = FREE) -> FairQueue[str]:
    """Tasks are named after their address: "a1" is of "a"; "-1" is everybody's."""
    found: FairQueue[str] = FairQueue(lambda task: task[0].replace("-", ""), pace)
    for each in tasks:
        found.append(each)
    return found


def test_addresses_take_turns() -> None:
    waiting = queue("a1", "a2", "a3", "b1", "c1", "b2")
    assert [waiting.popleft(0.0)[1] for _ in range(6)] == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_an_address_has_so_many_under_way_and_others_pass_it() -> None:
    waiting = queue("a1", "a2", "a3", "b1", pace=Pace(at_once=2, per_second=1e9, burst=1e9))
    begun = [waiting.popleft(0.0) for _ in range(3)]
    assert [task for _, task in begun] == ["a1", "b1", "a2"]
    assert waiting.next_s(0.0) is None
    with pytest.raises(IndexError):
        waiting.popleft(0.0)
    waiting.done("b")
    assert waiting.next_s(0.0) is None
    waiting.done("a")
    assert waiting.popleft(0.0) == ("a", "a3")


def test_beyond_its_burst_an_address_is_taken_at_its_pace() -> None:
    waiting = queue("a1", "a2", "a3", "a4", pace=Pace(at_once=100, per_second=2.0, burst=2.0))
    waiting.popleft(0.0)
    waiting.popleft(0.0)
    assert waiting.next_s(0.0) == pytest.approx(0.5)
    assert waiting.next_s(0.25) == pytest.approx(0.25)
    assert waiting.popleft(0.5)[1] == "a3"
    waiting.append("b1")
    assert waiting.next_s(0.5) == 0.0
    assert waiting.popleft(0.5)[1] == "b1"


def test_what_is_everybody_s_has_no_limit() -> None:
    waiting = queue("-1", "-2", "-3", pace=Pace(at_once=1, per_second=0.1, burst=1.0))
    assert [waiting.popleft(0.0)[1] for _ in range(3)] == ["-1", "-2", "-3"]


def test_memory_has_an_end() -> None:
    waiting: FairQueue[str] = FairQueue(lambda task: task, FREE)
    for number in range(MOST_REMEMBERED + 50):
        waiting.append(str(number))
        waiting.done(waiting.popleft(0.0)[0])
    assert len(waiting._spent) == MOST_REMEMBERED
    assert not waiting._running
    assert not waiting._waiting


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(["a", "b", "c", "-"]), st.none(), st.just(1)), max_size=100))
def test_every_task_is_given_once_in_its_address_s_order(steps: list[str | int | None]) -> None:
    waiting = queue(pace=Pace(at_once=2, per_second=5.0, burst=3.0))
    added: list[str] = []
    given_: list[str] = []
    running: list[str] = []
    now = 0.0
    for step in [*steps, *[1] * len(steps), None]:
        now += 1.0
        match step:
            case str():
                added.append(f"{step}{len(added)}")
                waiting.append(added[-1])
            case None:
                while running:
                    waiting.done(running.pop())
            case _:
                while waiting.next_s(now) == 0.0:
                    network, task = waiting.popleft(now)
                    running.append(network)
                    given_.append(task)
                    assert not network or running.count(network) <= 2
    assert len(waiting) == len(added) - len(given_)
    while len(waiting):
        given_.append(waiting.drop())
    assert sorted(given_) == sorted(added)
    for name in "abc-":
        own = [each for each in given_ if each[0] == name]
        assert own == [each for each in added if each[0] == name]
