"""A trial's broker lets in who has a password, lets everybody do his own, and moves when its port is busy."""

import contextlib
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from office.broker.local import LocalBroker, find_mosquitto, open_broker
from office.broker.passwords import with_password
from office.broker.rights import Rights
from signage.link import Arrived, Broker, Connected, Disconnected, Link, LinkEvent, Sent, Will
from signage.topics import Topics
from tests.ports import free_port

pytestmark = pytest.mark.slow

RIGHTS = Rights("wuzha/1", "office")
TOPICS = Topics()
PEOPLE = {"office": "of the office", "sq-led1": "of one", "sq-led2": "of two"}
WITHIN_S = 20.0


@pytest.fixture(params=["mosquitto", "embedded"])
def broker(request: pytest.FixtureRequest, tmp_path: Path, needs: Callable[..., None]) -> Iterator[LocalBroker]:
    if request.param == "mosquitto" and find_mosquitto() is None:
        needs("mosquitto")
    text = ""
    for user, password in PEOPLE.items():
        text = with_password(text, user, password)
    (tmp_path / "passwords").write_text(text)
    found = open_broker(tmp_path, free_port(), RIGHTS, tmp_path / "passwords", embedded=request.param == "embedded")
    yield found
    found.stop()


class Client:
    """A link, and what it saw."""

    def __init__(self, broker: LocalBroker, user: str, password: str, *filters: str, will: Will | None = None) -> None:
        self.seen: list[LinkEvent] = []
        self.link = Link(
            Broker(url=broker.url, user=user, password=password), f"{user}-test", filters=filters, will=lambda: will,
            longest_delay_s=1.0, first_delay_s=0.1,
        )  # fmt: skip
        self.link.start()

    def see(self, kind: type[LinkEvent], true: Callable[..., bool] = lambda _: True) -> LinkEvent:
        """Waits for an event."""
        end = time.monotonic() + WITHIN_S
        while True:
            for each in self.seen:
                if isinstance(each, kind) and true(each):
                    return each
            assert time.monotonic() < end, f"no {kind.__name__} among {self.seen}"
            self.seen.extend(self.link.take(0.2))

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> Sent:
        token = self.link.publish(topic, payload, retain=retain)
        assert token is not None
        found = self.see(Sent, lambda each: each.token == token)
        assert isinstance(found, Sent)
        return found

    def heard(self) -> list[tuple[str, bytes]]:
        return [(each.topic, each.payload) for each in self.seen if isinstance(each, Arrived)]


@pytest.fixture
def client(broker: LocalBroker) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(user: str, *filters: str, password: str | None = None, will: Will | None = None) -> Client:
        found = Client(broker, user, password or PEOPLE[user], *filters, will=will)
        made.append(found)
        return found

    yield make
    for each in made:
        each.link.stop()


def test_office_and_screen_hear_each_other(client: Callable[..., Client]) -> None:
    office = client("office", TOPICS.every_screen("status"), TOPICS.every_screen("ledger"))
    office.see(Connected)
    office.say(TOPICS.office("head"), b"head", retain=True)
    screen = client("sq-led1", *TOPICS.for_screen("sq-led1"))
    screen.see(Connected)
    screen.see(Arrived, lambda each: (each.topic, each.payload) == (TOPICS.office("head"), b"head"))
    screen.say(TOPICS.screen("sq-led1", "status"), b"online", retain=True)
    office.see(Arrived, lambda each: each.payload == b"online")
    office.say(TOPICS.screen("sq-led1", "command"), b"next")
    screen.see(Arrived, lambda each: each.payload == b"next")


def test_a_wrong_password_is_turned_away(client: Callable[..., Client]) -> None:
    stranger = client("sq-led1", *TOPICS.for_screen("sq-led1"), password="guessed")
    stranger.see(Disconnected)
    assert not [each for each in stranger.seen if isinstance(each, Connected)]


def test_a_screen_is_not_heard_on_the_topics_of_another(client: Callable[..., Client]) -> None:
    office = client("office", TOPICS.every_screen("status"), TOPICS.office("head"))
    office.see(Connected)
    screen = client("sq-led1", *TOPICS.for_screen("sq-led1"))
    screen.see(Connected)
    screen.say(TOPICS.screen("sq-led2", "status"), b"forged", retain=True)
    screen.say(TOPICS.office("head"), b"forged", retain=True)
    screen.say(TOPICS.screen("sq-led1", "status"), b"its own", retain=True)
    office.see(Arrived, lambda each: each.payload == b"its own")
    later = client("office", TOPICS.every_screen("status"), TOPICS.office("head"))
    later.see(Arrived, lambda each: each.payload == b"its own")
    assert b"forged" not in [payload for _, payload in (*office.heard(), *later.heard())]


