"""The whole of content: real folders, real threads, a fake decoder."""

import os
import threading
import time
from pathlib import Path

import pytest

from player.content.ingest import Ingest
from player.content.library import Folder, Library
from signage.errors import Words
from tests.flows.stagehand import wait_until
from tests.hanging import Share
from tests.player.content.bench import TRUNCATED, Bench, picture, put, tell

pytestmark = pytest.mark.slow

WHY = Words(zh="两次弄坏解码", en="broke two workers")


def names(library: Library) -> list[str]:
    return [m.name for m in library.media]


def test_a_dropped_file_is_listed(bench: Bench) -> None:
    ingest = bench.start()
    bench.until(ingest, lambda lib: lib.complete)
    began = time.monotonic()
    put(bench.media / "海报 🚨.png", picture())
    library = bench.until(ingest, lambda lib: names(lib) == ["海报 🚨.png"])
    tell(f"listed {time.monotonic() - began:.2f} s after it was complete")
    assert library.media[0].path == str(bench.media / "海报 🚨.png")
    assert library.refused == ()


def test_a_file_copied_slowly_is_listed_when_it_is_whole(bench: Bench) -> None:
    ingest = bench.start()
    content = picture(size=100)
    looked = threading.Event()
    with (bench.media / "a.png").open("wb") as out:
        for byte in content:
            out.write(bytes([byte]))
            out.flush()
            looked.wait(0.01)
    began = time.monotonic()
    bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    tell(f"listed {time.monotonic() - began:.2f} s after the last byte")
    assert bench.probe.paths == [str(bench.media / "a.png")]


def test_a_broken_file_is_refused_and_listed_when_it_is_mended(bench: Bench) -> None:
    ingest = bench.start()
    put(bench.media / "a.png", b"PIC")
    library = bench.until(ingest, lambda lib: len(lib.refused) == 1)
    assert (library.refused[0].name, library.refused[0].why) == ("a.png", TRUNCATED)
    put(bench.media / "a.png", picture())
    library = bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    assert library.refused == ()


def test_a_rename_and_a_deletion_are_followed(bench: Bench) -> None:
    ingest = bench.start()
    put(bench.media / "a.png", picture())
    bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    (bench.media / "a.png").rename(bench.media / "b.png")
    bench.until(ingest, lambda lib: names(lib) == ["b.png"])
    (bench.media / "b.png").unlink()
    library = bench.until(ingest, lambda lib: not lib.media)
    assert library.held == ()
    assert len(bench.probe.paths) == 1


def test_a_folder_dropped_whole_and_taken_away_whole_is_followed(bench: Bench) -> None:
    ingest = bench.start()
    (bench.top / "new" / "sub").mkdir(parents=True)
    for n in range(3):
        put(bench.top / "new" / "sub" / f"{n}.png", picture(str(n)))
    (bench.top / "new").rename(bench.media / "new")
    bench.until(ingest, lambda lib: names(lib) == [f"new/sub/{n}.png" for n in range(3)])
    (bench.media / "new").rename(bench.top / "new")
    bench.until(ingest, lambda lib: not lib.media)


def test_a_vanished_folder_keeps_its_media_known(bench: Bench) -> None:
    ingest = bench.start()
    put(bench.media / "a.png", picture())
    bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    bench.media.rename(bench.top / "away")
    library = bench.until(ingest, lambda lib: len(lib.notes) == 1)
    assert [m.name for m in library.held] == ["a.png"]
    (bench.top / "away").rename(bench.media)
    library = bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    assert library.notes == ()
    put(bench.media / "b.png", picture("b"))
    bench.until(ingest, lambda lib: names(lib) == ["a.png", "b.png"])
    assert len(bench.probe.paths) == 2


def test_a_restart_shows_unchanged_files_at_once_and_without_decoding(bench: Bench) -> None:
    ingest = bench.start()
    for name in ("a.png", "b.png", "c.png"):
        put(bench.media / name, picture(name))
    put(bench.media / "bad.png", b"bad")
    before = bench.until(ingest, lambda lib: len(lib.media) == 3 and len(lib.refused) == 1)
    ingest.stop()
    put(bench.media / "b.png", picture("changed"))
    (bench.media / "c.png").unlink()
    bench.probe.paths.clear()
    again = bench.make()
    bench.running.append(again)
    cached = again.cached()
    assert cached.media == before.media[:1]
    assert cached.refused == before.refused
    assert not cached.complete
    again.start()
    bench.until(again, lambda lib: lib.complete and names(lib) == ["a.png", "b.png"])
    assert bench.probe.paths == [str(bench.media / "b.png")]


