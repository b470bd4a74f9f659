"""Where a collector's time goes: microseconds of one processor for each record, step by step.

Usage: python -m tests.bench.office_steps [--records N] [--folder F]. Batches of 200 plays, 20 in a commit, SQLite, one
process, as in the row `store` of `office_ingest`; each step is timed over all batches by itself. The last line is what
the office's own function takes for all of it together.
"""

import argparse
import datetime as dt
import gc
import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from office.place import Place, found
from signage.messages import LedgerBatch, decode, encode
from tests.bench.office_ingest import GROUP, batches, publish_plays

SCREEN = "led-steps"


class Steps:
    """Processor time by step."""

    def __init__(self, records: int) -> None:
        self._records = records
        self.us: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Adds what the block takes."""
        began = time.process_time()
        yield
        self.us[name] = self.us.get(name, 0.0) + (time.process_time() - began) * 1e6 / self._records


def measured(records: int, place: Place) -> dict[str, float]:
    """Gives the steps of storing so many plays of one screen."""
    from django.db import transaction

    from office.collecting.bulk import insert
    from office.collecting.checkpoints import Checkpoints
    from office.collecting.ledgers import _PLAY, _RECORD, Ledgers, _Names
    from office.collecting.reading import columns, proved
    from office.models import LedgerRecord, Play, Screen

    Screen.objects.create(id=SCREEN)
    publish_plays()
    payloads = [encode(each) for each in batches(SCREEN, records, 1 << 30)]
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # as the collector does
    steps, names = Steps(records), _Names()
    with steps.timed("decode the message"):
        told = [decode(each, LedgerBatch, 1 << 30) for each in payloads]
    texts = [text.encode() for batch in told for text in batch.records]
    with steps.timed("  of the next: SHA-256 alone"):
        digest = bytes(32)
        for text in texts:
            digest = hashlib.sha256(digest + text).digest()
    with steps.timed("prove the chain"):
        chains = [proved(each) for each in told]
    with steps.timed("read records, prove their form, put into columns"):
        read = [names.settle(columns(each, 1 << 20, names), lambda _: True) for each in chains]
    for start in range(0, len(read), GROUP):
        some = read[start : start + GROUP]
        rows, plays = ([row for each in some for row in each.records], [row for each in some for row in each.plays])
        with steps.timed("insert and commit the records"), transaction.atomic():
            insert(LedgerRecord._meta.db_table, _RECORD, rows)
        with steps.timed("insert and commit the plays"), transaction.atomic():
            insert(Play._meta.db_table, _PLAY, plays)
    ledgers, checkpoints, now = Ledgers(), Checkpoints(), dt.datetime.now(dt.UTC)
    with steps.timed("all of it, by the office's own function"):
        for start in range(0, len(payloads), GROUP):
            group = [decode(each, LedgerBatch, 1 << 30) for each in payloads[start : start + GROUP]]
            ledgers.store(group, now)
            checkpoints.committed()
            checkpoints.fold()
    assert LedgerRecord.objects.count() == 2 * records
    return steps.us


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wuzha-steps-", dir=given.folder) as temporary:
        place = Place(Path(temporary) / "office")
        found(place)
        from office.settings import open_office

        open_office(place)
        for name, us in measured(given.records, place).items():
            print(f"{name:52}{us:8.2f}")


if __name__ == "__main__":
    main()
