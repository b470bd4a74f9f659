"""The pipe on which a screen process hears what was seen of its picture. It never holds up whoever writes."""

import contextlib
import os
import sys
import threading
from typing import IO

from player.watch.sighting import Sighting, sighting_line


class SightingPipe:
    """The supervisor's end. Any thread may tell; what does not fit is left out."""

    def __init__(self, stream: IO[bytes]) -> None:
        """`stream` is the screen process's input; it is closed with this."""
        self._stream = stream
        self._guard = threading.Lock()
        self._is_open = True
        if sys.platform != "win32":
            os.set_blocking(stream.fileno(), False)

    def tell(self, sighting: Sighting) -> None:
        """Writes the line whole or not at all."""
        line = sighting_line(sighting)
        with self._guard:
            if self._is_open and line:
                # Full: it does not read. Broken: it is gone, and others see to that.
                with contextlib.suppress(OSError):
                    os.write(self._stream.fileno(), line)

    def close(self) -> None:
        """Lets go of the pipe, which ends a screen process that still runs."""
        with self._guard:
            self._is_open = False
            with contextlib.suppress(OSError):
                self._stream.close()
