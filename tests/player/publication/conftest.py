"""An office that publishes, and a screen that follows it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.decode.digests import Digests
from player.publication.publications import Publications
from player.publication.published import OnAir
from player.publication.sources import Source
from player.state import Moment
from signage.errors import Words
from signage.ledger import Details
from signage.media import MediaFacts
from signage.messages import Step
from tests.player.publication.repository import NOW, Repository

SCREEN = "sq-led"
PICTURE = MediaFacts(kind="image", width_px=10, height_px=10)
BROKEN = Words(zh="坏了", en="it is broken")


class Follower:
    """A screen's publications, with all that they told."""

    def __init__(self, office: Repository, state: Path, source: Source, **fields: object) -> None:
        self.told: list[tuple[int, Step]] = []
        self.details: list[Details] = []
        self.probed: list[str] = []
        self.clock = Moment(NOW, 0.0, "ntp")
        self.changes = 0
        self._bell = threading.Condition()
        root = office.folder.parent / "root.json"
        if not root.exists():
            root.write_bytes(office.anchor)
        self.publications = Publications(
            state=state,
            screen=SCREEN,
            source=source,
            read_clock=lambda: self.clock,
            receipt=self._receipt,
            changed=self._changed,
            progressed=self._ring,
            **{"root": root, "probe": self._probe, "first_delay_s": 0.05, "keep_free_bytes": 0, **fields},  # type: ignore[arg-type]
        )

    def _receipt(self, number: int, step: Step, details: Details, at: Moment) -> None:
        self.told.append((number, step))
        self.details.append(details)
        self._ring()

    def _probe(self, path: str, digests: Digests) -> MediaFacts | Words:
        self.probed.append(path)
        return BROKEN if Path(path).read_bytes().startswith(b"broken") else PICTURE

    def _changed(self) -> None:
        self.changes += 1
        self._ring()

    def _ring(self) -> None:
        with self._bell:
            self._bell.notify_all()

    def wait_for(self, ready: Callable[[], object]) -> None:
        """Waits until something is so; looks again whenever it is told something."""
        until = time.monotonic() + 30
        with self._bell:
            while not ready():
                assert time.monotonic() < until, (self.told, self.publications.progress(), self.publications.latest())
                self._bell.wait(0.05)

    def shows(self, *numbers: int) -> None:
        """Waits until exactly these publications are on air."""
        self.wait_for(lambda: self.numbers == numbers)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(each.number for each in self.latest.publications)

    @property
    def latest(self) -> OnAir:
        return self.publications.latest()

    def steps(self, number: int) -> list[Step]:
        return [step for told, step in self.told if told == number]


Follow = Callable[..., Follower]


@pytest.fixture
def office(tmp_path: Path) -> Repository:
    office = Repository(tmp_path / "office")
    office.publish(1, {"morning": b'[[item]]\nmedia = "*.png"\n'}, {"a.png": b"one"})
    office.assign(SCREEN, (1, ("morning",)))
    office.head()
    return office


@pytest.fixture
def follow(office: Repository, tmp_path: Path) -> Iterator[Follow]:
    """Starts a screen on the same state folder; the former one is stopped first."""
    running: list[Follower] = []

    def begin(source: Source, *, start: bool = True, office: Repository = office, **fields: object) -> Follower:
        for former in running:
            former.publications.stop()
        follower = Follower(office, tmp_path / "state", source, **fields)
        running.append(follower)
        if start:
            follower.publications.start()
        return follower

    yield begin
    for follower in running:
        follower.publications.stop()
