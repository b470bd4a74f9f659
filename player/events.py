"""What the other threads tell the loop: frozen values in one inbox."""

import threading
from typing import Final

import msgspec

from signage.errors import Complaint, Words
from signage.program import Program


class ProgramChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Folders or playlists changed: this is what holds from now on."""

    program: Program
    complaints: tuple[Complaint, ...] = ()
    notes: tuple[Words, ...] = ()


class Woken(msgspec.Struct, frozen=True):
    """Something may be ready to be looked at; carries nothing."""


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The player is to end: a signal came, a thread broke, or it is to begin anew."""

    fault: str = ""
    again: bool = False


class Skip(msgspec.Struct, frozen=True):
    """Every zone but a ticker is to go on to its next item."""


class Identify(msgspec.Struct, frozen=True):
    """The screen is to say for so long who it is."""

    seconds: int


class SetVolume(msgspec.Struct, frozen=True):
    """The screen's volume is another one."""

    percent: int


class TakeStill(msgspec.Struct, frozen=True):
    """Somebody wants a picture of the canvas."""


Ask = Skip | Identify | SetVolume | TakeStill
"""What the office asks of the loop."""
Event = ProgramChanged | Woken | Stopped | Ask

WOKEN: Final = Woken()
MOST_ASKS = 16


class Inbox:
    """The loop's only door to other threads.

    It never fills: wake-ups are one flag, of programs only the newest is kept, the first stop holds, and what is asked
    for beyond `MOST_ASKS` is refused.
    """

    def __init__(self) -> None:
        self._bell = threading.Condition()
        self._rung = False
        self._program: ProgramChanged | None = None
        self._stopped: Stopped | None = None
        self._asks: list[Ask] = []

    def ask(self, ask: Ask) -> bool:
        """Leaves something to be done and ends the loop's sleep; False when too much waits already."""
        with self._bell:
            if len(self._asks) >= MOST_ASKS:
                return False
            self._asks.append(ask)
            self._rung = True
            self._bell.notify()
            return True

    def put(self, event: ProgramChanged | Woken | Stopped) -> None:
        """Leaves an event for the loop and ends its sleep."""
        with self._bell:
            match event:
                case ProgramChanged():
                    self._program = event
                case Stopped():
                    self._stopped = self._stopped or event
                case Woken():
                    pass
            self._rung = True
            self._bell.notify()

    def wake(self) -> None:
        """Ends the loop's present sleep."""
        self.put(WOKEN)

    def wait(self, timeout_s: float) -> tuple[Event, ...]:
        """Sleeps until something comes or the time is over; gives what came, wake-ups left out."""
        with self._bell:
            if not self._rung and timeout_s > 0:
                self._bell.wait(timeout_s)
            self._rung = False
            came = tuple(e for e in (self._program, *self._asks, self._stopped) if e is not None)
            self._program = None
            self._asks.clear()
            return came
