"""Holds the office's records and counts against the screens' ledgers, for `exactness`.

Rule: what is expected is worked out from the ledgers' own text, never from what the office made of it.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from player.uplink.audit import audit
from player.uplink.ledger_db import Epoch, LedgerDb, open_copy
from signage.ledger import Break, Line, PlayRecord, check, genesis, read
from tests.bench.exactness_plays import number_of

SUMS = ("plays", "complete", "cut", "failed", "ms", "undated")
Sums = dict[str, list[int]]


class Proof:
    """What was found; `faults` is empty when all is equal."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.plays = self.records = self.interrupted = 0
        self._expected: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(
            lambda: defaultdict(lambda: [0] * len(SUMS))
        )

    def compare(self, screen: str, ledger: Path, last: int) -> None:
        """Compares one screen's ledger, which ought to hold the plays 1 to `last`, with the office's."""
        from office.models import LedgerEpoch

        db = open_copy(ledger)
        try:
            broken = audit(db).broken
            if broken is not None:
                self.faults.append(f"{screen}: its ledger breaks at {broken.seq}: {broken.why.en}")
            epochs = db.epochs()
            there = {each.name: each for each in LedgerEpoch.objects.filter(screen_id=screen)}
            if [epoch.name for epoch in epochs] != list(there) or len(epochs) != 1:
                self.faults.append(f"{screen}: {len(epochs)} epochs, at the office {len(there)}")
            for epoch in epochs:
                if epoch.name in there:
                    self._compare_epoch(db, epoch, there[epoch.name])
            self._count(screen, db, epochs, last)
        finally:
            db.close()

    def _compare_epoch(self, db: LedgerDb, epoch: Epoch, there) -> None:  # type: ignore[no-untyped-def]
        name = f"{epoch.screen} {epoch.name}"
        lines: Iterator[Line | None] = db.lines(epoch)
        for here, stored in zip_longest(lines, _stored(there.keys)):
            if here != stored:
                told = [each.seq if each is not None else "none" for each in (here, stored)]
                self.faults.append(f"{name}: record {told[0]} of the screen is {told[1]} at the office, or another one")
                break
        start = genesis(epoch.screen, epoch.name)
        breaks = [each for each in check(_stored(there.keys), start) if isinstance(each, Break)]
        self.faults += [f"{name}: the office's chain breaks at {each.seq}: {each.why.en}" for each in breaks]
        runs = [(run.first, run.last) for run in there.runs.all()]
        if runs != [(0, epoch.head.seq)]:
            self.faults.append(f"{name}: the office knows the runs {runs}, the ledger goes to {epoch.head.seq}")
        if (there.upto, bytes(there.head)) != (epoch.head.seq, epoch.head.hash):
            self.faults.append(f"{name}: acknowledged up to {there.upto}, the ledger goes to {epoch.head.seq}")
        self.records += epoch.head.seq

    def _count(self, screen: str, db: LedgerDb, epochs: tuple[Epoch, ...], last: int) -> None:
        numbers: list[int] = []
        for epoch in epochs:
            for line in db.lines(epoch):
                record = read(line.text)
                if not isinstance(record, PlayRecord):
                    continue
                self.plays += 1
                number = number_of(record)
                if number is None:
                    self.interrupted += 1
                else:
                    numbers.append(number)
                self._expect(screen, record)
        if numbers != list(range(1, last + 1)):
            wrong = len(set(range(1, last + 1)) ^ set(numbers))
            self.faults.append(f"{screen}: {wrong} of its {last} plays are lost or doubled in its own ledger")

    def _expect(self, screen: str, play: PlayRecord) -> None:
        outcome = play.outcome
        sums = (
            1, outcome == "complete", outcome == "cut", outcome == "failed", play.actual_ms or 0,
            play.clock == "unsynced",
        )  # fmt: skip
        keys = {
            "screen": screen, "publication": str(play.publication), "playlist": play.playlist, "media": play.media,
            "item": f"{play.playlist or '-'} {play.item} {play.media}", "day": play.at[:10],
            "hour": f"{play.at[11:13]}:00", "outcome": outcome,
        }  # fmt: skip
        for by, key in keys.items():
            found = self._expected[by][key]
            for place, number in enumerate(sums):
                found[place] += number

    def compare_counts(self) -> None:
        """Compares the office's counts, and what it says is missing or wrong."""
        from django.db.models import Sum

        from office.counting import Asked, counted, missing
        from office.models import Alarm, LedgerRecord, Play

        for by, expected in self._expected.items():
            given = {
                each.key: [each.plays, each.complete, each.cut, each.failed, round(each.seconds * 1000), each.undated]
                for each in counted(by, Asked())  # type: ignore[arg-type]
            }
            if given != dict(expected):
                wrong = [key for key in {*given, *expected} if given.get(key) != expected.get(key)]
                self.faults.append(f"counts by {by} differ for {len(wrong)} keys, such as {sorted(wrong)[0]!r}")
        for what, here, there in (
            ("records", self.records, LedgerRecord.objects.count()),
            ("plays", self.plays, Play.objects.count()),
        ):
            if here != there:
                self.faults.append(f"{here} {what} on the screens, {there} at the office")
        self.faults += [f"missing: {each}" for each in missing(Asked())[:3]]
        alarms = Alarm.objects.values_list("kind").annotate(times=Sum("times"))
        self.faults += [f"alarm: {kind}, {times} times" for kind, times in alarms]


def _stored(keys: tuple[int, int]) -> Iterator[Line]:
    from office.models import LedgerRecord

    for record in LedgerRecord.objects.filter(id__range=keys).order_by("id").iterator(2000):
        yield Line(record.seq, bytes(record.text), bytes(record.hash))
