"""A collector: hears all screens, stores what they send, and then tells the broker and the screens so.

Nothing is acknowledged before it is committed, and nothing is kept in memory that is not in the database or with the
sender: a collector may die at any moment, and any number of them may share the work. One that cannot write hangs up,
so that the others get its share and the screens keep theirs.
"""

import datetime as dt
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable

from django.db import Error, connections, transaction

from office.broker.rights import collectors_group
from office.collecting import notices
from office.collecting.alarms import raise_alarms
from office.collecting.away import away
from office.collecting.causes import ended_causes
from office.collecting.checkpoints import Checkpoints
from office.collecting.epochs import acknowledgements
from office.collecting.heads import Heads, note_heads
from office.collecting.heartbeat import Heartbeat, read_hearing
from office.collecting.ledgers import Ledgers
from office.collecting.notices import Notice
from office.collecting.outbox import Outbox
from office.collecting.presence import Heard, Presence
from office.collecting.quotas import OF_LEAF, Good, Quotas
from office.collecting.renewing import Renewing
from office.collecting.storing import one_by_one
from office.models import Screen
from office.place import Place
from office.places import note_places
from office.trusting.repository import head
from signage.link import Arrived, Broker, Connected, Disconnected, Link, LinkEvent, Outgoing, Sent, TooLarge, Will
from signage.messages import LedgerAck, LedgerBatch, MessageError, OfficeStatus, decode, encode
from signage.topics import MOST_BYTES, OfficeTopic, ScreenTopic, Topics, most_bytes

log = logging.getLogger(__name__)

MOST_UNDER_WAY = 128
"""Messages that the broker gives without our word: half of them come while the other half is being committed."""
TURN_S = 1.0
AT_ONCE = 32
"""Batches of one screen in one commit."""
LOOK_S = 5.0
"""Between two looks at what no message tells: who is away, which alarms have lost their cause."""
FIRST_DELAY_S, LONGEST_DELAY_S = 1.0, 30.0
"""Between attempts, for a database that is away and for a broker that is."""


