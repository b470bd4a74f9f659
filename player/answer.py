"""Asks what may never answer – a disk, a share, a mount – on a thread of its own, and waits as long as it is worth.

Rule: a thread that hangs in the kernel cannot be ended. It is left behind, and what it was to find comes late or never.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")

LEAST_WAIT_S, MOST_WAIT_S = 0.2, 5.0
"""How long a start waits for a disk; a disk that is well answers in milliseconds."""
LEAST_LEFT_S = 0.1
"""For the folders that answer, where another one has used up the time."""


class NoAnswer(OSError):
    """Nothing came in time."""

    def __init__(self) -> None:
        super().__init__(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


class Answer(Generic[T]):
    """What `ask` returns or raises, once it does."""

    def __init__(self, ask: Callable[[], T], name: str = "answer") -> None:
        """Begins to ask."""
        self._ask = ask
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._found: list[T] = []
        self._fault: BaseException | None = None
        self._late: Callable[[], None] | None = None
        threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def is_there(self) -> bool:
        """Whether it has answered."""
        return self._over.is_set()

    def within(self, seconds: float | None) -> T:
        """Returns what was found, after so long at most; None waits for ever. Raises what was raised, and NoAnswer."""
        if not self._over.wait(seconds):
            raise NoAnswer
        if self._fault is not None:
            raise self._fault
        return self._found[0]

    def then(self, late: Callable[[], None]) -> None:
        """Has `late` called once it has answered: now, or on its own thread."""
        with self._guard:
            if not self._over.is_set():
                self._late = late
                return
        late()

    def _run(self) -> None:
        try:
            self._found.append(self._ask())
        except BaseException as fault:
            self._fault = fault
        with self._guard:
            self._over.set()
        if self._late is not None:
            self._late()


class Asker(Generic[T]):
    """Asks one thing again and again: on one thread at most, however long the answer takes."""

    def __init__(self, ask: Callable[[], T], name: str = "answer") -> None:
        self._ask, self._name = ask, name
        self._asked: Answer[T] | None = None

    @property
    def has_late_answer(self) -> bool:
        """Whether what was not waited for has come meanwhile."""
        return self._asked is not None and self._asked.is_there

    def within(self, seconds: float, late: Callable[[], None] = lambda: None) -> T:
        """Returns what is found, within so long; what came late is found at the next call.

        Raises what was raised, and NoAnswer: at once while a former question is not answered. `late` is called when
        this one is, after all.
        """
        is_new = self._asked is None
        if self._asked is None:
            self._asked = Answer(self._ask, self._name)
        try:
            found = self._asked.within(seconds if is_new else 0.0)
        except NoAnswer:
            if self._asked.is_there:  # it was what was asked that had none
                self._asked = None
            elif is_new:
                self._asked.then(late)
            raise
        except BaseException:
            self._asked = None
            raise
        self._asked = None
        return found


def answers(asks: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Asks all at once and returns what each found within so long; None for what did not answer.

    Raises what one of them raised.
    """
    asked, until = [Answer(ask) for ask in asks], time.monotonic() + seconds
    found: list[T | None] = []
    for each in asked:
        try:
            found.append(each.within(max(0.0, until - time.monotonic())))
        except NoAnswer:
            found.append(None)
    return found


class Patience:
    """How much longer a start waits for folders that were asked early, whether they are there."""

    def __init__(self, folders: Sequence[str | os.PathLike[str]], wait_s: float) -> None:
        """Begins to ask all of them; waits for none."""
        self._wait_s, self._began = wait_s, time.monotonic()
        self._asked = [Answer(partial(os.stat, folder), "watched folder") for folder in folders]

    def left_s(self) -> float:
        """Returns `wait_s`, or what is left of it since the beginning where a folder has not answered yet."""
        if all(each.is_there for each in self._asked):
            return self._wait_s
        return max(LEAST_LEFT_S, self._wait_s - (time.monotonic() - self._began))


def worth_waiting_s(age_s: float) -> float:
    """Returns how long the start of a process waits for a disk, when it began `age_s` ago.

    Where everything takes long, a disk that is well may, too.
    """
    return min(MOST_WAIT_S, max(LEAST_WAIT_S, age_s / 2))
