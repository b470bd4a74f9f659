"""Files judged on the spot, over real folders and a made-up clock: bytes count, whatever names and times say."""

import hashlib
import os
from pathlib import Path

import pytest

from player.content.arrange import Place
from player.content.book import Book
from player.content.desk import Desk
from player.content.judge import Probe, judge
from player.content.library import Folder, Library
from player.content.scan import scan
from player.content.settle import LOCAL_QUIET_S
from player.decode.refusal import CHANGED
from tests.player.content.bench import AT, FakeProbe, picture


class Table:
    """A desk over a real folder; `look` moves the clock, judging is done on the spot."""

    def __init__(self, top: Path) -> None:
        self.now = 0.0
        self.folder = Folder.at(str(top))
        self.desk = Desk(lambda: AT)
        self.desk.adopt(Book(), [Place(folder=self.folder, use="media")])
        self.fake = FakeProbe()
        self.probe: Probe = self.fake

    def look(self) -> None:
        self.now += LOCAL_QUIET_S
        found = scan(self.folder, "media", (self.folder.path,), self.desk.scan_before(0))
        self.desk.queue(self.desk.look(0, found, self.now).jobs)

    def judge(self) -> None:
        while (job := self.desk._pile.take(("picture", "moving"), self.desk._stands)) is not None:
            verdict = judge(job, self.probe, self.desk.known, lambda: AT, lambda: False)
            self.desk.judged(job, verdict, self.now)

    def library(self) -> Library:
        return self.desk.library({})


@pytest.fixture
def table(tmp_path: Path) -> Table:
    (tmp_path / "media").mkdir()
    return Table(tmp_path / "media")


def names(library: Library) -> list[str]:
    return [m.name for m in library.media]


def rewrite(path: Path, content: bytes) -> None:
    """Overwrites a file in place and puts its time back."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def hashes(library: Library) -> list[str]:
    return [medium.sha256 for medium in library.media]


def test_a_file_overwritten_in_place_with_its_time_put_back_is_hashed_again(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture("one"))
    table.look()
    table.look()
    table.judge()
    rewrite(path, picture("two"))
    table.look()
    table.look()
    table.judge()
    assert hashes(table.library()) == [hashlib.sha256(picture("two")).hexdigest()]


def test_a_file_whose_ctime_alone_changed_plays_on_while_it_is_hashed_again(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    path.chmod(0o600)
    table.look()
    assert names(table.library()) == ["a.png"]
    assert table.library().waiting == 1
    table.look()
    table.judge()
    assert (names(table.library()), table.library().waiting) == (["a.png"], 0)
    assert len(table.fake.paths) == 1, "known bytes are not decoded again"


def test_files_whose_bytes_are_doubted_are_looked_at_again_and_are_not_known_by_their_stamp(
    table: Table, tmp_path: Path
) -> None:
    one, other = tmp_path / "media" / "a.png", tmp_path / "media" / "b.png"
    one.write_bytes(picture("one"))
    other.write_bytes(picture("other"))
    table.look()
    table.look()
    table.judge()
    table.desk.doubt(hashlib.sha256(picture("one")).hexdigest())
    assert names(table.library()) == ["b.png"]
    table.look()
    assert names(table.library()) == ["b.png"]
    table.look()
    table.judge()
    assert names(table.library()) == ["a.png", "b.png"]


def test_a_decoder_that_met_other_bytes_than_were_hashed_gives_no_verdict(table: Table, tmp_path: Path) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    real, table.probe = table.probe, lambda path, digests: CHANGED
    table.look()
    table.look()
    table.judge()
    assert (names(table.library()), table.library().refused) == ([], ())
    table.probe = real
    table.look()
    table.look()
    table.judge()
    assert names(table.library()) == ["a.png"]


@pytest.mark.parametrize("begins", [b"", b"\0\0\0\x20ftypisom", b"\x89PNG\r\n\x1a\n"])
def test_a_hundred_files_of_holes_hold_up_no_other(table: Table, tmp_path: Path, begins: bytes) -> None:
    for number in range(100):
        with (tmp_path / "media" / f"{number:03}.mp4").open("wb") as file:
            file.write(begins)
            file.truncate((8 << 40) if number % 2 else (20 << 30))
    (tmp_path / "media" / "zz.png").write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    assert names(table.library()) == ["zz.png"]
    assert len(table.library().refused) == 100
    assert table.fake.paths == [str(tmp_path / "media" / "zz.png")]
