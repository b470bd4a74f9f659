"""What a file's name alone says: to be judged, passed over, or refused.

Rule: pure; the name is a path below the watched folder, as `os` gives it (bytes that are not UTF-8 as surrogates).
"""

from typing import Literal

from signage.errors import Words
from signage.filenames import AUDIO, PICTURES, VIDEO, bad_name, is_folder_passed_over, is_passed_over

__all__ = [
    "AUDIO",
    "PICTURES",
    "VIDEO",
    "FileKind",
    "FolderUse",
    "is_folder_passed_over",
    "is_passed_over",
    "sort_out",
]

FileKind = Literal["picture", "moving", "playlist"]
FolderUse = Literal["media", "playlists"]

UNKNOWN_KIND = Words(
    zh="不认识的文件：只播放图片、视频和音频",
    en="unknown kind of file: only pictures, video and audio are shown",
)
PLAYLIST_HERE = Words(
    zh="是播放表，放在素材文件夹里不会生效；移到播放表文件夹里",
    en="is a playlist and counts for nothing in a media folder; move it into the playlist folder",
)


def sort_out(name: str, use: FolderUse) -> FileKind | Words | None:
    """Sorts a file by its own name (no folders in it): its kind, why it is refused, or None when it is passed over."""
    if is_passed_over(name):
        return None
    low = name.lower()
    if use == "playlists":
        return (bad_name(name) or "playlist") if low.endswith(".toml") else None
    kind: FileKind | None = "picture" if low.endswith(PICTURES) else "moving" if low.endswith(VIDEO + AUDIO) else None
    return bad_name(name) or kind or (PLAYLIST_HERE if low.endswith(".toml") else UNKNOWN_KIND)
