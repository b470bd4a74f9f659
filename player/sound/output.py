"""The sound process: plays what the screen process writes into the shared rings, and ends when the device is gone.

Run as `python -m player.sound.output ADDRESS VOICES [DRIVER]`, or forked by the fork server. Its standard input says
nothing; it ends with it. What it says goes to standard output, see `report`.
"""

import mmap
import os
import signal
import sys
import threading
import time
from typing import NoReturn

from player.decode.rings.shared import attach
from player.sound.device_clock import DeviceClock
from player.sound.report import DeviceLost, DeviceOpened, Report, report_line
from player.sound.sdl_audio import Device, NoDeviceError, library_paths
from player.sound.voice_ring import BUFFER_S, FRAME_BYTES, RATE_HZ, Beat, VoiceReader, memory_size

LOOK_S = 0.25
"""Between two looks at whether the device is still there."""
LOOKS_A_NAME = 4
"""The sound server is asked for the device's name at each fourth look: SDL asks it anew for a list of all it has."""


def main() -> NoReturn:
    """Plays as the command line says."""
    serve(sys.argv[1], int(sys.argv[2]), "".join(sys.argv[3:4]))


def load() -> None:
    """Looks up what a forked process would otherwise look up for itself, in memory of its own."""
    library_paths()


def serve(address: str, voices: int, driver: str) -> NoReturn:
    """Plays `voices` rings in the memory at `address`, by SDL's `driver` if one is named and the environment does not.

    Ends the process.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    if driver:
        os.environ.setdefault("SDL_AUDIODRIVER", driver)
    threading.Thread(target=_end_with_input, name="input", daemon=True).start()
    memory = attach(address, memory_size(voices))
    try:
        _play(SoundMix(memory, voices))
    except NoDeviceError as error:
        _say(DeviceLost(str(error)))
    except OSError:
        pass  # nobody listens any more
    # No library is asked to clean up: a sound server that is gone has been seen to hold that up for ever.
    os._exit(0)


class SoundMix:
    """The mix of all voices, as the device asks for it."""

    def __init__(self, memory: mmap.mmap, voices: int) -> None:
        """Opens the device; raises NoDeviceError."""
        self._readers = tuple(VoiceReader(memory, row) for row in range(voices))
        self._beat = Beat(memory)
        # A device plays a buffer when the one before it is over.
        self._clock = DeviceClock(RATE_HZ, BUFFER_S)
        self.device = Device(RATE_HZ, self._mix)

    def _mix(self, at: int, size: int) -> None:
        now, frames, first = time.monotonic(), size // FRAME_BYTES, self._clock.frames
        zero = self._clock.asked(now, frames)
        for reader in self._readers:
            block = reader.take(frames, first, zero)
            if block and (gain := reader.gain):
                self.device.add(at, block, gain)
        self._beat.beat(now)


def _play(output: SoundMix) -> NoReturn:
    """Raises NoDeviceError when the device is gone, OSError when nobody listens."""
    device = output.device
    device.start()
    told = DeviceOpened(device.driver, device.name())
    _say(told)
    while True:
        for _ in range(LOOKS_A_NAME):
            time.sleep(LOOK_S)
            if not device.is_there():
                raise NoDeviceError("the device was taken away")
        now = DeviceOpened(device.driver, device.name())
        if now != told:
            told = now
            _say(told)


def _end_with_input() -> None:
    while os.read(0, 64):
        pass
    os._exit(0)


def _say(report: Report) -> None:
    os.write(1, report_line(report))


if __name__ == "__main__":
    main()
