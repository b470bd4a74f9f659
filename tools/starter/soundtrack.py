"""Makes sound from nothing: bells, plucked strings and a soft pad, and mixes speech over them."""

from __future__ import annotations  # array[float] is not subscriptable before Python 3.12

import math
import random
from array import array
from functools import cache
from pathlib import Path
from typing import Final

import av
from av.audio.resampler import AudioResampler

RATE_HZ: Final = 48000


@cache
def bell(hertz: float, seconds: float) -> array[float]:
    """Gives a struck bell: five partials a little out of tune with each other, the high ones dying first."""
    partials = ((1.0, 1.0, 1.0), (2.0, 0.55, 1.5), (2.76, 0.34, 2.3), (5.4, 0.16, 4.5), (0.5, 0.3, 0.8))
    out = array("f", bytes(4 * int(seconds * RATE_HZ)))
    for ratio, loud, haste in partials:
        step = 2 * math.pi * hertz * ratio / RATE_HZ
        fall = math.exp(-haste * 2.2 / RATE_HZ)
        level = loud
        for i in range(len(out)):
            out[i] += level * math.sin(step * i)
            level *= fall
    return _eased(out, 0.004, 0.2)


@cache
def pluck(hertz: float, seconds: float = 1.6) -> array[float]:
    """Gives a plucked string (Karplus and Strong 1983)."""
    noise = random.Random(int(hertz * 100))
    length = max(2, round(RATE_HZ / hertz))
    ring = [noise.uniform(-1, 1) for _ in range(length)]
    for _ in range(3):
        ring = [(ring[i] + ring[i - 1]) / 2 for i in range(length)]
    out = array("f", bytes(4 * int(seconds * RATE_HZ)))
    place = 0
    for i in range(len(out)):
        after = place + 1 if place + 1 < length else 0
        out[i] = ring[place]
        ring[place] = (ring[place] + ring[after]) * 0.498
        place = after
    return _eased(out, 0.002, 0.4)


@cache
def pad(chord: tuple[float, ...], seconds: float) -> array[float]:
    """Gives a soft chord that swells and fades."""
    out = array("f", bytes(4 * int(seconds * RATE_HZ)))
    for hertz in chord:
        for detune in (0.998, 1.002):
            step = 2 * math.pi * hertz * detune / RATE_HZ
            for i in range(len(out)):
                out[i] += math.sin(step * i) + 0.25 * math.sin(2 * step * i)
    loud = 0.5 / len(chord)
    return _eased(array("f", [x * loud for x in out]), seconds * 0.3, seconds * 0.4)


@cache
def thud() -> array[float]:
    """Gives a stamp coming down on a table."""
    noise = random.Random(7)
    out = array("f")
    low = 0.0
    for i in range(int(0.3 * RATE_HZ)):
        t = i / RATE_HZ
        low += 0.12 * (noise.uniform(-1, 1) - low)
        out.append(
            math.exp(-18 * t) * math.sin(2 * math.pi * (62 * t + 6 * math.exp(-30 * t))) + 1.4 * math.exp(-60 * t) * low
        )
    return _eased(out, 0.001, 0.05)


def _eased(sound: array[float], rise_s: float, fall_s: float) -> array[float]:
    rise, fall, size = int(rise_s * RATE_HZ), int(fall_s * RATE_HZ), len(sound)
    for i in range(min(rise, size)):
        sound[i] *= i / rise
    for i in range(min(fall, size)):
        sound[size - 1 - i] *= i / fall
    return sound


@cache
def speech(path: Path) -> array[float]:
    """Gives a recording as one channel, without the silence around it, at an even loudness."""
    pcm = array("h")
    convert = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    with av.open(str(path)) as file:
        for frame in [*file.decode(audio=0), None]:
            for part in convert.resample(frame):
                pcm.frombytes(bytes(part.planes[0])[: part.samples * 2])
    heard = [i for i in range(0, len(pcm), 48) if abs(pcm[i]) > 500]
    margin = RATE_HZ // 20
    cut = pcm[max(0, heard[0] - margin) : heard[-1] + 3 * margin]
    smooth, previous = array("f"), 0.0
    fall = math.exp(-2 * math.pi * 110 / RATE_HZ)
    last = 0
    for x in cut:
        previous = fall * (previous + x - last)
        last = x
        smooth.append(previous)
    loud = math.sqrt(sum(x * x for x in smooth) / len(smooth))
    return _eased(array("f", [x * 0.14 / loud for x in smooth]), 0.01, 0.06)


class Track:
    """A stereo track of fixed length into which sounds are mixed."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.left = array("f", bytes(4 * int(seconds * RATE_HZ)))
        self.right = array("f", bytes(4 * int(seconds * RATE_HZ)))

    def add(self, sound: array[float], at_s: float, level: float = 1.0, pan: float = 0.0) -> None:
        """Mixes a sound in; `pan` runs from -1 (left) to 1 (right). What hangs over the end is cut."""
        first = max(0, int(at_s * RATE_HZ))
        left, right = level * (1 - max(0.0, pan) * 0.7), level * (1 + min(0.0, pan) * 0.7)
        for i, x in enumerate(sound[: len(self.left) - first], first):
            self.left[i] += x * left
            self.right[i] += x * right

    def echo(self, delay_s: float, level: float) -> None:
        """Throws every sound back once, left and right a little apart, as a wall across the square does."""
        for side, apart in ((self.left, 1.0), (self.right, 1.13)):
            delay = int(delay_s * apart * RATE_HZ)
            for i in range(len(side) - 1, delay - 1, -1):
                side[i] += side[i - delay] * level

    def pcm(self, level: float = 1.0, fade_s: float = 0.6) -> array[int]:
        """Gives interleaved 16-bit samples; peaks are bent, never clipped, and the end fades out."""
        size, fade = len(self.left), int(fade_s * RATE_HZ)
        out = array("h")
        for i in range(size):
            ease = min(1.0, (size - i) / fade)
            out.append(int(30000 * math.tanh(self.left[i] * level * ease)))
            out.append(int(30000 * math.tanh(self.right[i] * level * ease)))
        return out
