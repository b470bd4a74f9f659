"""Builds what ties this player to its office: publications, standing orders, and the agent with its connection.

Rule: nothing of it holds up the first picture: what is large is loaded on the agent's own thread, and only for a screen
that has an office.
"""

import contextlib
import importlib.metadata
import logging
import math
import platform
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from player.answer import LEAST_WAIT_S, Answer, Asker, NoAnswer
from player.config import Config
from player.content.digest_store import DigestStore
from player.content.judge import Probe
from player.dates import NO_DATES, Dates
from player.durable import NotOursError, load_bytes
from player.enrolment import read_password, why_no_password
from player.enrolment_watch import EnrolmentWatch
from player.errands import Errands
from player.events import Inbox
from player.orders import Orders
from player.publication.either_source import EitherSource
from player.publication.folder_source import FolderSource
from player.publication.http_source import HttpSource
from player.publication.kept import is_anchor
from player.publication.publications import Publications
from player.publication.published import OnAir
from player.publication.sources import Source
from player.state import Moment
from player.uplink.beside import Beside
from player.uplink.connections import Connections
from player.uplink.ledger_db import SQLITE
from player.uplink.mailbox import Mailbox
from player.uplink.recorder import Records
from player.uplink.standing import Standing
from player.uplink.telling import Self, Sight
from player.uplink.writer import LEDGER, boot_id
from signage import __version__, cards
from signage.errors import Words
from signage.slot import Slot
from signage.timefloor import BelievedTime

if TYPE_CHECKING:
    from player.uplink.agent import Agent

log = logging.getLogger(__name__)

FIRST_PICTURE_S = 3.0
"""The agent waits so long for the first picture: loading it takes turns with what draws."""
STOP_S = 10.0
SESSION_S, WILL_DELAY_S = 300, 10
"""The broker keeps a session over a short outage, and says that the screen is lost after so long."""
LIBRARIES = ("av", "pillow", "pygame-ce", "paho-mqtt", "tuf", "cryptography")
ENROLMENT_EVERY_S = 5.0
"""So often the enrolment's folder is looked at, by an agent that is awake."""
ANSWER_S = 3.0
"""So long the agent waits for the enrolment's disk; then it goes on, and takes what comes late."""


