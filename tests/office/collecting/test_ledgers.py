"""Whatever the way that batches come, the office has exactly the screens' records, and says what is wrong."""

import datetime as dt
import random

import msgspec
import pytest

from office.collecting.quotas import Good, Quotas, Supply
from signage.errors import Words
from signage.ledger import because, genesis
from signage.messages import LedgerBatch, LedgerMark
from tests.office.collecting.screens import DAWN, Ledger, event, play, receipt, stored, written

NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
SCREEN = "sq-led"
TOO_LARGE = Words(zh="太大", en="too large")


def enroll(*screens: str) -> None:
    from office.models import Screen

    for each in screens or (SCREEN,):
        Screen.objects.create(id=each, enrolled_at=DAWN)


def store(*batches: LedgerBatch, at: dt.datetime = NOW) -> None:
    from office.collecting.ledgers import Ledgers

    Ledgers().store(batches, at)


def marks(screen: str = SCREEN) -> tuple[LedgerMark, ...]:
    from office.collecting.epochs import acknowledgements

    return acknowledgements([screen])[screen].marks


def alarms() -> set[tuple[str, str]]:
    from office.models import Alarm

    return {(each.kind, each.key) for each in Alarm.objects.filter(closed_at=None)}


def mark(ledger: Ledger, upto: int) -> LedgerMark:
    head = ledger.lines[upto - 1].hash if upto else genesis(ledger.screen, ledger.epoch).hash
    return LedgerMark(epoch=ledger.epoch, upto=upto, head=head.hex())


def test_what_was_stored_is_acknowledged_and_counted(either: None) -> None:
    from office.models import Play

    enroll()
    ledger = Ledger(SCREEN).filled(300)
    store(ledger.batch(1, 200), ledger.batch(201, 300))
    assert stored(SCREEN) == written(ledger)
    assert marks() == (mark(ledger, 300),)
    assert Play.objects.count() == 300
    assert not alarms()


def test_the_same_batches_again_change_nothing(either: None) -> None:
    from office.models import Play

    enroll()
    ledger = Ledger(SCREEN).filled(100)
    store(ledger.batch(1, 60))
    store(ledger.batch(1, 60), ledger.batch(40, 80), ledger.batch(40, 80))
    store(ledger.batch(20, 100))
    assert stored(SCREEN) == written(ledger)
    assert marks() == (mark(ledger, 100),)
    assert Play.objects.count() == 100
    assert not alarms()


@pytest.mark.parametrize("seed", range(4))
def test_batches_lost_doubled_and_out_of_order_end_in_the_screens_own_records(either: None, seed: int) -> None:
    rng = random.Random(seed)
    enroll("sq-led", "hotel-led")
    ledgers = [Ledger("sq-led").filled(150), Ledger("sq-led", "f" * 16).filled(40), Ledger("hotel-led").filled(90)]
    batches = []
    for ledger in ledgers:
        for _ in range(25):
            first = rng.randint(1, len(ledger.lines))
            batches.append(ledger.batch(first, min(first + rng.randint(0, 30), len(ledger.lines))))
        batches += [ledger.batch(first, min(first + 9, len(ledger.lines))) for first in range(1, len(ledger.lines), 10)]
    rng.shuffle(batches)
    while batches:
        group = [batches.pop() for _ in range(min(len(batches), rng.randint(1, 20)))]
        store(*group)
    assert stored("sq-led") == written(*ledgers[:2])
    assert stored("hotel-led") == written(ledgers[2])
    assert (
        marks("sq-led") == (mark(ledgers[1], 40), mark(ledgers[0], 150))[:: 1 if marks("sq-led")[0].upto == 40 else -1]
    )
    assert not alarms()


def test_the_acknowledgement_waits_for_a_gap_to_be_filled(database: None) -> None:
    enroll()
    ledger = Ledger(SCREEN).filled(30)
    store(ledger.batch(21, 30))
    assert marks() == (mark(ledger, 0),)
    store(ledger.batch(1, 10))
    assert marks() == (mark(ledger, 10),)
    store(ledger.batch(11, 20))
    assert marks() == (mark(ledger, 30),)


