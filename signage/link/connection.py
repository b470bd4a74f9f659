"""One connection to the broker, from CONNECT to its end.

Each connection is a new client, driven by our own loop on the link's thread: paho's own would reconnect without jitter,
send again what it cannot know to be wanted, and write from whatever thread publishes.
Rule: paho's callbacks only leave values, in the box or here.
"""

import logging
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

import msgspec
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from signage.link.box import Box
from signage.link.client import MOST_PACKET_BYTES, connect, made
from signage.link.values import Arrived, Connected, TooLarge, Will, Wish

log = logging.getLogger(__name__)

HELLO_S, ANSWER_S = 4.0, 15.0
"""From the TCP connection until the broker says anything at all to MQTT 5, and until every filter is subscribed to."""
TURN_S = 1.0
UNACKNOWLEDGED_S = 60.0
"""A broker that answers pings but acknowledges nothing is left after so long."""
MOST_IN_FLIGHT = 20
"""Publications without their acknowledgement; what brokers take by default."""
MOST_EARLY_BYTES = 32 << 20
"""Before the subscriptions are confirmed: more than any session of ours holds, for 200 batches of 64 KiB are 13 MB."""
PACKET_EXTRA_BYTES = 64
"""More than the header and properties of a publication of ours take beside topic and payload."""

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class End(msgspec.Struct, frozen=True):
    """How a connection ended."""

    why: str
    code: int = 0
    """Of MQTT 5, where the broker gave one."""
    up_s: float | None = None
    """How long it was up; None: never."""
    heard: bool | None = None
    """Of one that was never up: whether the broker said a word on it. amqtt does not answer to MQTT 5, or hangs up."""


