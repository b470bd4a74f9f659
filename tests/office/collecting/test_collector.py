"""What screens send over a real broker is stored and then acknowledged, whatever happens to broker and database."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from office.place import Place
from signage.link import Broker
from signage.messages import Birth, LedgerAck, OfficeStatus, Reply, ScreenState, ScreenStatus, decode, encode
from tests.brokers import Embedded, Mosquitto, wait_until
from tests.office.collecting.players import Listener, Player
from tests.office.collecting.screens import DAWN, Ledger, stored, written

pytestmark = pytest.mark.slow

SCREEN = "sq-led"
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"


@pytest.fixture
def broker(needs: Callable[..., None], tmp_path: Path) -> Iterator[Mosquitto]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker") as made:
        yield made


@contextmanager
def collecting(place: Place, url: str, **parts: Any) -> Iterator[None]:
    from office.collecting.collector import Collector

    collector = Collector(place, Broker(url=url), "wuzha/1", first_delay_s=0.1, **parts)
    collector.start()
    try:
        yield
    finally:
        collector.stop()


@contextmanager
def listening(url: str) -> Iterator[Listener]:
    listener = Listener(url)
    try:
        yield listener
    finally:
        listener.stop()


def enroll(*screens: str) -> None:
    from office.models import Screen

    for each in screens or (SCREEN,):
        Screen.objects.create(id=each, enrolled_at=DAWN)


def drain(*players: Player, within_s: float = 40.0) -> None:
    """Lets players send until the office has everything."""

    def turned() -> bool:
        for each in players:
            each.turn()
        return all(each.is_done for each in players)

    try:
        wait_until(turned, "everything is acknowledged", within_s)
    finally:
        for each in players:
            each.stop()


def is_online(listener: Listener) -> bool:
    payload = listener.last("office/status")
    return bool(payload) and decode(payload, OfficeStatus, 1024).online


def screen() -> Any:
    from office.models import Screen

    return Screen.objects.get(id=SCREEN)


@pytest.mark.slow
def test_ledgers_of_several_screens_are_stored_and_acknowledged(
    either: None, tmp_path: Path, broker: Mosquitto
) -> None:
    ledgers = [Ledger(f"led-{number}").filled(130 + number) for number in range(4)]
    enroll(*(each.screen for each in ledgers))
    with collecting(Place(tmp_path / "home"), broker.url):
        drain(*(Player(broker.url, each) for each in ledgers))
    assert [stored(each.screen) for each in ledgers] == [written(each) for each in ledgers]


@pytest.mark.slow
def test_the_embedded_broker_which_knows_no_shared_subscriptions_does_as_well(place: Place) -> None:
    ledger = Ledger(SCREEN).filled(100)
    enroll()
    with Embedded() as broker, collecting(place, broker.url), collecting(place, broker.url):
        drain(Player(broker.url, ledger))
    assert stored(SCREEN) == written(ledger)


def test_a_collector_says_that_it_hears_and_that_it_has_ended_and_looks_after_alarms(
    place: Place, broker: Mosquitto
) -> None:
    from office.collecting.heartbeat import read_hearing
    from office.models import Alarm, ScreenPlace

    enroll()
    now = dt.datetime.now(dt.UTC)
    Alarm.objects.create(screen_id=SCREEN, kind="refused", key="3", zh="x", en="x", first_at=now, last_at=now)
    with collecting(place, broker.url):
        wait_until(lambda: read_hearing(dt.datetime.now(dt.UTC)).since is not None, "it hears")
        wait_until(lambda: not Alarm.objects.filter(closed_at=None).exists(), "nothing was published: that is over")
        wait_until(lambda: ScreenPlace.objects.count() == 1, "where the screen stands is written down")
    found = read_hearing(dt.datetime.now(dt.UTC))
    assert not found.hears
    assert found.why is not None


def test_what_a_screen_says_of_itself_is_kept(place: Place, broker: Mosquitto) -> None:
    from office.models import Command

    enroll()
    number = "a" * 32
    at = dt.datetime(2026, 6, 6, tzinfo=dt.UTC)
    Command.objects.create(id=number, screen_id=SCREEN, number=1, op="shot", issued_at=at, not_after=at)
    with collecting(place, broker.url), listening(broker.url) as other:
        wait_until(lambda: is_online(other), "the office is there")
        birth = Birth(screen=SCREEN, conn=7, boot="b1", at="2026-06-06T07:00:00+08:00", clock="ntp")
        for leaf, payload in (
            ("birth", encode(birth)),
            ("state", encode(ScreenState(conn=7, at=birth.at, clock="ntp", publications=(3,)))),
            ("status", encode(ScreenStatus(state="online", conn=7))),
            ("reply", encode(Reply(id=number, ok=True, data={"volume": 30}))),
            ("shot", JPEG),
        ):
            wait_until(lambda: other.say(f"screen/{SCREEN}/{leaf}", payload, retain=True), "it is said")  # noqa: B023
        wait_until(lambda: screen().shot_at is not None, "all of it is kept")
    found = screen()
    assert (found.status, found.conn, found.birth["boot"], found.state["publications"]) == ("online", 7, "b1", [3])
    reply = Command.objects.get(id=number)
    assert (reply.ok, reply.data) == (True, {"volume": 30})
    assert (place.shots / f"{SCREEN}.jpg").read_bytes() == JPEG


def test_a_message_that_is_refused_is_an_alarm_and_holds_up_nothing(place: Place, broker: Mosquitto) -> None:
    from office.models import Alarm

    enroll()
    ledger = Ledger(SCREEN).filled(10)
    with collecting(place, broker.url), listening(broker.url) as other:
        wait_until(lambda: is_online(other), "the office is there")
        for leaf, payload in (("ledger", b"{"), ("state", b"[" * 40_000), ("shot", b"GIF89a"), ("birth", b'"\\u0000"')):
            wait_until(lambda: other.say(f"screen/{SCREEN}/{leaf}", payload), "it is said")  # noqa: B023
        stolen = encode(Ledger("other-led").filled(3).batch(1, 3))
        wait_until(lambda: other.say(f"screen/{SCREEN}/ledger", stolen), "it is said")
        drain(Player(broker.url, ledger))
        wait_until(lambda: Alarm.objects.count() == 4, "each is an alarm")
    assert {(each.kind, each.key) for each in Alarm.objects.all()} == {
        ("malformed", leaf) for leaf in ("ledger", "state", "shot", "birth")
    }
    assert stored("other-led") == {}


def test_head_status_and_acknowledgements_are_said_again_to_a_broker_that_lost_its_disk(
    place: Place, broker: Mosquitto
) -> None:
    enroll()
    ledger = Ledger(SCREEN).filled(300)
    (place.metadata / "timestamp.json").write_bytes(b"the head")
    with collecting(place, broker.url):
        drain(Player(broker.url, ledger, most=2))  # more than are under way at once: each is acknowledged to the broker
        broker.kill()
        broker.start()  # it keeps nothing
        with listening(broker.url) as late:
            wait_until(lambda: is_online(late), "the office says that it is there")
            wait_until(lambda: late.last("office/head") == b"the head", "the head is said")
            wait_until(lambda: bool(late.last(f"screen/{SCREEN}/ledger/ack")), "what is stored is said")
            [mark] = decode(late.last(f"screen/{SCREEN}/ledger/ack"), LedgerAck, 8192).marks
            assert (mark.upto, mark.head) == (300, ledger.head.hash.hex())
            (place.metadata / "timestamp.json").write_bytes(b"another head")
            wait_until(lambda: late.last("office/head") == b"another head", "a new head is said, whoever wrote it")


def test_an_office_that_ends_says_so_and_one_of_two_says_that_somebody_is_left(place: Place, broker: Mosquitto) -> None:
    enroll()
    with listening(broker.url) as other:
        with collecting(place, broker.url):
            wait_until(lambda: is_online(other), "one is there")
            with collecting(place, broker.url):
                wait_until(lambda: other.heard["office/status"].__len__() > 1 or not is_online(other), "both are there")
            said = len(other.heard["office/status"])
            wait_until(lambda: is_online(other) and len(other.heard["office/status"]) > said, "the other one is left")
        wait_until(lambda: not is_online(other), "nobody is left")


def test_while_the_database_fails_the_office_is_offline_and_nothing_is_acknowledged(
    place: Place, broker: Mosquitto
) -> None:
    from django.db import OperationalError

    from office.collecting.ledgers import Ledgers

    enroll()
    fails = True

    class Failing(Ledgers):
        def store(self, batches: Any, at: Any) -> None:
            if fails:
                raise OperationalError("disk full")
            super().store(batches, at)

    ledger = Ledger(SCREEN).filled(50)
    player = Player(broker.url, ledger)
    with collecting(place, broker.url, ledgers=Failing), listening(broker.url) as other:

        def went_offline() -> bool:
            player.turn()
            return bool(other.last("office/status")) and not is_online(other)

        wait_until(went_offline, "it hangs up")
        assert player.mark.upto == 0
        fails = False
        drain(player)
    assert stored(SCREEN) == written(ledger)


def test_one_batch_that_the_database_refuses_spoils_no_others(place: Place, broker: Mosquitto) -> None:
    from office.collecting.ledgers import Ledgers
    from office.models import Alarm

    enroll(SCREEN, "bad-led")

    class Refusing(Ledgers):
        def store(self, batches: Any, at: Any) -> None:
            if any(batch.screen == "bad-led" for batch in batches):
                raise ValueError("cannot be")
            super().store(batches, at)

    ledger = Ledger(SCREEN).filled(60)
    bad = Player(broker.url, Ledger("bad-led").filled(10))
    with collecting(place, broker.url, ledgers=Refusing):
        wait_until(lambda: bool(bad.turn() or bad.sent), "the bad one is sent")
        drain(Player(broker.url, ledger))
        wait_until(lambda: Alarm.objects.filter(screen_id="bad-led", kind="broken").exists(), "it is an alarm")
    bad.stop()
    assert stored(SCREEN) == written(ledger)


def test_no_screen_waits_for_all_of_anothers_batches() -> None:
    from office.collecting.collector import AT_ONCE, rounds

    flood = [Ledger("bad-led").filled(1).batch(1, 1)] * (3 * AT_ONCE + 1)
    mine = [Ledger(SCREEN).filled(1).batch(1, 1)] * 5
    found = rounds([*flood, *mine])
    assert [len(some) for some in found] == [AT_ONCE + 5, AT_ONCE, AT_ONCE, 1]
    assert sum(batch.screen == SCREEN for batch in found[0]) == 5
    assert rounds([]) == []


@pytest.mark.parametrize("good", ["messages", "bytes", "records", "state"])
def test_a_screen_that_floods_is_slowed_down_and_the_others_are_not(good: str, place: Place, broker: Mosquitto) -> None:
    from office.collecting.quotas import Quotas, Supply
    from office.models import Alarm, LedgerRecord, Screen

    enroll(SCREEN, "bad-led")
    mine, bad = Ledger(SCREEN).filled(8), Ledger("bad-led").filled(400)
    amount = {"messages": 5, "bytes": 20_000, "records": 50, "state": 3}[good]
    with collecting(place, broker.url, quotas=Quotas({good: Supply(amount, 0)})), listening(broker.url) as listener:
        wait_until(lambda: is_online(listener), "the office is there")
        for first in range(1, 400, 10):
            said = encode(bad.batch(first, first + 9))
            wait_until(lambda said=said: listener.say("screen/bad-led/ledger", said), "it is sent")  # type: ignore[misc]
            state = encode(ScreenState(conn=first, at="", clock="ntp"))
            wait_until(lambda state=state: listener.say("screen/bad-led/state", state), "it is sent")  # type: ignore[misc]
        drain(Player(broker.url, mine))
        wait_until(lambda: Alarm.objects.filter(kind="quota").exists(), "it is told")
    assert stored(SCREEN) == written(mine)
    assert Alarm.objects.values_list("screen_id", "key", "times").get(kind="quota") == ("bad-led", good, 1)
    if good == "state":
        assert Screen.objects.get(id="bad-led").conn < 391
    else:
        assert LedgerRecord.objects.count() < 8 + 100
