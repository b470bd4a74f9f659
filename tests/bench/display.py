"""A virtual X display."""

import os
import subprocess
from types import TracebackType
from typing import Self


class Display:
    """An Xvfb of its own, black, with no pointer; `name` goes into DISPLAY."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.name = ""

    def __enter__(self) -> Self:
        reads, writes = os.pipe()
        number = 200 + os.getpid() % 30_000
        screen = ("-screen", "0", f"{self.size[0]}x{self.size[1]}x24")
        self._server = subprocess.Popen(
            [
                "Xvfb",
                f":{number}",
                *screen,
                "-nocursor",
                "-noreset",
                "-ac",
                "-nolisten",
                "tcp",
                "-displayfd",
                str(writes),
            ],
            pass_fds=(writes,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writes)
        with os.fdopen(reads) as told:
            answer = told.readline().strip()
        if not answer:
            raise RuntimeError(f"Xvfb did not start as display :{number}")
        self.name = f":{answer}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait()

    @property
    def pid(self) -> int:
        return self._server.pid
