"""What the loop leaves is on the disk soon after, and what cannot be written waits or is told as lost."""

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from player.state import Moment, Play
from player.uplink.ledger_db import open_copy
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
