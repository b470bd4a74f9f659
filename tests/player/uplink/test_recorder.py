"""What the loop leaves is on the disk soon after, and what cannot be written waits or is told as lost."""

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from player.state import Moment, Play
from player.uplink.ledger_db import open_copy
from player.uplink.loss_note import Loss
from player.uplink.recorder import Recorder
from player.uplink.writer import Writer
from signage.ledger import EventRecord, PlayRecord, ReceiptRecord, read
from signage.slot import Card, Slot

DAWN = dt.datetime(2026, 6, 6, 7, tzinfo=dt.UTC)


class Wall:
    """A clock whose wall time can be set."""

    def __init__(self) -> None:
        self.offset = dt.timedelta()

    def __call__(self) -> Moment:
        now = time.monotonic()
        return Moment(DAWN + self.offset + dt.timedelta(seconds=now), now, "ntp")


def play(number: int) -> Play:
    slot = Slot(
        number=number, zone="main", rank="normal", playlist="a", item=number, kind="card", card=Card(template="slogan"),
        starts_at=DAWN, planned_s=1.0,
    )  # fmt: skip
    at = Moment(DAWN + dt.timedelta(seconds=number), float(number), "ntp")
    return Play(slot=slot, outcome="complete", began=at, ended=at, shown_s=1.0, frames=1)


def told(path: Path) -> list[object]:
    try:
        db = open_copy(path)
    except FileNotFoundError:
        return []
    found = [read(line.text) for epoch in db.epochs() for line in db.lines(epoch)]
    db.close()
    return found


def items(path: Path) -> list[int]:
    return [each.item for each in told(path) if isinstance(each, PlayRecord)]


