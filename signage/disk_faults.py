"""Says in Chinese why a file could not be read or written, for sentences that people act on.

Rule: pure; an error's own English words and numbers stay in the English sentence and in the log.
"""

import errno

_REASONS: dict[tuple[int, ...], str] = {
    (errno.ENOSPC, errno.EDQUOT): "磁盘满了",
    (errno.EACCES, errno.EPERM): "没有权限",
    (errno.EROFS,): "磁盘是只读的",
    (errno.ENOENT,): "找不到",
    (errno.ENOTDIR, errno.EEXIST, errno.EISDIR): "那里有一个同名的文件或文件夹",
    (errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENOTCONN, errno.ESTALE, errno.ECONNREFUSED): (
        "磁盘或共享没有响应"
    ),
    (errno.ENODEV, errno.ENXIO): "磁盘或盘符不见了",
    (errno.EMFILE, errno.ENFILE): "打开的文件太多",
    (errno.ENAMETOOLONG,): "名字太长",
    (errno.ELOOP,): "链接绕成了圈",
}
_BY_NUMBER = {number: words for numbers, words in _REASONS.items() for number in numbers}
FAILS = "磁盘读写出错"
NOT_UNDERSTOOD = "内容看不懂，可能坏了"


def in_chinese(fault: BaseException) -> str:
    """Returns the reason: a few words without a full stop, for within a sentence."""
    if not isinstance(fault, OSError):
        return NOT_UNDERSTOOD
    return _BY_NUMBER.get(fault.errno or 0, FAILS)
