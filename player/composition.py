"""The program: composed from the configuration, what the folders hold, what was published, and orders.

Rule: pure; a bad playlist is refused whole, and the last good text of the same name stays on air. Published and local
playlists are on air together; of two with one name the published one counts, of two published ones the newer.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import msgspec

from player.config import Config
from player.content.arrange import CALENDAR
from player.content.library import Library, PlaylistFile
from player.orders import Orders
from player.publication.published import OnAir
from signage.calendar import Calendar
from signage.cards import BLACK, with_signed
from signage.errors import BadInput, Complaint, Words
from signage.media import natural_key
from signage.playlist import Item, Playlist
from signage.program import Program, Site
from signage.reading import read_calendar, read_playlist

_Read = TypeVar("_Read", Playlist, Calendar)

NOTHING_PUBLISHED, NO_ORDERS = OnAir(), Orders()

BLACKOUT = "blackout"
"""What the record calls the playlist of a blackout."""
ABOVE_ALL = 1_000_000
"""Its priority: more than any playlist can have."""
BLACK_S = 3600.0
MOST_NAMED = 3
"""Variables that a sentence names; a name has 50 letters at most."""


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A program, and what a person should know about the files it came from."""

    program: Program
    complaints: tuple[Complaint, ...]
    good: dict[str, bytes]
    """The texts that read well, by stem: worth remembering."""
    notes: tuple[Words, ...] = ()
    """Why something that lies in the folders, or was published, does not play."""


def composed(
    config: Config,
    library: Library,
    last_good: Mapping[str, bytes],
    on_air: OnAir = NOTHING_PUBLISHED,
    orders: Orders = NO_ORDERS,
) -> Composed:
    """Gives the program of a screen; `last_good` holds earlier texts of local playlists by stem."""
    texts = _Texts(last_good)
    notes = list(on_air.notes)
    if config.folders.unsigned == "refuse":
        library, refused = _signed_only(library, on_air.trusted)
        texts.trusted = on_air.trusted
        notes += refused
    published = _published(on_air, texts)
    site = _site(config, on_air, notes)
    notes += _homeless(published, {zone.name for zone in config.zones})
    local = [p for file in library.playlists if (p := texts.understood(file, read_playlist)) is not None]
    replaced = {p.name for p in published} & {p.name for p in local}
    local = [p for p in local if p.name not in replaced]
    notes += [_replaced(name) for name in sorted(replaced)]
    if on_air.expired:
        published = _filler(published)
        local = _filler(local) if config.folders.unsigned == "refuse" else local
    local = [_with_trials(p, library) for p in local]
    program = Program(
        site=site,
        timezone=config.screen.timezone,
        zones=config.zones,
        playlists=tuple(sorted((*published, *local), key=lambda p: p.name)),
        media=library.media,
        held=tuple(m.name for m in library.held),
        listed=library.listed or bool(library.playlists) or bool(on_air.publications) or on_air.expired,
        calendar=_applied(_calendar(library, on_air, texts, notes), config.sound.quiet),
    )
    return Composed(
        program=_ordered(program, orders),
        complaints=tuple(texts.complaints),
        good=texts.good,
        notes=(*notes, *texts.notes),
    )


class _Texts:
    """Reads texts, and keeps what was wrong with them and which were good."""

    def __init__(self, last_good: Mapping[str, bytes]) -> None:
        self._last_good = last_good
        self.trusted: Collection[str] | None = None
        """The hashes of texts that may count; None: any."""
        self.complaints: list[Complaint] = []
        self.good: dict[str, bytes] = {}
        self.notes: list[Words] = []
        """What plays in place of a text with mistakes."""

    def understood(self, file: PlaylistFile, read: Callable[[bytes, str], _Read]) -> _Read | None:
        """Gives what a local text says as it is now, else as it last was good."""
        name = f"{file.name}.toml"
        try:
            value = read(file.text, name)
        except BadInput as bad:
            self.complaints.extend(bad.complaints)
            earlier = self._last_good.get(file.name)
            counts = earlier is not None and _counts(earlier, self.trusted)
            former = _read_again(earlier, name, read) if counts and earlier is not None else None
            self.notes.append(_in_its_place(name, len(bad.complaints), has_former=former is not None))
            return former
        self.good[file.name] = file.text
        return value

    def signed(self, file: PlaylistFile, read: Callable[[bytes, str], _Read]) -> _Read | None:
        """Gives what a published text says; it was read before it was staged, by this version or another."""
        try:
            return read(file.text, f"{file.name}.toml")
        except BadInput as bad:
            self.complaints.extend(bad.complaints)
            return None


def _in_its_place(name: str, count: int, *, has_former: bool) -> Words:
    zh, en = ("还按改错以前的内容播放", "what it said before goes on") if has_former else ("没有采用", "it is not used")
    return Words(f"{name} 有 {count} 处错误，{zh}", f"{name} has {count} mistakes; {en}")


def _published(on_air: OnAir, texts: _Texts) -> list[Playlist]:
    found: dict[str, Playlist] = {}
    for publication in sorted(on_air.publications, key=lambda p: -p.number):
        for file in publication.playlists:
            playlist = texts.signed(file, read_playlist)
            if playlist is not None:
                name = f"{file.name}@{publication.number}" if file.name in found else file.name
                found[name] = msgspec.structs.replace(
                    playlist, name=name, publication=publication.number, media=publication.media
                )
    return list(found.values())


