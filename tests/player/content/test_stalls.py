"""What does not answer is passed over as far as it reaches, and no further."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.content.library import Folder
from player.content.scan import Scan, scan
from player.content.stalls import NO_ANSWER, Stalls
from tests.player.content.bench import Bench, picture, put

POINTS = ("/srv/media/stick", "/mnt/nas", "/srv", "/")
FOLDERS = ("/srv/media", "/mnt/nas/town", "/home/kiosk/lists")


def stalls() -> Stalls:
    return Stalls(FOLDERS, lambda: POINTS)


def test_a_mount_inside_a_watched_folder_stalls_alone() -> None:
    assert stalls().add("/srv/media/stick/a/b.png") == "/srv/media/stick"


def test_a_mount_around_a_watched_folder_stalls_that_folder() -> None:
    one = stalls()
    assert one.add("/mnt/nas/town/a.png") == "/mnt/nas/town"
    assert one.covers("/mnt/nas/town/b.png")
    assert not one.covers("/mnt/nas/townhall/b.png")
    assert not one.covers("/srv/media/b.png")


def test_what_nobody_watches_stalls_nothing() -> None:
    one = stalls()
    assert one.add("/var/lib/player/x") == ""
    one.remove("")
    assert one.tops == ()


def test_one_file_of_the_system_disk_is_no_reason_to_pass_the_others_over() -> None:
    assert stalls().add_file("/home/kiosk/lists/a.toml") == ""
    assert stalls().add_file("/mnt/nas/town/a.png") == "/mnt/nas/town"


def test_one_bad_file_of_the_system_disk_takes_no_other_off_the_screen_while_it_is_judged(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.no_answer_s = 0.1
    bad, hung, go_on = bench.media / "bad.png", threading.Event(), threading.Event()
    real = os.open

    def hang(path: object, *args: object, **keys: object) -> int:
        if path == str(bad):
            hung.set()
            go_on.wait(30)
        return real(path, *args, **keys)

    monkeypatch.setattr(os, "open", hang)
    put(bad, picture())
    ingest = bench.make()
    ingest._stalls = Stalls([str(bench.media)], lambda: ("/",))  # wherever the tests' folder lies
    bench.running.append(ingest)
    try:
        ingest.start()
        assert hung.wait(20)
        put(bench.media / "good.png", picture("good"))
        library = bench.until(ingest, lambda lib: [m.name for m in lib.media] == ["good.png"], 10)
        assert (library.notes, ingest.unanswered()) == ((), ())
    finally:
        go_on.set()


@given(st.lists(st.sampled_from(["/srv/media/a", "/srv/media/stick/a", "/mnt/nas/town/a"]), max_size=20))
def test_a_folder_is_passed_over_until_every_question_is_answered(asked: list[str]) -> None:
    one, changes = stalls(), list[tuple[str, ...]]()
    one.on_change = lambda: changes.append(one.tops)
    tops = [one.add(path) for path in asked]
    assert set(one.tops) == set(tops)
    for number, top in enumerate(tops):
        assert top in one.tops
        one.remove(top)
        assert set(one.tops) == set(tops[number + 1 :])
    assert len(changes) == 2 * len(set(tops))


def test_a_look_asks_nothing_below_what_stalls_and_keeps_what_it_knew_of_it(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    for name in ("a.png", "stick/b.png"):
        (tmp_path / name).write_bytes(b"x")
    folder, roots, asked = Folder.at(str(tmp_path)), (str(tmp_path),), list[str]()
    before = scan(folder, "media", roots, Scan())
    (tmp_path / "c.png").write_bytes(b"x")
    after = scan(folder, "media", roots, before, reading=asked.append, stalled=(str(tmp_path / "stick"),))
    assert not [path for path in asked if "stick" in path]
    assert after.unreadable == {str(tmp_path / "stick"): NO_ANSWER}
    assert {Path(path).name for path in after.files} == {"a.png", "b.png", "c.png"}
    gone = scan(folder, "media", roots, before, reading=asked.append, stalled=(str(tmp_path),))
    assert (gone.gone, gone.files) == (NO_ANSWER, before.files)
