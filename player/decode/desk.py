"""A worker's desk: requests come in while another is in work."""

import os
import threading
from collections import deque
from typing import BinaryIO, NamedTuple

from player.decode.protocol import (
    BrokenTalk,
    Ended,
    Quit,
    Reply,
    Stop,
    Work,
    frame_message,
    parse_request,
    read_body,
)
from player.decode.wire import RequestReceiver, close_file
from signage.errors import WuzhaError


class Superseded(WuzhaError):
    """The request in work is no longer wanted."""


class Task(NamedTuple):
    """A request, and the file that came with it; whoever takes it closes the file."""

    work: Work
    file: int | None


class Desk:
    """Reads requests on a thread of its own; says replies from the caller's."""

    def __init__(self, requests: RequestReceiver, replies: BinaryIO) -> None:
        self._requests, self._replies = requests, replies
        self._changed = threading.Condition()
        self._waiting: deque[Task] = deque()
        self._stopped_up_to = 0
        threading.Thread(target=self._read, name="requests", daemon=True).start()

    def say(self, reply: Reply) -> None:
        """Sends a reply; ends the process when nobody listens any more."""
        message = memoryview(frame_message(reply))
        try:
            while message:
                message = message[self._replies.write(message) :]
        except OSError:
            os._exit(0)

    def next(self) -> Task:
        """Waits for the next request that is still wanted."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                task = self._waiting.popleft()
                if task.work.request > self._stopped_up_to:
                    return task
            close_file(task.file)
            self.say(Ended(request=task.work.request, frames=0))

    def check(self, request: int) -> None:
        """Raises Superseded when `request` was stopped."""
        if request <= self._stopped_up_to:
            raise Superseded

    def pause(self, request: int, seconds: float) -> None:
        """Sleeps, but not longer than the request in work is wanted; raises Superseded."""
        with self._changed:
            self._changed.wait_for(lambda: request <= self._stopped_up_to, seconds)
        self.check(request)

    def _read(self) -> None:
        try:
            while (body := read_body(self._requests)) is not None:
                request, file = parse_request(body), self._requests.take_file()
                if isinstance(request, Quit):
                    break
                with self._changed:
                    if isinstance(request, Stop):
                        self._stopped_up_to = max(self._stopped_up_to, request.request)
                        close_file(file)
                    else:
                        self._waiting.append(Task(request, file))
                    self._changed.notify_all()
        except (BrokenTalk, OSError):
            os._exit(2)
        # The screen process is gone or wants us gone; libav may be in the middle of something and is not asked.
        os._exit(0)
