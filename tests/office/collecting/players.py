"""A player's uplink for tests: it sends its ledger until the office has acknowledged all of it."""

import secrets
import time

from signage.link import Arrived, Broker, Connected, Link, Outgoing
from signage.messages import LedgerAck, LedgerBatch, LedgerMark, OfficeStatus, decode, encode
from signage.topics import OfficeTopic, ScreenTopic, Topics
from tests.office.collecting.screens import Ledger

WINDOW = 4
AGAIN_S = 1.0
TOPICS = Topics()


class Player:
    """Sends batches of a ledger from where the office is; drive it by calling `turn`."""

    def __init__(self, url: str, ledger: Ledger, most: int = 20) -> None:
        self.ledger, self.most = ledger, most
        self.mark = LedgerMark(epoch=ledger.epoch, upto=0, head=ledger.batch(1, 1).before)
        self.office_is_online = False
        self.sent: dict[int, float] = {}
        """First number of each batch that is under way, and when it was sent."""
        self.link = Link(
            Broker(url=url), ledger.screen, filters=TOPICS.for_screen(ledger.screen), first_delay_s=0.1,
            longest_delay_s=0.5,
        )  # fmt: skip
        self.link.start()

    @property
    def is_done(self) -> bool:
        """Whether the office has it all, by its own word."""
        head = self.ledger.head
        return (self.mark.upto, self.mark.head) == (head.seq, head.hash.hex())

    def turn(self) -> None:
        """Takes what came, and sends what may go."""
        for event in self.link.take():
            match event:
                case Connected():
                    self.sent = {}
                case Arrived(topic, payload):
                    self._hear(topic, payload)
        now = time.monotonic()
        self.sent = {first: at for first, at in self.sent.items() if first > self.mark.upto and now - at < AGAIN_S}
        following = self.mark.upto + 1
        while self.office_is_online and len(self.sent) < WINDOW and following <= len(self.ledger.lines):
            batch = self.ledger.batch(following, min(following + self.most - 1, len(self.ledger.lines)))
            if following not in self.sent:
                if self.say(batch) is None:
                    return
                self.sent[following] = now
            following += len(batch.records)

    def say(self, batch: LedgerBatch) -> int | None:
        """Publishes a batch."""
        return self.link.publish(TOPICS.screen(self.ledger.screen, "ledger"), encode(batch))

    def stop(self) -> None:
        """Leaves."""
        self.link.stop(wait_s=0.2)

    def _hear(self, topic: str, payload: bytes) -> None:
        match TOPICS.read(topic):
            case OfficeTopic("status"):
                self.office_is_online = decode(payload, OfficeStatus, 1024).online
            case ScreenTopic(_, "ledger/ack"):
                marks = decode(payload, LedgerAck, 8192).marks
                mine = [each for each in marks if each.epoch == self.ledger.epoch]
                self.mark = mine[0] if mine else LedgerMark(epoch=self.ledger.epoch, upto=0, head=self.mark.head)


class Listener:
    """Somebody who hears everything and says what he is told to."""

    def __init__(self, url: str) -> None:
        self.heard: dict[str, list[bytes]] = {}
        """Payloads by topic below the prefix."""
        self.link = Link(Broker(url=url), f"ear-{secrets.token_hex(4)}", filters=("wuzha/1/#",), first_delay_s=0.1)
        self.link.start()

    def last(self, topic: str) -> bytes:
        """Gives the newest payload of a topic; empty: none."""
        for event in self.link.take():
            if isinstance(event, Arrived):
                self.heard.setdefault(event.topic.removeprefix("wuzha/1/"), []).append(event.payload)
        return self.heard.get(topic, [b""])[-1]

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Publishes below the prefix; False: not now."""
        out = Outgoing(f"wuzha/1/{topic}", payload, retain)
        return self.link.publish(out.topic, out.payload, retain=out.retain) is not None

    def stop(self) -> None:
        """Leaves."""
        self.link.stop(wait_s=0.2)
