"""What the overlay tells of the player's state.

Rule: pure.
"""

from player.stage.overlay import Insight, Showing
from player.state import State, ZoneRun
from signage.errors import Words
from signage.slot import Slot
from signage.timefloor import BelievedTime

MOST_TROUBLES = 5


def insight(state: State, told: BelievedTime, versions: tuple[str, ...], troubles: tuple[Words, ...]) -> Insight:
    """Gives the overlay's page: what each zone shows and why, the clock, and what is wrong."""
    return Insight(
        screen=state.program.site.screen,
        title=state.program.site.title,
        at=told.at,
        clock_quality=told.quality,
        versions=versions,
        zones=tuple(_showing(run) for run in state.zones),
        troubles=tuple(words.zh for words in (*troubles, *state.notes))[:MOST_TROUBLES],
    )


def _showing(run: ZoneRun) -> Showing:
    return Showing(
        zone=run.zone,
        playlist=run.slot.playlist if run.slot else "",
        item=run.slot.item if run.slot else 0,
        name=_name(run.slot),
        following=_name(run.waiting),
    )


def _name(slot: Slot | None) -> str:
    match slot:
        case Slot(media=media) if media is not None:
            return media.name
        case Slot(card=card) if card is not None:
            return card.title or card.template
        case Slot(strip=strip) if strip is not None:
            return strip.text[:24]
        case _:
            return ""
