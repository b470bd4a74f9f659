"""Every record reaches the office once, however much is lost on the way; the newest do not wait for the oldest."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from player.uplink.beside import Beside
from player.uplink.ledger_db import open_ledger
from player.uplink.parcel import Span
from player.uplink.records import Happened
from player.uplink.upload import ACK_WAIT_S, LIVE_BEHIND, MOST_FLYING, STALL_S, Upload
from player.uplink.writer import Writer
from signage.messages import MOST_RECORDS, LedgerAck, LedgerMark, encode
from signage.topics import MOST_BYTES
from tests.player.uplink.test_writer import SCREEN, at, play
from tests.player.uplink.tiny_office import TinyOffice


class Wire:
    """A player's ledger and upload, an office, and what goes between them by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = Writer(path, SCREEN, "boot-1")
        self.writer.open(at())
        self.beside = Beside(path, SCREEN)
        self.office = TinyOffice(SCREEN)
        self.forks: list[tuple[str, bool]] = []
        self.upload = self.made()
        self.now = 1000.0
        self.tokens = 0
        self.plays = 0

    def made(self) -> Upload:
        return Upload(
            SCREEN, self.beside, forked=lambda epoch, newest: self.forks.append((epoch, newest)), roll=lambda: 0.5
        )

    def write(self, count: int) -> None:
        self.writer.write([play(self.plays + n) for n in range(1, count + 1)])
        self.plays += count

    def connect(self, ack: LedgerAck | None = None) -> None:
        self.upload.connected(self.now)
        self.upload.office(True, self.now)
        if ack is not None:
            self.upload.acknowledged(ack)

    def parcels(self, most: int = 1000) -> list:  # type: ignore[type-arg]
        """Gives all that the upload wants to send now, sent and taken by the broker."""
        found = []
        for _ in range(most):
            parcel = self.upload.next(self.beside.epochs(self.now), self.now)
            if parcel is None:
                break
            self.tokens += 1
            self.upload.sent(parcel, self.tokens, self.now)
            self.upload.settled(self.tokens, "", self.now)
            found.append(parcel)
        return found

    def deliver(self) -> int:
        """Sends and acknowledges until nothing is left; gives how many batches it took."""
        count = 0
        while parcels := self.parcels(50):
            for parcel in parcels:
                self.office.take(parcel.batch)
            self.upload.acknowledged(self.office.ack())
            count += len(parcels)
        return count

    def here(self) -> int:
        return sum(e.head.seq for e in self.beside.epochs(self.now))

    def close(self) -> None:
        self.beside.close()
        self.writer.close()


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    one = Wire(tmp_path / "ledger.db")
    yield one
    one.close()


def test_everything_goes_once_and_nothing_afterwards(wire: Wire) -> None:
    wire.write(700)
    wire.connect(LedgerAck())
    wire.deliver()
    assert wire.office.count() == wire.here() == 701
    assert sum(len(b.records) for b in wire.office.batches) == 701
    assert wire.parcels() == []
    wire.write(1)
    [parcel] = wire.parcels()
    assert len(parcel.batch.records) == 1, "a new play goes at once"


def test_no_batch_is_larger_than_its_topic_takes(wire: Wire) -> None:
    long = Happened("refused", {"why": '很长"\\\n' * 800}, at())
    wire.writer.write([long] * 30)
    wire.write(300)
    wire.connect(LedgerAck())
    wire.deliver()
    assert wire.office.count() == wire.here()
    assert max(len(encode(b)) for b in wire.office.batches) <= MOST_BYTES["ledger"]
    assert max(len(b.records) for b in wire.office.batches) <= MOST_RECORDS


def test_a_record_of_a_hundred_kilobytes_is_cut_when_it_is_written_and_holds_up_nothing(wire: Wire) -> None:
    wire.write(3)
    wire.writer.write([Happened("refused", {"name": "a.mp4", "why": "x" * 100_000}, at())])
    wire.write(3)
    wire.connect(LedgerAck())
    wire.deliver()
    assert wire.office.count() == wire.here()
    assert max(len(encode(b)) for b in wire.office.batches) <= MOST_BYTES["ledger"]


def write_too_large(wire: Wire, count: int = 1) -> tuple[int, int]:
    """Writes records as players wrote before they cut; returns the numbers of the first and the last of them."""
    first = wire.here() + 1
    with pytest.MonkeyPatch.context() as before:
        before.setattr("player.uplink.writer.fitting", lambda record: record)
        wire.writer.write([Happened("refused", {"why": "x" * 100_000}, at())] * count)
    return first, wire.here()


