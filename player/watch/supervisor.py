"""Starts the screen process, and starts it again when it dies or stands still.

Rule: reads no configuration and no file of strangers, so that what kills the screen process does not kill this one;
and touches no disk, so that what hangs in the kernel does not hold it up. A screen process that waits for a display
which hangs is left waiting: no other one would fare better. A screen process that cannot be ended,
because a disk or a share never answers it, is left behind, and a new one gets its own way.
"""

import contextlib
import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from player.heap import trim
from player.processes import children_of, ending_of
from player.watch.backoff import next_deaths, pause_after_left_s, pause_s
from player.watch.display_wait import DisplayWait
from player.watch.ear import Ear
from player.watch.ending import Ending
from player.watch.glass import LOOK_EVERY_S, Glass
from player.watch.health import Health, HealthWriter
from player.watch.lookout import Lookout
from player.watch.notify import ADDRESS, Notify
from player.watch.platform_facts import AGAINST_SAYS, NOTHING_LEFT
from player.watch.pulse import AGAIN, Pulse
from player.watch.sighting import Sighting
from player.watch.sighting_pipe import SightingPipe
from player.watch.verdict import VERDICT_SAYS, Verdict
from signage.presented import Presented

SILENCE_S = 10.0
"""A loop that has not turned for so long hangs. It turns at least once a second."""
START_S = 60.0
"""Until the first pulse: opening the display and reading ten thousand verdicts of a slow disk takes its time."""
LEAST_LIFE_S = 5.0
"""A screen process that asks to begin anew sooner waits for so long."""
PULSE_WAIT_S = 2.5
KILLED_S = 1.0
"""What was killed and is still there after this hangs in the kernel."""
END_S = 15.0
"""What was asked to end and still goes on is killed: its ledger waits for a disk that does not answer."""
BAD_INPUT = 2
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

log = logging.getLogger(__name__)


def supervise(words: Sequence[str]) -> int:
    """Plays as the command line `run …` says, until stopped; returns the exit code."""
    return Supervisor(words, seconds_of(words)).run()


def seconds_of(words: Sequence[str]) -> float | None:
    """Returns for how long to play: the number after the last `--for`. What is none the screen process refuses."""
    found = None
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if len(name) > 2 and "--for".startswith(name):
            with contextlib.suppress(ValueError):
                found = float(value or after)
    return found


