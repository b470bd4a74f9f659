"""Says things on the broker for those who have no connection of their own: heads and commands, then leaves.

A head that is not said is no loss: the collector says it again, and screens look for themselves four times an hour.
"""

import secrets
import time
from collections.abc import Sequence

from office.place import OfficeSettings, Place
from office.trusting.repository import head
from signage.errors import WuzhaError
from signage.link import Broker, Connected, Disconnected, Link, Outgoing, Sent
from signage.topics import Topics

WAIT_S = 8.0
REFUSED_S = 1.5
"""After so long a broker that gives a reason why we cannot come in is believed."""


class UnheardError(WuzhaError):
    """The broker did not take what was said."""


def office_broker(place: Place, told: OfficeSettings) -> Broker:
    """Gives the broker and who the office is there. Raises OSError when its password cannot be read."""
    ca = str(place.home / told.ca) if told.ca else ""
    password = place.office_password.read_text().strip()
    return Broker(url=told.broker, user=told.user, password=password, ca=ca)


def say_head(place: Place, wait_s: float = WAIT_S) -> None:
    """Publishes the newest head, retained. Raises UnheardError; nothing to say is no error."""
    text = head(place)
    if text is not None:
        topic = Topics(place.settings().prefix).office("head")
        say(place, (Outgoing(topic, text, retain=True),), wait_s)


def say(place: Place, messages: Sequence[Outgoing], wait_s: float = WAIT_S) -> None:
    """Publishes messages and waits until the broker took every one. Raises UnheardError."""
    try:
        link = Link(office_broker(place, place.settings()), f"office-voice-{secrets.token_hex(6)}", first_delay_s=0.5)
    except (OSError, ValueError) as error:
        english = f"the broker's settings are wrong: {error}"
        raise UnheardError(f"消息服务器的地址或证书不对：请核对管理端的设置\n{english}") from error
    link.start()
    try:
        why = _said(link, list(messages), wait_s)
    finally:
        link.stop()
    if why:
        url = place.settings().broker
        raise UnheardError(
            f"消息服务器没有收下（{why}）：{url} 在运行吗？地址在 office.toml 的 broker\n"
            f"the broker did not take it ({why}): does {url} run? Its address is `broker` in office.toml"
        )


def _said(link: Link, waiting: list[Outgoing], wait_s: float) -> str:
    """Gives why the broker did not take all of it; empty when it did."""
    under_way: dict[int, Outgoing] = {}
    why, came_in, began = "", False, time.monotonic()
    while waiting or under_way:
        left_s = began + (REFUSED_S if why and not came_in else wait_s) - time.monotonic()
        if left_s <= 0:
            return why or "no answer"
        for event in link.take(min(left_s, 0.5)):
            match event:
                case Sent(token, refused):
                    message = under_way.pop(token, None)
                    if refused and message is not None:
                        why = refused
                        waiting.append(message)
                case Disconnected(reason):
                    why = reason
                case Connected():
                    came_in = True
        while waiting and link.connected:
            given = link.publish(waiting[0].topic, waiting[0].payload, retain=waiting[0].retain)
            if given is None:
                break
            under_way[given] = waiting.pop(0)
    return ""
