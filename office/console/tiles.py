"""What the page of screens says of one screen.

Rule: pure; a screen's own words are read as strictly as they came in, and what is no state says nothing.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from office.console import wording
from office.console.wording import Label, size
from office.hearing import HEARS, Hearing, is_silent, newest
from office.stored import UNREADABLE, sound
from signage.errors import Words
from signage.messages import Birth, PublicationState, ScreenState, Step, ZoneState

if TYPE_CHECKING:  # values come from elsewhere; so this needs no database
    from office.models import Screen

LEAST_FREE_BYTES = 1 << 30
MOST_ROWS = 16
"""Zones, troubles or publications that are named of one screen; whoever has more must not push the others away."""


class Coming(msgspec.Struct, frozen=True):
    """A publication on its way to the screen."""

    number: int
    label: Label
    percent: int
    detail: str
    why: Words | None
    step: Step
    prospect: str
    """Of a staged one: waits, held or never; empty where the screen does not say."""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One screen, as the page shows it: moments, and not how long ago they were, for that would change by itself."""

    id: str
    title: str
    place: str
    label: Label
    heard: dt.datetime | None
    """When it last said anything."""
    shot: str
    """When its picture was taken, as a part of the picture's address; empty: there is none."""
    shot_at: dt.datetime | None
    zones: tuple[ZoneState, ...]
    publications: tuple[int, ...]
    coming: tuple[Coming, ...]
    ordered: tuple[Label, ...]
    """What the office ordered and what is not as usual."""
    troubles: tuple[Words, ...]
    facts: tuple[tuple[str, str, str], ...]
    """Name in Chinese and in English, and value."""
    online: bool


def tile(screen: "Screen", now: dt.datetime, hearing: Hearing = HEARS) -> Tile:
    """Gives what is to be said of a screen; its site, village and tags are to be at hand.

    Raises BadRowError for one that cannot be read.
    """
    sound(screen.state, screen.birth, screen.status_at, screen.state_at, screen.birth_at, screen.shot_at)
    state = _read(screen.state, ScreenState)
    label = status(screen, now, hearing)
    online = label is wording.STATUS["online"]
    return Tile(
        id=screen.id,
        title=screen.title or screen.id,
        place=_place(screen),
        label=label,
        heard=newest(screen.status_at, screen.state_at, screen.birth_at),
        shot="" if screen.shot_at is None else f"{screen.shot_at.timestamp():.3f}",
        shot_at=screen.shot_at,
        zones=state.zones[:MOST_ROWS] if state is not None and online else (),
        publications=() if state is None or not online else tuple(sorted(state.publications)[-MOST_ROWS:]),
        coming=() if state is None else tuple(_coming(each) for each in state.coming[:MOST_ROWS]),
        ordered=() if state is None else _ordered(state),
        troubles=() if state is None else _troubles(state),
        facts=_facts(screen, state),
        online=online,
    )


def unreadable_tile(screen: str) -> Tile:
    """Returns the tile of a screen whose row cannot be read."""
    return Tile(
        id=screen, title=screen, place="", label=wording.UNREADABLE, heard=None, shot="", shot_at=None, zones=(),
        publications=(), coming=(), ordered=(), troubles=(UNREADABLE,), facts=(("编号", "id", screen),), online=False,
    )  # fmt: skip


_NEED = {"bad": 0, "warn": 1, "good": 2, "busy": 2, "off": 3}


def by_need(tiles: Iterable[Tile], alarmed: Collection[str] = ()) -> tuple[Tile, ...]:
    """Puts the screens that somebody should look after first, then those that play, then those that are off.

    `alarmed` are the screens with an open alarm: being connected is not all that a screen has to be.
    """
    return tuple(sorted(tiles, key=lambda each: (_need(each, alarmed), each.shot == "", each.id)))


def _need(tile: Tile, alarmed: Collection[str]) -> int:
    if tile.label.tone == "off" and tile.id not in alarmed:  # what it said last is long ago
        return _NEED["off"]
    tones = [tile.label.tone, *(label.tone for label in tile.ordered), *(each.label.tone for each in tile.coming)]
    if "bad" in tones or tile.id in alarmed:
        return _NEED["bad"]
    return _NEED["warn"] if tile.troubles or "warn" in tones else _NEED[tile.label.tone]


