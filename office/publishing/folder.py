"""A pushed folder, read into a draft: playlists, calendar, and the media they may show.

It holds `playlists/*.toml` and `media/**`, or media alone: then a playlist that shows them all is made for it.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from office.publishing.left_out import listed, notes_of, same_bytes, shown_by_none, stray_playlists
from office.trusting.content import hash_file
from signage.calendar import Calendar
from signage.errors import BadInput, Complaint, Words
from signage.filenames import AUDIO, PICTURES, VIDEO, bad_path, is_folder_passed_over, is_passed_over
from signage.lookalikes import alike, difference, told_alike
from signage.media import Media, MediaFacts, MediaKind, natural_key
from signage.mending import written
from signage.playlist import Playlist
from signage.printable import printable
from signage.reading import CALENDAR_FILE, MOST_ITEMS, read_calendar, read_playlist
from signage.site_variables import VARIABLES
from signage.source import MAX_FILE_BYTES
from signage.stray_files import MEDIA, PLAYLISTS, SUFFIX, is_playlist_name
from signage.text_rules import flaw
from signage.trust import MOST_MEDIA_BYTES, MOST_PLAYLISTS

MOST_FILES = 10_000
MOST_ALIKE = 10
CALENDAR = "calendar"


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A playlist or the calendar: its stem and exact bytes."""

    name: str
    body: bytes


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What would be published."""

    line: str
    texts: tuple[Text, ...]
    """Playlists, and the calendar where there is one, by name."""
    playlists: tuple[Playlist, ...]
    calendar: Calendar | None
    media: tuple[Media, ...]
    """`path` is where the bytes lie now; the kind is judged by the name, the screens judge by the contents."""
    notes: tuple[Words, ...]
    """What was left out, and which names look alike."""


def read_folder(folder: Path, line: str = "", progress: Callable[[str, int], None] = lambda _n, _b: None) -> Draft:
    """Reads a folder; `progress` hears each file's name and the bytes hashed. Raises BadInput with every complaint."""
    name = unicodedata.normalize("NFC", line or folder.absolute().name)
    complaints: list[Complaint] = []
    notes: list[Words] = []
    if not folder.is_dir():
        raise BadInput(
            (Complaint(str(folder), Words("不是文件夹", "is no folder"), Words("改正路径", "mend the path")),)
        )
    wrong = flaw(name, "line")
    if not name or len(name) > 100 or wrong is not None:
        problem = Words("名字不能用", "its name cannot be used")
        if wrong is not None:
            problem = Words(f"名字{wrong.problem.zh}", f"its name cannot be used: it {wrong.problem.en}")
        cure = Words("用 --line 另起一个名字", "give another one with --line")
        raise BadInput((Complaint(str(folder), problem, cure),))
    structured = (folder / PLAYLISTS).is_dir() or (folder / MEDIA).is_dir()
    listing = listed(folder)
    stray = stray_playlists(folder, listing)
    if listing.complaints:
        raise BadInput(listing.complaints)
    media, named = _media(folder, f"{MEDIA}/" if structured else "", complaints, progress)
    texts = _texts(folder / PLAYLISTS, complaints, notes)
    has_playlist = any(text.name != CALENDAR for text in texts)
    told = {each.path for each in stray if each.meant or (each.is_passed_over and not has_playlist)}
    complaints += [each.complaint() for each in stray if each.path in told]
    notes += [each.note() for each in stray if each.path not in told]
    named |= {each.path for each in stray}
    notes += notes_of(listing, named, structured=structured)
    if not texts and media and not complaints:
        texts = (_made(name, media),)
        notes.append(_say_what_was_made(media))
    playlists, calendar = _understood(texts, complaints)
    notes += [told_alike(names) for names in alike(medium.name for medium in media)[:MOST_ALIKE]]
    notes += [told_alike(names) for names in alike(f"{text.name}.toml" for text in texts)[:MOST_ALIKE]]
    notes += same_bytes((f"{each.name}.toml", each.sha256) for each in playlists)
    notes += same_bytes((medium.name, medium.sha256) for medium in media)
    if not complaints:
        notes += shown_by_none(media, playlists)
    if not playlists and not complaints:
        problem = Words("里面没有播放表，也没有可以播放的素材", "holds neither playlists nor media that can be shown")
        if calendar is not None:
            problem = Words("只有日历，没有播放表", "holds a calendar and no playlist")
        cure = Words(
            "放进 playlists/*.toml 和 media/，或只放素材", "put playlists/*.toml and media/ in, or media alone"
        )
        complaints.append(Complaint(str(folder), problem, cure))
    if complaints:
        raise BadInput(tuple(complaints))
    return Draft(line=name, texts=texts, playlists=playlists, calendar=calendar, media=media, notes=tuple(notes))


def _say_what_was_made(media: tuple[Media, ...]) -> Words:
    count = min(len(media), MOST_ITEMS)
    zh = f"没有播放表：{count} 个素材做成一个播放表，每天全天轮流播放，直到撤回"
    en = f"there is no playlist: one was made that shows {count} files in turn, all day and every day until withdrawn"
    if len(media) > count:
        zh, en = f"{zh}；另外 {len(media) - count} 个不播放", f"{en}; {len(media) - count} more do not play"
    return Words(zh, en)


