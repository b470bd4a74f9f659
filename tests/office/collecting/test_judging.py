"""Plays that cannot have been are stored, counted apart, and told once for each screen and reason."""

import datetime as dt
import random
from typing import Any

import pytest

from office.doubt import Doubt
from tests.office.collecting.screens import DAWN, Ledger, event, play, publish

NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
SCREEN = "sq-led"


@pytest.fixture
def screen(either: None) -> str:
    """A screen that is there since dawn, with publication 7."""
    from office.models import Screen

    Screen.objects.create(id=SCREEN, enrolled_at=DAWN)
    Screen.objects.create(id="other-led", enrolled_at=DAWN)
    publish(7, SCREEN)
    publish(8, "other-led")
    publish(9, SCREEN, at=DAWN + dt.timedelta(hours=3))
    return SCREEN


def at(hours: float) -> str:
    return (DAWN + dt.timedelta(hours=hours)).isoformat(timespec="milliseconds")


def store(*ledgers: Ledger, most: int = 200, order: int | None = None) -> None:
    """Stores ledgers in batches, each in a commit, `order` a seed for shuffling them."""
    from office.collecting.ledgers import Ledgers

    batches = [
        ledger.batch(first, min(first + most - 1, len(ledger.lines)))
        for ledger in ledgers
        for first in range(1, len(ledger.lines) + 1, most)
    ]
    if order is not None:
        random.Random(order).shuffle(batches)
    keeper = Ledgers()
    for batch in batches:
        keeper.store([batch], NOW)


def doubts() -> dict[int, int]:
    """Returns what is not believed, by the record's number."""
    from office.models import Play
    from office.numbering import MOST_SEQ

    return {key & MOST_SEQ: doubt for key, doubt in Play.objects.exclude(doubt=0).values_list("id", "doubt")}


def alarms() -> dict[str, int]:
    from office.models import Alarm

    return dict(Alarm.objects.filter(screen_id=SCREEN, kind="doubtful").values_list("key", "times"))


FAR = {
    "a year that is over": ({"at": "1999-06-06T07:00:00.000+08:00"}, Doubt.EARLY),
    "a year to come": ({"at": "2099-06-06T07:00:00.000+08:00"}, Doubt.FUTURE),
    "an hour before it was enrolled": ({"at": at(-1)}, Doubt.EARLY),
    "an hour after it was heard": ({"at": "2026-06-07T13:00:00.000+00:00"}, Doubt.FUTURE),
    "a publication that nobody made": ({"publication": 77}, Doubt.NO_PUBLICATION),
    "another screen's publication": ({"publication": 8}, Doubt.NOT_ASSIGNED),
    "a publication before it was made": ({"publication": 9}, Doubt.NOT_ASSIGNED),
    "other bytes under a signed name": ({"publication": 7, "sha256": "e" * 64}, Doubt.OTHER_CONTENT),
    "a signed file without its hash": ({"publication": 7, "sha256": ""}, Doubt.OTHER_CONTENT),
    "a playlist that it does not contain": ({"publication": 7, "playlist_sha256": "e" * 64}, Doubt.OTHER_CONTENT),
    "a zone that its playlist is not for": ({"publication": 7, "zone": "second"}, Doubt.OTHER_CONTENT),
    "a card of no playlist": (
        {"publication": 7, "media": "", "sha256": "", "card": "slogan", "playlist_sha256": "e" * 64},
        Doubt.OTHER_CONTENT,
    ),
    "a picture of ten seconds for three hours": ({"actual_ms": 3 * 3_600_000}, Doubt.LONG),
    "more frames than light has": ({"frames": 10**9}, Doubt.FRAMES),
}


@pytest.mark.parametrize("told", FAR.values(), ids=FAR)
def test_a_play_that_cannot_have_been_is_stored_and_told_and_in_no_count(
    told: tuple[dict[str, Any], Doubt], screen: str
) -> None:
    from office.counting import Asked, counted
    from office.doubt import REASONS
    from office.models import LedgerRecord

    ledger = Ledger(SCREEN).filled(10)
    ledger.append(play(10, **told[0]))
    ledger.append(play(2000))
    store(ledger)
    assert doubts() == {11: told[1]}
    assert alarms() == {REASONS[told[1]][0]: 1}
    [count] = counted("screen", Asked())
    assert (count.plays, count.complete, count.seconds, count.doubtful) == (11, 11, 110.0, 1)
    assert count.doubts == {REASONS[told[1]][0]: 1}
    assert LedgerRecord.objects.count() == 12, "it is evidence all the same"


