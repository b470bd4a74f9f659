"""How often folders are looked at, and what of a playlist file is read."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from player.content.lane import MAX_PLAYLIST_BYTES, TOO_LARGE, pauses, read_playlist
from player.content.library import Folder, PlaylistFile
from player.content.scan import Scan, Seen, scan


@given(st.floats(0, 10), st.booleans())
def test_looking_never_takes_a_core_and_never_stops(cost_s: float, hinted: bool) -> None:
    shortest, longest = pauses(cost_s, hinted=hinted)
    assert cost_s <= 0.2 * (cost_s + shortest) + 1e-9
    assert 1.0 <= longest <= 4.0


def test_where_no_hints_come_a_file_is_seen_within_a_second() -> None:
    assert pauses(0.04, hinted=False)[1] == 1.0


def test_looking_at_ten_thousand_files_takes_at_most_a_hundredth_of_a_core() -> None:
    cost_s = 0.04  # measured for 10,000 files
    assert pauses(cost_s, hinted=True)[1] >= 99 * cost_s


def only(folder: Path) -> Seen:
    (seen,) = scan(Folder.at(str(folder)), "playlists", (), Scan()).files.values()
    return seen


def test_a_playlist_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "早间 e\u0301.toml").write_bytes("标题".encode())
    read = read_playlist(only(tmp_path), Folder.at(str(tmp_path)))
    assert read is not None
    assert isinstance(read[0], PlaylistFile)
    assert (read[0].name, read[0].text) == ("早间 \u00e9", "标题".encode())


def test_a_playlist_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"#" * MAX_PLAYLIST_BYTES)
    read = read_playlist(only(tmp_path), Folder.at(str(tmp_path)))
    assert read is not None
    assert isinstance(read[0], PlaylistFile)
    path.write_bytes(b"#" * (MAX_PLAYLIST_BYTES + 1))
    assert read_playlist(only(tmp_path), Folder.at(str(tmp_path))) == (TOO_LARGE, False)


def test_a_playlist_that_changed_meanwhile_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"1")
    seen = only(tmp_path)
    path.write_bytes(b"12")
    assert read_playlist(seen, Folder.at(str(tmp_path))) is None