def kind_of(name: str) -> MediaKind | None:
    """Gives what kind of media a name says it is."""
    low = name.lower()
    endings: dict[MediaKind, tuple[str, ...]] = {"image": PICTURES, "video": VIDEO, "audio": AUDIO}
    return next((kind for kind, ends in endings.items() if low.endswith(ends)), None)


def _media(
    top: Path, below: str, complaints: list[Complaint], progress: Callable[[str, int], None]
) -> tuple[tuple[Media, ...], set[str]]:
    """Returns the media, and the paths below the pushed folder that were taken or complained of."""
    found: dict[str, Media] = {}
    named: set[str] = set()
    folder = top / below
    for path in _walk(folder):
        relative = os.fsencode(path.relative_to(folder)).decode(errors="surrogateescape").replace(os.sep, "/")
        name = unicodedata.normalize("NFC", relative)
        shown = printable(name)
        kind, why = kind_of(name), bad_path(name)
        if kind is None or path.is_symlink() or not path.is_file():
            continue
        named.add(f"{below}{relative}")
        if why is not None:
            complaints.append(Complaint(shown, why, Words("改名", "rename it")))
        elif name in found:
            differ = difference(str(Path(found[name].path).relative_to(folder)), relative)
            problem = Words(f"有两个文件叫这个名字（{differ}）", f"two files have this name ({differ})")
            complaints.append(Complaint(shown, problem, Words("改名", "rename one")))
        elif len(found) >= MOST_FILES:
            problem = Words(f"文件多于 {MOST_FILES} 个", f"there are more than {MOST_FILES} files")
            complaints.append(Complaint(str(folder), problem, Words("分几次发布", "publish them apart")))
            break
        else:
            sha256, size = hash_file(path, partial(progress, shown))
            if not 0 < size <= MOST_MEDIA_BYTES:
                problem = Words("是空的" if not size else "太大", "is empty" if not size else "is too large")
                complaints.append(Complaint(shown, problem, Words("换一个文件", "replace it")))
            facts = MediaFacts(kind=kind)
            found[name] = Media(name=name, path=str(path), sha256=sha256, size_bytes=size, facts=facts)
    return tuple(sorted(found.values(), key=lambda medium: natural_key(medium.name))), named


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_folder_passed_over(name))
        yield from (Path(here, name) for name in sorted(files) if not is_passed_over(name))


def _texts(folder: Path, complaints: list[Complaint], notes: list[Words]) -> tuple[Text, ...]:
    found: dict[str, Text] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not is_playlist_name(path.name) or is_passed_over(path.name) or path.is_dir():
            continue
        shown = printable(path.name)
        name = unicodedata.normalize("NFC", path.stem)
        why = bad_path(path.name)
        if why is not None:
            complaints.append(Complaint(shown, why, Words("改名", "rename it")))
        elif name == VARIABLES:
            problem = Words("这个名字留给字卡变量", "this name is kept for the variables of cards")
            cure = Words(
                "播放表请改名；变量用 wuzha-office enroll 屏幕编号 --variable 名字=内容",
                "rename a playlist; variables are entered with wuzha-office enroll ID --variable NAME=TEXT",
            )
            complaints.append(Complaint(shown, problem, cure))
        elif not path.is_file():
            problem = Words("不是普通文件，或者链接断了", "is no ordinary file, or a link to nothing")
            complaints.append(Complaint(shown, problem, Words("把文件本身放进来", "put the file itself there")))
        elif name in found:
            problem = Words("有两个播放表叫这个名字，只有大小写不同", "two playlists have this name but for its case")
            complaints.append(Complaint(shown, problem, Words("改名或删掉一个", "rename or delete one")))
        else:
            if path.suffix != SUFFIX:
                notes.append(Words(f"{shown}：后缀有大写，照样当播放表", f"{shown} is read as a playlist all the same"))
            with path.open("rb") as file:
                found[name] = Text(name=name, body=file.read(MAX_FILE_BYTES + 1))
    if len(found) > MOST_PLAYLISTS:
        problem = Words(f"播放表多于 {MOST_PLAYLISTS} 个", f"there are more than {MOST_PLAYLISTS} playlists")
        complaints.append(Complaint(str(folder), problem, Words("分几次发布", "publish them apart")))
    return tuple(found.values())


def _understood(texts: tuple[Text, ...], complaints: list[Complaint]) -> tuple[tuple[Playlist, ...], Calendar | None]:
    playlists, calendar = [], None
    for text in texts:
        file = f"{text.name}.toml"
        try:
            if file == CALENDAR_FILE:
                calendar = read_calendar(text.body, file)
            else:
                playlists.append(read_playlist(text.body, file))
        except BadInput as bad:
            complaints.extend(bad.complaints)
    return tuple(playlists), calendar


def _made(line: str, media: tuple[Media, ...]) -> Text:
    """A playlist that shows every file once, in natural order."""
    items = "".join(f"\n[[item]]\nmedia = {written(medium.name)}\n" for medium in media[:MOST_ITEMS])
    stem = re.sub(r'[<>:"|?*\\/]', "-", line).strip(". ") or "media"
    name = stem if bad_path(f"{stem}.toml") is None and stem not in (CALENDAR, VARIABLES) else "media"
    return Text(name=name, body=f"title = {written(line)}\n{items}".encode())
