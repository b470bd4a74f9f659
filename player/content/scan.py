"""One look at a watched folder: what lies there now, without opening any file."""

import errno
import functools
import itertools
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from player.content.library import Folder, library_name
from player.content.names import FileKind, FolderUse, is_folder_passed_over, sort_out
from player.content.settle import Stamp
from player.content.stalls import NO_ANSWER, is_below
from signage.errors import Words
from signage.filenames import bad_name
from signage.media import natural_key
from signage.stray_files import PLAYLISTS, strays

T = TypeVar("T")

MAX_DEPTH = 32
MAX_FILES = 100_000
UNMOUNTED = "unmounted"
"""In place of the system's word for why a folder cannot be read."""
MOST_BELOW, MOST_PASSED_OVER = 20, 200
"""Folders below a playlist folder, and files in each, that are looked at for playlists put in the wrong place."""

NOT_REGULAR = Words(
    zh="不是普通文件（是管道、套接字或设备），不会打开",
    en="not a regular file (a pipe, socket or device); it is not opened",
)
LINK_OUTSIDE = Words(
    zh="链接指向监视文件夹之外；请把文件本身放进来",
    en="the link points outside the watched folders; put the file itself there",
)
LINK_BROKEN = Words(zh="链接指向的文件不存在", en="the link points to nothing")
LINK_TO_FOLDER = Words(
    zh="不跟随指向文件夹的链接；请在配置中监视那个文件夹",
    en="links to folders are not followed; watch that folder instead",
)
TOO_DEEP = Words(
    zh=f"文件夹套了 {MAX_DEPTH} 层以上，里面的文件没有看；请把它移到上面几层",
    en=f"more than {MAX_DEPTH} folders deep: what is inside is not looked at; move it further up",
)
TOO_MANY = Words(
    zh=f"文件夹里超过 {MAX_FILES} 个文件，其余的没有看",
    en=f"more than {MAX_FILES} files in the folder; the rest is not looked at",
)


class Seen(msgspec.Struct, frozen=True):
    """A file that may be judged."""

    name: str
    order: tuple[tuple[int, int, str], ...]
    """Its place among names, by `natural_key`."""
    path: str
    stamp: Stamp
    kind: FileKind
    real: str
    """Where the bytes are: `path`, or what a link points to."""


class Link(msgspec.Struct, frozen=True):
    """What a link was found to mean, so that it is not followed part by part at every look."""

    identity: tuple[int, int, int, int]
    """Of the link: inode, mtime_ns; of what it points to: device, inode."""
    outcome: str | Words
    """The real path, or why it is refused."""


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """What one look found, keys are paths."""

    files: dict[str, Seen] = {}
    refused: dict[str, Words] = {}
    links: dict[str, Link] = {}
    unreadable: dict[str, str] = {}
    """Folders below that could not be read, and the system's word for why; what was known below them stays known."""
    gone: str = ""
    """Why the folder itself could not be read; then all else is what the last look found."""
    identity: tuple[int, int] = (0, 0)
    """Device and inode of the folder."""
    overflow: bool = False


def stamp_of(status: os.stat_result, folder: Folder) -> Stamp:
    """A file's stamp. Directory listings give no inode on Windows, and shares may give another one after each mount."""
    if folder.network or os.name == "nt":
        return Stamp(status.st_size, status.st_mtime_ns, 0)
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def scan(
    folder: Folder,
    use: FolderUse,
    roots: tuple[str, ...],
    before: Scan,
    *,
    reading: Callable[[str], None] = lambda _: None,
    stalled: tuple[str, ...] = (),
) -> Scan:
    """Looks at every file of a folder (playlists: of its top only).

    A link counts when it leads to a regular file below one of `roots` (real paths). When the folder cannot be read, or
    it is empty and no longer the file system it was (an unmounted share leaves an empty folder behind), the answer is
    `before` with the reason in `gone`. Never blocks on pipes or devices: nothing is opened but folders. `reading` is
    told each path before the disk is asked about it; nothing below `stalled` is asked about.
    """
    if is_below(folder.path, stalled):
        return msgspec.structs.replace(before, gone=NO_ANSWER)
    reading(folder.path)
    try:
        status = os.stat(folder.path)
        walk = _Walk(folder, use, roots, before, reading=reading, stalled=stalled)
        walk.run()
    except OSError as error:
        return msgspec.structs.replace(before, gone=reason(error))
    found = walk.found((status.st_dev, status.st_ino))
    nothing = not found.files and not found.refused and not found.unreadable
    if nothing and before.files and before.identity[0] not in (0, status.st_dev):
        return msgspec.structs.replace(before, gone=UNMOUNTED)
    return found


