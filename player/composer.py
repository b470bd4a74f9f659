"""Composes a new program whenever folders, publications or orders changed, on a thread of its own."""

import datetime as dt
import logging
import threading
from collections.abc import Callable

from player.answer import MOST_WAIT_S
from player.composition import Composed, composed
from player.config import Config
from player.content.ingest import NO_ANSWER_S, Ingest
from player.content.judge import KeepDigests
from player.content.library import Folder, Library
from player.content.store import Store
from player.decode.prober import Prober
from player.events import ProgramChanged
from player.orders import Orders
from player.publication.published import OnAir
from signage import __version__, timetable
from signage.calendar_age import outdated
from signage.errors import Complaint, Words
from signage.program import Program

log = logging.getLogger(__name__)


class Composer:
    """Waits for something to change, composes, remembers what is good, and tells the loop."""

    def __init__(
        self,
        config: Config,
        ingest: Ingest,
        changed: threading.Event,
        tell: Callable[[ProgramChanged], None],
        *,
        on_air: Callable[[], OnAir] = OnAir,
        orders: Callable[[], Orders] = Orders,
    ) -> None:
        """`changed` is set by whoever has a new library, new publications or new orders.

        `on_air` and `orders` give what holds now, at once.
        """
        self._config = config
        self._ingest = ingest
        self._on_air, self._orders = on_air, orders
        self._tell = tell
        self._changed = changed
        self._stopping = False
        self._told: tuple[Complaint, ...] = ()
        self._program: Program | None = None
        self._outdated: tuple[Program, dt.date, tuple[Words, ...]] | None = None
        self._refused: frozenset[tuple[str, Words]] = frozenset()
        self.on_refused: Callable[[str, Words], None] = lambda *_: None
        """Told once of each file that is refused, and again when the reason is another."""
        self._thread = threading.Thread(target=self._run, name="composer", daemon=True)

    def first(self) -> Composed:
        """Composes from what is known without waiting: the cache and the playlists as they lie there."""
        return self._compose(self._ingest.cached())

    def outdated(self, today: dt.date) -> tuple[Words, ...]:
        """Returns what the calendar does not know any more; from any thread, worked out once a day."""
        program, known = self._program, self._outdated
        if program is None:
            return ()
        if known is None or known[0] is not program or known[1] != today:
            known = self._outdated = (program, today, outdated(program, today))
        return known[2]

    def start(self) -> None:
        """Begins to follow the library."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stopping = True
        self._changed.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._changed.wait()
            self._changed.clear()
            if self._stopping:
                return
            library = self._ingest.latest()
            made = self._compose(library)
            for zone in made.program.zones:
                # Resolving thousands of media takes milliseconds: here, not on the render thread.
                timetable.of(made.program, zone.name)
            refused = frozenset((each.name, each.why) for each in library.refused)
            for name, why in sorted(refused - self._refused, key=lambda each: each[0]):
                self.on_refused(name, why)
            self._refused = refused
            notes = tuple(dict.fromkeys((*_notes(library), *made.notes)))
            self._tell(ProgramChanged(program=made.program, complaints=made.complaints, notes=notes))

    def _compose(self, library: Library) -> Composed:
        known = self._ingest.last_good_playlists()
        made = composed(self._config, library, known, self._on_air(), self._orders())
        for name, text in made.good.items():
            if known.get(name) != text:
                self._ingest.remember_playlist(name, text)
        for complaint in made.complaints:
            if complaint not in self._told:
                log.warning("%s: %s; %s", complaint.where, complaint.problem.en, complaint.cure.en)
        self._told = made.complaints
        self._program = made.program
        return made


def _notes(library: Library) -> tuple[Words, ...]:
    refused = tuple(Words(f"{r.name}：{r.why.zh}", f"{r.name}: {r.why.en}") for r in library.refused[:3])
    return (*library.notes, *refused)


def open_ingest(
    config: Config,
    pictures: Prober,
    moving: Prober,
    changed: threading.Event,
    keep: KeepDigests,
    *,
    wait_s: float = MOST_WAIT_S,
    state_wait_s: float = MOST_WAIT_S,
    no_answer_s: float = NO_ANSWER_S,
) -> Ingest:
    """Gives what watches the configured folders; `changed` is set whenever its library is a new one.

    The seconds are those of `Ingest`.
    """
    folders = config.folders
    share = folders.watch == "polling"
    return Ingest(
        [Folder.at(str(path), network=share) for path in folders.media],
        [Folder.at(str(path), network=share) for path in folders.playlists],
        Store(str(folders.state)),
        pictures.probe,
        probe_moving=moving.probe,
        on_change=changed.set,
        edition=__version__,
        keep=keep,
        wait_s=wait_s,
        state_wait_s=state_wait_s,
        no_answer_s=no_answer_s,
        copies=folders.copies,
    )
