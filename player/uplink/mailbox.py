"""What the player's other threads leave for the agent; every call returns at once.

It never fills: of states only the newest is kept, pictures are at most one, and the rest are counters and flags.
"""

import threading

from player.state import Play, State
from player.uplink.still import Still


class Mailbox:
    """The agent's only door to the rest of the player."""

    def __init__(self) -> None:
        self._bell = threading.Condition()
        self._rung = False
        self._still: Still | None = None
        self._orders_ended = False
        self.state: State | None = None
        """The newest one."""
        self.frames = 0
        self.late_frames = 0
        self.stopping = False

    def saw(self, state: State) -> None:
        """Leaves the loop's newest state."""
        self.state = state
        self.wake()

    def played(self, play: Play) -> None:
        """Counts the frames of a play that is over."""
        self.frames += play.frames
        self.late_frames += play.late_frames

    def took(self, still: Still) -> None:
        """Leaves the picture that was asked for."""
        with self._bell:
            self._still = still
        self.wake()

    def end_orders(self) -> None:
        """A person in front of the screen ends blackout and filler."""
        with self._bell:
            self._orders_ended = True
        self.wake()

    def stop(self) -> None:
        """Tells the agent to end."""
        self.stopping = True
        self.wake()

    def wake(self) -> None:
        """Ends the agent's sleep: there is something to look at."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    # For the agent

    def wait(self, timeout_s: float) -> None:
        """Sleeps until something comes or the time is over."""
        with self._bell:
            if not self._rung and timeout_s > 0:
                self._bell.wait(timeout_s)
            self._rung = False

    def still(self) -> Still | None:
        """Gives the picture that came, once."""
        with self._bell:
            found, self._still = self._still, None
            return found

    def orders_ended(self) -> bool:
        """Says once that a person ended what the office ordered."""
        with self._bell:
            found, self._orders_ended = self._orders_ended, False
            return found
