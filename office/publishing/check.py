"""What a person should know before a draft is signed: mistakes that refuse it, and what single screens would not show.

Rule: pure; screens come as values.
"""

from collections.abc import Iterable, Iterator

import msgspec

from office.publishing.folder import Draft
from signage.calendar import Calendar
from signage.cards import missing
from signage.consistency import inconsistencies
from signage.errors import Complaint, Words
from signage.layout import Box, Zone
from signage.playlist import Item
from signage.program import Program, Site


class ScreenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the office knows of a screen."""

    site: Site
    zones: tuple[str, ...] = ()
    """Names; () when the office does not know."""
    timezone: str = "Asia/Shanghai"


def mistakes(draft: Draft) -> tuple[Complaint, ...]:
    """Gives what is wrong with a draft on whatever screen."""
    names = dict.fromkeys(playlist.zone for playlist in draft.playlists)
    program = Program(
        site=Site(screen="any", title="·", kind="·", village="·", variables=_every_variable(draft)),
        timezone="Asia/Shanghai",
        zones=tuple(Zone(name=name, box=Box(0, 0, 16, 16)) for name in names),
        playlists=tuple(draft.playlists),
        media=draft.media,
        calendar=draft.calendar or Calendar(),
    )
    return inconsistencies(program)


def shortfalls(draft: Draft, screens: Iterable[ScreenFacts]) -> dict[str, tuple[Words, ...]]:
    """Gives, by screen, what of the draft it will not show: a zone that it lacks, words that its site has not."""
    return {facts.site.screen: tuple(dict.fromkeys(_short(draft, facts))) for facts in screens}


def _short(draft: Draft, facts: ScreenFacts) -> Iterator[Words]:
    for playlist in draft.playlists:
        if facts.zones and playlist.zone not in facts.zones:
            yield Words(
                zh=f"没有区域 {playlist.zone}，不播放 {playlist.name}",
                en=f"has no zone {playlist.zone}: {playlist.name} does not play",
            )
            continue
        for item in playlist.items:
            lacks = dict.fromkeys(name for text in _words(item) for name in missing(text, facts.site))
            if lacks:
                names = " ".join(f"{{{name}}}" for name in lacks)
                yield Words(
                    zh=f"场所没有填写 {names}，不播放 {playlist.name} 第 {item.number} 项",
                    en=f"its site lacks {names}: item {item.number} of {playlist.name} does not play",
                )


def _every_variable(draft: Draft) -> dict[str, str]:
    """A value for whatever the draft asks for: when only the draft itself is judged."""
    nobody = Site(screen="any")
    texts = (text for playlist in draft.playlists for item in playlist.items for text in _words(item))
    return {name: "·" for text in texts for name in missing(text, nobody)}


def _words(item: Item) -> tuple[str, ...]:
    return item.title, item.text, item.footer, item.qr
