"""The simulated screens keep the contract: what they are measured with is what players do."""

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.ledger import Break, Line, PlayRecord, chained, check, genesis, read
from signage.link import Arrived, Broker, Connected, Link, Will
from signage.messages import (
    LedgerAck,
    LedgerBatch,
    LedgerMark,
    OfficeStatus,
    ScreenStatus,
    decode,
    encode,
)
from signage.topics import MOST_BYTES, ScreenTopic, Topics
from tests.bench.fleet import Fleet
from tests.bench.fleet_chain import Chain
from tests.bench.fleet_screen import Plan, screen_id
from tests.brokers import Mosquitto, wait_until
from tests.proxy import Fault, Proxy

T = Topics()
BEGINS = dt.datetime(2026, 6, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))


class SmallOffice:
    """Keeps ledgers in memory, strictly, and acknowledges what it has without a gap."""

    def __init__(self, url: str) -> None:
        self.texts: dict[tuple[str, str], dict[int, str]] = {}
        self.statuses: dict[str, ScreenStatus] = {}
        self.batches = 0
        self.acking = True
        self._marks: dict[tuple[str, str], tuple[int, bytes]] = {}
        gone = encode(OfficeStatus(online=False))
        self.link = Link(
            Broker(url=url), "office", filters=("$share/collect/" + T.every_screen("ledger"), T.every_screen("status")),
            manual_ack=True, will=lambda: Will(T.office("status"), gone), first_delay_s=0.05, longest_delay_s=0.5,
        )  # fmt: skip
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "SmallOffice":
        self.link.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(20)
        self.link.stop()

    def say(self, online: bool) -> None:
        self._publish(T.office("status"), encode(OfficeStatus(online=online)))

    def ack(self, screen: str, epoch: str, upto: int, head: bytes) -> None:
        marks = (LedgerMark(epoch=epoch, upto=upto, head=head.hex()),)
        self._publish(T.screen(screen, "ledger/ack"), encode(LedgerAck(marks=marks)))

    def forget(self, key: tuple[str, str]) -> None:
        """Is as if it was restored from a copy that knew nothing."""
        self.texts[key], self._marks[key] = {}, (0, genesis(*key).hash)
        self.ack(*key, *self._marks[key])

    def _publish(self, topic: str, payload: bytes) -> None:
        wait_until(
            lambda: (
                self._over.is_set() or not self.link.connected or bool(self.link.publish(topic, payload, retain=True))
            ),
            "room to publish",
        )

    def _run(self) -> None:
        while not self._over.is_set():
            for event in self.link.take(0.05):
                if isinstance(event, Connected):
                    self.say(True)
                elif isinstance(event, Arrived):
                    self._take(event)

    def _take(self, event: Arrived) -> None:
        topic = T.read(event.topic)
        assert isinstance(topic, ScreenTopic)
        if topic.leaf == "status":
            self.statuses[topic.screen] = decode(event.payload, ScreenStatus, 1024)
        elif topic.leaf == "ledger":
            self._store(decode(event.payload, LedgerBatch, MOST_BYTES["ledger"]))
        self.link.acknowledge(event)

    def _store(self, batch: LedgerBatch) -> None:
        self.batches += 1
        key = (batch.screen, batch.epoch)
        before = bytes.fromhex(batch.before)
        known = self.texts.setdefault(key, {})
        for seq, text in enumerate(batch.records, batch.first):
            before = chained(before, text.encode())
            assert known.setdefault(seq, text) == text
        assert before.hex() == batch.after
        upto, head = self._marks.get(key, (0, genesis(*key).hash))
        while upto + 1 in known:
            upto += 1
            head = chained(head, known[upto].encode())
        self._marks[key] = (upto, head)
        if self.acking:
            self.ack(*key, upto, head)


@pytest.fixture
def broker(tmp_path: Path, needs: Callable[..., None]) -> Iterator[Mosquitto]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "mosquitto") as running:
        yield running


