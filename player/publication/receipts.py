"""Tells each step of a publication once, also over restarts.

Rule: a step is told before it is noted as told: a power cut may double a receipt, never lose one.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from player.durable import write_whole
from player.state import Moment
from player.state_files import read_state
from signage.errors import Words
from signage.ledger import Details, because
from signage.messages import Step

log = logging.getLogger(__name__)

Receipt = Callable[[int, Step, Details, Moment], None]
MOST_KEPT = 300
REFUSED_HEADS_EVERY_S = 600.0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `told.json`: the steps by number of publication."""

    v: int = 1
    steps: dict[int, tuple[Step, ...]] = {}


class Receipts:
    """The methods may be called from any thread; only `save` touches the disk."""

    def __init__(self, path: Path, receipt: Receipt, read_clock: Callable[[], Moment]) -> None:
        self._path, self._receipt, self._read_clock = path, receipt, read_clock
        self._lock = threading.Lock()
        self._refused_at = -REFUSED_HEADS_EVERY_S
        self._saved: dict[int, tuple[Step, ...]] = {}
        self._steps = dict((read_state(path, Told) or Told()).steps)
        self._saved = dict(self._steps)

    def begin(self, number: int, *, anew: bool) -> None:
        """A publication is assigned: one that is another now, or was withdrawn before, starts `anew`."""
        with self._lock:
            if anew or "withdrawn" in self._steps.get(number, ()):
                self._steps.pop(number, None)

    def tell(self, number: int, step: Step, details: Details | None = None, at: Moment | None = None) -> None:
        """Tells a step if it was not told before."""
        with self._lock:
            steps = self._steps.get(number, ())
            if step in steps:
                return
            self._steps[number] = (*steps, step)
        self._receipt(number, step, details or {}, at or self._read_clock())

    def refuse(self, number: int, why: Words) -> None:
        """Tells that a publication is refused, and why."""
        log.warning("publication %d refused: %s", number, why.en)
        self.tell(number, "refused", because(why))

    def refuse_head(self, why: Words) -> None:
        """Tells that what came could not be believed at all, so that nobody knows what it would have published.

        Told as publication 0, now and then only: whoever floods the screen with heads fills no ledger.
        """
        now = time.monotonic()
        if now - self._refused_at < REFUSED_HEADS_EVERY_S:
            return
        self._refused_at = now
        self._receipt(0, "refused", because(why), self._read_clock())

    def is_told(self, number: int, step: Step) -> bool:
        """Whether a step was told."""
        return step in self._steps.get(number, ())

    def forget(self, keep: Collection[int]) -> None:
        """Forgets publications long gone; `keep` are those in use."""
        with self._lock:
            for number in sorted(self._steps)[: max(0, len(self._steps) - MOST_KEPT)]:
                if number not in keep:
                    del self._steps[number]

    def save(self) -> None:
        """Writes down what was told, if anything is new. Raises OSError."""
        with self._lock:
            steps = dict(self._steps)
        if steps != self._saved:
            write_whole(self._path, msgspec.json.encode(Told(steps=steps)))
            self._saved = steps
