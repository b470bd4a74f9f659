"""An office that keeps records in memory: what a screen is to get along with, no more."""

from signage.ledger import chained, genesis
from signage.messages import LedgerAck, LedgerBatch, LedgerMark


class TinyOffice:
    """Stores by epoch and number, acknowledges without a gap, and notices another history."""

    def __init__(self, screen: str) -> None:
        self.screen = screen
        self.texts: dict[str, dict[int, str]] = {}
        self.hashes: dict[str, dict[int, str]] = {}
        self.cut: dict[str, int] = {}
        self.forks: list[tuple[str, int]] = []
        self.batches: list[LedgerBatch] = []

    def take(self, batch: LedgerBatch) -> None:
        """Stores a batch, whatever its place."""
        assert batch.screen == self.screen
        self.batches.append(batch)
        texts, hashes = self.texts.setdefault(batch.epoch, {}), self.hashes.setdefault(batch.epoch, {})
        hashes.setdefault(0, genesis(self.screen, batch.epoch).hash.hex())
        assert batch.oldest <= batch.first
        self.cut[batch.epoch] = max(self.cut.get(batch.epoch, 0), batch.oldest - 1)
        known = hashes.get(batch.first - 1)
        if known is not None and known != batch.before:
            self.forks.append((batch.epoch, batch.first - 1))
            return
        digest = bytes.fromhex(batch.before)
        hashes.setdefault(batch.first - 1, batch.before)
        for seq, text in enumerate(batch.records, start=batch.first):
            digest = chained(digest, text.encode())
            if hashes.setdefault(seq, digest.hex()) != digest.hex():
                self.forks.append((batch.epoch, seq))
                return
            texts[seq] = text
        assert digest.hex() == batch.after

    def ack(self) -> LedgerAck:
        """Gives what is here without a gap, newest epoch first."""
        marks = []
        for epoch, texts in reversed(self.texts.items()):
            upto = self.cut[epoch]
            while upto + 1 in texts:
                upto += 1
            marks.append(LedgerMark(epoch=epoch, upto=upto, head=self.hashes[epoch].get(upto, "0" * 64)))
        return LedgerAck(marks=tuple(marks))

    def count(self) -> int:
        """Counts the records."""
        return sum(len(texts) for texts in self.texts.values())