class Connection:
    """Everything here runs on the link's thread."""

    def __init__(self, wish: Wish, level: int, will: Will | None, box: Box, number: int) -> None:
        self._wish, self._level, self._box, self._number = wish, level, box, number
        self._end: End | None = None
        self._up_since: float | None = None
        self._answered = False
        self._flying: dict[int, tuple[int, float]] = {}
        """Token and time of what is in flight, by packet number."""
        self._early: list[Arrived] = []
        """Came before the subscriptions were confirmed, from a session that the broker kept."""
        self._early_bytes = 0
        self._passed_over = False
        self._most_in_flight, self._most_out_bytes = MOST_IN_FLIGHT, MOST_PACKET_BYTES
        self._client = self._listened_to(will)

    def run(self, leave_by: Callable[[], float], *, anew: bool = False) -> End:
        """Connects, stays until the end or a stopping box's `leave_by` (monotonic); `anew` drops the kept session."""
        try:
            connect(self._client, self._wish, self._level, anew=anew)
        except (OSError, ValueError) as fault:
            return End(str(fault) or type(fault).__name__)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._box.woken, READ)
                self._stay(selector, leave_by)
        finally:
            rest = self._client.socket()
            if rest is not None:
                rest.close()
        end = self._end or End("the connection was lost")
        if self._up_since is None:
            return msgspec.structs.replace(end, heard=self._answered)
        return msgspec.structs.replace(end, up_s=time.monotonic() - self._up_since)

    def _listened_to(self, will: Will | None) -> Client:
        client = made(self._wish, self._level, will)
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message, client.on_publish = self._on_message, self._on_publish
        return client

    # The loop

    def _stay(self, selector: selectors.BaseSelector, leave_by: Callable[[], float]) -> None:
        since = time.monotonic()
        watch = _Watch(selector)
        while self._end is None and (open_ := self._open()) is not None:
            reading = not self._box.is_full or self._box.is_stopping
            watch.set(open_, READ * reading | WRITE * self._client.want_write())
            # What TLS has already read does not wake the selector.
            pending = reading and isinstance(open_, ssl.SSLSocket) and open_.pending() > 0
            ready = {key.fileobj: mask for key, mask in selector.select(0 if pending else TURN_S)}
            self._turn(woken=self._box.woken in ready, read=pending or bool(ready.get(open_, 0) & READ))
            now = time.monotonic()
            self._end = self._end or self._too_late(now - since)
            if self._box.is_stopping and (self._box.is_settled or now > leave_by()):
                self._client.disconnect()
                self._end = self._end or End("stopped")
        self._flush(selector, watch)

    def _too_late(self, waited_s: float) -> End | None:
        if self._up_since is not None:
            _, since = next(iter(self._flying.values()), (0, time.monotonic()))
            return End("the broker acknowledges nothing") if time.monotonic() - since > UNACKNOWLEDGED_S else None
        if waited_s < HELLO_S:
            return None
        unheard = self._level == 5 and not self._answered
        return End("the broker does not answer") if unheard or waited_s > ANSWER_S else None

    def _turn(self, *, woken: bool, read: bool) -> None:
        if woken:
            self._box.was_woken()
        if read:
            self._client.loop_read()
            # Private, and the only place where paho can be kept from reading a packet of any size.
            if self._client._in_packet["remaining_length"] > MOST_PACKET_BYTES:
                self._end = End("the broker sent a packet that is too large")
                return
        while (receipt := self._box.next_receipt()) is not None:
            if receipt[0] == self._number:
                self._client.ack(receipt[1], 1)
        while self._up_since is not None and (next_ := self._box.next_out(len(self._flying))) is not None:
            token, out = next_
            if len(out.topic.encode()) + len(out.payload) + PACKET_EXTRA_BYTES > self._most_out_bytes:
                self._box.settle(token, "larger than the broker takes")
            else:
                mid = self._client.publish(out.topic, out.payload, 1, out.retain).mid
                self._flying[mid] = token, time.monotonic()
        if self._client.want_write():
            self._client.loop_write()
        self._client.loop_misc()

    def _flush(self, selector: selectors.BaseSelector, watch: "_Watch") -> None:
        """Gives the DISCONNECT a moment to leave; paho closes the socket behind it."""
        give_up = time.monotonic() + TURN_S
        while (open_ := self._open()) is not None and self._client.want_write() and time.monotonic() < give_up:
            watch.set(open_, WRITE)
            selector.select(TURN_S / 10)
            self._client.loop_write()

    def _open(self) -> socket.socket | None:
        found = self._client.socket()
        return found if isinstance(found, socket.socket) else None

    # What paho calls

    def _on_connect(
        self, client: Client, _: Any, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._answered = True
        if reason.is_failure:
            self._end = End(f"the broker refused the connection: {reason}", reason.value)
            return
        self._most_in_flight = min(MOST_IN_FLIGHT, getattr(properties, "ReceiveMaximum", MOST_IN_FLIGHT))
        self._most_out_bytes = min(MOST_PACKET_BYTES, getattr(properties, "MaximumPacketSize", MOST_PACKET_BYTES))
        filters = self._wish.filters
        if not filters:
            self._is_up()
        elif self._level == 5:
            client.subscribe([(each, SubscribeOptions(qos=1)) for each in filters])
        else:
            client.subscribe([(_unshared(each), 1) for each in filters])

    def _on_subscribe(
        self, _client: Client, _: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        refused = [each for each, reason in zip(self._wish.filters, reasons, strict=False) if reason.is_failure]
        if refused:
            self._end = End(f"the broker refused to let us hear {', '.join(refused)}", 0x87)
        elif self._up_since is None:
            self._is_up()

    def _is_up(self) -> None:
        self._up_since = time.monotonic()
        log.info("connected to %s, MQTT level %d", self._wish.broker.url, self._level)
        self._box.begin(self._most_in_flight, Connected(self._level), *self._early)
        self._early.clear()

    def _on_disconnect(
        self, _client: Client, _: Any, flags: DisconnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if self._end is None:
            told = flags.is_disconnect_packet_from_server or reason.value == 0x8D
            self._end = End(f"the broker ended the connection: {reason}" if told else "the connection was lost")

    def _on_publish(
        self, _client: Client, _: Any, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        # Never `is_published`: it is true for what was refused as well (paho #474).
        flown = self._flying.pop(mid, None)
        if flown is not None:
            self._box.settle(flown[0], f"the broker refused it: {reason}" if reason.is_failure else "")

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        owed = self._wish.manual_ack and message.qos == 1
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        most = self._wish.most_bytes(topic) if self._wish.most_bytes and topic else MOST_PACKET_BYTES
        if not topic or len(message.payload) > most:
            if not self._passed_over:
                log.warning("passed over %d bytes for %r, the limit is %d", len(message.payload), topic, most)
            self._passed_over = True
            if owed:  # else it would come for ever
                client.ack(message.mid, 1)
            if topic and most and self._up_since is not None:
                self._box.put(TooLarge(topic, len(message.payload)))
            return
        receipt = (self._number, message.mid) if owed else None
        arrived = Arrived(topic, bytes(message.payload), message.retain, receipt)
        if self._up_since is None:
            self._keep_early(arrived)
        elif not self._box.is_stopping:
            self._box.put(arrived)

    def _keep_early(self, arrived: Arrived) -> None:
        self._early.append(arrived)
        self._early_bytes += len(arrived.payload)
        if self._early_bytes > MOST_EARLY_BYTES:
            self._end = End("the broker sends without end and confirms no subscription")


class _Watch:
    """Keeps a selector told of what is waited for."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._mask = 0

    def set(self, open_: socket.socket, mask: int) -> None:
        if mask == self._mask:
            return
        if not mask:
            self._selector.unregister(open_)
        elif not self._mask:
            self._selector.register(open_, mask)
        else:
            self._selector.modify(open_, mask)
        self._mask = mask


def _unshared(topic_filter: str) -> str:
    """Gives a shared filter as MQTT 3.1.1 knows it."""
    return topic_filter.split("/", 2)[2] if topic_filter.startswith("$share/") else topic_filter
