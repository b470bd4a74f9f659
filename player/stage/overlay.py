"""What the overlay (key `i`) says, and when it is written anew.

Rule: words only; the screen draws them.
"""

import datetime as dt
import unicodedata
from typing import Protocol

import msgspec

EVERY_S = 1.0
DRAWING_S = 0.02
"""How soon to ask again for text that is being drawn."""
WIDEST = 56

QUALITIES = {"ntp": "已校时", "rtc": "未联网校时", "unsynced": "未校时，可能不准"}


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """One zone's line: what is on, and what comes."""

    zone: str
    playlist: str = ""
    item: int = 0
    name: str = ""
    """The media's name or the card's template."""
    following: str = ""


class Insight(msgspec.Struct, frozen=True, kw_only=True):
    """All that the overlay tells."""

    screen: str
    title: str = ""
    at: dt.datetime
    clock_quality: str = ""
    versions: tuple[str, ...] = ()
    zones: tuple[Showing, ...] = ()
    troubles: tuple[str, ...] = ()


class PanelScreen(Protocol):
    """What the overlay needs of the screen."""

    def show_panel(self, lines: tuple[str, ...]) -> bool: ...
    def hide_panel(self) -> None: ...


def overlay_lines(insight: Insight) -> tuple[str, ...]:
    """Gives the overlay's lines, top to bottom."""
    quality = QUALITIES.get(insight.clock_quality, insight.clock_quality)
    lines = [
        f"屏幕 {insight.screen}  {insight.title}".rstrip(),
        f"时间 {insight.at:%Y-%m-%d %H:%M:%S %z}  {quality}".rstrip(),
    ]
    for zone in insight.zones:
        item = f" #{zone.item}" if zone.item else ""
        lines.append(f"[{zone.zone}] 播放表 {zone.playlist or '—'}{item}")
        lines.append(f"    正在 {zone.name or '—'}")
        lines.append(f"    接着 {zone.following or '—'}")
    for trouble in insight.troubles:
        first, *more = _wrapped(trouble)
        lines += [f"注意 {first}", *(f"    {line}" for line in more)]
    if insight.versions:
        lines.append("版本 " + "  ".join(insight.versions))
    return tuple(lines)


def _wrapped(text: str) -> tuple[str, ...]:
    """Cuts a sentence into lines of at most `WIDEST` half-width characters."""
    lines, width = [""], 0
    for char in text:
        wide = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        if width + wide > WIDEST:
            lines.append("")
            width = 0
        lines[-1] += char
        width += wide
    return tuple(lines)


class Overlay:
    """Shows and hides the panel, and keeps it up to date once a second."""

    def __init__(self, screen: PanelScreen) -> None:
        self._screen = screen
        self._due: float | None = None
        self._lines: tuple[str, ...] = ()
        self._hide_at: float | None = None
        self._again_at: float | None = None
        """While the lines are being drawn: when they are to be written anew."""

    @property
    def next_due(self) -> float | None:
        """Gives when it wants to be written anew; None while hidden."""
        return self._due

    def toggle(self, now: float) -> None:
        """Shows it at the next refresh, or hides it at once."""
        self._hide_at = None
        if self._due is None:
            self._due = now
            return
        self._hide()

    def show_for(self, now: float, seconds: float) -> None:
        """Shows it for so long; one that a person switched on stays."""
        if self._due is None or self._hide_at is not None:
            self._hide_at = now + seconds
        self._due = now if self._due is None else self._due

    def _hide(self) -> None:
        self._due = self._again_at = self._hide_at = None
        self._lines = ()
        self._screen.hide_panel()

    def refresh(self, now: float, insight: Insight) -> None:
        """Writes it anew if it is shown and its second has passed."""
        if self._due is None or now < self._due:
            return
        if self._hide_at is not None and now >= self._hide_at:
            self._hide()
            return
        if self._again_at is None:
            self._again_at = now + EVERY_S
            lines = overlay_lines(insight)
            is_shown = lines == self._lines
            self._lines = lines
        else:
            is_shown = False
        if is_shown or self._screen.show_panel(self._lines):
            self._due, self._again_at = self._again_at, None
        else:
            self._due = now + DRAWING_S
