"""The agent against a connection that the test plays: what it says, when, and what it hears."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.state import Moment, State, opened
from player.uplink.agent import STATE_S, Agent
from player.uplink.beside import Beside
from player.uplink.connections import NAME, Connections, read_uplink
from player.uplink.mailbox import Mailbox
from player.uplink.standing import Standing
from player.uplink.telling import Self, Sight
from player.uplink.writer import LEDGER, Writer
from signage.calendar import Calendar
from signage.errors import Words
from signage.layout import Box, Zone
from signage.link import Will
from signage.messages import (
    Birth,
    LedgerAck,
    LedgerBatch,
    LedgerMark,
    OfficeStatus,
    ScreenState,
    ScreenStatus,
    Trusted,
    decode,
    encode,
)
from signage.program import Program, Site
from signage.timefloor import BelievedTime
from signage.topics import MOST_BYTES, Topics
from tests.fakes import FakeLink
from tests.player.uplink.test_obedience import FakeHands
from tests.player.uplink.test_writer import SCREEN, play
from tests.player.uplink.tiny_office import TinyOffice

DAWN = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
TOPICS = Topics()


class FakePublications:
    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.now = Trusted(root=1, timestamp=7)

    def hear(self, head: bytes) -> None:
        self.heads.append(head)

    def trusted(self) -> Trusted:
        return self.now


class Bench:
    """An agent, its connection, its ledger, and time that the test moves."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.now = 1000.0
        self.sight = Sight(told=BelievedTime(at=DAWN, quality="ntp"))
        self.mail = Mailbox()
        self.hands, self.publications = FakeHands(), FakePublications()
        self.renewed: list[str] = []
        self.writer = Writer(state / LEDGER, SCREEN, "boot-1")
        self.writer.open(self.moment())
        self.agent = Agent(
            Self(screen=SCREEN, boot="boot-1", canvas=(320, 180), versions={"wuzha": "1"}),
            topics=TOPICS,
            link=self.made,
            mail=self.mail,
            ledger=Beside(state / LEDGER, SCREEN),
            standing=Standing(state),
            connections=Connections(state),
            hands=self.hands,
            renew=self.renewed.append,
            publications=self.publications,
            keys=tuple,
            sight=lambda: self.sight,
            read_clock=self.moment,
        )

    def made(self, will: Callable[[], Will]) -> FakeLink:
        self.link = FakeLink(will)
        return self.link

    def moment(self) -> Moment:
        return Moment(DAWN + dt.timedelta(seconds=self.now - 1000), self.now, "ntp")

    def turn(self, seconds: float = 0.0) -> None:
        self.now += seconds
        self.agent.turn()

    def connect(self) -> None:
        self.link.connect()
        self.turn()

    def hear(self, leaf: str, message: object, *, retained: bool = True) -> None:
        topic = TOPICS.office(leaf) if leaf in ("status", "head") else TOPICS.screen(SCREEN, leaf)  # type: ignore[arg-type]
        self.link.deliver(topic, message if isinstance(message, bytes) else encode(message), retained=retained)  # type: ignore[arg-type]
        self.turn()

    def states(self) -> list[ScreenState]:
        return [decode(p, ScreenState, MOST_BYTES["state"]) for p in self.link.sent("/state")]

    def batches(self) -> list[LedgerBatch]:
        return [decode(p, LedgerBatch, MOST_BYTES["ledger"]) for p in self.link.sent("/ledger")]

    def close(self) -> None:
        self.mail.stop()
        self.agent.run()
        self.writer.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    one = Bench(tmp_path)
    yield one
    one.close()


def program() -> Program:
    zone = Zone(name="main", box=Box(0, 0, 320, 180))
    return Program(site=Site(screen=SCREEN), timezone="Asia/Shanghai", zones=(zone,), calendar=Calendar())


def showing(*notes: Words) -> State:
    state = opened(program(), {})
    return State(program=state.program, zones=state.zones, notes=notes)


