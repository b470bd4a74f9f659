"""Hears what the loop shows and what breaks, and passes it on to the ledger, the media library and the office."""

from collections.abc import Callable

import msgspec

from player.alone import Tie
from player.breakages import Breakages, Origin
from player.content.ingest import Ingest
from player.decode.refusal import CHANGED
from player.state import Moment, Play
from player.uplink.recorder import Records
from signage.errors import Words
from signage.ledger import MOST_WHY
from signage.media import Media
from signage.presented import Presented
from signage.slot import Slot


class Witness:
    """For the loop's thread; every call returns at once."""

    def __init__(
        self, records: Records, tie: Tie, ingest: Ingest, presented: Callable[[str, float, float], Presented]
    ) -> None:
        """`presented` says of a zone's play how it was presented, from one moment to another."""
        self._presented = presented
        self._records, self._tie, self._ingest = records, tie, ingest
        self._breakages = Breakages(self._quarantine)
        self.begun = 0
        """How many plays have begun."""

    def began(self, slot: Slot, at: Moment) -> None:
        """Takes that a slot's first frame is on the screen."""
        self.begun += 1
        self._records.began(slot, at)
        self._tie.began(slot)

    def played(self, play: Play) -> None:
        """Takes a play that is over."""
        if play.began is not None:
            began = play.began.now
            presented = self._presented(play.slot.zone, began, began + play.shown_s)
            play = msgspec.structs.replace(play, presented=presented)
        self._breakages.played(play)
        self._records.played(play)
        self._tie.played(play)

    def broke(self, slot: Slot, why: Words) -> None:
        """Takes that a slot could not be shown."""
        self._breakages.note(slot, why)
        if why == CHANGED:
            for media in (slot.media, slot.picture):
                if media is not None:
                    self._doubt(media)

    def _doubt(self, media: Media) -> None:
        """Has everybody look again who holds a file of these bytes; one of them has others now."""
        self._ingest.doubt(media.sha256)
        self._tie.doubt(media.sha256)
        self._records.happened("changed", {"name": media.name[:MOST_WHY], "sha256": media.sha256, "why": CHANGED.en})

    def _quarantine(self, origin: Origin, sha256: str, why: Words) -> None:
        (self._tie if origin == "published" else self._ingest).quarantine(sha256, why)
        self._records.happened("quarantined", {"sha256": sha256, "origin": origin, "why": why.en[:MOST_WHY]})
