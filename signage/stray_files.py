"""Files that somebody meant as a playlist or calendar and that count for nothing, or for something else, by their name.

Rule: pure; it judges names only, no file is opened. Notepad adds `.txt`, phones add `(1)`, Explorer adds ` - 副本`, an
unpacked archive adds a folder: whoever reads playlists has to name such files, for without its playlist a poster
plays always.

How it is used: list every file of the tree as `strays(paths)`, paths relative and with `/`, those of the playlist
folder as `playlists/…`, those of the media folder as `media/…`, whatever these folders are really called (a folder that
has the name of a file is listed with `/` at its end). A finding that is `meant` is an error: the office refuses to
publish, the player's `check` lists it as a problem. One that is not is a note. A finding that is not `meant` becomes so
when its first bytes read like a playlist: `judged_by_text(stray, head)`. Nobody makes up a playlist where there is a
finding that `is_passed_over` - the writer had one in mind.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

import msgspec

from signage.errors import Complaint, Words
from signage.filenames import AUDIO, PICTURES, VIDEO, is_folder_passed_over, is_passed_over, is_unfinished
from signage.lookalikes import skeleton
from signage.printable import printable

PLAYLISTS = "playlists"
MEDIA = "media"
SUFFIX = ".toml"
CALENDAR_STEM = "calendar"
MOST_STRAYS = 100
HEAD_BYTES = 4096
"""How much of a file `judged_by_text` wants to see."""

_CALENDARS = frozenset({"calendar", "calender", "calendars", "calandar", "日历", "节假日", "假日", "放假"})
_CONFIGURATIONS = ("kiosk_config.toml", "office.toml", "pyproject.toml")
"""They lie beside the folders of a player or an office, and are no playlists."""
_OFF = frozenset(
    {"bak", "old", "orig", "off", "disabled", "save", "backup", "unused", "archive"}
    | {"停用", "备份", "旧", "旧的", "存档", "不用", "归档"}
)
"""Endings and folders by which people switch a playlist off."""
_LISTS = frozenset({"playlists", "playlist", "play", "lists", "list", "播放表", "播放列表", "节目单", "节目表", "列表"})
_NEARLY_TOML = frozenset({"tom", "tml", "tom1", "tomi", "tolm", "otml", "tooml", "tomml", "ttoml", "tonl", "tmol"})
_SEPARATORS = re.compile(r"[.。．,，、·]")
_ITEM = re.compile(rb"^\s*\[\[\s*[\"']?item", re.MULTILINE)
_COPIES = tuple(
    re.compile(mark)
    for mark in (
        r"^(?P<stem>.+?)\s*[-_–—.]?\s*\(\d{1,3}\)$",
        r"^(?P<stem>.+?)\s*[-_–—.]?\s*(?:的)?(?:副本|複本|复件|拷贝|备份|備份|旧|旧版|原版)\s*\d{0,3}$",
        r"^(?P<stem>.+?)(?:\s*[-_–—.]\s*|\s+)(?:copy|bak|backup|old|orig)\s*\d{0,3}$",
        r"^(?P<stem>.+?)\s*[-_.]?\s*\((?:[^()]*(?:conflict|冲突|副本|copy)[^()]*)\)$",
        r"^(?P<stem>.+?)[.~-]sync-conflict-[\w-]+$",
        r"^(?:复件|副本|拷贝)\s*(?:\(\d{1,3}\)\s*)?[-_]?\s*(?P<stem>.+)$",
        r"^copy (?:\(\d{1,3}\) )?of (?P<stem>.+)$",
    )
)


class StrayFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose name does not make it what its writer meant."""

    path: str
    """As it was given."""
    problem: Words
    cure: Words
    meant: bool
    """Whether its writer surely meant it to count, or not to count twice."""
    is_passed_over: bool = True
    """Whether it is not read; else it is, as something else than its writer meant."""

    def complaint(self, where: str = "") -> Complaint:
        """Returns it as a complaint; `where` replaces the path."""
        return Complaint(where or printable(self.path), self.problem, self.cure)

    def note(self) -> Words:
        """Returns it as one sentence, with its path."""
        shown = printable(self.path)
        return Words(f"{shown}：{self.problem.zh}；{self.cure.zh}", f"{shown} {self.problem.en}; {self.cure.en}")


def is_playlist_name(name: str) -> bool:
    """Whether a file at the top of a playlist folder is read, by its own name; `A.TOML` is."""
    return name.lower().endswith(SUFFIX)


def strays(paths: Iterable[str]) -> tuple[StrayFile, ...]:
    """Returns the files of a tree that somebody meant as playlists and that are none, or one too many.

    In order of path, `MOST_STRAYS` at most, those that are `meant` first to stay. Module docstring: what paths are.
    """
    listed = sorted(set(paths))
    there = {unicodedata.normalize("NFC", path) for path in listed}
    found = [stray for path in listed if (stray := _judged(path, there)) is not None]
    found += _copies(listed)
    found.sort(key=lambda stray: (not stray.meant, stray.path))
    return tuple(sorted(found[:MOST_STRAYS], key=lambda stray: stray.path))