def status(screen: "Screen", now: dt.datetime, hearing: Hearing = HEARS) -> Label:
    """Says how it stands with a screen: the one answer of pages, tables and JSON."""
    if screen.revoked_at is not None:
        return wording.REVOKED
    if screen.status == "online" and not hearing.hears:
        return wording.NOT_HEARD
    if is_silent(screen.status, newest(screen.status_at, screen.state_at, screen.birth_at), now, hearing):
        return wording.SILENT
    return wording.STATUS.get(screen.status, wording.STATUS[""])


def _place(screen: "Screen") -> str:
    site = screen.site
    if site is None:
        return ""
    parts = [site.name, site.village.name if site.village else "", wording.KINDS.get(site.kind, site.kind)]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _coming(state: PublicationState) -> Coming:
    detail = ""
    if state.step == "fetched" and state.needed:
        detail = f"{state.fetched}/{state.needed} · {size(state.fetched_bytes)}/{size(state.needed_bytes)}"
    percent = round(100 * state.fetched_bytes / state.needed_bytes) if state.needed_bytes else 0
    why = None if state.why is None else Words(state.why.zh, state.why.en)
    label = wording.STEPS[state.step]
    if state.step == "staged":
        label = wording.PROSPECTS.get(state.prospect, label)
    percent = 100 if state.step in ("staged", "shown") else percent
    return Coming(state.number, label, percent, detail, why, state.step, state.prospect)


def _ordered(state: ScreenState) -> tuple[Label, ...]:
    found = []
    if state.blackout:
        found.append(Label("黑屏中", "blacked out", "bad"))
    if state.filler:
        found.append(Label("只播垫片", "filler only", "warn"))
    if state.clock == "unsynced":
        found.append(wording.CLOCKS["unsynced"])
    return tuple(found)


def _troubles(state: ScreenState) -> tuple[Words, ...]:
    found = [Words(each.zh, each.en) for each in state.troubles]
    if state.disk_free_bytes is not None and state.disk_free_bytes < LEAST_FREE_BYTES:
        left = size(state.disk_free_bytes)
        found.append(Words(f"磁盘只剩 {left}", f"only {left} left on the disk"))
    found += [
        Words(f"发布 {each.publication} 的 {each.name} 被隔离：{each.why.zh}",
              f"{each.name} of publication {each.publication} is in quarantine: {each.why.en}")
        for each in state.quarantined[:5]
    ]  # fmt: skip
    found += [Words(f"{each.name}：{each.why.zh}", f"{each.name}: {each.why.en}") for each in state.refused[:5]]
    if state.refused_count > min(5, len(state.refused)):
        found.append(Words(f"不播的文件共 {state.refused_count} 个", f"{state.refused_count} files are not shown"))
    # What the player shows on its own screen names some of the refused files, too.
    told = tuple(dict.fromkeys(found))
    if len(told) <= MOST_ROWS:
        return told
    rest = len(told) - MOST_ROWS
    return (*told[:MOST_ROWS], Words(f"另有 {rest} 个问题", f"{rest} more troubles"))


def _facts(screen: "Screen", state: ScreenState | None) -> tuple[tuple[str, str, str], ...]:
    birth = _read(screen.birth, Birth)
    found = [("编号", "id", screen.id)]
    tags = "、".join(str(tag) for tag in screen.tags.all())
    if tags:
        found.append(("标签", "tags", tags))
    if birth is not None:
        found.append(("画布", "canvas", f"{birth.canvas[0]} × {birth.canvas[1]}"))
        found.append(("版本", "version", birth.versions.get("wuzha", "?")))
        if birth.ledger is not None:
            found.append(("台账", "ledger", f"{birth.ledger.epoch[:6]} · {birth.ledger.last:,}"))
    if state is not None:
        found.append(("时钟", "clock", wording.CLOCKS[state.clock].zh))
        found.append(("音量", "volume", f"{state.volume} %"))
        found.append(("磁盘剩余", "disk free", size(state.disk_free_bytes)))
        found.append(("迟到帧", "late frames", f"{state.late_frames:,} / {state.frames:,}"))
    return tuple(found)


def _read(told: Any, kind: Any) -> Any:
    if told is None:
        return None
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError:
        return None
