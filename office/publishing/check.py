"""What a person should know before a draft is signed: mistakes that refuse it, and what single screens would not show.

Rule: pure; screens come as values.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from office.publishing.folder import Draft
from signage.calendar import Calendar
from signage.cards import filled_in, missing
from signage.consistency import inconsistencies
from signage.errors import Complaint, Words
from signage.layout import Box, Zone
from signage.outlook import BLACKED_OUT, FILLER_ONLY, entered, outlook, place
from signage.playlist import Item, Playlist
from signage.program import Program, Site

ANY = "0"
"""Stands for a word that a screen fills in: a telephone dials it, and a card shows it."""


class ScreenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the office knows of a screen."""

    site: Site
    zones: tuple[str, ...] = ()
    """Names; () when the office does not know."""
    timezone: str = "Asia/Shanghai"
    others: tuple[Playlist, ...] = ()
    """What it shows of other publications."""
    blackout: bool = False
    filler: bool = False
    """What was ordered."""


def mistakes(draft: Draft) -> tuple[Complaint, ...]:
    """Gives what is wrong with a draft on whatever screen."""
    names = dict.fromkeys(playlist.zone for playlist in draft.playlists)
    program = Program(
        site=Site(screen="any", title=ANY, kind=ANY, village=ANY, variables=_every_variable(draft)),
        timezone="Asia/Shanghai",
        zones=tuple(Zone(name=name, box=Box(0, 0, 16, 16)) for name in names),
        playlists=tuple(draft.playlists),
        media=draft.media,
        calendar=draft.calendar or Calendar(),
    )
    return inconsistencies(program)


def shortfalls(draft: Draft, screens: Iterable[ScreenFacts], at: dt.datetime) -> dict[str, tuple[Words, ...]]:
    """Returns, by screen, what of the draft it will not show at `at`: never, not yet or held, and why."""
    told: dict[object, tuple[Words, ...]] = {}
    found = {}
    for facts in screens:
        like = _like(draft, facts)  # a county has hundreds of screens and few kinds of them
        if like not in told:
            told[like] = tuple(dict.fromkeys(_short(draft, facts, at)))
        found[facts.site.screen] = told[like]
    return found


def _like(draft: Draft, facts: ScreenFacts) -> object:
    """What screens have in common of which the same is told."""
    quiet = draft.calendar is not None and bool(draft.calendar.quiet)
    whose = (facts.site.screen, facts.site.kind) if quiet else ()
    others = tuple((each.publication, each.name) for each in facts.others)
    orders = (facts.blackout, facts.filler)
    return filled_in(facts.site), facts.zones, facts.timezone, others, orders, whose


def _short(draft: Draft, facts: ScreenFacts, at: dt.datetime) -> Iterator[Words]:
    if facts.blackout:
        yield BLACKED_OUT
    elif facts.filler and any(playlist.rank != "filler" for playlist in draft.playlists):
        yield FILLER_ONLY
    program = _program(draft, facts)
    for stem, playlist in zip((p.name for p in draft.playlists), program.playlists[len(facts.others) :], strict=True):
        found = outlook(program, playlist, at)
        if found.why is not None:
            yield Words(f"{stem}：{found.why.zh}", f"{stem}: {found.why.en}")
        for item in playlist.items if playlist.zone in [zone.name for zone in program.zones] else ():
            lacks = dict.fromkeys(name for text in item_words(item) for name in missing(text, facts.site))
            if lacks and found.prospect != "never":
                names = " ".join(f"{{{name}}}" for name in lacks)
                yield Words(
                    zh=f"屏幕没有填写 {names}，不播放 {stem} 第 {item.number} 项："
                    f"先 wuzha-office enroll 屏幕编号 {entered(lacks)} 再 push，"
                    f"或写进播放机的 kiosk_config.toml，{place(lacks)}",
                    en=f"the screen lacks {names}: item {item.number} of {stem} does not play; "
                    f"wuzha-office enroll ID {entered(lacks)}, then push again, or enter them in its "
                    f"kiosk_config.toml, {place(lacks)}",
                )


def plays_nowhere(draft: Draft, screens: Sequence[ScreenFacts], at: dt.datetime) -> bool:
    """Whether no playlist of the draft ever plays on any of the screens."""
    programs = ((_program(draft, facts), len(facts.others)) for facts in screens)
    return bool(screens) and all(
        outlook(program, playlist, at).prospect == "never"
        for program, others in programs
        for playlist in program.playlists[others:]
    )


def _program(draft: Draft, facts: ScreenFacts) -> Program:
    """What the screen would play with the draft, as far as the office knows; the draft's playlists come last."""
    taken = {playlist.name for playlist in facts.others}
    mine = [
        msgspec.structs.replace(each, name=f"{each.name}@" if each.name in taken else each.name, media=draft.media)
        for each in draft.playlists
    ]
    zones = facts.zones or tuple(dict.fromkeys(playlist.zone for playlist in mine))
    return Program(
        site=facts.site,
        timezone=facts.timezone,
        zones=tuple(Zone(name=name, box=Box(0, 0, 16, 16)) for name in zones),
        playlists=(*facts.others, *mine),
        calendar=draft.calendar or Calendar(),
    )


def _every_variable(draft: Draft) -> dict[str, str]:
    """A value for whatever the draft asks for: when only the draft itself is judged."""
    nobody = Site(screen="any")
    texts = (text for playlist in draft.playlists for item in playlist.items for text in item_words(item))
    return {name: ANY for text in texts for name in missing(text, nobody)}


def item_words(item: Item) -> tuple[str, ...]:
    """Returns the texts of an item in which `{name}` may stand."""
    return item.title, item.text, item.footer, item.qr