def judged_by_text(stray: StrayFile, head: bytes) -> StrayFile:
    """Returns the finding as `meant` when the file's first bytes read like a playlist, whatever encoding it has."""
    plain = head.replace(b"\0", b"")  # Notepad's "Unicode" is UTF-16
    if stray.meant or not _ITEM.search(plain):
        return stray
    return msgspec.structs.replace(stray, meant=True)


def copied_from(stem: str) -> str:
    """Returns the stem of which a name is a copy by its looks (`a - 副本`, `a(1)`, `Copy of a`); "" if of none."""
    plain = original = unicodedata.normalize("NFKC", stem).casefold().strip()
    for _ in range(4):  # a - 副本 - 副本 (2)
        match = next((m for mark in _COPIES if (m := mark.match(plain))), None)
        if match is None:
            break
        plain = match["stem"].strip()
    return plain if plain != original else ""


def _judged(path: str, there: Collection[str]) -> StrayFile | None:
    *folders, name = path.rstrip("/").split("/")
    if any(is_folder_passed_over(folder) for folder in folders) or name.lower().startswith(("._", "~$", ".~", ".#")):
        return None
    in_playlists = bool(folders) and folders[0] == PLAYLISTS
    if path.endswith("/"):
        return _folder(path, name) if in_playlists else None
    if _is_leftover(path, there):
        return None
    if len(folders) == 1 and in_playlists:
        return _named_badly(path, name)
    is_other = not in_playlists and name.lower().endswith((*_CONFIGURATIONS, *PICTURES, *VIDEO, *AUDIO))
    return None if is_other or not _says_toml(name) else _misplaced(path, folders, name)


def _folder(path: str, name: str) -> StrayFile | None:
    if not is_playlist_name(name):
        return None
    return _stray(path, ("是文件夹，不是播放表", "is a folder and no playlist"),
                  ("把里面的播放表移到 playlists/ 里，删掉这个文件夹",
                   "move the playlist in it up into playlists/ and delete the folder"))  # fmt: skip


def _is_leftover(path: str, there: Collection[str]) -> bool:
    """Whether an editor left it beside the file itself."""
    low = path.lower()
    for ending in ("~", ".swp", ".tmp", ".temp"):
        if low.endswith(ending):
            whole = path[: -len(ending)]
            folder, _, name = whole.rpartition("/")
            return whole in there or f"{folder}/{name.lstrip('.')}".lstrip("/") in there
    return False


def _named_badly(path: str, name: str) -> StrayFile | None:
    """A file at the top of the playlist folder."""
    if is_playlist_name(name):
        return _taken_for_playlist(path, name)
    plain = unicodedata.normalize("NFKC", name).casefold()
    wanted = printable(_wanted(name))
    rename = (f"改名为 {wanted}", f"rename it {wanted}")
    meant = _says_toml(name)
    if plain.endswith(tuple(f".{word}" for word in _OFF)):
        problem = ("已停用：名字不以 .toml 结尾，不会生效", "is switched off: its name does not end in .toml")
        return _stray(path, problem, (f"要用就{rename[0]}", f"to use it, {rename[1]}"), meant=False)
    if meant and is_unfinished(name):
        problem = ("名字说明没有下载完或没有保存完，不会生效", "is unfinished by its name and counts for nothing")
        return _stray(path, problem, (f"完整的就{rename[0]}", f"if it is whole, {rename[1]}"))
    if meant:
        problem = ("名字不以 .toml 结尾，不会生效", "counts for nothing: its name does not end in .toml")
        return _stray(path, problem, rename)
    if plain.endswith((*PICTURES, *VIDEO, *AUDIO)):
        problem = ("是素材，放在播放表文件夹里不会播放", "is media and is not shown from the folder of playlists")
        return _stray(path, problem, ("移到 media/ 里", "move it into media/"), meant=False)
    problem = ("不是播放表，不会生效", "is no playlist and counts for nothing")
    cure = ("播放表要存成纯文本，名字以 .toml 结尾", "a playlist is plain text whose name ends in .toml")
    return None if is_passed_over(name) else _stray(path, problem, cure, meant=False)


def _taken_for_playlist(path: str, name: str) -> StrayFile | None:
    low = name.lower()
    stem = name[: -len(SUFFIX)]
    plain = skeleton(stem)
    if low.startswith("readme."):
        problem = ("名字以 readme 开头，当作说明文件，不会生效", "counts for nothing: readme.* is taken for a manual")
        return _stray(path, problem, ("换一个名字", "give it another name"))
    if low.startswith("."):
        problem = ("是隐藏文件，不会生效", "is hidden and counts for nothing")
        return _stray(path, problem, ("要用就去掉名字开头的点", "to use it, drop the dot before its name"), meant=False)
    if stem == CALENDAR_STEM:
        return None
    if plain in _CALENDARS or (copied_from(stem) or plain) in _CALENDARS:
        problem = ("会当作播放表，不会当作日历", "is read as a playlist and not as the calendar")
        return _stray(path, problem, ("日历的名字只能是 calendar.toml；是日历就改名，不是就换一个名字",
                                      "the calendar is called calendar.toml: rename it, or, if it is none, otherwise"),
                      passed_over=False)  # fmt: skip
    return None


