"""What this screen tells the office of itself: birth and state, from values.

Rule: pure; whatever people or files wrote is cut to what a message may hold.
"""

import msgspec

from player.state import Moment, State, ZoneRun
from player.uplink.ledger_db import Epoch
from player.uplink.standing import Kept
from signage.errors import Words
from signage.ledger import moment
from signage.messages import (
    Birth,
    LedgerExtent,
    PublicationState,
    QuarantinedFile,
    RefusedFile,
    ScreenState,
    Trouble,
    Trusted,
    ZoneState,
    encode,
    trouble,
)
from signage.presented import Presented
from signage.slot import Slot
from signage.timefloor import BelievedTime
from signage.topics import MOST_BYTES

MOST_REFUSED, MOST_TROUBLES, MOST_COMING, MOST_QUARANTINED = 20, 10, 20, 20
MOST_NAME = 120
MOST_VARIABLES = 100


class Self(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks: what does not change while the player runs."""

    screen: str
    boot: str
    canvas: tuple[int, int]
    versions: dict[str, str]
    variables: tuple[str, ...] = ()
    """Names of the words that its configuration fills in."""


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What the rest of the player knows at one moment."""

    told: BelievedTime
    troubles: tuple[Words, ...] = ()
    refused: tuple[tuple[str, Words], ...] = ()
    """Names and reasons, all of them."""
    publications: tuple[int, ...] = ()
    """Those that are here whole; `Prospects` leaves those on air."""
    coming: tuple[PublicationState, ...] = ()
    disk_free_bytes: int | None = None
    volume: int = 100
    """As configured."""
    display: Presented = "unknown"
    quarantined: tuple[QuarantinedFile, ...] = ()


def birth(who: Self, at: Moment, *, conn: int, newest: Epoch | None, trusted: Trusted) -> Birth:
    """Gives the message; `newest` is the newest epoch of the ledger, None while it cannot be read."""
    extent = None
    if newest is not None:
        extent = LedgerExtent(
            epoch=newest.name, first=newest.first.seq + 1, last=newest.head.seq, head=newest.head.hash.hex()
        )
    return Birth(
        screen=who.screen,
        conn=conn,
        boot=who.boot,
        at=moment(at.at),
        clock=at.clock,
        versions=who.versions,
        canvas=who.canvas,
        ledger=extent,
        trusted=trusted,
        variables=who.variables[:MOST_VARIABLES],
    )


def screen_state(
    sight: Sight, state: State | None, kept: Kept, *, conn: int, frames: int, late_frames: int, nonce: str = ""
) -> ScreenState:
    """Gives the message, small enough for its topic."""
    notes = state.notes if state is not None else ()
    troubles = tuple(dict.fromkeys((*sight.troubles, *notes)))[:MOST_TROUBLES]
    made = ScreenState(
        conn=conn,
        at=moment(sight.told.at),
        clock=sight.told.quality,
        zones=tuple(_zone(run) for run in state.zones) if state is not None else (),
        publications=sight.publications,
        coming=sight.coming[:MOST_COMING],
        refused=tuple(RefusedFile(name=_cut(name), why=_short(why)) for name, why in sight.refused[:MOST_REFUSED]),
        refused_count=len(sight.refused),
        troubles=tuple(_short(words) for words in troubles),
        disk_free_bytes=sight.disk_free_bytes,
        late_frames=late_frames,
        frames=frames,
        volume=kept.volume if kept.volume is not None else sight.volume,
        brightness=kept.brightness,
        blackout=kept.blackout,
        filler=kept.filler,
        display=sight.display,
        quarantined=sight.quarantined[:MOST_QUARANTINED],
        nonce=nonce,
    )
    while len(encode(made)) > MOST_BYTES["state"] and (
        made.refused or made.troubles or made.coming or made.quarantined
    ):
        made = msgspec.structs.replace(
            made,
            refused=made.refused[: len(made.refused) // 2],
            troubles=made.troubles[: len(made.troubles) // 2],
            coming=made.coming[: len(made.coming) // 2],
            quarantined=made.quarantined[: len(made.quarantined) // 2],
        )
    return made


def news(state: ScreenState) -> ScreenState:
    """Gives what of a state is news when it is another: without what changes all the time."""
    return msgspec.structs.replace(state, at="", frames=0, late_frames=0, disk_free_bytes=None, nonce="")


def _zone(run: ZoneRun) -> ZoneState:
    slot = run.slot
    if slot is None:
        return ZoneState(zone=run.zone)
    return ZoneState(
        zone=run.zone,
        playlist=_cut(slot.playlist),
        publication=slot.publication,
        item=slot.item,
        shows=slot.kind,
        name=_cut(_name(slot)),
    )


def _name(slot: Slot) -> str:
    match slot:
        case Slot(media=media) if media is not None:
            return media.name
        case Slot(card=card) if card is not None:
            return card.title or card.text or card.template
        case Slot(strip=strip) if strip is not None:
            return strip.text
        case _:
            return ""


def _short(words: Words) -> Trouble:
    return trouble(Words(_cut(words.zh, 240), _cut(words.en, 240)))


def _cut(text: str, most: int = MOST_NAME) -> str:
    return " ".join(text.split())[:most]
