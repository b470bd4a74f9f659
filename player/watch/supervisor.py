"""Starts the screen process, and starts it again when it dies or stands still; looks at the display now and then.

Rule: reads no configuration and no file of strangers, so that what kills the screen process does not kill this one.
"""

import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from player.watch import glass
from player.watch.backoff import next_deaths, pause_s
from player.watch.health import Health, write_health
from player.watch.pulse import MAX_LINE_BYTES, Pulse, parse_pulse
from player.watch.verdict import MOST_LOOKS, Look, Verdict, judged

SILENCE_S = 10.0
"""A loop that has not turned for so long hangs. It turns at least once a second."""
START_S = 60.0
"""Until the first pulse: opening the display and reading ten thousand verdicts of a slow disk takes its time."""
LOOK_S = 10.0
"""Reading a whole display back costs some 20 ms."""
BAD_INPUT = 2
_ROOT = Path(__file__).resolve().parents[2]
_SAYS: dict[Verdict, str] = {
    "fine": "the display shows what is played",
    "black": "the display is black although a picture is shown",
    "frozen": "the display stands still although the picture moves",
    "foreign": "the display shows something else: the window is covered, moved or off the desktop",
}

log = logging.getLogger(__name__)


class Supervisor:
    """Keeps one screen process alive."""

    def __init__(self, words: Sequence[str], for_s: float | None = None) -> None:
        """`words` is the command line after the program's name; `for_s` how long to play, None: for ever."""
        self._words = tuple(words)
        self._state: Path | None = None
        self._until = None if for_s is None else time.monotonic() + for_s
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._changed = threading.Condition()
        self._pulse: tuple[float, Pulse] | None = None
        self._silent = False
        """The screen process has closed its output: it is gone."""
        self._looks: deque[Look] = deque(maxlen=MOST_LOOKS)
        self._verdict: Verdict | None = None
        self._restarts = 0
        self._last_end = ""

    def run(self) -> int:
        """Supervises until the screen process ends in order or this process is told to; gives the exit code."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._pass_on)
        deaths = 0
        while True:
            began = time.monotonic()
            code = self._once()
            if code in (0, BAD_INPUT) or self._ending.is_set():
                return code if code in (0, BAD_INPUT) else 0
            deaths = next_deaths(deaths, time.monotonic() - began)
            if self._restarts == 0 and deaths == 1 and self._pulse is None and code == 1:
                return code  # it never came to play: what is wrong is wrong now, and a person stands before it
            self._last_end = f"signal {-code}" if code < 0 else f"exit code {code}"
            self._restarts += 1
            log.error("the screen process ended with %s, starting it again", self._last_end)
            self._tell()
            if self._ending.wait(pause_s(deaths)):
                return 0

    def _once(self) -> int:
        """Starts the screen process, watches it to its end and gives its exit code, negative for a signal."""
        words = [*self._words, "--watched"]
        if self._restarts:
            words += ["--resumed"]
        if self._until is not None:
            words += ["--for", f"{max(0.0, self._until - time.monotonic()):.3f}"]
        inherited = os.environ.get("PYTHONPATH")
        path = os.pathsep.join(p for p in (str(_ROOT), inherited) if p)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "player", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        if self._ending.is_set():
            self._process.terminate()
        with self._changed:
            self._pulse, self._silent = None, False
        self._looks.clear()
        listener = threading.Thread(target=self._listen, args=(self._process,), name="pulses", daemon=True)
        listener.start()
        self._watch(self._process)
        listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return self._process.returncode

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        began = time.monotonic()
        look_at = began + LOOK_S
        # `Popen.wait` with a time limit asks twenty times a second; the end of its output comes by itself.
        while not self._fell_silent(max(0.0, min(1.0, look_at - time.monotonic()))):
            now = time.monotonic()
            with self._changed:
                heard = self._pulse
            silent_s = now - (heard[0] if heard else began)
            if silent_s > (SILENCE_S if heard else START_S):
                log.error("the screen process has not turned for %.0f s, killing it", silent_s)
                process.kill()
            elif now >= look_at:
                look_at = now + LOOK_S
                self._look()
        process.wait()

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        while line := process.stdout.readline(MAX_LINE_BYTES):
            pulse = parse_pulse(line)
            if pulse is not None:
                self._state = Path(pulse.state)
                with self._changed:
                    self._pulse = (time.monotonic(), pulse)
                    self._changed.notify_all()
        with self._changed:
            self._silent = True
            self._changed.notify_all()

    def _fell_silent(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._silent, timeout_s)

    def _look(self) -> None:
        """Compares the display with the canvas just after one pulse and just before the next."""
        before = self._next_pulse()
        if before is None or before.box is None or not glass.can_look():
            return
        shown = glass.colours(before.box)
        after = self._next_pulse()
        if shown is None or after is None or after.box != before.box or self._silent:
            return
        if len(shown) == len(before.colours) == len(after.colours):
            self._looks.append(Look(shown, before.colours, after.colours))
            self._judge(judged(tuple(self._looks)))

    def _next_pulse(self) -> Pulse | None:
        with self._changed:
            last = self._pulse
            # A screen process that dies meanwhile is not waited for: it is to be back at once.
            self._changed.wait_for(lambda: self._silent or self._pulse is not last, 2.5)
            return self._pulse[1] if self._pulse is not None and self._pulse is not last else None

    def _judge(self, verdict: Verdict) -> None:
        if verdict == self._verdict:
            return
        self._verdict = verdict
        log.log(logging.INFO if verdict == "fine" else logging.ERROR, "%s", _SAYS[verdict])
        self._tell()

    def _tell(self) -> None:
        if self._state is None:
            return
        health = Health(
            at=dt.datetime.now(dt.UTC),
            restarts=self._restarts,
            last_end=self._last_end,
            present=self._pulse[1].present if self._pulse else "",
            screen=self._verdict or "unseen",
        )
        write_health(self._state, health)

    def _pass_on(self, _number: int, _frame: FrameType | None) -> None:
        # Ctrl-C reaches the whole group anyway; a second signal does the screen process no harm.
        self._ending.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
