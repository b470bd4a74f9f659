"""A file's name says whether it is judged, passed over or refused."""

import os

import pytest

from player.content.names import UNKNOWN_KIND, is_folder_passed_over, sort_out
from signage.errors import Words
from signage.filenames import NOT_UTF8


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", "picture"),
        ("海报 第1张 🚨.JPG", "picture"),
        ("飞天小女警.MP4", "moving"),
        ("广播.mp3", "moving"),
        ("a..webp", "picture"),
    ],
)
def test_pictures_video_and_audio_are_known_by_their_extension(name: str, kind: str) -> None:
    assert sort_out(name, "media") == kind


@pytest.mark.parametrize(
    "name",
    [
        ".a.png",
        "a.png.part",
        "a.mp4.crdownload",
        "视频.mp4.xltd",
        "a.mp4.tmp",
        "a.png~",
        "~$海报.png",
        "Thumbs.db",
        "desktop.ini",
        "README.md",
        "readme.txt",
        "a.mp4.download",
    ],
)
def test_hidden_unfinished_and_system_files_are_passed_over(name: str) -> None:
    assert sort_out(name, "media") is None


def test_an_unknown_kind_is_refused_and_not_passed_over() -> None:
    assert sort_out("说明.txt", "media") == UNKNOWN_KIND
    assert sort_out("png", "media") == UNKNOWN_KIND


def test_a_name_that_is_not_utf8_is_refused() -> None:
    assert sort_out("\udcff\udcfe.png", "media") == NOT_UTF8


def test_a_name_that_an_older_chinese_system_wrote_is_told_as_it_was() -> None:
    why = sort_out(os.fsdecode("海报.png".encode("gb18030")), "media")
    assert isinstance(why, Words)
    assert "原名应是“海报.png”" in why.zh
    assert "convmv -f gbk" in why.en


def test_a_line_break_in_a_name_is_refused() -> None:
    why = sort_out("a\nb.png", "media")
    assert isinstance(why, Words)
    assert "U+000A LINE FEED" in why.zh
    assert "U+000A LINE FEED" in why.en


@pytest.mark.parametrize("bad", ["\u202e", "\u200b", "\u3164", "\ue000", "\u2028", "\U000e0041", "\x9b", "\u00ad"])
def test_a_character_that_hides_or_turns_the_writing_in_a_name_is_told_by_its_number(bad: str) -> None:
    for name, use in ((f"a{bad}b.png", "media"), (f"a{bad}b.toml", "playlists")):
        why = sort_out(name, use)
        assert isinstance(why, Words)
        assert f"第 2 个字是 U+{ord(bad):04X}" in why.zh
        assert f"character 2 is U+{ord(bad):04X}" in why.en


def test_only_toml_files_are_playlists() -> None:
    assert sort_out("morning.toml", "playlists") == "playlist"
    assert sort_out("morning.toml.tmp", "playlists") is None
    assert sort_out("a.png", "playlists") is None


def test_system_folders_are_passed_over() -> None:
    assert is_folder_passed_over(".git")
    assert is_folder_passed_over("$RECYCLE.BIN")
    assert not is_folder_passed_over("posters")
