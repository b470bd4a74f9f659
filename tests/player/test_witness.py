"""What breaks is put aside where it came from, and nowhere else."""

import datetime as dt
from typing import Any, cast

from player.alone import Alone
from player.decode.refusal import CRASHED
from player.witness import Witness
from signage.errors import Words
from signage.media import Media, MediaFacts
from signage.slot import Slot

MEDIA = Media(name="a.mp4", path="/m/a.mp4", sha256="a" * 64, size_bytes=1, facts=MediaFacts(kind="video"))


def slot(publication: int) -> Slot:
    return Slot(
        number=1, zone="main", rank="normal", playlist="a", publication=publication, item=1, kind="video", media=MEDIA,
        starts_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), planned_s=5.0,
    )  # fmt: skip


class Told(Alone):
    """An office, a library and a ledger in one, which note what they hear."""

    def __init__(self) -> None:
        super().__init__(100)
        self.quarantined: list[str] = []
        self.events: list[tuple[str, dict[str, Any]]] = []

    def quarantine(self, sha256: str, why: Words) -> None:
        self.quarantined.append(sha256)

    def happened(self, what: str, details: dict[str, Any]) -> None:
        self.events.append((what, details))


def test_a_local_file_of_the_same_bytes_takes_no_published_one_off_and_the_other_way_round() -> None:
    for publication, origin in ((0, "local"), (7, "published")):
        office, library, ledger = Told(), Told(), Told()
        witness = Witness(cast(Any, ledger), office, cast(Any, library), lambda *_: "unknown")
        for _ in range(2):
            witness.broke(slot(publication), CRASHED)
        assert (library.quarantined, office.quarantined) == (
            (["a" * 64], []) if origin == "local" else ([], ["a" * 64])
        )
        ((what, details),) = ledger.events
        assert (what, details["origin"], details["sha256"]) == ("quarantined", origin, "a" * 64)
