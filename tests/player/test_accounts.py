"""Whichever comes first, the decision or the stage's account: each slot becomes one play."""

import dataclasses
import datetime as dt

import pytest

from player.accounts import Accounts
from player.stage.ports import Done
from player.state import Ended, Moment, Play
from player.uplink.records import play_record
from signage.slot import Slot
from tests.player.uplink.test_writer import slot

AT = Moment(dt.datetime(2026, 6, 6, 7, tzinfo=dt.UTC), 1000.0, "ntp")
LATER = Moment(dt.datetime(2026, 6, 6, 7, 1, tzinfo=dt.UTC), 1060.0, "ntp")


class Book:
    def __init__(self) -> None:
        self.plays: list[Play] = []
        self.accounts = Accounts(self.plays.append)
        self.slot: Slot = slot(1)

    def done(self) -> Done:
        return Done(zone=self.slot.zone, number=self.slot.number, ended_s=9.5, frames=240, late=3)

    def ended(self) -> Ended:
        return Ended(slot=self.slot, outcome="cut", reason="broadcast")


@pytest.fixture
def book() -> Book:
    return Book()


def test_a_slot_that_is_cut_waits_for_what_the_stage_saw_of_it(book: Book) -> None:
    book.accounts.begin(book.slot, AT)
    book.accounts.end(book.ended(), LATER)
    assert book.plays == []
    assert book.accounts.settle(book.done(), LATER)
    assert book.plays == [
        Play(
            slot=book.slot, outcome="cut", reason="broadcast", began=AT, ended=LATER, shown_s=9.5, frames=240,
            late_frames=3,
        )
    ]  # fmt: skip
    assert book.accounts.is_settled


def test_a_slot_that_ended_by_itself_is_written_down_when_that_is_decided(book: Book) -> None:
    book.accounts.begin(book.slot, AT)
    assert not book.accounts.settle(book.done(), LATER), "nobody has decided anything yet"
    book.accounts.keep(book.done())
    assert not book.accounts.is_settled
    book.accounts.end(book.ended(), LATER)
    assert [(play.began, play.frames) for play in book.plays] == [(AT, 240)]
    assert book.accounts.is_settled


def test_a_play_knows_how_its_sound_was_heard(book: Book) -> None:
    book.accounts.begin(book.slot, AT)
    book.accounts.keep(dataclasses.replace(book.done(), heard="partly"))
    book.accounts.end(book.ended(), LATER)
    assert [play.heard for play in book.plays] == ["partly"]
    assert play_record(book.plays[0], "b0").heard == "partly"


def test_what_the_stage_says_no_more_about_was_not_seen(book: Book) -> None:
    book.accounts.end(book.ended(), AT)
    book.accounts.close(LATER)
    assert [(play.began, play.shown_s, play.frames) for play in book.plays] == [(None, 0.0, 0)]
    assert book.accounts.is_settled
    book.accounts.close(LATER)
    assert len(book.plays) == 1
