"""Compares the display with the canvas now and then, and remembers enough of it for a verdict."""

from collections import deque

from player.watch import glass
from player.watch.ear import Ear
from player.watch.verdict import MOST_LOOKS, Look, Verdict, judged

PULSE_WAIT_S = 2.5


class Lookout:
    """The looks at one screen process's picture."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._looks: deque[Look] = deque(maxlen=MOST_LOOKS)

    def look(self) -> Verdict | None:
        """Reads the display just after one pulse and just before the next; None when there is nothing to compare.

        Takes up to two pulses' time, and no more when the screen process dies meanwhile: it is to be back at once.
        """
        before = self._ear.next_pulse(PULSE_WAIT_S)
        if before is None or before.box is None or not glass.can_look():
            return None
        shown = glass.colours(before.box)
        after = self._ear.next_pulse(PULSE_WAIT_S)
        if shown is None or after is None or after.box != before.box or self._ear.silent:
            return None
        if not len(shown) == len(before.colours) == len(after.colours):
            return None
        self._looks.append(Look(shown, before.colours, after.colours))
        return judged(tuple(self._looks))