def differs(before: Scan, after: Scan) -> bool:
    """Whether a look found anything else than the one before."""
    return (
        before.files != after.files
        or before.refused != after.refused
        or before.gone != after.gone
        or before.unreadable != after.unreadable
        or before.overflow != after.overflow
    )


def reason(error: OSError) -> str:
    """The system's short word for an error: `ENOENT`."""
    return errno.errorcode.get(error.errno or 0, "EIO")


class _Walk:
    """Gathers one look; `before` saves judging names and making values again."""

    def __init__(
        self,
        folder: Folder,
        use: FolderUse,
        roots: tuple[str, ...],
        before: Scan,
        *,
        reading: Callable[[str], None],
        stalled: tuple[str, ...],
    ) -> None:
        self.folder = folder
        self.reading, self.stalled = reading, stalled
        self.use = use
        self.roots = roots
        self.before = before
        self.files: dict[str, Seen] = {}
        self.refused: dict[str, Words] = {}
        self.links: dict[str, Link] = {}
        self.unreadable: dict[str, str] = {}
        self.overflow = False
        self.passed_over: list[str] = []
        """Names at the top of a playlist folder that are no playlists."""

    def run(self) -> None:
        """Reads the folder and those below it; raises OSError if the top cannot be read."""
        stack = [(self.folder.path, 0)]
        others: list[str] = []
        while stack and not self.overflow:
            top, depth = stack.pop()
            if is_below(top, self.stalled):
                self.unreadable[top] = NO_ANSWER
                continue
            self.reading(top)
            try:
                below = self._read(top)
            except OSError as error:
                if depth == 0:
                    raise
                if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                    self.unreadable[top] = reason(error)
                continue
            if self.use == "media" and depth < MAX_DEPTH:
                stack.extend((path, depth + 1) for path in reversed(below))
            elif self.use == "media":
                self.refused |= dict.fromkeys(below, TOO_DEEP)
            elif depth == 0:
                others += [f"{os.path.basename(path)}/" for path in below]
                others += self._names_below(below[:MOST_BELOW])
        if self.use == "playlists":
            self._tell_strays((*others, *self.passed_over))

    def _read(self, top: str) -> list[str]:
        below = []
        with os.scandir(top) as entries:
            for entry in entries:
                if len(self.files) + len(self.refused) >= MAX_FILES:
                    self.overflow = True
                    break
                if entry.is_dir(follow_symlinks=False):
                    if not is_folder_passed_over(entry.name):
                        below.append(entry.path)
                else:
                    self._take(entry)
        return sorted(below)

    def _take(self, entry: os.DirEntry[str]) -> None:
        old = self.before.files.get(entry.path)
        kind = old.kind if old is not None else sort_out(entry.name, self.use)
        if kind is None:
            if self.use == "playlists" and len(self.passed_over) < MOST_PASSED_OVER:
                self.passed_over.append(entry.name)
            return
        self.reading(entry.path)
        try:
            status = entry.stat(follow_symlinks=False)
            if isinstance(kind, Words):
                is_folder = stat.S_ISLNK(status.st_mode) and entry.is_dir()
                self.refused[entry.path] = LINK_TO_FOLDER if is_folder else kind
            elif stat.S_ISREG(status.st_mode):
                self._keep(entry.path, entry.path, status, kind, old)
            elif stat.S_ISLNK(status.st_mode):
                self._follow(entry.path, status, kind, old)
            else:
                self.refused[entry.path] = NOT_REGULAR
        except FileNotFoundError:
            return
        except OSError as error:
            self.unreadable[entry.path] = reason(error)

    def _names_below(self, folders: Sequence[str]) -> list[str]:
        """The files in folders below a playlist folder, by the name of their folder and their own."""
        found: list[str] = []
        for path in folders:
            if is_below(path, self.stalled):
                continue
            self.reading(path)
            try:
                with os.scandir(path) as entries:
                    names = [entry.name for entry in itertools.islice(entries, MOST_PASSED_OVER)]
            except OSError:
                continue
            found += [f"{os.path.basename(path)}/{name}" for name in names]
        return found

    def _tell_strays(self, below: Sequence[str]) -> None:
        """Refuses by name what somebody meant as a playlist and what is none, such as `a.toml.txt`."""
        known = (os.path.basename(path) for path in self.files)
        for name, why in _meant_as_playlists(frozenset((*below, *known))):
            self.refused[os.path.join(self.folder.path, *name.split("/"))] = why

    def _keep(self, path: str, real: str, status: os.stat_result, kind: FileKind, old: Seen | None) -> None:
        stamp = stamp_of(status, self.folder)
        if old is not None and old.stamp == stamp and old.real == real:
            self.files[path] = old
            return
        below = path[len(self.folder.path) :].lstrip(os.sep)
        bad = bad_name(path) or bad_name(real)
        if bad is not None:
            self.refused[path] = bad
            return
        name = library_name(below)
        self.files[path] = Seen(name, natural_key(name), path, stamp, kind, real)

    def _follow(self, path: str, link: os.stat_result, kind: FileKind, old: Seen | None) -> None:
        former = self.before.links.get(path)
        if former is not None and isinstance(former.outcome, str) and is_below(former.outcome, self.stalled):
            self.unreadable[path] = NO_ANSWER
            return
        try:
            target = os.stat(path)
        except OSError:
            self.refused[path] = LINK_BROKEN
            return
        identity = (link.st_ino, link.st_mtime_ns, target.st_dev, target.st_ino)
        known = self.before.links.get(path)
        if known is None or known.identity != identity:
            known = Link(identity, self._outcome(path, target))
        self.links[path] = known
        if isinstance(known.outcome, Words):
            self.refused[path] = known.outcome
        else:
            self._keep(path, known.outcome, target, kind, old)

    def _outcome(self, path: str, target: os.stat_result) -> str | Words:
        if stat.S_ISDIR(target.st_mode):
            return LINK_TO_FOLDER
        real = os.path.realpath(path)
        if not any(real.startswith(os.path.join(root, "")) for root in self.roots):
            return LINK_OUTSIDE
        return real if stat.S_ISREG(target.st_mode) else NOT_REGULAR

    def found(self, identity: tuple[int, int]) -> Scan:
        """The look as a value, with what was known below unreadable folders."""
        if self.unreadable:
            tops = tuple(self.unreadable)
            self.files |= _below(tops, self.before.files)
            self.refused |= _below(tops, self.before.refused)
        return Scan(
            files=self.files,
            refused=self.refused,
            links=self.links,
            unreadable=self.unreadable,
            identity=identity,
            overflow=self.overflow,
        )


@functools.lru_cache(maxsize=8)
def _meant_as_playlists(names: frozenset[str]) -> tuple[tuple[str, Words], ...]:
    """Of names in and below a playlist folder those that count for nothing, and why; worked out once for the same."""
    return tuple(
        (
            stray.path.removeprefix(f"{PLAYLISTS}/").rstrip("/"),
            Words(f"{stray.problem.zh}；{stray.cure.zh}", f"{stray.problem.en}; {stray.cure.en}"),
        )
        for stray in strays(f"{PLAYLISTS}/{name}" for name in names)
        if stray.meant and stray.is_passed_over
    )


def _below(tops: tuple[str, ...], known: Mapping[str, T]) -> dict[str, T]:
    return {p: v for p, v in known.items() if any(p == t or p.startswith(os.path.join(t, "")) for t in tops)}
