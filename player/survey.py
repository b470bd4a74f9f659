"""Looks at the watched folders once, whole: what `check`, `plan` and `doctor` say is about this."""

import threading
import time

import msgspec

from player.composer import open_ingest
from player.composition import Composed, composed
from player.config import Config
from player.content.library import Library
from player.decode.prober import Prober

LOOK_S = 1.0


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The folders at one moment, and what they amount to."""

    library: Library
    composed: Composed


def survey(config: Config, within_s: float = 600.0) -> Survey:
    """Gives everything the folders hold, every file judged; after `within_s` seconds what is judged by then."""
    pictures, moving = Prober(), Prober()
    changed = threading.Event()
    ingest = open_ingest(config, pictures, moving, changed)
    ingest.start()
    try:
        ends = time.monotonic() + within_s
        library = ingest.latest()
        while (not library.complete or library.waiting) and time.monotonic() < ends:
            changed.wait(LOOK_S)
            changed.clear()
            library = ingest.latest()
    finally:
        ingest.stop()
        pictures.close()
        moving.close()
    return Survey(library=library, composed=composed(config, library, ingest.last_good_playlists()))
