"""The home of a trial: a folder that is its own, for one at a time.

Rule: nothing here needs Django; it is set up for this home afterwards.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from office.place import Place, found
from signage.errors import WuzhaError

MARK = "trial"
"""A file in the home; nothing else is ever deleted as an old trial."""


class NoTrialError(WuzhaError):
    """The folder holds something that is no trial."""


class AlreadyRunningError(WuzhaError):
    """A trial runs in this home."""


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Holds the home for one trial. Raises AlreadyRunningError."""
    place.home.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(place.home.with_name(f".{place.home.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(
                f"{place.home} 里已经有一个试用在运行\na trial is running in {place.home} already"
            ) from error
        yield
    finally:
        os.close(lock)


def lay(place: Place, *, fresh: bool) -> bool:
    """Makes the home of a trial, or goes on with the one that is there; says whether it is new. Raises NoTrialError."""
    if place.home.exists() and any(place.home.iterdir()) and not (place.home / MARK).exists():
        raise NoTrialError(
            f"{place.home} 里是别的东西，不是试用文件夹，请用 --home 另指一个\n"
            f"{place.home} holds something else, not a trial: name another folder with --home"
        )
    if fresh and place.home.exists():
        shutil.rmtree(place.home)
    place.home.mkdir(parents=True, exist_ok=True)
    (place.home / MARK).touch()
    return found(place)
