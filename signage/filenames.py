"""What a file's name says: whether it is ours, of which kind, and whether it may stand in playlists and records.

Rule: pure; a name comes as `os` gives it, bytes that are not UTF-8 as surrogates.
"""

import unicodedata

from signage.errors import Words
from signage.text_rules import flaw

NOT_UTF8 = Words(
    zh="文件名不是 UTF-8 编码；请改名后再放入",
    en="the file's name is not UTF-8; rename it",
)
NOT_A_PATH = Words(
    zh="不是一个可以发布的文件名：只能是文件夹内的相对路径，用 / 分隔，不能有 .. 和 \\",
    en="not a name that can be published: only a path below a folder, with / between its parts, without .. and \\",
)
DEVICE = Words(
    zh="Windows 把这个名字当作设备（例如 CON、NUL），请改名",
    en="Windows takes this name for a device, such as CON or NUL; rename it",
)
TOO_LONG = Words(zh="名字太长", en="the name is too long")

MOST_PART_BYTES = 240
"""Of one part of a path: file systems take 255, temporary names need some."""
MOST_PATH_BYTES = 480

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)
_FORBIDDEN = frozenset('<>:"|?*\\')


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


def is_passed_over(name: str) -> bool:
    """Whether a file is none of our business: hidden, unfinished by its name, or left by a system."""
    low = name.lower()
    return (
        low.startswith((".", "~$"))
        or is_unfinished(name)
        or low.endswith(".md")
        or low in _SYSTEM_FILES
        or low.startswith("readme.")
    )


def is_unfinished(name: str) -> bool:
    """Whether a file is still downloaded or saved, or left by an editor, by its name."""
    return name.lower().endswith(_UNFINISHED)


def is_folder_passed_over(name: str) -> bool:
    """Whether a folder below a watched one is hidden or left by a system."""
    return name.startswith(".") or name.lower() in _SYSTEM_FOLDERS


def bad_name(name: str) -> Words | None:
    """Why a name cannot be used in playlists and records, or None; characters that mislead are told by number."""
    wrong = flaw(name, "name")
    if wrong is None:
        return None
    if any("\ud800" <= c <= "\udfff" for c in name):
        return not_utf8(name)
    return Words(zh=f"文件名{wrong.problem.zh}；请改名后再放入", en=f"the file's name {wrong.problem.en}; rename it")


def not_utf8(path: str) -> Words:
    """Returns what to do about a path that is not UTF-8; a name of an older Chinese system is told as it was."""
    part = next((part for part in path.split("/") if any("\udc80" <= c <= "\udcff" for c in part)), "\ud800")
    try:
        was = part.encode("utf-8", "surrogateescape").decode("gb18030")
    except UnicodeError:
        return NOT_UTF8
    if flaw(was, "name") is not None:
        return NOT_UTF8
    return Words(
        zh=f"文件名是 GBK 编码，不是 UTF-8，原名应是“{was}”；请照此改名后再放入"
        "（很多文件时：convmv -f gbk -t utf8 -r --notest 文件夹）",
        en=f'the name is GBK, not UTF-8: it was "{was}"; rename it so (many files: convmv -f gbk -t utf8 -r --notest'
        " FOLDER)",
    )


def bad_path(path: str) -> Words | None:
    """Why a path below a folder cannot be published, or None: its name is misleading, or it leads astray."""
    return bad_name(path) or astray(path)


def astray(path: str) -> Words | None:
    """Why a path does not mean the same file on Linux and Windows or does not stay below its folder, or None.

    It has to be relative, `/` between its parts, no part empty, hidden, `.` or `..`, no device, nothing that Windows
    forbids, no control character.
    """
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in path):
        return NOT_A_PATH
    if len(path.encode()) > MOST_PATH_BYTES:
        return TOO_LONG
    for part in path.split("/"):
        if not part or part.startswith(".") or part.endswith((".", " ")) or _FORBIDDEN & set(part):
            return NOT_A_PATH
        if len(part.encode()) > MOST_PART_BYTES:
            return TOO_LONG
        if part.split(".")[0].strip().lower() in _DEVICES:
            return DEVICE
    return None
