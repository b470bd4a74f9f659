"""Takes the office's commands: verified, counted on the disk, carried out, answered.

Rule: the number is on the disk before anything is done; so whatever fails, nothing is done twice.
"""

import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from player.dates import NO_DATES, Dates
from player.state import Moment
from player.uplink.mailbox import Mailbox
from player.uplink.parcel import Span
from player.uplink.standing import Kept, Standing, last_number
from player.uplink.still import Still
from signage.errors import Words
from signage.ledger import Details, What
from signage.messages import Command, MessageError, Reply, Value, decode, encode, time, trouble
from signage.ops import (
    Blackout,
    Brightness,
    Filler,
    Identify,
    Next,
    Order,
    Refresh,
    Resend,
    Restart,
    Shot,
    Volume,
    read_order,
)
from signage.printable import printable
from signage.topics import MOST_BYTES, ScreenLeaf
from signage.trust import signing_key, why_not_obeyed
from signage.trusted_time import COMMAND

log = logging.getLogger(__name__)

SHOT_S = 10.0
"""The loop turns at least once a second: a picture that has not come by then will not."""
LEAVE_S = 2.0
"""For the reply to reach the broker, before the player begins anew."""
MOST_SHOTS = 8
MOST_REFUSALS, PER_S = 10, 60.0
"""Refused commands that are told in the log; the rest of the minute is counted."""
RETAINED = Words(zh="不接受服务器留存的命令", en="the broker kept it: it may be old")
NOT_KEPT = Words(zh="编号写不进磁盘，没有执行", en="its number cannot be written to the disk; nothing was done")
BUSY = Words(zh="太忙，请稍后再试", en="too much was asked for at once")
NO_PICTURE = Words(zh="画面没有及时取到", en="no picture came in time")
BOTH_ENDED = Words(zh="有人在屏前结束了", en="a person in front of the screen ended it")
NOT_ACTED_ON = Words(zh="已记下，这块屏还不能调亮度", en="kept; this screen cannot act on it yet")


class Hands(Protocol):
    """What the rest of the player does for a command; every call returns at once."""

    def take_still(self) -> bool: ...
    def skip(self) -> None: ...
    def refresh(self) -> None: ...
    def identify(self, seconds: int, /) -> None: ...
    def set_volume(self, percent: int | None, /) -> None: ...
    def orders_changed(self) -> None: ...
    def restart(self) -> None: ...
    def happened(self, what: What, details: Details, /) -> None: ...


class _Asked(msgspec.Struct, frozen=True):
    id: str
    until: float


