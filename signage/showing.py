"""What a turn shows: the slot made from an item, its medium and the screen it stands on."""

import datetime as dt
from typing import TypedDict

from signage import cards
from signage.layout import Fit, Transition
from signage.lineup import Line
from signage.media import Media
from signage.playlist import Item, Playlist, Rank
from signage.program import Site
from signage.slot import Card, Slot, Strip

SHORTEST_S = 0.5
NOTICE_S = 15.0
POLICE_LINE = "96110"
"""The national anti-fraud line."""


class _Frame(TypedDict):
    number: int
    zone: str
    rank: Rank
    playlist: str
    playlist_sha256: str
    publication: int
    item: int
    key: str
    starts_at: dt.datetime
    muted: bool
    volume: int
    fit: Fit
    transition: Transition


def slot(
    line: Line,
    show: Media | None,
    playlist: Playlist,
    site: Site,
    *,
    number: int,
    zone: str,
    at: dt.datetime,
    muted: bool,
) -> Slot:
    """Gives the slot of an item's turn that starts at `at`."""
    item = line.item
    frame = _Frame(
        number=number,
        zone=zone,
        rank=playlist.rank,
        playlist=playlist.name,
        playlist_sha256=playlist.sha256,
        publication=playlist.publication,
        item=item.number,
        key=line.key,
        starts_at=at,
        muted=muted,
        volume=playlist.volume,
        fit=item.fit or playlist.fit,
        transition=item.transition or playlist.transition,
    )
    if show is not None:
        return _of_media(frame, line, show, playlist, site)
    if item.ticker:
        text = cards.filled(item.text, site)
        strip = Strip(text=text, chars_per_min=item.chars_per_min)
        return Slot(**frame, kind="ticker", strip=strip, planned_s=_at_least(cards.ticker_s(text, item.chars_per_min)))
    stays = item.dwell_s or playlist.dwell_s
    return Slot(**frame, kind="card", card=card(item, site, item.card or "slogan"), planned_s=_at_least(stays))


def notice(site: Site, *, number: int, zone: str, at: dt.datetime, muted: bool) -> Slot:
    """Gives the slot that stands when nothing else may: the screen's name and the police line, never black."""
    return Slot(
        number=number,
        zone=zone,
        rank="filler",
        playlist="",
        item=0,
        kind="card",
        card=Card(template="slogan", title=site.title, text=f"反诈专线\n{POLICE_LINE}"),
        starts_at=at,
        planned_s=NOTICE_S,
        muted=muted,
    )


def _of_media(frame: _Frame, line: Line, show: Media, playlist: Playlist, site: Site) -> Slot:
    item = line.item
    kind = show.facts.kind
    if kind == "image":
        return Slot(**frame, kind=kind, media=show, planned_s=_at_least(item.dwell_s or playlist.dwell_s))
    planned_s = _at_least(item.dwell_s or show.facts.duration_s or playlist.dwell_s)
    if kind == "video":
        return Slot(**frame, kind=kind, media=show, planned_s=planned_s)
    if line.picture is not None:
        return Slot(**frame, kind=kind, media=show, picture=line.picture, planned_s=planned_s)
    shown = card(item, site, item.card or "broadcast")
    if item.card is None and not (shown.title or shown.text):
        shown = Card(template=shown.template, title=playlist.title or playlist.name or site.title, theme=shown.theme)
    return Slot(**frame, kind=kind, media=show, card=shown, planned_s=planned_s)


def card(item: Item, site: Site, template: str) -> Card:
    """Gives the card that an item makes of a template, with the site's variables filled in."""
    return Card(
        template=template,
        title=cards.filled(item.title, site),
        text=cards.filled(item.text, site),
        footer=cards.filled(item.footer, site),
        qr=cards.filled(item.qr, site),
        theme=item.theme,
    )


def _at_least(seconds: float) -> float:
    return max(SHORTEST_S, seconds)
