"""Looks at the folders and at what was published once, whole: what `check`, `plan` and `doctor` say is about this."""

import threading
import time

import msgspec

from player.clock import Clock
from player.composer import open_ingest
from player.composition import Composed, composed
from player.config import Config
from player.content.digest_store import DigestStore
from player.content.library import Library
from player.decode.prober import Prober
from player.publication.published import OnAir
from player.publication.rest import on_air_at_rest
from player.state import Moment

LOOK_S = 1.0


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The folders at one moment, and what they amount to."""

    library: Library
    composed: Composed


def survey(config: Config, within_s: float = 600.0) -> Survey:
    """Gives everything the folders hold, every file judged; after `within_s` seconds what is judged by then."""
    pictures, moving = Prober(), Prober()
    changed = threading.Event()
    ingest = open_ingest(config, pictures, moving, changed, DigestStore(config.folders.state).keep)
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
    known = ingest.last_good_playlists()
    return Survey(library=library, composed=composed(config, library, known, _published(config)))


def _published(config: Config) -> OnAir:
    if not config.takes_publications:
        return OnAir()
    clock = Clock(config.screen.timezone)
    clock.ask_synchronised()
    told, now = clock.read(clock.now()), clock.now()
    return on_air_at_rest(config.folders.state, Moment(told.at, now, told.quality), config.trust.expired_days)