@pytest.mark.parametrize("count", [1, 3])
def test_records_that_no_batch_can_carry_are_told_as_lost_and_those_behind_them_go(wire: Wire, count: int) -> None:
    wire.write(3)
    first, last = write_too_large(wire, count)
    wire.write(3)
    wire.connect(LedgerAck())
    wire.deliver()
    assert wire.office.count() == wire.here() - count
    assert [batch.oldest for batch in wire.office.batches] == [1, last + 1], "what is lost is said once, by its place"
    assert wire.office.ack().marks[0].upto == wire.here()
    assert wire.parcels() == []
    wire.now += 10_000.0
    assert wire.parcels() == [], "what the office misses is not sent again and again"
    assert wire.upload.ask_again(Span(wire.beside.epochs(wire.now)[-1].name, first, last))
    assert wire.parcels() == []
    wire.upload.connected(wire.now)
    wire.upload.acknowledged(wire.office.ack())
    wire.deliver()
    assert wire.parcels() == [], "also over a new connection"


def test_nothing_that_can_be_sent_is_ever_told_as_lost(wire: Wire) -> None:
    wire.write(3)
    _, last = write_too_large(wire)
    wire.write(3)
    wire.connect(LedgerAck())
    [before] = wire.parcels()
    assert before.batch.oldest == 1, "what is lost is told when all before it is there"
    wire.now += 1.5 * STALL_S  # it came to nothing
    [again] = wire.parcels()
    assert again.batch == before.batch
    wire.office.take(again.batch)
    wire.upload.acknowledged(wire.office.ack())
    [behind] = wire.parcels()
    assert behind.batch.oldest == last + 1
    wire.now += 3 * STALL_S  # nor did this
    wire.deliver()
    assert wire.office.ack().marks[0].upto == wire.here()
    assert wire.office.count() == wire.here() - 1


