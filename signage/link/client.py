"""Makes paho's client as a link wishes it, and connects it.

Rule: what MQTT 3.1.1 does not have is left out here and nowhere else.
"""

import ssl

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from signage.link.values import Will, Wish, address

CONNECT_S = 5.0
"""For the TCP connection, and again for TLS."""
MOST_PACKET_BYTES = 256 << 10
"""Either way. A larger one that comes ends the connection before it is read: paho would take 256 MiB."""


def made(wish: Wish, level: int, will: Will | None) -> Client:
    """Gives a client that is not connected; `level` is 5, or 4 for MQTT 3.1.1."""
    five = level == 5
    client = Client(
        CallbackAPIVersion.VERSION2, wish.client_id,
        # Sessions of 3.1.1 never end, so there is none; of 5 it is said in CONNECT.
        clean_session=None if five else True,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
        manual_ack=wish.manual_ack, reconnect_on_failure=False,
    )  # fmt: skip
    client.connect_timeout = CONNECT_S
    if wish.broker.user:
        client.username_pw_set(wish.broker.user, wish.broker.password)
    if will is not None:
        properties = _properties(PacketTypes.WILLMESSAGE) if five else None
        if properties is not None and wish.will_delay_s:
            # No longer than the session: mosquitto before 2.1.3 gets a delay without one wrong.
            properties.WillDelayInterval = min(wish.will_delay_s, wish.session_s)
        client.will_set(will.topic, will.payload, 1, retain=True, properties=properties)
    return client


def connect(client: Client, wish: Wish, level: int, *, anew: bool) -> None:
    """Connects and sends CONNECT; `anew` lets go of the session that the broker kept.

    Raises OSError or ValueError, also for a certificate that is not trusted.
    """
    where = address(wish.broker.url)
    if where.tls:
        client.tls_set_context(ssl.create_default_context(cafile=wish.broker.ca or None))
    if level == 4:
        client.connect(where.host, where.port, wish.keepalive_s)
        return
    properties = _properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = wish.session_s
    properties.ReceiveMaximum = wish.receive_max
    properties.MaximumPacketSize = MOST_PACKET_BYTES
    clean = wish.session_s == 0 or anew
    client.connect(where.host, where.port, wish.keepalive_s, clean_start=clean, properties=properties)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]