def _with_trials(playlist: Playlist, library: Library) -> Playlist:
    """An emergency shows also what is in quarantine, once some time has passed: it is tried again."""
    if playlist.rank != "emergency" or not library.on_trial:
        return playlist
    names = {medium.name for medium in library.media}
    media = (*library.media, *(medium for medium in library.on_trial if medium.name not in names))
    return msgspec.structs.replace(playlist, media=tuple(sorted(media, key=lambda m: natural_key(m.name))))


def _calendar(library: Library, on_air: OnAir, texts: _Texts, notes: list[Words]) -> Calendar:
    """The calendar of the newest publication that has one, else the local one."""
    for publication in sorted(on_air.publications, key=lambda p: -p.number):
        if publication.calendar is not None:
            calendar = texts.signed(publication.calendar, read_calendar)
            if calendar is not None:
                notes += [_replaced(CALENDAR)] if library.calendar is not None else []
                return calendar
    local = texts.understood(library.calendar, read_calendar) if library.calendar is not None else None
    return local or Calendar()


def _site(config: Config, on_air: OnAir, notes: list[Words]) -> Site:
    """The site with the words that came with publications, of the newest that has each; they go before its own."""
    signed: dict[str, str] = {}
    for publication in sorted(on_air.publications, key=lambda p: p.number):
        signed.update(publication.variables)
    site, replaced = with_signed(config.site, signed)
    if replaced:
        names = " ".join(f"{{{name}}}" for name in replaced[:MOST_NAMED])
        more_zh, more_en = ("", "") if len(replaced) <= MOST_NAMED else ("等", " and more")
        notes.append(
            Words(
                zh=f"字卡里的 {names} {more_zh}用管理端签名发来的内容，kiosk_config.toml 里写的不同，没有使用："
                "改成一样或删掉那一行",
                en=f"cards say for {names}{more_en} what the office had signed; kiosk_config.toml says otherwise "
                "and is not used: make it the same, or delete the line",
            )
        )
    return site


def _signed_only(library: Library, trusted: Collection[str]) -> tuple[Library, list[Words]]:
    """Leaves of the folders what two people signed, and says how much else there is."""
    playlists = tuple(p for p in library.playlists if _counts(p.text, trusted))
    media = tuple(m for m in library.media if m.sha256 in trusted)
    calendar = library.calendar if library.calendar is None or _counts(library.calendar.text, trusted) else None
    left = msgspec.structs.replace(
        library,
        playlists=playlists,
        calendar=calendar,
        media=media,
        held=tuple(m for m in library.held if m.sha256 in trusted),
        on_trial=tuple(m for m in library.on_trial if m.sha256 in trusted),
    )
    texts = len(library.playlists) - len(playlists) + (calendar is not library.calendar)
    files = len(library.media) - len(media)
    if not texts and not files:
        return left, []
    words = Words(
        zh=f"文件夹里有 {texts} 个播放表、{files} 个素材没有签名，按配置不播放",
        en=f"{texts} playlists and {files} media in the folders are signed by nobody and not shown, as configured",
    )
    return left, [words]


def _counts(text: bytes, trusted: Collection[str] | None) -> bool:
    return trusted is None or hashlib.sha256(text).hexdigest() in trusted


def _homeless(published: list[Playlist], zones: Collection[str]) -> list[Words]:
    return [
        Words(
            zh=f"发布的播放表 {p.name} 要放到区域 {p.zone}，这块屏幕没有这个区域",
            en=f"the published playlist {p.name} is for the zone {p.zone}, which this screen does not have",
        )
        for p in published
        if p.zone not in zones
    ]


def _replaced(name: str) -> Words:
    return Words(
        zh=f"本地的 {name}.toml 没有使用：管理端发布了同名的一份",
        en=f"the local {name}.toml is not used: the office published one of that name",
    )


def _filler(playlists: list[Playlist]) -> list[Playlist]:
    return [p for p in playlists if p.rank == "filler"]


def _ordered(program: Program, orders: Orders) -> Program:
    if orders.filler:
        left = tuple(p for p in program.playlists if p.rank == "filler")
        # Without any playlist the bare folder would play, which is not filler.
        program = msgspec.structs.replace(program, playlists=left, media=program.media if left else ())
    if orders.blackout:
        others = tuple(p for p in program.playlists if p.name != BLACKOUT)
        program = msgspec.structs.replace(program, playlists=(*others, *(_black(zone.name) for zone in program.zones)))
    return program


def _black(zone: str) -> Playlist:
    card = Item(number=1, card=BLACK, dwell_s=BLACK_S)
    return Playlist(
        name=BLACKOUT, zone=zone, rank="emergency", priority=ABOVE_ALL, transition="cut", volume=0, items=(card,)
    )


def _read_again(text: bytes, name: str, read: Callable[[bytes, str], _Read]) -> _Read | None:
    """Reads a text that was good once; a newer version of the player may think otherwise."""
    try:
        return read(text, name)
    except BadInput:
        return None


def _applied(calendar: Calendar, names: tuple[str, ...]) -> Calendar:
    """Leaves in the calendar the quiet periods that this screen's configuration names."""
    if "all" in names:
        return calendar
    return msgspec.structs.replace(calendar, quiet=tuple(q for q in calendar.quiet if q.name in names))
