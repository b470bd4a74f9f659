"""Makes the library from what was seen and what was found of it.

Rule: pure.
"""

import datetime as dt
import errno
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import msgspec

from player.content.book import Verdict
from player.content.library import Folder, Library, PlaylistFile, Refused, library_name
from player.content.names import PLAYLIST_HERE, UNKNOWN_KIND, FolderUse
from player.content.scan import TOO_MANY, Scan, Seen
from player.content.settle import Stamp
from player.content.stalls import NO_ANSWER
from signage.copies import may_be_copy, original_of, plain_name
from signage.disk_faults import in_chinese
from signage.errors import Words
from signage.lookalikes import alike, difference, skeleton, told_alike
from signage.media import Media
from signage.printable import printable
from signage.stray_files import PLAYLISTS, strays

CALENDAR = "calendar"
LISTS_LEFT = Words(
    zh="播放表文件夹里的播放表都不见了：现在只显示垫片或内置提示。请把播放表放回去；"
    "如果就是要把素材文件夹整个播放，一分钟后自动开始",
    en="every playlist has gone from the playlist folders: only filler or the built-in notice shows. Put them back; the"
    " media folder itself plays after a minute without any",
)
MOST_ALIKE = 10
"""Groups of names that look alike, of which notes tell."""

_GONE = {
    "ENOENT": ("文件夹不存在", "it does not exist"),
    "ENOTDIR": ("不是文件夹", "it is not a folder"),
    "EACCES": ("没有读取权限", "no permission to read it"),
    "unmounted": ("共享或磁盘已断开", "the share or disk is no longer mounted"),
    NO_ANSWER: ("磁盘或共享没有响应", "its disk or share does not answer"),
}


class Text(msgspec.Struct, frozen=True):
    """What was read of a playlist file with this stamp."""

    stamp: Stamp
    file: PlaylistFile | None
    """The newest whole text; an older one where the present file is refused."""
    why: Words | None = None
    at: dt.datetime | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A watched folder and the last look at it."""

    folder: Folder
    use: FolderUse
    scan: Scan = Scan()
    looked: bool = False
    """Whether this run has looked at it."""
    mounted: bool = False
    """Whether it was a mounted share when last seen: then, empty and not mounted, it is away."""
    mount: str = ""
    """The mount of its own that it lay on when last seen: empty and not on it, it is away, too."""


Copies = Literal["refuse", "allow"]
Lists = Literal["none", "there", "away for a moment", "gone lately"]
"""Whether a playlist lies in the folders, good or not, or did until now."""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Playlists, by name, whose files went although others are there."""

    away: frozenset[str] = frozenset()
    """A moment ago: what they said goes on."""
    withdrawn: frozenset[str] = frozenset()
    """Longer ago, and said for a while."""


NONE_MISSING = Missing()


def listed_names(place: Place) -> frozenset[str]:
    """Returns the names of the playlists whose files lie in a playlist folder, without the calendar."""
    found = {library_name(os.path.splitext(seen.name)[0]) for seen in place.scan.files.values()}
    return frozenset(found - {CALENDAR})


def has_calendar(place: Place) -> bool:
    """Whether the calendar lies in a playlist folder."""
    return place.use == "playlists" and any(seen.name == f"{CALENDAR}.toml" for seen in place.scan.files.values())


def may_be_listed(place: Place) -> bool:
    """Whether a playlist lies in a playlist folder, readable or not, or may: a share that nobody has looked at."""
    if place.use != "playlists":
        return False
    calendar = library_name(f"{CALENDAR}.toml")
    if any(seen.name != calendar for seen in place.scan.files.values()) or place.scan.refused:
        return True
    return place.scan.gone not in ("", "ENOENT") or (place.folder.network and not place.looked)


