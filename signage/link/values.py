"""Which broker a link goes to, and what comes and goes over it, as values.

Rule: pure; `connection` does it.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from signage.errors import Words

PLAIN_PORT, TLS_PORT = 1883, 8883


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """A broker, and who we are there."""

    url: str
    """`mqtt://host:port` or `mqtts://host:port`; the usual ports may be left out."""
    user: str = ""
    password: str = ""
    ca: str = ""
    """Path of a file with the certificates that `mqtts` trusts; empty: the system's."""

    def __repr__(self) -> str:
        """Leaves the password out of logs and tracebacks."""
        return f"Broker({self.url!r}, user={self.user!r})"


class Address(msgspec.Struct, frozen=True):
    """Where to connect to."""

    host: str
    port: int
    tls: bool


class Will(msgspec.Struct, frozen=True):
    """What the broker publishes, retained, when the connection ends without a farewell."""

    topic: str
    payload: bytes


class Outgoing(msgspec.Struct, frozen=True):
    """Something to publish."""

    topic: str
    payload: bytes
    retain: bool = False


class Connected(msgspec.Struct, frozen=True):
    """The broker took us in, and every filter is subscribed to."""

    level: int
    """5, or 4 for MQTT 3.1.1."""


class Disconnected(msgspec.Struct, frozen=True):
    """The connection has ended, or could not be made for a new reason; another one is tried by itself."""

    why: str


class Arrived(msgspec.Struct, frozen=True):
    """A message; it may come twice."""

    topic: str
    payload: bytes
    retained: bool
    receipt: tuple[int, int] | None = None
    """Connection and packet, where the taker acknowledges."""


class TooLarge(msgspec.Struct, frozen=True):
    """A message that was passed over: it is larger than its topic may carry."""

    topic: str
    size: int


class Sent(msgspec.Struct, frozen=True):
    """What became of a publication."""

    token: int
    why: str = ""
    """Empty: the broker took it. Else it may or may not have; whoever cares publishes it again."""


LinkEvent = Connected | Disconnected | Arrived | TooLarge | Sent


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How every connection of a link is to be."""

    broker: Broker
    client_id: str
    filters: tuple[str, ...] = ()
    """Subscribed to after every CONNACK, in one packet; `$share/group/…` is a plain filter under MQTT 3.1.1."""
    session_s: int = 0
    """How long the broker keeps our session after the connection; under MQTT 3.1.1 not at all."""
    will_delay_s: int = 0
    manual_ack: bool = False
    receive_max: int = 64
    """Messages that the broker may send before one of them is acknowledged."""
    keepalive_s: int = 60
    most_bytes: Callable[[str], int] | None = None
    """The largest payload of a topic; a larger one is passed over, and told but for 0: that is nobody's topic."""


def address(url: str) -> Address:
    """Reads a broker's URL. Raises ValueError with the reason."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        # Without what stands before an @: the reason is logged, and that may be a password.
        raise ValueError(f"{url.rpartition('@')[2]!r} is not mqtt://host:port or mqtts://host:port")
    if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"only host and port may stand in a broker's URL: {parts.scheme}://{parts.hostname}")
    tls = parts.scheme == "mqtts"
    return Address(parts.hostname, parts.port or (TLS_PORT if tls else PLAIN_PORT), tls)


def why_no_url(url: str) -> Words | None:
    """Says why a URL names no broker, or None."""
    try:
        address(url)
    except ValueError as error:
        return Words(zh="应写成 mqtt://主机:端口 或 mqtts://主机:端口", en=str(error))
    return None


def delay_s(tries: int, first_s: float, longest_s: float, roll: float) -> float:
    """Gives how long to wait after so many failed attempts; `roll` is a random number from 0 to 1.

    The whole wait is random (full jitter), so that a thousand screens do not come back in the same second.
    """
    return float(roll * min(longest_s, first_s * 2 ** min(tries, 30)))
