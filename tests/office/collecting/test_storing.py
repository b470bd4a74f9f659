"""One thing that cannot be stored spoils no others; a database that is away is nobody's fault."""

import pytest
from django.db import DataError, OperationalError

from office.collecting.storing import one_by_one


class Shelf:
    """Takes all of what it is given or nothing."""

    def __init__(self, *bad: int, fault: Exception | None = None) -> None:
        self.bad, self.fault = bad, fault or DataError("cannot be")
        self.kept: list[int] = []
        self.refused: list[int] = []

    def store(self, things: list[int]) -> None:
        if set(things) & set(self.bad):
            raise self.fault
        self.kept += things

    def refuse(self, thing: int, fault: Exception) -> None:
        assert fault is self.fault
        self.refused.append(thing)


def test_all_goes_at_once_when_nothing_is_wrong() -> None:
    shelf = Shelf()
    one_by_one(shelf.store, [1, 2, 3], shelf.refuse)
    one_by_one(shelf.store, [], shelf.refuse)
    assert (shelf.kept, shelf.refused) == ([1, 2, 3], [])


def test_what_cannot_be_stored_is_refused_alone() -> None:
    shelf = Shelf(2, 4)
    one_by_one(shelf.store, [1, 2, 3, 4], shelf.refuse)
    assert (shelf.kept, shelf.refused) == ([1, 3], [2, 4])


@pytest.mark.parametrize("fault", [OperationalError("locked"), OSError("no space")])
def test_trouble_with_database_or_disk_is_no_things_fault(fault: Exception) -> None:
    shelf = Shelf(2, fault=fault)
    with pytest.raises(type(fault)):
        one_by_one(shelf.store, [1, 2], shelf.refuse)
    assert (shelf.kept, shelf.refused) == ([], [])
