"""An office stand-in for one screen: the contract as the real office keeps it, and nothing behind it."""

import datetime as dt
import secrets
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signage.ledger import KnownRecord, UnknownRecord, read
from signage.link import Arrived, Broker, Connected, Link, Will
from signage.messages import (
    Birth,
    Command,
    LedgerBatch,
    Message,
    OfficeStatus,
    Op,
    Reply,
    ScreenState,
    ScreenStatus,
    Value,
    decode,
    encode,
)
from signage.topics import MOST_BYTES, SCREEN_WRITES, ScreenLeaf, ScreenTopic, Topics
from signage.trust import sign_command
from tests.brokers import wait_until
from tests.player.uplink.tiny_office import TinyOffice

_Any = TypeVar("_Any", bound=Message)


class StandIn:
    """Says that it is there, takes the ledger, remembers what comes, commands."""

    def __init__(self, url: str, screen: str, key: Ed25519PrivateKey | None = None, head: bytes = b"") -> None:
        self.screen, self.key, self.head = screen, key, head
        self.topics = Topics()
        self.ledger = TinyOffice(screen)
        self.came: dict[ScreenLeaf, list[bytes]] = {leaf: [] for leaf in SCREEN_WRITES}
        self.acks = True
        self._number = 0
        self._stopping = False
        status = self.topics.office("status")
        self._link = Link(
            Broker(url=url),
            "office",
            filters=tuple(self.topics.every_screen(leaf) for leaf in SCREEN_WRITES),
            will=lambda: Will(status, encode(OfficeStatus(online=False))),
            first_delay_s=0.1,
            longest_delay_s=0.5,
        )
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)

    def __enter__(self) -> Self:
        self._link.start()
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stopping = True
        self._thread.join()
        self._link.stop()

    def publish_head(self, head: bytes) -> None:
        self.head = head
        self._say(self.topics.office("head"), head, retain=True)

    def wait_trusted(self) -> None:
        """Waits until the screen says that it knows whose keys may command."""
        wait_until(lambda: any(birth.trusted.assign for birth in self.all("birth", Birth)), "trust in the key", 40)

    def send(self, op: Op, *, by: Ed25519PrivateKey | None = None, number: int | None = None, **args: Value) -> Command:
        """Signs a command and sends it."""
        self._number = self._number + 1 if number is None else number
        now = dt.datetime.now(dt.UTC)
        command = Command(
            id=secrets.token_hex(16),
            screen=self.screen,
            number=self._number,
            op=op,
            args=args,
            issued=now.isoformat(),
            not_after=(now + dt.timedelta(seconds=120)).isoformat(),
            by="office@test",
        )
        key = by or self.key
        assert key is not None
        signed = sign_command(command, key)
        self._say(self.topics.screen(self.screen, "command"), encode(signed))
        return signed

    def repeat(self, command: Command, *, retain: bool = False) -> None:
        self._say(self.topics.screen(self.screen, "command"), encode(command), retain=retain)

    def reply(self, command: Command, seconds: float = 20.0) -> Reply:
        """Waits for the answer to a command."""
        found: list[Reply] = []

        def came() -> bool:
            found[:] = [r for r in self.all("reply", Reply) if r.id == command.id]
            return bool(found)

        wait_until(came, f"a reply to {command.op}", seconds)
        return found[-1]

    def all(self, leaf: ScreenLeaf, kind: type[_Any]) -> list[_Any]:
        return [decode(payload, kind, MOST_BYTES[leaf]) for payload in tuple(self.came[leaf])]

    def state(self) -> ScreenState | None:
        found = self.all("state", ScreenState)
        return found[-1] if found else None

    def status(self) -> str:
        found = self.all("status", ScreenStatus)
        return found[-1].state if found else ""

    def wait_state(self, true: Callable[[ScreenState], bool], what: str, seconds: float = 20.0) -> ScreenState:
        """Waits for a state that is so, and gives it."""
        wait_until(lambda: (state := self.state()) is not None and true(state), what, seconds)
        state = self.state()
        assert state is not None
        return state

    def records(self) -> list[KnownRecord | UnknownRecord]:
        """Gives everything that is stored, epoch by epoch."""
        return [read(text.encode()) for texts in tuple(self.ledger.texts.values()) for _, text in sorted(texts.items())]

    def _run(self) -> None:
        while not self._stopping:
            acknowledges = False
            for event in self._link.take(0.1):
                match event:
                    case Connected():
                        self._say(self.topics.office("status"), encode(OfficeStatus(online=True)), retain=True)
                        if self.head:
                            self._say(self.topics.office("head"), self.head, retain=True)
                        acknowledges = True
                    case Arrived(topic, payload):
                        found = self.topics.read(topic)
                        assert isinstance(found, ScreenTopic)
                        self.came[found.leaf].append(payload)
                        if found.leaf == "ledger" and self.acks:
                            self.ledger.take(decode(payload, LedgerBatch, MOST_BYTES["ledger"]))
                            acknowledges = True
            if acknowledges and self.acks:
                self._say(self.topics.screen(self.screen, "ledger/ack"), encode(self.ledger.ack()), retain=True)

    def _say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        until = time.monotonic() + 20
        while self._link.publish(topic, payload, retain=retain) is None:
            assert time.monotonic() < until, "the office has no connection"
            time.sleep(0.01)