@pytest.mark.parametrize("behind", [10, MOST_RECORDS // 2, LIVE_BEHIND + 500])
def test_a_record_too_large_in_a_long_backlog_holds_up_neither_it_nor_the_newest(wire: Wire, behind: int) -> None:
    wire.write(LIVE_BEHIND + 500)
    write_too_large(wire)
    wire.write(behind)
    wire.connect(LedgerAck())
    for _ in range(6):
        wire.deliver()
        wire.now += 10 * STALL_S
    assert wire.office.ack().marks[0].upto == wire.here()
    assert wire.office.count() == wire.here() - 1


def test_at_most_four_batches_wait_for_the_office(wire: Wire) -> None:
    wire.write(LIVE_BEHIND - 10)
    wire.connect(LedgerAck())
    first = wire.parcels()
    assert len(first) == MOST_FLYING
    wire.office.take(first[0].batch)
    wire.upload.acknowledged(wire.office.ack())
    assert len(wire.parcels()) == 1, "one was acknowledged, one follows"


def test_nothing_goes_while_the_office_is_away(wire: Wire) -> None:
    wire.write(10)
    wire.upload.connected(wire.now)
    wire.now += 60
    assert wire.parcels() == [], "nobody said that the office is there"
    wire.upload.office(True, wire.now)
    wire.now += ACK_WAIT_S
    [parcel] = wire.parcels()
    assert parcel.batch.first == 1
    wire.upload.office(False, wire.now)
    wire.write(10)
    assert wire.parcels() == []
    wire.upload.office(True, wire.now)
    assert [p.batch.first for p in wire.parcels()] == [1], "what nobody acknowledged goes again, the new with it"


def test_the_kept_acknowledgement_is_waited_for_and_gone_on_from(wire: Wire) -> None:
    wire.write(300)
    wire.connect(LedgerAck())
    wire.deliver()
    wire.upload = wire.made()
    wire.connect()
    wire.write(5)
    assert wire.parcels() == [], "it may still come"
    wire.upload.acknowledged(wire.office.ack())
    [parcel] = wire.parcels()
    assert (parcel.batch.first, len(parcel.batch.records)) == (302, 5)


def test_without_an_acknowledgement_everything_goes_from_the_beginning(wire: Wire) -> None:
    wire.write(300)
    wire.connect()
    assert wire.parcels() == []
    assert wire.upload.due(wire.now) == wire.now + ACK_WAIT_S
    wire.now += ACK_WAIT_S
    assert wire.parcels()[0].batch.first == 1


def test_an_office_restored_from_a_copy_gets_everything_again(wire: Wire) -> None:
    wire.write(500)
    wire.connect(LedgerAck())
    wire.deliver()
    old = TinyOffice(SCREEN)
    for batch in wire.office.batches[:2]:
        old.take(batch)
    wire.office = old
    wire.upload.acknowledged(old.ack())
    wire.deliver()
    assert wire.office.count() == wire.here()
    wire.office = TinyOffice(SCREEN)
    wire.upload.acknowledged(LedgerAck())
    wire.deliver()
    assert wire.office.count() == wire.here(), "also one that lost everything"


def test_what_is_not_acknowledged_in_time_goes_again_ever_more_seldom(wire: Wire) -> None:
    wire.write(10)
    wire.connect(LedgerAck())
    assert len(wire.parcels()) == 1
    pauses = []
    for _ in range(3):
        due = wire.upload.due(wire.now)
        assert due is not None
        pauses.append(due - wire.now)
        wire.now = due
        assert [p.batch.first for p in wire.parcels()] == [1]
    assert pauses == [STALL_S, 2 * STALL_S, 4 * STALL_S]
    wire.upload.acknowledged(LedgerAck())
    assert wire.parcels() == [], "an acknowledgement that says nothing new changes nothing"


def test_a_batch_that_the_broker_refuses_is_not_sent_at_speed(wire: Wire) -> None:
    wire.write(10)
    wire.connect(LedgerAck())
    tries, until = 0, wire.now + 600
    while wire.now < until:
        parcel = wire.upload.next(wire.beside.epochs(wire.now), wire.now)
        if parcel is None:
            due = wire.upload.due(wire.now)
            assert due is not None
            wire.now = due
            continue
        tries += 1
        wire.upload.sent(parcel, tries, wire.now)
        wire.upload.settled(tries, "not authorised", wire.now)
    assert 3 <= tries <= 10
    assert wire.deliver() == 1
    assert wire.office.count() == 11


def test_what_was_under_way_when_a_connection_ended_goes_at_once_on_the_next(wire: Wire) -> None:
    wire.write(10)
    wire.connect(LedgerAck())
    parcel = wire.upload.next(wire.beside.epochs(wire.now), wire.now)
    assert parcel is not None
    wire.upload.sent(parcel, 1, wire.now)
    wire.upload.settled(1, "the connection was lost", wire.now)
    wire.upload.disconnected()
    wire.connect(LedgerAck())
    assert wire.deliver() == 1
    assert wire.office.count() == 11


def test_the_newest_records_pass_a_long_backlog(wire: Wire) -> None:
    wire.write(20_000)
    wire.connect(LedgerAck())
    ages = []
    for _ in range(400):
        wire.write(1)
        parcels = wire.parcels(20)
        for parcel in parcels:
            wire.office.take(parcel.batch)
        newest = wire.here()
        [epoch] = wire.office.texts
        ages.append(newest - max(wire.office.texts[epoch]))
        wire.upload.acknowledged(wire.office.ack())
        if not parcels:
            break
    assert max(ages) == 0, "every new record was there in the turn in which it was written"
    wire.deliver()
    assert wire.office.count() == wire.here()
    assert sum(len(b.records) for b in wire.office.batches) == wire.here(), "and none went twice"


def test_newest_records_that_were_lost_go_again_when_the_backlog_is_through(wire: Wire) -> None:
    wire.write(3000)
    wire.connect(LedgerAck())
    for parcel in wire.parcels(1):
        assert parcel.why == "live"
    while parcels := wire.parcels(20):
        for parcel in parcels:
            wire.office.take(parcel.batch)
        wire.upload.acknowledged(wire.office.ack())
    assert wire.office.count() < wire.here()
    due = wire.upload.due(wire.now)
    assert due is not None
    wire.now = due
    wire.deliver()
    assert wire.office.count() == wire.here()


def test_records_of_earlier_epochs_go_too(wire: Wire) -> None:
    wire.write(300)
    wire.writer.renew("test", at())
    wire.write(300)
    wire.connect(LedgerAck())
    wire.deliver()
    assert [len(texts) for texts in wire.office.texts.values()] == [301, 301]


def test_what_was_cut_by_age_is_said_and_not_waited_for(wire: Wire) -> None:
    wire.write(500)
    epoch = wire.beside.epochs(wire.now)[0]
    db = open_ledger(wire.path)
    with db.writing():
        db.drop_segment(db.epochs()[0], 100, whole=False)
    db.close()
    wire.connect(LedgerAck())
    wire.deliver()
    assert wire.office.batches[0].first == wire.office.batches[0].oldest == 101
    assert wire.office.ack().marks[0].upto == epoch.head.seq


def test_records_asked_for_again_go_again(wire: Wire) -> None:
    wire.write(500)
    wire.connect(LedgerAck())
    wire.deliver()
    [epoch] = wire.office.texts
    assert wire.upload.ask_again(Span(epoch, 11, 400))
    assert wire.upload.ask_again(Span("0" * 16, 1, 5)), "an epoch that is not here is passed over"
    again = [(p.batch.first, p.span.last) for p in wire.parcels()]
    assert again[0][0] == 11
    assert again[-1][1] == 400
    assert all(nxt[0] == prev[1] + 1 for prev, nxt in itertools.pairwise(again))


@pytest.mark.parametrize("ahead", [True, False])
def test_another_history_at_the_office_is_shown_once_and_left_alone(wire: Wire, ahead: bool) -> None:
    wire.write(300)
    wire.connect()
    epoch = wire.beside.epochs(wire.now)[0]
    mark = LedgerMark(epoch=epoch.name, upto=400 if ahead else 200, head="ab" * 32)
    wire.upload.acknowledged(LedgerAck(marks=(mark,)))
    shown = wire.parcels()
    assert [p.why for p in shown] == ["asked"] * len(shown)
    assert shown[-1].span.last == min(mark.upto, 301)
    assert wire.forks == [(epoch.name, True)]
    wire.writer.renew("the office knows another history", at())
    wire.write(10)
    assert [p.batch.epoch != epoch.name for p in wire.parcels()] == [True], "the new epoch goes on"
    wire.upload.acknowledged(LedgerAck(marks=(mark,)))
    assert wire.forks == [(epoch.name, True)], "told once"


@pytest.mark.parametrize("taken", [0, 1])
def test_another_history_is_shown_until_the_broker_took_all_of_it(wire: Wire, taken: int) -> None:
    wire.write(300)
    epoch = wire.beside.epochs(wire.now)[0]
    ack = LedgerAck(marks=(LedgerMark(epoch=epoch.name, upto=200, head="ab" * 32),))
    for _ in range(3):  # the other machine throws this one off before everything is taken
        wire.connect(ack)
        assert len(wire.parcels(taken)) == taken
        parcel = wire.upload.next(wire.beside.epochs(wire.now), wire.now)
        assert parcel is not None
        assert parcel.why == "asked"
        wire.upload.sent(parcel, 77, wire.now)
        wire.upload.disconnected()
        wire.upload.settled(77, "the connection was lost", wire.now)
        wire.now += 600
    wire.connect(ack)
    assert [p.span.last for p in wire.parcels()][-1] == 200
    wire.connect(ack)
    assert wire.parcels() == []
    assert wire.forks == [(epoch.name, True)]


@pytest.mark.parametrize("forged", ["ahead", "another hash", "all of it", "many strangers"])
def test_a_forged_acknowledgement_is_taken_back_by_a_true_one_and_everything_goes(wire: Wire, forged: str) -> None:
    wire.write(300)
    wire.connect()
    epoch = wire.beside.epochs(wire.now)[0]
    marks = {
        "ahead": (LedgerMark(epoch=epoch.name, upto=2**53, head="ab" * 32),),
        "another hash": (LedgerMark(epoch=epoch.name, upto=200, head="ab" * 32),),
        "all of it": (LedgerMark(epoch=epoch.name, upto=301, head=epoch.head.hash.hex()),),
        "many strangers": tuple(LedgerMark(epoch=f"{n:016x}", upto=2**53, head="ab" * 32) for n in range(32)),
    }[forged]
    lie, truth = LedgerAck(marks=marks), LedgerAck()
    for _ in range(3):
        wire.upload.acknowledged(lie)
        sent = wire.parcels()
        wire.upload.acknowledged(truth)
        assert 1 in [p.batch.first for p in (*sent, *wire.parcels())]
    assert len(wire.forks) <= 1, "and the alarm is not a flood"
    wire.upload.acknowledged(lie)
    wire.parcels()
    wire.upload.acknowledged(truth)
    wire.deliver()
    assert wire.office.count() == wire.here() == 301


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), loss=st.floats(0, 0.6))
def test_whatever_is_lost_doubled_or_late_all_records_arrive(tmp_path: Path, seed: int, loss: float) -> None:
    chance = random.Random(seed)
    wire = Wire(tmp_path / f"{seed}-{loss}.db")
    try:
        wire.write(chance.randrange(1, 2500))
        wire.connect(LedgerAck())
        late: list = []  # type: ignore[type-arg]
        for _ in range(300):
            if wire.office.count() == wire.here() and wire.plays > 3000:
                break
            wire.write(chance.randrange(0, 40))
            for parcel in wire.parcels(chance.randrange(0, 8)):
                match chance.random() < loss, chance.random():
                    case True, roll if roll < 0.4:
                        late.append(parcel.batch)
                    case True, roll if roll < 0.6:
                        wire.office.take(parcel.batch)
                        late.append(parcel.batch)
                    case False, _:
                        wire.office.take(parcel.batch)
            if late and chance.random() < 0.3:
                wire.office.take(late.pop(chance.randrange(len(late))))
            if chance.random() > loss:
                wire.upload.acknowledged(wire.office.ack())
            match chance.random():
                case roll if roll < 0.05:
                    wire.upload.disconnected()
                    wire.connect(wire.office.ack())
                case roll if roll < 0.3:
                    wire.now += chance.random() * 300
        wire.upload.acknowledged(wire.office.ack())
        for _ in range(8):
            wire.now += 700
            wire.deliver()
        assert wire.office.count() == wire.here()
        assert wire.office.forks == []
    finally:
        wire.close()
