"""The video of the six rules: one at a time, each closed by its stamp."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from tools.starter import endcard
from tools.starter.film import write_film
from tools.starter.lettering import font
from tools.starter.motion import FRAMES_PER_S, SIZE, drawn, eased, lettered, sprung
from tools.starter.parts import CREAM, PAPER, RED, YELLOW
from tools.starter.pen import Pen
from tools.starter.recordings import recording
from tools.starter.scenes import calls, rules
from tools.starter.soundtrack import RATE_HZ, Track, bell, pad, pluck, speech, thud
from tools.starter.texts import Band, Rule, Rules, Texts

OPEN_GROUND: Final = "#c2182b"
LOOKS: Final[tuple[tuple[Callable[[Pen], None], str, str], ...]] = (
    (rules.bank_card, "#1d3f8f", "#3057b0"),
    (rules.prize, "#0b6b5d", "#12846f"),
    (rules.transfer, "#4a3aa7", "#6052c2"),
    (rules.text_message, "#b8480b", "#d05f1b"),
    (rules.strange_link, "#0d7287", "#1b8ca3"),
    (calls.officials, "#a81e5b", "#c43674"),
)
"""Rule by rule: the drawing, the ground and the disc."""
MIDDLE: Final = (1480, 462)
LEAD_S: Final = 0.25
REST_S: Final = 0.42
WIPE_S: Final = 0.4
TUNE_HZ: Final = (293.66, 369.99, 440.0, 493.88, 587.33, 493.88, 440.0, 369.99)


def make(texts: Texts, path: Path) -> float:
    """Writes the video and gives its length in seconds."""
    words = texts.rules
    ids = ["rules-open", *(f"rules-{i}" for i in range(1, len(words.rule) + 1)), "rules-close"]
    said = [speech(recording(i)) for i in ids]
    lengths = [LEAD_S + len(line) / RATE_HZ + REST_S for line in said]
    lengths[-1] += 0.8
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    seconds = math.ceil(sum(lengths) * FRAMES_PER_S) / FRAMES_PER_S
    stamps = [LEAD_S + len(line) / RATE_HZ - 1.1 for line in said[1:-1]]
    track = _music(starts, stamps, seconds)
    for line, start in zip(said, starts, strict=True):
        track.add(line, start + LEAD_S, 1.05)
    write_film(path, _frames(texts.band, words, (*starts, seconds), stamps), track.pcm(0.95))
    return seconds


def _music(starts: list[float], stamps: list[float], seconds: float) -> Track:
    track = Track(seconds)
    beat = 0.36
    for i in range(int(seconds / beat) - 4):
        note = TUNE_HZ[(i + i // 8 * 3) % len(TUNE_HZ)]
        track.add(
            pluck(note / (2 if i % 4 == 0 else 1)), i * beat, 0.15 if i % 4 == 0 else 0.09, (-0.5, 0.3, 0.5)[i % 3]
        )
    for i, start in enumerate(starts):
        track.add(pad(((146.83, 220.0, 293.66), (123.47, 185.0, 293.66))[i % 2], 4.6), start, 0.09)
    for start, stamp in zip(starts[1:-1], stamps, strict=True):
        track.add(thud(), start + stamp, 0.8)
    track.add(bell(293.66, 3.4), starts[-1] + 0.1, 0.12)
    return track


def _frames(band: Band, words: Rules, edges: tuple[float, ...], stamps: list[float]) -> Iterator[Image.Image]:
    open_card = endcard.EndCard(words.open, "")
    close_card = endcard.EndCard(words.close, words.close_note)
    scenes = [_Scene(rule, i) for i, rule in enumerate(words.rule)]
    grounds = [_ground(band, OPEN_GROUND)]
    grounds += [_ground(band, look[1]) for look in LOOKS[: len(scenes)]]
    grounds.append(grounds[0])

    def scene(at: int, t: float) -> Image.Image:
        frame = grounds[at].copy()
        if at == 0:
            open_card.draw(frame, t + 0.3, 90)
        elif at == len(scenes) + 1:
            close_card.draw(frame, t)
        else:
            scenes[at - 1].draw(frame, t, stamps[at - 1])
        return frame

    for number in range(round(edges[-1] * FRAMES_PER_S)):
        t = number / FRAMES_PER_S
        at = max(i for i, edge in enumerate(edges[:-1]) if edge <= t)
        frame = scene(at, t - edges[at])
        if at > 0 and t - edges[at] < WIPE_S:
            before = scene(at - 1, t - edges[at - 1])
            x = round(SIZE[0] * (1 - eased(t, edges[at], WIPE_S)))
            frame.paste(before.crop((0, 0, x, 936)), (0, 0))
        yield frame


def _ground(band: Band, colour: str) -> Image.Image:
    pen = Pen(SIZE, colour)
    endcard.band(pen, band)
    return pen.finished()


class _Scene:
    """One rule: number, words, drawing and stamp."""

    def __init__(self, rule: Rule, number: int) -> None:
        scene, _, disc = LOOKS[number % len(LOOKS)]
        self.disc = drawn(944, 944, lambda pen: pen.disc(0, 0, 470, disc))
        self.picture = drawn(960, 940, scene)
        self.number = drawn(180, 180, lambda pen: _numeral(pen, str(number + 1)))
        first = min(110, round(900 / len(rule.lines[0])))
        second = min(250, round(1000 / font("black", 100).getlength(rule.lines[1]) * 100))
        self.first = lettered(rule.lines[0], first, PAPER)
        self.second = lettered(rule.lines[1], second, YELLOW)
        self.second_size = second
        words = "一律" + rule.stamp
        self.stamp = drawn(1200, 460, lambda pen: _stamp(pen, words))
        self.stamp_x = 96 + _stamp_width(words) / 2

    def draw(self, frame: Image.Image, t: float, stamp_s: float) -> None:
        self.disc.put(frame, *MIDDLE, 0.7 + 0.3 * eased(t, 0, 0.5))
        self.picture.put(frame, MIDDLE[0], MIDDLE[1], 0.4 + 0.6 * sprung(t, 0.1, 0.5), eased(t, 0.1, 0.25))
        self.number.put(frame, 174, 136, sprung(t, 0.1, 0.4))
        for piece, y, late in ((self.first, 284, 0.1), (self.second, 352 + self.second_size * 0.55, 0.2)):
            come = eased(t, late, 0.4)
            left = 96 + piece.image.width / 2 - piece.image.height / 6
            piece.put(frame, left - 220 * (1 - come), y, 1, come)
        down = eased(t, stamp_s, 0.22)
        if t >= stamp_s:
            self.stamp.put(frame, self.stamp_x, 772, 1 + 0.9 * (1 - down), down)


def _numeral(pen: Pen, words: str) -> None:
    pen.disc(0, 0, 78, CREAM)
    pen.text(0, -4, words, 110, RED)


def _stamp(pen: Pen, words: str) -> None:
    with pen.at(0, 0, -3):
        half = _stamp_width(words) / 2
        pen.box(-half, -118, 2 * half, 236, RED, radius=26)
        pen.stroke([(-half + 16, -102), (half - 16, -102), (half - 16, 102), (-half + 16, 102)], 8, CREAM, closed=True)
        pen.text(0, -4, words, 170, PAPER)


def _stamp_width(words: str) -> float:
    return font("black", 170).getlength(words) + 92