@contextmanager
def running(plan: Plan) -> Iterator[Fleet]:
    """A fleet on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def made() -> Fleet:
        fleet = Fleet(plan)
        fleet.start()
        return fleet

    fleet = asyncio.run_coroutine_threadsafe(made(), loop).result(20)
    try:
        yield fleet
    finally:
        asyncio.run_coroutine_threadsafe(fleet.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def plan(url: str, screens: int, **how: object) -> Plan:
    return Plan(url, screens, **{"first_delay_s": 0.1, "longest_delay_s": 0.5, "live": False, **how})  # type: ignore[arg-type]


@given(st.integers(0, 700), st.integers(1, 700))
def test_a_chain_told_again_is_the_same(last: int, first: int) -> None:
    chain = Chain("sim-1", "0" * 16, BEGINS)
    for upto in range(0, last + 1, 97):
        chain.grow(upto)
    chain.grow(last)
    if first > last:
        return
    upto, payload = chain.batch(first)
    batch = decode(payload, LedgerBatch, MOST_BYTES["ledger"])
    assert len(batch.records) == upto - first + 1
    lines, before = [], bytes.fromhex(batch.before)
    for seq, text in enumerate(batch.records, first):
        before = chained(before, text.encode())
        lines.append(Line(seq, text.encode(), before))
    whole = list(chain_lines(chain, first - 1)) + lines
    assert not [each for each in check(whole, genesis("sim-1", "0" * 16)) if isinstance(each, Break)]
    assert before.hex() == batch.after
    assert upto < last or before == chain.head


def chain_lines(chain: Chain, last: int) -> Iterator[Line]:
    before = genesis(chain.screen, chain.epoch).hash
    for seq in range(1, last + 1):
        before = chained(before, chain.text(seq))
        yield Line(seq, chain.text(seq), before)


def test_a_batch_is_as_large_as_the_contract_lets_it_be() -> None:
    chain = Chain("sim-1", "0" * 16, BEGINS)
    chain.grow(1000)
    last, payload = chain.batch(1)
    assert MOST_BYTES["ledger"] * 0.9 < len(payload) <= MOST_BYTES["ledger"] or last == 200
    record = read(chain.text(1))
    assert isinstance(record, PlayRecord)
    assert record.at == "2026-06-06T07:00:00.000+08:00"


@pytest.mark.slow
def test_after_a_restart_of_the_broker_all_are_online_again(broker: Mosquitto) -> None:
    with SmallOffice(broker.url) as office, running(plan(broker.url, 40)) as fleet:

        def all_online() -> bool:
            return fleet.online() == 40 == sum(each.state == "online" for each in office.statuses.values())

        wait_until(all_online, "all online")
        before = {screen: status.conn for screen, status in office.statuses.items()}
        broker.kill()
        office.statuses.clear()
        broker.start()
        wait_until(all_online, "all online again")
        assert all(office.statuses[screen].conn > conn for screen, conn in before.items())


@pytest.mark.slow
def test_who_is_switched_off_says_farewell(broker: Mosquitto) -> None:
    with SmallOffice(broker.url) as office:
        with running(plan(broker.url, 5)) as fleet:
            wait_until(lambda: fleet.online() == 5, "online")
        wait_until(lambda: [each.state for each in office.statuses.values()] == ["offline"] * 5, "offline")


@pytest.mark.slow
def test_a_backlog_is_drained_exactly_once_over_a_bad_wire(broker: Mosquitto) -> None:
    fault = Fault(double=0.05, hold=0.05, lose_pubacks=0.01, cut=0.005)
    with (
        SmallOffice(broker.url) as office,
        Proxy(broker.port, fault=fault) as wire,
        running(plan(wire.url, 8, days=0.3)) as fleet,
    ):
        wait_until(lambda: fleet.behind() == 0, "drained", 50)
        for screen in fleet.screens:
            assert sorted(office.texts[screen.id, screen.chain.epoch]) == list(range(1, screen.chain.last + 1))
    assert wire.counts["cut"] + wire.counts["lose_pubacks"] > 0


@pytest.mark.slow
def test_while_the_office_is_away_nothing_is_sent(broker: Mosquitto) -> None:
    with SmallOffice(broker.url) as office:
        wait_until(lambda: office.link.connected, "connected")
        office.say(False)
        with running(plan(broker.url, 3, days=0.1)) as fleet:
            wait_until(lambda: len(office.statuses) == 3, "online")
            assert not office.texts
            assert fleet.counts["batches"] == 0
            office.say(True)
            wait_until(lambda: fleet.behind() == 0, "drained")


@pytest.mark.slow
def test_no_more_than_four_batches_wait_and_the_newest_still_come(broker: Mosquitto) -> None:
    with SmallOffice(broker.url) as office:
        office.acking = False
        with running(plan(broker.url, 2, days=0.3, period_s=2.0, live=True)) as fleet:
            for screen in fleet.screens:
                begun_with = screen.chain.last
                key = (screen.id, screen.chain.epoch)
                wait_until(
                    lambda key=key, begun_with=begun_with: max(office.texts.get(key, {0: ""})) > begun_with,
                    "the newest",
                    40,
                )
                texts = office.texts[key]
                wait_until(lambda texts=texts, last=4 * screen.chain.step: last in texts, "four batches", 40)
                assert 4 * screen.chain.step + 1 not in texts


@pytest.mark.slow
def test_when_the_ack_goes_down_it_is_sent_again(broker: Mosquitto) -> None:
    with SmallOffice(broker.url) as office, running(plan(broker.url, 1, days=0.1)) as fleet:
        [screen] = fleet.screens
        key = (screen_id(0), screen.chain.epoch)
        wait_until(lambda: fleet.behind() == 0, "drained")
        office.forget(key)
        wait_until(lambda: len(office.texts[key]) == screen.chain.last, "all there again")
