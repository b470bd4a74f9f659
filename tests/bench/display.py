"""A virtual X display."""

import os
import subprocess
from types import TracebackType
from typing import Self


class Display:
    """A display of its own, black, with no pointer; `name` goes into DISPLAY."""

    def __init__(self, size: tuple[int, int], *, resizable: bool = False) -> None:
        """`resizable` takes Xvnc, whose mode can be changed with xrandr, in place of Xvfb."""
        self.size = size
        self._resizable = resizable
        self.name = ""

    def __enter__(self) -> Self:
        reads, writes = os.pipe()
        number = 200 + os.getpid() % 30_000
        width, height = self.size
        server = (
            ("Xvnc", f":{number}", "-geometry", f"{width}x{height}", "-depth", "24", "-SecurityTypes", "None")
            if self._resizable
            else ("Xvfb", f":{number}", "-screen", "0", f"{width}x{height}x24", "-nocursor")
        )
        self._server = subprocess.Popen(
            [*server, "-noreset", "-ac", "-nolisten", "tcp", "-displayfd", str(writes)],
            pass_fds=(writes,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writes)
        with os.fdopen(reads) as told:
            answer = told.readline().strip()
        if not answer:
            raise RuntimeError(f"{server[0]} did not start as display :{number}")
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
