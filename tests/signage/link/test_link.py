"""A link tells in order what happened, comes back by itself, and never says that something was sent when it was not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from signage.link import Arrived, Broker, Connected, Disconnected, Link, LinkEvent, Outgoing, Sent, TooLarge, Will
from signage.link import box as box_module
from signage.link import connection as connection_module
from signage.link import link as link_module
from tests.authority import Authority
from tests.brokers import Embedded, Mosquitto, wait_until
from tests.proxy import NONE, Direction, Fault, Proxy

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(tmp_path: Path, needs: Callable[..., None]) -> Iterator[Mosquitto]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "mosquitto") as running:
        yield running


@pytest.fixture(params=["mosquitto, 5", "mosquitto, 3.1.1", "amqtt"])
def any_broker(request: pytest.FixtureRequest, tmp_path: Path, needs: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """What a link to each kind of broker is made with."""
    if request.param == "amqtt":
        with Embedded() as embedded:
            yield {"broker": Broker(url=embedded.url)}
        return
    needs("mosquitto")
    with Mosquitto(tmp_path / "mosquitto") as running:
        yield {"broker": Broker(url=running.url), "level": 4 if "3.1.1" in request.param else 5}


class Heard:
    """A link and all that it told."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.events: list[LinkEvent] = []

    def take(self) -> None:
        self.events += self.link.take(0.05)

    def wait_for(self, wanted: Callable[[LinkEvent], bool], what: str, times: int = 1) -> LinkEvent:
        def there() -> bool:
            self.take()
            return sum(map(wanted, self.events)) >= times

        wait_until(there, what)
        return [event for event in self.events if wanted(event)][times - 1]

    def connected(self, times: int = 1) -> Connected:
        found = self.wait_for(lambda event: isinstance(event, Connected), "connected", times)
        assert isinstance(found, Connected)
        return found

    def disconnected(self, times: int = 1) -> Disconnected:
        found = self.wait_for(lambda event: isinstance(event, Disconnected), "disconnected", times)
        assert isinstance(found, Disconnected)
        return found

    def arrived(self, topic: str, times: int = 1) -> Arrived:
        found = self.wait_for(lambda e: isinstance(e, Arrived) and e.topic == topic, f"arrived on {topic}", times)
        assert isinstance(found, Arrived)
        return found

    def payloads(self, topic: str) -> list[bytes]:
        self.take()
        return [event.payload for event in self.events if isinstance(event, Arrived) and event.topic == topic]

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> Sent:
        """Publishes and waits for what became of it."""
        tokens: list[int] = []

        def taken() -> bool:
            token = self.link.publish(topic, payload, retain=retain)
            if token is None:
                self.take()
                return False
            tokens.append(token)
            return True

        wait_until(taken, "room to publish")
        found = self.wait_for(lambda event: isinstance(event, Sent) and event.token == tokens[0], "sent")
        assert isinstance(found, Sent)
        return found


@contextmanager
def linked(
    broker: Broker, client_id: str = "sq-led1", *, farewell: tuple[Outgoing, ...] = (), **how: Any
) -> Iterator[Heard]:
    """A started link, stopped at the end."""
    link = Link(broker, client_id, **{"first_delay_s": 0.05, "longest_delay_s": 0.5, **how})
    link.start()
    try:
        yield Heard(link)
    finally:
        link.stop(farewell)


def at(running: Mosquitto, **who: str) -> Broker:
    return Broker(url=running.url, **who)


def port_of(any_broker: dict[str, Any]) -> int:
    return int(any_broker["broker"].url.rpartition(":")[2])


# What every broker does


def test_what_one_publishes_the_other_hears(any_broker: dict[str, Any]) -> None:
    with (
        linked(**any_broker, client_id="a") as one,
        linked(**any_broker, client_id="b", filters=("x/+", "$share/g/y/#")) as other,
    ):
        one.connected()
        other.connected()
        assert one.publish("x/1", b"hello").why == ""
        assert one.publish("y/z/3", "你好".encode()).why == ""
        assert other.arrived("x/1") == Arrived("x/1", b"hello", False, None)
        assert other.arrived("y/z/3").payload == "你好".encode()


def test_the_level_is_the_highest_that_the_broker_speaks(any_broker: dict[str, Any]) -> None:
    with linked(any_broker["broker"]) as one:
        wanted = 5 if "level" in any_broker else 4
        assert one.connected() == Connected(wanted)


