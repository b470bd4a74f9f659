"""What is owed goes out as it is then, as much as the broker takes, and again when the broker did not take it."""

from collections.abc import Iterable

from office.collecting.outbox import Outbox
from signage.link import Outgoing
from signage.messages import LedgerAck, LedgerMark, decode
from signage.topics import Topics


class Broker:
    """Takes so many messages."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken: list[Outgoing] = []

    def publish(self, out: Outgoing) -> int | None:
        if not self.room:
            return None
        self.room -= 1
        self.taken.append(out)
        return len(self.taken)

    @property
    def topics(self) -> list[str]:
        return [out.topic.removeprefix("wuzha/1/") for out in self.taken]


class Stored:
    """How far ledgers are stored."""

    def __init__(self, **upto: int) -> None:
        self.upto = upto

    def acks(self, screens: Iterable[str]) -> dict[str, LedgerAck]:
        known = [each for each in screens if each in self.upto]
        mark = {each: LedgerMark(epoch="0" * 16, upto=self.upto[each], head="0" * 64) for each in known}
        return {each: LedgerAck(marks=(mark[each],)) for each in known}


def outbox(stored: Stored, head: bytes | None = b"head") -> Outbox:
    return Outbox(Topics(), status=lambda: b"status", head=lambda: head, acks=stored.acks)


def test_a_connection_begins_with_status_head_and_all_acknowledgements_retained() -> None:
    broker, box = Broker(10), outbox(Stored(aaa=1, bbb=2))
    box.begin(["aaa", "bbb"])
    box.flush(broker.publish)
    assert broker.topics == ["office/status", "office/head", "screen/aaa/ledger/ack", "screen/bbb/ledger/ack"]
    assert all(out.retain for out in broker.taken)


def test_what_finds_no_room_goes_later_as_it_is_then() -> None:
    stored = Stored(aaa=1, bbb=1)
    broker, box = Broker(1), outbox(stored)
    box.owe_acks(["aaa", "bbb"])
    box.flush(broker.publish)
    stored.upto["bbb"] = 5
    broker.room = 5
    box.owe_acks(["bbb", "bbb"])
    box.flush(broker.publish)
    assert broker.topics == ["screen/aaa/ledger/ack", "screen/bbb/ledger/ack"]
    assert decode(broker.taken[1].payload, LedgerAck, 8192).marks[0].upto == 5


def test_what_the_broker_did_not_take_is_said_again() -> None:
    broker, box = Broker(10), outbox(Stored(aaa=1))
    box.owe_acks(["aaa"])
    box.flush(broker.publish)
    box.sent(1, "no rights")
    box.sent(1, "no rights")
    box.flush(broker.publish)
    box.sent(2, "")
    box.flush(broker.publish)
    assert broker.topics == ["screen/aaa/ledger/ack"] * 2


def test_nothing_is_said_without_a_head_and_to_strangers() -> None:
    broker, box = Broker(10), outbox(Stored(), head=None)
    box.owe_head()
    box.owe_acks(["who"])
    box.owe_status()
    box.flush(broker.publish)
    assert broker.topics == ["office/status"]


def test_more_screens_than_go_out_at_once_all_get_theirs() -> None:
    broker, box = Broker(1000), outbox(Stored(**{f"led{n}": n for n in range(95)}))
    box.owe_acks(f"led{n}" for n in range(95))
    box.flush(broker.publish)
    assert len(broker.taken) == 95
