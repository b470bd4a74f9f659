"""Kills a screen at its every access to the disk while it takes a publication, and looks what the next start finds.

`python killing.py FOLDER` prints a line for each access: `<number> <what> <publications on air at the next start>`.
"""

import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from player.publication import http_pool, trusted  # noqa: F401 - loaded once, before the forks
from player.publication.folder_source import FolderSource
from tests.player.publication.conftest import SCREEN, Follower
from tests.player.publication.repository import Repository

POSTERS = b'[[item]]\nmedia = "*.png"\n'
WATCHED = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.symlink", "os.truncate"})


def follower(office: Repository, state: Path) -> Follower:
    return Follower(office, state, FolderSource(office.folder, look_every_s=0.02))


def forked(work: Callable[[], None]) -> int:
    """Does something in a process of its own; gives its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def take(office: Repository, state: Path, number: int, deadly: int = 0) -> None:
    """Follows until a publication is on air; dies at its `deadly`th access to the state folder."""
    if deadly:
        count = 0

        def watch(event: str, args: tuple[object, ...]) -> None:
            nonlocal count
            if event in WATCHED and str(args[0]).startswith(str(state)):
                count += 1
                if count == deadly:
                    os.write(1, f"{count} {event} {Path(str(args[0])).name[:20]}".encode())
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
    screen = follower(office, state)
    screen.publications.start()
    screen.shows(number)
    screen.publications.stop()


def check(office: Repository, state: Path, old_head: bytes) -> None:
    """What is on air at the next start is whole, an old head stays refused, and it gets on in the end."""
    screen = follower(office, state)
    found = screen.publications.cached()
    for publication in found.publications:
        assert publication.playlists
        for medium in publication.media:
            assert hashlib.sha256(Path(medium.path).read_bytes()).hexdigest() == medium.sha256
    assert [each.number for each in found.publications] in ([1], [2]), found
    os.write(1, f" {found.publications[0].number}\n".encode())
    screen.publications.start()
    screen.shows(2)
    screen.publications.hear(old_head)
    screen.wait_for(lambda: (0, "refused") in screen.told)
    assert screen.numbers == (2,)
    screen.publications.stop()


def main(folder: Path) -> int:
    office = Repository(folder / "office")
    office.publish(1, {"morning": POSTERS}, {"a.png": b"one"})
    office.assign(SCREEN, (1, ("morning",)))
    old_head = office.head()
    start = folder / "start"
    assert forked(lambda: take(office, start, 1)) == 0
    office.publish(2, {"morning": POSTERS, "calendar": b""}, {"a.png": b"two", "b.png": b"three"})
    office.assign(SCREEN, (2, ("morning",)))
    office.head()
    deadly, ended = 1, 1
    while ended:
        state = folder / "state"
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(start, state, symlinks=True)
        ended = forked(partial(take, office, state, 2, deadly))
        if ended not in (0, -signal.SIGKILL):
            return 1
        if ended and forked(partial(check, office, state, old_head)) != 0:
            return 1
        deadly += 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
