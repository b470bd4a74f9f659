"""Asks a worker what a file is, and waits for the answer: for the folders' thread and the command line."""

import contextlib
import logging
import os
import queue
import threading
import time
from types import TracebackType
from typing import Self

import msgspec

from player.decode import refusal
from player.decode.digests import Digests
from player.decode.files.plainfile import open_plain
from player.decode.process import ForkServer
from player.decode.protocol import BrokenTalk, Failed, Hello, Probe, Probed, Reply
from player.decode.spawn import KILLED_S, Worker
from signage.errors import Words
from signage.media import MediaFacts

SILENCE_S = 15.0
"""A worker that says nothing for so long hangs; one that works says so every second between two pictures."""
TRIES = 2
SLACK = 1.1
"""A file may last a little longer than its container promised."""
MOST_HEARD = 64
"""Replies that wait to be looked at; more are passed over. Only a worker that was taken over says so many."""
log = logging.getLogger(__name__)


class Prober:
    """Keeps one worker at low priority, and replaces it when it dies or hangs. May be used from several threads."""

    def __init__(
        self, *, silence_s: float = SILENCE_S, patience_s: float = 3600.0, server: ForkServer | None = None
    ) -> None:
        self._server = server
        self._silence_s, self._patience_s = silence_s, patience_s
        self._lock = threading.Lock()
        self._heard: queue.Queue[tuple[Worker, Reply | None]] = queue.Queue(MOST_HEARD)
        self._worker: Worker | None = None
        self._request = 0
        self.sandbox: tuple[str, ...] = ()
        """The walls around the worker, as it said."""

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        worker = self._worker
        return worker.pid if worker is not None else None

    def probe(
        self,
        path: str,
        digests: Digests | None = None,
        *,
        max_pixels: int = 64_000_000,
        max_duration_s: float = 4 * 3600.0,
    ) -> MediaFacts | Words:
        """Returns what the file at `path` is, after decoding it whole, or why it cannot be shown.

        With `digests` only bytes that match them are decoded. Without, a link at `path` is followed.
        """
        try:
            file = open_plain(path if digests is not None else _followed(path))
        except refusal.Refused as refused:
            return refused.why
        try:
            request = Probe(
                request=0, path=os.path.abspath(path), digests=digests, max_pixels=max_pixels,
                max_duration_s=max_duration_s,
            )  # fmt: skip
            return self._probed(request, file)
        finally:
            os.close(file)

    def walls(self) -> tuple[str, ...]:
        """Starts a worker if there is none and returns its walls as it says; none when it does not answer."""
        with self._lock:
            until = time.monotonic() + self._silence_s
            try:
                if self._worker is None:
                    self._worker = Worker(self._hear, low=True, server=self._server)
            except OSError as error:
                log.error("no decoder: %s", error)
                return ()
            while not self.sandbox and (left_s := until - time.monotonic()) > 0:
                with contextlib.suppress(queue.Empty):
                    worker, reply = self._heard.get(timeout=left_s)
                    if worker is not self._worker or reply is None:
                        break
                    if isinstance(reply, Hello):
                        self.sandbox = reply.sandbox
            return self.sandbox

    def _probed(self, wanted: Probe, file: int) -> MediaFacts | Words:
        path = wanted.path
        with self._lock:
            why = refusal.CRASHED
            for _ in range(TRIES):
                self._request += 1
                answer = self._ask(msgspec.structs.replace(wanted, request=self._request), file)
                if not isinstance(answer, _Lost):
                    return answer
                log.warning("decoder lost on %r: %s", path, answer.why.en)
                why = answer.why
                if self._drop():
                    return refusal.NO_ANSWER
                if not answer.again:
                    break
            return why

    def _ask(self, request: Probe, file: int) -> "MediaFacts | Words | _Lost":
        try:
            if self._worker is None:
                self._worker = Worker(self._hear, low=True, server=self._server)
            self._worker.say(request, file)
        except BrokenTalk:
            return refusal.badly_named().why
        except OSError as error:
            log.error("no decoder: %s", error)
            return _Lost(refusal.NO_WORKER, again=False)
        return self._answer(request)

    def _answer(self, request: Probe) -> "MediaFacts | Words | _Lost":
        until = time.monotonic() + self._patience_s
        while (left_s := until - time.monotonic()) > 0:
            try:
                worker, reply = self._heard.get(timeout=min(self._silence_s, left_s))
            except queue.Empty:
                return _Lost(refusal.HANGS)
            if worker is not self._worker:
                continue
            match reply:
                case None:
                    return _Lost(refusal.CRASHED)
                case Hello():
                    self.sandbox = reply.sandbox
                case Probed() if reply.request == request.request:
                    if not _answers(reply.facts, request):
                        return _Lost(refusal.CRASHED)
                    return reply.facts
                case Failed() if reply.request == request.request:
                    if refusal.spends_worker(reply.why):
                        self._drop()
                    return reply.why
        return _Lost(refusal.TOO_SLOW, again=False)

    def _hear(self, worker: Worker, reply: Reply | None) -> None:
        while True:
            try:
                self._heard.put_nowait((worker, reply))
                return
            except queue.Full:
                if reply is not None:
                    return
                with contextlib.suppress(queue.Empty):
                    self._heard.get_nowait()  # that a worker is gone is always told

    def _drop(self) -> bool:
        """Ends the worker; says whether the kernel keeps it, because a disk or share does not answer it."""
        worker, self._worker = self._worker, None
        if worker is None:
            return False
        worker.kill()
        is_kept = not worker.is_gone(KILLED_S)
        worker.leave()
        return is_kept

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            if self._worker is not None:
                self._worker.leave()
                self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _followed(path: str) -> str:
    """Returns what a link leads to; what cannot be a path is refused when it is opened."""
    with contextlib.suppress(ValueError):
        return os.path.realpath(path)
    return path


def _answers(facts: MediaFacts, request: Probe) -> bool:
    """Says whether a worker of ours could have found this: it refuses what is longer than asked for."""
    return facts.duration_s <= request.max_duration_s * SLACK + 1.0


class _Lost:
    """No answer came; the worker is no use any more."""

    def __init__(self, why: Words, *, again: bool = True) -> None:
        self.why, self.again = why, again