class Collector:
    """Collects on a thread of its own, which comes back from any trouble with database and broker."""

    def __init__(
        self,
        place: Place,
        broker: Broker,
        prefix: str,
        *,
        on_turn: Callable[[], None] = lambda: None,
        ledgers: Callable[[], Ledgers] | None = None,
        quotas: Quotas | None = None,
        first_delay_s: float = FIRST_DELAY_S,
        longest_delay_s: float = LONGEST_DELAY_S,
    ) -> None:
        """`on_turn` is called on that thread, once a second at least while the work goes on."""
        self._place, self._broker, self._topics = place, broker, Topics(prefix)
        self._on_turn, self._first_delay_s, self._longest_delay_s = on_turn, first_delay_s, longest_delay_s
        self._quotas = quotas or Quotas()
        self._new_ledgers = ledgers or (lambda: Ledgers(quotas=self._quotas))
        self._ledgers = self._new_ledgers()
        self._presence = Presence(place.shots)
        self._checkpoints = Checkpoints()
        self._heads = Heads()
        self._heartbeat = Heartbeat()
        self._looks_at = 0.0
        self._outbox = Outbox(
            self._topics,
            status=lambda: _status(online=True),
            head=lambda: head(place),
            acks=_acknowledgements,
        )
        self._head_seen: object = None
        self._ending = threading.Event()
        self._renewing = Renewing(place)
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it works, or tries to."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begins to collect."""
        self._renewing.start()
        self._thread.start()

    def stop(self) -> None:
        """Says that nobody is there any more, and ends."""
        self._ending.set()
        self._thread.join()
        self._renewing.stop()

    # From here on: the collector's own thread.

    def _run(self) -> None:
        delay_s = self._first_delay_s
        while not self._ending.is_set():
            try:
                self._collect()
                delay_s = self._first_delay_s
            except (Error, OSError) as fault:
                log.error("nothing can be stored, trying again in %.0f s: %s", delay_s, fault)
            finally:
                connections.close_all()
            self._ending.wait(delay_s)
            delay_s = min(self._longest_delay_s, 2 * delay_s)

    def _collect(self) -> None:
        """Stays with the broker until the end, or until the database fails."""
        Screen.objects.exists()
        # What it remembers are rows of the database, and that may have been put back meanwhile.
        self._ledgers = self._new_ledgers()
        link = Link(
            self._broker,
            f"collect-{secrets.token_hex(8)}",
            filters=self._filters(),
            will=lambda: Will(self._topics.office("status"), _status(online=False)),
            manual_ack=True,
            receive_max=MOST_UNDER_WAY,
            most_bytes=self._most_bytes,
            first_delay_s=self._first_delay_s,
            longest_delay_s=self._longest_delay_s,
        )
        link.start()
        try:
            while not self._ending.is_set():
                self._turn(link, link.take(TURN_S))
                self._on_turn()
            note_heads(_now())
            self._heartbeat.end(_now())
        finally:
            link.stop((Outgoing(self._topics.office("status"), _status(online=False), retain=True),))

    def _filters(self) -> tuple[str, ...]:
        plain = (self._topics.every_screen(leaf) for leaf in ("status", "birth", "state", "reply", "shot"))
        ledgers = collectors_group(self._broker.password) + self._topics.every_screen("ledger")
        return (ledgers, *plain, self._topics.office("status"))

    def _most_bytes(self, topic: str) -> int:
        told = self._topics.read(topic)
        return 0 if told is None else most_bytes(told)

    def _turn(self, link: Link, events: tuple[LinkEvent, ...]) -> None:
        arrived: list[Arrived] = []
        large: list[TooLarge] = []
        for event in events:
            match event:
                case Arrived():
                    arrived.append(event)
                case TooLarge():
                    large.append(event)
                case Sent(token, why):
                    self._outbox.sent(token, why)
                case Connected(level):
                    log.info("collecting, MQTT %s", "5" if level == 5 else "3.1.1")
                    self._take(link, arrived)
                    arrived = []
                    self._presence.listen(_now())
                    self._outbox.begin(Screen.objects.filter(revoked_at=None).values_list("id", flat=True))
                case Disconnected():
                    pass  # the link has said it, and comes back
        self._take(link, arrived)
        self._tell(large)
        self._checkpoints.fold()
        self._heads.look(_now())
        self._look_at_head()
        self._flush(link)
        if self._heartbeat.beat(_now(), connected=link.connected) or self._look_around(link):
            self._checkpoints.committed()

    def _look_around(self, link: Link) -> bool:
        """Looks at what no message tells, now and then; says whether anything was written."""
        if not link.connected or time.monotonic() < self._looks_at:
            return False
        self._looks_at = time.monotonic() + LOOK_S
        now = _now()
        with transaction.atomic():
            moved = note_places(now)
            told = [*away(now, read_hearing(now)), *ended_causes()]
            raise_alarms(told, now)
        return bool(told) or bool(moved)

    def _take(self, link: Link, arrived: list[Arrived]) -> None:
        """Stores what arrived, then acknowledges it; those who send much wait for those who send little."""
        batches: list[LedgerBatch] = []
        heard: list[Heard] = []
        wrong: list[Notice] = []
        now = _now().timestamp()
        for each in arrived:
            match self._topics.read(each.topic):
                case ScreenTopic(screen, "ledger"):
                    try:
                        batches += self._admitted(screen, each.payload, now, wrong)
                    except MessageError as refusal:
                        wrong.append(notices.malformed(screen, "ledger", refusal))
                case ScreenTopic(screen, leaf):
                    if self._may(screen, OF_LEAF.get(leaf, "state"), 1, now, wrong):
                        heard.append(Heard(screen, leaf, each.payload, each.retained))
                case OfficeTopic("status"):
                    self._hear_office(each.payload)
        one_by_one(lambda some: self._presence.hear(some, _now()), heard, self._unheard)
        self._raise(wrong)
        if heard or wrong:
            self._checkpoints.committed()
        for some in rounds(batches):
            one_by_one(lambda group: self._ledgers.store(group, _now()), some, self._unstorable)
            self._checkpoints.committed(sum(len(text) for batch in some for text in batch.records))
            self._outbox.owe_acks(batch.screen for batch in some)
            self._flush(link)
        for each in arrived:
            link.acknowledge(each)

    def _tell(self, large: list[TooLarge]) -> None:
        """Raises alarms for messages that were not even read; who sends many of them is told of as for any others."""
        wrong: list[Notice] = []
        now = _now().timestamp()
        for each in large:
            match self._topics.read(each.topic):
                case ScreenTopic(screen, leaf) if self._may(screen, OF_LEAF.get(leaf, "messages"), 1, now, wrong):
                    wrong.append(notices.malformed(screen, leaf, f"{each.size} bytes, the limit is {MOST_BYTES[leaf]}"))
        if wrong:
            self._raise(wrong)
            self._checkpoints.committed()

    def _admitted(self, screen: str, payload: bytes, now: float, wrong: list[Notice]) -> tuple[LedgerBatch, ...]:
        """Returns the batch, or nothing for a screen that sends too much: most of that is not even read.

        Raises MessageError.
        """
        if self._quotas.pauses(screen, now):
            return ()
        if not self._may(screen, "messages", 1, now, wrong) or not self._may(screen, "bytes", len(payload), now, wrong):
            return ()
        batch = _read_batch(screen, payload)
        return (batch,) if self._may(screen, "records", len(batch.records), now, wrong) else ()

    def _may(self, screen: str, good: Good, amount: int, now: float, wrong: list[Notice]) -> bool:
        if self._quotas.takes(screen, good, amount, now):
            return True
        if self._quotas.is_news(screen, good, now):
            wrong.append(notices.beyond_quota(screen, good))
        return False

    def _flush(self, link: Link) -> None:
        if link.connected:
            self._outbox.flush(lambda out: link.publish(out.topic, out.payload, retain=out.retain))

    def _hear_office(self, payload: bytes) -> None:
        """Another collector has gone, our own will came late, or somebody lies: we are there all the same."""
        try:
            told = decode(payload, OfficeStatus, MOST_BYTES["office/status"])
            if not told.online or not set(OfficeStatus(online=True).ledger) <= set(told.ledger):
                self._outbox.owe_status()
        except MessageError:
            self._outbox.owe_status()

    def _look_at_head(self) -> None:
        """Says the head whenever the file changed, whoever changed it and whatever became of them."""
        try:
            told = (self._place.metadata / "timestamp.json").stat()
            seen = (told.st_mtime_ns, told.st_ino, told.st_size)
        except OSError:
            return
        if seen != self._head_seen:
            self._head_seen = seen
            self._outbox.owe_head()

    def _unstorable(self, batch: LedgerBatch, fault: Exception) -> None:
        log.exception("a batch of %s cannot be stored", batch.screen)
        self._raise([notices.unstorable(batch, fault)])

    def _unheard(self, heard: Heard, fault: Exception) -> None:
        log.exception("a message of %s cannot be stored", heard.screen)
        self._raise([notices.malformed(heard.screen, heard.leaf, fault)])

    def _raise(self, wrong: list[Notice]) -> None:
        if not wrong:
            return
        with transaction.atomic():
            raise_alarms(wrong, _now())


def rounds(batches: Iterable[LedgerBatch]) -> list[list[LedgerBatch]]:
    """Returns batches in their order, in groups with a few of each screen: no screen waits for all of another's.

    A player has five under way at most; so all of those are in the first group.
    """
    found: list[list[LedgerBatch]] = []
    seen: dict[str, int] = {}
    for batch in batches:
        number = seen[batch.screen] = seen.get(batch.screen, -1) + 1
        if number // AT_ONCE >= len(found):
            found.append([])
        found[number // AT_ONCE].append(batch)
    return found


def _read_batch(screen: str, payload: bytes) -> LedgerBatch:
    batch = decode(payload, LedgerBatch, MOST_BYTES["ledger"])
    if batch.screen != screen:
        raise MessageError(f"it is the ledger of {batch.screen}")
    return batch


def _acknowledgements(screens: Iterable[str]) -> dict[str, LedgerAck]:
    """Says nothing to those who are not enrolled: they would send all of it again."""
    return acknowledgements(Screen.objects.filter(id__in=list(screens), revoked_at=None).values_list("id", flat=True))


def _status(*, online: bool) -> bytes:
    return encode(OfficeStatus(online=online, at=_now().isoformat(timespec="seconds")))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
