"""One drawing for all who ask for the same page at the same time: thirty viewers cost hardly more than a few.

Rule: nobody gets a drawing that was begun before he asked, so nothing here is ever out of date.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Drawn = TypeVar("_Drawn")


class _Page(Generic[_Drawn]):
    """What is known of one page while somebody waits for it."""

    def __init__(self) -> None:
        self.askers = 0
        self.begun = 0
        """Drawings, so far."""
        self.is_drawing = False
        self.done: tuple[int, _Drawn] | None = None
        """The newest that is ready, and which one it was."""


class SharedDrawings(Generic[_Drawn]):
    """Drawings under way; any thread. Holds nothing that nobody waits for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pages: dict[Hashable, _Page[_Drawn]] = {}

    def get(self, key: Hashable, draw: Callable[[], _Drawn]) -> _Drawn:
        """Returns a drawing that was begun after this was called: one's own, or that of somebody who asked, too.

        Raises what one's own `draw` raises; another's failure is his.
        """
        with self._changed:
            page = self._pages.setdefault(key, _Page())
            page.askers += 1
            least = page.begun + 1
        try:
            return self._get(page, least, draw)
        finally:
            with self._changed:
                page.askers -= 1
                if not page.askers:
                    self._pages.pop(key, None)

    def _get(self, page: _Page[_Drawn], least: int, draw: Callable[[], _Drawn]) -> _Drawn:
        with self._changed:
            while page.is_drawing and not (page.done is not None and page.done[0] >= least):
                self._changed.wait()
            if page.done is not None and page.done[0] >= least:
                return page.done[1]
            page.begun += 1
            mine, page.is_drawing = page.begun, True
        try:
            drawn = draw()
            with self._changed:
                page.done = (mine, drawn)
            return drawn
        finally:
            with self._changed:
                page.is_drawing = False
                self._changed.notify_all()
