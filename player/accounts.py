"""Brings together what was decided of a slot and what the stage saw of it: one play for every slot that was started.

Rule: moments come as values; a play is written down when both sides have spoken, whichever came first.
"""

from collections.abc import Callable

from player.stage.ports import Broke, Done
from player.state import Ended, Moment, Play
from signage.slot import Slot

Turn = tuple[str, int]
"""Zone and number of a slot."""


class Accounts:
    """The slots whose play is not written down yet. For the loop's thread."""

    def __init__(self, record: Callable[[Play], None]) -> None:
        """`record` takes each play once."""
        self._record = record
        self._begun: dict[Turn, Moment] = {}
        self._ended: dict[Turn, Ended] = {}
        """Over for us, and not yet let go of by the stage, which knows how much of it was seen."""
        self._told: dict[Turn, Done | Broke] = {}
        """Over for the stage, and its end not yet decided."""

    @property
    def is_settled(self) -> bool:
        """Whether every slot has become a play."""
        return not (self._begun or self._ended or self._told)

    def begin(self, slot: Slot, at: Moment) -> None:
        """Takes that a slot's first frame is on the screen."""
        self._begun[slot.zone, slot.number] = at

    def settle(self, account: Done | Broke, at: Moment) -> bool:
        """Takes the stage's account of a slot that is over for us already; False when it is not."""
        ended = self._ended.pop((account.zone, account.number), None)
        if ended is not None:
            self._write(ended, account, at)
        return ended is not None

    def keep(self, account: Done | Broke) -> None:
        """Takes the stage's account of a slot whose end is decided next."""
        self._told[account.zone, account.number] = account

    def end(self, ended: Ended, at: Moment) -> None:
        """Takes the end of a slot; without the stage's account its play waits for it."""
        turn = (ended.slot.zone, ended.slot.number)
        account = self._told.pop(turn, None)
        if account is None:
            self._ended[turn] = ended
        else:
            self._write(ended, account, at)

    def close(self, at: Moment) -> None:
        """Writes down what the stage will say no more about."""
        for ended in self._ended.values():
            self._write(ended, None, at)
        self._ended.clear()

    def _write(self, ended: Ended, account: Done | Broke | None, at: Moment) -> None:
        self._record(
            Play(
                slot=ended.slot,
                outcome=ended.outcome,
                reason=ended.reason,
                began=self._begun.pop((ended.slot.zone, ended.slot.number), None),
                ended=at,
                shown_s=account.ended_s if account else 0.0,
                frames=account.frames if account else 0,
                late_frames=account.late if account else 0,
                heard=account.heard if account else "",
            )
        )
