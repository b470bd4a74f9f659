"""A sound device made of a named pipe: SDL's disk driver writes into it, and each block is stamped as it arrives."""

import os
import select
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.figures import Block


class SoundTap:
    """Reads the pipe until the block ends; `env` makes an SDL program sound into it."""

    def __init__(self, pipe: Path) -> None:
        self.blocks: list[Block] = []
        os.mkfifo(pipe)
        self.env = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(pipe)}
        # Open for both: it neither waits for a writer nor ends with one.
        self._pipe = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.write(self._waker, b"x")
        self._thread.join()
        for each in (self._pipe, self._wake, self._waker):
            os.close(each)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._pipe, self._wake], [], [])
            if self._wake in ready:
                return
            data = os.read(self._pipe, 1 << 16)
            self.blocks.append(Block(time.monotonic(), data))
