"""Reading a folder that somebody pushes."""

import os
from pathlib import Path

import pytest

from office.publishing.folder import read_folder
from signage.errors import BadInput
from tests.office.people import campaign


def complaints(folder: Path, line: str = "") -> list[str]:
    with pytest.raises(BadInput) as bad:
        read_folder(folder, line)
    return [f"{c.where}: {c.problem.en}" for c in bad.value.complaints]


def test_playlists_and_media_become_a_draft_named_after_the_folder(tmp_path: Path) -> None:
    draft = read_folder(campaign(tmp_path / "six-rules"))

    assert draft.line == "six-rules"
    assert [playlist.name for playlist in draft.playlists] == ["main"]
    assert [(m.name, m.size_bytes, m.facts.kind) for m in draft.media] == [
        ("posters/a.png", 8, "image"), ("posters/b.png", 12, "image"),
    ]  # fmt: skip


def test_media_alone_get_a_playlist_that_shows_each_once_in_natural_order(tmp_path: Path) -> None:
    for name in ("10.png", "2.png", 'say "hi" [1].mp4', "sub/back\\slash.mp3"[:7] + "x.mp3"):
        (tmp_path / "新素材" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "新素材" / name).write_bytes(name.encode())
    (tmp_path / "新素材" / 'say "hi" [1].mp4').rename(tmp_path / "新素材" / "say hi [1].mp4")

    draft = read_folder(tmp_path / "新素材")

    assert [item.media for item in draft.playlists[0].items] == ["2.png", "10.png", "say hi [1].mp4", "sub/bacx.mp3"]
    assert (draft.playlists[0].name, draft.playlists[0].title) == ("新素材", "新素材")


