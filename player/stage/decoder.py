"""The screen's side of a decoder worker: asks, takes frames and sound, survives whatever the worker does."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from player.decode import refusal
from player.decode.process import ForkServer
from player.decode.protocol import (
    BrokenTalk,
    Ended,
    Failed,
    Hello,
    Ready,
    Reply,
    ShowCard,
    ShowFile,
    ShowStrip,
    Stop,
    Target,
)
from player.decode.rings.frames import Frame
from player.decode.rings.shared import RingBroken
from player.decode.spawn import KILLED_S, Worker
from player.stage.file_opening import OpenFile, Stalled, nothing_stalled, open_unchecked
from player.stage.hang import HangWatch
from player.stage.worker_output import WorkerOutput
from signage.errors import Words

State = Literal["idle", "starting", "ready", "ended", "failed"]
Show = ShowFile | ShowCard | ShowStrip

FIRST_DELAY_S, LONGEST_DELAY_S = 0.1, 10.0
LOOK_EVERY_S = 0.25
LOADING_S = 20.0
"""A worker that has loaded its libraries, or shares them, says so; until then nothing else can be asked of it."""
IDLE_S = 1.0
"""A worker that nobody wants for so long ends: the next one starts clean, and holds no memory meanwhile."""
MOST_LATE = 8
"""Breakages by requests given up that wait to be taken."""
log = logging.getLogger(__name__)


class _Put(NamedTuple):
    """A request that was put to the worker, which answers them in order."""

    show: Show
    theirs: int
    """Its number, as its maker gave it."""

    @property
    def path(self) -> str:
        return self.show.path if isinstance(self.show, ShowFile) else ""


class Decoder:
    """One worker with its rings, for one zone. All public methods are for the render thread and return at once."""

    def __init__(
        self,
        target: Target,
        want_sound: bool,
        on_wake: Callable[[], None],
        *,
        hang: HangWatch | None = None,
        server: ForkServer | None = None,
        open_file: OpenFile = open_unchecked,
        stalled: Stalled = nothing_stalled,
    ) -> None:
        """Starts the worker on a thread of its own; when idle it ends, and the next request starts another.

        `target` sets the size of the ring's slots; requests may have smaller ones. `on_wake` is called, on other
        threads, whenever `state` may have changed. `stalled` hears of a file whose disk does not answer the worker.
        """
        self._slot_bytes = target.width_px * target.height_px * 4
        self._want_sound, self._on_wake = want_sound, on_wake
        self._hang = hang or HangWatch()
        self._server, self._open_file, self._stalled = server, open_file, stalled
        self._answers: Callable[[], None] = lambda: None
        """Called when a worker is gone that a disk kept."""
        self._changed = threading.Condition()
        self._state: State = "idle"
        self._number = self._theirs = 0
        self._wanted: Show | None = None
        self._sent = self._stop_up_to = 0
        self._unanswered: deque[_Put] = deque()
        """What the worker was asked and has not answered, oldest first: that one is in work, the others wait."""
        self._watched: tuple[int, bool] | None = None
        """The request that the hang watch counts for, and whether it was still wanted."""
        self._late: deque[tuple[int, Words]] = deque(maxlen=MOST_LATE)
        self._output = WorkerOutput(self._condemn)
        self._worker: Worker | None = None
        self._gone = self._condemned = self._spent = self._closing = self._greeted = False
        self._born_at = 0.0
        self._delay_s, self._replies = FIRST_DELAY_S, 0
        self.why: Words | None = None
        """Why the present request failed."""
        self.broke = False
        """Whether the present request killed or hung the worker."""
        self.has_sound = False
        self.sandbox: tuple[str, ...] = ()
        """The walls around the worker, as it said."""
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._thread.start()

    @property
    def state(self) -> State:
        """How far the present request is. At `ended` frames may still wait in the ring; none will be added."""
        self._output.drain(self._number)
        return self._state

    @property
    def request(self) -> int:
        """The number of the present request, as its maker gave it."""
        return self._theirs

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        worker = self._worker
        return worker.pid if worker is not None else None

    def show(self, request: Show) -> None:
        """Asks for a request in place of whatever was in work; frames of the former one are void."""
        with self._changed:
            self._stop_up_to = self._number
            self._number += 1
            self._theirs = request.request
            self._wanted = msgspec.structs.replace(request, request=self._number)
            self._begin("starting")
            self._changed.notify_all()

    def stop(self) -> None:
        """Gives up the present request."""
        with self._changed:
            self._stop_up_to, self._wanted = self._number, None
            self._number += 1
            self._begin("idle")
            self._changed.notify_all()

    def _begin(self, state: State) -> None:
        self._state, self.why, self.broke, self.has_sound = state, None, False, False
        self._output.begin(self._number)

    def frame(self) -> Frame | None:
        """Returns the oldest waiting frame of the present request, the same one until it is released."""
        return None if self._state in ("idle", "failed") else self._output.frame(self._number)

    def release(self) -> None:
        """Gives the place of the frame that `frame` gave back to the worker."""
        self._output.release()

    def pcm(self, most: int) -> bytes:
        """Returns up to `most` bytes of the present request's sound: 16 bits, stereo, 48 kHz, whole samples."""
        return b"" if self._state in ("idle", "failed") else self._output.pcm(self._number, most)

    def _condemn(self, error: RingBroken) -> None:
        log.error("worker %s writes nonsense: %s", self.pid, error)
        with self._changed:
            self._condemned = True
            self._changed.notify_all()

    def late_breakages(self) -> tuple[tuple[int, Words], ...]:
        """Returns the requests, by their makers' numbers, that broke the worker after they were given up; once each."""
        if not self._late:
            return ()
        with self._changed:
            late = tuple(self._late)
            self._late.clear()
        return late

    def close(self) -> None:
        """Ends the worker; returns before it is gone."""
        with self._changed:
            self._closing, self._state = True, "idle"
            self._changed.notify_all()

    def wait_closed(self, timeout_s: float) -> bool:
        """Waits until the worker is gone, for the end of the program and for tests; says whether it is."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # From here on: the decoder's own thread, and the worker's reading thread in `_hear`.

    def _run(self) -> None:
        while not self._closing:
            worker, retired = self._spawned(), False
            if worker is not None:
                retired = self._attend(worker)
                if retired:
                    self._output.detach()
                worker.leave(self._answers)
                self._answers = lambda: None
                self._worker = None
            with self._changed:
                if retired:
                    self._changed.wait_for(lambda: self._closing or self._wanted is not None)
                elif not self._closing:
                    # What a worker had finished waits in its ring, and is shown whatever became of the worker.
                    self._changed.wait_for(lambda: self._closing or self._condemned or self._state != "ended")
                    self._changed.wait_for(lambda: self._closing, self._delay_s)
                    self._delay_s = min(LONGEST_DELAY_S, self._delay_s * 2)

    def _spawned(self) -> Worker | None:
        with self._changed:
            self._gone = self._condemned = self._spent = self._greeted = False
            self._sent, self._watched = 0, None
            self._unanswered.clear()
        try:
            worker = Worker(self._hear, slot_bytes=self._slot_bytes, sound=self._want_sound, server=self._server)
        except OSError as error:
            log.error("no decoder: %s", error)
            self._fail(refusal.NO_WORKER, self._number, broke=False)
            return None
        self._worker = worker
        self._output.attach(worker.frames, worker.sound)
        self._born_at = time.monotonic()
        return worker

    def _attend(self, worker: Worker) -> bool:
        """Sends what is wanted and watches, until the worker is gone or has to go; says whether it was only idle."""
        while True:
            with self._changed:
                came = self._changed.wait_for(self._is_news, self._patience_s())
                if self._closing or self._gone or self._condemned:
                    break
                if not came and self._state == "idle" and self._greeted:
                    return True
                sent, stop, wanted, theirs = self._sent, self._stop_up_to, self._wanted, self._theirs
                self._wanted = None
                if wanted is not None:
                    self._sent = wanted.request
            self._send(worker, stop if 0 < sent <= stop else 0, _Put(wanted, theirs) if wanted is not None else None)
            if self._state in ("starting", "ready") and self._hangs(time.monotonic()):
                log.error("worker %d hangs", worker.pid)
                worker.kill()
                with self._changed:
                    path = self._unanswered[0].path if self._unanswered else ""
                if not path or worker.is_gone(KILLED_S):
                    self._lost(refusal.HANGS)
                else:  # not the file's fault
                    self._answers = self._stalled(path)
                    self._lost(refusal.NO_ANSWER)
                return False
        if not self._closing:
            log.error("worker %d is gone", worker.pid)
            worker.kill()
            self._lost(refusal.CRASHED)
        return False

    def _hangs(self, now: float) -> bool:
        if not self._greeted:
            return now - self._born_at > LOADING_S
        with self._changed:
            oldest = self._unanswered[0].show.request if self._unanswered else 0
            watched = (oldest, oldest == self._number)
        if watched != self._watched:
            self._watched = watched
            self._hang.begin(now)
        is_ready = self._state == "ready"
        return self._hang.hangs(now, *self._output.rings, self._replies, ready=is_ready, has_sound=self.has_sound)

    def _patience_s(self) -> float | None:
        match self._state:
            case "starting" | "ready":
                return LOOK_EVERY_S
            case "idle":
                return IDLE_S
            case _:
                return None

    def _is_news(self) -> bool:
        stopped = 0 < self._sent <= self._stop_up_to
        return self._closing or self._gone or self._condemned or self._wanted is not None or stopped

    def _send(self, worker: Worker, stop: int, put: _Put | None) -> None:
        if stop:
            worker.say(Stop(request=stop))
            with self._changed:
                if self._sent <= stop:
                    self._sent = 0
        if put is None:
            return
        wanted = put.show
        try:
            if isinstance(wanted, ShowFile):
                self._hand_over(worker, put, wanted)
            else:
                self._put(put)
                worker.say(wanted)
        except BrokenTalk:
            with self._changed:
                if self._unanswered and self._unanswered[-1] is put:
                    self._unanswered.pop()  # it was not sent
            self._fail(refusal.badly_named().why, wanted.request, broke=False)
        except refusal.Refused as refused:
            self._fail(refused.why, wanted.request, broke=False)

    def _put(self, put: _Put) -> None:
        with self._changed:
            self._unanswered.append(put)

    def _hand_over(self, worker: Worker, put: _Put, wanted: ShowFile) -> None:
        """Opens the file and gives the worker a descriptor of it. Raises Refused and BrokenTalk."""
        file, digests = self._open_file(wanted, lambda: self._closing or wanted.request != self._number)
        try:
            self._put(put)
            worker.say(msgspec.structs.replace(wanted, sha256="", digests=digests), file)
        finally:
            os.close(file)

    def _hear(self, worker: Worker, reply: Reply | None) -> None:
        with self._changed:
            if worker is not self._worker and self._worker is not None:
                return
            is_news = self._takes_answer(reply)
            match reply:
                case None:
                    self._gone = True
                case Hello():
                    self.sandbox, self._greeted = reply.sandbox, True
                case Ready() if reply.request == self._number and self._state == "starting":
                    self._state, self.has_sound = "ready", reply.has_sound
                    self._replies += 1
                    self._delay_s = FIRST_DELAY_S
                case Ended() if reply.request == self._number and self._state in ("starting", "ready"):
                    self._state = "ended"
                case Failed() if reply.request == self._number and self._state in ("starting", "ready"):
                    self._state, self.why = "failed", reply.why
                    self._delay_s = FIRST_DELAY_S
                    self._spend(reply.why)
                case Failed() if is_news:
                    self._spend(reply.why)
                case _ if not is_news:
                    return  # nothing that anybody waits for keeps a worker alive, or wakes anybody
            self._changed.notify_all()
        self._on_wake()

    def _takes_answer(self, reply: Reply | None) -> bool:
        """Takes that requests are answered up to the one of `reply`; says whether one is that was not before."""
        if not isinstance(reply, Ready | Ended | Failed):
            return False
        before = len(self._unanswered)
        while self._unanswered and self._unanswered[0].show.request < reply.request:
            self._unanswered.popleft()
        is_over = isinstance(reply, Ended | Failed)
        if is_over and self._unanswered and self._unanswered[0].show.request == reply.request:
            self._unanswered.popleft()
        if len(self._unanswered) == before:
            return False
        self._replies += 1  # a sign of life, once each
        return True

    def _spend(self, why: Words) -> None:
        """Lets a worker go that is no use to another request, without blaming the one that waits for it."""
        if refusal.spends_worker(why):
            self._condemned = self._spent = True

    def _lost(self, why: Words) -> None:
        """Notes why the worker is lost: for the request that was in work. One that waited behind it is asked again."""
        with self._changed:
            at_work = self._unanswered.popleft() if self._unanswered and not self._spent else None
            if not self._greeted:
                why = refusal.NO_WORKER  # it had looked at nothing yet
            broke = why in (refusal.HANGS, refusal.CRASHED)
            if at_work is not None and at_work.show.request != self._number and broke:
                self._late.append((at_work.theirs, why))
            waited = next((put for put in self._unanswered if put.show.request == self._number), None)
            if waited is not None and self._state in ("starting", "ready"):
                self._wanted, self._state = waited.show, "starting"
                self._output.begin(self._number)
            self._unanswered.clear()
        if at_work is not None:
            self._fail(why, at_work.show.request, broke=broke)
        self._on_wake()

    def _fail(self, why: Words, request: int, *, broke: bool) -> None:
        """Notes that a request failed, if it still is the present one: the next is not to blame."""
        with self._changed:
            if request != self._number or self._state not in ("starting", "ready"):
                return
            self._state, self.why, self.broke = "failed", why, broke
        self._on_wake()
