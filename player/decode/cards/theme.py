"""The colours that cards are drawn in.

Rule: every ink has a contrast of at least 4.5 to 1 to what it stands on (WCAG 2.2, 1.4.3); a test counts.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, as `#rrggbb`."""

    ground: str
    faint: str
    """Ornaments on the ground: hardly off it, so that they never compete with words."""
    ink: str
    accent: str
    """Titles and rules on the ground."""
    band: str
    """Strips at the head and the foot."""
    band_ink: str
    band_accent: str
    badge: str
    badge_ink: str
    panel_strong: str
    """On a white panel, what must be seen first: telephone numbers, figures."""
    panel: str = "#FFFFFF"
    panel_ink: str = "#24262B"


def _deep(ground: str, faint: str, band: str, accent: str, panel_strong: str) -> Theme:
    """White and gold on a deep colour."""
    white = "#FFFFFF"
    return Theme(ground, faint, white, accent, band, white, accent, accent, band, panel_strong)


_THEMES = {
    "red": _deep("#B3121D", "#BB232C", "#7A0C14", "#FFDB73", "#B3121D"),
    "blue": _deep("#0F3D91", "#1B499C", "#0A2760", "#FFD65C", "#0F3D91"),
    "green": _deep("#0B6344", "#1A6F51", "#06432E", "#FFDF7E", "#0B6344"),
    "dark": _deep("#12151C", "#1C2029", "#05070B", "#FFC83D", "#A80F1A"),
    "gold": Theme(
        ground="#F6C544",
        faint="#F8CF60",
        ink="#5E0810",
        accent="#9C101B",
        band="#8C0E18",
        band_ink="#FFFFFF",
        band_accent="#FFDB73",
        badge="#9C101B",
        badge_ink="#FFE9AE",
        panel_strong="#A80F1A",
    ),
}
NAMES = tuple(_THEMES)


def named(name: str) -> Theme:
    """Gives the colours of a theme; those of `red` for a name that is none."""
    return _THEMES.get(name, _THEMES["red"])


def contrast(one: str, other: str) -> float:
    """Gives the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
