"""A player without a screen, for `exactness`: its ledger, uplink and link are the real ones, its plays are made up.

Usage: python -m tests.bench.exactness_player FOLDER SCREEN mqtt://HOST:PORT TALLY. It plays on to the number in the
tally, as fast as the ledger takes it, and notes there what the ledger has taken. It ends with 3 when that is not in the
ledger any more.
"""

import argparse
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from player.clock import Clock
from player.state import Moment, Play
from player.uplink.agent import Agent
from player.uplink.beside import Beside
from player.uplink.connections import Connections
from player.uplink.ledger_db import Epoch, LedgerDb, open_copy
from player.uplink.mailbox import Mailbox
from player.uplink.recorder import Recorder
from player.uplink.records import Entry
from player.uplink.standing import Standing
from player.uplink.telling import Self, Sight
from player.uplink.writer import LEDGER, Writer, boot_id
from signage.ledger import Details, PlayRecord, What, read
from signage.link import Broker, Link, Will
from signage.timefloor import BelievedTime
from signage.topics import MOST_BYTES, Topics, most_bytes
from tests.bench.exactness_plays import moment_of, number_of, play, slot
from tests.bench.exactness_tally import GOAL, WRITTEN, Tally

FIRST_DELAY_S, LONGEST_DELAY_S = 0.05, 1.0
"""Between attempts to connect; shorter than a player's, for its wire fails every few seconds here."""
SESSION_S, WILL_DELAY_S = 300, 10
BURST = 200
LOOK_S = 0.02
TAIL = 1000
FORGOT = 3


class NotingWriter(Writer):
    """Notes which plays are on the disk."""

    def __init__(self, path: Path, screen: str, tally: Tally) -> None:
        super().__init__(path, screen, boot_id())
        self._tally = tally

    def write(self, entries: Sequence[Entry]) -> None:
        """Appends, and then says so."""
        super().write(entries)
        numbers = [each.late_frames for each in entries if isinstance(each, Play)]
        if numbers:
            self._tally[WRITTEN] = max(numbers)


class NoHands:
    """Nobody commands here."""

    def take_still(self) -> bool:
        """Takes none."""
        return False

    def skip(self) -> None:
        """Does nothing."""

    def refresh(self) -> None:
        """Does nothing."""

    def identify(self, _seconds: int) -> None:
        """Does nothing."""

    def set_volume(self, _percent: int | None) -> None:
        """Does nothing."""

    def orders_changed(self) -> None:
        """Does nothing."""

    def restart(self) -> None:
        """Does nothing."""

    def happened(self, _what: What, _details: Details) -> None:
        """Does nothing."""


def last_number(ledger: Path) -> int:
    """Gives the number of the newest play in a ledger; 0: none."""
    if not ledger.exists():
        return 0
    db = open_copy(ledger)
    try:
        return max((_last_of(db, epoch) for epoch in db.epochs()), default=0)
    finally:
        db.close()


def _last_of(db: LedgerDb, epoch: Epoch) -> int:
    for after in (max(epoch.first.seq, epoch.head.seq - TAIL), epoch.first.seq):
        records = [read(line.text) for line in db.lines(epoch, after)]
        numbers = [number_of(each) or 0 for each in records if isinstance(each, PlayRecord)]
        if any(numbers):
            return max(numbers)
    return 0


def play_on(recorder: Recorder, tally: Tally, following: int, ending: threading.Event) -> None:
    """Plays as far as is asked until the end comes; what is not yet on the disk never gets long."""
    rng = random.Random()
    while not ending.is_set():
        last = min(tally[GOAL], following + rng.randrange(BURST))
        if following > last or following - tally[WRITTEN] > BURST:
            ending.wait(LOOK_S)
            continue
        for number in range(following, last + 1):
            recorder.began(slot(number), moment_of(number))
            recorder.played(play(number))
        following = last + 1
        recorder.began(slot(following), moment_of(following))


def agent(
    folder: Path, screen: str, url: str, *, mail: Mailbox, recorder: Recorder, clock: Callable[[], Moment]
) -> Agent:
    """Gives the agent as `player.channel` makes it, of a player that takes no publications."""
    topics = Topics()

    def largest(topic: str) -> int:
        found = topics.read(topic)
        return most_bytes(found) if found is not None else min(MOST_BYTES.values())

    def link(will: Callable[[], Will | None]) -> Link:
        return Link(
            Broker(url=url), screen, filters=topics.for_screen(screen), will=will, session_s=SESSION_S,
            will_delay_s=WILL_DELAY_S, on_news=mail.wake, most_bytes=largest, first_delay_s=FIRST_DELAY_S,
            longest_delay_s=LONGEST_DELAY_S,
        )  # fmt: skip

    def sight() -> Sight:
        at = clock()
        return Sight(told=BelievedTime(at=at.at, quality=at.clock))

    return Agent(
        Self(screen=screen, boot=boot_id(), canvas=(64, 32), versions={}), topics=topics, link=link, mail=mail,
        ledger=Beside(folder / LEDGER, screen), standing=Standing(folder), connections=Connections(folder),
        hands=NoHands(), renew=recorder.renew, publications=None, keys=tuple, sight=sight, read_clock=clock,
    )  # fmt: skip


def main() -> int:
    """Plays until it is told to end."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("screen")
    options.add_argument("url")
    options.add_argument("tally", type=Path)
    chosen = options.parse_args()
    ending = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ending.set())
    wall = Clock("Asia/Shanghai")

    def clock() -> Moment:
        now = time.monotonic()
        told = wall.read(now)
        return Moment(told.at, now, told.quality)

    tally, ledger = Tally(chosen.tally), chosen.folder / LEDGER
    last = last_number(ledger)
    if last < tally[WRITTEN]:
        print(f"play {tally[WRITTEN]} was written, the ledger ends with {last}", file=sys.stderr)
        return FORGOT
    tally[WRITTEN] = last  # the kill may have come between the two
    recorder = Recorder(NotingWriter(ledger, chosen.screen, tally), clock)
    mail = Mailbox()
    recorder.on_written = mail.wake
    recorder.start()
    made = agent(chosen.folder, chosen.screen, chosen.url, mail=mail, recorder=recorder, clock=clock)
    uplink = threading.Thread(target=made.run, name="agent", daemon=True)
    uplink.start()
    play_on(recorder, tally, last + 1, ending)
    mail.stop()
    uplink.join()
    recorder.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
