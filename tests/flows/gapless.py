"""Every kind of item after every other: the show, and the judgement of what was captured of it."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from tests.flows.judge import Colour, Reference, belongs, flat, is_black, verdicts
from tests.flows.stagehand import Stagehand, animation, film, picture, tone, wait_until

KINDS = ("picture", "animation", "video", "other video", "sound", "card")
COLOURS: dict[tuple[str, int], Colour] = {
    ("picture", 0): (210, 40, 40), ("picture", 1): (40, 170, 40), ("animation", 0): (50, 60, 200),
    ("animation", 1): (200, 190, 40), ("video", 0): (40, 180, 190), ("video", 1): (190, 60, 190),
    ("other video", 0): (210, 120, 40), ("other video", 1): (100, 100, 100),
}  # fmt: skip
FILES = {
    "picture": "picture-{n}.png", "animation": "animation-{n}.gif", "video": "video-{n}.mp4",
    "other video": "other-{n}.mp4", "sound": "sound-{n}.m4a",
}  # fmt: skip
THEMES = {("sound", 0): "red", ("sound", 1): "blue", ("card", 0): "green", ("card", 1): "gold"}
FADE_S = 0.6
SEEN_S = 0.08
"""A change may be seen in parts for so long on either side: a frame of the camera and one of the display."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One change from a kind to another, and what was captured from the middle of the one to that of the other."""

    before: str
    after: str
    transition: str
    captured: int
    black: int
    foreign: int

    def line(self) -> str:
        """Gives the row of the table."""
        names = f"{self.before} -> {self.after}"
        return f"{names:28} {self.transition:5} {self.captured:8} {self.black:6} {self.foreign:8}"


def circuit(count: int) -> list[int]:
    """Gives an Eulerian circuit of the complete digraph with loops: each ordered pair follows exactly once."""
    left = [list(range(count)) for _ in range(count)]
    path, done = [0], []
    while path:
        if left[path[-1]]:
            path.append(left[path[-1]].pop())
        else:
            done.append(path.pop())
    return done[::-1][:-1]


def order() -> list[tuple[str, int]]:
    """Gives the items of the show: each kind in turns in one of two looks, so that a kind after itself is seen."""
    seen = dict.fromkeys(KINDS, 0)
    items = []
    for number in circuit(len(KINDS)):
        kind = KINDS[number]
        items.append((kind, seen[kind] % 2))
        seen[kind] += 1
    return items


def make_media(folder: Path) -> None:
    """Makes the files of all kinds."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(2):
        picture(folder / f"picture-{n}.png", COLOURS["picture", n])
        animation(folder / f"animation-{n}.gif", COLOURS["animation", n])
        film(folder / f"video-{n}.mp4", COLOURS["video", n])
        film(folder / f"other-{n}.mp4", COLOURS["other video", n], (320, 180), 50)
        tone(folder / f"sound-{n}.m4a", 220 + 110 * n)


def playlist(transition: str, dwell_s: float) -> str:
    """Gives the show as a playlist."""
    lines = [f'transition = "{transition}"', f"dwell_s = {dwell_s}"]
    for kind, n in order():
        lines += ["", "[[item]]", f"dwell_s = {dwell_s}"]
        if kind != "card":
            lines.append(f'media = "{FILES[kind].format(n=n)}"')
        if (kind, n) in THEMES:
            template = "broadcast" if kind == "sound" else "slogan"
            lines += [f'card = "{template}"', f'theme = "{THEMES[kind, n]}"', 'title = "防范诈骗"']
    return "\n".join(lines) + "\n"


def show(folder: Path, transition: str, dwell_s: float = 0.9) -> list[Pair]:
    """Plays the whole circuit once before the camera, and gives the count of each pair."""
    stage = Stagehand(folder)
    make_media(stage.media)
    stage.playlist("main", playlist(transition, dwell_s))
    count = len(order())
    with stage:
        wait_until(lambda: len(_begun(stage)) > 0, 20, "the first item")
        with stage.film() as camera:
            first = len(_begun(stage))
            wait_until(lambda: len(_begun(stage)) > first + count + 1, count * dwell_s * 2 + 20, "the whole circuit")
            frames = [(frame.at, frame.value) for frame in camera.seen()]
        begun = _begun(stage)[first : first + count + 2]
    return judged(frames, begun, transition)


def judged(frames: list[tuple[float, bytes]], begun: list[tuple[float, int]], transition: str) -> list[Pair]:
    """Gives each pair's counts; `begun` is when which item (from 1) came on, one more at either end than is judged."""
    items = order()
    looks = _references(frames, begun)
    spent_s = FADE_S if transition == "fade" else 0.0
    rate = len(frames) / (frames[-1][0] - frames[0][0]) if len(frames) > 1 else 0.0
    most = math.ceil((spent_s + 2 * SEEN_S) * rate)
    pairs = []
    for (t0, i0), (t1, i1), (t2, _) in zip(begun, begun[1:], begun[2:], strict=False):
        before, after = looks[items[i0 - 1]], looks[items[i1 - 1]]
        start, end = (t0 + spent_s + t1) / 2, (t1 + spent_s + t2) / 2
        total, black, foreign = turned([f for t, f in frames if start <= t < end], before, after, most)
        pairs.append(Pair(items[i0 - 1][0], items[i1 - 1][0], transition, total, black, foreign))
    return pairs


def turned(frames: Sequence[bytes], before: Reference, after: Reference, most: int) -> tuple[int, int, int]:
    """Counts frames from one item to the next: all, black, and foreign ones.

    The one item comes first, the other last; at most `most` frames between them may be made of both, or of either out
    of turn. The order decides, not the camera's clock, which a machine with other work to do sets late.
    """
    head = next((n for n, frame in enumerate(frames) if not belongs(frame, [before])), len(frames))
    tail = next((n for n, frame in enumerate(reversed(frames)) if not belongs(frame, [after])), len(frames))
    if not (head and tail):
        return len(frames), 0, len(frames)  # one of the two never came
    between = frames[head : len(frames) - tail]
    _, black, foreign = verdicts(between, [before, after])
    return len(frames), black, max(foreign, len(between) - black - most)


def write(pairs: list[Pair], path: Path) -> None:
    """Writes the table as JSON."""
    path.write_text(json.dumps([asdict(pair) for pair in pairs], indent=1) + "\n", encoding="utf-8")


def _references(frames: list[tuple[float, bytes]], begun: list[tuple[float, int]]) -> dict[tuple[str, int], Reference]:
    looks = {item: flat(colour) for item, colour in COLOURS.items()}
    items = order()
    for (start, item), (end, _) in pairwise(begun):
        if items[item - 1] not in looks:
            # Its own picture shortly before it goes; a card is drawn once and stands still.
            own = [frame for t, frame in frames if start < t < end - 0.06][-1:]
            if own and not is_black(own[0]) and not any(belongs(own[0], [look]) for look in looks.values()):
                looks[items[item - 1]] = own[0]
    return looks


def _begun(stage: Stagehand) -> list[tuple[float, int]]:
    """Gives when each slot of the show had its first frame, and its item."""
    seen: dict[int, tuple[float, int]] = {}
    for line in stage.traced():
        if line["playlist"] == "main" and line["item"] > 0:
            seen.setdefault(int(line["slot"]), (line["now"], int(line["item"])))
    return list(seen.values())
