"""What a zone, a clock and a display cannot have held is not believed, in whatever order it comes."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from office.collecting.plausible import (
    HOUR_MS,
    LEAST_MS,
    UNDATED,
    Bounds,
    PlayRow,
    ZoneHourKey,
    against_next,
    filled,
    heads_of,
    hours,
    judged,
    tails_of,
)
from office.collecting.steady import is_beyond_doubt, spanned, steady
from office.doubt import Doubt
from signage.ledger import PlayRecord

DAY_MS = 1_780_700_400_000 - 1_780_700_400_000 % HOUR_MS
EVER = Bounds(0, 2**60)
NEVER = 10**12
Pair = tuple[PlayRow, PlayRecord]
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def one(start_s: float, lasts_s: float | None = 10.0, /, *, number: int = 1, wall_s: float | None = None,
        **told: Any) -> Pair:  # fmt: skip
    """Returns a play that began so long after switching on; by the wall, unless said otherwise, after the full hour."""
    lasted = None if lasts_s is None else round(lasts_s * 1000)
    usual: dict[str, Any] = {
        "at": "", "boot": "b", "mono_ms": round(start_s * 1000), "clock": "ntp", "zone": "main", "rank": "normal",
        "shows": "image", "planned_ms": lasted or 0, "actual_ms": lasted, "outcome": "complete",
    }  # fmt: skip
    record = PlayRecord(**{**usual, **told})
    at_ms = DAY_MS + round((start_s if wall_s is None else wall_s) * 1000)
    return (number, 1, 1, at_ms, 0, 0, 0, record.clock != "unsynced", lasted, 0, 0), record


def doubts_of(pairs: list[Pair], bounds: Bounds = EVER, before: list[Pair] | None = None) -> list[int]:
    """Returns the doubt of each play."""
    rows, played = [row for row, _ in pairs], [record for _, record in pairs]
    doubts, _ = judged(rows, played, bounds, tails_of(before or []), lambda _record, _shown: (0, 0))
    filled(rows, played, doubts, lambda _key: 0, NEVER)
    return [doubts.get(n, 0) for n in range(len(pairs))]


def test_plays_one_behind_the_other_are_believed_also_of_several_zones_and_boots() -> None:
    pairs = [one(10 * n) for n in range(300)]
    pairs += [one(10 * n, boot="c", wall_s=3100 + 10 * n) for n in range(60)]
    tickers = [one(n * 600, 590, zone="ticker", shows="ticker") for n in range(10)]
    assert not any(doubts_of(pairs))
    assert not any(doubts_of(sorted(pairs + tickers, key=lambda pair: pair[0][3])))


def test_an_hour_of_plays_in_five_seconds_is_not_believed_by_whichever_clock() -> None:
    by_both = [one(n / 72) for n in range(360)]
    by_one = [one(n / 72, wall_s=10 * n) for n in range(360)]
    by_the_wall = [one(10 * n, wall_s=n / 72) for n in range(360)]
    each_in_a_boot = [one(0, wall_s=n / 72, boot=str(n)) for n in range(360)]
    for pairs in (by_both, by_one, by_the_wall, each_in_a_boot):
        found = doubts_of(pairs)
        assert sum(map(bool, found)) >= 359, "the first alone could have been"
        assert set(found[1:]) == {Doubt.OVERLAP}


def test_an_hour_holds_an_hour_however_plays_are_spread_over_boots_and_epochs() -> None:
    pairs = [one(10 * (n % 360), boot=str(n // 360)) for n in range(1080)]
    believed = [pair for pair, doubt in zip(pairs, doubts_of(pairs), strict=True) if not doubt]
    assert sum(row[8] or 0 for row, _ in believed) <= 1.05 * HOUR_MS
    assert len(believed) >= 360


def test_many_plays_of_no_length_do_not_fit_into_an_hour_either() -> None:
    flashes = [one(10 + n / 1000, 0, planned_ms=10_000) for n in range(2000)]
    assert set(doubts_of(flashes)) == {Doubt.SHORT}
    cut = [one(n / 100, 0, outcome="cut", planned_ms=10_000) for n in range(40_000)]
    assert sum(not doubt for doubt in doubts_of(cut)) <= 1.05 * HOUR_MS / LEAST_MS


def test_what_lies_outside_of_the_screens_time_is_not_believed_unless_its_clock_was_not_either() -> None:
    bounds = Bounds(DAY_MS, DAY_MS + 60_000)
    assert doubts_of([one(0), one(20, wall_s=-100)], bounds) == [0, Doubt.EARLY]
    assert doubts_of([one(50), one(70)], bounds) == [0, Doubt.FUTURE]
    assert doubts_of([one(0, wall_s=-(10**9)), one(20, wall_s=10**9)], bounds) == [Doubt.EARLY, Doubt.FUTURE]
    assert doubts_of([one(0, wall_s=-(10**9), clock="unsynced")], bounds) == [0]


def test_what_is_too_long_too_short_or_has_too_many_frames_is_not_believed() -> None:
    assert doubts_of([one(0, 3600, planned_ms=10_000)]) == [Doubt.LONG]
    assert doubts_of([one(0, 10, frames=100_000)]) == [Doubt.FRAMES]
    assert doubts_of([one(0, None)]) == [0], "the player died meanwhile"
    assert doubts_of([one(0, 10, frames=10 * 240)]) == [0]
    assert doubts_of([one(0, 86_400, shows="ticker", zone="ticker")]) == [0]


def test_undated_plays_take_no_more_time_than_the_screen_has_been_there() -> None:
    pairs = [one(0, 100, clock="unsynced", boot=str(n)) for n in range(100)]
    rows, doubts = [row for row, _ in pairs], dict[int, int]()
    added = filled(rows, [record for _, record in pairs], doubts, lambda _key: 0, 1_000_000)
    assert added == {("main", UNDATED): 1_000_000}
    assert sorted(doubts) == list(range(10, 100))


def test_a_clock_that_was_set_back_costs_nothing_but_what_the_hour_cannot_hold() -> None:
    pairs = [one(10 * n) for n in range(30)] + [one(300 + 10 * n, wall_s=240 + 10 * n) for n in range(30)]
    assert sum(map(bool, doubts_of(pairs))) <= 1


def test_one_that_is_not_believed_holds_no_time_against_others() -> None:
    assert doubts_of([one(0), one(10, 50_000, planned_ms=10), one(20)]) == [0, Doubt.LONG, 0]


def test_a_play_that_reaches_into_a_later_one_which_was_here_first_is_found() -> None:
    later = [one(100)]
    for early, expected in ((one(90), {}), (one(95), {0: Doubt.OVERLAP})):
        doubts: dict[int, int] = {}
        against_next([early[0]], [early[1]], doubts, heads_of(later))
        assert doubts == expected


@pytest.mark.parametrize("lasts_s", [0.1, 10.0, 3600.0, 86_400.0, 10**9])
def test_the_hours_of_a_play_are_all_of_its_time_up_to_two_days(lasts_s: float) -> None:
    row, _ = one(1800, lasts_s)
    parts = hours(row, "main")
    assert len({key for key, _ in parts}) == len(parts) <= 49
    assert all(0 < ms <= HOUR_MS for _, ms in parts)
    if lasts_s < 10**6:
        assert sum(ms for _, ms in parts) == max(LEAST_MS, lasts_s * 1000)


@st.composite
def honest_days(draw: st.DrawFn) -> list[Pair]:
    """Returns what an honest player writes: zones beside each other, pauses, reboots."""
    pairs: list[Pair] = []
    wall = 0.0
    for boot in range(draw(st.integers(1, 3))):
        mono = dict.fromkeys(("main", "ticker")[: draw(st.integers(1, 2))], 0.0)
        for _ in range(draw(st.integers(1, 40))):
            zone = min(mono, key=lambda name: mono[name])
            lasts = draw(st.sampled_from([0.3, 5.0, 10.0, 60.0, 1800.0]))
            pairs.append(one(mono[zone], lasts, wall_s=wall + mono[zone], zone=zone, boot=str(boot), number=len(pairs)))
            mono[zone] += lasts + draw(st.sampled_from([-0.02, 0.0, 0.04, 300.0]))
        wall += max(mono.values()) + 1800 + draw(st.sampled_from([0.0, 3600.0]))
    return pairs


@UNHURRIED
@given(honest_days())
def test_whatever_an_honest_player_writes_is_believed(pairs: list[Pair]) -> None:
    assert not any(doubts_of(pairs))


@UNHURRIED
@given(honest_days(), st.integers(0, 2**32), st.integers(1, 9))
def test_batches_in_any_order_are_believed_too_and_the_quick_way_comes_to_no_other_verdict(
    pairs: list[Pair], seed: int, most: int
) -> None:
    batches = [pairs[start : start + most] for start in range(0, len(pairs), most)]
    order = list(range(len(batches)))
    random.Random(seed).shuffle(order)
    here: set[int] = set()
    had: dict[ZoneHourKey, int] = {}

    def has(key: ZoneHourKey) -> int:
        return had.get(key, 0)

    for place in order:
        batch = batches[place]
        rows, played = [row for row, _ in batch], [record for _, record in batch]
        before = tails_of(pair for each in sorted(here) if each < place for pair in batches[each])
        behind = heads_of(pair for each in sorted(here) if each > place for pair in batches[each])
        doubts: dict[int, int] = {}
        plays = steady(rows, played) if not behind else None
        quick = plays is not None and is_beyond_doubt(plays, EVER, before, {})
        added = spanned(plays, has) if plays is not None and quick else None
        if added is None:
            doubts, _ = judged(rows, played, EVER, before, lambda _record, _shown: (0, 0))
            against_next(rows, played, doubts, behind)
            added = filled(rows, played, doubts, has, NEVER)
        assert doubts == {}
        for key, ms in added.items():
            had[key] = has(key) + ms
        here.add(place)


@UNHURRIED
@given(st.lists(st.tuples(st.integers(0, 7200), st.integers(0, 900), st.sampled_from("ab"), st.integers(0, 3600)),
                max_size=60))  # fmt: skip
def test_whatever_anybody_writes_no_hour_holds_much_more_than_an_hour(told: list[tuple[int, int, str, int]]) -> None:
    pairs = [one(start, lasts, boot=boot, wall_s=wall) for start, lasts, boot, wall in told]
    sums: dict[ZoneHourKey, int] = {}
    for (row, record), doubt in zip(pairs, doubts_of(pairs), strict=True):
        for key, ms in hours(row, record.zone) if not doubt else ():
            sums[key] = sums.get(key, 0) + ms
    assert all(ms <= HOUR_MS + 90_000 for ms in sums.values())
