"""Whether a screen process that stands still may only be waiting for a display server that does not answer.

Rule: killing it then helps nobody: the next one waits for the same display, and is not back when that answers again.
"""

from collections.abc import Callable

from player.answer import Answer

ANSWER_S = 5.0
"""A display that is well answers in milliseconds; one that is slow within this."""
AGAIN_S = 10.0
"""So long after the display answered again, what waited for it has to turn again."""


class DisplayWait:
    """One silence of the screen process."""

    def __init__(self, ask: Callable[[], object]) -> None:
        """`ask` returns when the display answers, or there is none; it may never return."""
        self._ask = ask
        self._asked: Answer[object] | None = None
        self._asked_at = 0.0
        self._answered_at: float | None = None

    def is_unanswered(self, now: float) -> bool:
        """Whether the display has not answered for so long that it must hang."""
        return self._asked is not None and not self._asked.is_there and now - self._asked_at > ANSWER_S

    def excuses(self, now: float) -> bool:
        """Whether the silence is not the screen process's fault; asks the display when it is first called."""
        if self._asked is None:
            self._asked, self._asked_at = Answer(self._ask, "display"), now
        if not self._asked.is_there:
            return True
        if self._answered_at is None:
            self._answered_at = now
        is_late = self._answered_at - self._asked_at > ANSWER_S
        return is_late and now - self._answered_at <= AGAIN_S
