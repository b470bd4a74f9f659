"""Says who may read a file, and what stands in this user's way: files come back from sticks with another owner."""

import grp
import os
import pwd
import stat
from pathlib import Path

from signage.errors import Words


def in_the_way(path: Path, *, writes: bool = False, home: Path | None = None) -> Words | None:
    """Returns which file or folder on the way to `path` this user may not use, whose it is, and how to mend it.

    None when rights are not what is wrong. `writes` asks for a file that is to be written, in a folder that is, too.
    With the office's `home`, a file elsewhere is somebody's own: it is not to change its owner.
    """
    for each in (*reversed(path.absolute().parents), path.absolute()):
        try:
            status = each.stat()
        except OSError:
            return None
        is_folder = stat.S_ISDIR(status.st_mode)
        wanted = os.X_OK if is_folder else os.R_OK
        if writes and each in (path.absolute(), path.absolute().parent):
            wanted |= os.W_OK
        if wanted & os.W_OK and os.statvfs(each).f_flag & os.ST_RDONLY:
            return Words(
                f"{each} 所在的磁盘是只读的：请检查磁盘（dmesg）",
                f"the disk of {each} is read-only: look at it (dmesg)",
            )
        if not os.access(each, wanted, effective_ids=os.access in os.supports_effective_ids):
            mode, me = stat.S_IMODE(status.st_mode), _user(os.geteuid())
            owner, group = _user(status.st_uid), _group(status.st_gid)
            right = "700" if is_folder else "600"
            if home is not None and not each.is_relative_to(home):
                return Words(
                    f"{each} 属于 {owner}，{me} 进不去或读不了：请把文件放到 {me} 用得到的地方，例如 /srv",
                    f"{each} belongs to {owner}, and {me} may not use it: put the file where {me} may, such as /srv",
                )
            return Words(
                zh=f"{each} 属于 {owner}（组 {group}），权限 {mode:04o}，现在的用户是 {me}。"
                f"请管理员执行：chown {me} {each}，再 chmod {right} {each}",
                en=f"{each} belongs to {owner} (group {group}), mode {mode:04o}, and this is {me}. "
                f"As root: chown {me} {each}, then chmod {right} {each}",
            )
    return None


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
