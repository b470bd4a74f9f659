"""Files that are copies of others by their names, such as `poster - 副本.png` beside `poster.png`.

Rule: pure; a copy is only called one while the file it was made from lies in the same folder.
"""

import re
import unicodedata
from collections.abc import Mapping

from signage.stray_files import copied_from

_SIGNS = re.compile(r"[(（]|副本|複本|复件|拷贝|备份|備份|旧|原版|copy|bak|old|orig|conflict|冲突", re.IGNORECASE)


def plain_name(path: str) -> str:
    """Returns a path as names of copies are compared: whatever case and width its letters have."""
    return unicodedata.normalize("NFKC", path).casefold()


def may_be_copy(path: str) -> bool:
    """Whether a name has a sign of a copy at all: asked of thousands of names."""
    return _SIGNS.search(path) is not None


def original_of(path: str, names: Mapping[str, str]) -> str:
    """Returns the name of the file of which another is a copy by its name; `names` holds what is there.

    "" where it is no copy, or where its original is not there.
    """
    folder, _, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if not dot or not _SIGNS.search(stem):
        return ""
    origin = copied_from(stem)
    if not origin:
        return ""
    found = names.get(plain_name(f"{folder}/{origin}.{suffix}" if folder else f"{origin}.{suffix}"), "")
    return found if found != path else ""