def test_a_connection_begins_with_birth_state_and_online_in_this_order(bench: Bench) -> None:
    bench.connect()
    assert [out.topic.rsplit("/", 1)[1] for out in bench.link.published] == ["birth", "state", "status"]
    assert all(out.retain for out in bench.link.published)
    birth = decode(bench.link.sent("/birth")[0], Birth, MOST_BYTES["birth"])
    assert (birth.screen, birth.conn, birth.boot, birth.canvas) == (SCREEN, 1, "boot-1", (320, 180))
    assert birth.ledger is not None
    assert (birth.ledger.first, birth.ledger.last) == (1, 1)
    assert birth.trusted.timestamp == 7
    status = decode(bench.link.sent("/status")[0], ScreenStatus, MOST_BYTES["status"])
    assert (status.state, status.conn) == ("online", 1)


def test_every_attempt_has_a_higher_number_over_restarts_too_and_its_will_bears_it(
    bench: Bench, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        bench.connect()
        bench.link.cut()
        bench.turn()
        assert bench.link.last_will is not None
        will = decode(bench.link.last_will.payload, ScreenStatus, MOST_BYTES["status"])
        assert (will.state, will.conn) == ("lost", number)
        assert bench.link.last_will.topic == TOPICS.screen(SCREEN, "status")
    assert Connections(tmp_path).begin() == 4, "over a restart, too"


def test_a_state_goes_at_once_when_something_changed_and_else_now_and_then(bench: Bench) -> None:
    bench.connect()
    bench.turn(1.1)
    assert len(bench.states()) == 1, "nothing is news"
    bench.sight = Sight(told=bench.sight.told, disk_free_bytes=5)
    bench.turn(1.1)
    assert len(bench.states()) == 1, "a few bytes less on the disk are none"
    bench.mail.saw(showing(Words("坏了", "broken")))
    bench.turn(1.1)
    assert [t.en for t in bench.states()[-1].troubles] == ["broken"]
    bench.mail.saw(showing())
    bench.turn(0.1)
    assert len(bench.states()) == 2, "at most one a second"
    bench.turn(1.0)
    assert len(bench.states()) == 3
    bench.turn(STATE_S)
    assert len(bench.states()) == 4


def test_what_is_trusted_is_said_again_when_it_rises(bench: Bench) -> None:
    bench.connect()
    bench.turn(1.1)
    assert len(bench.link.sent("/birth")) == 1
    bench.publications.now = Trusted(root=1, timestamp=8, assign=3)
    bench.turn(1.1)
    bench.turn(1.1)
    births = [decode(p, Birth, MOST_BYTES["birth"]) for p in bench.link.sent("/birth")]
    assert [birth.trusted.timestamp for birth in births] == [7, 8]


def test_a_state_is_small_enough_whatever_is_wrong(bench: Bench) -> None:
    long = Words("坏" * 3000, "broken\n" * 600)
    bench.sight = Sight(
        told=bench.sight.told,
        refused=tuple((f"{n}\n" + "名" * 500, long) for n in range(500)),
        troubles=tuple(Words(f"{n}" + "坏" * 900, "x" * 900) for n in range(50)),
    )
    bench.connect()
    [state] = bench.states()
    assert state.refused_count == 500
    assert 1 <= len(state.refused) <= 20
    assert "\n" not in state.refused[0].name


def test_a_head_is_handed_on_as_it_is_and_a_huge_one_is_not(bench: Bench) -> None:
    bench.connect()
    bench.hear("head", b'{"signed": 1}')
    bench.hear("head", b"x" * (MOST_BYTES["office/head"] + 1))
    assert bench.publications.heads == [b'{"signed": 1}']


def test_records_go_when_the_office_is_there_and_from_where_it_is(bench: Bench) -> None:
    bench.connect()
    bench.writer.write([play(1), play(2)])
    bench.turn(5)
    assert bench.batches() == []
    office = TinyOffice(SCREEN)
    bench.hear("ledger/ack", office.ack())
    bench.hear("status", OfficeStatus(online=True))
    [batch] = bench.batches()
    assert len(batch.records) == 3
    office.take(batch)
    bench.hear("ledger/ack", office.ack())
    bench.writer.write([play(3)])
    bench.turn()
    assert [len(b.records) for b in bench.batches()] == [3, 1]


def test_an_office_that_does_not_know_this_format_gets_nothing(bench: Bench) -> None:
    bench.connect()
    bench.hear("ledger/ack", LedgerAck())
    bench.hear("status", OfficeStatus(online=True, ledger=(2,)))
    assert bench.batches() == []


@pytest.mark.parametrize("payload", [b"", b"{", b'{"v":3}', b"\xff", b'{"online":1}', b"x" * 2000])
@pytest.mark.parametrize("leaf", ["status", "ledger/ack", "command"])
def test_nonsense_is_passed_over(bench: Bench, leaf: str, payload: bytes) -> None:
    bench.connect()
    bench.hear("ledger/ack", LedgerAck())
    bench.hear("status", OfficeStatus(online=True))
    count = len(bench.batches())
    bench.hear(leaf, payload)
    assert len(bench.batches()) == count
    assert bench.link.connected


def test_what_is_meant_for_another_screen_is_not_heard(bench: Bench) -> None:
    bench.connect()
    bench.hear("status", OfficeStatus(online=True))
    mark = LedgerMark(epoch="0" * 16, upto=1, head="0" * 64)
    bench.link.deliver(TOPICS.screen("sq-other", "ledger/ack"), encode(LedgerAck(marks=(mark,))), retained=True)
    bench.turn()
    assert bench.batches() == [], "its own acknowledgement is still waited for"


def test_an_old_copy_of_the_ledger_begins_a_new_epoch_once(bench: Bench) -> None:
    bench.connect()
    epoch = Beside(bench.state / LEDGER, SCREEN)
    [name] = [e.name for e in epoch.epochs(0.0)]
    epoch.close()
    bench.hear("status", OfficeStatus(online=True))
    ack = LedgerAck(marks=(LedgerMark(epoch=name, upto=900, head="ab" * 32),))
    bench.hear("ledger/ack", ack)
    bench.hear("ledger/ack", ack)
    assert bench.renewed == ["the office knows another history"]


def test_a_connection_without_room_loses_nothing(bench: Bench) -> None:
    bench.link.room = 1
    bench.link.holds_pubacks = True
    bench.connect()
    bench.writer.write([play(1)])
    bench.hear("ledger/ack", LedgerAck())
    bench.hear("status", OfficeStatus(online=True))
    for _ in range(10):
        bench.link.puback()
        bench.turn()
    assert [out.topic.rsplit("/", 1)[1] for out in bench.link.published] == ["birth", "state", "status", "ledger"]


def test_how_it_stands_is_written_down_for_doctor(bench: Bench, tmp_path: Path) -> None:
    bench.connect()
    bench.hear("status", OfficeStatus(online=True))
    seen = read_uplink(tmp_path)
    assert seen is not None
    assert (seen.connected, seen.office, seen.level) == (True, True, 5)
    bench.link.cut("the broker went away")
    bench.turn()
    seen = read_uplink(tmp_path)
    assert seen is not None
    assert (seen.connected, seen.office, seen.why) == (False, False, "the broker went away")


def test_the_end_says_farewell(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.connect()
    bench.close()
    [farewell] = bench.link.farewell
    assert farewell.retain
    assert decode(farewell.payload, ScreenStatus, MOST_BYTES["status"]).state == "offline"
    assert bench.link.stopped


def test_a_state_folder_that_cannot_be_written_stops_no_connection(tmp_path: Path) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file where the folder should be")
    connections = Connections(blocked)
    assert [connections.begin(), connections.begin()] == [1, 2]
    connections.note(connected=True, level=5)
    assert not (blocked.parent / NAME).exists()