def wait_for(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_a_play_is_on_the_disk_while_the_player_goes_on(path: Path) -> None:
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.start()
    recorder.played(play(1))
    wait_for(lambda: items(path) == [1])
    recorder.played(play(2))
    recorder.stop()
    assert items(path) == [1, 2]


def test_what_comes_before_the_start_and_just_before_the_end_is_written(path: Path) -> None:
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.played(play(1))
    recorder.start()
    for number in range(2, 300):
        recorder.played(play(number))
    recorder.stop()
    assert items(path) == list(range(1, 300))


def test_plays_wait_while_the_folder_cannot_be_written_and_nothing_is_lost(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("a file where the folder should be")
    recorder = Recorder(Writer(folder / "ledger.db", "sq-led", "b"), Wall())
    recorder.start()
    recorder.played(play(1))
    wait_for(lambda: recorder.trouble is not None)
    recorder.played(play(2))
    folder.unlink()
    wait_for(lambda: recorder.trouble is None)
    recorder.stop()
    assert items(folder / "ledger.db") == [1, 2]


class FullDisk(Writer):
    """Cannot write while `full` is set."""

    full = threading.Event()

    def write(self, entries) -> None:  # type: ignore[no-untyped-def]
        if self.full.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        super().write(entries)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program has the ledger open for writing."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def outcomes(path: Path) -> list[tuple[int, str]]:
    return [(each.item, each.outcome) for each in told(path) if isinstance(each, PlayRecord)]


def test_a_showing_that_ends_while_another_program_holds_the_ledger_is_written_once(path: Path) -> None:
    written = threading.Semaphore(0)
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.on_written = written.release
    recorder.start()
    recorder.began(play(1).slot, play(1).ended)
    assert written.acquire(timeout=20)
    with held(path):
        recorder.played(play(1))
        recorder.began(play(2).slot, play(2).ended)
        wait_for(lambda: recorder.trouble is not None)
    assert recorder.trouble is not None
    assert "占用" in recorder.trouble.zh
    wait_for(lambda: recorder.trouble is None)
    recorder.played(play(2))
    recorder.stop()
    assert outcomes(path) == [(1, "complete"), (2, "complete")]


class Once(Writer):
    """Fails once, behind a commit."""

    where = ""

    def renew(self, reason: str, at: Moment) -> None:
        self._fail("renew")
        super().renew(reason, at)

    def tidy(self, at: Moment) -> None:
        self._fail("tidy")
        super().tidy(at)

    def _fail(self, where: str) -> None:
        if self.where == where and self._head is not None and self._head.seq > 1:
            self.where = ""
            raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("where", ["renew", "tidy"])
def test_what_fails_behind_a_commit_has_nothing_written_twice(path: Path, where: str) -> None:
    writer = Once(path, "sq-led", "b")
    writer.where = where
    recorder = Recorder(writer, Wall())
    recorder.played(play(1))
    if where == "renew":
        recorder.renew("asked for")
    recorder.start()
    wait_for(lambda: not writer.where)
    recorder.played(play(2))
    recorder.stop()
    assert items(path) == [1, 2]


def test_an_old_copy_put_in_the_ledgers_place_while_it_plays_loses_and_doubles_nothing_from_then_on(path: Path) -> None:
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.start()
    recorder.played(play(1))
    recorder.began(play(2).slot, play(2).ended)
    wait_for(lambda: items(path) == [1])
    copy = path.with_name("copy")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    recorder.played(play(2))
    wait_for(lambda: items(path) == [1, 2])
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink()
    copy.replace(path)
    recorder.played(play(3))
    recorder.stop()
    assert outcomes(path) == [(1, "complete"), (3, "complete")], "2 stays with whoever took the old one away"
    [_, second] = [each for each in told(path) if isinstance(each, EventRecord) and each.what == "epoch"]
    assert second.details["reason"] == "old copy"


def lost(path: Path) -> list[EventRecord]:
    return [each for each in told(path) if isinstance(each, EventRecord) and each.what == "lost"]


def test_what_cannot_be_written_until_the_end_is_told_at_the_next_start_and_once(path: Path, monkeypatch) -> None:
    monkeypatch.setattr("player.uplink.recorder.STOP_S", 0.3)
    writer = FullDisk(path, "sq-led", "b")
    recorder = Recorder(writer, Wall())
    recorder.start()
    recorder.began(play(1).slot, play(1).ended)
    wait_for(lambda: writer.is_marked(play(1)))
    writer.full.set()
    for number in (1, 2, 3):
        recorder.played(play(number))
    recorder.happened("stop", {})
    recorder.stop()
    writer.full.clear()
    for _ in range(3):
        again = Recorder(Writer(path, "sq-led", "b"), Wall())
        again.start()
        again.stop()
    [loss] = lost(path)
    assert loss.details["records"] == 3, "play 1 is told as the one that was showing"
    assert outcomes(path) == [(1, "cut")]
    assert str(loss.details["from"]).startswith("2026-06-06T07:00:02")


def test_a_loss_that_could_not_be_written_down_at_the_next_start_either_is_added_to_that_ones(
    path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("player.uplink.recorder.STOP_S", 0.3)

    class NeverOpened(Writer):
        def open(self, at: Moment) -> None:
            raise sqlite3.OperationalError("database or disk is full")

    for first in (1, 11):
        recorder = Recorder(NeverOpened(path, "sq-led", "b"), Wall())
        recorder.start()
        for number in range(first, first + 3):
            recorder.played(play(number))
        recorder.stop()
    last = Recorder(Writer(path, "sq-led", "b"), Wall())
    last.start()
    last.stop()
    [loss] = lost(path)
    assert loss.details == {
        "records": 6, "from": "2026-06-06T07:00:01.000+00:00", "to": "2026-06-06T07:00:13.000+00:00"
    }  # fmt: skip


def test_a_note_of_what_was_written_after_all_is_no_loss(path: Path) -> None:
    writer = Writer(path, "sq-led", "b")
    writer.open(Wall()())
    writer.note_loss(Loss(records=1, first="2026-06-06T07:00:01+00:00", last="2026-06-06T07:00:01+00:00"))
    writer.write([play(1)])
    writer.abandon()  # killed between the commit and the end of the note
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.start()
    recorder.stop()
    assert (items(path), lost(path)) == ([1], [])


def test_what_goes_beyond_the_limit_is_written_down_as_lost(path: Path) -> None:
    writer = FullDisk(path, "sq-led", "b")
    writer.full.set()
    recorder = Recorder(writer, Wall(), most_held=5)
    recorder.start()
    recorder.played(play(1))
    wait_for(lambda: recorder.trouble is not None)
    for number in range(2, 12):
        recorder.played(play(number))
    writer.full.clear()
    wait_for(lambda: items(path) == [1, 2, 3, 4, 5, 6])
    recorder.played(play(12))
    recorder.stop()
    assert items(path) == [1, 2, 3, 4, 5, 6, 12]
    [lost] = [each for each in told(path) if isinstance(each, EventRecord) and each.what == "lost"]
    assert lost.details["records"] == 5
    assert str(lost.details["from"]) < str(lost.details["to"])


def test_a_wall_clock_that_is_set_is_written_down_once(path: Path) -> None:
    wall = Wall()
    recorder = Recorder(Writer(path, "sq-led", "b"), wall)
    recorder.start()
    recorder.played(play(1))
    wait_for(lambda: items(path) == [1])
    wall.offset = -dt.timedelta(minutes=40)
    wait_for(lambda: any(isinstance(each, EventRecord) and each.what == "clock_step" for each in told(path)))
    recorder.stop()
    [step] = [each for each in told(path) if isinstance(each, EventRecord) and each.what == "clock_step"]
    assert abs(int(step.details["step_ms"] or 0) + 40 * 60_000) < 5000


def test_a_clock_that_goes_back_slowly_is_one_event_that_says_why_and_since_when(path: Path) -> None:
    began_s = time.monotonic()

    def slower() -> Moment:
        now = time.monotonic()
        back_s = min(3.0, 0.9 * max(0.0, now - began_s - 1.5))
        return Moment(DAWN + dt.timedelta(seconds=now - back_s), now, "ntp")

    recorder = Recorder(Writer(path, "sq-led", "b"), slower, why_corrected=lambda: "synchronised")
    recorder.start()
    wait_for(lambda: any(isinstance(each, EventRecord) and each.what == "clock_step" for each in told(path)))
    recorder.stop()
    [step] = [each for each in told(path) if isinstance(each, EventRecord) and each.what == "clock_step"]
    assert step.details["step_ms"] == pytest.approx(-3000, abs=50)
    assert step.details["why"] == "synchronised"
    assert abs(int(step.details["since_mono_ms"] or 0) / 1000 - began_s) < 5, "what was dated since then was not right"


def test_taking_a_play_never_waits_for_the_disk(path: Path) -> None:
    held, going = threading.Event(), threading.Event()

    class Hanging(Writer):
        def write(self, entries) -> None:  # type: ignore[no-untyped-def]
            held.set()
            going.wait(20)
            super().write(entries)

    recorder = Recorder(Hanging(path, "sq-led", "b"), Wall())
    recorder.start()
    recorder.played(play(1))
    assert held.wait(20)
    caller = threading.Thread(target=lambda: [recorder.played(play(number)) for number in range(2, 1000)])
    caller.start()
    caller.join(5)
    assert not caller.is_alive(), "while the disk hangs"
    going.set()
    recorder.stop()
    assert items(path) == list(range(1, 1000))


def test_a_receipt_is_a_record_of_its_moment(path: Path) -> None:
    wall = Wall()
    recorder = Recorder(Writer(path, "sq-led", "b"), wall)
    recorder.start()
    heard_at = wall()
    recorder.receipt(7, "fetched", {"files": 3}, heard_at)
    recorder.stop()
    [receipt] = [each for each in told(path) if isinstance(each, ReceiptRecord)]
    assert (receipt.publication, receipt.step, receipt.details) == (7, "fetched", {"files": 3})
    assert receipt.mono_ms == round(heard_at.now * 1000)


def test_every_commit_is_told(path: Path) -> None:
    written = threading.Semaphore(0)
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.on_written = written.release
    recorder.start()
    for number in (1, 2):
        recorder.played(play(number))
        assert written.acquire(timeout=20)
        assert items(path)[-1] == number, "what is told of is there"
    recorder.stop()


def test_a_new_epoch_is_begun_when_asked_behind_what_was_left_before(path: Path) -> None:
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.played(play(1))
    recorder.start()
    recorder.renew("the office knows another history")
    wait_for(lambda: len([e for e in told(path) if isinstance(e, EventRecord) and e.what == "epoch"]) == 2)
    recorder.played(play(2))
    recorder.stop()
    db = open_copy(path)
    first, second = db.epochs()
    [reason] = [read(line.text) for line in db.lines(second) if line.seq == 1]
    db.close()
    assert (first.head.seq, second.head.seq) == (2, 2)
    assert isinstance(reason, EventRecord)
    assert reason.details["reason"] == "the office knows another history"
    assert reason.details["former_seq"] == 2
    write_again = Recorder(Writer(path, "sq-led", "b"), Wall())
    write_again.start()
    write_again.played(play(3))
    write_again.stop()
    db = open_copy(path)
    assert len(db.epochs()) == 2, "it is gone on with"
    db.close()