def _misplaced(path: str, folders: list[str], name: str) -> StrayFile:
    """A file that says it is a playlist and does not lie at the top of the playlist folder."""
    meant = not any(skeleton(folder) in _OFF for folder in folders)
    up = "播放表只读 playlists/ 这一层", "only the files right in playlists/ are read"
    if folders and folders[0] == PLAYLISTS:
        inside = printable("/".join(folders))
        problem = (
            f"在下一层文件夹 {inside}/ 里，不会生效",
            f"lies in {inside}/, a folder below, and counts for nothing",
        )
        cure = (f"移到 playlists/ 里（{up[0]}），不用就移走", f"move it up into playlists/ ({up[1]}), or away")
        return _stray(path, problem, cure, meant=meant)
    problem = ("不在 playlists/ 里，不会生效", "is not in playlists/ and would count for nothing")
    near = next((n for n, folder in enumerate(folders) if _is_like_playlists(folder)), None)
    if near is not None and folders[near] == PLAYLISTS:
        whole = printable("/".join(folders[:near]))
        cure = (
            f"应发布里面的文件夹 {whole}，或把它的内容移上来",
            f"use the folder {whole} itself, or move what it holds up",
        )
    elif near is not None:
        is_ = printable("/".join(folders[: near + 1]))
        cure = (f"把文件夹 {is_} 改名为 playlists", f"rename the folder {is_} to playlists")
    elif is_playlist_name(name):
        cure = ("移到 playlists/ 里，不用就移走", "move it into playlists/, or away")
    else:
        wanted = printable(_wanted(name))
        cure = (
            f"改名为 {wanted}，移到 playlists/ 里，不用就移走",
            f"rename it {wanted} and move it into playlists/, or away",
        )
    return _stray(path, problem, cure, meant=meant)


def _copies(listed: Iterable[str]) -> Iterator[StrayFile]:
    """Playlists that are copies of others by their names: both would play."""
    top = [path for path in listed if path.startswith(f"{PLAYLISTS}/") and path.count("/") == 1]
    names = [path.partition("/")[2] for path in top if is_playlist_name(path) and not path.endswith("/")]
    plain = {unicodedata.normalize("NFKC", name[: -len(SUFFIX)]).casefold().strip(): name for name in names}
    for name in names:
        origin = copied_from(name[: -len(SUFFIX)])
        if not origin or origin in _CALENDARS or is_passed_over(name):
            continue
        path = f"{PLAYLISTS}/{name}"
        of = plain.get(origin)
        if of is not None and of != name:
            shown = printable(of)
            problem = (f"从名字看是 {shown} 的副本，两个都会播放", f"is a copy of {shown} by its name; both would play")
            cure = (
                "删掉不要的一个；两个都要，就给它另起一个名字",
                "delete the one that is not wanted, or give it another name",
            )
            yield _stray(path, problem, cure, passed_over=False)
        else:
            problem = (
                "从名字看是副本，按单独的播放表播放",
                "is a copy by its name, and plays as a playlist of its own",
            )
            cure = ("请确认是要播的那一个", "make sure that it is the one that is wanted")
            yield _stray(path, problem, cure, meant=False, passed_over=False)


def _says_toml(name: str) -> bool:
    """Whether one of a name's endings says TOML, or nearly: `a.toml.txt`, `a.tom`, `a。toml`, `a.ｔｏｍｌ`."""
    parts = [part.strip(" \"'“”_-") for part in _SEPARATORS.split(unicodedata.normalize("NFKC", name).casefold())[1:]]
    return any(part.startswith("toml") or part in _NEARLY_TOML for part in parts[-3:])


def _wanted(name: str) -> str:
    """The name that was meant: all before what says TOML, and the suffix."""
    plain = unicodedata.normalize("NFC", name)
    stem = _SEPARATORS.split(plain.lstrip("."))[0]
    parts = _SEPARATORS.split(plain)
    for number in range(len(parts) - 1, 0, -1):
        if _says_toml(f".{parts[number]}"):
            stem = plain[: sum(len(part) + 1 for part in parts[:number]) - 1]
    return f"{stem.strip(' .')}{SUFFIX}"


def _is_like_playlists(folder: str) -> bool:
    plain = skeleton(folder)
    return plain in _LISTS or (copied_from(folder) or plain) in _LISTS


def _stray(
    path: str, problem: tuple[str, str], cure: tuple[str, str], *, meant: bool = True, passed_over: bool = True
) -> StrayFile:
    return StrayFile(path=path, problem=Words(*problem), cure=Words(*cure), meant=meant, is_passed_over=passed_over)
