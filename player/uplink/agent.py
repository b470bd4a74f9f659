"""The player's side of the office channel: one thread that tells, uploads, hears and obeys.

Rule: only this thread publishes. Everybody else leaves values in the mailbox and never waits; what the office sends is
looked at here, and what it leads to is handed on as values.
"""

import logging
import random
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from player.dates import NO_DATES, Dates
from player.state import Moment
from player.uplink.beside import Beside
from player.uplink.connections import Connections
from player.uplink.mailbox import Mailbox
from player.uplink.nonces import Nonces
from player.uplink.obedience import Hands, Obedience
from player.uplink.outbox import LinkLike, Outbox
from player.uplink.prospects import Prospects
from player.uplink.standing import Standing
from player.uplink.telling import Self, Sight, birth, news, screen_state
from player.uplink.upload import Upload
from signage.ledger import moment
from signage.link import Arrived, Connected, Disconnected, LinkEvent, Outgoing, Sent, TooLarge, Will
from signage.messages import (
    LedgerAck,
    Message,
    MessageError,
    OfficeStatus,
    ScreenState,
    ScreenStatus,
    Trusted,
    decode,
    encode,
)
from signage.printable import printable
from signage.topics import MOST_BYTES, OfficeTopic, ScreenTopic, Topics

log = logging.getLogger(__name__)

FORMAT = 1
"""Of ledger records."""
LOOK_S = 1.0
"""At most so often a state is looked at for news."""
STATE_S = 30.0
LONGEST_SLEEP_S = 30.0
OFFLINE_SLEEP_S = 5.0
"""Without a connection: somebody may be bringing a new enrolment."""
FAREWELL_S = 3.0
_Any = TypeVar("_Any", bound=Message)


class PublicationsLike(Protocol):
    """The publications as the agent uses them; every call returns at once."""

    def hear(self, head: bytes, /) -> None: ...
    def trusted(self) -> Trusted: ...


