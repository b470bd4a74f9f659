"""Plays that follow from their number, so that whoever reads a ledger knows which ones ought to be in it."""

import datetime as dt

from player.state import Moment, Outcome, Play
from signage.ledger import PlayRecord
from signage.media import Media, MediaFacts
from signage.slot import Slot
from tests.bench.published import publish

FIRST = dt.datetime(2026, 6, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
A_PLAY_S = 10
PLAYLISTS = ("六个一律", "village", "")
FILES = 30
FACTS = MediaFacts(kind="image", width_px=64, height_px=32)
ZONES = ("main", "main", "side")


def slot(number: int) -> Slot:
    """Gives what is on in the turn of that number."""
    file = number % FILES
    media = Media(name=f"posters/反诈宣传 {file:02}.png", path="", sha256=f"{file:064x}", size_bytes=1000, facts=FACTS)
    which = file % len(PLAYLISTS)
    return Slot(
        number=number, zone=ZONES[file % len(ZONES)], rank="normal", playlist=PLAYLISTS[which],
        playlist_sha256=f"{which:064x}", publication=which, item=1 + file, kind="image", media=media,
        starts_at=FIRST, planned_s=A_PLAY_S,
    )  # fmt: skip


def moment_of(number: int) -> Moment:
    """Gives when it began; now and then by a clock that is not to be believed."""
    at = FIRST + dt.timedelta(seconds=A_PLAY_S * number)
    return Moment(at, float(A_PLAY_S * number), "unsynced" if number % 23 == 0 else "ntp")


def play(number: int) -> Play:
    """Gives the play; as many frames as its number came late, which names it in the ledger."""
    outcome: Outcome = "failed" if number % 17 == 0 else "cut" if number % 11 == 0 else "complete"
    began = moment_of(number)
    return Play(
        slot=slot(number), outcome=outcome, reason="" if outcome == "complete" else "withdrawn", began=began,
        ended=moment_of(number + 1), shown_s=5 + number % 5000 / 1000, frames=1,
        late_frames=number,
    )  # fmt: skip


def number_of(record: PlayRecord) -> int | None:
    """Gives the number of a recorded play; None for one that a kill interrupted."""
    return None if record.actual_ms is None else record.late_frames


def publish_plays() -> None:
    """Publishes what the plays are of; those of publication 0 are of the screen's own folder."""
    for which in range(1, len(PLAYLISTS)):
        files = (f"{file:064x}" for file in range(which, FILES, len(PLAYLISTS)))
        publish(which, {f"{which:064x}": ZONES[which]}, files, FIRST)
