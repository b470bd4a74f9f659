"""Runs a broker inside this process, for machines without mosquitto.

It is amqtt, which knows MQTT 3.1.1 only and is meant for trials on loopback. By itself it is open to everybody, checks
no will, and gives a newcomer what others subscribed to; the gate and the override here close these doors.
"""

import asyncio
import contextlib
import logging
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amqtt.adapters import StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.errors import AMQTTError
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from office.broker.doorstep import greeted
from office.broker.mosquitto import BrokerFailed
from office.broker.passwords import matches, read_passwords
from office.broker.rights import Rights

START_S, STOP_S = 20.0, 10.0
LINGER_S = 1.0
"""How long those who are connected have to go by themselves."""
TURNS_TO_LET_IN = 4
"""Of the loop, from accept() to `stream_connected`."""

log = logging.getLogger(__name__)


@dataclass
class Access:
    """What both gates need to know; amqtt fills it in by the names."""

    passwords: str = ""
    prefix: str = ""
    office: str = ""


class Gatekeeper(BaseAuthPlugin):
    """Lets in who has a password in the file, which is read anew each time."""

    Config = Access

    async def authenticate(self, *, session: Session) -> bool | None:
        """Says whether the one who connects is who he says, and may write what his will would."""
        user, password = session.username or "", session.password or ""
        kept = read_passwords(Path(self.config.passwords).read_text(encoding="utf-8")).get(user)
        if kept is None or not matches(password, kept):
            return False
        if not session.will_flag:
            return True
        return Rights(self.config.prefix, self.config.office).may_write(user, session.will_topic or "")


class Warden(BaseTopicPlugin):
    """Lets everybody write and read what is his."""

    Config = Access

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool | None:
        """Says whether the topic may be written, subscribed to or received."""
        rights = Rights(self.config.prefix, self.config.office)
        user = (session.username if session else None) or ""
        if action == Action.PUBLISH:
            return rights.may_write(user, topic or "")
        return rights.may_read(user, topic or "")


class _Mended(Broker):
    """amqtt 0.12.1 gives a newcomer the retained messages of everybody's subscriptions; this one, of his own.

    And whoever connects is looked at before amqtt reads from him.
    """

    def __init__(self, config: dict[str, Any], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(config, loop=loop)
        self._transports: weakref.WeakSet[asyncio.WriteTransport] = weakref.WeakSet()
        """Weak, for one that is closed may still have something to send, and goes by itself after that."""

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        self._transports.add(writer.transport)
        try:
            known = await greeted(reader, writer.write)
            with contextlib.suppress(OSError):  # he may be gone while amqtt still answers
                if known is not None:
                    await self._client_connected(listener_name, known, StreamWriterAdapter(writer))
                else:
                    await writer.drain()
        finally:
            writer.close()

    def hang_up(self) -> None:
        """Ends the connections that are open still, at once: what waits to be sent is lost."""
        for transport in list(self._transports):
            if transport.get_extra_info("socket").fileno() != -1:  # abort() fails on one that went after its last bytes
                transport.abort()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        if any(each.client_id == session.client_id for each, _ in self._subscriptions.get(subscription[0], ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class Embedded:
    """An amqtt broker on a thread of its own, on a port of 127.0.0.1."""

    name = "amqtt"

    def __init__(self, port: int, rights: Rights, passwords: Path) -> None:
        self._port = port
        access = {"passwords": str(passwords), "prefix": rights.prefix, "office": rights.office}
        here = f"{__name__}."
        self._config: dict[str, Any] = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 1000}},
            "plugins": {f"{here}Gatekeeper": access, f"{here}Warden": access},
        }
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._up = threading.Event()
        self._why = ""
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"mqtt://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts it and waits until it listens. Raises BrokerFailed."""
        # It tells every connection, refusal and packet at warning level or above.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        self._thread.start()
        if not self._up.wait(START_S):
            self._why = self._why or "it does not come up"
        if self._why:
            raise BrokerFailed(self._why)

    def refresh(self) -> None:
        """Does nothing: the password file is read at every login."""

    @property
    def ended(self) -> str:
        """How it ended by itself; empty while it runs."""
        return self._why

    def stop(self) -> None:
        """Ends it."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(STOP_S)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except (AMQTTError, OSError) as error:
            self._why = str(error)
        finally:
            self._up.set()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _serve(self) -> None:
        broker = _Mended(self._config, loop=self._loop)
        await broker.start()
        self._up.set()
        await self._ending.wait()
        ending = asyncio.ensure_future(broker.shutdown())
        await asyncio.wait({ending}, timeout=LINGER_S)  # it waits for who does not read; from Python 3.12 on, for all
        broker.hang_up()
        await ending
        for _ in range(TURNS_TO_LET_IN):
            await asyncio.sleep(0)
        broker.hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            _, others = await asyncio.wait(others, timeout=LINGER_S)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
