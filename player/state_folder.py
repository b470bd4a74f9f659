"""Whether the state folder can be written, and if not, what somebody can do about it."""

import errno
import os
import shutil
import sys
from pathlib import Path

from player.durable import write_whole
from signage.disk_faults import in_chinese
from signage.errors import Words

TRIAL = "doctor.tmp"
MEASURED_S = 60.0
"""A measure of free space holds so long; whoever measures does so several times a minute."""


class FreeSpace:
    """The room on the state folder's disk: measured on a thread that may wait for the disk, told to those who may not.

    Rule: no lock is needed, as the value is replaced whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: tuple[float, int] | None = None

    def measure(self, now: float) -> None:
        """Asks the disk."""
        try:
            self._found = now, shutil.disk_usage(self._folder).free
        except OSError:
            self._found = None

    def bytes_now(self, now: float) -> int | None:
        """Returns what was found; None where the disk has not answered lately."""
        found = self._found
        return found[1] if found is not None and now - found[0] <= MEASURED_S else None


def state_trouble(folder: Path) -> Words | None:
    """Returns why nothing can be kept in the state folder, and the cure; None when it can. Makes no folder."""
    try:
        if os.path.lexists(folder):
            write_whole(folder / TRIAL, b"ok")
            (folder / TRIAL).unlink()
        elif not (above := _nearest(folder)).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
        elif not os.access(above, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))
    except OSError as fault:
        return why_not_kept(folder, fault)
    return None


def why_not_kept(folder: Path, fault: OSError) -> Words:
    """Returns what an error means that came when the state folder was written to, and what to do."""
    cannot = Words(f"状态文件夹 {folder} 不能写入", f"the state folder {folder} cannot be written")
    match fault.errno:
        case errno.ENOSPC | errno.EDQUOT:
            why = Words("所在磁盘已满，请删去不用的文件腾出空间", "its disk is full, make room")
        case errno.EROFS:
            why = Words(
                "所在磁盘是只读的，请重新插好或检查磁盘（坏了的磁盘会变成只读）",
                "its disk is read-only: plug it in again or check it; a broken one becomes read-only",
            )
        case errno.EACCES | errno.EPERM:
            owner, we = _owner(_nearest(folder)), _name(os.geteuid() if sys.platform != "win32" else 0)
            why = Words(
                f"它属于用户 {owner}，而本程序以 {we} 运行。请用 {owner} 运行播放器和命令（sudo -u {owner} …），"
                f"或把文件夹交给 {we}（sudo chown -R {we} {folder}）",
                f"it belongs to {owner} and this runs as {we}. Run player and commands as {owner} (sudo -u {owner} …),"
                f" or give it to {we} (sudo chown -R {we} {folder})",
            )
        case errno.ENOTDIR | errno.EEXIST | errno.EISDIR:
            why = Words("那里有一个同名的文件，请改名或移走", "a file stands in its place, rename it or take it away")
        case _:
            why = Words(f"{in_chinese(fault)}，请检查磁盘", f"it fails ({fault.strerror}), check the disk")
    return Words(
        f"{cannot.zh}：{why.zh}。播放照常，但播放记录和播到哪里都存不下来",
        f"{cannot.en}: {why.en}. Playing goes on, but neither plays nor where it stands are kept",
    )


def _nearest(folder: Path) -> Path:
    return next((each for each in (folder, *folder.parents) if os.path.exists(each)), folder)


def _owner(folder: Path) -> str:
    try:
        return _name(folder.stat().st_uid)
    except OSError:
        return "?"


def _name(uid: int) -> str:
    if sys.platform == "win32":
        return "?"
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
