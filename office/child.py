"""A program that runs beside us, ends with us, and whose words are passed on line by line.

It has a session of its own, so that Ctrl-C reaches us alone and we end our parts in order.
"""

import contextlib
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

STOP_S = 10.0
"""What does not end in order within so long is killed."""


class Child:
    """A program, running from the beginning; `hear` gets its lines on a thread of its own. Raises OSError."""

    def __init__(self, words: Sequence[str], hear: Callable[[str], None], env: Mapping[str, str] | None = None) -> None:
        self._hear = hear
        self._process = subprocess.Popen(
            [*_mortal(), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._listen, name=f"hears {words[0]}", daemon=True)
        self._thread.start()

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def tell(self, number: signal.Signals) -> None:
        """Sends a signal; nothing when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def wait(self, seconds: float) -> int | None:
        """Waits for its end, so long at most; gives how it ended, or None."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.code

    def stop(self, seconds: float = STOP_S) -> None:
        """Asks it to end, waits, and kills it when it does not."""
        if self.code is None:
            self.tell(signal.SIGTERM)
            if self.wait(seconds) is None:
                self._process.kill()
                self._process.wait()
        self._thread.join(seconds)  # a grandchild may hold the pipe open for longer: it is not waited for
        if not self._thread.is_alive() and self._process.stdout is not None:
            self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._hear(line.decode(errors="replace").rstrip())


def _mortal() -> tuple[str, ...]:
    """Gives the words before a command that let it end when we are killed, where the system can do that (Linux)."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM", "--") if setpriv else ()
