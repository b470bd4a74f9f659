"""A clock that stands in 1970 or 2036 is not believed, and one that an office works by is never asked about."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.plausible_clock import RELEASED, why_implausible
from player.clock import RELEASED as PLAYERS

DAY = dt.timedelta(days=1)
SECONDS = st.integers(0, 4_102_444_800).map(lambda s: dt.datetime.fromtimestamp(s, dt.UTC))
KNOWN = st.integers(0, 12_000).map(lambda days: RELEASED + days * DAY)


def test_player_and_office_were_made_on_the_same_day() -> None:
    assert RELEASED == PLAYERS


@given(known=KNOWN, days=st.integers(0, 179), back_h=st.integers(0, 23))
def test_an_office_that_works_is_never_asked(known: dt.datetime, days: int, back_h: int) -> None:
    assert why_implausible(known + days * DAY, known) is None
    assert why_implausible(known - dt.timedelta(hours=back_h), known) is None


@given(at=SECONDS, known=st.none() | KNOWN)
def test_a_doubt_says_both_times_and_what_is_believed_lies_near_what_is_known(
    at: dt.datetime, known: dt.datetime | None
) -> None:
    words = why_implausible(at, known)
    last = known or RELEASED
    if words is None:
        assert last - DAY <= at <= last + (180 * DAY if known else 5 * 366 * DAY)
    else:
        assert f"{at:%Y-%m-%d}" in words.zh
        assert f"{last:%Y-%m-%d}" in words.en
        assert "timedatectl" in words.zh


@pytest.mark.parametrize("year", [1970, 2000, 2025, 2036, 2038, 2099])
def test_a_new_office_is_not_founded_by_such_a_clock(year: int) -> None:
    assert why_implausible(dt.datetime(year, 1, 1, tzinfo=dt.UTC), None) is not None