def test_a_retained_document_comes_after_connected_and_is_said_to_be_retained(any_broker: dict[str, Any]) -> None:
    with linked(**any_broker, client_id="a") as one:
        one.connected()
        one.publish("x/head", b"7", retain=True)
    with linked(**any_broker, client_id="b", filters=("x/#",)) as other:
        assert other.arrived("x/head") == Arrived("x/head", b"7", True, None)
        assert [type(event) for event in other.events] == [Connected, Arrived]


def test_a_connection_that_is_cut_is_followed_by_its_will(any_broker: dict[str, Any]) -> None:
    asked: list[int] = []

    def will() -> Will:
        asked.append(len(asked) + 1)
        return Will("x/status", b"lost %d" % asked[-1])

    with Proxy(port_of(any_broker)) as wire, linked(**any_broker, client_id="b", filters=("x/#",)) as other:
        other.connected()
        with linked(**{**any_broker, "broker": Broker(url=wire.url)}, client_id="a", will=will) as one:
            one.connected()
            wire.cut()
            one.connected(2)
            numbers = [int(other.arrived("x/status").payload.split()[1])]
            wire.cut()
            numbers.append(int(other.arrived("x/status", 2).payload.split()[1]))
    # Asked before every attempt: the connection counter goes up.
    assert numbers == sorted(set(numbers))
    assert len(asked) >= numbers[-1]


def test_who_leaves_says_farewell_and_has_no_will(any_broker: dict[str, Any]) -> None:
    with linked(**any_broker, client_id="b", filters=("x/#",)) as other:
        other.connected()
        farewell = (Outgoing("x/status", b"offline", True),)
        with linked(**any_broker, client_id="a", will=lambda: Will("x/status", b"lost"), farewell=farewell) as one:
            one.connected()
            one.publish("x/status", b"online", retain=True)
        assert other.arrived("x/status", 2).payload == b"offline"
        other.publish("x/end", b"")
        other.arrived("x/end")
        assert other.payloads("x/status") == [b"online", b"offline"]
    assert isinstance(one.link.take()[-1], Disconnected)


def test_a_payload_beyond_its_topics_limit_is_passed_over(any_broker: dict[str, Any]) -> None:
    how = {**any_broker, "filters": ("x/#",), "manual_ack": True, "receive_max": 2}
    limits = {"x/small": 10, "x/end": 10}
    with linked(**how, client_id="b", most_bytes=lambda topic: limits.get(topic, 0)) as other:
        other.connected()
        with linked(**any_broker, client_id="a") as one:
            one.connected()
            for _ in range(5):
                one.publish("x/small", b"12345678901")
                one.publish("x/unknown", b"1")
            one.publish("x/small", b"1234567890")
        assert other.arrived("x/small").payload == b"1234567890"
        assert other.payloads("x/unknown") == []
        assert [each for each in other.events if isinstance(each, TooLarge)] == [TooLarge("x/small", 11)] * 5


# Trouble


