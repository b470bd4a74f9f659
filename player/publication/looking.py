"""One look at what the office wants: verified, above the floor, and laid out as plans."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from player.publication.depot import Depot
from player.publication.fetch import fetch
from player.publication.floor import Floor, checked, read_floor, write_floor
from player.publication.signed import Signed
from player.publication.sources import Source, SourceError
from player.publication.staging import Planned, planned
from signage.errors import Words
from signage.trust import Assignment, Wanted, read_assignment

if TYPE_CHECKING:
    from player.publication.trusted import Verifier


class Lookout:
    """Looks for this screen. For one thread."""

    def __init__(self, folder: Path, screen: str, anchor: bytes, source: Source, depot: Depot) -> None:
        self._folder, self._screen, self._anchor = folder, screen, anchor
        self._source, self._depot = source, depot
        self._verifier: Verifier | None = None
        self._floor_path = folder / "floor.json"
        self._floor: Floor | None = None

    def look(self, at: dt.datetime | None, head: bytes | None) -> tuple[Signed, tuple[Planned, ...]]:
        """Gives what holds now. `at` and `head` as for `Verifier.refresh`.

        Raises TrustError, SourceError, MismatchError and OSError; then everything is as it was.
        """
        floor = self._floor = self._floor or read_floor(self._floor_path)
        signed = self._loaded().refresh(self._source, at=at, head=head)
        raised = checked(floor, signed)
        if raised != floor:
            # Before anything is done with it: after a power cut the old head must not look new.
            write_floor(self._floor_path, raised)
            self._floor = raised
        return signed, planned(self._assignment(signed.assignment), signed.targets)

    def _loaded(self) -> "Verifier":
        """The verifier, made when first needed: its libraries would hold up the first picture."""
        from player.publication.trusted import Verifier  # noqa: PLC0415

        self._verifier = self._verifier or Verifier(self._folder / "tuf", self._anchor, self._screen)
        return self._verifier

    def _assignment(self, wanted: Wanted | None) -> Assignment:
        if wanted is None:
            return Assignment(screen=self._screen)
        text = self._depot.text(wanted.sha256)
        if text is None:
            fetch(wanted, self._source, self._depot)
            text = self._depot.text(wanted.sha256)
        if text is None:
            raise SourceError(Words(zh="分配文件写入后读不出来", en="the assignment cannot be read back from the disk"))
        return read_assignment(text, self._screen)
