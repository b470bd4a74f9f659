"""The ledger read beside its writer: never in its way, and never an old file for a new one."""

import os
import threading
import time
from pathlib import Path

from player.uplink.beside import RETRY_S, Beside
from player.uplink.ledger_db import open_ledger
from player.uplink.writer import Writer
from tests.brokers import wait_until
from tests.player.uplink.test_writer import SCREEN, at, opened, play, write


def test_what_is_written_is_read_and_reading_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    beside = Beside(path, SCREEN)
    assert beside.epochs(0.0) == (), "there is none yet"
    with opened(path) as writer:
        for number in range(1, 30):
            writer.write([play(number)])
            [epoch] = beside.epochs(100.0)
            assert epoch.head.seq == number + 1
            [line] = beside.some(epoch, number, 10, 100.0)
            assert beside.hash_at(epoch, line.seq, 100.0) == line.hash == epoch.head.hash
    beside.close()


def test_another_file_in_its_place_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    beside = Beside(path, SCREEN)
    write(path, play(1), play(2))
    [first] = beside.epochs(0.0)
    path.rename(path.with_name("aside"))
    write(path, play(3))
    [second] = beside.epochs(1.0)
    assert first.name != second.name
    beside.close()


def test_epochs_of_another_screen_are_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write(path, play(1), screen="sq-other")
    write(path, play(2))
    beside = Beside(path, SCREEN)
    assert [epoch.screen for epoch in beside.epochs(0.0)] == [SCREEN]
    beside.close()


def test_a_file_that_is_no_ledger_is_not_there_and_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"hello" * 1000)
    beside = Beside(path, SCREEN)
    assert beside.epochs(0.0) == ()
    path.unlink()
    write(path, play(1))
    assert beside.epochs(RETRY_S / 2) == (), "not at once"
    assert len(beside.epochs(RETRY_S + 1)) == 1
    beside.close()


def test_the_writer_can_cut_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    writer = Writer(path, SCREEN, "b")
    writer.open(at())
    writer.write([play(number) for number in range(1, 300)])
    beside = Beside(path, SCREEN)
    beside.epochs(0.0)
    db = open_ledger(path)
    with db.writing():
        db._db.execute("DELETE FROM record WHERE seq <= 100")
        db._db.execute("UPDATE epoch SET first_seq = 100")
    db.close()
    [epoch] = beside.epochs(1.0)
    assert epoch.first.seq == 100
    beside.close()
    writer.close()


class HangingPath(type(Path())):
    """A ledger's path on a disk that may hang."""

    answers = threading.Event()

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        assert self.answers.wait(20)
        return super().stat(follow_symlinks=follow_symlinks)


def test_a_disk_that_hangs_holds_nobody_up_and_what_is_on_it_is_read_when_it_answers(tmp_path: Path) -> None:
    write(tmp_path / "ledger.db", play(1), play(2))
    path = HangingPath(tmp_path / "ledger.db")
    path.answers.clear()
    beside = Beside(path, SCREEN, answer_s=0.05)
    began = time.monotonic()
    assert [beside.epochs(float(now)) for now in range(100)] == [()] * 100
    assert time.monotonic() - began < 3.0, "one that hangs is not waited for again"
    path.answers.set()
    wait_until(lambda: beside.epochs(1000.0), "it is read")
    [epoch] = beside.epochs(1000.0)
    assert len(beside.some(epoch, 1, 10, 1000.0)) == 2
    path.answers.clear()
    assert beside.epochs(1001.0) == ()
    beside.close()
    assert beside.some(epoch, 1, 10, 1001.0) == ()
    path.answers.set()
    wait_until(lambda: beside._db is None, "it lets go when the disk answers")
