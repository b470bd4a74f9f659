"""What a player has on air can be read beside it, and nothing is written."""

import datetime as dt
from pathlib import Path

from player.publication.folder_source import FolderSource
from player.publication.published import OnAir
from player.publication.rest import on_air_at_rest
from player.state import Moment
from tests.player.publication.conftest import Follow
from tests.player.publication.repository import NOW, Repository


def test_it_is_what_the_player_shows(office: Repository, follow: Follow, tmp_path: Path) -> None:
    screen = follow(FolderSource(office.folder, look_every_s=0.05))
    screen.shows(1)
    screen.publications.stop()
    before = sorted(path for path in tmp_path.rglob("*"))
    assert on_air_at_rest(tmp_path / "state", Moment(NOW, 0.0, "ntp"), 180) == screen.latest
    late = on_air_at_rest(tmp_path / "state", Moment(NOW + dt.timedelta(days=400), 0.0, "ntp"), 180)
    assert (late.expired, len(late.notes)) == (True, 1)
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_without_a_state_folder_there_is_nothing(tmp_path: Path) -> None:
    assert on_air_at_rest(tmp_path / "none", Moment(NOW, 0.0, "ntp"), 180) == OnAir()
    assert not (tmp_path / "none").exists()
