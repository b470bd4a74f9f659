"""Why a ledger cannot be written or read, as a sentence with its cure.

Rule: pure; the error says it, nothing is looked up.
"""

import errno
import sqlite3
from pathlib import Path

from signage.errors import Words

_WAITS = Words(zh="播放照常，记录暂存在内存里，恢复后补写", en="playing goes on, the records wait in memory")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_OPENED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)


def why_not_written(fault: Exception, path: Path) -> Words:
    """Returns why the player's ledger cannot be written, and what to do."""
    why = _why(fault, path)
    return Words(
        zh=f"播放台账写不进磁盘：{why.zh}。{_WAITS.zh}", en=f"the ledger cannot be written: {why.en}; {_WAITS.en}"
    )


def why_not_read(fault: Exception, path: Path) -> Words:
    """Returns why a ledger cannot be read, and what to do."""
    return _why(fault, path)


def _why(fault: Exception, path: Path) -> Words:
    code, folder = getattr(fault, "sqlite_errorcode", 0) & 0xFF, path.parent
    number = fault.errno if isinstance(fault, OSError) else None
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Words(
            zh=f"{path.name} 正被另一个程序占用，请关掉打开它的程序（数据库工具、备份、同步盘）",
            en=f"{path.name} is held by another program: close what has it open (a database tool, backup, file sync)",
        )
    if code == sqlite3.SQLITE_FULL or number in _FULL:
        return Words(zh=f"{folder} 所在磁盘已满，请腾出空间", en=f"the disk of {folder} is full: make room")
    if code in _NOT_OPENED or number in _NOT_ALLOWED:
        return Words(
            zh=f"{folder} 不许本程序读写，可能属于另一个用户或只读，请把它交给运行播放器的用户（chown）",
            en=f"{folder} may not be used: it belongs to another user or is read-only. Give it to the user that the"
            " player runs as (chown)",
        )
    if code == 0 and number is None:
        return Words(zh=f"{path.name} 不是完好的台账", en=f"{path.name} is no sound ledger ({fault})")
    return Words(zh=f"{folder} 读写出错，请检查磁盘", en=f"{folder} fails ({fault}): check the disk")
