"""The video that tells how a brushing fraud goes, from the first five yuan to the last twenty thousand."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from tools.starter import endcard
from tools.starter.film import write_film
from tools.starter.motion import FRAMES_PER_S, SIZE, Piece, drawn, eased, lettered, sprung
from tools.starter.parts import CREAM, GREEN, INK, NAVY, PAPER, YELLOW, hook, phone
from tools.starter.pen import Pen
from tools.starter.recordings import recording
from tools.starter.soundtrack import RATE_HZ, Track, bell, pad, pluck, speech, thud
from tools.starter.texts import Band, Brushing, Step, Texts

GROUND: Final = "#c2182b"
DISC: Final = "#d8323c"
MIDDLE: Final = (1480, 462)
LEAD_S: Final = 0.35
"""How long a scene stands before its line is spoken."""
REST_S: Final = 0.55
PENTATONIC: Final = (220.0, 261.63, 293.66, 329.63, 392.0, 440.0, 523.25)


def make(texts: Texts, path: Path) -> float:
    """Writes the video and gives its length in seconds."""
    words = texts.brushing
    ids = ["brushing-open", *(f"brushing-{i}" for i in range(1, len(words.step) + 1)), "brushing-close"]
    said = [speech(recording(i)) for i in ids]
    lengths = [LEAD_S + len(line) / RATE_HZ + REST_S for line in said]
    lengths[-1] += 1.6
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    seconds = math.ceil(sum(lengths) * FRAMES_PER_S) / FRAMES_PER_S
    track = _music(starts, seconds)
    for line, start in zip(said, starts, strict=True):
        track.add(line, start + LEAD_S, 1.05)
    write_film(path, _frames(texts.band, words, starts, seconds), track.pcm(0.95))
    return seconds


def _music(starts: list[float], seconds: float) -> Track:
    track = Track(seconds)
    beat = 0.4
    for i in range(int(seconds / beat) - 4):
        note = PENTATONIC[(i * 3 + i // 4) % len(PENTATONIC)]
        track.add(pluck(note / (2 if i % 4 == 0 else 1)), i * beat, 0.10 if i % 4 else 0.15, (-0.5, 0.3, 0.5)[i % 3])
    for i, start in enumerate(starts):
        chord = (110.0, 164.81, 220.0) if i % 2 == 0 else (98.0, 146.83, 220.0)
        track.add(pad(chord, 5.0), start, 0.10)
        if 0 < i < len(starts) - 1:
            track.add(bell(880.0, 1.0), start + 0.2, 0.05)
    track.add(thud(), starts[-1] + 0.15, 0.7)
    track.add(bell(261.63, 3.0), starts[-1] + 0.15, 0.10)
    return track


def _frames(band: Band, words: Brushing, starts: list[float], seconds: float) -> Iterator[Image.Image]:
    ground = _ground(band)
    scenes: list[_Opening | _Scene] = [_Opening(words), *(_Scene(words, i) for i in range(len(words.step)))]
    close = endcard.EndCard(words.close, words.close_note)
    for number in range(round(seconds * FRAMES_PER_S)):
        t = number / FRAMES_PER_S
        at = max(i for i, start in enumerate(starts) if start <= t)
        frame = ground.copy()
        if at == len(starts) - 1:
            close.draw(frame, t - starts[at])
        else:
            end = starts[at + 1] - starts[at]
            scenes[at].draw(frame, t - starts[at], end)
        frame.paste(ground.crop((0, 936, *SIZE)), (0, 936))
        yield frame


def _ground(band: Band) -> Image.Image:
    pen = Pen(SIZE, GROUND)
    endcard.band(pen, band)
    return pen.finished()


def _chat_bubble(step: Step) -> Piece:
    """Draws what the telephone shows of a step."""
    size, width = 46, 450
    lines = step.bubble.splitlines()
    height = len(lines) * 60 + 48

    def draw(pen: Pen) -> None:
        fill, ink = ("#d5d9e2", "#4a5468") if step.mine else ("#dff5d8" if step.money > 0 else PAPER, INK)
        pen.box(-width / 2, -height / 2, width, height, fill, radius=30)
        for i, words in enumerate(lines):
            pen.text(-width / 2 + 32, -height / 2 + 54 + i * 60, words, size, ink, anchor="lm", weight="bold")

    return drawn(width + 20, height + 20, draw)


def _telephone() -> Piece:
    def draw(pen: Pen) -> None:
        phone(pen, 540, 900, "#eceff5")
        pen.box(-240, -374, 480, 84, NAVY)
        pen.text(0, -332, "兼职福利群", 48, PAPER, anchor="mm", weight="bold")

    return drawn(600, 940, draw)


def _line_and_hook() -> Piece:
    def draw(pen: Pen) -> None:
        pen.stroke([(80, -700), (80, 150)], 8, CREAM)
        with pen.at(80, 250):
            hook(pen, 84, 160)

    return drawn(500, 1000, draw)


def _score(label: str, amount: str, width: int, fill: str, ink: str) -> Piece:
    def draw(pen: Pen) -> None:
        pen.box(-width / 2, -62, width, 124, fill, radius=28)
        pen.text(-width / 2 + 32, 0, label, 50, ink, anchor="lm")
        pen.text(width / 2 - 32, 0, amount, 76, ink, anchor="rm")

    return drawn(width + 20, 140, draw)


class _Opening:
    """The question that the video answers."""

    def __init__(self, words: Brushing) -> None:
        self.first = lettered(words.open[0], 330, YELLOW)
        self.second = lettered(words.open[1], 128, PAPER)

    def draw(self, frame: Image.Image, t: float, end: float) -> None:
        away = eased(t, end - 0.3, 0.3)
        self.first.put(frame, 960 - 1500 * away**2, 350, 0.9 + 0.1 * sprung(t, 0, 0.5))
        self.second.put(frame, 960 + 1500 * away**2, 640, 1, 0.35 + 0.65 * eased(t, 0.1, 0.4))


class _Scene:
    """One step: its words at the left, the telephone and what it has said so far at the right."""

    def __init__(self, words: Brushing, number: int) -> None:
        step = words.step[number]
        self.number, self.last = number, number == len(words.step) - 1
        size = 220 if len(step.big) > 1 else 196
        self.big = [
            lettered(line, size, YELLOW if i == len(step.big) - 1 else PAPER) for i, line in enumerate(step.big)
        ]
        self.pitch = size * 1.14
        self.chip = drawn(260, 100, lambda pen: _chip(pen, f"第 {number + 1} 步"))
        self.disc, self.phone, self.hook = _disc(), _telephone(), _line_and_hook()
        self.bubbles = [_chat_bubble(s) for s in words.step[: number + 1]]
        gained = sum(s.money for s in words.step[: number + 1] if s.money > 0)
        paid = -sum(s.money for s in words.step[: number + 1] if s.money < 0)
        self.gain = _score("到手", f"{gained} 元", 400, GREEN if gained else "#00000050", PAPER)
        self.pay = _score("转出", f"{paid} 元", 560, YELLOW if paid else "#00000050", INK if paid else PAPER)
        self.changed = (step.money > 0, step.money < 0)

    def draw(self, frame: Image.Image, t: float, end: float) -> None:
        self.disc.put(frame, *MIDDLE)
        come, away = eased(t, 0.0, 0.45), eased(t, end - 0.25, 0.25) ** 2
        top = 432 - self.pitch * (len(self.big) - 1) / 2
        self.chip.put(frame, 96 + 118, top - self.pitch / 2 - 62, 1, come * (1 - away))
        for i, piece in enumerate(self.big):
            late = eased(t, 0.06 * i, 0.45)
            x = 96 + piece.image.width / 2 - 60 - 260 * (1 - late) - 200 * away
            piece.put(frame, x, top + i * self.pitch, 1, late * (1 - away))
        self._scores(frame, t)
        lift = 1150 * eased(t, end - 1.3, 1.2) ** 3 if self.last else 0
        rise = (1 - come) * 900 if self.number == 0 else 0
        self._phone(frame, t, MIDDLE[1] + 34 + rise - lift)
        if self.last:
            drop = eased(t, 0.5, 0.9)
            self.hook.put(frame, MIDDLE[0] + 70, -560 + 600 * drop - lift)

    def _scores(self, frame: Image.Image, t: float) -> None:
        for piece, x, new in ((self.gain, 296, self.changed[0]), (self.pay, 804, self.changed[1])):
            bump = 0.12 * math.sin(math.pi * eased(t, 0.8, 0.6)) if new else 0
            piece.put(frame, x, 800, 1 + bump)

    def _phone(self, frame: Image.Image, t: float, y: float) -> None:
        self.phone.put(frame, MIDDLE[0], y)
        shown = self.bubbles
        heights = [piece.image.height + 4 for piece in shown]
        room, arrival = 690.0, eased(t, 0.35, 0.35)
        total = sum(heights)
        before = max(0.0, total - heights[-1] - room)
        scroll = before + (max(0.0, total - room) - before) * arrival
        screen = Image.new("RGBA", (480, 700), (0, 0, 0, 0))
        at = 12.0 - scroll
        for i, piece in enumerate(shown):
            new = i == len(shown) - 1
            zoom = sprung(t, 0.35, 0.4) if new else 1.0
            image = piece.image
            if zoom > 0.05:
                if abs(zoom - 1) > 0.01:
                    image = image.resize(
                        (round(image.width * zoom), round(image.height * zoom)), Image.Resampling.BICUBIC
                    )
                middle = at + piece.image.height / 2
                screen.paste(image, (round(240 - image.width / 2), round(middle - image.height / 2)), image)
            at += heights[i]
        Piece(screen).put(frame, MIDDLE[0], y + 70)


def _chip(pen: Pen, words: str) -> None:
    pen.box(-118, -42, 236, 84, "#8f0f1d", radius=42)
    pen.text(0, 0, words, 50, CREAM)


def _disc() -> Piece:
    return drawn(944, 944, lambda pen: pen.disc(0, 0, 470, DISC))
