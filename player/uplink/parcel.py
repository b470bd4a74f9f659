"""One batch of the ledger as it goes to the office: consecutive records, as many as its topic takes."""

from typing import Literal, Protocol

import msgspec

from player.uplink.ledger_db import Epoch
from signage.ledger import Line
from signage.messages import MOST_RECORDS, LedgerBatch
from signage.topics import MOST_BYTES

BATCH_BYTES = MOST_BYTES["ledger"] - 1024
"""Of the records in a batch, as they are written in it; the rest is its head."""
Why = Literal["order", "live", "asked"]


class Ledger(Protocol):
    """The ledger as the upload reads it."""

    def some(self, epoch: Epoch, after: int, most: int, now: float, /) -> tuple[Line, ...]: ...
    def hash_at(self, epoch: Epoch, seq: int, now: float, /) -> bytes | None: ...


class Span(msgspec.Struct, frozen=True):
    """Records of an epoch, both ends counted."""

    epoch: str
    first: int
    last: int


class Parcel(msgspec.Struct, frozen=True):
    """A batch to be published, and why now."""

    batch: LedgerBatch
    span: Span
    why: Why
    left_out: Span | None = None
    """Records before these that no batch can carry; a batch in order says that they will not come."""


def parcel(screen: str, ledger: Ledger, epoch: Epoch, span: tuple[int, int], *, why: Why, now: float) -> Parcel | None:
    """Returns records behind the first number of `span` up to its second at most; None when there are none to be read.

    A record that is too large for any batch is left out where it comes first.
    """
    after, last = max(span[0], epoch.first.seq), span[1]
    lines = ledger.some(epoch, after, min(MOST_RECORDS, last - after), now) if last > after else ()
    begin = after
    while lines and len(msgspec.json.encode(lines[0].text.decode())) > BATCH_BYTES:
        after, lines = lines[0].seq, lines[1:]
    left_out = Span(epoch.name, begin + 1, after) if after > begin else None
    before = ledger.hash_at(epoch, after, now)
    if before is None or not lines:
        return None
    texts = list[str]()
    room = BATCH_BYTES
    for line in lines:
        text = line.text.decode()
        room -= len(msgspec.json.encode(text)) + 1
        if room < 0 and texts:
            break
        texts.append(text)
    end = lines[len(texts) - 1]
    batch = LedgerBatch(
        screen=screen, epoch=epoch.name, first=lines[0].seq, before=before.hex(), after=end.hash.hex(),
        oldest=lines[0].seq if left_out is not None and why == "order" else epoch.first.seq + 1, records=tuple(texts),
    )  # fmt: skip
    return Parcel(batch, Span(epoch.name, lines[0].seq, end.seq), why, left_out)
