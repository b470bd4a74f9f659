"""The ledger survives what disks, people and power cuts do to it; what it cannot go on with is put aside."""

import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from player.state import Moment, Play
from player.uplink.head import read_head
from player.uplink.ledger_db import APPLICATION_ID, LedgerDamaged, LedgerDb, LedgerReplaced, open_copy, open_ledger
from player.uplink.loss_note import Loss
from player.uplink.records import Began, Entry, Happened
from player.uplink.writer import Writer
from signage.ledger import Break, EventRecord, KnownRecord, PlayRecord, UnknownRecord, check, genesis, read
from signage.media import Media, MediaFacts
from signage.slot import Slot

SCREEN = "sq-led"
DAWN = dt.datetime(2026, 6, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def at(second: float = 0.0, clock: str = "ntp") -> Moment:
    return Moment(DAWN + dt.timedelta(seconds=second), 1000 + second, clock)  # type: ignore[arg-type]


def slot(number: int, zone: str = "main") -> Slot:
    name = f"posters/{number}.png"
    media = Media(name=name, path=name, sha256="0" * 64, size_bytes=1, facts=MediaFacts(kind="image"))
    return Slot(
        number=number, zone=zone, rank="normal", playlist="六个一律", item=1, kind="image", media=media,
        starts_at=DAWN, planned_s=10.0,
    )  # fmt: skip


def play(number: int) -> Play:
    return Play(
        slot=slot(number), outcome="complete", began=at(number * 10), ended=at(number * 10 + 10), shown_s=10.0, frames=1
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@contextmanager
def opened(path: Path, screen: str = SCREEN, **limits: int) -> Iterator[Writer]:
    writer = Writer(path, screen, "boot-1", **limits)
    writer.open(at())
    yield writer
    writer.close()


def write(path: Path, *entries: Entry, screen: str = SCREEN) -> None:
    with opened(path, screen) as writer:
        if entries:
            writer.write(entries)


def told(path: Path) -> list[list[KnownRecord | UnknownRecord]]:
    """Gives all records, epoch by epoch, having proved every chain."""
    db = open_copy(path)
    found = []
    for epoch in db.epochs():
        if epoch.first.seq == 0:
            assert epoch.first == genesis(epoch.screen, epoch.name)
        lines = list(db.lines(epoch))
        assert not [each for each in check(lines, epoch.first) if isinstance(each, Break)]
        assert [each.seq for each in lines] == list(range(epoch.first.seq + 1, epoch.head.seq + 1))
        found.append([read(each.text) for each in lines])
    db.close()
    return found


def reasons(path: Path) -> list[object]:
    firsts = (records[0] for records in told(path) if records)
    return [each.details["reason"] for each in firsts if isinstance(each, EventRecord) and each.what == "epoch"]


def numbers(records: list[KnownRecord | UnknownRecord]) -> list[str]:
    return [each.media for each in records if isinstance(each, PlayRecord)]


def test_the_first_run_begins_an_epoch_and_later_ones_go_on_with_it(path: Path) -> None:
    write(path, play(1), play(2))
    write(path, play(3))
    assert reasons(path) == ["first run"]
    [records] = told(path)
    assert [each.seq for each in records if not isinstance(each, UnknownRecord)] == [1, 2, 3, 4]
    assert numbers(records) == ["posters/1.png", "posters/2.png", "posters/3.png"]


def test_a_play_is_told_with_all_that_is_known_of_it(path: Path) -> None:
    write(path, play(1))
    record = told(path)[0][1]
    assert isinstance(record, PlayRecord)
    assert (record.at, record.mono_ms, record.clock) == ("2026-06-06T07:00:10.000+08:00", 1_010_000, "ntp")
    assert (record.zone, record.playlist, record.item, record.sha256) == ("main", "六个一律", 1, "0" * 64)
    assert (record.planned_ms, record.actual_ms, record.frames, record.outcome) == (10_000, 10_000, 1, "complete")


def test_a_play_that_the_player_did_not_outlive_is_told_at_the_next_start(path: Path) -> None:
    writer = Writer(path, SCREEN, "boot-1")
    writer.open(at())
    writer.write([Began(slot(1), at(1)), Began(slot(7, "side"), at(2))])
    writer.write([play(1), Began(slot(2), at(11))])
    writer.abandon()  # as after a kill: nothing is written at the end
    write(path)
    records = [each for each in told(path)[0] if isinstance(each, PlayRecord)]
    assert [(each.media, each.outcome, each.reason, each.actual_ms) for each in records] == [
        ("posters/1.png", "complete", "", 10_000),
        ("posters/2.png", "cut", "interrupted", None),
        ("posters/7.png", "cut", "interrupted", None),
    ]
    write(path)
    assert len(told(path)[0]) == 4, "told once"


def test_a_play_that_had_ended_is_not_told_again_when_nothing_followed_it(path: Path) -> None:
    writer = Writer(path, SCREEN, "boot-1")
    writer.open(at())
    writer.write([Began(slot(1), at(10))])
    writer.write([play(1)])
    writer.abandon()
    write(path)
    assert numbers(told(path)[0]) == ["posters/1.png"]


def test_what_a_zone_shows_next_may_be_told_before_what_it_showed_last_is_over(path: Path) -> None:
    writer = Writer(path, SCREEN, "boot-1")
    writer.open(at())
    writer.write([Began(slot(1), at(10)), Began(slot(2), at(19)), play(1)])
    writer.abandon()  # as after a kill
    write(path)
    records = [each for each in told(path)[0] if isinstance(each, PlayRecord)]
    assert [(each.media, each.outcome) for each in records] == [("posters/1.png", "complete"), ("posters/2.png", "cut")]


def test_what_an_old_copy_says_was_showing_is_not_told_again(path: Path) -> None:
    writer = Writer(path, SCREEN, "boot-1")
    writer.open(at())
    writer.write([Began(slot(1), at(10))])
    writer._must_be_open()[0]._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    writer.write([play(1)])
    writer.close()
    shutil.copy(copy, path)
    write(path, play(2))
    assert reasons(path) == ["first run", "old copy"]
    assert numbers([each for records in told(path) for each in records]) == ["posters/2.png"], "1 went to the office"


def test_a_file_that_takes_the_ledgers_place_while_it_is_written_begins_an_epoch_and_learns_what_is_showing(
    path: Path,
) -> None:
    writer = Writer(path, SCREEN, "boot-1")
    writer.open(at())
    copy = path.with_name("copy")
    write(copy, Began(slot(7), at(1)))
    writer.write([Began(slot(1), at(10))])
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink()
    copy.replace(path)
    with pytest.raises(LedgerReplaced):
        writer.write([play(2)])
    writer.abandon()
    writer.open(at(20))
    writer.write([play(2)])
    writer.abandon()  # as after a kill
    write(path)
    assert reasons(path) == ["first run", "old copy"]
    records = [each for each in told(path)[1] if isinstance(each, PlayRecord)]
    assert [(each.media, each.outcome) for each in records] == [("posters/2.png", "complete"), ("posters/1.png", "cut")]


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.head", "ledger.lost"])
def test_a_folder_or_a_pipe_in_the_place_of_one_of_its_files_is_put_aside(
    path: Path, name: str, put: Callable[[Path], None]
) -> None:
    write(path, play(1))
    place = path.with_name(name)
    place.unlink(missing_ok=True)
    put(place)
    if name == "ledger.db":
        with pytest.raises(LedgerDamaged):
            open_copy(path)
    write(path, play(2))
    with opened(path) as writer:
        assert writer.note_loss(Loss(records=1, first=DAWN.isoformat(), last=DAWN.isoformat()))
    assert numbers(told(path)[-1])[-1] == "posters/2.png"
    assert reasons(path) == (["foreign"] if name == "ledger.db" else ["first run"])


@pytest.mark.parametrize("text", [b"", b"{", b'{"kind":"play"}', b"\xff", b"[" * 100_000])
def test_a_mark_of_what_was_showing_that_is_none_is_passed_over(path: Path, text: bytes) -> None:
    write(path, play(1), Began(slot(2), at(20)))
    connection = sqlite3.connect(path)
    good = bytes(connection.execute("SELECT text FROM showing").fetchone()[0])
    for bad in (text, good.replace(b"2026-06-06T", b"yesterday "), good.replace(b"+08:00", b"")):
        connection.execute("UPDATE showing SET text = ?", (bad,))
        connection.commit()
        write(path)
        assert numbers(told(path)[0]) == ["posters/1.png"]
        connection.execute("INSERT OR REPLACE INTO showing VALUES ('main', ?)", (good,))
        connection.commit()
    connection.close()
    write(path)
    assert numbers(told(path)[0]) == ["posters/1.png", "posters/2.png"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]), "damaged"),
        (lambda p: p.write_bytes(bytes(p.stat().st_size)), "foreign"),
        (lambda p: p.write_bytes(b"PK\x03\x04 a zip file"), "foreign"),
        (lambda p: _flip(p, p.read_bytes().index(b"posters/30.png")), "damaged"),
        (lambda p: _pragma(p, f"PRAGMA application_id = {APPLICATION_ID + 1}"), "foreign"),
        (lambda p: _pragma(p, "PRAGMA user_version = 99"), "newer"),
        (lambda p: _pragma(p, "DROP TABLE showing"), "damaged"),
        (
            lambda p: _pragma(p, "UPDATE record SET text = CAST(text || ' ' AS BLOB) WHERE seq = 2"),
            "damaged",
        ),
    ],
    ids=["truncated", "zeroed", "zip", "bit flipped", "other program", "newer", "table missing", "text changed"],
)
def test_a_file_that_cannot_be_gone_on_with_is_put_aside_whole_and_a_new_epoch_says_why(
    path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    write(path, *(play(number) for number in range(1, 60)))
    spoil(path)
    before = path.read_bytes()
    write(path, play(1))
    assert path.with_name(f"ledger.db.{reason}-1").read_bytes() == before
    assert reasons(path) == [reason]
    first = told(path)[0][0]
    assert isinstance(first, EventRecord)
    assert first.details["put_aside"] == f"ledger.db.{reason}-1"
    assert first.details["former_seq"] == 60
    write(path, play(2))
    assert len(told(path)) == 1, "and only once"


def test_a_log_without_its_ledger_is_put_aside_and_not_played_into_the_new_one(path: Path) -> None:
    writer = Writer(path, SCREEN, "boot-1")
    writer.open(at())
    writer.write([play(1)])
    path.unlink()  # the log stays: nobody closed the ledger
    write(path, play(2))
    assert reasons(path) == ["lost"]
    assert numbers(told(path)[0]) == ["posters/2.png"]
    assert path.with_name("ledger.db.lost-1-wal").exists()
    writer.abandon()


def test_a_reader_never_meets_half_a_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(parents=True)
    seen, make = [], sqlite3.connect

    def looked_at(*args: object, **kwargs: object) -> sqlite3.Connection:
        seen.append(path.exists() and path.stat().st_size > 0)
        return make(*args, **kwargs)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", looked_at)
    db = open_ledger(path)
    assert seen == [False, True], "made elsewhere, then opened in its place"
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as reader:
        assert reader.execute("SELECT count(*) FROM epoch").fetchone() == (0,)
    reader.close()
    db.close()


def test_an_emptied_and_a_lost_file_begin_anew_and_say_so(path: Path) -> None:
    write(path, play(1))
    path.write_bytes(b"")
    write(path, play(2))
    assert reasons(path) == ["lost"]
    path.unlink()
    write(path)
    assert reasons(path) == ["lost"]


def test_an_old_copy_that_was_put_back_begins_a_new_epoch_and_no_number_is_given_twice(path: Path) -> None:
    write(path, play(1))
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    write(path, play(2), play(3))
    shutil.copy(copy, path)
    write(path, play(4))
    assert reasons(path) == ["first run", "old copy"]
    first = told(path)[1][0]
    assert isinstance(first, EventRecord)
    assert first.details["former_seq"] == 4
    assert numbers(told(path)[1]) == ["posters/4.png"]


def test_a_number_that_was_given_to_another_record_begins_a_new_epoch(path: Path) -> None:
    write(path, play(1))
    copy, head = path.with_name("copy"), path.with_suffix(".head")
    shutil.copy(path, copy)
    write(path, play(2))
    newer = head.read_bytes()
    shutil.copy(copy, path)
    head.unlink()
    write(path, play(3))
    head.write_bytes(newer)
    write(path)
    assert reasons(path) == ["first run", "another history"]


def test_every_commit_is_flushed(path: Path) -> None:
    with opened(path):
        db = open_ledger(path)
        told_of = {name: db._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")}
        db.close()
    assert told_of == {"synchronous": 2, "journal_mode": "wal"}, "FULL"


def test_another_ledger_of_the_same_length_is_not_taken_for_ours(path: Path, tmp_path: Path) -> None:
    write(path, play(1), play(2))
    other = tmp_path / "other" / "ledger.db"
    write(other, play(5), play(6))
    shutil.copy(other, path)
    write(path)
    assert reasons(path) == ["first run", "old copy"]


def test_a_ledger_of_another_screen_is_not_gone_on_with(path: Path) -> None:
    write(path, play(1))
    write(path, play(2), screen="sq-other")
    assert reasons(path) == ["first run", "another screen"]


def test_a_missing_head_is_no_reason_to_begin_anew(path: Path) -> None:
    write(path, play(1))
    path.with_suffix(".head").write_bytes(b"{")
    write(path, play(2))
    path.with_suffix(".head").unlink()
    write(path, play(3))
    assert reasons(path) == ["first run"]
    head = read_head(path.with_suffix(".head"))
    assert head is not None
    assert head.seq == 4


@dataclass
class Disk:
    """How often the next commits fail, and whether they reach the disk all the same."""

    committed_first: bool
    fails: int = 0


class Failing(LedgerDb):
    """Fails as a disk does: before the commit is on the disk, or after."""

    def __init__(self, opened: LedgerDb, disk: Disk) -> None:
        super().__init__(opened._db)
        self._disk = disk

    @contextmanager
    def writing(self) -> Iterator[None]:
        if self._disk.fails <= 0:
            with super().writing():
                yield
            return
        self._disk.fails -= 1
        self._db.execute("BEGIN IMMEDIATE")
        yield
        self._db.execute("COMMIT" if self._disk.committed_first else "ROLLBACK")
        raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("cut_meanwhile", [False, True])
@pytest.mark.parametrize("committed_first", [False, True])
def test_a_commit_that_failed_or_only_seemed_to_is_written_once(
    path: Path, committed_first: bool, cut_meanwhile: bool
) -> None:
    disk = Disk(committed_first=committed_first)
    write(path, *[Happened("start", {}, at())] * 9)
    limits = {"keep_days": 29, "segment": 4}
    writer = Writer(path, SCREEN, "boot-1", open_file=lambda path: Failing(open_ledger(path), disk), **limits)
    writer.open(at())
    writer.write([play(1)])
    disk.fails = 1
    batch = [play(2), play(3)]
    with pytest.raises(sqlite3.OperationalError):
        writer.write(batch)
    writer.abandon()
    writer.open(at())
    if cut_meanwhile:
        writer.tidy(Moment(DAWN + dt.timedelta(days=30), 1000 + 30 * 86_400, "ntp"))
    writer.write(batch)
    writer.write([play(4)])
    writer.close()
    assert numbers(told(path)[0]) == [f"posters/{number}.png" for number in (1, 2, 3, 4)]


def test_old_records_go_in_whole_segments_and_leave_a_record_of_it(path: Path) -> None:
    write(path, *(play(number) for number in range(1, 50)))
    later = Moment(DAWN + dt.timedelta(days=30), 1000 + 30 * 86_400, "ntp")
    writer = Writer(path, SCREEN, "boot-1", keep_days=29, segment=10)
    writer.open(later)
    writer.tidy(later)
    writer.close()
    [records] = told(path)
    cut = [each for each in records if isinstance(each, EventRecord) and each.what == "truncated"]
    assert [each.details["upto"] for each in cut] == [10, 20, 30, 40]
    assert records[0] != cut[0]
    assert len(records) == 50 - 40 + 4


def test_a_clock_that_is_not_believed_makes_nothing_old(path: Path) -> None:
    write(path, *(play(number) for number in range(1, 50)))
    writer = Writer(path, SCREEN, "boot-1", keep_days=29, segment=10)
    strange = Moment(DAWN.replace(year=2106), 1.0, "unsynced")
    writer.open(strange)
    writer.tidy(strange)
    writer.close()
    assert len(told(path)[0]) == 50


def test_only_the_time_that_it_is_at_least_makes_records_old(path: Path) -> None:
    write(path, *(play(number) for number in range(1, 50)))
    writer = Writer(path, SCREEN, "boot-1", keep_days=29, segment=10)
    writer.open(at())
    far = Moment(DAWN.replace(year=2039), 1.0, "ntp", least=DAWN + dt.timedelta(days=28))
    writer.tidy(far)
    assert len(told(path)[0]) == 50
    writer.close()
    writer = Writer(path, SCREEN, "boot-1", keep_days=29, segment=10)
    writer.open(at())
    writer.tidy(Moment(DAWN, 1.0, "unsynced", least=DAWN + dt.timedelta(days=60)))
    writer.close()
    assert len(told(path)[0]) < 50


def test_a_file_beyond_its_quota_loses_the_oldest(path: Path) -> None:
    write(path, *(play(number) for number in range(1, 2000)))
    size = path.stat().st_size
    with opened(path, quota_bytes=size // 2, segment=100) as writer:
        writer.tidy(at())
    assert told(path)[0][-1].at, "the newest is there"  # type: ignore[union-attr]
    with open_ledger_for_size(path) as used:
        assert used <= size // 2


@contextmanager
def open_ledger_for_size(path: Path) -> Iterator[int]:
    db = open_copy(path)
    yield db.size_bytes()
    db.close()


@pytest.mark.parametrize("year", [1970, 1989, 2101, 9999])
def test_no_clock_is_too_wrong_to_be_written_down(path: Path, year: int) -> None:
    strange = Moment(dt.datetime(year, 1, 1, tzinfo=dt.UTC), 5.0, "unsynced")
    write(path, Happened("start", {}, strange), play(1))
    records = told(path)[0]
    assert isinstance(records[1], EventRecord)
    assert records[1].at.startswith(str(year))


def test_a_ledger_that_is_being_written_can_be_read(path: Path) -> None:
    with opened(path) as writer:
        writer.write([play(1)])
        assert numbers(told(path)[0]) == ["posters/1.png"]
        writer.write([play(2)])
        assert numbers(told(path)[0]) == ["posters/1.png", "posters/2.png"]


def test_a_folder_that_cannot_be_written_is_an_error_for_later(path: Path) -> None:
    path.parent.parent.joinpath("state").write_text("a file where the folder should be")
    writer = Writer(path, SCREEN, "boot-1")
    with pytest.raises(OSError, match="state"):
        writer.open(at())
    assert not writer.is_open


def test_a_foreign_file_is_not_opened_to_read_either(tmp_path: Path) -> None:
    strange = tmp_path / "x.db"
    strange.write_bytes(b"hello")
    for open_it in (open_copy, open_ledger):
        with pytest.raises(LedgerDamaged):
            open_it(strange)
    with pytest.raises(FileNotFoundError):
        open_copy(tmp_path / "none.db")


def _flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)


def _pragma(path: Path, words: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(words)
    connection.commit()
    connection.close()
