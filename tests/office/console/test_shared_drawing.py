"""All who ask at the same time get one drawing, and nobody one that was begun before he asked."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from office.console.shared_drawing import SharedDrawings


class Pencil:
    """Draws numbers, each as long as it is held up."""

    def __init__(self) -> None:
        self.drawings = 0
        self.begun, self.goes_on = threading.Semaphore(0), threading.Semaphore(0)

    def draw(self) -> int:
        self.drawings += 1
        mine = self.drawings
        self.begun.release()
        assert self.goes_on.acquire(timeout=20)
        return mine


def asked(shared: SharedDrawings[int], key: str, count: int) -> bool:
    page = shared._pages.get(key)
    return page is not None and page.askers == count


def wait_for(shared: SharedDrawings[int], key: str, count: int) -> None:
    done = threading.Event()
    while not asked(shared, key, count):
        done.wait(0.005)


def test_thirty_who_ask_while_one_drawing_is_made_get_the_next_one_together() -> None:
    shared: SharedDrawings[int] = SharedDrawings()
    pencil = Pencil()
    with ThreadPoolExecutor(31) as pool:
        first = pool.submit(shared.get, "page", pencil.draw)
        assert pencil.begun.acquire(timeout=20)
        late: list[Future[int]] = [pool.submit(shared.get, "page", pencil.draw) for _ in range(30)]
        wait_for(shared, "page", 31)
        pencil.goes_on.release()
        assert first.result(20) == 1
        assert pencil.begun.acquire(timeout=20)
        pencil.goes_on.release()
        assert {each.result(20) for each in late} == {2}, "not the one that was begun before they asked"
    assert pencil.drawings == 2


def test_who_asks_when_all_is_done_gets_a_new_one_and_nothing_is_kept() -> None:
    shared: SharedDrawings[int] = SharedDrawings()
    pencil = Pencil()
    for expected in (1, 2):
        pencil.goes_on.release()
        assert shared.get("page", pencil.draw) == expected
    assert shared._pages == {}


def test_two_pages_do_not_wait_for_each_other() -> None:
    shared: SharedDrawings[int] = SharedDrawings()
    slow = Pencil()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(shared.get, "a", slow.draw)
        assert slow.begun.acquire(timeout=20)
        assert shared.get("b", lambda: 7) == 7
        slow.goes_on.release()
        assert waiting.result(20) == 1


def test_a_drawing_that_fails_is_told_to_who_made_it_and_the_next_one_draws_himself() -> None:
    shared: SharedDrawings[int] = SharedDrawings()
    began, goes_on = threading.Event(), threading.Event()

    def broken() -> int:
        began.set()
        assert goes_on.wait(20)
        raise ValueError("broken")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shared.get, "page", broken)
        assert began.wait(20)
        second = pool.submit(shared.get, "page", lambda: 5)
        wait_for(shared, "page", 2)
        goes_on.set()
        with pytest.raises(ValueError, match="broken"):
            first.result(20)
        assert second.result(20) == 5
