"""Stores things together, and in ever smaller parts when one of them spoils it for the others."""

from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

_Thing = TypeVar("_Thing")


def one_by_one(
    store: Callable[[list[_Thing]], None], things: list[_Thing], refuse: Callable[[_Thing, Exception], None]
) -> None:
    """Stores all things at once; when that fails, each half by itself; refuses those that fail: one spoils no others.

    Halves: one that always fails costs the others a few commits, not one for each.

    Raises OperationalError, InterfaceError and OSError: that is the database's or the disk's trouble, not the thing's.
    """
    if not things:
        return
    try:
        store(things)
    except (OperationalError, InterfaceError, OSError):
        raise
    except Exception as fault:
        if len(things) == 1:
            refuse(things[0], fault)
            return
        half = len(things) // 2
        one_by_one(store, things[:half], refuse)
        one_by_one(store, things[half:], refuse)