def test_a_broker_that_comes_later_is_found(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("mosquitto")
    running = Mosquitto(tmp_path)
    with linked(at(running), filters=("x/#",)) as one:
        assert one.disconnected().why
        assert one.link.publish("x/y", b"") is None
        with running:
            one.connected()
            assert one.publish("x/y", b"1").why == ""
            one.arrived("x/y")
        # The same reason again and again is told once.
        assert sum(isinstance(event, Disconnected) for event in one.events) == 1


def test_after_a_restart_of_the_broker_everything_is_subscribed_again(broker: Mosquitto) -> None:
    with linked(at(broker), filters=("x/#",), session_s=300) as one:
        for times in (1, 2, 3):
            one.connected(times)
            one.publish("x/y", b"%d" % times)
            one.arrived("x/y", times)
            broker.kill()
            one.disconnected(times)
            broker.start()


def test_a_kept_session_that_no_connection_outlives_is_let_go(broker: Mosquitto) -> None:
    how: dict[str, Any] = {"filters": ("x/#",), "session_s": 300}
    with linked(at(broker), **how) as one:
        one.connected()
    with linked(at(broker), "office") as office:
        office.publish("x/a", bytes(4000))
    with Proxy(broker.port) as wire:

        def ends_soon() -> None:
            wire.cut_at(1000, "down")

        # The will is asked for before every attempt.
        with linked(Broker(url=wire.url), will=ends_soon, **how) as again:
            again.connected()


def test_what_was_in_flight_is_told_as_not_sent(broker: Mosquitto) -> None:
    with linked(at(broker)) as one:
        one.connected()
        broker.freeze()
        tokens = []
        while (token := one.link.publish("x/y", b"1")) is not None:
            tokens.append(token)
        assert len(tokens) == 20
        broker.kill()
        one.disconnected()
        told = [event for event in one.events if isinstance(event, Sent)]
        assert [event.token for event in told] == tokens
        assert all(event.why for event in told)


def test_a_broker_that_hangs_is_left_after_the_keepalive(broker: Mosquitto) -> None:
    with linked(at(broker), keepalive_s=1) as one:
        one.connected()
        broker.freeze()
        assert "alive" in one.disconnected().why.lower()
        broker.thaw()
        one.connected(2)


def test_a_broker_that_acknowledges_nothing_is_left(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "UNACKNOWLEDGED_S", 0.5)
    with Proxy(broker.port, fault=Fault(mute_pubacks=1.0)) as wire, linked(Broker(url=wire.url)) as one:
        one.connected()
        assert "acknowledges nothing" in one.publish("x/y", b"1").why
        wire.fault = NONE
        one.connected(2)
        assert one.publish("x/y", b"1").why == ""


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_connection_that_is_cut_at_any_byte_is_made_again(broker: Mosquitto, direction: Direction) -> None:
    with Proxy(broker.port) as wire:
        for byte in range(1, 60, 3):
            wire.cut_at(byte, direction)
            with linked(Broker(url=wire.url), filters=("x/#",), first_delay_s=0.01, longest_delay_s=0.05) as one:
                wait_until(lambda one=one: one.publish("x/y", b"1").why == "", "published")
                one.arrived("x/y")


def test_two_with_one_identity_come_back_more_and_more_slowly(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def no_delay(number: int, *_: float) -> float:
        tries.append(number)
        return 0.05

    monkeypatch.setattr(link_module, "delay_s", no_delay)
    with linked(at(broker), "twin") as one, linked(at(broker), "twin") as other:
        wait_until(lambda: max(tries, default=0) >= 3, "thrown out again and again")
        one.disconnected(3)
        other.disconnected(2)
        one.connected(3)


def test_a_wrong_password_is_tried_slowly(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("mosquitto", "mosquitto_passwd")
    with Mosquitto(tmp_path, people={"sq-led1": "right"}) as running:
        for level in (4, 5):
            asked: list[int] = []

            def will(asked: list[int] = asked) -> None:
                asked.append(1)

            wrong = at(running, user="sq-led1", password="wrong")
            with linked(wrong, will=will, level=level, longest_delay_s=3600.0) as one:
                assert "refused" in one.disconnected().why
                assert one.link.take(0.5) == ()
            assert len(asked) == 1
            with linked(at(running, user="sq-led1", password="right"), level=level) as one:
                one.connected()


def test_a_publication_that_the_broker_refuses_is_told_so(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("mosquitto", "mosquitto_passwd")
    people = {"sq-led1": "one", "sq-led2": "two"}
    acl = "pattern readwrite screen/%u/#\n"
    with (
        Mosquitto(tmp_path, people=people, acl=acl) as running,
        linked(at(running, user="sq-led1", password="one")) as one,
        linked(at(running, user="sq-led2", password="two"), "sq-led2", filters=("screen/#",)) as other,
    ):
        one.connected()
        other.connected()
        assert one.publish("screen/sq-led2/state", b"forged").why
        assert one.publish("screen/sq-led1/state", b"mine").why == ""
        assert other.publish("screen/sq-led2/state", b"own").why == ""
        assert other.arrived("screen/sq-led2/state").payload == b"own"
        assert other.payloads("screen/sq-led1/state") == []


def test_a_payload_that_the_broker_would_not_take_is_not_sent(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("mosquitto")
    with Mosquitto(tmp_path, options="max_packet_size 1000") as running, linked(at(running)) as one:
        one.connected()
        assert "larger" in one.publish("x/y", b"x" * 2000).why
        assert one.publish("x/y", b"x" * 800).why == ""
        assert one.link.connected


def test_what_is_not_acknowledged_comes_again(broker: Mosquitto) -> None:
    how: dict[str, Any] = {"filters": ("x/#",), "manual_ack": True, "session_s": 60}
    with linked(at(broker), "a") as one:
        one.connected()
        with linked(at(broker), "b", **how) as other:
            other.connected()
            for payload in (b"1", b"2", b"3"):
                one.publish("x/y", payload)
            first = other.arrived("x/y", 3) and other.arrived("x/y", 1)
            assert first.receipt is not None
            other.link.acknowledge(first)
        with linked(at(broker), "b", **how) as other:
            other.arrived("x/y", 2)
            one.publish("x/end", b"")
            other.arrived("x/end")
            assert other.payloads("x/y") == [b"2", b"3"]
            assert isinstance(other.events[0], Connected)


def test_no_more_is_in_flight_than_the_broker_wants(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("mosquitto")
    with Mosquitto(tmp_path, options="max_inflight_messages 3") as running, linked(at(running)) as one:
        one.connected()
        running.freeze()
        tokens = [one.link.publish("x/y", b"1") for _ in range(5)]
        running.thaw()
        assert tokens == [1, 2, 3, None, None]
        one.wait_for(lambda event: event == Sent(3), "sent")
        assert one.link.connected


def test_when_nobody_takes_the_events_nothing_more_is_read(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box_module, "MOST_WAITING", 5)
    with linked(at(broker), "b", filters=("x/#",), manual_ack=True, receive_max=50) as other:
        other.connected()
        with linked(at(broker), "a") as one:
            one.connected()
            for number in range(100):
                one.publish("x/y", b"%d" % number)
        taken = []
        while len(other.payloads("x/y")) < 100:
            events = other.link.take(0.05)
            taken.append(len(events))
            other.events += events
            for event in events:
                if isinstance(event, Arrived):
                    other.link.acknowledge(event)
        assert max(taken) < 10
        assert other.payloads("x/y") == [b"%d" % number for number in range(100)]


def test_a_delayed_will_is_not_published_for_who_comes_back_soon(broker: Mosquitto) -> None:
    how = {"session_s": 60, "will_delay_s": 1, "will": lambda: Will("x/status", b"lost")}
    with Proxy(broker.port) as wire, linked(at(broker), "b", filters=("x/#",)) as other:
        other.connected()
        with linked(Broker(url=wire.url), "a", **how) as one:
            one.connected()
            wire.cut()
            one.connected(2)
            assert other.link.take(2.5) == ()
            wire.refuse()
            wire.cut()
            assert other.arrived("x/status").payload == b"lost"


# TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An authority, what it signed for localhost, and another authority."""
    folder = tmp_path_factory.mktemp("certificates")
    one, other = Authority("one"), Authority("other")
    found = {"ca": folder / "ca.pem", "other": folder / "other.pem"}
    found["ca"].write_bytes(one.certificate())
    found["other"].write_bytes(other.certificate())
    for name, host in (("right", "localhost"), ("wrong", "elsewhere.example")):
        certificate, key = one.signed_for(host)
        found[name], found[f"{name} key"] = folder / f"{name}.pem", folder / f"{name}.key"
        found[name].write_bytes(certificate)
        found[f"{name} key"].write_bytes(key)
    return found


def test_over_tls_a_broker_that_is_vouched_for_is_believed(
    certificates: dict[str, Path], tmp_path: Path, needs: Callable[..., None]
) -> None:
    needs("mosquitto")
    with (
        Mosquitto(tmp_path, tls=(certificates["right"], certificates["right key"])) as running,
        linked(at(running, ca=str(certificates["ca"])), filters=("x/#",), manual_ack=True) as one,
    ):
        one.connected()
        assert one.publish("x/y", b"a" * 200_000).why == ""
        assert one.arrived("x/y").payload == b"a" * 200_000


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("shown", "trusted"), [("right", "other"), ("wrong", "ca"), ("right", "missing")])
def test_over_tls_no_other_broker_is_told_the_password(
    shown: str, trusted: str, certificates: dict[str, Path], tmp_path: Path, needs: Callable[..., None]
) -> None:
    needs("mosquitto")
    with Mosquitto(tmp_path, tls=(certificates[shown], certificates[f"{shown} key"])) as running:
        ca = str(certificates.get(trusted, tmp_path / "missing.pem"))
        with linked(at(running, ca=ca, user="sq-led1", password="geheim")) as one:
            why = one.disconnected().why
            assert "certificate" in why.lower() or "No such file" in why
            assert not any(isinstance(event, Connected) for event in one.events)
        assert "sq-led1" not in running.log.read_text()


def test_the_news_is_told_without_being_asked(broker: Mosquitto) -> None:
    news = threading.Event()
    with linked(at(broker), on_news=news.set) as one:
        assert news.wait(20)
        assert isinstance(one.link.take()[0], Connected)


def test_a_stop_does_not_wait_for_a_broker_that_is_away(tmp_path: Path) -> None:
    link = Link(Broker(url="mqtt://127.0.0.1:1"), "a", first_delay_s=3600.0, longest_delay_s=3600.0)
    link.start()
    link.take(20)
    link.stop((Outgoing("x/status", b"offline"),))
    assert not any(thread.name == "link a" for thread in threading.enumerate())


def test_a_link_that_was_never_started_can_be_stopped() -> None:
    Link(Broker(url="mqtt://127.0.0.1"), "a").stop()


@pytest.mark.parametrize(
    "url", ["", "http://x", "mqtt://", "mqtt://u:p@x", "mqtt://x/y", "mqtt://x:99999", "x:1883", "mqtt://[::1"]
)
def test_what_is_no_broker_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Link(Broker(url=url), "a")


def test_a_password_is_in_no_text() -> None:
    assert "geheim" not in repr(Broker(url="mqtt://x", user="u", password="geheim"))
    assert "geheim" not in str((Broker(url="mqtt://x", user="u", password="geheim"),))


@pytest.mark.parametrize("topic", ["", "x/+", "x/#"])
def test_nothing_is_published_to_a_filter(topic: str) -> None:
    link = Link(Broker(url="mqtt://x"), "a")
    with pytest.raises(ValueError, match="cannot be published"):
        link.publish(topic, b"")
    link.stop()


# A broker that means harm


@contextmanager
def evil_broker(answers: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Takes connections one after the other and sends each its bytes, whatever it hears."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.settimeout(20)
                    heard.append(connection.recv(4096))
                    connection.sendall(answer)
                    while connection.recv(4096):
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"mqtt://127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(20)


CONNACK_5 = bytes([0x20, 3, 0, 0, 0])


def test_an_endless_packet_ends_the_connection() -> None:
    endless = CONNACK_5 + bytes([0x30, 0xFF, 0xFF, 0xFF, 0x7F]) + b"x" * 1000
    with (
        evil_broker([endless]) as (url, _),
        linked(Broker(url=url), longest_delay_s=3600.0, first_delay_s=3600.0) as one,
    ):
        one.connected()
        assert "too large" in one.disconnected().why


def test_a_flood_before_the_subscriptions_are_confirmed_ends_the_connection() -> None:
    body = b"\x00\x01a" + b"\x00" + b"x" * 60_000  # topic "a", no properties
    length = bytes([len(body) & 0x7F | 0x80, len(body) >> 7 & 0x7F | 0x80, len(body) >> 14])
    flood = CONNACK_5 + (b"\x30" + length + body) * 600
    with (
        evil_broker([flood]) as (url, _),
        linked(Broker(url=url), filters=("a",), longest_delay_s=3600.0, first_delay_s=3600.0) as one,
    ):
        assert "without end" in one.disconnected().why


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x00", b"\x20\x02\x00\xff", b"\x20\x03\x00\x00\xff", b"\x00" * 50,
        CONNACK_5 + b"\x30\x03\x00\xff", CONNACK_5 + b"\x32\x04\x00\x02\xff\xfe", CONNACK_5 + b"\x90\x01\x00",
        CONNACK_5 + b"\x40\x01\x00", CONNACK_5 + b"\xe0\x02\x8e\xff", CONNACK_5 + b"\x36\x05\x00\x01a\x00\x01",
    ],
)  # fmt: skip
def test_nonsense_from_the_broker_ends_the_connection_and_not_the_thread(answer: bytes) -> None:
    with evil_broker([answer + b"\xff" * 8, CONNACK_5]) as (url, heard), linked(Broker(url=url)) as one:
        one.disconnected()
        wait_until(lambda: len(heard) >= 2, "a second attempt")
        assert all(hello.startswith(b"\x10") for hello in heard)
