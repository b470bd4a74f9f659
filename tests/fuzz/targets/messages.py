"""Messages on every topic, from anybody, to the office and to a player.

Promise: a message or MessageError; the office and the player's agent raise nothing, log no traceback, do not let a log
grow by a flood, and say nothing that the other side could not read.
"""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from player.state import Moment
from player.uplink.agent import Agent
from player.uplink.beside import Beside
from player.uplink.connections import Connections
from player.uplink.mailbox import Mailbox
from player.uplink.records import Happened
from player.uplink.standing import Standing
from player.uplink.telling import Self, Sight
from player.uplink.writer import LEDGER, Writer
from signage import messages
from signage.ledger import Details, What
from signage.link import Will
from signage.messages import OPS, Command, Message, MessageError, Op, decode
from signage.timefloor import BelievedTime
from signage.topics import MOST_BYTES, ScreenTopic, Topics, most_bytes
from signage.trust import sign_command
from tests.fakes import FakeLink
from tests.fuzz import mutation
from tests.fuzz.case import Broken, Case, CaseBounds, Step
from tests.fuzz.child import ROOT
from tests.fuzz.office_house import House

SCREEN, OTHER = "sq-square-led1", "other-led"
TOPICS = Topics()
DAWN = dt.datetime(2026, 6, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
EPOCH = "0123456789abcdef"
KINDS: dict[str, type[Message]] = {
    "office/status": messages.OfficeStatus, "status": messages.ScreenStatus, "birth": messages.Birth,
    "state": messages.ScreenState, "ledger": messages.LedgerBatch, "ledger/ack": messages.LedgerAck,
    "command": Command, "reply": messages.Reply,
}  # fmt: skip
GOLDEN = {leaf: (ROOT / f"tests/wire/{leaf.replace('/', '-')}.json").read_bytes().strip() for leaf in KINDS}
HEAD = (ROOT / "tests/wire/office-head.json").read_bytes().strip()
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"
TO_PLAYER = ("office/status", "office/head", "ledger/ack", "command")
LOOK_EVERY, FORGET_EVERY = 40, 2000
RECORDS = 450
"""In the player's ledger: more than one batch, so that forged acknowledgements have something to move."""
ARGUMENTS: dict[Op, dict[str, Any]] = {
    "identify": {"seconds": 5}, "volume": {"percent": 40}, "brightness": {"percent": 60}, "blackout": {"on": True},
    "filler": {"on": False}, "resend": {"epoch": EPOCH, "first": 1, "last": 9},
}  # fmt: skip


def make(random: Random) -> Case:
    """Returns a few messages, each with its topic."""
    return tuple(_message(random) for _ in range(random.choice((1, 1, 2, 5))))


def _message(random: Random) -> Step:
    leaf = random.choice((*MOST_BYTES, "command", "command", "ledger/ack", "state", "birth"))
    topic = f"wuzha/1/{leaf}" if leaf.startswith("office/") else f"wuzha/1/screen/{SCREEN}/{leaf}"
    if random.random() < 0.05:
        at = random.randint(0, len(topic))
        topic = topic[:at] + random.choice((*mutation.MARKS, "/", "//", "+", "#", OTHER, "../")) + topic[at:]
    return Step(("kept " if random.random() < 0.2 else "now ") + topic.replace("\0", "?"), _payload(random, leaf))


def _payload(random: Random, leaf: str) -> bytes:
    if leaf == "shot":
        return mutation.damaged(random, JPEG * random.choice((1, 1, 6000))) if random.random() < 0.7 else JPEG
    if leaf == "office/head":
        return mutation.damaged(random, HEAD)
    if leaf == "command" and random.random() < 0.6:
        return _command(random)
    tree = msgspec.json.decode(GOLDEN[leaf])
    if random.random() < 0.15:  # as many, and as long, as the format takes
        tree = _swollen(random, tree)
    if random.random() < 0.9:
        tree = mutation.mutated(random, tree, times=3)
    content = mutation.written(tree, canonical=False)
    if random.random() < 0.05:
        content = content[:-1] + b" " * (MOST_BYTES[leaf] + random.choice((-1, 0, 1)) - len(content)) + content[-1:]
    return mutation.damaged(random, content) if random.random() < 0.1 else content


def _swollen(random: Random, tree: Any) -> Any:
    for container, key in mutation.places(tree):
        value = container[key]
        if isinstance(value, str) and random.random() < 0.5:
            container[key] = random.choice("字a\u202e") * random.choice((36, 299, 300))
        elif isinstance(value, list) and random.random() < 0.5:
            container[key] = value * random.choice((20, 32, 200))
        elif isinstance(value, int) and not isinstance(value, bool):
            container[key] = random.choice((0, 1, 100, 2**31, 2**53))
    return tree


def _command(random: Random) -> bytes:
    """One that the office signed; what it asks for, and when, need make no sense."""
    op = random.choice(OPS)
    args = dict(ARGUMENTS.get(op, {}))
    if random.random() < 0.6:
        args[random.choice((*args, "more"))] = random.choice(
            (
                None,
                True,
                0,
                -1,
                1,
                100,
                101,
                2**53,
                2**63 - 1,
                -(2**63),
                1e308,
                -0.0,
                "",
                "x" * 300,
                mutation.text(random)[:300],
            )
        )
    times = [(DAWN + dt.timedelta(seconds=random.choice((0, 60, 300, 301, -3600)))).isoformat() for _ in range(2)]
    if random.random() < 0.3:
        times[random.randrange(2)] = random.choice(mutation.TIMES)
    told = Command(
        id=f"{random.getrandbits(128):032x}", screen=SCREEN if random.random() < 0.95 else OTHER,
        number=random.choice((random.randint(1, 10**9), 1, 2**53)) if random.random() < 0.9 else 2**53, op=op,
        args=args,
        issued=times[0], not_after=times[1], by=mutation.text(random)[:300],
    )  # fmt: skip
    try:
        return msgspec.json.encode(sign_command(told, KEY))
    except UnicodeEncodeError:
        return GOLDEN["command"]


class HandsOfNobody:
    """Does nothing for a command, and believes its values only when they can be."""

    def take_still(self) -> bool:
        """Has no picture."""
        return False

    def skip(self) -> None:
        """Goes on."""

    def refresh(self) -> None:
        """Looks."""

    def identify(self, seconds: int) -> None:
        """Shows itself for so long."""
        if not 0 < seconds <= 300:
            raise Broken(f"identify for {seconds} s")

    def set_volume(self, percent: int | None) -> None:
        """Is so loud."""
        if percent is not None and not 0 <= percent <= 100:
            raise Broken(f"a volume of {percent}")

    def orders_changed(self) -> None:
        """Looks at its orders."""

    def restart(self) -> None:
        """Would begin anew."""

    def happened(self, what: What, details: Details) -> None:
        """Writes an event down."""
        if len(str(details)) > 2000:
            raise Broken("an event that is too long for the ledger")


class FuzzedPlayer:
    """An agent with a ledger behind it and a connection that is played to it."""

    def __init__(self, state: Path) -> None:
        state.mkdir()
        self.now = 1000.0
        writer = Writer(state / LEDGER, SCREEN, "boot-1")
        writer.open(self._moment())
        writer.write([Happened("resumed", {"n": n}, self._moment()) for n in range(RECORDS)])
        writer.close()
        self.link = FakeLink()
        self.renewed = 0
        self.agent = Agent(
            Self(screen=SCREEN, boot="boot-1", canvas=(320, 180), versions={"wuzha": "1"}), topics=TOPICS,
            link=self._linked,
            mail=Mailbox(), ledger=Beside(state / LEDGER, SCREEN), standing=Standing(state),
            connections=Connections(state), hands=HandsOfNobody(),
            renew=self._renew, publications=None, keys=lambda: (KEY.public_key().public_bytes_raw(),),
            sight=lambda: Sight(told=BelievedTime(at=DAWN, quality="ntp")), read_clock=self._moment,
        )  # fmt: skip
        self.link.connect()

    def _linked(self, will: Callable[[], Will]) -> FakeLink:
        self.link = FakeLink(will)
        return self.link

    def _renew(self, _why: str) -> None:
        self.renewed += 1
        if self.renewed > 1:
            raise Broken("a forged acknowledgement begins a second epoch in one run")

    def _moment(self) -> Moment:
        return Moment(DAWN, self.now, "ntp")

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """Lets a message come, and time pass."""
        self.link.deliver(topic, payload, retained=retained)
        self.agent.turn()
        self.now += 2.0
        self.agent.turn()
        for out in self.link.published:
            told = TOPICS.read(out.topic)
            if told is None or len(out.payload) > most_bytes(told):
                raise Broken("the player says more than its topic takes")
        self.link.published.clear()


class Everybody:
    """An office and a player."""

    bounds = CaseBounds(log_bytes=3000.0, files=60, disk_mib=64.0, peak_mib=200.0)

    def __init__(self, folder: Path) -> None:
        self._house = House(folder, (SCREEN, OTHER))
        self._folder, self._players, self._cases = folder, 0, 0
        self._player = self._fresh_player()

    make = staticmethod(make)

    def _fresh_player(self) -> FuzzedPlayer:
        self._players += 1
        return FuzzedPlayer(self._folder / f"player-{self._players}")

    def run(self, case: Case) -> None:
        """Lets every message come to whom its topic takes it."""
        self._cases += 1
        arrived = []
        for step in case:
            kind, _, topic = step.about.partition(" ")
            _decode(topic, step.data)
            arrived.append((topic, step.data, kind == "kept"))
            if topic.startswith("wuzha/1/office/") or topic.endswith(("/command", "/ack")):
                self._player.hear(topic, step.data, retained=kind == "kept")
        self._house.arrive(arrived)
        if self._cases % LOOK_EVERY == 0:
            self._house.look()
            self._house.ask(("screens", "--json") if self._cases % (2 * LOOK_EVERY) else ("screens",))
        if self._cases % FORGET_EVERY == 0:
            self._house.forget([SCREEN, OTHER])
            self._player.agent._ledger.close()
            shutil.rmtree(self._folder / f"player-{self._players}")
            self._player = self._fresh_player()

    def pids(self) -> tuple[int, ...]:
        """Returns none: everything happens here."""
        return ()

    def close(self) -> None:
        """Lets go of the database."""
        self._house.close()


def _decode(topic: str, payload: bytes) -> None:
    told = TOPICS.read(topic)
    if told is None or told.leaf in ("shot", "head"):
        return
    leaf = told.leaf if isinstance(told, ScreenTopic) else f"office/{told.leaf}"
    try:
        message = decode(payload, KINDS[leaf], most_bytes(told))
    except MessageError as refusal:
        if len(str(refusal)) > 1000:
            raise Broken("a refusal that is too long to be told") from refusal
        return
    again = decode(msgspec.json.encode(message), KINDS[leaf], 2**30)
    if again != message:
        raise Broken(f"a {KINDS[leaf].__name__} is another one when it is written and read again")


def open_target(folder: Path) -> Everybody:
    """Returns the target."""
    return Everybody(folder)