def arrange(
    places: Sequence[Place],
    verdicts: Mapping[str, Verdict],
    quarantined: Mapping[str, Words],
    texts: Mapping[str, Text],
    *,
    on_trial: Collection[str] = (),
    seen_as: Callable[[str], str] = skeleton,
    last_good: Mapping[str, bytes],
    since: Mapping[str, dt.datetime],
    lists: Lists = "none",
    missing: Missing = NONE_MISSING,
    calendar_away: bool = False,
    copies: Copies = "refuse",
) -> Library:
    """The library, with serial 0; `since` says when a path was refused first for its name or kind.

    Of what is quarantined, `on_trial` names by SHA-256 what an emergency may show. `seen_as` gives what is left of a
    name for the eye. `lists` says what became of playlists that lay there before, `missing` of single ones,
    `calendar_away` whether the calendar did until a moment ago.
    """
    shelf = _Shelf(quarantined, on_trial, since)
    if copies == "refuse":
        shelf.names = _names(places)
    listed = frozenset(p.folder.path for p in places if p.use == "playlists")
    for place in places:
        shelf.refuse_names(place.scan, listed if place.use == "media" else frozenset())
        if place.use == "media":
            shelf.put_media(place, verdicts)
        else:
            shelf.put_playlists(place, texts, last_good)
    if lists == "away for a moment" or any(p.use == "playlists" and (not p.looked or p.scan.gone) for p in places):
        for name, text in last_good.items():
            shelf.playlists.setdefault(name, PlaylistFile(name=name, path="", text=text, mtime_ns=0))
    present = {each.text for each in shelf.playlists.values()}  # one that was renamed is not away
    for name in sorted(missing.away & last_good.keys()):
        if last_good[name] not in present:
            former = PlaylistFile(name=name, path="", text=last_good[name], mtime_ns=0)
            shelf.playlists.setdefault(name, former)
    if calendar_away and CALENDAR in last_good:
        former = PlaylistFile(name=CALENDAR, path="", text=last_good[CALENDAR], mtime_ns=0)
        shelf.playlists.setdefault(CALENDAR, former)
    calendar = shelf.playlists.pop(CALENDAR, None)
    complete = all(p.looked for p in places)
    # The first library of a start must not wait for thousands of names to be compared.
    notes = [words for place in places for words in _notes(place)] + (shelf.lookalikes(seen_as) if complete else [])
    named = [f"{PLAYLISTS}/{name}.toml" for name in shelf.playlists]
    notes += [stray.note() for stray in strays(named) if stray.meant and not stray.is_passed_over]
    if lists == "gone lately":
        notes.append(LISTS_LEFT)
    elif lists == "there":
        notes += map(_withdrawn, sorted(missing.withdrawn))
    return Library(
        media=tuple(m for _, m in sorted(shelf.media.values(), key=_order)),
        held=tuple(m for _, m in sorted(shelf.held.values(), key=_order)),
        on_trial=tuple(m for _, m in sorted(shelf.on_trial.values(), key=_order)),
        refused=tuple(sorted(shelf.refused, key=lambda r: r.path)),
        playlists=tuple(shelf.playlists[n] for n in sorted(shelf.playlists)),
        calendar=calendar,
        listed=bool(shelf.playlists) or lists != "none",
        waiting=shelf.waiting,
        notes=tuple(dict.fromkeys(notes)),
        complete=complete,
    )


def _order(pair: tuple[Seen, Media]) -> tuple[tuple[int, int, str], ...]:
    return pair[0].order


