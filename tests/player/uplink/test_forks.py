"""An epoch that went two ways is noticed, told of once, and shown to the office until the broker has it."""

from player.uplink.forks import Forks
from player.uplink.ledger_db import Epoch
from player.uplink.parcel import Span
from signage.ledger import Anchor, Line
from signage.messages import MOST_RECORDS, LedgerMark

NAME = "a" * 16
EPOCH = Epoch(1, NAME, "sq-led", Anchor(NAME, 100, b"\x01" * 32), Anchor(NAME, 900, b"\x09" * 32))


class Shelf:
    """A ledger in which every record's hash is its number."""

    def some(self, epoch: Epoch, after: int, most: int, now: float) -> tuple[Line, ...]:
        return ()

    def hash_at(self, epoch: Epoch, seq: int, now: float) -> bytes | None:
        return seq.to_bytes(32, "big") if seq <= epoch.head.seq else None


def forks(told: list[tuple[str, bool]]) -> Forks:
    return Forks(Shelf(), lambda epoch, newest: told.append((epoch, newest)))


def mark(upto: int, digest: int) -> LedgerMark:
    return LedgerMark(epoch=NAME, upto=upto, head=digest.to_bytes(32, "big").hex())


def test_another_hash_or_a_number_that_never_was_is_another_history() -> None:
    found = forks([])
    assert found.is_another(mark(500, 501), EPOCH, 0.0)
    assert found.is_another(mark(901, 901), EPOCH, 0.0)
    assert not found.is_another(mark(500, 500), EPOCH, 0.0)
    assert not found.is_another(mark(0, 7), EPOCH, 0.0), "the office has nothing of it"
    assert not found.is_another(mark(50, 7), EPOCH, 0.0), "what was cut here cannot be compared"


def test_it_is_told_once_and_shown_until_the_broker_has_it() -> None:
    told: list[tuple[str, bool]] = []
    found = forks(told)
    shows = Span(NAME, 500 - MOST_RECORDS + 1, 500)
    assert found.add(EPOCH, 500, newest=True) == shows
    assert found.add(EPOCH, 500, newest=True) == shows
    found.shown(NAME)
    assert found.add(EPOCH, 500, newest=True) is None
    assert told == [(NAME, True)]
    assert NAME in found


def test_what_is_shown_lies_in_the_ledger() -> None:
    assert forks([]).add(EPOCH, 120, newest=False) == Span(NAME, 101, 120)
    assert forks([]).add(EPOCH, 5000, newest=False) == Span(NAME, 900 - MOST_RECORDS + 1, 900)
    assert forks([]).add(EPOCH, 60, newest=False) is None, "nothing of that is here any more"


def test_a_word_that_is_taken_back_lets_the_epoch_go_on() -> None:
    found = forks([])
    found.add(EPOCH, 500, newest=True)
    found.discard(NAME)
    assert NAME not in found
