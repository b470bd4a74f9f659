"""What a pushed folder holds and is not published: named, and refused where its writer surely meant it.

Rule: it reads names, and the first bytes of files that may be playlists; it decides nothing about what is published.
"""

import os
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from signage.disk_faults import in_chinese
from signage.errors import Complaint, Words
from signage.filenames import AUDIO, PICTURES, VIDEO, is_folder_passed_over, is_passed_over, is_unfinished
from signage.globs import Shelf
from signage.media import Media
from signage.playlist import Playlist
from signage.printable import printable
from signage.stray_files import HEAD_BYTES, MEDIA, PLAYLISTS, StrayFile, judged_by_text, strays

MOST_LISTED = 200_000
MOST_NOTES = 20
MOST_GROUPS, MOST_NAMES = 5, 6
_LINKED = Words("链接到文件夹，里面的不发布", "is a link to a folder; what it holds is left out")


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Every file of a folder, and what cannot be read."""

    paths: tuple[str, ...]
    """Relative, with `/` between parts; folders that are named like files end in `/`."""
    links: tuple[str, ...]
    """Links to files and folders, which nobody follows."""
    complaints: tuple[Complaint, ...]


def listed(folder: Path) -> Listing:
    """Lists a tree without what nobody means: hidden folders and those of systems."""
    unreadable: list[OSError] = []
    paths: list[str] = []
    links: list[str] = []
    complaints: list[Complaint] = []
    for here, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not is_folder_passed_over(name))
        links += [_relative(folder, here, name) for name in (*folders, *files) if Path(here, name).is_symlink()]
        paths += [_relative(folder, here, name) for name in sorted(files)]
        paths += [f"{_relative(folder, here, name)}/" for name in folders if "." in name]
        if len(paths) > MOST_LISTED:
            problem = Words(f"文件多于 {MOST_LISTED} 个", f"holds more than {MOST_LISTED} files")
            cure = Words("只发布素材所在的文件夹", "push the folder that holds the campaign only")
            complaints.append(Complaint(printable(str(folder)), problem, cure))
            break
    for error in unreadable:
        problem = Words(f"读不出：{in_chinese(error)}", f"cannot be read: {error.strerror}")
        cure = Words("改好权限，或把它移走", "mend its permissions, or move it away")
        complaints.append(Complaint(printable(str(error.filename)), problem, cure))
    return Listing(paths=tuple(paths), links=tuple(links), complaints=tuple(complaints))


def stray_playlists(folder: Path, listing: Listing) -> tuple[StrayFile, ...]:
    """Returns what was meant as a playlist or calendar and is none, judged by name and by its first bytes."""
    found = []
    for stray in strays(listing.paths):
        path = folder / os.fsdecode(stray.path.encode(errors="surrogateescape"))
        found.append(judged_by_text(stray, _head(path)) if stray.is_passed_over else stray)
    return tuple(found)


def notes_of(listing: Listing, named: Collection[str], *, structured: bool) -> list[Words]:
    """Returns a note for each file that is left out; `named` are those taken or told otherwise.

    Hidden files and those of systems are nobody's. Beyond `MOST_NOTES` they are counted.
    """
    left = [path for path in listing.paths if not path.endswith("/") and path not in named]
    notes = list(_left_out(left, set(listing.links), structured=structured))
    folders = [link for link in listing.links if link not in listing.paths]
    notes += [Words(f"{printable(link)}：{_LINKED.zh}", f"{printable(link)} {_LINKED.en}") for link in folders]
    if len(notes) > MOST_NOTES:
        rest = len(notes) - MOST_NOTES
        notes[MOST_NOTES:] = [Words(f"还有 {rest} 个没有列出的文件不发布", f"{rest} more files are left out")]
    return notes


def same_bytes(files: Iterable[tuple[str, str]]) -> Iterator[Words]:
    """Returns a note for each group of names with the same bytes; files come as name and SHA-256."""
    groups: dict[str, list[str]] = {}
    for name, sha256 in files:
        groups.setdefault(sha256, []).append(printable(name))
    for names in [group for group in groups.values() if len(group) > 1][:MOST_GROUPS]:
        shown = names[:MOST_NAMES]
        more = f" …({len(names)})" if len(names) > MOST_NAMES else ""
        yield Words(f"{'、'.join(shown)}{more} 内容完全相同", f"{', '.join(shown)}{more} hold the same bytes")


def shown_by_none(media: Sequence[Media], playlists: Iterable[Playlist]) -> Iterator[Words]:
    """Returns a note on the media that no item of any playlist shows."""
    shelf = Shelf(tuple(media))
    patterns = {p for playlist in playlists for item in playlist.items for p in (item.media, item.picture) if p}
    used = {medium.name for pattern in patterns for medium in shelf.find(pattern)}
    idle = [printable(medium.name) for medium in media if medium.name not in used]
    if idle:
        more = f" …({len(idle)})" if len(idle) > MOST_NAMES else ""
        names_zh, names_en = f"{'、'.join(idle[:MOST_NAMES])}{more}", f"{', '.join(idle[:MOST_NAMES])}{more}"
        yield Words(f"没有播放表用到：{names_zh}", f"no playlist shows {names_en}")


def _left_out(left: list[str], links: Collection[str], *, structured: bool) -> Iterator[Words]:
    for path in left:
        shown, name = printable(unicodedata.normalize("NFC", path)), path.rpartition("/")[2]
        top = path.partition("/")[0] if "/" in path else ""
        if structured and top == PLAYLISTS:
            continue  # playlists are read, all else there is a stray
        inside = not structured or top == MEDIA
        below = shown.removeprefix(f"{MEDIA}/") if structured else shown
        if is_unfinished(name) and _is_media_but_for_its_end(name):
            yield Words(f"{shown}：没有下载完，不发布", f"{shown} is an unfinished download; left out")
        elif is_passed_over(name):
            continue
        elif inside and path in links:
            yield Words(
                f"{below}：是链接，不发布，请放文件本身", f"{below}: a link; left out, put the file itself there"
            )
        elif inside:
            yield Words(f"{below}：不是图片、视频或音频，不发布", f"{below}: no picture, video or audio; left out")
        else:
            zh, en = "不在 playlists/ 或 media/ 里，不发布", "is in neither playlists/ nor media/; left out"
            yield Words(f"{shown}：{zh}", f"{shown} {en}")


def _is_media_but_for_its_end(name: str) -> bool:
    return name.lower().rpartition(".")[0].endswith((*PICTURES, *VIDEO, *AUDIO))


def _relative(folder: Path, here: str, name: str) -> str:
    relative = Path(here, name).relative_to(folder)
    return os.fsencode(relative).decode(errors="surrogateescape").replace(os.sep, "/")


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""
