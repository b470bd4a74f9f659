"""Files that were meant as playlists and count for nothing by their name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.stray_files import copied_from, is_playlist_name, judged_by_text, strays


def told(*paths: str) -> dict[str, bool]:
    """By path, whether it was surely meant."""
    return {stray.path: stray.meant for stray in strays(paths)}


@pytest.mark.parametrize(
    ("path", "cure"),
    [
        ("playlists/a.toml.txt", "rename it a.toml"),
        ("playlists/早间 节目.toml.TXT", "rename it 早间 节目.toml"),
        ("playlists/a.toml.docx", "rename it a.toml"),
        ("playlists/a.tom", "rename it a.toml"),
        ("playlists/a.toml.", "rename it a.toml"),
        ("playlists/a.toml ", "rename it a.toml"),
        ("playlists/a。toml", "rename it a.toml"),
        ("playlists/a.ｔｏｍｌ", "rename it a.toml"),
        ("playlists/2026.11.toml.txt", "rename it 2026.11.toml"),
        ("playlists/a.toml.crdownload", "if it is whole, rename it a.toml"),
        ("playlists/sub/a.toml", "move it up into playlists/ (only the files right in playlists/ are read), or away"),
        ("playlists/sub/deep/a.toml.txt", "move it up into playlists/"),
        ("playlists/a.toml/", "move the playlist in it up"),
        ("playlists/readme.toml", "another name"),
        ("playlists/Calendar.toml", "the calendar is called calendar.toml"),
        ("playlists/日历.toml", "the calendar is called calendar.toml"),
        ("playlists/calendar (1).toml", "the calendar is called calendar.toml"),
        ("a.toml", "move it into playlists/"),
        ("a.toml.txt", "rename it a.toml and move it into playlists/"),
        ("media/a.toml", "move it into playlists/"),
        ("Playlists/a.toml", "rename the folder Playlists to playlists"),
        ("播放表/a.toml", "rename the folder 播放表 to playlists"),
        ("playlists (1)/a.toml", "rename the folder playlists (1) to playlists"),
        ("campaign/playlists/a.toml", "use the folder campaign itself"),
    ],
)
def test_what_was_meant_as_a_playlist_is_named_with_the_cure_that_fits(path: str, cure: str) -> None:
    (stray,) = strays([path, "media/a.jpg"])
    assert (stray.path, stray.meant) == (path, True)
    assert cure in stray.cure.en


@pytest.mark.parametrize(
    "path",
    [
        "playlists/a.toml.bak",
        "playlists/a.old",
        "playlists/旧/a.toml",
        "playlists/.a.toml",
        "playlists/说明.txt",
        "playlists/a.xlsx",
        "playlists/poster.jpg",
        "playlists/a(1).toml",
    ],
)
def test_what_may_be_so_on_purpose_is_a_note(path: str) -> None:
    assert told(path) == {path: False}


@pytest.mark.parametrize(
    "path",
    [
        "playlists/a.toml",
        "playlists/A.TOML",
        "playlists/calendar.toml",
        "playlists/a最终版.toml",
        "playlists/11-12.toml",
        "playlists/list.toml",
        "playlists/._a.toml",
        "playlists/.DS_Store",
        "playlists/README.md",
        "__MACOSX/playlists/a.toml",
        "kiosk_config.toml",
        "media/tom.jpg",
        "media/tom and jerry.mp4",
        "media/a.html.png",
        "notes.txt",
    ],
)
def test_what_is_right_or_nobodys_is_not_named(path: str) -> None:
    assert told(path) == {}


@pytest.mark.parametrize(
    "copy",
    ["a - 副本", "a - 副本 (2)", "a副本", "a(1)", "a (2)", "复件 a", "a - Copy", "a copy 2", "Copy of a", "a（1）",
     "a.bak", "a_old", "a-备份", "a (冲突的副本 2026-11-30)", "a.sync-conflict-20261130-101112-ABCDEF", "A (1)"],
)  # fmt: skip
def test_a_copy_beside_its_original_is_named_for_both_would_play(copy: str) -> None:
    assert copied_from(copy) == "a"
    assert told("playlists/a.toml", f"playlists/{copy}.toml") == {f"playlists/{copy}.toml": True}


def test_what_an_editor_leaves_beside_a_playlist_is_not_named_unless_it_is_all_there_is() -> None:
    left = ["playlists/a.toml~", "playlists/.a.toml.swp", "playlists/a.toml.tmp"]
    assert told("playlists/a.toml", *left) == {}
    assert told("playlists/a.toml~") == {"playlists/a.toml~": True}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_a_text_that_reads_like_a_playlist_was_meant_as_one(encoding: str) -> None:
    (stray,) = strays(["playlists/早间.txt"])
    assert not judged_by_text(stray, "电话 96110".encode(encoding)).meant
    assert judged_by_text(stray, 'title = "早"\n[[item]]\nmedia = "a.jpg"\n'.encode(encoding)).meant


PARTS = st.sampled_from(
    [
        "playlists",
        "media",
        "a",
        "a.toml",
        "b.TOML",
        "a.toml.txt",
        " - 副本",
        "(1)",
        "。toml",
        "calendar",
        "\x1b",
        "\udcff",
    ]
)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), max_size=12))
def test_whatever_lies_there_each_file_is_named_once_and_sentences_show_as_they_are(paths: list[str]) -> None:
    found = strays(paths)
    assert len({stray.path for stray in found}) == len(found)
    assert {stray.path for stray in found} <= set(paths)
    for stray in found:
        assert all(text.isprintable() for text in (stray.note().zh, stray.note().en, stray.complaint().where))
        top = stray.path.startswith("playlists/") and stray.path.count("/") == 1
        assert not stray.is_passed_over or not (top and is_playlist_name(stray.path)) or "/.a" in stray.path
