"""Forty alarms are a few causes, each with its number and the titles of its screens; the worst stands first."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from office.console.alarm_groups import MOST_LISTED, MOST_TITLES, AlarmNames, OpenAlarm, grouped
from signage.errors import Words

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)
NAMES = AlarmNames(
    screens={f"led-{n}": f"第 {n} 块屏" for n in range(100)},
    kinds={"refused": "发布被拒绝", "away": "屏幕失联", "fork": "台账分叉"},
    publications={7: "六个一律"},
)


def alarm(number: int, screen: int, kind: str, key: str = "") -> OpenAlarm:
    at = NOW + dt.timedelta(seconds=number)
    return OpenAlarm(
        number=number, screen=f"led-{screen}", kind=kind, key=key, at=at, times=1, words=Words(f"第 {number} 条", "")
    )


def test_a_publication_that_many_screens_refuse_is_one_cause_with_their_number_and_titles() -> None:
    (group,) = grouped([alarm(n, n, "refused", "7") for n in range(40)], NAMES)
    assert group.label == "发布被拒绝 · 发布 7 六个一律"
    assert (group.count, group.screens, len(group.lines), group.more) == (40, 40, MOST_LISTED, 40 - MOST_LISTED)
    assert group.named == "第 39 块屏、第 38 块屏、第 37 块屏、第 36 块屏、第 35 块屏 等 40 块屏幕"
    assert group.words.zh == "第 39 条"


def test_two_publications_are_two_causes_and_the_worst_stands_first() -> None:
    alarms = [alarm(1, 1, "away"), alarm(2, 2, "refused", "7"), alarm(3, 3, "refused", "8:ab"), alarm(0, 4, "fork")]
    assert [group.id for group in grouped(alarms, NAMES)] == ["fork", "refused-8", "refused-7", "away"]


def test_one_screen_with_many_alarms_hides_no_other_of_the_same_kind() -> None:
    flood = [alarm(n, 1, "away", str(n)) for n in range(100, 200)]
    (group,) = grouped([alarm(1, 2, "away"), *flood], NAMES)
    assert [line.title for line in group.lines[:3]] == ["第 1 块屏", "第 2 块屏", "第 1 块屏"]


def test_screens_of_one_title_are_told_apart_and_one_without_goes_by_its_id() -> None:
    names = AlarmNames(screens={"led-1": "广场", "led-2": "广场", "led-3": ""})
    (group,) = grouped([alarm(n, n, "away") for n in (1, 2, 3, 4)], names)
    assert group.titles == ("led-4", "led-3", "广场（led-2）", "广场（led-1）")


KINDS = st.sampled_from(["away", "refused", "fork", "quarantine", "new-kind"])
KEYS = st.sampled_from(["", "7", "8:x", "x", "99999999999999999999"])


@given(st.lists(st.tuples(st.integers(0, 9), KINDS, KEYS), max_size=60))
def test_every_alarm_is_counted_once(drawn: list[tuple[int, str, str]]) -> None:
    alarms = [alarm(number, screen, kind, key) for number, (screen, kind, key) in enumerate(drawn)]
    groups = grouped(alarms, NAMES)
    assert sum(group.count for group in groups) == len(alarms)
    assert all(group.count == len(group.lines) + group.more for group in groups)
    assert all(len(group.titles) <= MOST_TITLES for group in groups)
    assert len({group.id for group in groups if group.id != "refused"}) <= len(groups)
