"""Keeps a sound process going while there is something to be heard: starts it, and again when it or its device is gone.

One thread, and only once sound is wanted; it waits for the process and wakes nobody. A process that a sound server or a
driver takes down, or holds up, is replaced, and the picture does not notice.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from player.decode.order import SOUND_OUTPUT, Order
from player.decode.process import ForkServer, Process, born
from player.decode.rings.shared import share
from player.sound.report import MOST_LINE_BYTES, UNREADABLE, DeviceLost, DeviceOpened, Report, parse_report
from player.sound.signs import Signs, signs
from player.sound.voice_ring import Beat, VoiceWriter, memory_size
from signage.printable import printable

log = logging.getLogger(__name__)

HANG_S = 3.0
"""A process whose device has not asked for sound for so long is replaced."""
IDLE_S = 120.0
"""So long after the last sound the process ends: its memory is for those who sound."""
RETRY_S, PATIENT_AFTER_S, PATIENT_S = 0.75, 60.0, 10.0
"""How often a missing device is tried, and how often later on unless a card or server shows."""
DRIVER_S = 10.0
"""So long the driver that worked is tried alone: ALSA, taken while the sound server starts anew, would keep it out."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenDevice:
    """A device that sounds, and the rings that it takes its sound from."""

    writers: tuple[VoiceWriter, ...]
    beat: Beat
    process: Process


class SoundProcess:
    """The sound process of one screen. `want`, `device` and `rest` are for the render thread and return at once."""

    def __init__(self, voices: int, server: ForkServer | None, *, look: Callable[[], Signs] = signs) -> None:
        """`voices` may sound at a time; `look` says what cards and servers show themselves."""
        self._voices, self._server, self._look = voices, server, look
        self._guard = threading.Condition()
        self._wanted_at: float | None = None
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._open: OpenDevice | None = None
        self._began_at = 0.0
        self._driver = ""
        self.report: Report | None = None
        """What the last process said last; None while none has said anything."""

    def want(self, now: float) -> None:
        """Takes that something sounds, or will soon."""
        is_new = self._wanted_at is None
        self._wanted_at = now
        if is_new:
            with self._guard:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
                    self._thread.start()
                self._guard.notify_all()

    def device(self, now: float) -> OpenDevice | None:
        """Returns what sound can be given to now; a process that hangs is ended."""
        found = self._open
        if found is None:
            return None
        beat = found.beat.last()
        if now - max(beat, self._began_at) > HANG_S:
            log.warning("the sound device does not take sound any more; it is opened anew")
            self._open = None
            found.process.kill()
            return None
        return found if beat else None

    def rest(self, now: float) -> None:
        """Ends the process when nothing has sounded for long."""
        if self._wanted_at is not None and now - self._wanted_at > IDLE_S:
            self._wanted_at = None
            if (found := self._open) is not None:
                found.process.kill()

    def close(self) -> None:
        """Ends the process and the thread."""
        with self._guard:
            self._is_closing = True
            self._guard.notify_all()
        if (found := self._open) is not None:
            found.process.kill()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        lost_at = time.monotonic()
        while self._waits_for_want():
            if self._try(lost_at):
                lost_at = time.monotonic()
            seen = self._look()
            until = time.monotonic() + (RETRY_S if time.monotonic() - lost_at < PATIENT_AFTER_S else PATIENT_S)
            while self._pauses() and time.monotonic() < until and self._look() == seen:
                pass

    def _waits_for_want(self) -> bool:
        with self._guard:
            self._guard.wait_for(lambda: self._is_closing or self._wanted_at is not None)
            return not self._is_closing

    def _pauses(self) -> bool:
        """Waits a moment; False when this is to end."""
        with self._guard:
            self._guard.wait_for(lambda: self._is_closing, RETRY_S / 2)
            return not self._is_closing and self._wanted_at is not None

    def _try(self, lost_at: float) -> bool:
        """Runs a process to its end; returns whether it had a device."""
        driver = self._driver if time.monotonic() - lost_at < DRIVER_S else ""
        try:
            shared = share(memory_size(self._voices))
        except OSError as error:
            log.warning("no memory for sound: %s", error)
            return False
        try:
            process = born(
                Order(voices=self._voices, driver=driver),
                [shared.address, str(self._voices), driver],
                shared.fds,
                self._server,
                SOUND_OUTPUT,
            )
        except OSError as error:
            shared.forget()
            log.warning("no process for sound: %s", error)
            return False
        shared.handed_over()
        memory = shared.memory
        writers = tuple(VoiceWriter(memory, row) for row in range(self._voices))
        self._began_at = time.monotonic()
        had_device = False
        with self._guard:
            if not self._is_closing:
                self._open = OpenDevice(writers, Beat(memory), process)
        try:
            if not self._is_closing:
                had_device = self._hear(process)
        finally:
            self._open = None
            process.kill()
            process.wait(None)
            process.close()
            shared.forget()
        return had_device

    def _hear(self, process: Process) -> bool:
        """Takes what the process says until it has ended; returns whether it had a device."""
        had_device, rest = False, b""
        while (more := process.replies.read(MOST_LINE_BYTES)) and len(rest) < MOST_LINE_BYTES:
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                try:
                    report = parse_report(line)
                except UNREADABLE:
                    log.error("the sound process talks nonsense: %s", printable(line[:80].decode("utf-8", "replace")))
                    return had_device
                self._note(report)
                had_device = had_device or isinstance(report, DeviceOpened)
        return had_device

    def _note(self, report: Report) -> None:
        if report == self.report:
            return
        self.report = report
        match report:
            case DeviceOpened(driver, device):
                self._driver = driver
                log.info("sound goes to %s by %s", printable(device) or "the default device", printable(driver))
            case DeviceLost(why):
                log.warning("no sound: %s", printable(why))