class Channel:
    """One player's tie to its office."""

    def __init__(
        self,
        config: Config,
        *,
        inbox: Inbox,
        changed: threading.Event,
        records: Records,
        read_clock: Callable[[], Moment],
        probe: Probe,
        told: bool,
        digests: DigestStore | None = None,
        dates: Dates = NO_DATES,
    ) -> None:
        """`changed` has the program composed anew; without `told` nothing is told to the office or looked up there."""
        self._config, self._changed = config, changed
        self._records, self._read_clock, self._told, self._dates = records, read_clock, told, dates
        self._probe, self._digests = probe, digests or DigestStore(config.folders.state)
        state = config.folders.state
        self._standing, self._connections = Standing(state), Connections(state)
        self._password = self._asked_password()
        self._is_locked_out = False
        """The password cannot be read; it is tried again."""
        self._first = threading.Event()
        self._mail = Mailbox()
        self.sight: Callable[[], Sight] = lambda: Sight(told=_believed(read_clock()))
        self._connection_trouble: Words | None = None
        self._watch = EnrolmentWatch(config) if config.office.enrolment is not None else None
        self._look_at, self._is_renewed = 0.0, False
        self.saw, self.played, self.took = self._mail.saw, self._mail.played, self._mail.took
        self.release = self._mail.end_orders
        self._way: tuple[object, ...] = ()
        self._publications = self._opened() if config.takes_publications else None
        self.errands = Errands(
            inbox,
            volume=lambda: self.volume,
            recompose=changed.set,
            look=self._refresh,
            note=records.happened,
        )
        self._thread = threading.Thread(target=self._run, name="agent", daemon=True)

    # For the composer and the loop; every call returns at once

    def on_air(self) -> OnAir:
        """Gives what the office published for this screen."""
        publications = self._publications  # a new enrolment may take it away meanwhile
        return publications.latest() if publications is not None else OnAir()

    def orders(self) -> Orders:
        """Gives what the office ordered."""
        kept = self._standing.kept
        return Orders(blackout=kept.blackout, filler=kept.filler)

    @property
    def trouble(self) -> Words | None:
        """Gives what is wrong with the enrolment or the way to the office."""
        troubles = self._watch.troubles if self._watch is not None else ()
        if not troubles:
            return self._connection_trouble
        problem, cure = troubles[0].problem, troubles[0].cure
        return Words(zh=f"{problem.zh}。{cure.zh}", en=f"{problem.en}; {cure.en}")

    @property
    def volume(self) -> int:
        """Gives the volume that holds, in percent."""
        kept = self._standing.kept.volume
        return self._config.sound.volume if kept is None else kept

    def began(self, slot: Slot) -> None:
        """Hears that a slot's first frame is on the screen."""
        self._first.set()
        if slot.publication and (publications := self._publications) is not None and self._told:
            publications.showing(slot.publication)

    def quarantine(self, sha256: str, why: Words) -> None:
        """Leaves a published file out that broke its decoder."""
        if (publications := self._publications) is not None:
            publications.quarantine(sha256, why)

    def doubt(self, sha256: str) -> None:
        """Has a published file hashed again whose bytes were not those that were signed."""
        if (publications := self._publications) is not None:
            publications.doubt(sha256)

    # Start and stop

    def start(self) -> None:
        """Begins to fetch, to tell and to listen."""
        if not self._told:
            return
        if self._publications is not None:
            self._publications.start()
        if self._config.office.broker or self._watch is not None:
            self._records.on_written = self._mail.wake
            self._thread.start()

    def stop(self) -> None:
        """Says farewell and ends."""
        self._mail.stop()
        self._first.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_S)
        if self._publications is not None and self._told:
            self._publications.stop()

    def _refresh(self) -> None:
        if (publications := self._publications) is not None:
            publications.refresh()

    def _opened(self) -> Publications:
        config, root = self._config, self._config.trust.root
        assert root is not None
        self._way = _way(config)
        office = config.office
        source: Source = FolderSource(office.folder or root)
        if office.http:
            http = HttpSource(office.http, ca=str(office.ca or ""))
            source = EitherSource(http, source) if office.folder is not None else http
        publications = Publications(
            state=config.folders.state,
            screen=config.screen.id,
            root=root,
            source=source,
            probe=self._probe,
            digests=self._digests,
            read_clock=self._read_clock,
            receipt=self._records.receipt,
            changed=self._changed.set,
            progressed=self._mail.wake,
            budget_bytes=config.folders.published_mib << 20,
            expired_days=config.trust.expired_days,
            first_picture=self._first,
            dates=self._dates,
        )
        publications.cached()
        return publications

    def _run(self) -> None:
        self._first.wait(FIRST_PICTURE_S)
        if self._is_outdated():
            self._begin_anew()
        while not self._mail.stopping:
            agent = self._agent() if self._config.office.broker else None
            if agent is not None:
                agent.run()
            elif self._watch is None and not self._is_locked_out:
                return
            self._wait_for_enrolment()
            if self._is_renewed and not self._mail.stopping:
                self._begin_anew()

    def _wait_for_enrolment(self) -> None:
        """Waits until another enrolment is there, or its password may be read at last."""
        ends = time.monotonic() + ENROLMENT_EVERY_S if self._is_locked_out else math.inf
        while not self._mail.stopping and not self._is_renewed and time.monotonic() < ends:
            self._mail.wait(ENROLMENT_EVERY_S)
            self._is_outdated()
            if self._is_locked_out and self._password.has_late_answer:
                return

    def _asked_password(self) -> Asker[str]:
        """Returns who asks for the password of this enrolment; a late answer of a former one is not believed."""
        credentials = self._config.office.credentials
        return Asker(lambda: read_password(credentials), "password")

    def _is_outdated(self) -> bool:
        """Whether another enrolment is there than this goes by."""
        if self._watch is not None and not self._is_renewed and (now := time.monotonic()) >= self._look_at:
            self._look_at = now + ENROLMENT_EVERY_S
            self._is_renewed = self._watch.look()
        return self._is_renewed

    def _begin_anew(self) -> None:
        """Goes by the enrolment that was found: another office, address, password, authority or root."""
        assert self._watch is not None
        self._config, self._is_renewed = self._watch.config, False
        self._connection_trouble, self._password = None, self._asked_password()
        config = self._config
        is_same = self._way == _way(config) and _is_anchor(config)
        if self._publications is not None and is_same:
            return
        if self._publications is not None:
            self._publications.stop()
        self._publications = self._opened() if config.takes_publications else None
        if self._publications is not None:
            self._publications.start()
        self._changed.set()

    def _agent(self) -> "Agent | None":
        """Loads what is large and returns the agent; None where no broker is named, or its password cannot be read."""
        from player.uplink.agent import Agent  # noqa: PLC0415 - see the rule above
        from signage.link import Broker, Link, Will, why_no_url  # noqa: PLC0415
        from signage.topics import MOST_BYTES, Topics, most_bytes  # noqa: PLC0415

        office, screen, self._is_locked_out = self._config.office, self._config.screen.id, False
        topics = Topics(office.prefix)

        def largest(topic: str) -> int:
            found = topics.read(topic)
            return most_bytes(found) if found is not None else min(MOST_BYTES.values())

        if (why := why_no_url(office.broker)) is not None:
            log.error("[office] broker: %s", why.en)
            self._connection_trouble = Words(zh=f"[office] broker {why.zh}", en=f"[office] broker: {why.en}")
            return None
        password = self._read_password()
        self._is_locked_out = password is None
        if password is None:
            return None

        def link(will: Callable[[], Will | None]) -> Link:
            broker = Broker(url=office.broker, user=office.user, password=password, ca=str(office.ca or ""))
            return Link(
                broker, screen, filters=topics.for_screen(screen), will=will, session_s=SESSION_S,
                will_delay_s=WILL_DELAY_S, on_news=self._mail.wake, most_bytes=largest,
            )  # fmt: skip

        state, publications = self._config.folders.state, self._publications
        return Agent(
            Self(
                screen=screen,
                boot=boot_id(),
                canvas=self._config.screen.canvas,
                versions=_versions(),
                variables=cards.filled_in(self._config.site),
            ),
            topics=topics,
            link=link,
            mail=self._mail,
            ledger=Beside(state / LEDGER, screen),
            standing=self._standing,
            connections=self._connections,
            hands=self.errands,
            renew=self._records.renew,
            publications=publications,
            keys=publications.command_keys if publications is not None else tuple,
            sight=self._seen,
            read_clock=self._read_clock,
            is_outdated=self._is_outdated,
            dates=self._dates,
        )

    def _read_password(self) -> str | None:
        """Returns the broker's password; None when it cannot be read now, which is said."""
        office = self._config.office
        try:
            password = self._password.within(ANSWER_S, late=self._mail.wake)
        except (OSError, ValueError) as fault:
            trouble = why_no_password(office.credentials, fault)
            if trouble != self._connection_trouble:
                log.error("%s", trouble.en)
            self._connection_trouble = trouble
            return None
        self._connection_trouble = None
        return password

    def _seen(self) -> Sight:
        seen, publications = self.sight(), self._publications
        if publications is None:
            return seen
        numbers = tuple(each.number for each in publications.latest().publications)
        return msgspec.structs.replace(
            seen, publications=numbers, coming=publications.progress(), quarantined=publications.quarantined()
        )


def _way(config: Config) -> tuple[object, ...]:
    """Returns what publications are fetched by; the certificates, too: their path may stay while they are others."""
    ca = config.office.ca
    try:
        # What is not known in time counts as another one: then they are opened anew.
        text = Answer(lambda: load_bytes(ca), "certificates").within(LEAST_WAIT_S) if ca is not None else b""
    except (OSError, NotOursError, RuntimeError):  # the last: no thread to be had
        text = b""
    return config.office.http, config.office.folder, ca, text, config.trust


def _is_anchor(config: Config) -> bool:
    """Whether the enrolment's root is trusted already; False, too, where its disk does not answer."""
    try:
        return Answer(lambda: is_anchor(config.folders.state, config.trust.root), "root").within(ANSWER_S)
    except (NoAnswer, RuntimeError):  # the last: no thread to be had
        return False


def _believed(at: Moment) -> BelievedTime:
    return BelievedTime(at=at.at, quality=at.clock)


def _versions() -> dict[str, str]:
    found = {"wuzha": __version__, "python": platform.python_version(), "sqlite": SQLITE}
    for name in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found
