"""What is on air, read from the disk beside a running player or without one: for `check`, `plan` and `doctor`."""

import datetime as dt
from pathlib import Path

from player.publication.depot import Depot
from player.publication.expiry import expiry
from player.publication.kept import FOLDER, read_kept
from player.publication.published import OnAir
from player.publication.standing import at_rest, on_air
from player.quarantine import TimedQuarantine
from player.state import Moment


def on_air_at_rest(state: Path, now: Moment, expired_days: int) -> OnAir:
    """Gives what a player with this state folder has on air at `now`; writes nothing and waits for nobody."""
    folder = state / FOLDER
    kept = read_kept(folder)
    is_over, alarm = expiry(kept.expires, now, dt.timedelta(days=expired_days))
    notes = (alarm,) if alarm is not None else ()
    quarantine = TimedQuarantine()
    quarantine.load(kept.quarantined, now.now, now.at, with_old=False)
    return on_air(kept, at_rest(kept, Depot(folder), quarantine.held(now.now)), expired=is_over, notes=notes)
