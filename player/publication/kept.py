"""What of the publications survives a restart, and the anchor of all trust.

```
<state>/published/root.json   the root metadata that came with the enrolment
<state>/published/floor.json  the versions that were trusted, see floor.py
<state>/published/kept.json   what was assigned and on air, what is trusted
<state>/published/told.json   receipts that were told, see receipts.py
<state>/published/aired.json  what was on air from when to when, see history.py
<state>/published/tuf/        python-tuf's own files
```
"""

import datetime as dt
import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec

from player.durable import write_whole
from player.publication.staging import Planned
from player.quarantine import Held
from player.state_files import NotOursError, load_bytes, must_be_a_time, put_aside, read_state
from signage.messages import Trusted

log = logging.getLogger(__name__)

FOLDER = "published"
"""Its name in the state folder."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `kept.json`."""

    v: int = 1
    plans: tuple[Planned, ...] = ()
    """The newest assignment."""
    on_air: tuple[Planned, ...] = ()
    trusted: frozenset[str] = frozenset()
    versions: Trusted = Trusted()
    command_keys: tuple[Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})+\\Z")], ...] = ()
    """In hexadecimal digits."""
    expires: dt.datetime | None = None
    quarantined: dict[str, Held] = {}
    """By SHA-256: files that broke the decoder, why, and for how long still."""


def read_kept(folder: Path) -> Kept:
    """Gives what was kept; nothing when there is none or it is not ours: then it is fetched again."""
    return read_state(folder / "kept.json", Kept, check=_check) or Kept()


def _check(kept: Kept) -> None:
    # All else has its bounds; there may be ten thousand files in it. How long they sign for is the office's affair.
    must_be_a_time(kept.expires, last_year=9999)
    for held in kept.quarantined.values():
        must_be_a_time(held.until)


def write_kept(folder: Path, kept: Kept) -> None:
    """Keeps it, flushed. Raises OSError."""
    write_whole(folder / "kept.json", msgspec.json.encode(kept))


def anchor(folder: Path, enrolled: Callable[[], bytes]) -> bytes:
    """Returns the root metadata that all trust hangs on, and keeps a copy of it; `enrolled` is `whole_root` in the end.

    A person who enrols the screen with another office ends the trust in the former one: what it signed is put aside.
    Raises OSError when there is neither a root from the enrolment nor a copy.
    """
    copy = folder / "root.json"
    former = _former_root(copy)
    try:
        given = enrolled()
    except OSError as error:
        if former is None:
            raise
        log.warning("the enrolment's root cannot be read (%s); going on with the copy", error.strerror or error)
        return former
    if former == given:
        return given
    if former is not None:
        from player.publication.trusted import vouches  # noqa: PLC0415 - seldom needed, and slow to load

        if not vouches(former, given):
            log.warning("enrolled with another office: what the former one published is put aside")
            _put_aside(folder)
    write_whole(copy, given)
    return given


def _former_root(copy: Path) -> bytes | None:
    try:
        return load_bytes(copy)
    except FileNotFoundError:
        return None
    except NotOursError as fault:
        log.error("%s is no root (%s); put aside", copy.name, fault)
        put_aside(copy, copy.with_suffix(".broken"))
        return None


def is_anchor(state: Path, enrolled: Path | None) -> bool:
    """Says whether the enrolment's root is the one that all trust hangs on already."""
    try:
        return enrolled is not None and load_bytes(state / FOLDER / "root.json") == load_bytes(enrolled)
    except (OSError, NotOursError):
        return False


def whole_root(path: Path) -> bytes:
    """Returns the text of a root. Raises OSError, also while a person is still copying it there."""
    try:
        text = load_bytes(path)
        msgspec.json.decode(text)
    except NotOursError as error:
        raise OSError(errno.EINVAL, str(error), str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OSError(errno.EINVAL, "not whole", str(path)) from error
    return text


def _put_aside(folder: Path) -> None:
    number = 1
    while (aside := folder / f"former{number}").exists():
        number += 1
    aside.mkdir(parents=True)
    for name in ("tuf", "floor.json", "kept.json", "told.json", "root.json"):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
