"""A row that cannot be read stops no other; the database's own trouble is raised."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from office.stored import BadRowError, Garbled, Unreadable, readable, sound, whole


class Row(msgspec.Struct):
    """A row of a screen."""

    screen: object
    pk: int
    told: object


def _owner(row: Row) -> object:
    return row.screen


@given(st.lists(st.integers() | st.text() | st.none() | st.floats() | st.lists(st.integers())))
def test_what_can_be_read_is_read_in_order_and_the_rest_is_named(values: list[object]) -> None:
    rows = [Row("sq-led", number, value) for number, value in enumerate(values)]
    good, bad = readable(rows, lambda row: (row.pk, whole(row.told, 0, 2**53)), _owner)
    assert good == [(n, value) for n, value in enumerate(values) if type(value) is int and 0 <= value <= 2**53]
    assert [each.key for each in bad] == [str(n) for n in range(len(values)) if n not in dict(good)]
    assert {each.screen for each in bad} <= {"sq-led"}


@pytest.mark.parametrize(
    "fault", [KeyError, TypeError, OverflowError, RecursionError, AttributeError, ZeroDivisionError]
)
def test_whatever_reading_raises_is_one_unreadable_row(fault: type[Exception]) -> None:
    def read(row: Row) -> int:
        if row.pk == 1:
            raise fault("x")
        return row.pk

    good, bad = readable([Row("a", 0, 0), Row("b", 1, 0), Row("c", 2, 0)], read, _owner)
    assert (good, bad) == ([0, 2], [Unreadable("b", "row", "1")])


def test_the_databases_own_trouble_is_no_unreadable_row() -> None:
    def read(_: Row) -> int:
        raise OperationalError("the disk is full")

    with pytest.raises(OperationalError):
        readable([Row("a", 0, 0)], read, _owner)


def test_a_row_whose_owner_cannot_be_read_either_is_nobodys() -> None:
    broken: Callable[[Row], object] = lambda row: [][row.pk]  # noqa: E731
    assert readable([Row("a", 7, None)], lambda row: whole(row.told, 0, 1), broken) == (
        [],
        [Unreadable("", "row", "7")],
    )


@pytest.mark.parametrize(
    "value", [Garbled(), dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)]
)
def test_what_stands_for_a_value_that_cannot_be_read_is_found(value: object) -> None:
    with pytest.raises(BadRowError):
        sound(None, 3, value)
