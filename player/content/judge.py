"""Judges settled files one after another: hash, decode whole, and see that the file was not touched meanwhile."""

import contextlib
import datetime as dt
import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

from player.content.book import Verdict
from player.content.desk import Desk
from player.content.intake import ChangedError, StoppedError, digest, is_alike
from player.content.names import FileKind
from player.content.pile import Job
from player.content.stalls import Stalls
from player.decode.digests import Digests
from player.decode.refusal import CHANGED, PASSING, Refused
from signage.disk_faults import in_chinese
from signage.errors import Words
from signage.media import MediaFacts

log = logging.getLogger(__name__)

Probe = Callable[[str, Digests], MediaFacts | Words]
"""Decodes the file at a path whole, if its bytes match the digests: what it is, or why it cannot be shown.

Blocks; ends by itself.
"""
KeepDigests = Callable[[str, Digests], None]
"""Takes the digests of the file with that SHA-256."""

EMPTY = Words(zh="空文件（0 字节）", en="empty file (0 bytes)")
NO_PERMISSION = Words(
    zh="没有读取权限；请把它重新复制一遍，还是这样就告诉管理员（chmod a+r，或更换文件的所有者）",
    en="no permission to read it; copy it once more, else tell the administrator (chmod a+r, or another owner)",
)


def judge(
    job: Job,
    probe: Probe,
    known: Callable[[str], Verdict | None],
    wall: Callable[[], dt.datetime],
    stopped: Callable[[], bool],
    *,
    keep: KeepDigests = lambda *_: None,
) -> Verdict | None:
    """What the file is; None when it changed before that was certain, or the player ends.

    A file that cannot be read, or that no decoder could be started for, or whose disk did not answer while it was
    decoded, is refused with a reason that may pass. Bytes that are `known` are not decoded again.
    """
    seen = job.seen
    facts, why, passing, sha256, digests = None, None, False, job.sha256, job.digests
    try:
        if seen.stamp.size == 0:
            why = EMPTY
        else:
            if digests is None:
                sha256, digests = digest(seen.real, seen.stamp, job.folder, stopped)
            same = known(sha256)
            answer = (same.facts or same.why) if same is not None else None
            answer = answer or probe(job.plays, digests)
            if answer == CHANGED:
                return None
            if isinstance(answer, Words):
                why, passing = answer, answer in PASSING
            else:
                facts = answer
                keep(sha256, digests)
        if job.plays != seen.real:
            os.lstat(job.plays)
        elif not is_alike(seen.real, seen.stamp, job.folder):
            return None
    except (ChangedError, StoppedError, FileNotFoundError):
        return None
    except Refused as refused:
        why = refused.why
    except OSError as error:
        why, passing = cannot_read(error), True
    return Verdict(
        path=seen.path, stamp=seen.stamp, sha256=sha256, facts=facts, why=why, plays=job.plays, at=wall(),
        passing=passing,
    )  # fmt: skip


def cannot_read(error: OSError) -> Words:
    """Why a file could not be read, with the cure."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return NO_PERMISSION
    code = errno.errorcode.get(error.errno or 0, "EIO")
    return Words(
        zh=f"读取出错：{in_chinese(error)}；请检查磁盘或网络",
        en=f"reading fails ({code}); check the disk or the network",
    )


class Judge:
    """Takes jobs of its kinds from the desk until the desk is closed."""

    def __init__(
        self,
        desk: Desk,
        kinds: Sequence[FileKind],
        probe: Probe,
        wall: Callable[[], dt.datetime],
        stopped: Callable[[], bool],
        *,
        keep: KeepDigests,
        stalls: Stalls,
    ) -> None:
        self.thread = threading.Thread(target=self._run, name=f"judge-{'-'.join(kinds)}", daemon=True)
        self._desk = desk
        self._kinds = kinds
        self._probe = probe
        self._wall = wall
        self._stopped, self._keep, self._stalls = stopped, keep, stalls
        self.reading = ""
        """The file that it reads, or has read."""
        self.reading_since: float | None = None
        """Monotonic; when the reading of a file last went on; None while it reads none."""
        self._is_left = False
        self._on_return: Callable[[], None] = lambda: None

    def leave(self, on_return: Callable[[], None]) -> None:
        """Lets it end whenever the disk answers that it waits for; then `on_return` is called."""
        self._on_return, self._is_left = on_return, True

    def another(self) -> "Judge":
        """Returns one that does the same, not begun."""
        return Judge(
            self._desk, self._kinds, self._probe, self._wall, self._stopped, keep=self._keep, stalls=self._stalls
        )

    def _goes_on(self) -> bool:
        """Takes that a part of the file has come; says whether the rest is not wanted."""
        self.reading_since = time.monotonic()
        return self._stopped() or self._is_left

    def _probed(self, path: str, digests: Digests) -> MediaFacts | Words:
        self.reading_since = None
        answer = self._probe(path, digests)
        self.reading_since = time.monotonic()
        return answer

    def _run(self) -> None:
        step_back()
        while not self._is_left and (job := self._desk.take(self._kinds)) is not None:
            if self._stalls.covers(job.seen.path):
                self._desk.judged(job, None, time.monotonic())  # it settles again when its disk answers
                continue
            self.reading, self.reading_since = job.seen.real, time.monotonic()
            verdict = judge(job, self._probed, self._desk.known, self._wall, self._goes_on, keep=self._keep)
            self.reading_since = None
            if verdict is not None and verdict.why is not None and not verdict.passing:
                log.warning("refused %s: %s", job.seen.name, verdict.why.en)
            self._desk.judged(job, verdict, time.monotonic())
        self._on_return()


def step_back() -> None:
    """Lets the threads that draw go before this one, where the system can rank threads (Linux)."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