def test_what_was_published_to_the_screen_is_believed_also_after_it_was_taken_off(screen: str) -> None:
    from office.models import Assignment, Publication

    for assignment in Assignment.objects.all():
        assignment.screens.clear()
    Publication.objects.update(state="withdrawn")
    ledger = Ledger(SCREEN)
    for number in range(200):
        ledger.append(play(number, publication=7))
    ledger.append(play(2000, publication=9))
    ledger.append(play(2010, publication=7, media="", sha256="", card="slogan", title="不轻信"))
    store(ledger)
    assert doubts() == {}


def test_a_screen_to_which_it_is_assigned_later_is_believed_from_then_on(screen: str) -> None:
    from office.collecting.ledgers import Ledgers
    from office.models import Assignment, Screen

    ledger = Ledger(SCREEN)
    for number in range(2):
        ledger.append(play(number, publication=8))
    keeper = Ledgers()
    keeper.store([ledger.batch(1, 1)], NOW)
    Assignment.objects.get(publication=8).aimed_at.add(Screen.objects.get(id=SCREEN))
    keeper.store([ledger.batch(2, 2)], NOW)
    assert doubts() == {1: Doubt.NOT_ASSIGNED}


def test_reasons_are_one_alarm_each_however_many_plays_there_are(screen: str) -> None:
    from office.models import Alarm

    ledger = Ledger(SCREEN)
    for number in range(300):
        ledger.append(play(number, publication=77 + number, at=at(1000 + number)))
    store(ledger, most=100)
    assert alarms() == {"future": 3, "no-publication": 3}
    assert "100" in Alarm.objects.get(key="future").zh


@pytest.mark.parametrize("most", [200, 7, 1])
def test_an_hour_of_plays_in_five_seconds_is_doubted_however_it_is_cut_into_batches(most: int, screen: str) -> None:
    ledger = Ledger(SCREEN)
    for number in range(120 if most == 1 else 360):
        shift = dt.timedelta(seconds=number / 72)
        ledger.append(play(0, mono_ms=round(number * 1000 / 72), at=(DAWN + shift).isoformat(timespec="milliseconds")))
    store(ledger, most=most)
    assert set(doubts()) == set(range(2, len(ledger.lines) + 1))
    assert alarms().keys() == {"overlap"}


@pytest.mark.parametrize("order", range(3))
def test_a_month_that_comes_in_any_order_and_twice_is_believed(order: int, screen: str) -> None:
    ledger = Ledger(SCREEN).filled(150)
    for number in range(150):
        ledger.append(play(150 + number, boot="c" * 32, mono_ms=10_000 * number))
    for number in range(20):
        ledger.append(play(400 + number, zone="ticker", boot="c" * 32, mono_ms=3_000_000 + 10_000 * number))
        ledger.append(play(400 + number, boot="c" * 32, mono_ms=3_000_000 + 10_000 * number))
    store(ledger, most=13, order=order)
    store(ledger, most=20, order=order)
    assert doubts() == {}


@pytest.mark.parametrize("order", [None, 1, 2])
def test_the_same_hours_again_in_another_epoch_are_doubted(order: int | None, screen: str) -> None:
    from office.counting import Asked, counted

    first = Ledger(SCREEN).filled(360)
    again = Ledger(SCREEN, "f" * 16)
    for number in range(360):
        again.append(play(number, boot="d" * 32))
    store(first, again, most=30, order=order)
    [count] = counted("screen", Asked())
    assert count.plays + count.doubtful == 720
    assert count.seconds <= 3600 + 90
    assert count.doubts.keys() == {"overfull"}


def test_a_collector_that_begins_anew_comes_to_the_same_verdict(screen: str) -> None:
    from office.collecting.ledgers import Ledgers

    ledger = Ledger(SCREEN).filled(20)
    ledger.append(play(20, mono_ms=195_000, at=at(195 / 3600)))
    ledger.append(play(20, mono_ms=191_000, at=at(191 / 3600)))
    for first in range(1, 23):
        Ledgers().store([ledger.batch(first, first)], NOW)
    assert set(doubts()) == {21, 22}


