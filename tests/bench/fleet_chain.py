"""A screen's ledger that is not kept but can be told again: each record follows from its number.

34 million records are too many to keep; their hashes are kept at every hundredth or so, and what lies between is made
anew when it is sent.
"""

import datetime as dt
import hashlib

from signage.ledger import PlayRecord, genesis, line
from signage.messages import LedgerBatch, encode
from signage.topics import MOST_BYTES

ZONE = dt.timezone(dt.timedelta(hours=8))
MEDIA = 40
"""Different media on a screen."""
SPARE_BYTES = 1024


MORNING = hashlib.sha256(b"morning").hexdigest()
"""Of the playlist."""


def medium(number: int) -> str:
    """Gives the SHA-256 of a picture."""
    return hashlib.sha256(b"medium %d" % number).hexdigest()


class Chain:
    """One epoch of one screen: a play every `period_s`, the first at `begins`."""

    def __init__(self, screen: str, epoch: str, begins: dt.datetime, period_s: float = 10.0) -> None:
        self.screen, self.epoch, self.period_ms = screen, epoch, round(period_s * 1000)
        self._begins_ms = round(begins.timestamp() * 1000)
        self._hashes = [genesis(screen, epoch).hash]
        """Before record 1, 1 + step, 1 + 2 × step …"""
        self._texts = [self._template(number) for number in range(MEDIA)]
        alone, two = (self._batch_bytes(records) for records in (1, 2))
        self.step = min(200, 1 + (MOST_BYTES["ledger"] - SPARE_BYTES - alone) // (two - alone))
        """Records in a batch."""
        self.last, self.head = 0, self._hashes[0]

    def _batch_bytes(self, records: int) -> int:
        texts = (self.text(10**7).decode(),) * records
        zeros = "0" * 64
        return len(encode(LedgerBatch(
            screen=self.screen, epoch=self.epoch, first=10**7, before=zeros, after=zeros, records=texts,
        )))  # fmt: skip

    def _template(self, number: int) -> bytes:
        sha = medium(number)
        record = PlayRecord(
            seq=77777777, at="AT", boot="5f0e", mono_ms=99999999, clock="ntp", zone="main", rank="normal",
            playlist="morning", playlist_sha256=MORNING, publication=12, item=number + 1,
            shows="image", media=f"posters/反诈宣传 {number}.png", sha256=sha, planned_ms=self.period_ms,
            actual_ms=self.period_ms, frames=1, outcome="complete",
        )  # fmt: skip
        text = line(record, genesis(self.screen, self.epoch)).text
        assert b"%" not in text
        return text.replace(b'"seq":1,', b'"seq":%d,').replace(b'"AT"', b'"%b"').replace(b"99999999", b"%d")

    def text(self, seq: int) -> bytes:
        """Gives the text of a record."""
        ms = self._begins_ms + (seq - 1) * self.period_ms
        at = dt.datetime.fromtimestamp(ms / 1000, ZONE).isoformat(timespec="milliseconds")
        return self._texts[seq % MEDIA] % (at.encode(), seq * self.period_ms, seq)

    def at_ms(self, seq: int) -> int:
        """When a record's play began, since 1970."""
        return self._begins_ms + (seq - 1) * self.period_ms

    def grow(self, last: int) -> None:
        """Plays on up to a number."""
        before, sha256 = self.head, hashlib.sha256
        for seq in range(self.last + 1, last + 1):
            before = sha256(before + self.text(seq)).digest()
            if seq % self.step == 0:
                self._hashes.append(before)
        self.last, self.head = max(self.last, last), before

    def hash_of(self, seq: int) -> bytes:
        """Gives the hash of a record; of 0, the epoch's beginning."""
        before = self._hashes[seq // self.step]
        for each in range(seq - seq % self.step + 1, seq + 1):
            before = hashlib.sha256(before + self.text(each)).digest()
        return before

    def batch(self, first: int) -> tuple[int, bytes]:
        """Gives the number of the last record in a batch that begins at `first`, and the batch encoded.

        It ends where a batch from the beginning would end, so that the hashes which are kept serve again.
        """
        last = min(self.last, (first - 1) // self.step * self.step + self.step)
        before = after = self.hash_of(first - 1)
        records = []
        for seq in range(first, last + 1):
            text = self.text(seq)
            after = hashlib.sha256(after + text).digest()
            records.append(text.decode())
        batch = LedgerBatch(
            screen=self.screen,
            epoch=self.epoch,
            first=first,
            before=before.hex(),
            after=after.hex(),
            records=tuple(records),
        )
        return last, encode(batch)