def test_a_calendar_is_published_as_one_and_is_no_playlist(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    (folder / "playlists/calendar.toml").write_text('restdays = ["2026-10-01"]\n')

    draft = read_folder(folder)

    assert draft.calendar is not None
    assert [text.name for text in draft.texts] == ["calendar", "main"]
    assert [playlist.name for playlist in draft.playlists] == ["main"]


def test_every_mistake_of_every_playlist_is_told_at_once(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x", text='zone = 5\n[[item]]\nmedia = "a.png"\ndwell_s = -1\n')
    (folder / "playlists/second.toml").write_text("not toml at all")

    assert len(complaints(folder)) == 3


def test_names_that_no_screen_would_take_are_refused(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    for name in ("con.png", "a:b.png", "dot. .png"[:4] + " .png", "line\nbreak.png"):
        (folder / "media" / name).write_bytes(b"x")
    (folder / "media" / os.fsdecode(b"\xff.png")).write_bytes(b"x")

    assert len(complaints(folder)) == 4


def test_what_is_not_shown_is_left_out_and_said(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    (folder / "media/notes.docx").write_bytes(b"x")
    (folder / "media/.hidden.png").write_bytes(b"x")
    (folder / "media/Thumbs.db").write_bytes(b"x")
    (folder / "media/elsewhere.png").symlink_to("/etc/passwd")
    (folder / "media/pipe.mp4").parent.mkdir(exist_ok=True)
    os.mkfifo(folder / "media/pipe.mp4")

    draft = read_folder(folder)

    assert [m.name for m in draft.media] == ["posters/a.png", "posters/b.png"]
    assert [note.en.partition(":")[0] for note in draft.notes] == ["elsewhere.png", "notes.docx", "pipe.mp4"]


@pytest.mark.parametrize("line", ["", "x" * 101, "line\nbreak"])
def test_a_line_needs_a_name_that_can_be_written(tmp_path: Path, line: str) -> None:
    folder = campaign(tmp_path / "x")
    if line:
        (told,) = complaints(folder, line)
        assert told.startswith(f"{folder}: its name cannot be used")
    else:
        assert read_folder(folder, line).line == "x"


def test_a_folder_without_anything_to_show_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert complaints(tmp_path / "empty") == [
        f"{tmp_path / 'empty'}: holds neither playlists nor media that can be shown"
    ]
    assert complaints(tmp_path / "none") == [f"{tmp_path / 'none'}: is no folder"]


def test_empty_files_are_refused(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    (folder / "media/nothing.png").write_bytes(b"")

    assert complaints(folder) == ["nothing.png: is empty"]


def test_a_playlist_beyond_the_limit_is_refused_and_not_read_whole(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x", text="#" * 300_000)

    (complaint,) = complaints(folder)
    assert "main" in complaint


def test_a_playlist_beside_its_folder_is_refused_and_other_files_are_said(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "six-rules")
    (folder / "外面.png").write_bytes(b"outside")
    (folder / "kiosk_config.toml").write_text("[screen]\n")
    notes = [note.en for note in read_folder(folder).notes]
    assert [note.partition(" ")[0] for note in notes] == ["kiosk_config.toml", "外面.png"]
    assert all("is in neither playlists/ nor media/" in note for note in notes)

    (folder / "早.toml").write_text("[[item]]\nmedia = 'posters/a.png'\n")
    assert complaints(folder) == ["早.toml: is not in playlists/ and would count for nothing"]
    for playlist in (folder / "playlists").iterdir():
        playlist.unlink()
    assert complaints(folder) == ["早.toml: is not in playlists/ and would count for nothing"]


LIST = "from = 2026-12-24\nuntil = 2026-12-24\n[[item]]\nmedia = 'posters/*.png'\n"


@pytest.mark.parametrize(
    "path",
    [
        "playlists/a.toml.txt",
        "playlists/a.toml.docx",
        "playlists/sub/a.toml",
        "playlists/a.txt",
        "playlists/a.toml.bak",
        "playlists/.a.toml",
        "playlists/readme.toml",
        "playlists/a.toml.part",
        "Playlists/a.toml",
        "播放表/a.toml",
        "media/a.toml",
        "a.toml",
        "a.toml.txt",
        "deeper/playlists/a.toml",
    ],
)
def test_a_poster_whose_playlist_counts_for_nothing_is_not_published_to_play_always(tmp_path: Path, path: str) -> None:
    folder = campaign(tmp_path / "x")
    (folder / "playlists/main.toml").unlink()
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(LIST)

    (told,) = complaints(folder)
    assert told.startswith(path)


def test_a_campaign_unpacked_one_folder_too_deep_is_not_taken_for_its_posters(tmp_path: Path) -> None:
    campaign(tmp_path / "x" / "x")

    (told,) = complaints(tmp_path / "x")
    assert told.startswith("x/playlists/main.toml")


def test_a_suffix_in_capitals_is_read_as_every_screen_reads_it(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x", text=LIST)
    (folder / "playlists/main.toml").rename(folder / "playlists/A.TOML")
    draft = read_folder(folder)
    assert [(p.name, str(p.runs.first)) for p in draft.playlists] == [("A", "2026-12-24")]
    assert [note.en for note in draft.notes] == ["A.TOML is read as a playlist all the same"]

    (folder / "playlists/A.toml").write_text(LIST)
    assert complaints(folder) == ["A.toml: two playlists have this name but for its case"]


@pytest.mark.parametrize("copy", ["main - 副本", "main(1)", "复件 main", "main.bak"])
def test_a_copy_of_a_playlist_is_refused_for_both_would_play(tmp_path: Path, copy: str) -> None:
    folder = campaign(tmp_path / "x")
    (folder / f"playlists/{copy}.toml").write_text(LIST)

    assert complaints(folder) == [f"playlists/{copy}.toml: is a copy of main.toml by its name; both would play"]


def test_a_calendar_under_another_name_is_refused_with_the_name_that_it_needs(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    (folder / "playlists/Calendar.toml").write_text('restdays = ["2026-10-01"]\n')

    assert "playlists/Calendar.toml: is read as a playlist and not as the calendar" in complaints(folder)


def test_a_playlist_made_of_media_alone_is_said_to_play_always(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    (folder / "playlists/main.toml").unlink()

    (note,) = read_folder(folder).notes
    assert note.en.startswith("there is no playlist: one was made that shows 2 files in turn, all day and every day")


def test_what_cannot_be_read_or_is_reached_by_a_link_is_not_left_out_in_silence(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x")
    (tmp_path / "elsewhere").mkdir()
    (folder / "media/linked").symlink_to(tmp_path / "elsewhere")
    (folder / "media/c.png.part").write_bytes(b"half")
    (folder / "media/posters/b - 副本.png").write_bytes(b"a poster too")
    (folder / "media/idle.png").write_bytes(b"idle")

    assert [note.en for note in read_folder(folder).notes] == [
        "media/c.png.part is an unfinished download; left out",
        "media/linked is a link to a folder; what it holds is left out",
        "posters/b - 副本.png, posters/b.png hold the same bytes",
        "no playlist shows idle.png",
    ]
    (folder / "playlists/gone.toml").symlink_to(tmp_path / "gone.toml")
    assert complaints(folder) == ["gone.toml: is no ordinary file, or a link to nothing"]


@pytest.mark.parametrize("bad", ["\u202e", "\u200b", "\u3164", "\ue000", "\u2028"])
def test_a_name_that_does_not_read_as_it_is_is_refused_with_its_code_point(tmp_path: Path, bad: str) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "playlists").mkdir()
    (tmp_path / "media" / f"96{bad}110.png").write_bytes(b"x")
    (tmp_path / "playlists" / f"a{bad}.toml").write_text('[[item]]\nmedia = "*.png"\n')
    told = complaints(tmp_path)
    assert sum(f"U+{ord(bad):04X}" in each for each in told) == 2
    assert all(each.isprintable() for each in told)
    assert f"U+{ord(bad):04X}" in complaints(tmp_path, line=f"反诈{bad}")[0]


def test_names_that_look_alike_are_both_published_and_told(tmp_path: Path) -> None:
    for name in ("poster.png", "poſter.png", "ｐoster.png", "other.png"):
        (tmp_path / name).write_bytes(name.encode())
    draft = read_folder(tmp_path, "反诈")
    assert len(draft.media) == 4
    made, note = draft.notes
    assert made.en.startswith("there is no playlist")
    assert "U+0073 LATIN SMALL LETTER S" in note.en or "U+0070 LATIN SMALL LETTER P" in note.en
    assert all(name in note.zh for name in ("poster.png", "poſter.png", "ｐoster.png"))


def test_two_spellings_of_one_name_are_refused_with_their_code_points(tmp_path: Path) -> None:
    for name in ("\u00e9.png", "e\u0301.png"):
        (tmp_path / name).write_bytes(name.encode())
    (told,) = complaints(tmp_path, "反诈")
    assert "U+0065 LATIN SMALL LETTER E" in told
    assert "U+00E9 LATIN SMALL LETTER E WITH ACUTE" in told
