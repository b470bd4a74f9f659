"""What of a page changed since the version of it that a browser has.

Rule: it holds a bounded number of versions, each as hashes only; whoever names one that is not held gets everything.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

import msgspec

MOST_VERSIONS = 64
"""A page that is open names its version every few seconds and leaves it for the newest."""
MOST_PARTS = 2048
LARGEST_PART = 16 * 1024
"""Characters; a larger one is drawn anew each time. So all that are kept are 32 million at most, and usually 4."""


class PagePart(msgspec.Struct, frozen=True):
    """A part of a page that goes out alone when it changed."""

    id: str
    html: str
    hash: bytes


def page_part(name: str, html: str) -> PagePart:
    """Returns a part of a page with its hash."""
    return PagePart(name, html, hashlib.sha256(html.encode()).digest()[:16])


class PageVersion(msgspec.Struct, frozen=True):
    """What a page was made of."""

    head: bytes
    ids: tuple[str, ...]
    hashes: tuple[bytes, ...]

    @property
    def tag(self) -> str:
        """Its ETag: the same for the same page, whichever process made it."""
        found = hashlib.sha256(self.head)
        for name, each in zip(self.ids, self.hashes, strict=True):
            found.update(f"{len(name)} {name} ".encode(errors="replace") + each)
        return f'"{found.hexdigest()[:32]}"'


class Changes(msgspec.Struct, frozen=True):
    """What has to be sent so that an older page becomes the newer one."""

    head: bool
    parts: tuple[PagePart, ...]
    """Those that are new or look different."""
    order: tuple[str, ...] | None
    """All that are there now, in order; None: the same ones stand in the same order."""


def version(head: PagePart, parts: Sequence[PagePart]) -> PageVersion:
    """Returns the version that a page of these parts is."""
    return PageVersion(head.hash, tuple(each.id for each in parts), tuple(each.hash for each in parts))


def changes(old: PageVersion, head: PagePart, parts: Sequence[PagePart]) -> Changes:
    """Returns what is different from an older version."""
    had = dict(zip(old.ids, old.hashes, strict=True))
    order = tuple(each.id for each in parts)
    return Changes(
        head=old.head != head.hash,
        parts=tuple(each for each in parts if had.get(each.id) != each.hash),
        order=None if order == old.ids else order,
    )


class HeldVersions:
    """The versions of a page that browsers have; any thread."""

    def __init__(self, most: int = MOST_VERSIONS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, PageVersion] = OrderedDict()

    def find(self, tags: Sequence[str]) -> PageVersion | None:
        """Returns the first of them that is held."""
        with self._lock:
            for tag in tags:
                if tag in self._held:
                    self._held.move_to_end(tag)
                    return self._held[tag]
        return None

    def hold(self, tag: str, found: PageVersion) -> None:
        """Holds one more; the one that nobody named for the longest time goes."""
        with self._lock:
            self._held[tag] = found
            self._held.move_to_end(tag)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


class DrawnParts:
    """The newest drawing of each part, by the facts that it was drawn from; any thread."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._drawn: OrderedDict[str, tuple[Hashable, PagePart]] = OrderedDict()

    def get(self, name: str, facts: Hashable, draw: Callable[[], str]) -> PagePart:
        """Returns the drawing of these facts; `draw` is called when they are not those of the last time."""
        with self._lock:
            kept = self._drawn.get(name)
            if kept is not None and kept[0] == facts:
                self._drawn.move_to_end(name)
                return kept[1]
        found = page_part(name, draw())
        with self._lock:
            self._drawn.pop(name, None)
            if len(found.html) <= LARGEST_PART:
                self._drawn[name] = (facts, found)
            while len(self._drawn) > self._most:
                self._drawn.popitem(last=False)
        return found