def test_another_edition_judges_again_what_the_last_one_refused(bench: Bench) -> None:
    ingest = bench.start()
    put(bench.media / "a.png", picture())
    put(bench.media / "bad.png", b"bad")
    bench.until(ingest, lambda lib: len(lib.media) == 1 and len(lib.refused) == 1)
    ingest.stop()
    bench.probe.paths.clear()
    bench.edition = "2"
    again = bench.start()
    bench.until(again, lambda lib: lib.complete and len(lib.refused) == 1)
    assert bench.probe.paths == [str(bench.media / "bad.png")]


def test_a_quarantined_file_stays_refused_over_a_restart_until_it_changes(bench: Bench) -> None:
    ingest = bench.start()
    put(bench.media / "a.png", picture())
    library = bench.until(ingest, lambda lib: len(lib.media) == 1)
    ingest.quarantine(library.media[0].sha256, WHY)
    bench.until(ingest, lambda lib: [r.why for r in lib.refused] == [WHY] and not lib.media)
    ingest.stop()
    again = bench.make()
    assert [r.why for r in again.cached().refused] == [WHY]
    bench.running.append(again)
    again.start()
    put(bench.media / "a.png", picture("mended"))
    bench.until(again, lambda lib: names(lib) == ["a.png"])


def test_playlists_come_as_bytes_and_a_replaced_one_stays_until_the_new_one_settled(bench: Bench) -> None:
    put(bench.playlists / "早间.toml", b"1")
    put(bench.playlists / "calendar.toml", b"cal")
    ingest = bench.start()
    assert [(p.name, p.text) for p in ingest.cached().playlists] == [("早间", b"1")]
    seen: list[list[bytes]] = []
    put(bench.playlists / "早间.toml", b"2")
    library = bench.until(
        ingest,
        lambda lib: seen.append([p.text for p in lib.playlists]) or seen[-1] == [b"2"],
    )
    assert all(texts in ([b"1"], [b"2"]) for texts in seen)
    assert library.calendar is not None
    assert library.calendar.text == b"cal"
    (bench.playlists / "早间.toml").unlink()
    bench.until(ingest, lambda lib: lib.playlists == ())


def test_a_playlist_too_large_is_refused_and_the_one_before_stays(bench: Bench) -> None:
    put(bench.playlists / "a.toml", b"1")
    ingest = bench.start()
    put(bench.playlists / "a.toml", b"#" * 300_000)
    library = bench.until(ingest, lambda lib: len(lib.refused) == 1)
    assert "256 KiB" in library.refused[0].why.zh
    assert [p.text for p in library.playlists] == [b"1"]


def test_the_last_good_playlists_stand_in_for_a_folder_that_is_away(bench: Bench) -> None:
    put(bench.playlists / "a.toml", b"1")
    put(bench.playlists / "b.toml", b"1")
    ingest = bench.start()
    bench.until(ingest, lambda lib: lib.complete)
    ingest.remember_playlist("a", b"1")
    ingest.remember_playlist("b", b"1")
    bench.until(ingest, lambda lib: ingest.last_good_playlists() == {"a": b"1", "b": b"1"})
    (bench.playlists / "b.toml").unlink()
    bench.until(ingest, lambda lib: ingest.last_good_playlists() == {"a": b"1"})
    ingest.stop()
    bench.playlists.rename(bench.top / "away")
    again = bench.start()
    library = bench.until(again, lambda lib: lib.complete)
    assert [(p.name, p.path, p.text) for p in library.playlists] == [("a", "", b"1")]
    assert "playlists" in library.notes[0].zh