class Agent:
    """One screen's end of the channel."""

    def __init__(
        self,
        who: Self,
        *,
        topics: Topics,
        link: Callable[[Callable[[], Will]], LinkLike],
        mail: Mailbox,
        ledger: Beside,
        standing: Standing,
        connections: Connections,
        hands: Hands,
        renew: Callable[[str], None],
        publications: PublicationsLike | None,
        keys: Callable[[], tuple[bytes, ...]],
        sight: Callable[[], Sight],
        read_clock: Callable[[], Moment],
        is_outdated: Callable[[], bool] = lambda: False,
        dates: Dates = NO_DATES,
    ) -> None:
        """`link` makes the connection from what gives its will; `renew` begins a new epoch of the ledger.

        `is_outdated` says that another has to go on, with a new enrolment; `dates` takes when commands were signed.
        """
        self._nonces = Nonces()
        self._who, self._topics, self._mail, self._ledger = who, topics, mail, ledger
        self._standing, self._connections, self._publications = standing, connections, publications
        self._sight, self._read_clock, self._renew = sight, read_clock, renew
        self._prospects = Prospects()
        self._is_outdated = is_outdated
        self._link = link(self._will)
        self._outbox = Outbox(self._link, topics, who.screen)
        self._upload = Upload(who.screen, ledger, forked=self._forked)
        self._obedience = Obedience(
            who.screen,
            standing=standing,
            hands=hands,
            keys=keys,
            read_clock=read_clock,
            send=self._outbox.message,
            ask_again=self._upload.ask_again,
            dates=dates,
            sent=self._nonces.sent,
        )
        self._level = 0
        self._office = False
        self._why = ""
        self._told: ScreenState | None = None
        self._trusted = Trusted()
        """As the last birth said."""
        self._look_at = self._full_at = 0.0
        self._looks_again = False
        """There may be news, and it is too early to look."""
        self._renewed = False
        self._said = ""

    def run(self) -> None:
        """Works until the mailbox says stop, or another enrolment is there; then says farewell."""
        self._link.start()
        try:
            while not self._mail.stopping and not self._is_outdated():
                self.turn()
                self._mail.wait(self._sleep_s())
        finally:
            self._ledger.close()
            self._link.stop((self._farewell(),) if self._level else (), FAREWELL_S)
            self._connections.note(connected=False, why="stopped")

    def turn(self) -> None:
        """Takes what came, and does what is due."""
        now = self._read_clock().now
        for event in self._link.take():
            self._take(event, now)
        self._obedience.look(self._mail, now, all_sent=self._outbox.is_empty)
        if self._level:
            self._tell_state(now)
            self._outbox.flush()
            self._send_records(now)

    # What comes

    def _take(self, event: LinkEvent, now: float) -> None:
        match event:
            case Connected(level):
                self._level = level
                self._upload.connected(now)
                self._begin(now)
            case Disconnected(why):
                self._level, self._office, self._why = 0, False, why
                self._upload.office(False, now)
                self._upload.disconnected()
                self._outbox.disconnected()
            case Sent(token, why):
                if why and why != self._said:
                    log.warning("the broker did not take a message: %s", why)
                self._said = why or self._said
                if not self._outbox.settled(token, why):
                    self._upload.settled(token, why, now)
                return
            case Arrived():
                self._hear(event, now)
                return
            case TooLarge():
                return
        self._connections.note(connected=bool(self._level), level=self._level, why=self._why if not self._level else "")

    def _hear(self, event: Arrived, now: float) -> None:
        match self._topics.read(event.topic):
            case OfficeTopic("status"):
                status = self._read(event, OfficeStatus, MOST_BYTES["office/status"])
                if status is not None:
                    self._office = status.online and FORMAT in status.ledger
                    self._upload.office(self._office, now)
                    self._connections.note(connected=bool(self._level), level=self._level, office=self._office)
            case OfficeTopic("head"):
                if self._publications is not None and len(event.payload) <= MOST_BYTES["office/head"]:
                    self._publications.hear(event.payload)
            case ScreenTopic(screen, "ledger/ack") if screen == self._who.screen:
                ack = self._read(event, LedgerAck, MOST_BYTES["ledger/ack"])
                if ack is not None:
                    self._upload.acknowledged(ack)
            case ScreenTopic(screen, "command") if screen == self._who.screen:
                self._obedience.take(event.payload, retained=event.retained, now=now)
            case _:
                pass

    def _read(self, event: Arrived, kind: type[_Any], most_bytes: int) -> _Any | None:
        try:
            return decode(event.payload, kind, most_bytes)
        except MessageError as error:
            log.warning("%s is passed over: %s", event.topic, printable(str(error))[:200])
            return None

    # What goes

    def _begin(self, now: float) -> None:
        """Says who speaks, how it stands, and last that it is there: whoever sees us online knows us."""
        self._say_birth(now)
        state = self._state()
        self._outbox.document("state", encode(state))
        self._outbox.document("status", encode(self._status("online")))
        self._note_told(state, now)

    def _say_birth(self, now: float) -> None:
        epochs = self._ledger.epochs(now)
        newest = epochs[-1] if epochs else None
        self._trusted = self._publications.trusted() if self._publications is not None else Trusted()
        told = birth(self._who, self._read_clock(), conn=self._connections.number, newest=newest, trusted=self._trusted)
        self._outbox.document("birth", encode(told))

    def _tell_state(self, now: float) -> None:
        self._looks_again = now < self._look_at
        if self._looks_again:
            return
        self._look_at = now + LOOK_S
        if self._publications is not None and self._publications.trusted() != self._trusted:
            # An office restored from a copy learns from it above which versions it has to sign.
            self._say_birth(now)
        state = self._state()
        if now >= self._full_at or self._told is None or news(state) != news(self._told):
            self._outbox.document("state", encode(state))
            self._note_told(state, now)

    def _note_told(self, state: ScreenState, now: float) -> None:
        self._told = state
        self._look_at = now + LOOK_S
        # Jittered, so that a thousand screens that came back together do not speak together for ever.
        self._full_at = now + STATE_S * random.uniform(0.8, 1.0)

    def _state(self) -> ScreenState:
        state, kept = self._mail.state, self._standing.kept
        return screen_state(
            self._prospects.judged(self._sight(), state, kept),
            state,
            kept,
            conn=self._connections.number,
            frames=self._mail.frames,
            late_frames=self._mail.late_frames,
            nonce=self._nonces.next(self._read_clock().now),
        )

    def _status(self, state: Literal["online", "offline"]) -> ScreenStatus:
        return ScreenStatus(state=state, conn=self._connections.number, at=moment(self._read_clock().at))

    def _send_records(self, now: float) -> None:
        if self._upload.holds:
            return
        epochs = self._ledger.epochs(now)
        while (parcel := self._upload.next(epochs, now)) is not None:
            token = self._link.publish(self._topics.screen(self._who.screen, "ledger"), encode(parcel.batch))
            if token is None:
                return
            self._upload.sent(parcel, token, now)

    def _forked(self, epoch: str, newest: bool) -> None:
        log.error("the office has another history of epoch %s: an old copy of the ledger was put back", epoch)
        if newest and not self._renewed:
            # Once in a run: whoever forges acknowledgements shall not make epochs without end.
            self._renewed = True
            self._renew("the office knows another history")

    def _will(self) -> Will:
        """Gives what the broker is to say if we vanish; on the connection's thread, before every attempt."""
        lost = ScreenStatus(state="lost", conn=self._connections.begin(), at=moment(self._read_clock().at))
        return Will(self._topics.screen(self._who.screen, "status"), encode(lost))

    def _farewell(self) -> Outgoing:
        return Outgoing(self._topics.screen(self._who.screen, "status"), encode(self._status("offline")), retain=True)

    def _sleep_s(self) -> float:
        now = self._read_clock().now
        dues = [self._obedience.due(), self._upload.due(now)]
        if self._level:
            dues.append(self._look_at if self._looks_again else self._full_at)
        longest_s = LONGEST_SLEEP_S if self._level else OFFLINE_SLEEP_S
        ends = min((due for due in dues if due is not None), default=now + longest_s)
        return max(0.0, min(longest_s, ends - now))
