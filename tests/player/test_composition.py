"""A bad playlist is refused whole; the last good one stays on air."""

from pathlib import Path

import pytest

from player.composition import composed
from player.config import Config, read_config
from player.content.library import Library, PlaylistFile

GOOD = '[[item]]\ncard = "slogan"\ntext = "好"\n'.encode()
BETTER = '[[item]]\ncard = "slogan"\ntext = "更好"\n'.encode()
BAD = b'dwell_s = -5\nwrong = 1\n[[item]]\ncard = "slogan"\n'
QUIET = '[[quiet]]\nname = "高考"\ndates = ["2026-06-07..2026-06-10"]\n'.encode()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "kiosk_config.toml"
    path.write_text('[screen]\nid = "sq-led"\n', encoding="utf-8")
    return read_config(path)


def file(name: str, text: bytes) -> PlaylistFile:
    return PlaylistFile(name=name, path=f"/p/{name}.toml", text=text, mtime_ns=0)


def test_a_good_playlist_is_on_the_program_and_worth_remembering(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", GOOD),)), {})
    assert [p.name for p in made.program.playlists] == ["a"]
    assert made.complaints == ()
    assert made.good == {"a": GOOD}


def test_a_bad_playlist_leaves_the_last_good_one_and_says_everything_that_is_wrong(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD),)), {"a": BETTER})
    assert [p.items[0].text for p in made.program.playlists] == ["更好"]
    assert len(made.complaints) >= 2
    assert made.good == {}


def test_a_bad_playlist_that_never_was_good_disables_only_itself(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD), file("b", GOOD))), {})
    assert [p.name for p in made.program.playlists] == ["b"]
    assert made.complaints


def test_a_playlist_that_was_deleted_is_gone_although_it_is_remembered(config: Config) -> None:
    made = composed(config, Library(playlists=()), {"a": GOOD})
    assert made.program.playlists == ()


def test_a_remembered_text_that_no_longer_reads_is_left_out(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD),)), {"a": BAD + b"\n"})
    assert made.program.playlists == ()


def test_a_bad_calendar_leaves_the_last_good_one(config: Config) -> None:
    made = composed(config, Library(calendar=file("calendar", b"[[quiet]]\nname = 5\n")), {"calendar": QUIET})
    assert [q.name for q in made.program.calendar.quiet] == ["高考"]
    assert made.complaints


@pytest.mark.parametrize(("named", "heeded"), [('["all"]', 1), ("[]", 0), ('["高考"]', 1), ('["中考"]', 0)])
def test_a_screen_heeds_the_quiet_periods_it_names(tmp_path: Path, named: str, heeded: int) -> None:
    path = tmp_path / "kiosk_config.toml"
    path.write_text(f'[screen]\nid = "sq-led"\n[sound]\nquiet = {named}\n', encoding="utf-8")
    made = composed(read_config(path), Library(calendar=file("calendar", QUIET)), {})
    assert len(made.program.calendar.quiet) == heeded
