"""One simulated screen: it speaks the contract as a player does, and has nothing behind it.

It connects with a will, says birth, state and status, keeps its ledger while the office is away, sends it in batches of
the contract's size, the oldest and the newest by turns, at most four that the office has not acknowledged, and goes
back when the acknowledgement does.
"""

import asyncio
import dataclasses
import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from signage.ledger import moment
from signage.messages import (
    Birth,
    LedgerAck,
    LedgerExtent,
    MessageError,
    OfficeStatus,
    ScreenState,
    ScreenStatus,
    ZoneState,
    decode,
    encode,
)
from signage.topics import ScreenLeaf, Topics
from tests.bench.fleet_chain import Chain
from tests.bench.fleet_wire import Hello, Wire, connected

PLAYING_H = 16
"""Hours a day that a screen is on."""
WINDOW = 4
ACK_S, RESEND_S = 3.0, 60.0
"""How long the retained ack is waited for, and after how long without progress a batch is sent again."""
LIVE_S = 10.0
"""The newest records go at least so often, backlog or not."""
STATE_S = 30.0
ANSWER_S = 20.0


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How a fleet is."""

    url: str
    screens: int
    days: float = 0.0
    period_s: float = 10.0
    password: str = ""
    prefix: str = "wuzha/1"
    first_delay_s: float = 1.0
    longest_delay_s: float = 30.0
    live: bool = True
    """Whether they go on playing."""
    seed: int = 1


def screen_id(number: int) -> str:
    """Gives the id of a screen."""
    return f"sim-{number:05d}"


def a_day(period_s: float) -> int:
    """Gives how many plays a screen makes in a day."""
    return round(PLAYING_H * 3600 / period_s)


class SimScreen:
    """One screen."""

    def __init__(self, plan: Plan, number: int, counts: Counter[str]) -> None:
        self.id = screen_id(number)
        self.conn = 0
        self.online = False
        self.acked = 0
        self.plays = plan.live
        """Whether it goes on playing."""
        self._plan, self._counts = plan, counts
        self._random = random.Random(plan.seed * 100_003 + number)
        self._topics = Topics(plan.prefix)
        self._where = urlsplit(plan.url)
        backlog = round(plan.days * a_day(plan.period_s))
        # The newest play of the backlog is now; the nights between are left out, so it began later than that.
        begins = dt.datetime.now(dt.UTC) - dt.timedelta(
            seconds=backlog * plan.period_s + self._random.random() * plan.period_s
        )
        self.chain = Chain(self.id, f"{self._random.getrandbits(64):016x}", begins, plan.period_s)
        self.chain.grow(backlog)
        self._office = False
        self._heard_ack = False
        self._wire: Wire | None = None
        self._news = asyncio.Event()
        self._open: list[tuple[int, int, float]] = []
        """First, last and time of the batches below `_next` that are not acknowledged."""
        self._next, self._live_next, self._live_at = 1, 0, 0.0

    async def run(self) -> None:
        """Lives until it is cancelled."""
        tries = 0
        try:
            while True:
                tries += 1
                with suppress(OSError, TimeoutError):
                    self._wire = await self._connected()
                    tries = 0
                    await self._stay(self._wire)
                self.online, self._wire = False, None
                plan = self._plan
                await asyncio.sleep(
                    self._random.random() * min(plan.longest_delay_s, plan.first_delay_s * 2 ** min(tries, 9))
                )
        finally:
            if self._wire is not None:
                self._say("status", encode(ScreenStatus(state="offline", conn=self.conn)), retain=True)
                self._wire.close(farewell=True)

    async def _connected(self) -> Wire:
        self.conn += 1
        self._counts["attempts"] += 1
        self._office = self._heard_ack = False
        hello = Hello(
            self.id, self._topics.for_screen(self.id), self._topics.screen(self.id, "status"),
            encode(ScreenStatus(state="lost", conn=self.conn)), self.id if self._plan.password else "",
            self._plan.password,
        )  # fmt: skip
        host, port = self._where.hostname or "", self._where.port or 1883
        wire = await connected((host, port), hello, self._hear, self._news.set, ANSWER_S)
        self._counts["connected"] += 1
        return wire

    async def _stay(self, wire: Wire) -> None:
        self._say_all()
        self.online = True
        self._open, self._next, self._live_next, self._live_at = [], self.acked + 1, self.chain.last + 1, 0.0
        ack_by, state_at = time.monotonic() + ACK_S, time.monotonic() + self._random.random() * STATE_S
        while not wire.gone.done():
            now = time.monotonic()
            if self.plays:
                self.chain.grow(self._played())
            if self._office and (self._heard_ack or now > ack_by):
                self._upload(wire, now)
            if now > state_at:
                state_at = now + STATE_S
                wire.ping()
                self._say("state", encode(self._state()), retain=True)
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0 + self._random.random()):
                    await self._news.wait()

    def _played(self) -> int:
        return int((time.time() * 1000 - self.chain.at_ms(1)) / self.chain.period_ms)

    # What it says

    def _say(
        self, leaf: ScreenLeaf, payload: bytes, *, retain: bool = False, told: Callable[[bool], None] | None = None
    ) -> None:
        if self._wire is not None:
            self._wire.publish(self._topics.screen(self.id, leaf), payload, retain=retain, told=told)

    def _say_all(self) -> None:
        chain, at = self.chain, moment(dt.datetime.now(dt.UTC))
        extent = LedgerExtent(epoch=chain.epoch, first=min(1, chain.last), last=chain.last, head=chain.head.hex())
        birth = Birth(
            screen=self.id, conn=self.conn, boot="5f0e", at=at, clock="ntp", versions={"wuzha": "simulated"},
            canvas=(512, 256), ledger=extent,
        )  # fmt: skip
        self._say("birth", encode(birth), retain=True)
        self._say("state", encode(self._state()), retain=True)
        self._say("status", encode(ScreenStatus(state="online", conn=self.conn, at=at)), retain=True)

    def _state(self) -> ScreenState:
        zone = ZoneState(zone="main", playlist="morning", publication=12, item=1, shows="image", name="posters/a.png")
        at = moment(dt.datetime.now(dt.UTC))
        return ScreenState(
            conn=self.conn, at=at, clock="ntp", zones=(zone,), publications=(12,), frames=self.chain.last
        )

    def _upload(self, wire: Wire, now: float) -> None:
        chain = self.chain
        if self._open and now - self._open[0][2] > RESEND_S:
            self._counts["sent again"] += len(self._open)
            self._open, self._next = [], self.acked + 1
        if self._next < self._live_next <= chain.last and now - self._live_at >= LIVE_S:
            # The newest: before the backlog, and beside its window, for its acknowledgement comes only after that.
            self._live_at = now
            self._live_next = self._send(self._live_next) + 1
        while len(self._open) < WINDOW and self._next <= chain.last and not wire.is_busy:
            if self._next >= self._live_next and self._next > chain.last - chain.step and now - self._live_at < LIVE_S:
                return  # nothing is behind: the newest may gather a little
            first, last = self._next, self._send(self._next)
            self._open.append((first, last, now))
            self._next, self._live_at = last + 1, now if last >= self._live_next else self._live_at
            self._live_next = max(self._live_next, self._next)

    def _send(self, first: int) -> int:
        last, payload = self.chain.batch(first)
        self._counts["batches"] += 1
        self._counts["records"] += last - first + 1
        self._say("ledger", payload, told=lambda taken: self._counts.update(refused=not taken))
        return last

    # What it hears

    def _hear(self, topic: str, payload: bytes) -> None:
        with suppress(MessageError):
            if topic == self._topics.office("status"):
                self._office = decode(payload, OfficeStatus, 1024).online
            elif topic == self._topics.screen(self.id, "ledger/ack"):
                self._acked(decode(payload, LedgerAck, 8192))
        self._news.set()

    def _acked(self, ack: LedgerAck) -> None:
        upto = next((mark.upto for mark in ack.marks if mark.epoch == self.chain.epoch), 0)
        self._counts["acks"] += 1
        if upto < self.acked or not self._heard_ack:
            self._open, self._next = [], upto + 1
        self._heard_ack, self.acked = True, upto
        self._open = [each for each in self._open if each[1] > upto]
        self._next = max(self._next, upto + 1)
