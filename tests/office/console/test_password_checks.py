"""Few passwords are hashed at once, and strangers keep nobody waiting who was here before."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from office.console.password_checks import AT_ONCE, MOST_WAITING, Lane, PasswordChecks
from tests.brokers import wait_until

WITHIN_S = 20.0


class Guesser:
    """Somebody on a thread of his own, who keeps his turn until he is told to go."""

    def __init__(self, checks: PasswordChecks, lane: Lane, name: str) -> None:
        self.answered, self.go = threading.Event(), threading.Event()
        self.granted = False
        self._checks, self._lane, self._name = checks, lane, name
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._checks.turn(self._lane, self._name) as granted:
            self.granted = granted
            self.answered.set()
            self.go.wait(WITHIN_S)

    def leave(self) -> None:
        self.go.set()
        self._thread.join(WITHIN_S)


@contextmanager
def callers() -> Iterator[Callable[[PasswordChecks, Lane, str], Guesser]]:
    came: list[Guesser] = []

    def come(checks: PasswordChecks, lane: Lane, name: str) -> Guesser:
        came.append(Guesser(checks, lane, name))
        return came[-1]

    try:
        yield come
    finally:
        for each in came:
            each.go.set()
        for each in came:
            each.leave()


def full(checks: PasswordChecks, come: Callable[[PasswordChecks, Lane, str], Guesser]) -> list[Guesser]:
    """Fills the strangers' lane."""
    first = come(checks, "strangers", "first")
    assert first.answered.wait(WITHIN_S)
    waiting = [come(checks, "strangers", f"waits{number}") for number in range(MOST_WAITING)]
    wait_until(lambda: len(checks._inside["strangers"]) == AT_ONCE + MOST_WAITING, "all of them wait")
    return [first, *waiting]


def test_one_is_hashed_at_a_time_and_the_next_when_it_is_done() -> None:
    checks = PasswordChecks()
    with callers() as come:
        first, *waiting = full(checks, come)
        assert first.granted
        assert not any(each.answered.is_set() for each in waiting)
        first.leave()
        wait_until(lambda: any(each.granted for each in waiting), "somebody has the next turn")
        assert not all(each.granted for each in waiting)


def test_when_all_places_to_wait_are_taken_the_answer_is_no_at_once() -> None:
    checks = PasswordChecks()
    with callers() as come:
        full(checks, come)
        late = come(checks, "strangers", "late")
        assert late.answered.wait(WITHIN_S)
        assert not late.granted


def test_strangers_do_not_keep_those_waiting_who_are_known() -> None:
    checks = PasswordChecks()
    with callers() as come:
        full(checks, come)
        known = come(checks, "known", "10.0.0.5 office")
        assert known.answered.wait(WITHIN_S)
        assert known.granted


def test_an_address_takes_one_place_only() -> None:
    checks = PasswordChecks()
    with callers() as come:
        first = come(checks, "strangers", "10.0.0.1")
        assert first.answered.wait(WITHIN_S)
        again = come(checks, "strangers", "10.0.0.1")
        assert again.answered.wait(WITHIN_S)
        assert first.granted
        assert not again.granted


def test_a_fault_while_hashing_gives_the_turn_back() -> None:
    checks = PasswordChecks()
    for _ in range(3):
        try:
            with checks.turn("strangers", "10.0.0.1") as granted:
                assert granted
                raise OSError
        except OSError:
            pass
    assert checks._inside == {"known": [], "strangers": []}
