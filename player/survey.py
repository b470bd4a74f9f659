"""Looks at the folders and at what was published once, whole: what `check`, `plan` and `doctor` say is about this."""

import threading
import time

import msgspec

from player.clock import Clock, kept_before
from player.composer import open_ingest
from player.composition import NO_ORDERS, Composed, composed
from player.config import Config
from player.content.digest_store import DigestStore
from player.content.library import Library
from player.decode.prober import Prober
from player.keeper import look_at_kept
from player.orders import Orders
from player.publication.published import OnAir, Published
from player.publication.rest import on_air_at_rest
from player.state_files import NotOursError, load_state
from player.uplink.standing import NAME as ORDERS_FILE
from player.uplink.standing import Kept
from player.uplink.writer import boot_id
from signage.program import Program

LOOK_S = 1.0
ANSWER_S = 3.0
"""A folder that says nothing for so long is passed over, and named."""


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The folders at one moment, and what they amount to."""

    config: Config
    library: Library
    last_good: dict[str, bytes]
    on_air: OnAir
    composed: Composed
    unanswered: tuple[str, ...] = ()
    """Folders whose disk or share does not answer."""

    def program_of(self, publications: tuple[Published, ...]) -> Program:
        """Returns what today's folders amount to with other publications on air."""
        on_air = msgspec.structs.replace(self.on_air, publications=publications, expired=False)
        return composed(self.config, self.library, self.last_good, on_air).program


def survey(config: Config, within_s: float = 600.0, *, with_orders: bool = False) -> Survey:
    """Gives everything the folders hold, every file judged; after `within_s` seconds what is judged by then.

    `with_orders`: under what the office ordered this screen, such as a blackout.
    """
    pictures, moving = Prober(), Prober()
    changed = threading.Event()
    ingest = open_ingest(
        config, pictures, moving, changed, DigestStore(config.folders.state).keep,
        wait_s=ANSWER_S, state_wait_s=ANSWER_S, no_answer_s=ANSWER_S,
    )  # fmt: skip
    ingest.start()
    try:
        ends = time.monotonic() + within_s
        library = ingest.latest()
        while (not library.complete or library.waiting) and time.monotonic() < ends:
            changed.wait(LOOK_S)
            changed.clear()
            ingest.look_after()
            library = ingest.latest()
    finally:
        ingest.stop()
        pictures.close()
        moving.close()
    known, unanswered = ingest.last_good_playlists(), ingest.unanswered()
    on_air, orders = _published(config), _orders(config) if with_orders else NO_ORDERS
    found = composed(config, library, known, on_air, orders)
    return Survey(
        config=config, library=library, last_good=dict(known), on_air=on_air, composed=found, unanswered=unanswered
    )


def _published(config: Config) -> OnAir:
    if not config.takes_publications:
        return OnAir()
    return on_air_at_rest(config.folders.state, clock_at_rest(config).moment(), config.trust.expired_days)


def clock_at_rest(config: Config) -> Clock:
    """Returns a clock that knows of the time what the player kept, for commands beside it."""
    kept = look_at_kept(config.folders.state / "rotation.json")
    known = (kept.clock or kept_before(kept.saved_at)) if kept else None
    clock = Clock(config.screen.timezone, kept=known, boot=boot_id())
    clock.ask_synchronised()
    return clock


def _orders(config: Config) -> Orders:
    if not config.has_office:
        return NO_ORDERS
    try:
        kept = load_state(config.folders.state / ORDERS_FILE, Kept)
    except (OSError, NotOursError):  # a command that only looks moves nothing aside
        return NO_ORDERS
    return Orders(blackout=kept.blackout, filler=kept.filler)