def test_one_of_several_playlists_plays_on_while_it_is_away_and_is_withdrawn_by_itself(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ingest = bench.start()
    for name in ("evening", "morning"):
        (bench.playlists / f"{name}.toml").write_text(f"# {name}")
    bench.until(ingest, lambda lib: [p.name for p in lib.playlists] == ["evening", "morning"])
    for name in ("evening", "morning"):
        ingest.remember_playlist(name, f"# {name}".encode())
    bench.until(ingest, lambda lib: ingest.last_good_playlists().keys() == {"evening", "morning"})
    seen: list[list[str]] = []
    (bench.playlists / "evening.toml").unlink()
    (bench.playlists / "evening.toml").write_text("# another")
    bench.until(
        ingest,
        lambda lib: seen.append([p.name for p in lib.playlists]) or b"# another" in [p.text for p in lib.playlists],
    )
    assert all(each == ["evening", "morning"] for each in seen)
    (bench.playlists / "evening.toml").unlink()
    gone = bench.until(ingest, lambda lib: [p.name for p in lib.playlists] == ["morning"])
    assert any("evening.toml" in note.zh for note in gone.notes)
    bench.until(ingest, lambda lib: ingest.last_good_playlists().keys() == {"morning"})
    assert [each.getMessage() for each in caplog.records if "withdrawn" in each.getMessage()] == [
        "playlists whose files have gone are withdrawn: evening"
    ]


def test_media_and_playlists_may_share_a_folder(bench: Bench) -> None:
    bench.lists = [Folder.at(str(bench.media))]
    put(bench.media / "a.toml", b"1")
    put(bench.media / "a.png", picture())
    put(bench.media / "a.docx", b"1")
    ingest = bench.start()
    library = bench.until(ingest, lambda lib: len(lib.media) == 1 and len(lib.playlists) == 1)
    assert [r.name for r in library.refused] == ["a.docx"]


def test_a_state_folder_that_cannot_be_written_is_told_and_the_rest_goes_on(bench: Bench) -> None:
    (bench.top / "state").write_bytes(b"not a folder")
    ingest = bench.start()
    put(bench.media / "a.png", picture())
    library = bench.until(ingest, lambda lib: len(lib.media) == 1 and len(lib.notes) == 1)
    assert "状态文件夹" in library.notes[0].zh


def test_a_file_being_decoded_for_long_holds_up_neither_looks_nor_the_end(bench: Bench) -> None:
    held, go_on = threading.Event(), threading.Event()

    def wait(path: str) -> None:
        held.set()
        go_on.wait(30)

    bench.probe.meanwhile = wait
    ingest = bench.start()
    put(bench.media / "a.png", picture())
    assert held.wait(10)
    (bench.media / "bad.docx").touch()
    bench.until(ingest, lambda lib: len(lib.refused) == 1)
    go_on.set()
    bench.until(ingest, lambda lib: len(lib.media) == 1)


def test_a_picture_does_not_wait_for_a_long_video(bench: Bench) -> None:
    go_on = threading.Event()

    def long(path: str, digests: object) -> Words:
        go_on.wait(30)
        return TRUNCATED

    ingest = Ingest(bench.folders, [], bench.make()._store, bench.probe, probe_moving=long, on_change=bench.changed.set)
    bench.running.append(ingest)
    put(bench.media / "a.mp4", b"long")
    ingest.start()
    put(bench.media / "a.png", picture())
    bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    go_on.set()
    bench.until(ingest, lambda lib: len(lib.refused) == 1)


def share(bench: Bench) -> Path:
    folder = bench.top / "share"
    folder.mkdir()
    bench.folders = [Folder.at(str(folder), network=True)]
    return folder


def test_files_of_a_share_play_from_a_copy_when_the_share_is_gone(bench: Bench) -> None:
    folder = share(bench)
    put(folder / "a.png", picture())
    put(folder / "bad.png", b"bad")
    ingest = bench.start()
    library = bench.until(ingest, lambda lib: len(lib.media) == 1 and len(lib.refused) == 1)
    (media,) = library.media
    assert media.path == str(bench.top / "state" / "store" / f"{media.sha256}.png")
    assert Path(media.path).read_bytes() == picture()
    folder.rename(bench.top / "away")
    library = bench.until(ingest, lambda lib: len(lib.notes) == 1)
    assert library.media == (media,)
    ingest.stop()
    again = bench.start()
    assert again.cached().media == (media,)
    library = bench.until(again, lambda lib: lib.complete)
    assert library.media == (media,)
    (bench.top / "away").rename(folder)
    (folder / "a.png").unlink()
    bench.until(again, lambda lib: lib.media == () and lib.notes == ())


def test_a_file_of_a_share_that_is_replaced_plays_from_its_old_copy_until_the_new_one_is_judged(bench: Bench) -> None:
    folder = share(bench)
    put(folder / "a.png", picture("old"))
    ingest = bench.start()
    (old,) = bench.until(ingest, lambda lib: len(lib.media) == 1).media
    put(folder / "a.png", picture("newer"))
    changed = bench.until(ingest, lambda lib: lib.waiting == 1)
    assert changed.media == (old,)
    bench.until(ingest, lambda lib: len(lib.media) == 1 and lib.media[0].sha256 != old.sha256)


def test_a_share_whose_files_find_no_room_plays_them_from_the_share(bench: Bench) -> None:
    folder = share(bench)
    bench.keep_free_bytes = 1 << 60
    put(folder / "a.png", picture())
    ingest = bench.start()
    library = bench.until(ingest, lambda lib: len(lib.media) == 1)
    assert library.media[0].path == str(folder / "a.png")
    assert any("空间不足" in w.zh for w in library.notes)


def test_a_share_that_hangs_holds_up_nothing_else(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.no_answer_s = 0.2
    folder = share(bench)
    bench.folders.append(Folder.at(str(bench.media)))
    go_on = threading.Event()
    real = os.stat

    def hang(path: object, *args: object, **keys: object) -> os.stat_result:
        if str(path).startswith(str(folder)):
            go_on.wait(30)
        return real(path, *args, **keys)

    monkeypatch.setattr(os, "stat", hang)
    try:
        ingest = bench.start()
        put(bench.media / "a.png", picture())
        library = bench.until(ingest, lambda lib: names(lib) == ["a.png"] and len(lib.notes) == 1)
        assert "没有响应" in library.notes[0].zh
        assert library.complete, "nobody needs to wait for it"
    finally:
        go_on.set()
    bench.until(ingest, lambda lib: lib.complete and lib.notes == ())


def test_without_hints_looking_finds_everything_and_it_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **keys: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("watchdog.observers.api.BaseObserver.schedule", refuse)
    ingest = bench.start()
    bench.until(ingest, lambda lib: lib.complete and len(lib.notes) == 1)
    began = time.monotonic()
    put(bench.media / "a.png", picture())
    library = bench.until(ingest, lambda lib: names(lib) == ["a.png"])
    tell(f"listed {time.monotonic() - began:.2f} s after it was complete")
    assert "max_user_watches" in library.notes[0].zh


def test_thousands_of_files_at_once_are_all_listed_and_some_early(bench: Bench) -> None:
    ingest = bench.start()
    bench.until(ingest, lambda lib: lib.complete)
    for n in range(2_000):
        (bench.media / f"海报{n}.png").write_bytes(picture(str(n)))
    os.mkfifo(bench.media / "pipe.png")
    began = time.monotonic()
    bench.until(ingest, lambda lib: len(lib.media) > 0)
    first_s = time.monotonic() - began
    library = bench.until(ingest, lambda lib: len(lib.media) == 2_000 and len(lib.refused) == 1, 50)
    tell(f"first listed after {first_s:.2f} s, all after {time.monotonic() - began:.2f} s")
    assert names(library) == [f"海报{n}.png" for n in range(2_000)]


@pytest.mark.parametrize(
    ("name", "told"),
    [(b"pipe.png", "pipe.png"), (b"a\nb.png", r"a\nb.png"), (b"\xb7\xd2.png", r"\xb7\xd2.png")],
)
def test_what_is_refused_at_sight_is_named_in_the_log_once_and_forges_no_line(
    bench: Bench, caplog: pytest.LogCaptureFixture, name: bytes, told: str
) -> None:
    ingest = bench.start()
    bench.until(ingest, lambda lib: lib.complete)
    os.mkfifo(os.fsencode(bench.media) + b"/" + name)
    bench.until(ingest, lambda lib: len(lib.refused) == 1)
    put(bench.media / "a.png", picture())
    bench.until(ingest, lambda lib: len(lib.media) == 1)
    (line,) = [text for text in caplog.messages if text.startswith("refused")]
    assert line.startswith(f"refused {told}: ")
    assert line.isprintable()


def test_snapshots_are_numbered_and_only_given_when_something_changed(bench: Bench) -> None:
    ingest = bench.start()
    first = bench.until(ingest, lambda lib: lib.complete)
    put(bench.media / ".hidden.png", picture())
    put(bench.media / "a.png", picture())
    second = bench.until(ingest, lambda lib: len(lib.media) == 1)
    assert second.serial > first.serial
    (bench.media / ".hidden.png").unlink()
    bench.changed.clear()
    assert not bench.changed.wait(1.5)
    assert ingest.latest() is second


def test_a_mount_that_comes_late_is_no_empty_folder_and_is_taken_when_it_comes(bench: Bench) -> None:
    media, lists = {"a.png": picture()}, {"main.toml": b"x"}
    with Share(bench.media, media), Share(bench.playlists, lists):
        first = bench.start()
        bench.until(first, lambda lib: names(lib) == ["a.png"] and len(lib.playlists) == 1)
        first.remember_playlist("main", b"x")
        wait_until((bench.top / "state" / "last_good" / "main.toml").exists, 20, "it is kept")
        first.stop()
    second = bench.start()
    library = bench.until(second, lambda lib: lib.complete and len(lib.notes) == 2)
    assert [file.name for file in library.playlists] == ["main"], "the lists are away, not gone"
    assert [m.name for m in (*library.media, *library.held)] == ["a.png"]
    assert library.media == ()
    assert all("断开" in note.zh for note in library.notes)
    with Share(bench.media, {**media, "b.png": picture("b")}):
        bench.until(second, lambda lib: names(lib) == ["a.png", "b.png"])
        second.stop()


def test_a_folder_that_lay_on_a_stick_and_has_files_of_its_own_now_is_taken_as_it_is(bench: Bench) -> None:
    with Share(bench.media, {"a.png": picture()}):
        first = bench.start()
        bench.until(first, lambda lib: names(lib) == ["a.png"])
        first.stop()
    put(bench.media / "b.png", picture())
    second = bench.start()
    library = bench.until(second, lambda lib: names(lib) == ["b.png"])
    assert library.held == ()