def test_a_gap_that_nothing_fills_becomes_an_alarm_and_is_closed_when_it_is_filled(database: None) -> None:
    enroll()
    ledger = Ledger(SCREEN).filled(40)
    store(ledger.batch(1, 10), ledger.batch(21, 30))
    assert not alarms()
    store(ledger.batch(31, 40), at=NOW + dt.timedelta(minutes=11))
    assert alarms() == {("gap", f"{ledger.epoch}:11")}
    store(ledger.batch(11, 20), at=NOW + dt.timedelta(minutes=12))
    assert not alarms()


def test_records_that_a_player_cut_by_age_are_lost_and_the_rest_is_acknowledged(database: None) -> None:
    enroll()
    ledger = Ledger(SCREEN).filled(60)
    store(ledger.batch(1, 10))
    store(ledger.batch(31, 40, oldest=31))
    assert marks() == (mark(ledger, 40),)
    assert alarms() == {("lost", f"{ledger.epoch}:11")}
    store(ledger.batch(51, 60, oldest=31))
    assert marks() == (mark(ledger, 40),), "41 to 50 may still come"


def test_another_hash_for_a_stored_number_is_a_fork_and_changes_nothing(either: None) -> None:
    from office.models import Alarm

    enroll()
    ledger, other = Ledger(SCREEN).filled(20), Ledger(SCREEN).filled(15)
    other.append(play(99))
    other.filled(4)
    store(ledger.batch(1, 20))
    store(other.batch(11, 20))
    store(other.batch(11, 20))
    assert stored(SCREEN) == written(ledger)
    assert marks() == (mark(ledger, 20),)
    [alarm] = Alarm.objects.all()
    assert (alarm.kind, alarm.key, alarm.times) == ("fork", f"{ledger.epoch}:20", 2)
    assert "分叉" in alarm.get_kind_display()


def test_a_fork_within_what_is_stored_is_found_by_the_records_themselves(database: None) -> None:
    enroll()
    ledger, other = Ledger(SCREEN).filled(20), Ledger(SCREEN).filled(4)
    other.append(play(99))
    other.filled(5)
    store(ledger.batch(1, 20))
    store(other.batch(1, 10))
    assert alarms() == {("fork", f"{ledger.epoch}:10")}


def test_a_fork_of_what_comes_in_the_same_commit_is_found(database: None) -> None:
    enroll()
    ledger, other = Ledger(SCREEN).filled(20), Ledger(SCREEN)
    other.append(play(99))
    other.filled(9)
    store(ledger.batch(1, 20), other.batch(1, 10))
    assert stored(SCREEN) == written(ledger)
    assert alarms() == {("fork", f"{ledger.epoch}:10")}


def test_a_ledger_that_does_not_begin_at_its_screens_beginning_is_refused(database: None) -> None:
    enroll("sq-led", "hotel-led")
    stolen = msgspec.structs.replace(Ledger("hotel-led").filled(5).batch(1, 5), screen=SCREEN)
    store(stolen)
    assert stored(SCREEN) == {stolen.epoch: {}}
    assert alarms() == {("broken", f"{stolen.epoch}:1")}


def test_a_broken_batch_does_not_stop_the_others(database: None) -> None:
    enroll("sq-led", "hotel-led")
    good, bad = Ledger("sq-led").filled(5), Ledger("hotel-led").filled(5)
    store(msgspec.structs.replace(bad.batch(1, 5), after="0" * 64), good.batch(1, 5))
    assert stored("sq-led") == written(good)
    assert stored("hotel-led") == {}
    assert alarms() == {("broken", f"{bad.epoch}:1")}