class Obedience:
    """One screen's commands. Only the agent's thread uses it."""

    def __init__(
        self,
        screen: str,
        *,
        standing: Standing,
        hands: Hands,
        keys: Callable[[], tuple[bytes, ...]],
        read_clock: Callable[[], Moment],
        send: Callable[[ScreenLeaf, bytes], None],
        ask_again: Callable[[Span], bool],
        dates: Dates = NO_DATES,
        sent: Callable[[str], float | None] = lambda _: None,
    ) -> None:
        """`keys` gives the raw public keys that may command, `read_clock` the moment; `send` publishes.

        `dates` takes when commands were signed, `sent` gives when a nonce of this screen went out.
        """
        self._dates, self._sent = dates, sent
        self._screen, self._standing, self._hands = screen, standing, hands
        self._keys, self._read_clock, self._send, self._ask_again = keys, read_clock, send, ask_again
        self._shots: deque[_Asked] = deque()
        self._leave_by: float | None = None
        self._refusals = _Refusals()

    def take(self, payload: bytes, *, retained: bool, now: float) -> None:
        """Reads a command and obeys it, or says why not."""
        try:
            command = decode(payload, Command, MOST_BYTES["command"])
        except MessageError as error:
            self._refusals.tell(f"not read: {error}", now)
            return
        why = RETAINED if retained else None
        keys = self._keys()
        last = last_number(self._standing.kept, keys)
        sent = self._sent(command.answers) if isinstance(command.answers, str) else None
        if why is None and command.screen == self._screen and command.number > last:
            self._learn_time(command, keys, sent)
        moment = self._read_clock()
        why = why or why_not_obeyed(
            command,
            screen=self._screen,
            last_number=last,
            at=moment.at,
            keys=keys,
            clock=moment.clock,
            least=moment.signed_least,
            age_s=None if sent is None else moment.now - sent,
        )
        if why is not None:
            self._refusals.tell(f"{command.op} number {command.number}: {why.en}", now)
            self._reply(command.id, why)
            return
        order = read_order(command.op, command.args)
        key = (signing_key(command, keys) or b"").hex()
        kept = msgspec.structs.replace(_changed(self._standing.kept, command, order), key=key)
        before = self._standing.kept
        try:
            self._standing.keep(kept)
        except OSError as fault:
            log.warning("command %s number %d: %s", command.op, command.number, fault)
            self._reply(command.id, NOT_KEPT)
            return
        log.info("command %s number %d is obeyed", command.op, command.number)
        if isinstance(order, Words):
            self._reply(command.id, order)
        else:
            self._note_orders(before, kept, {"command": command.id, "by": _line(command.by)})
            self._obey(order, command.id, now)

    def _learn_time(self, command: Command, keys: tuple[bytes, ...], sent: float | None) -> None:
        """Whatever comes of it: who signed a command with a new number says what time it was then."""
        key = signing_key(command, keys)
        with contextlib.suppress(MessageError):
            if key is not None:
                issued = time(command.issued)
                self._dates.signed(COMMAND, key.hex()[:16], command.number, issued)
                if sent is not None:
                    self._dates.answered(key.hex()[:16], issued, sent)

    def look(self, mail: Mailbox, now: float, *, all_sent: bool) -> None:
        """Goes on with what takes its time: pictures, leaving, a person at the screen."""
        still = mail.still()
        if still is not None and self._shots:
            self._give(still)
        while self._shots and now > self._shots[0].until:
            self._reply(self._shots.popleft().id, NO_PICTURE)
        if mail.orders_ended():
            self._end_here()
        if self._leave_by is not None and (all_sent or now >= self._leave_by):
            self._leave_by = None
            self._hands.restart()

    def due(self) -> float | None:
        """Gives when to look again although nothing comes."""
        times = (self._shots[0].until if self._shots else None, self._leave_by)
        return min((t for t in times if t is not None), default=None)

    def _obey(self, order: Order, command: str, now: float) -> None:
        why: Words | None = None
        data: dict[str, Value] = {}
        match order:
            case Shot():
                if len(self._shots) < MOST_SHOTS and self._hands.take_still():
                    self._shots.append(_Asked(command, now + SHOT_S))
                    return
                why = BUSY
            case Next():
                self._hands.skip()
            case Refresh():
                self._hands.refresh()
            case Identify(seconds):
                self._hands.identify(seconds)
            case Volume(percent):
                self._hands.set_volume(percent)
            case Brightness():
                data = {"note": NOT_ACTED_ON.zh, "note_en": NOT_ACTED_ON.en}
            case Blackout() | Filler():
                self._hands.orders_changed()
            case Restart():
                self._leave_by = now + LEAVE_S
            case Resend(epoch, first, last):
                why = None if self._ask_again(Span(epoch, first, last)) else BUSY
        self._reply(command, why, data)

    def _give(self, still: Still) -> None:
        most = MOST_BYTES["shot"]
        picture = still.jpeg(most)
        width, height = still.size
        data: dict[str, Value] = {"bytes": len(picture), "width": width, "height": height}
        if len(picture) <= most:
            self._send("shot", picture)
        while self._shots:
            self._reply(self._shots.popleft().id, None if len(picture) <= most else NO_PICTURE, data)

    def _end_here(self) -> None:
        before = self._standing.kept
        if not (before.blackout or before.filler):
            return
        kept = msgspec.structs.replace(before, blackout=False, filler=False)
        try:
            self._standing.keep(kept)
        except OSError as fault:
            log.warning("blackout and filler are not ended: %s", fault)
            return
        log.info("blackout and filler are ended by a person in front of the screen")
        self._note_orders(before, kept, {"by": BOTH_ENDED.en})
        self._hands.orders_changed()

    def _note_orders(self, before: Kept, after: Kept, details: Details) -> None:
        if before.blackout != after.blackout:
            self._hands.happened("blackout_begins" if after.blackout else "blackout_ends", details)
        if before.filler != after.filler:
            self._hands.happened("filler_begins" if after.filler else "filler_ends", details)

    def _reply(self, command: str, why: Words | None, data: dict[str, Value] | None = None) -> None:
        told = Reply(id=command, ok=why is None, why=None if why is None else trouble(why), data=data or {})
        self._send("reply", encode(told))


def _changed(kept: Kept, command: Command, order: Order | Words) -> Kept:
    number = command.number
    match order:
        case Blackout(on):
            return msgspec.structs.replace(kept, number=number, blackout=on)
        case Filler(on):
            return msgspec.structs.replace(kept, number=number, filler=on)
        case Volume(percent):
            return msgspec.structs.replace(kept, number=number, volume=percent)
        case Brightness(percent):
            return msgspec.structs.replace(kept, number=number, brightness=percent)
        case _:
            return msgspec.structs.replace(kept, number=number)


def _line(text: str) -> str:
    return " ".join(text.split())[:100]


class _Refusals:
    """Tells the log of refused commands, but not of a flood of them."""

    def __init__(self) -> None:
        self._count = 0
        self._until = 0.0

    def tell(self, why: str, now: float) -> None:
        if now > self._until:
            if self._count > MOST_REFUSALS:
                log.warning("%d more commands were refused", self._count - MOST_REFUSALS)
            self._count, self._until = 0, now + PER_S
        self._count += 1
        if self._count <= MOST_REFUSALS:
            log.warning("command refused: %s", printable(why)[:300])
