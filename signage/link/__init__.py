"""The connection to the broker, for player and office alike.

`values` say what comes and goes, `link` keeps a thread that comes back by itself, `connection` and `client` are one
connection and alone know paho, `box` lies between the link's thread and all others.
"""

from signage.link.link import Link
from signage.link.values import (
    Arrived,
    Broker,
    Connected,
    Disconnected,
    LinkEvent,
    Outgoing,
    Sent,
    TooLarge,
    Will,
    why_no_url,
)

__all__ = [
    "Arrived", "Broker", "Connected", "Disconnected", "Link", "LinkEvent", "Outgoing", "Sent", "TooLarge", "Will",
    "why_no_url",
]  # fmt: skip
