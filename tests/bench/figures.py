"""From what was captured to figures. Rule: this file knows numbers only, no process, display or clock."""

import json
import statistics
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

BLACK = 16
BAND_TOLERANCE = 14
RATE_HZ = 48_000
LOUD = 3000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a film's changes on the display say about its pace."""

    different: int
    longest_hold_ms: float
    stutters: int
    """Pictures that stood for at least one interval longer than they should."""
    blind: int
    """Moments at which the camera itself came too late to tell."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What the player's own trace says."""

    frames: int
    late: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Block:
    """Sound bytes that a device took at one moment: signed 16 bits, stereo, 48 kHz."""

    at: float
    data: bytes


def slope_mb_per_h(points: Sequence[tuple[float, float]]) -> float:
    """Gives the least-squares slope of (seconds, MB) points, in MB an hour."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression([at for at, _ in points], [mb for _, mb in points]).slope * 3600


def strange_frames(values: Iterable[tuple[float, float]], levels: Sequence[int]) -> tuple[int, int, int]:
    """Counts black frames, foreign frames and changes of item, from the first item on.

    A value is (brightness of the item's band, brightness of the brightest part of the frame).
    """
    black = foreign = changes = 0
    showing: int | None = None
    for band, brightest in values:
        level = next((level for level in levels if abs(band - level) <= BAND_TOLERANCE), None)
        if level is not None:
            changes += showing is not None and level != showing
            showing = level
        elif showing is not None:
            black += brightest < BLACK
            foreign += brightest >= BLACK
    return black, foreign, changes


def pace(stamps: Sequence[tuple[float, float]], frame_s: float) -> Shown:
    """Reads the pace of a film off captured frames, each (seconds, a number that differs for each picture)."""
    starts = [at for (_, before), (at, after) in pairwise(stamps) if before != after]
    holds = [b - a for a, b in pairwise(starts)]
    blind = sum(b - a > 0.75 * frame_s for (a, _), (b, _) in pairwise(stamps))
    longest = max(holds, default=0.0)
    return Shown(len(starts), round(longest * 1000, 1), sum(hold > 1.75 * frame_s for hold in holds), blind)


def read_trace(lines: Iterable[str], zone: str, frame_s: float, whole: int = 0) -> Traced:
    """Reads a zone's shown frames from a trace: those a whole interval late, and those left out by number.

    Of a film of `whole` frames, every turn but the last has to show all.
    """
    rows = [row for row in map(json.loads, lines) if row.get("zone") == zone]
    late = sum(row["late_ms"] > frame_s * 1000 for row in rows if row["frame"] > 0)
    turns = [[row["frame"] for row in turn] for _, turn in groupby(rows, key=lambda row: row["slot"])]
    dropped = sum(max(whole, turn[-1] + 1) - len(turn) for turn in turns[:-1])
    dropped += sum(turn[-1] + 1 - len(turn) for turn in turns[-1:])
    return Traced(len(rows), late, dropped)


def untangled(reads: Sequence[Block], block_bytes: int, together_s: float = 0.005) -> list[Block]:
    """Gives the blocks one by one, each at the time its program wrote it.

    The C library under SDL keeps every other small block back and writes two at once: of blocks that come together the
    last is of that moment, and each before it one block's length older.
    """
    bursts: list[tuple[float, bytearray]] = []
    for read in reads:
        if bursts and read.at - bursts[-1][0] <= together_s:
            bursts[-1][1].extend(read.data)
        else:
            bursts.append((read.at, bytearray(read.data)))
    found = []
    for at, data in bursts:
        parts = [bytes(data[i : i + block_bytes]) for i in range(0, len(data), block_bytes)]
        older = [at - (len(parts) - 1 - i) * block_bytes / 4 / RATE_HZ for i in range(len(parts))]
        found += [Block(*each) for each in zip(older, parts, strict=True)]
    return found


def beeps(blocks: Sequence[Block], quiet_s: float = 0.3) -> list[float]:
    """Gives when each beep was heard: a device plays a block from the moment it takes it.

    A beep begins at the first loud sample after at least `quiet_s` of silence.
    """
    heard = []
    silent = RATE_HZ  # samples since the last loud one
    for block in blocks:
        left = array("h", block.data[: len(block.data) // 4 * 4])[::2]
        for start in range(0, len(left), 48):
            window = left[start : start + 48]
            loud = next((i for i, sample in enumerate(window) if abs(sample) > LOUD), None)
            if loud is None:
                silent += len(window)
                continue
            if silent >= quiet_s * RATE_HZ:
                heard.append(block.at + (start + loud) / RATE_HZ)
            silent = 0
    return heard


def flashes(seen: Sequence[tuple[float, float]], bright: float = 150.0) -> list[float]:
    """Gives when each flash stood on the display: half way between the last dark frame and the first bright one."""
    return [(a + b) / 2 for (a, before), (b, after) in pairwise(seen) if before < bright <= after]


def offsets_ms(sounds: Sequence[float], pictures: Sequence[float], reach_s: float = 0.45) -> list[float]:
    """Gives sound minus picture, in ms, for each picture that has a sound near it; positive: the sound comes late."""
    found = []
    for picture in pictures:
        nearest = min(sounds, key=lambda sound: abs(sound - picture), default=None)
        if nearest is not None and abs(nearest - picture) <= reach_s:
            found.append((nearest - picture) * 1000)
    return found


def cpu_share(at_cpu: Sequence[tuple[float, float]]) -> float:
    """Gives the share of one core between the first and the last (seconds, CPU seconds)."""
    (began, before), (ended, after) = at_cpu[0], at_cpu[-1]
    return (after - before) / (ended - began)