def test_a_screen_does_not_hear_what_is_said_to_another(client: Callable[..., Client]) -> None:
    office = client("office", TOPICS.every_screen("status"))
    office.see(Connected)
    office.say(TOPICS.screen("sq-led2", "ledger/ack"), b"for two", retain=True)
    two = client("sq-led2", *TOPICS.for_screen("sq-led2"))
    two.see(Arrived, lambda each: each.payload == b"for two")
    one = client("sq-led1", *TOPICS.for_screen("sq-led1"))
    one.see(Connected)
    office.say(TOPICS.screen("sq-led2", "command"), b"for two")
    office.say(TOPICS.screen("sq-led1", "command"), b"for one")
    one.see(Arrived, lambda each: each.payload == b"for one")
    assert [topic for topic, _ in one.heard()] == [TOPICS.screen("sq-led1", "command")]


def test_a_will_cannot_say_what_its_owner_may_not(client: Callable[..., Client], broker: LocalBroker) -> None:
    office = client("office", TOPICS.office("status"), TOPICS.every_screen("status"))
    office.see(Connected)
    port = int(broker.url.rpartition(":")[2])
    for topic in (TOPICS.office("status"), TOPICS.screen("sq-led1", "status")):
        with socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S) as bare:
            bare.sendall(connect("sq-led1", PEOPLE["sq-led1"], topic, b"a will"))
            bare.settimeout(WITHIN_S)
            bare.recv(64)  # taken in or turned away; then the line goes dead without a farewell
    office.see(Arrived, lambda each: each.topic == TOPICS.screen("sq-led1", "status"))
    assert TOPICS.office("status") not in [topic for topic, _ in office.heard()]


def test_a_new_password_holds_after_a_refresh(
    client: Callable[..., Client], broker: LocalBroker, tmp_path: Path
) -> None:
    (tmp_path / "passwords").write_text(with_password((tmp_path / "passwords").read_text(), "sq-led3", "of three"))
    broker.refresh()
    found = client("sq-led3", *TOPICS.for_screen("sq-led3"), password="of three")
    found.see(Connected)


def test_a_busy_port_moves_to_the_next_free_one(broker: LocalBroker, tmp_path: Path) -> None:
    port = int(broker.url.rpartition(":")[2])
    other = open_broker(tmp_path / "other", port, RIGHTS, tmp_path / "passwords", embedded=broker.name == "amqtt")
    try:
        assert int(other.url.rpartition(":")[2]) > port
    finally:
        other.stop()


def test_a_packet_without_an_end_is_not_kept_in_memory(broker: LocalBroker) -> None:
    where = ("127.0.0.1", int(broker.url.rpartition(":")[2]))
    with socket.create_connection(where, WITHIN_S) as one:
        one.sendall(connect("sq-led1", PEOPLE["sq-led1"], TOPICS.screen("sq-led1", "status"), b""))
        assert one.recv(4)[0] == 0x20
        topic = TOPICS.screen("sq-led1", "state").encode()
        one.sendall(b"\x30\xff\xff\xff\x7f" + len(topic).to_bytes(2, "big") + topic)
        with contextlib.suppress(ConnectionResetError):
            assert not one.recv(1), "it hangs up before the 256 MB that were announced"


def test_nothing_is_left_when_it_has_stopped(broker: LocalBroker) -> None:
    port = int(broker.url.rpartition(":")[2])
    broker.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
    assert not [each for each in threading.enumerate() if each.name.startswith(("broker", "hears"))]


def test_it_hangs_up_on_who_is_in_the_middle_of_a_word(broker: LocalBroker) -> None:
    whole = connect("sq-led1", PEOPLE["sq-led1"], TOPICS.screen("sq-led1", "status"), b"")
    where = ("127.0.0.1", int(broker.url.rpartition(":")[2]))
    with (
        socket.create_connection(where, WITHIN_S) as mute,
        socket.create_connection(where, WITHIN_S) as halfway,
        socket.create_connection(where, WITHIN_S) as inside,
    ):
        halfway.sendall(whole[:7])
        inside.sendall(whole)
        assert inside.recv(4)[0] == 0x20
        broker.stop()
        for each in (mute, halfway, inside):
            with contextlib.suppress(ConnectionResetError):
                assert not each.recv(4)
    gc.collect()  # what was left open would complain now, and fail this test instead of some other


def connect(user: str, password: str, topic: str, will: bytes) -> bytes:
    """Gives a CONNECT of MQTT 3.1.1 with a retained will of QoS 1."""

    def text(value: bytes) -> bytes:
        return len(value).to_bytes(2, "big") + value

    flags = 0x80 | 0x40 | 0x20 | 0x08 | 0x04 | 0x02
    body = text(b"MQTT") + bytes([4, flags]) + (60).to_bytes(2, "big")
    body += (
        text(f"{user}-bare".encode())
        + text(topic.encode())
        + text(will)
        + text(user.encode())
        + text(password.encode())
    )
    assert len(body) < 128
    return bytes([0x10, len(body)]) + body