class Supervisor:
    """Keeps one screen process alive."""

    def __init__(self, words: Sequence[str], for_s: float | None = None) -> None:
        """`words` is the command line after the program's name; `for_s` how long to play, None: for ever."""
        self._words = tuple(words)
        self._until = None if for_s is None else time.monotonic() + for_s
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = Ending()
        self._last: Pulse | None = None
        """The newest pulse of all that were heard."""
        self._verdict: Verdict | None = None
        self._against: Presented | None = None
        self._present = ""
        self._looking: threading.Thread | None = None
        """Looks at the display; a display that hangs holds up this thread and nothing else."""
        self._restarts = 0
        self._resumes = False
        self._last_end = ""
        self._notify = Notify(os.environ)
        self._health = HealthWriter(self._environment())
        self._left: list[_Child] = []
        """Those that could not be ended."""

    def run(self) -> int:
        """Supervises until the screen process ends in order or this process is told to; gives the exit code."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._pass_on)
        try:
            return self._run()
        finally:
            self._notify.stopping()
            self._notify.close()

    def _run(self) -> int:
        deaths = 0
        while True:
            began = time.monotonic()
            code = self._once()
            if code == AGAIN and not self._ending.asked:
                log.info("the screen process begins anew, as it was asked to")
                self._resumes = True
                if time.monotonic() - began < LEAST_LIFE_S and self._ending.wait(LEAST_LIFE_S):
                    return 0
                continue
            if code in (0, BAD_INPUT) or self._ending.asked:
                return code if code in (0, BAD_INPUT) else 0
            deaths = next_deaths(deaths, time.monotonic() - began)
            if not self._resumes and self._last is None and code == 1:
                return code  # it never came to play: what is wrong is wrong now, and a person stands before it
            self._last_end = f"signal {-code}" if code < 0 else f"exit code {code}"
            self._restarts += 1
            self._resumes = True
            log.error("the screen process ended with %s, starting it again", self._last_end)
            self._tell()
            if self._ending.wait(max(pause_s(deaths), pause_after_left_s(len(self._left)) if self._left else 0.0)):
                return 0

    def _once(self) -> int:
        """Starts the screen process, watches it to its end and gives its exit code, negative for a signal."""
        words = [*self._words, "--watched"]
        if self._resumes:
            words += ["--resumed"]
        if self._until is not None:
            words += ["--for", f"{max(0.0, self._until - time.monotonic()):.3f}"]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "player", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Its threads take turns anyway: one heap for all of them leaves less unused.
            env={"MALLOC_ARENA_MAX": "1", **self._environment()},
        )
        if self._ending.asked:
            self._process.terminate()
        trim()
        child = _Child(self._process)
        self._watch(child, self._look_out(child.ear, child.pipe))
        return self._ended(child)

    @staticmethod
    def _environment() -> dict[str, str]:
        inherited = os.environ.get("PYTHONPATH")
        path = os.pathsep.join(p for p in (_ROOT, inherited) if p)
        # What the service manager hears is this process's word alone.
        environment = {name: value for name, value in os.environ.items() if name not in (ADDRESS, "WATCHDOG_USEC")}
        return {**environment, "PYTHONPATH": path}

    def _ended(self, child: "_Child") -> int:
        """Returns how a screen process ended; one that hangs in the kernel is left behind."""
        if child.wait(KILLED_S):
            return child.close()
        code = ending_of(child.process.pid)
        if code is None:  # it closed its output, and lives
            child.process.kill()
            if child.wait(KILLED_S):
                return child.close()
            code = -int(signal.SIGKILL)
        log.error("screen process %d waits in the kernel for a disk or share: it is left behind", child.process.pid)
        for pid in children_of(child.process.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)  # the decoders of one that draws no more
        child.pipe.close()
        child.ear.give_up()
        self._left.append(child)
        return code

    def _look_after_left(self) -> None:
        for child in [each for each in self._left if each.wait(0.0)]:
            self._left.remove(child)
            child.close()

    def _look_out(self, ear: Ear, pipe: SightingPipe) -> Lookout | None:
        """Begins to look at the display; None while a former look still waits for a display that hangs."""
        if self._looking is not None and self._looking.is_alive():
            self._looking.join(PULSE_WAIT_S)
            if self._looking.is_alive():
                return None
        glass = Glass()
        lookout = Lookout(glass, pipe.tell, LOOK_EVERY_S)
        self._looking = threading.Thread(target=_look, args=(ear, lookout, glass), name="lookout", daemon=True)
        self._looking.start()
        return lookout

    def _watch(self, child: "_Child", lookout: Lookout | None) -> None:
        """Watches a screen process until it is over, or nothing but the kernel keeps it."""
        began, ear, wait = time.monotonic(), child.ear, DisplayWait(_ask_display)
        # `Popen.wait` with a time limit asks twenty times a second; the end of its output comes by itself.
        while not ear.wait_silent(1.0) and ending_of(child.process.pid) is None:
            now, heard = time.monotonic(), ear.last
            if heard is not None:
                self._hear(heard.pulse)
            self._health.turn()
            self._look_after_left()
            silent_s = now - (heard.at if heard else began)
            is_silent = silent_s > (SILENCE_S if heard else START_S)
            wait = wait if is_silent else DisplayWait(_ask_display)
            if is_silent and not self._is_excused(wait, now):
                log.error("the screen process has not turned for %.0f s, killing it", silent_s)
                child.process.kill()
                break
            if self._ending.asked_for_s > END_S:
                log.error("the screen process does not end, killing it")
                child.process.kill()
                break
            if lookout is None and not (self._looking is not None and self._looking.is_alive()):
                lookout = self._look_out(ear, child.pipe)
            hangs = wait.is_unanswered(now) or lookout is None or lookout.is_unanswered(now)
            self._judge(lookout.verdict if lookout else None, self._hinders(lookout, child.pipe, hangs=hangs))
        if (heard := ear.last) is not None:
            self._hear(heard.pulse)

    def _hear(self, pulse: Pulse) -> None:
        if pulse is not self._last:
            self._notify.pulse()
        self._last = pulse

    def _is_excused(self, wait: DisplayWait, now: float) -> bool:
        """Whether a silent screen process only waits for its display; one without a window waits for none."""
        has_window = self._last is None or self._last.present != "headless"
        return has_window and "--headless" not in self._words and wait.excuses(now)

    def _hinders(self, lookout: Lookout | None, pipe: SightingPipe, *, hangs: bool) -> Presented | None:
        """Returns what is against the picture being seen; a display that hangs is told further."""
        if self._last is None:
            return self._against
        if lookout is None or hangs:
            pipe.tell(Sighting(self._last.at, dict.fromkeys((name for name, _ in self._last.zones), "unknown")))
            return "unknown"
        if self._last.present == "headless" and "--headless" not in self._words:
            return "no-display"
        return lookout.against

    def _judge(self, verdict: Verdict | None, against: Presented | None) -> None:
        verdict = verdict or self._verdict
        present = self._last.present if self._last is not None else ""
        if (verdict, against, present) == (self._verdict, self._against, self._present):
            return
        self._present = present
        if verdict is not None and verdict != self._verdict:
            log.log(logging.INFO if verdict == "fine" else logging.ERROR, "%s", VERDICT_SAYS[verdict])
        if against != self._against:
            log.log(
                logging.ERROR if against else logging.INFO, "%s", AGAINST_SAYS[against] if against else NOTHING_LEFT
            )
        self._verdict, self._against = verdict, against
        self._tell()

    def _tell(self) -> None:
        if self._last is None:
            return
        health = Health(
            at=dt.datetime.now(dt.UTC),
            restarts=self._restarts,
            last_end=self._last_end,
            present=self._last.present,
            screen=self._verdict or "unseen",
            against=self._against or "",
        )
        self._health.write(self._last.state, health)

    def _pass_on(self, _number: int, _frame: FrameType | None) -> None:
        # Ctrl-C reaches the whole group anyway; a second signal does the screen process no harm.
        self._ending.ask()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


class _Child:
    """A screen process and the two ways of talking to it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.ear = Ear(process.stdout)
        self.pipe = SightingPipe(process.stdin)

    def wait(self, seconds: float) -> bool:
        """Waits for its end, so long at most; says whether it came."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> int:
        """Lets go of it and returns its exit code, negative for a signal; it has ended."""
        self.pipe.close()
        self.ear.close()
        return int(self.process.returncode)


def _ask_display() -> None:
    glass = Glass()
    try:
        glass.desktop_px()
    finally:
        glass.close()


def _look(ear: Ear, lookout: Lookout, glass: Glass) -> None:
    while not ear.silent:
        pulse = ear.next_pulse(PULSE_WAIT_S)
        if pulse is not None:
            lookout.look(pulse, time.monotonic())
    glass.close()
