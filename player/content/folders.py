"""The door to watchdog: a hint that something may have changed in a local folder.

Rule: an event is only a hint, told by calling `on_hint` and nothing else; what is true comes from looking. So events
may be lost, doubled or late without harm, and where the system gives none the looks alone do the work, more often.
"""

import contextlib
import logging
from collections.abc import Callable

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from signage.errors import Words

log = logging.getLogger(__name__)

RETRY_S = 60.0
# Not modifications: a file being copied would give thousands, and our own reading others.
_EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]
_TROUBLE = Words(
    zh="系统不再通知文件夹的变化（监视数量可能已到上限，见 fs.inotify.max_user_watches 和 max_user_instances）；"
    "改为每秒查看一次",
    en="the system does not tell of changes in folders (perhaps its limit of watches is reached, see"
    " fs.inotify.max_user_watches and max_user_instances); looking every second instead",
)


class Hints(FileSystemEventHandler):
    """Calls `on_hint` from watchdog's thread when something may have changed in a followed folder."""

    def __init__(self, on_hint: Callable[[], None], make_observer: Callable[[], BaseObserver] = Observer) -> None:
        self._on_hint = on_hint
        self._make_observer = make_observer
        self._observer: BaseObserver | None = None
        self._watches: dict[str, tuple[ObservedWatch, tuple[int, int]]] = {}
        self._retry_at = 0.0
        self.trouble: Words | None = None
        """Set while the system gives no hints."""

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - watchdog's signature
        self._on_hint()

    def follow(self, path: str, identity: tuple[int, int], now: float) -> None:
        """Watches a folder and those below; to be called at each look.

        A folder made anew under the same path (another `identity`), a watch that died and one that was refused are set
        up again, the latter after `RETRY_S`.
        """
        if self._is_watched(path, identity) or now < self._retry_at:
            return
        try:
            self._watch(path, identity)
        except FileNotFoundError:
            return
        except (OSError, RuntimeError) as error:  # RuntimeError: "can't start new thread"
            self._retry_at = now + RETRY_S
            self._drop(path)
            if self.trouble is None:
                log.warning("no hints for %r, looking every second: %s", path, error)
            self.trouble = _TROUBLE
        else:
            if self.trouble is not None:
                log.info("hints for %r again", path)
            self.trouble = None

    def _is_watched(self, path: str, identity: tuple[int, int]) -> bool:
        observer, held = self._observer, self._watches.get(path)
        if observer is None or held is None or not observer.is_alive() or held[1] != identity:
            return False
        return any(e.watch == held[0] and e.is_alive() for e in observer.emitters)

    def _watch(self, path: str, identity: tuple[int, int]) -> None:
        if self._observer is not None and not self._observer.is_alive():
            log.warning("watchdog's observer died; starting another")
            self.stop()
        if self._observer is None:
            self._observer = self._make_observer()
            self._observer.start()
        self._drop(path)
        watch = self._observer.schedule(self, path, recursive=True, event_filter=_EVENTS)
        self._watches[path] = (watch, identity)

    def _drop(self, path: str) -> None:
        held = self._watches.pop(path, None)
        if held is not None and self._observer is not None:
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(held[0])

    def stop(self) -> None:
        """Ends watching."""
        observer, self._observer = self._observer, None
        self._watches.clear()
        if observer is not None:
            observer.stop()
            observer.join(timeout=2.0)
