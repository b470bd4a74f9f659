"""Programs to test the rules with: built by hand in a line, or drawn at random."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from signage.calendar import Calendar, QuietPeriod
from signage.daypart import DAYS, DateRange, Daypart, Window
from signage.layout import Box, Zone
from signage.media import Media, MediaFacts
from signage.playlist import RANKS, Item, Playlist
from signage.program import Program, Site

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MAIN = Zone(name="main", box=Box(0, 0, 1280, 720))


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> dt.datetime:
    """Reads `2026-06-07 08:00` as local time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def clock(text: str) -> int:
    """Reads `08:30` as seconds after midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def window(text: str) -> Window:
    start, end = text.split("-")
    return Window(clock(start), clock(end))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(text: str) -> DateRange:
    first, _, last = text.partition("..")
    return DateRange(day(first), day(last or first))


def medium(name: str, kind: str = "image", duration_s: float = 0.0, sha256: str = "a") -> Media:
    facts = MediaFacts(kind=kind, duration_s=duration_s)
    return Media(name=name, path=f"/media/{name}", sha256=sha256 * 64, size_bytes=1, facts=facts)


def cards(*texts: str, **common) -> tuple[Item, ...]:
    return tuple(Item(number=n, card="slogan", text=text, **common) for n, text in enumerate(texts, 1))


def playlist(name: str, *texts: str, **fields) -> Playlist:
    """A playlist of cards that say `texts`, unless `items` are given."""
    fields.setdefault("items", cards(*(texts or (name,))))
    return Playlist(name=name, **fields)


def program(
    *playlists: Playlist, media=(), quiet=(), zone: ZoneInfo = SHANGHAI, calendar=None, zones=(MAIN,)
) -> Program:
    return Program(
        site=Site(
            screen="sq-square-led1", title="文化广场", kind="square", village="石桥村", variables={"phone": "110"}
        ),
        timezone=zone.key,
        zones=zones,
        playlists=playlists,
        media=tuple(media),
        calendar=calendar or Calendar(quiet=tuple(quiet)),
    )


_MINUTES = st.integers(0, 24 * 12).map(lambda n: n * 300)
_WINDOWS = st.builds(Window, _MINUTES.filter(lambda s: s < 86400), _MINUTES)
_TIMES = st.one_of(st.just(()), st.lists(_WINDOWS, min_size=1, max_size=2).map(tuple))
_NAMES = st.lists(st.sampled_from([*DAYS, "workdays", "restdays", "all"]), max_size=3).map(tuple)
_POOL = (
    medium("a.png"),
    medium("b.png"),
    medium("clip.mp4", "video", 61.4),
    medium("long.mp4", "video", 1325.0),
    medium("voice.mp3", "audio", 95.25),
)


@st.composite
def dayparts(draw, first: dt.date) -> Daypart:
    """A daypart whose dates lie about `first`."""
    near = st.integers(-1, 4).map(lambda n: first + dt.timedelta(days=n))
    exceptions = draw(
        st.lists(st.builds(lambda a, n: DateRange(a, a + dt.timedelta(days=n)), near, st.integers(0, 1)), max_size=1)
    )
    return Daypart(
        first=draw(st.none() | near),
        last=draw(st.none() | near),
        days=draw(_NAMES),
        times=draw(_TIMES),
        exceptions=tuple(exceptions),
    )


@st.composite
def playlists(draw, name: str, first: dt.date) -> Playlist:
    rank = draw(st.sampled_from(["normal", *RANKS]))
    shown = st.sampled_from(["*.png", "clip.mp4", "long.mp4", "voice.mp3", "gone.png", None])
    runs = st.just(Daypart()) | dayparts(first)
    items = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        media = draw(shown)
        card = None if media else "slogan"
        weight, dwell = draw(st.integers(1, 3)), draw(st.sampled_from([None, None, 37.5]))
        items.append(
            Item(number=number, media=media, card=card, text=f"{number}", weight=weight, dwell_s=dwell, runs=draw(runs))
        )
    return Playlist(
        name=name,
        rank=rank,
        priority=draw(st.integers(0, 1)),
        share=draw(st.integers(1, 3)),
        runs=draw(runs),
        starts=tuple(draw(st.lists(_MINUTES.filter(lambda s: s < 86400), min_size=1, max_size=3)))
        if rank == "broadcast"
        else (),
        lasts_min=draw(st.sampled_from([5.0, 30.0, 95.0])) if rank == "broadcast" else 0.0,
        order=draw(st.sampled_from(["sequence", "shuffle", "weighted"])),
        dwell_s=draw(st.sampled_from([120.0, 293.0])),
        items=tuple(items),
    )


@st.composite
def programs(draw, start: dt.datetime) -> Program:
    """A program that has something to do in the days from `start`, in its time zone."""
    first = start.date()
    chosen = [draw(playlists(f"list {n}", first)) for n in range(draw(st.integers(0, 4)))]
    quiet = [
        QuietPeriod(name="exam", dates=(DateRange(first, first + dt.timedelta(days=1)),), times=times)
        for times in draw(st.lists(_TIMES, max_size=1))
    ]
    return program(*chosen, media=_POOL, quiet=quiet, zone=start.tzinfo)


STARTS = st.sampled_from(
    [
        at("2026-06-06 09:00"),
        at("2026-10-09 22:30"),
        at("2026-03-28 20:00", BERLIN),
        at("2026-10-24 20:00", BERLIN),
        at("2026-10-25 02:30", BERLIN, fold=1),
    ]
)
"""Exams, a worked weekend, and both changes of the clocks."""
