"""`wuzha-player plays --against-plan`: what was planned beside what was played, and why they differ."""

import datetime as dt
from collections.abc import Iterator

from player.commands.programs import stretches
from player.commands.table import write_csv
from player.commands.terminal import tell, tell_json
from player.config import Config
from player.survey import survey
from player.uplink.counts import ALWAYS_MS, plays, shown
from player.uplink.hindrances import hindrances
from player.uplink.ledger_db import LedgerDb
from player.uplink.readable import readable
from signage.comparison import CAUSES, Balance, Key, Played, compared
from signage.ledger import KnownRecord, is_black
from signage.plan import plan_through
from signage.presented import as_counted

HEADS = {"off": "停机", "cut in": "插播", "refused": "拒播", "clock": "时钟不可信", "unseen": "看不到"}
EARLIER_MS = 35 * 86_400_000
"""How long before the first planned day the player may have been started, or a file refused."""


def tell_against(
    db: LedgerDb, config: Config, start: dt.datetime, end: dt.datetime, *, as_json: bool, as_csv: bool
) -> int:
    """Prints one line for each item; gives 0.

    Planned is what today's folders say of that time, with the publications that were on air then.
    """
    now = dt.datetime.now(dt.UTC)
    programs = stretches(survey(config), start, end, now)
    from_ms, to_ms = (round(at.timestamp() * 1000) for at in (start, end))
    names = frozenset(playlist.name for each in programs for playlist in each.program.playlists)
    planned = plan_through(programs, tuple(zone.name for zone in config.zones), start, end)
    found = compared(
        (
            each for each in planned if each.ends_at <= now
        ),  # what is on the screen now, and the future, miss nothing yet
        _played(db, from_ms, to_ms),
        hindrances(_records(db, from_ms - EARLIER_MS, to_ms), from_ms, to_ms, names),
    )
    rows = [_row(key, balance) for key, balance in found.items()]
    if as_json:
        for row in rows:
            tell_json(row)
    elif as_csv:
        head = ["区域", "播放表", "内容", "计划", "实播", *HEADS.values(), "其他", "播放表有改动", "实播中不清楚"]
        write_csv(head, ([_cell(value) for value in row.values()] for row in rows))
    else:
        _print(found)
    return 0


def _played(db: LedgerDb, from_ms: int, to_ms: int) -> Iterator[Played]:
    for each in plays(db, from_ms, to_ms):
        play = each.play
        if not is_black(play) and (play.outcome == "complete" or (play.outcome == "cut" and play.actual_ms != 0)):
            key = Key(play.zone, play.playlist, shown(play))
            yield Played(key, play.playlist_sha256, as_counted(play.presented))


def _records(db: LedgerDb, from_ms: int, to_ms: int) -> Iterator[KnownRecord]:
    """Gives the records of a time in the order in which they were written."""
    for epoch in db.epochs():
        for row in db.rows(epoch, epoch.first.seq):
            if from_ms <= row.at_ms < min(to_ms, ALWAYS_MS):
                record = readable(row.line.text)
                if record is not None:
                    yield record


def _row(key: Key, balance: Balance) -> dict[str, object]:
    return {
        "zone": key.zone,
        "playlist": key.playlist,
        "shown": key.shown,
        "planned": balance.planned,
        "played": balance.played,
        **{cause.replace(" ", "_"): balance.missing.get(cause, 0) for cause in CAUSES},
        "other": balance.other,
        "playlist_changed": balance.is_other_playlist,
        "unknown": balance.unknown,
    }


def _cell(value: object) -> object:
    return ("是" if value else "否") if isinstance(value, bool) else value


def _print(found: dict[Key, Balance]) -> None:
    tell("计划   实播 不清楚   停机   插播   拒播   时钟 看不到   其他   内容")
    tell("planned, played, of it unknown, off, cut in, refused, clock, unseen, other; what")
    total = Balance()
    for key, balance in found.items():
        mark = "（播放表有改动 · playlist changed）" if balance.is_other_playlist else ""
        name = f"{key.zone}  {key.playlist or '—'}  {key.shown}{mark}"
        tell(_line(balance, name))
        total.planned += balance.planned
        total.played += balance.played
        total.unknown += balance.unknown
        sums = {cause: total.missing.get(cause, 0) + balance.missing.get(cause, 0) for cause in CAUSES}
        total.missing = sums
    tell(_line(total, "合计 · total"))


def _line(balance: Balance, name: str) -> str:
    causes = "".join(f"{balance.missing.get(cause, 0):>7}" for cause in CAUSES)
    return f"{balance.planned:>5}{balance.played:>7}{balance.unknown:>7}{causes}{balance.other:>7}   {name}"
