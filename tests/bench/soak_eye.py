"""What the soak sees: the display at 60 pictures a second, and the player's trace through a pipe.

Rule: nothing here grows with the hours; what is seen is counted at once.
"""

import json
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.bench.soak_house import MAIN

FPS = 60
SMALL = (160, 82)
BLACK = 16
GAP_LIMIT_S = 10.0
"""A screen process that was killed and shows nothing for longer makes black frames like any other."""
LATE_MS = 1000 / 30
LONG_HOLD_S = 0.5
EXCUSE_S = 20.0


class TraceTap:
    """Reads the trace while it is written, from a named pipe that stays open whoever writes."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        # Open for both ways: no end of file when the writer dies, and no wait when there is none yet.
        self._file = os.fdopen(os.open(path, os.O_RDWR), "rb", buffering=0)
        self.playlist = ""
        """What the main zone showed last."""
        self.frames = self.late = self.dropped = self.broken_lines = 0
        self.worst_late_ms = 0.0
        self.turns: Counter[str] = Counter()
        self._slots: dict[str, tuple[int, int]] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Reads no more; what was counted stays."""
        self._closing = True
        os.write(self._file.fileno(), b"\n")  # wakes the reader
        self._thread.join()
        self._file.close()

    def _read(self) -> None:
        rest = b""
        while (chunk := self._file.read(65536)) and not self._closing:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            self.broken_lines += 1  # its writer was killed amid it
            return
        if "zone" not in row:
            self.dropped += row.get("dropped", 0)
            return
        self.frames += 1
        if row["frame"] > 0 and row["late_ms"] > LATE_MS:
            self.late += 1
        if row["frame"] > 0:
            self.worst_late_ms = max(self.worst_late_ms, row["late_ms"])
        slot = (row["slot"], row["item"])
        if self._slots.get(row["zone"]) != slot:
            self._slots[row["zone"]] = slot
            self.turns[row["playlist"] or "built-in"] += 1
        if row["zone"] == "main":
            self.playlist = row["playlist"]


class Eye:
    """Films the main zone. Black between the kill of a screen process and its return is a restart gap."""

    def __init__(self, is_moving: Callable[[], bool]) -> None:
        self.frames = self.black = self.gap_black = self.long_holds = 0
        self.black_at: list[float] = []
        self.gaps_s: list[float] = []
        self.longest_hold_s = 0.0
        self.longest_hold_at = 0.0
        self.longest_calm_hold_s = 0.0
        """Of those that no worker's death and no file under its pen can explain."""
        self.moving_frames = 0
        self.lit = threading.Event()
        self._is_moving = is_moving
        self._gap_from: float | None = None
        self._gap_dark = False
        self._last: int | None = None
        self._changed_at = 0.0
        self._held = False
        self._excused_until = 0.0
        self._ffmpeg: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)

    def open(self, display: str) -> None:
        """Begins to film that display."""
        self._ffmpeg = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-nostdin", "-f", "x11grab", "-draw_mouse", "0", "-framerate", str(FPS),
             "-video_size", f"{MAIN[0]}x{MAIN[1]}", "-i", display, "-vf",
             f"scale={SMALL[0]}:{SMALL[1]}:flags=area,format=gray", "-f", "rawvideo", "-"],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._thread.start()

    def close(self) -> None:
        """Closes the eye; what was counted stays."""
        if self._ffmpeg is not None:
            self._ffmpeg.terminate()
            self._ffmpeg.wait()
            self._thread.join()
            assert self._ffmpeg.stdout is not None
            self._ffmpeg.stdout.close()

    def expect_gap(self, at: float) -> None:
        """Takes notice that the screen process was killed at `at`."""
        self._gap_dark = False
        self._gap_from = at

    def excuse(self, at: float) -> None:
        """Takes notice that at `at` something was done that may hold a film."""
        self._excused_until = at + EXCUSE_S

    def _read(self) -> None:
        assert self._ffmpeg is not None
        assert self._ffmpeg.stdout is not None
        size = SMALL[0] * SMALL[1]
        while len(picture := self._ffmpeg.stdout.read(size)) == size:
            self.take(picture, time.monotonic())

    def take(self, picture: bytes, now: float) -> None:
        """Counts one picture."""
        is_dark = max(picture) < BLACK
        if not self.lit.is_set():
            if is_dark:
                return
            self.lit.set()
        self.frames += 1
        self._see_gap(is_dark, now)
        self._see_hold(hash(picture), now)

    def _see_gap(self, is_dark: bool, now: float) -> None:
        began = self._gap_from
        if began is None or now - began > GAP_LIMIT_S:
            self._gap_from = None
            if is_dark:
                self.black += 1
                self.black_at = [*self.black_at, now][:50]
        elif is_dark:
            self.gap_black += 1
            self._gap_dark = True
        elif self._gap_dark:
            self.gaps_s.append(now - began)
            self._gap_from = None

    def _see_hold(self, picture: int, now: float) -> None:
        moving = self._is_moving() and self._gap_from is None
        self.moving_frames += moving
        if picture != self._last or not moving:
            self._last, self._changed_at, self._held = picture, now, False
            return
        hold = now - self._changed_at
        if hold > LONG_HOLD_S and not self._held:
            self._held = True
            self.long_holds += 1
        if hold > self.longest_hold_s:
            self.longest_hold_s, self.longest_hold_at = hold, now
        if now > self._excused_until:
            self.longest_calm_hold_s = max(self.longest_calm_hold_s, hold)
