"""What the tests of content share: folders, a decoder that believes a file by its first and last bytes, and waiting."""

import datetime as dt
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from player.content.ingest import Ingest
from player.content.library import Folder, Library
from player.content.store import Store
from player.decode.digests import Digests
from signage.errors import Words
from signage.media import MediaFacts

AT = dt.datetime(2026, 8, 5, 8, tzinfo=dt.UTC)
TRUNCATED = Words(zh="文件不完整", en="truncated")
FACTS = MediaFacts(kind="image", width_px=4, height_px=3)


def picture(text: str = "", size: int = 0) -> bytes:
    """Bytes that the fake decoder shows."""
    return b"PIC" + text.encode() + b"." * size + b"END"


class FakeProbe:
    """Decodes what begins with PIC and ends with END; counts, and can be told to wait or to act while it decodes."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.meanwhile: Callable[[str], None] = lambda path: None

    def __call__(self, path: str, digests: Digests) -> MediaFacts | Words:
        self.paths.append(path)
        content = Path(path).read_bytes()
        self.meanwhile(path)
        return FACTS if content.startswith(b"PIC") and content.endswith(b"END") else TRUNCATED


class Bench:
    """An `Ingest` over folders below `top`, and waiting for what it says."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.media = top / "media"
        self.playlists = top / "playlists"
        self.media.mkdir(exist_ok=True)
        self.playlists.mkdir(exist_ok=True)
        self.probe = FakeProbe()
        self.changed = threading.Event()
        self.running: list[Ingest] = []
        self.folders = [Folder.at(str(self.media))]
        self.lists = [Folder.at(str(self.playlists))]
        self.edition = "1"
        self.no_answer_s = 10.0
        self.keep_free_bytes = 0

    def make(self) -> Ingest:
        store = Store(str(self.top / "state"), keep_free_bytes=self.keep_free_bytes)
        return Ingest(
            self.folders,
            self.lists,
            store,
            self.probe,
            on_change=self.changed.set,
            edition=self.edition,
            no_answer_s=self.no_answer_s,
            wall=lambda: AT,
        )

    def start(self) -> Ingest:
        ingest = self.make()
        self.running.append(ingest)
        ingest.start()
        return ingest

    def until(self, ingest: Ingest, is_so: Callable[[Library], bool], deadline_s: float = 20.0) -> Library:
        """The first snapshot of which `is_so`; fails with the last one when none comes in time."""
        deadline = time.monotonic() + deadline_s
        while not is_so(library := ingest.latest()):
            left = deadline - time.monotonic()
            assert left > 0, f"not so after {deadline_s} s: {library}"
            self.changed.wait(min(left, 1.0))
            self.changed.clear()
        return library

    def close(self) -> None:
        for ingest in self.running:
            ingest.stop()


def put(path: Path, content: bytes) -> None:
    """Writes beside and renames: complete at once."""
    temp = path.with_name(".put" + path.name[-8:])
    temp.write_bytes(content)
    os.replace(temp, path)


def tell(figure: str) -> None:
    """Prints what was measured; no test fails for it."""
    sys.stdout.write(figure + "\n")