def test_what_another_collector_stored_meanwhile_is_what_the_next_batch_is_held_against(screen: str) -> None:
    from office.collecting.ledgers import Ledgers

    ledger = Ledger(SCREEN).filled(2)
    ledger.append(play(1, mono_ms=11_000, at=at(11 / 3600)))
    ledger.append(event("lost", records=1))
    ledger.append(play(2))
    ledger.append(play(2, mono_ms=21_000, at=at(21 / 3600)))
    one, other = Ledgers(), Ledgers()
    for keeper, number in ((one, 1), (other, 2), (one, 3), (one, 4), (other, 5), (one, 6)):
        keeper.store([ledger.batch(number, number)], NOW)
    assert doubts() == {3: Doubt.OVERLAP, 6: Doubt.OVERLAP}


def test_time_that_dated_plays_took_is_not_there_again_for_plays_without_a_date(screen: str) -> None:
    from office.counting import Asked, counted

    hour = {"planned_ms": 3_600_000, "actual_ms": 3_600_000}
    ledger = Ledger(SCREEN)
    for number in range(30):
        ledger.append(play(0, **hour, mono_ms=number * 3_600_000, at=at(number)))
    for number in range(30):
        ledger.append(
            play(
                0,
                **hour,
                mono_ms=number * 3_600_000,
                boot="c" * 32,
                clock="unsynced",
                at="1970-01-01T08:00:00.000+08:00",
            )
        )
    store(ledger, most=7)
    there_h = (NOW - DAWN).total_seconds() / 3600
    [count] = counted("screen", Asked())
    assert count.doubts == {"overfull": count.doubtful}
    assert count.seconds / 3600 <= there_h + 10 / 60
    assert (count.plays, count.undated) == (int(there_h), int(there_h) - 30)


@pytest.mark.parametrize("clock", ["unsynced", "rtc"])
def test_an_hour_in_2039_is_counted_apart_and_what_follows_its_correction_like_any_other(
    screen: str, clock: str
) -> None:
    from office.counting import Asked, counted
    from office.models import Event

    ledger, far = Ledger(SCREEN), dt.datetime(2039, 3, 1, tzinfo=dt.UTC)
    for number in range(6):
        shown = (far + dt.timedelta(minutes=10 * number)).isoformat(timespec="milliseconds")
        ledger.append(
            play(number, planned_ms=600_000, actual_ms=600_000, mono_ms=number * 600_000, at=shown, clock=clock)
        )
    step_ms = round((DAWN + dt.timedelta(hours=1) - far - dt.timedelta(hours=1)).total_seconds() * 1000)
    details = {"step_ms": step_ms, "since_mono_ms": 0, "why": "synchronised"}
    ledger.append(event("clock_step", **details))
    for number in range(6, 12):
        ledger.append(
            play(
                number, planned_ms=600_000, actual_ms=600_000, mono_ms=number * 600_000, at=at(number / 6), clock="ntp"
            )
        )
    store(ledger, most=5)
    [count] = counted("screen", Asked())
    apart = (count.undated, count.doubts.get("future", 0))
    assert apart == ((6, 0) if clock == "unsynced" else (0, 6))
    assert count.plays == (12 if clock == "unsynced" else 6)
    told = Event.objects.get(what="clock_step").details
    true = [far + dt.timedelta(minutes=10 * n, milliseconds=told["step_ms"]) for n in range(6)]
    assert true == [DAWN + dt.timedelta(minutes=10 * n) for n in range(6)], "so anybody can date them"


def test_a_batch_that_fills_a_gap_is_held_against_what_lies_on_both_sides(screen: str) -> None:
    from office.collecting.ledgers import Ledgers

    ledger = Ledger(SCREEN).filled(10)
    ledger.append(play(9, mono_ms=95_000, at=at(95 / 3600)))
    ledger.append(play(10, mono_ms=105_000, at=at(105 / 3600)))
    ledger.append(play(11, mono_ms=110_000, at=at(110 / 3600)))
    Ledgers().store([ledger.batch(1, 10), ledger.batch(13, 13)], NOW)
    Ledgers().store([ledger.batch(11, 12)], NOW)
    assert doubts() == {11: Doubt.OVERLAP, 12: Doubt.OVERLAP}
    assert alarms() == {"overlap": 1}


def test_a_zone_with_a_name_that_no_index_takes_is_judged_like_any_other(screen: str) -> None:
    ledger = Ledger(SCREEN)
    for number in range(3):
        ledger.append(play(number, zone="\0" + "区" * 500, actual_ms=9_000))
    store(ledger)
    assert doubts() == {}
