"""One row of the bench, and the table of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from unicodedata import east_asian_width

HEADS = ("", "what", "ours", "peer", "ratio", "reach", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """A figure beside a peer's; `detail` is everything that was measured for it."""

    key: str
    what: str
    ours: str
    peer: str = "–"
    ratio: float | None = None
    reach: str = "–"
    met: bool | None = None
    detail: dict[str, object] = field(default_factory=dict)


def ratio(ours: float, peer: float | None) -> float | None:
    """Gives ours : peer; None without a peer, or beside nothing."""
    return round(ours / peer, 2) if peer else None


def render(rows: Sequence[Row]) -> str:
    """Sets the rows in columns."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(HEADS))]
    lines = [" | ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: "–"}[row.met]
    return (row.key, row.what, row.ours, row.peer, "–" if row.ratio is None else f"{row.ratio:.2f}", row.reach, met)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
