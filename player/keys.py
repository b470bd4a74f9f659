"""What keys mean: those that end something are asked for twice.

Rule: pure; a full screen is not ended, and no order of the office taken back, by whoever walks past with a keyboard.
"""

from typing import Literal

from player.stage.ports import Closed, Key, ScreenEvent

TWICE_S = 2.0
Meaning = Literal["end", "skip", "tell", "release"]
"""End the player; go on to the next items; show or hide the overlay; end blackout and filler."""


class Keys:
    """Remembers what was pressed once."""

    def __init__(self, *, windowed: bool) -> None:
        self._windowed = windowed
        self._pressed: dict[str, float] = {}

    def meant(self, event: ScreenEvent, now: float) -> Meaning | None:
        """Gives what a person wants; None: nothing, or nothing yet."""
        match event:
            case Closed():
                return "end"
            case Key(name="n"):
                return "skip"
            case Key(name="i"):
                return "tell"
            case Key(name=("escape" | "b") as name) if self._windowed and self._is_second(name, now):
                return "end" if name == "escape" else "release"
            case _:
                return None

    def _is_second(self, name: str, now: float) -> bool:
        before = self._pressed.pop(name, None)
        if before is not None and now - before <= TWICE_S:
            return True
        self._pressed[name] = now
        return False
