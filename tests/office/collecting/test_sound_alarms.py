"""A screen that nobody can hear is an alarm, and being heard again closes it, in whatever order its records come."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from office.place import Place
from player.sound.device_watch import HOLD_S, DeviceWatch, device_word
from player.sound.report import DeviceLost
from signage.ledger import EventRecord, moment
from signage.link import Broker
from tests.brokers import Mosquitto, wait_until
from tests.office.collecting.players import Player
from tests.office.collecting.screens import DAWN, Ledger, event, play

SCREEN = "sq-led"
NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
GONE, DUMMY, THERE = ({"device": "gone", "was": "there"}, {"device": "dummy", "was": "there"}, {"device": "there"})


@pytest.fixture
def broker(needs: Callable[..., None], tmp_path: Path) -> Iterator[Mosquitto]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker") as made:
        yield made


@pytest.fixture
def screen(either: None) -> str:
    from office.models import Screen

    Screen.objects.create(id=SCREEN, title="广场 LED", enrolled_at=DAWN)
    return SCREEN


def sounded(number: int, heard: str) -> Any:
    return play(number, shows="video", media=f"videos/{number}.mp4", heard=heard)


def store(ledger: Ledger, *spans: tuple[int, int]) -> None:
    from office.collecting.ledgers import Ledgers

    for first, last in spans or ((1, len(ledger.lines)),):
        Ledgers().store([ledger.batch(first, last)], NOW)


def drain(player: Player) -> None:
    """Lets a player send until the office has everything."""

    def turned() -> bool:
        player.turn()
        return player.is_done

    try:
        wait_until(turned, "everything is acknowledged")
    finally:
        player.stop()


def alarms() -> list[bool]:
    """Whether each alarm of sound is open."""
    from office.models import Alarm

    return [each.closed_at is None for each in Alarm.objects.filter(kind="sound")]


@pytest.mark.parametrize("word", [GONE, DUMMY])
def test_a_lost_device_is_an_alarm_until_it_is_there_again(screen: str, word: dict[str, str]) -> None:
    from office.models import Alarm

    ledger = Ledger(SCREEN).filled(3)
    ledger.append(event("sound", **word))
    store(ledger)
    assert alarms() == [True]
    assert "没有声音" in Alarm.objects.get().zh
    ledger.append(event("sound", **THERE))
    store(ledger, (5, 5))
    assert alarms() == [False]
    ledger.append(event("sound", **word))
    store(ledger, (6, 6))
    assert alarms() == [True], "and the same one again"


def test_a_play_that_was_heard_closes_it_also_when_the_player_was_started_anew_and_said_nothing(screen: str) -> None:
    ledger = Ledger(SCREEN)
    ledger.append(sounded(0, "heard"))
    ledger.append(event("sound", **GONE))
    store(ledger)
    for number, word in enumerate(("unheard", "partly", "yielded", "muted", ""), 1):
        ledger.append(sounded(number, word))
    store(ledger, (3, 7))
    assert alarms() == [True], "none of these was heard"
    ledger.append(sounded(9, "heard"))
    store(ledger, (8, 8))
    assert alarms() == [False]


@pytest.mark.parametrize("order", list(itertools.permutations(((1, 2), (3, 4), (5, 6)))))
@pytest.mark.parametrize("last", ["gone", "there", "heard"])
def test_the_last_word_counts_in_whatever_order_records_come(
    screen: str, order: tuple[tuple[int, int], ...], last: str
) -> None:
    ledger = Ledger(SCREEN)
    for record in (sounded(0, "heard"), event("sound", **GONE), event("sound", **THERE), event("sound", **DUMMY)):
        ledger.append(record)
    ledger.append(sounded(5, "heard" if last == "heard" else "unheard"))
    ledger.append(play(6) if last == "heard" else event("sound", device=last))
    store(ledger, *order)
    assert any(alarms()) == (last == "gone")


def test_a_lost_device_of_an_epoch_that_comes_late_is_no_alarm_when_a_later_one_was_heard(screen: str) -> None:
    former, later = Ledger(SCREEN, "1" * 16), Ledger(SCREEN, "2" * 16)
    store(former.filled(1))
    later.append(sounded(0, "heard"))
    store(later)
    former.append(event("sound", **GONE))
    store(former, (2, 2))
    assert not any(alarms())


def test_a_word_of_a_later_version_says_nothing(screen: str) -> None:
    ledger = Ledger(SCREEN)
    ledger.append(event("sound", device="levitating"))
    ledger.append(event("sound", other=1))
    store(ledger)
    assert alarms() == []


@pytest.mark.slow
def test_what_a_player_writes_of_its_device_comes_over_the_broker_and_stands_on_the_page(
    place: Place, broker: Mosquitto
) -> None:
    from office.collecting.collector import Collector
    from office.console.open_alarms import read_open_alarms
    from office.models import Alarm, Screen

    Screen.objects.create(id=SCREEN, title="广场 LED", enrolled_at=DAWN)
    watch, lost, ledger = DeviceWatch(), DeviceLost(why="no card"), Ledger(SCREEN).filled(2)
    for now in (0.0, HOLD_S):
        details = watch.take(now, device_word(lost, is_open=True), lost)
    assert details is not None
    at = moment(dt.datetime.now(dt.UTC))
    ledger.append(EventRecord(at=at, boot="b" * 32, mono_ms=50_000, clock="ntp", what="sound", details=details))
    collector = Collector(place, Broker(url=broker.url), "wuzha/1", first_delay_s=0.1)
    collector.start()
    try:
        drain(Player(broker.url, ledger))
        wait_until(lambda: bool(read_open_alarms().groups), "it is an alarm")
        [group] = read_open_alarms().groups
        assert (group.label, group.named, group.count) == ("没有声音", "广场 LED", 1)
        ledger.append(sounded(9, "heard"))
        drain(Player(broker.url, ledger))
        wait_until(lambda: not Alarm.objects.filter(closed_at=None).exists(), "it is over")
    finally:
        collector.stop()
