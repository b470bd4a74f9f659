"""Starts a decoder worker and talks to it."""

import logging
import threading
import time
from collections.abc import Callable

import msgspec

from player.decode.order import Order
from player.decode.process import ForkServer, born
from player.decode.protocol import (
    BrokenTalk,
    Crashed,
    Probe,
    Quit,
    Reply,
    Request,
    ShowFile,
    Stop,
    frame_message,
    read_body,
)
from player.decode.replies import MOST_REPLY_BYTES, MOST_SENTENCE, ReplyReader
from player.decode.rings.frames import FrameReader, frames_size
from player.decode.rings.shared import Shared, share
from player.decode.rings.sound import SoundReader, sound_size
from player.processes import is_kept
from signage.printable import printable

SLOTS = 3
KILLED_S = 1.0
"""What was killed and is still there after this hangs in the kernel."""
log = logging.getLogger(__name__)


class Worker:
    """One running worker process, its rings and its replies.

    The process ends with its standard input; on Linux also with whoever made it: the fork server, or the thread that
    spawned it.
    """

    def __init__(
        self,
        hear: Callable[["Worker", Reply | None], None],
        *,
        slot_bytes: int = 0,
        sound: bool = False,
        low: bool = False,
        server: ForkServer | None = None,
    ) -> None:
        """Starts the process; `hear` is called on a thread of the worker's own, with None once when it is gone.

        With `slot_bytes` it gets a ring of `SLOTS` frames, with `sound` one for samples; `low` is for work that can
        wait. `server` forks it where it can. Raises OSError when there is no memory or no process to be had.
        """
        self._hear = hear
        shared: list[Shared] = []
        arguments: list[str] = ["--low"] if low else []
        try:
            self.frames, self.sound = self._rings(shared, arguments, slot_bytes, sound)
            order = Order(slots=SLOTS, slot_bytes=slot_bytes, sound=sound, low=low)
            self._process = born(order, arguments, tuple(fd for part in shared for fd in part.fds), server)
        except OSError:
            for part in shared:
                part.forget()
            raise
        for part in shared:
            part.handed_over()
        self._shared = shared
        self.pid = self._process.pid
        self._replies = ReplyReader(time.monotonic())
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

    def say(self, request: Request, file: int | None = None) -> None:
        """Sends a request, or drops it when the worker is dead. Raises BrokenTalk for one that cannot be sent.

        `file` is the open file that it is about: the worker gets a descriptor of its own, and is told no path. Where
        descriptors cannot be passed it gets the path instead.
        """
        requests = self._process.requests
        if not requests.carries_files:
            file = None
        if file is not None and isinstance(request, Probe | ShowFile):
            request = msgspec.structs.replace(request, path="")
        if not isinstance(request, Stop | Quit):
            self._replies.asked(request.request)
        try:
            requests.send(frame_message(request), file)
        except TimeoutError:
            self._process.kill()  # what does not even read is no use any more
        except (OSError, ValueError):
            return  # the reading thread sees the end of its replies and says so

    def kill(self) -> None:
        """Ends the process at once, whatever it does."""
        self._process.kill()

    def is_gone(self, timeout_s: float) -> bool:
        """Waits for its end, so long at most, and says whether it came: what was killed is kept by the kernel alone."""
        return self._process.wait(timeout_s)

    def leave(self, gone: Callable[[], None] = lambda: None) -> None:
        """Asks the process to end, kills it when it does not, and lets go of everything.

        One that the kernel keeps, because a disk or share does not answer it, is left behind; `gone` is called at its
        end, whenever that is.
        """
        self.say(Quit())
        if not self._process.wait(0.5):
            self._process.kill()
            if not self._process.wait(KILLED_S):
                if is_kept(self.pid):  # else the machine is only slow to end it
                    log.error("worker %d waits in the kernel for a disk or share: it is left behind", self.pid)
                threading.Thread(target=self._let_go, args=(gone,), name="left behind", daemon=True).start()
                return
        self._let_go(gone)

    def _let_go(self, gone: Callable[[], None]) -> None:
        self._process.wait(None)
        gone()
        self._reader.join()
        self._process.close()
        for part in self._shared:
            part.forget()

    def _read(self) -> None:
        try:
            while (body := read_body(self._process.replies, MOST_REPLY_BYTES)) is not None:
                reply = self._replies.read(body, time.monotonic())
                if isinstance(reply, Crashed):
                    log.error("worker %d: %s", self.pid, reply.report)
                    self._process.kill()  # that was its last word, whatever else it has to say
                    break
                if reply is not None:
                    self._hear(self, reply)
        except (BrokenTalk, OSError) as error:
            log.error("worker %d talks nonsense: %s", self.pid, printable(str(error)[:MOST_SENTENCE]))
            self._process.kill()
        finally:
            self._hear(self, None)
