"""The state folder gives back what it was given, and a full or broken one is only told."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.content.book import Book, Verdict, from_edition
from player.content.settle import Stamp
from player.content.store import NoRoomError, Store
from player.quarantine import Held
from signage.errors import Words
from tests.player.content.bench import AT, FACTS, TRUNCATED

GOOD = Verdict(path="/m/海报.png", stamp=Stamp(1, 2, 3), sha256="aa", facts=FACTS, plays="/m/海报.png", at=AT)
BAD = Verdict(path="/m/b.png", stamp=Stamp(1, 2, 4), sha256="bb", why=TRUNCATED, plays="/m/b.png", at=AT)
BOOK = Book(
    edition="1",
    verdicts=(GOOD, BAD),
    quarantined={"cc": Held(zh=TRUNCATED.zh, en=TRUNCATED.en, left_s=60.0)},
    mounted=("/m",),
)


def test_the_book_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    assert Store(str(tmp_path / "state")).save_book(BOOK)
    assert Store(str(tmp_path / "state")).load_book() == BOOK


def test_a_first_start_has_an_empty_book_and_no_trouble(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "state"))
    assert store.load_book() == Book()
    assert store.trouble == ()


@given(st.binary(max_size=200))
def test_a_book_that_is_not_ours_is_put_aside(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("state")
    (folder / "media.json").write_bytes(content)
    assert Store(str(folder)).load_book() == Book()
    assert (folder / "media.json.broken").read_bytes() == content


@pytest.mark.parametrize("content", [b'{"v":2}', b'{"v":1,"verdicts":[{}]}', b"\xff\xfe", b"[]"])
def test_a_book_of_another_shape_is_put_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "media.json").write_bytes(content)
    assert Store(str(tmp_path)).load_book() == Book()
    assert (tmp_path / "media.json.broken").exists()


def test_what_another_edition_refused_is_judged_again() -> None:
    assert from_edition(BOOK, "1") == BOOK
    assert from_edition(BOOK, "2") == Book(edition="2", verdicts=(GOOD,), mounted=("/m",))


def fails(code: int) -> Callable[..., None]:
    def fail(*args: object, **keys: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(("code", "zh"), [(28, "已满"), (30, "不能写入"), (13, "不能写入"), (5, "读写出错")])
def test_a_state_folder_that_fails_is_told_once_and_told_again_when_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int, zh: str
) -> None:
    store = Store(str(tmp_path))
    store.save_book(Book())
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fails(code))  # a full disk may show itself as late as this
        assert not store.save_book(BOOK)
        assert not store.save_book(BOOK)
    assert [zh in w.zh for w in store.trouble] == [True]
    assert len(caplog.records) == 1
    assert store.load_book() == Book(), "what was there before stays"
    assert sorted(os.listdir(tmp_path)) == ["media.json"]
    assert store.save_book(BOOK)
    assert store.trouble == ()


def test_a_state_folder_that_is_a_file_is_trouble_and_no_exception(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    store = Store(str(tmp_path / "state"))
    assert store.load_book() == Book()
    assert not store.save_book(BOOK)
    assert not store.remember_playlist("a", b"")
    assert store.last_good_playlists() == {}
    assert len(store.trouble) == 1


def test_the_last_good_playlists_come_back(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    long = "早" * 82
    for name in ("早间 🚨", long):
        assert store.remember_playlist(name, b"1")
        assert store.remember_playlist(name, b"2")
    assert store.last_good_playlists() == {"早间 🚨": b"2", long: b"2"}
    store.forget_playlists(["早间 🚨", "never there"])
    assert store.last_good_playlists() == {long: b"2"}


def test_a_playlist_that_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.remember_playlist("a", b"1")
    before = (tmp_path / "last_good" / "a.toml").stat()
    store.remember_playlist("a", b"1")
    assert (tmp_path / "last_good" / "a.toml").stat().st_ino == before.st_ino


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".a", "a\nb", "\udcff"])
def test_a_name_that_leads_elsewhere_is_not_written(tmp_path: Path, name: str) -> None:
    assert not Store(str(tmp_path)).remember_playlist(name, b"")
    assert os.listdir(tmp_path) == []


def writes(content: bytes) -> Callable[[int], str]:
    def fill(out: int) -> str:
        os.write(out, content)
        return "ab" * 32

    return fill


def test_a_copy_is_named_by_its_bytes(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    path, sha256 = store.keep_copy(".MP4", 3, writes(b"abc"))
    assert path == str(tmp_path / "store" / ("ab" * 32 + ".mp4"))
    assert sha256 == "ab" * 32
    assert Path(path).read_bytes() == b"abc"
    assert store.has_copy(path, 3)
    assert not store.has_copy(path, 4)


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with pytest.raises(OSError, match="Input"):
        store.keep_copy(".mp4", 3, fails(5))
    assert os.listdir(tmp_path / "store") == []


def test_copies_stay_within_their_budget(tmp_path: Path) -> None:
    store = Store(str(tmp_path), copies_limit_bytes=5)
    store.keep_copy(".mp4", 3, writes(b"abc"))
    with pytest.raises(NoRoomError):
        store.keep_copy(".mp4", 3, writes(b"abd"))


def test_sweeping_spares_what_is_needed_and_what_is_new(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    folder = tmp_path / "store"
    folder.mkdir()
    for name in ("needed", "old", ".cut.tmp", "new"):
        (folder / name).touch()
        if name != "new":
            os.utime(folder / name, (1, 1))
    store.sweep([str(folder / "needed")])
    assert sorted(os.listdir(folder)) == ["needed", "new"]


def test_words_name_the_folder_and_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(str(tmp_path))
    monkeypatch.setattr(os, "fsync", fails(28))
    store.save_book(BOOK)
    (words,) = store.trouble
    assert isinstance(words, Words)
    assert str(tmp_path) in words.zh
    assert "腾出空间" in words.zh
    assert "make room" in words.en


def test_a_book_of_a_former_version_without_ctimes_is_read(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.save_book(Book(verdicts=(GOOD,)))
    path = tmp_path / "media.json"
    text = path.read_text().replace(',"ctime_ns":0', "")
    assert "ctime" not in text
    path.write_text(text)
    assert store.load_book().verdicts == (GOOD,)
