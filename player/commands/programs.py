"""Which programs held from one time to another, and where the screen stands: what a plan is made from.

Rule: publications are those that were on air at each time, also when they are withdrawn by now; folders are today's,
for nobody wrote down how they were.
"""

import datetime as dt
from collections.abc import Sequence

from player.claim import is_claimed
from player.commands.as_run import ROTATION
from player.config import Config
from player.keeper import Kept, begins, look_at_kept
from player.publication.history import read_history
from player.publication.kept import FOLDER
from player.survey import Survey
from signage.plan import Stretch, ZoneStanding
from signage.rotation import Rotation

FORESEEN = dt.timedelta(days=2)
"""A plan that begins no later goes on where the screen stands: farther off, somebody will have changed something."""
JUST_NOW = dt.timedelta(seconds=90)
LONGEST_SLOT = dt.timedelta(days=1)


def stretches(seen: Survey, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> tuple[Stretch, ...]:
    """Returns the programs from `start` to `end`, one behind the other."""
    config, today = seen.config, Stretch(start, seen.composed.program)
    if start >= now or not config.takes_publications:
        return (today,)
    history = read_history(config.folders.state / FOLDER)
    if not history.aired:
        return (today,)
    edges = (start, *history.edges(start, min(end, now)))
    found = [Stretch(edge, seen.program_of(history.at(edge))) for edge in edges]
    return (*found, *([Stretch(now, seen.composed.program)] if end > now else []))


def standings(config: Config, zones: Sequence[str], start: dt.datetime, now: dt.datetime) -> dict[str, ZoneStanding]:
    """Returns where each zone stands, for a plan that begins now or soon; nothing when that is not known."""
    kept = look_at_kept(config.folders.state / ROTATION)
    if kept is None or not now - JUST_NOW <= start <= now + FORESEEN:
        return {}
    runs = is_claimed(config.folders.state)
    return {zone: _standing(kept, zone, now, runs=runs) for zone in zones}


def _standing(kept: Kept, zone: str, now: dt.datetime, *, runs: bool) -> ZoneStanding:
    running = kept.running.get(zone) if runs else None
    if running is not None and running.starts_at is not None and now - LONGEST_SLOT < running.starts_at <= now:
        return ZoneStanding(running.before, running.starts_at)
    return ZoneStanding(begins(kept).get(zone, Rotation()))
