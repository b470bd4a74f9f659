"""Starts a decoder worker and talks to it."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from player.decode.protocol import BrokenTalk, Crashed, Quit, Reply, Request, frame_message, parse_reply, read_body
from player.decode.rings.frames import FrameReader, frames_size
from player.decode.rings.shared import Shared, share
from player.decode.rings.sound import SoundReader, sound_size

SLOTS = 4
PIPE_BYTES = 512 * 1024
"""More than one request and its stop: a worker that does not read never blocks the one who asks."""
_ROOT = Path(__file__).resolve().parents[2]
_MALLOC = {
    # glibc maps and unmaps every block of 128 KiB and more; a picture's pages would be faulted in again for each frame.
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_ARENA_MAX": "1",
}

log = logging.getLogger(__name__)


class Worker:
    """One running worker process, its rings and its replies.

    The process ends with the thread that made it (Linux) and with its standard input (everywhere).
    """

    def __init__(
        self,
        hear: Callable[["Worker", Reply | None], None],
        *,
        slot_bytes: int = 0,
        sound: bool = False,
        low: bool = False,
    ) -> None:
        """Starts the process; `hear` is called on a thread of the worker's own, with None once when it is gone.

        With `slot_bytes` it gets a ring of `SLOTS` frames, with `sound` one for samples; `low` is for work that can
        wait. Raises OSError when there is no memory or no process to be had.
        """
        self._hear = hear
        shared: list[Shared] = []
        arguments: list[str] = ["--low"] if low else []
        try:
            self.frames, self.sound = self._rings(shared, arguments, slot_bytes, sound)
            self._process = subprocess.Popen(  # the package may lie in a checkout that is not installed
                [sys.executable, "-P", "-m", "player.decode.worker", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                pipesize=PIPE_BYTES if sys.platform == "linux" else -1,
                pass_fds=tuple(fd for part in shared for fd in part.fds),
                env=_environment(),
            )
        except OSError:
            for part in shared:
                part.forget()
            raise
        for part in shared:
            part.handed_over()
        self._shared = shared
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, name=f"worker-{self.pid}", daemon=True)
        self._reader.start()

    def _rings(
        self, shared: list[Shared], arguments: list[str], slot_bytes: int, sound: bool
    ) -> tuple[FrameReader | None, SoundReader | None]:
        frames = samples = None
        if slot_bytes:
            shared.append(share(frames_size(SLOTS, slot_bytes)))
            frames = FrameReader(shared[-1].memory, SLOTS, slot_bytes)
            arguments += ["--frames", shared[-1].address, str(SLOTS), str(slot_bytes)]
        if sound:
            shared.append(share(sound_size()))
            samples = SoundReader(shared[-1].memory)
            arguments += ["--sound", shared[-1].address]
        return frames, samples

    def say(self, request: Request) -> None:
        """Sends a request, or drops it when the worker is dead. Raises BrokenTalk for one that cannot be sent."""
        message = memoryview(frame_message(request))
        try:
            while message:
                message = message[_open(self._process.stdin).write(message) or 0 :]
        except (OSError, ValueError):
            return  # the reading thread sees the end of its replies and says so

    def kill(self) -> None:
        """Ends the process at once, whatever it does."""
        self._process.kill()

    def leave(self) -> None:
        """Asks the process to end, kills it when it does not, and lets go of everything."""
        self.say(Quit())
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        _open(self._process.stdin).close()
        _open(self._process.stdout).close()
        for part in self._shared:
            part.forget()

    def _read(self) -> None:
        stream = _open(self._process.stdout)
        try:
            while (body := read_body(stream)) is not None:
                reply = parse_reply(body)
                if isinstance(reply, Crashed):
                    log.error("worker %d: %s", self.pid, reply.report)
                self._hear(self, reply)
        except (BrokenTalk, OSError):
            self._process.kill()  # what talks nonsense has been taken over
        self._hear(self, None)


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MALLOC_"))}
    return kept | _MALLOC | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
