"""What a file's name alone says: to be judged, passed over, or refused.

Rule: pure; the name is a path below the watched folder, as `os` gives it (bytes that are not UTF-8 as surrogates).
"""

import unicodedata
from typing import Literal

from signage.errors import Words

FileKind = Literal["picture", "moving", "playlist"]
FolderUse = Literal["media", "playlists"]

PICTURES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif")
VIDEO = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".ts", ".m2ts", ".mts", ".avi", ".mpg", ".mpeg", ".ogv")
AUDIO = (".mp3", ".aac", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac")
_UNFINISHED = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".downloading",
    ".opdownload",
    ".filepart",
    ".aria2",
    ".swp",
    ".td",
    ".xltd",
    "~",
)
_SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "autorun.inf", "license", "licence", "readme"})
_SYSTEM_FOLDERS = frozenset(
    {"$recycle.bin", "system volume information", "lost+found", "__macosx", "@eadir", "#recycle", "__pycache__"}
)

UNKNOWN_KIND = Words(
    zh="不认识的文件：只播放图片、视频和音频",
    en="unknown kind of file: only pictures, video and audio are shown",
)
NOT_UTF8 = Words(
    zh="文件名不是 UTF-8 编码，请改名后再放入",
    en="the file's name is not UTF-8; rename it",
)
CONTROL_IN_NAME = Words(
    zh="文件名里有换行或其他控制字符，请改名后再放入",
    en="the file's name has a line break or another control character in it; rename it",
)


def is_passed_over(name: str) -> bool:
    """Whether a file is none of our business: hidden, unfinished by its name, or left by a system."""
    low = name.lower()
    return (
        low.startswith((".", "~$"))
        or low.endswith(_UNFINISHED)
        or low.endswith(".md")
        or low in _SYSTEM_FILES
        or low.startswith("readme.")
    )


def is_folder_passed_over(name: str) -> bool:
    """Whether a folder below a watched one is hidden or left by a system."""
    return name.startswith(".") or name.lower() in _SYSTEM_FOLDERS


def sort_out(name: str, use: FolderUse) -> FileKind | Words | None:
    """Sorts a file by its own name (no folders in it): its kind, why it is refused, or None when it is passed over."""
    if is_passed_over(name):
        return None
    low = name.lower()
    if use == "playlists":
        return (bad_name(name) or "playlist") if low.endswith(".toml") else None
    kind: FileKind | None = "picture" if low.endswith(PICTURES) else "moving" if low.endswith(VIDEO + AUDIO) else None
    return bad_name(name) or kind or UNKNOWN_KIND


def bad_name(name: str) -> Words | None:
    """Why a name cannot be used in playlists and records, or None."""
    if name.isprintable():
        return None
    if any("\ud800" <= c <= "\udfff" for c in name):
        return NOT_UTF8
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in name):
        return CONTROL_IN_NAME
    return None


def printable(name: str) -> str:
    r"""The name as it may stand in a log, a console or JSON: broken bytes as `\xNN`, control characters escaped."""
    if bad_name(name) is None:
        return name
    return "".join(_printable(c) for c in name)


def _printable(c: str) -> str:
    if "\udc80" <= c <= "\udcff":
        return f"\\x{ord(c) - 0xDC00:02x}"
    if "\ud800" <= c <= "\udfff" or unicodedata.category(c) in ("Cc", "Zl", "Zp"):
        return c.encode("unicode_escape").decode("ascii")
    return c
