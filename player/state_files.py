"""Reads the files that the player keeps in its state folder, whatever lies there.

Rule: what is not what was written is passed over with a line in the log and put aside; it never ends the player.
"""

import datetime as dt
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from player.durable import NotOursError, load_bytes

MOST = 2**53
"""Of a number: what every reader of JSON takes as it is."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of a time that may have been kept: others overflow in arithmetic, or would be believed for ever."""
MOST_ASIDE = 9
Number = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
__all__ = ["NotOursError", "Number", "load_bytes", "load_state", "must_be_a_time", "put_aside", "read_state"]
T = TypeVar("T")
log = logging.getLogger(__name__)


def load_state(
    path: Path,
    kind: type[T],
    *,
    decode: Callable[..., T] = msgspec.json.decode,
    check: Callable[[T], None] | None = None,
) -> T:
    """Returns the contents of a file. Raises NotOursError, also for a folder or a pipe in its place, and OSError."""
    content = load_bytes(path)
    try:
        found = decode(content, type=kind)
        (check or must_be_plausible)(found)
    except (ValueError, OverflowError, RecursionError) as fault:  # msgspec's own are among the first
        raise NotOursError(str(fault)) from fault
    return found


def read_state(
    path: Path, kind: type[T], *, aside: Path | None = None, check: Callable[[T], None] | None = None
) -> T | None:
    """Returns the contents of a file; None when there is none or it is not ours, which is said and put aside.

    `aside` is the name that it gets; None: the same, ending in `.broken`.
    """
    try:
        return load_state(path, kind, check=check)
    except FileNotFoundError:
        return None
    except OSError as fault:
        log.warning("%s: not read, going on without it: %s", path.name, fault)
    except NotOursError as fault:
        log.warning("%s: not understood, going on without it: %s", path.name, fault)
        put_aside(path, aside or path.with_suffix(".broken"))
    return None


def put_aside(path: Path, aside: Path) -> None:
    """Gives what lies there another name: a file takes the place of the one put aside before, a folder does not."""
    for name in (aside, *(aside.with_name(f"{aside.name}-{number}") for number in range(2, MOST_ASIDE))):
        try:
            path.replace(name)
        except OSError:
            continue
        return
    log.warning("%s: not put aside", path.name)


def must_be_plausible(value: object) -> None:
    """Raises ValueError for a number or a time, however deep inside, that nothing of ours wrote."""
    match value:
        case bool() | str() | bytes() | None:
            pass
        case int():
            if abs(value) > MOST:
                raise ValueError(f"a number of {value.bit_length()} bits")
        case float():
            if not math.isfinite(value) or abs(value) > MOST:
                raise ValueError(f"a number of {value}")
        case dt.datetime():
            must_be_a_time(value)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                must_be_plausible(getattr(value, name))
        case dict():
            for key, each in value.items():
                must_be_plausible(key)
                must_be_plausible(each)
        case list() | tuple() | set() | frozenset():
            for each in value:
                must_be_plausible(each)


def must_be_a_time(at: dt.datetime | None, last_year: int = LAST_YEAR) -> None:
    """Raises ValueError for a time without an offset, or of a year before 2000 or from `last_year` on."""
    if at is None:
        return
    if at.tzinfo is None:
        raise ValueError(f"{at} has no offset")
    if not FIRST_YEAR <= at.year < last_year:
        raise ValueError(f"a time in the year {at.year}")