def test_nothing_is_kept_of_a_screen_that_is_not_enrolled(database: None) -> None:
    from office.models import Screen

    enroll()
    Screen.objects.filter(id=SCREEN).update(revoked_at=NOW)
    store(Ledger(SCREEN).filled(3).batch(1, 3), Ledger("who-led").filled(3).batch(1, 3))
    assert stored(SCREEN) == {}
    assert stored("who-led") == {}
    assert alarms() == {("stranger", "")}


def test_whoever_begins_ledgers_without_end_is_stopped(database: None) -> None:
    from office.collecting.ledgers import Ledgers

    enroll()
    begun = [Ledger(SCREEN, f"{number:016x}").filled(1).batch(1, 1) for number in range(5)]
    Ledgers(most_epochs=3).store(begun, NOW)
    assert len(stored(SCREEN)) == 3
    assert alarms() == {("broken", "epochs")}


def test_an_office_that_was_restored_acknowledges_less_and_takes_the_same_again(database: None) -> None:
    from office.models import LedgerEpoch, LedgerRecord, LedgerRun, Play

    enroll()
    ledger = Ledger(SCREEN).filled(50)
    store(ledger.batch(1, 50))
    for each in (Play, LedgerRecord, LedgerRun, LedgerEpoch):  # the copy is older than the first batch
        each.objects.all().delete()
    assert marks() == ()
    store(ledger.batch(1, 30))
    assert marks() == (mark(ledger, 30),)