class _Shelf:
    def __init__(
        self, quarantined: Mapping[str, Words], on_trial: Collection[str], since: Mapping[str, dt.datetime]
    ) -> None:
        self._quarantined, self._on_trial = quarantined, on_trial
        self._since = since
        self._owner: dict[str, str] = {}
        self.media: dict[str, tuple[Seen, Media]] = {}
        self.held: dict[str, tuple[Seen, Media]] = {}
        self.on_trial: dict[str, tuple[Seen, Media]] = {}
        self.refused: list[Refused] = []
        self.playlists: dict[str, PlaylistFile] = {}
        self.waiting = 0
        self.names: dict[FolderUse, dict[str, str]] = {}
        """What is there, by `plain_name`; empty where copies are shown like anything else."""

    def refuse_names(self, scan: Scan, playlist_folders: Collection[str]) -> None:
        for path, why in scan.refused.items():
            is_playlist = path.endswith(".toml") and os.path.dirname(path) in playlist_folders
            if not (is_playlist and why in (UNKNOWN_KIND, PLAYLIST_HERE)):
                self._refuse(path, why, self._since[path])

    def put_media(self, place: Place, verdicts: Mapping[str, Verdict]) -> None:
        # In order of path, so that of two spellings of one name the same one wins at every look.
        for path in sorted(place.scan.files):
            seen = place.scan.files[path]
            verdict = verdicts.get(path)
            # A file of which only the ctime is another one is hashed again; until then it may be shown, for a
            # decoder takes no other bytes than those of the hash.
            fresh = verdict is not None and verdict.stamp.is_alike(seen.stamp)
            if (verdict is None or verdict.stamp != seen.stamp) and not _is_away(path, place.scan):
                self.waiting += 1
            if verdict is None:
                continue
            why = self._quarantined.get(verdict.sha256, verdict.why)
            if why is not None and fresh:
                self._refuse(path, why, verdict.at)
                if verdict.facts is not None and verdict.sha256 in self._on_trial:
                    self.on_trial.setdefault(seen.name, (seen, _media(seen, verdict)))
            elif original := self._original(seen.name, place.use):
                self._refuse(path, _copy(original), verdict.at)
            elif verdict.facts is not None and why is None and self._is_first(seen, verdict):
                is_copy = verdict.plays != seen.real
                at_hand = is_copy or (fresh and not _is_away(path, place.scan))
                (self.media if at_hand else self.held)[seen.name] = (seen, _media(seen, verdict))

    def _original(self, name: str, use: FolderUse) -> str:
        """The file of which another one is a copy by its name, if it is there too; "" if there is none."""
        return original_of(name, self.names[use]) if self.names else ""

    def _is_first(self, seen: Seen, verdict: Verdict) -> bool:
        owner = self._owner.setdefault(seen.name, seen.path)
        if owner == seen.path:
            return True
        self._refuse(seen.path, _same_name(owner, seen.path), verdict.at)
        return False

    def put_playlists(self, place: Place, texts: Mapping[str, Text], last_good: Mapping[str, bytes]) -> None:
        for path in sorted(place.scan.files):
            seen = place.scan.files[path]
            text = texts.get(path)
            if text is None or (text.stamp != seen.stamp and text.why is None):
                self.waiting += 1  # what cannot be read is told, and tried again; nobody needs to wait for it
            if text is None:
                # Deleted and written anew a moment ago: what it said goes on until it has settled and was read.
                name = library_name(os.path.splitext(seen.name)[0])
                if name in last_good:
                    former = PlaylistFile(name=name, path="", text=last_good[name], mtime_ns=0)
                    self.playlists.setdefault(name, former)
                continue
            if text.why is not None and text.at is not None:
                self._refuse(path, text.why, text.at)
            if text.file is not None and (original := self._original(seen.name, place.use)):
                at = dt.datetime.fromtimestamp(text.file.mtime_ns // 10**9, dt.UTC)
                self._refuse(path, _copy(original), at)
            elif text.file is not None:
                first = self.playlists.setdefault(text.file.name, text.file)
                if first is not text.file:
                    at = dt.datetime.fromtimestamp(text.file.mtime_ns // 10**9, dt.UTC)
                    self._refuse(path, _same_name(first.path, path), at)

    def lookalikes(self, seen_as: Callable[[str], str]) -> list[Words]:
        """Says which names look alike: all of them are shown, each as what it is."""
        groups: dict[str, list[str]] = {}
        for seen, _ in (*self.media.values(), *self.held.values()):
            groups.setdefault(seen_as(seen.name), []).append(seen.name)
        found = [names for names in groups.values() if len(names) > 1]
        found += map(list, alike(f"{name}.toml" for name in self.playlists))
        return [told_alike(names) for names in found[:MOST_ALIKE]]

    def _refuse(self, path: str, why: Words, at: dt.datetime) -> None:
        self.refused.append(Refused(name=printable(os.path.basename(path)), path=printable(path), why=why, at=at))


def _media(seen: Seen, verdict: Verdict) -> Media:
    assert verdict.facts is not None
    return Media(
        name=seen.name,
        path=verdict.plays,
        sha256=verdict.sha256,
        size_bytes=verdict.stamp.size,
        facts=verdict.facts,
    )


def _names(places: Sequence[Place]) -> dict[FolderUse, dict[str, str]]:
    found: dict[FolderUse, dict[str, str]] = {"media": {}, "playlists": {}}
    for place in places:
        if any(may_be_copy(seen.name) for seen in place.scan.files.values()):
            found[place.use] |= {plain_name(seen.name): seen.name for seen in place.scan.files.values()}
    return found


def _withdrawn(name: str) -> Words:
    shown = printable(f"{name}.toml")
    return Words(
        zh=f"播放表 {shown} 的文件不见了，已经撤下；还要播就把它放回播放表文件夹",
        en=f"the file of playlist {shown} has gone, it is withdrawn; put it back to have it played",
    )


def _copy(original: str) -> Words:
    shown = printable(original)
    return Words(
        zh=f"从名字看是 {shown} 的副本，没有采用；两个都要就给它另起一个名字，不要就删掉",
        en=f"is a copy of {shown} by its name and is not used; give it another name if both are wanted, else delete it",
    )


def _is_away(path: str, scan: Scan) -> bool:
    return bool(scan.gone) or any(path == top or path.startswith(os.path.join(top, "")) for top in scan.unreadable)


def _same_name(owner: str, path: str) -> Words:
    shown = printable(owner)
    differ = difference(os.path.basename(owner), os.path.basename(path))
    zh, en = (f"（写法不同：{differ}）", f" (spelt with {differ})") if differ else ("", "")
    return Words(
        zh=f"与 {shown} 同名{zh}，只用那一个；请改名",
        en=f"has the same name as {shown}{en}, which is used; rename it",
    )


def _failing(code: str) -> tuple[str, str]:
    """Returns what an error's name, such as `EIO`, means."""
    return in_chinese(OSError(getattr(errno, code, 0), "")), f"reading fails ({code})"


def _notes(place: Place) -> tuple[Words, ...]:
    notes: list[Words] = []
    shown = printable(place.folder.path)
    if place.looked and place.scan.gone:
        zh, en = _GONE.get(place.scan.gone, _failing(place.scan.gone))
        notes.append(
            Words(
                zh=f"监视的文件夹 {shown} 读不到：{zh}。里面的文件没有被当作删除，恢复后自动继续",
                en=f"the watched folder {shown} cannot be read: {en}. Its files do not count as deleted; it goes on"
                " by itself when the folder is back",
            )
        )
    for top, code in place.scan.unreadable.items():
        zh, en = _GONE.get(code, _failing(code))
        notes.append(Words(zh=f"{printable(top)} 读不到：{zh}", en=f"{printable(top)} cannot be read: {en}"))
    if place.scan.overflow:
        notes.append(TOO_MANY)
    return tuple(notes[:20])
