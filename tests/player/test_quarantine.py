"""A term ends by time, whatever the clock says and however often the machine is started again."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.quarantine import MOST, STEP_S, TERMS_S, URGENT_TERMS_S, Held, TimedQuarantine
from signage.errors import Words

WALL = dt.datetime(2026, 6, 6, 7, 0, tzinfo=dt.UTC)
WHY = Words("解码进程中断", "the decoder broke")
A = "a" * 64


def after(kept: dict[str, Held], now: float, wall: dt.datetime) -> TimedQuarantine:
    """A restart: what was written down, read again."""
    written = msgspec.json.decode(msgspec.json.encode(kept), type=dict[str, Held])
    made = TimedQuarantine()
    made.load(written, now, wall, with_old=True)
    return made


def test_every_offence_has_a_longer_term_and_each_ends() -> None:
    quarantine, now = TimedQuarantine(), 0.0
    for term_s in (*TERMS_S, TERMS_S[-1]):
        assert quarantine.add(A, WHY, now, WALL)
        assert quarantine.held(now + term_s - 1) == {A: WHY}
        assert quarantine.held(now + term_s) == {}
        assert quarantine.next_end(now + term_s) is None
        now += term_s


def test_an_emergency_tries_again_after_a_short_pause_that_grows_to_a_bound() -> None:
    quarantine, now = TimedQuarantine(), 0.0
    for pause_s in (*URGENT_TERMS_S, URGENT_TERMS_S[-1]):
        quarantine.add(A, WHY, now, WALL)
        assert quarantine.held(now + pause_s - 1, urgent=True) == {A: WHY}
        assert quarantine.held(now + pause_s, urgent=True) == {}
        assert quarantine.held(now + pause_s) == {A: WHY}
        assert quarantine.next_end(now) == now + pause_s
        now += pause_s


def test_one_offence_that_two_zones_tell_is_one() -> None:
    quarantine = TimedQuarantine()
    assert quarantine.add(A, WHY, 0.0, WALL)
    assert not quarantine.add(A, WHY, 1.0, WALL)
    assert quarantine.kept(1.0)[A].offences == 1


@given(
    st.lists(
        st.tuples(
            st.floats(0, 7200),
            st.integers(0, 130).map(lambda years: dt.datetime(1970 + years, 6, 6, tzinfo=dt.UTC)),
        ),
        max_size=20,
    )
)
def test_no_clock_and_no_restart_makes_a_term_longer_than_itself(runs: list[tuple[float, dt.datetime]]) -> None:
    quarantine = TimedQuarantine()
    quarantine.add(A, WHY, 0.0, WALL)
    ran, lost = 0.0, 0.0
    for ran_s, wall in runs:
        kept = quarantine.kept(ran_s)
        ran, lost = ran + ran_s, lost + STEP_S
        quarantine = after(kept, 0.0, wall)
        end = quarantine.next_end(0.0)
        held = quarantine.held(0.0)
        assert not held or ran - lost < TERMS_S[0]
        assert not held or quarantine.held(max(0.0, TERMS_S[0] - ran) + lost) == {}
        assert end is None or end <= TERMS_S[0]


def test_time_with_the_machine_off_counts_when_the_clock_is_right() -> None:
    quarantine = TimedQuarantine()
    quarantine.add(A, WHY, 0.0, WALL)
    later = after(quarantine.kept(60.0), 5.0, WALL + dt.timedelta(hours=2))
    assert later.held(5.0) == {}
    assert after(quarantine.kept(60.0), 5.0, WALL + dt.timedelta(minutes=30)).next_end(5.0 + 61) == pytest.approx(
        5.0 + 1800
    )


def test_what_an_older_version_wrote_has_the_first_term_where_it_is_taken_at_all() -> None:
    old = msgspec.json.encode({A: {"zh": WHY.zh, "en": WHY.en}})
    kept = msgspec.json.decode(old, type=dict[str, Held])
    local, published = TimedQuarantine(), TimedQuarantine()
    local.load(kept, 10.0, WALL, with_old=True)
    published.load(kept, 10.0, WALL, with_old=False)
    assert local.held(10.0) == {A: WHY}
    assert local.held(10.0 + TERMS_S[0]) == {}
    assert published.held(10.0) == {}


def test_absurd_terms_that_somebody_wrote_are_cut() -> None:
    for held in (
        Held(zh="", en="", left_s=1e300, until=dt.datetime.max.replace(tzinfo=dt.UTC)),
        Held(zh="", en="", left_s=float("inf"), offences=-5),
        Held(zh="", en="", left_s=-1.0, until=dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        Held(zh="", en="", left_s=5.0, offences=2**60, until=WALL.replace(tzinfo=None)),
    ):
        made = TimedQuarantine()
        made.load({A: held}, 0.0, WALL, with_old=True)
        assert made.held(TERMS_S[-1]) == {}


def test_files_without_end_are_forgotten_from_the_oldest() -> None:
    quarantine = TimedQuarantine()
    for number in range(MOST + 50):
        quarantine.add(f"{number:064x}", WHY, float(number * 10), WALL)
    assert len(quarantine.kept(0.0)) == MOST
    assert f"{MOST + 49:064x}" in quarantine.kept(0.0)
