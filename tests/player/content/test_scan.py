"""One look at a folder finds every file by its right name and opens none."""

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from player.content.library import Folder
from player.content.names import PLAYLIST_HERE, UNKNOWN_KIND
from player.content.scan import (
    LINK_BROKEN,
    LINK_OUTSIDE,
    LINK_TO_FOLDER,
    MAX_DEPTH,
    NOT_REGULAR,
    TOO_DEEP,
    Scan,
    scan,
)
from signage.filenames import NOT_UTF8

NOTHING = Scan()


def look(top: Path, before: Scan = NOTHING, *roots: Path) -> Scan:
    return scan(Folder.at(str(top)), "media", tuple(os.path.realpath(r) for r in roots or (top,)), before)


def names(found: Scan) -> list[str]:
    return sorted(seen.name for seen in found.files.values())


def whys(found: Scan) -> dict[str, object]:
    return {os.path.basename(path): why for path, why in found.refused.items()}


def test_files_below_are_named_by_their_path_and_nfc(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "é.png")
    (tmp_path / "海报 🚨").mkdir()
    (tmp_path / "海报 🚨" / decomposed).touch()
    assert names(look(tmp_path)) == ["海报 🚨/é.png"]


def test_what_lies_too_deep_to_be_looked_at_is_told(tmp_path: Path) -> None:
    deep = tmp_path
    for number in range(MAX_DEPTH + 8):
        deep /= f"f{number}"
        deep.mkdir()
        (deep / "a.png").touch()
    found = look(tmp_path)
    assert len(found.files) == MAX_DEPTH
    assert whys(found) == {f"f{MAX_DEPTH}": TOO_DEEP}


def test_a_name_of_255_bytes_is_seen(tmp_path: Path) -> None:
    name = "反" * 83 + "ab.png"
    assert len(name.encode()) == 255
    (tmp_path / name).touch()
    assert names(look(tmp_path)) == [name]


def test_names_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png")).touch()
    (tmp_path / "a\nb.png").touch()
    (tmp_path / "c.docx").touch()
    (tmp_path / "x\ny").mkdir()
    (tmp_path / "x\ny" / "d.png").touch()
    found = look(tmp_path)
    assert found.files == {}
    assert {NOT_UTF8, UNKNOWN_KIND} <= {*found.refused.values()}
    assert "U+000A" in whys(found)["a\nb.png"].en
    assert "U+000A" in whys(found)["d.png"].en


def test_pipes_sockets_and_devices_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)
        listener.bind("socket.mp4")
        (tmp_path / "null.png").symlink_to("/dev/null")
        found = look(tmp_path)
    assert whys(found) == {"pipe.png": NOT_REGULAR, "socket.mp4": NOT_REGULAR, "null.png": LINK_OUTSIDE}


def test_a_link_counts_when_it_stays_in_a_watched_folder(tmp_path: Path) -> None:
    media, other, outside = tmp_path / "media", tmp_path / "other", tmp_path / "outside"
    for folder in (media, other, outside):
        folder.mkdir()
        (folder / "a.png").touch()
    (media / "in.png").symlink_to("a.png")
    (media / "beside.png").symlink_to(other / "a.png")
    (media / "out.png").symlink_to(outside / "a.png")
    (media / "sneaky.png").symlink_to(media / ".." / "outside" / "a.png")
    (media / "folder").symlink_to(outside)
    (media / "nothing.png").symlink_to("none.png")
    (media / "round.png").symlink_to("round.png")
    found = look(media, Scan(), media, other)
    assert names(found) == ["a.png", "beside.png", "in.png"]
    assert found.files[str(media / "beside.png")].real == str(other / "a.png")
    assert whys(found) == {
        "out.png": LINK_OUTSIDE,
        "sneaky.png": LINK_OUTSIDE,
        "nothing.png": LINK_BROKEN,
        "round.png": LINK_BROKEN,
        "folder": LINK_TO_FOLDER,
    }


def test_a_link_named_like_a_picture_that_leads_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub.png").symlink_to("sub")
    assert whys(look(tmp_path)) == {"sub.png": LINK_TO_FOLDER}


def test_a_link_to_a_name_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a\nb").touch()
    (tmp_path / "a.png").symlink_to("a\nb")
    assert "U+000A" in whys(look(tmp_path))["a.png"].en