def test_a_row_that_is_another_epochs_since_the_database_was_put_back_is_not_written_to(database: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.models import LedgerEpoch

    enroll()
    first, second = Ledger(SCREEN, "a" * 16).filled(20), Ledger(SCREEN, "b" * 16).filled(20)
    ledgers = Ledgers()
    ledgers.store([first.batch(1, 10)], NOW)
    LedgerEpoch.objects.filter(name="a" * 16).delete()
    ledgers.store([second.batch(1, 10)], NOW)
    LedgerEpoch.objects.filter(name="b" * 16).update(name="a" * 16)
    ledgers.store([second.batch(11, 20)], NOW)
    assert set(stored(SCREEN)) == {"a" * 16}
    assert len(stored(SCREEN)["a" * 16]) == 10, "nothing was added to it"
    ledgers.store([second.batch(1, 20)], NOW)
    assert stored(SCREEN)["b" * 16] == written(second)["b" * 16]


def test_receipts_and_events_are_kept_and_what_they_mean_is_said(either: None) -> None:
    from office.models import Alarm, Event, Receipt

    enroll()
    ledger = Ledger(SCREEN)
    for record in (receipt(7, "heard"), receipt(7, "refused", **because(TOO_LARGE)), event("lost", records=12)):
        ledger.append(record)
    store(ledger.batch(1, 3))
    assert [(each.publication, each.step) for each in Receipt.objects.order_by("id")] == [(7, "heard"), (7, "refused")]
    assert [(each.what, each.details) for each in Event.objects.all()] == [("lost", {"records": 12})]
    assert {kind for kind, _ in alarms()} == {"refused", "lost"}
    told = Alarm.objects.get(kind="refused")
    assert (told.zh, told.en) == ("发布 7 被拒绝：太大", "publication 7 is refused: too large")
    ledger.append(receipt(7, "shown"))
    store(ledger.batch(4, 4))
    assert {kind for kind, _ in alarms()} == {"lost"}


def test_a_file_that_was_changed_on_the_screens_machine_is_one_alarm_for_each_file(database: None) -> None:
    from office.models import Alarm

    enroll()
    ledger = Ledger(SCREEN)
    for name in ("a.mp4", "a.mp4", "b.png"):
        ledger.append(event("changed", name=name, sha256=name[0] * 64, why="other bytes"))
    ledger.append(event("changed"))
    store(ledger.batch(1, 4))
    found = Alarm.objects.filter(kind="changed").order_by("id")
    assert {(each.zh.split()[0], each.times) for each in found} == {("a.mp4", 2), ("b.png", 1), ("?", 1)}


def test_a_record_that_cannot_be_counted_is_an_alarm(database: None) -> None:
    enroll()
    ledger = Ledger(SCREEN)
    ledger.append(play(0, at="yesterday"))
    store(ledger.batch(1, 1))
    assert stored(SCREEN) == written(ledger)
    assert alarms() == {("odd", ledger.epoch)}


TITLES, TOLD, EPOCHS = "titles", "told", "epochs"


@pytest.mark.parametrize("good", [TITLES, TOLD, EPOCHS])
def test_what_is_beyond_a_quota_stays_on_the_screen_until_it_fills_again_and_is_an_alarm(
    good: Good, either: None
) -> None:
    from office.collecting.ledgers import Ledgers
    from office.models import Alarm

    enroll("bad-led", SCREEN)
    quotas = Quotas({TITLES: Supply(12, 1), TOLD: Supply(12, 1), EPOCHS: Supply(1, 1)})
    ledgers = Ledgers(quotas=quotas)
    first, honest = Ledger("bad-led", "a" * 16).filled(10), Ledger(SCREEN).filled(3)
    bad = first if good != EPOCHS else Ledger("bad-led", "b" * 16)
    for number in range(10):
        bad.append(receipt(number, "heard") if good == TOLD else play(99, title=f"new {number}", media="", sha256=""))
    ledgers.store([first.batch(1, 10)], NOW)
    if good == TOLD:
        assert quotas.takes("bad-led", TOLD, 5, NOW.timestamp())
    rest = bad.batch(11, 20) if bad is first else bad.batch(1, 10)
    for _ in range(3):  # it is sent again
        ledgers.store([rest, honest.batch(1, 3)], NOW)
    assert len(stored("bad-led")[first.epoch]) == 10
    assert set(stored("bad-led")) == {first.epoch}
    assert stored(SCREEN) == written(honest), "nobody else waits"
    assert Alarm.objects.values_list("screen_id", "kind", "key", "times").get() == ("bad-led", "quota", good, 1)
    ledgers.store([rest], NOW + dt.timedelta(seconds=20))
    assert sum(map(len, stored("bad-led").values())) == 20, "nothing is lost by it"


def test_what_is_shown_for_the_first_time_is_one_question_and_one_commit_a_batch(database: None) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from office.models import Shown

    enroll()
    ledger = Ledger(SCREEN)
    for number in range(200):
        ledger.append(play(number, title=f"new {number}", media="", sha256=""))
    with CaptureQueriesContext(connection) as asked:
        store(ledger.batch(1, 200))
    assert sum(Shown._meta.db_table in each["sql"] and "INSERT" in each["sql"] for each in asked) <= 5
    assert sum(Shown._meta.db_table in each["sql"] for each in asked) < 20
    assert Shown.objects.count() == 200
    from office.counting import Asked, counted

    assert {each.plays for each in counted("item", Asked())} == {1}


def test_alarms_of_one_kind_are_so_many_on_a_screen_and_one_more(database: None) -> None:
    from office.collecting.alarms import AND_MORE, MOST_OF_A_KIND
    from office.models import Alarm

    enroll("bad-led")
    ledger = Ledger("bad-led")
    for number in range(MOST_OF_A_KIND + 50):
        ledger.append(receipt(number, "refused", **because(TOO_LARGE)))
    store(*(ledger.batch(first, min(first + 199, len(ledger.lines))) for first in range(1, len(ledger.lines), 200)))
    assert Alarm.objects.filter(kind="refused").count() == MOST_OF_A_KIND + 1
    assert Alarm.objects.get(key=AND_MORE).times == 50


def test_every_kind_of_notice_is_one_that_alarms_have() -> None:
    from typing import get_args

    from office.collecting.notices import Kind
    from office.models import Alarm

    assert set(get_args(Kind)) == set(Alarm.Kind.values)