def test_a_link_that_is_turned_elsewhere_is_judged_anew(tmp_path: Path) -> None:
    media, outside = tmp_path / "media", tmp_path / "outside"
    for folder in (media, outside):
        folder.mkdir()
        (folder / "a.png").touch()
    link = media / "link.png"
    link.symlink_to("a.png")
    first = look(media)
    assert names(first) == ["a.png", "link.png"]
    link.unlink()
    link.symlink_to(outside / "a.png")
    assert names(look(media, first)) == ["a.png"]


def test_hidden_folders_are_not_entered(tmp_path: Path) -> None:
    for name in (".trash", "System Volume Information", "posters"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").touch()
    assert names(look(tmp_path)) == ["posters/a.png"]


def test_a_folder_that_vanished_is_not_a_deletion(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "a.png").touch()
    first = look(media)
    media.rename(tmp_path / "away")
    second = look(media, first)
    assert second.gone == "ENOENT"
    assert second.files == first.files
    (tmp_path / "away").rename(media)
    third = look(media, second)
    assert third.gone == ""
    assert names(third) == ["a.png"]


def test_a_file_missing_from_a_folder_that_is_there_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    first = look(tmp_path)
    (tmp_path / "a.png").unlink()
    assert look(tmp_path, first).files == {}


def test_an_empty_folder_on_another_file_system_is_an_unmounted_one(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    first = look(tmp_path)
    elsewhere = Scan(files=first.files, identity=(first.identity[0] + 1, 5))
    (tmp_path / "a.png").unlink()
    found = look(tmp_path, elsewhere)
    assert found.gone == "unmounted"
    assert found.files == first.files


def test_files_below_an_unreadable_folder_stay_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").touch()
    (tmp_path / "b.png").touch()
    first = look(tmp_path)
    read = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", path)
        return read(path)

    monkeypatch.setattr(os, "scandir", scandir)  # root may read everything, so a mode will not do
    (tmp_path / "b.png").unlink()
    found = look(tmp_path, first)
    assert names(found) == ["sub/a.png"]
    assert found.unreadable == {str(tmp_path / "sub"): "EACCES"}


def test_a_changed_file_has_another_stamp_and_an_unchanged_one_is_the_same_value(tmp_path: Path) -> None:
    a, b = tmp_path / "a.png", tmp_path / "b.png"
    a.write_bytes(b"1")
    b.write_bytes(b"1")
    first = look(tmp_path)
    a.write_bytes(b"22")
    second = look(tmp_path, first)
    assert second.files[str(a)].stamp.size == 2
    assert second.files[str(b)] is first.files[str(b)]


def test_stamps_of_shares_have_no_inode(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    found = scan(Folder.at(str(tmp_path), network=True), "media", (), Scan())
    assert [s.stamp.inode for s in found.files.values()] == [0]


def test_playlists_are_looked_for_in_the_top_only(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.toml").touch()
    (tmp_path / "sub" / "b.toml").touch()
    assert names(scan(Folder.at(str(tmp_path)), "playlists", (), Scan())) == ["a.toml"]


def test_ten_thousand_links_are_followed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").touch()
    for n in range(2_000):
        (tmp_path / f"{n}.png").symlink_to("a.png")
    first = look(tmp_path)
    assert len(first.files) == 2_001

    def realpath(path: str) -> str:
        raise AssertionError(path)

    monkeypatch.setattr(os.path, "realpath", realpath)
    assert scan(Folder.at(str(tmp_path)), "media", (str(tmp_path),), first).files == first.files


def test_what_was_meant_as_a_playlist_and_counts_for_nothing_is_refused_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    for name in ("a.toml", "evening.toml.txt", "2026/x.toml", "b.tml", "notes.docx", ".hidden", "a.toml~"):
        (tmp_path / name).touch()
    found = scan(Folder.at(str(tmp_path)), "playlists", (str(tmp_path),), NOTHING)
    assert names(found) == ["a.toml"]
    told = {os.path.relpath(path, tmp_path): why.zh for path, why in found.refused.items()}
    assert told.keys() == {"evening.toml.txt", "2026/x.toml", "b.tml"}
    assert "改名为 evening.toml" in told["evening.toml.txt"]
    assert "移到 playlists/" in told["2026/x.toml"]
    (tmp_path / "2026" / "x.toml").unlink()
    again = scan(Folder.at(str(tmp_path)), "playlists", (str(tmp_path),), found)
    assert len(again.refused) == 2


def test_a_playlist_in_a_media_folder_is_sent_to_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.toml").touch()
    assert look(tmp_path).refused[str(tmp_path / "a.toml")] == PLAYLIST_HERE
