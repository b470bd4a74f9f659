"""What no screen can decode is known before anybody signs."""

import sys
from pathlib import Path

import pytest

from office.publishing.decoding import decoded
from office.publishing.folder import read_folder
from tests.office.people import POSTER, campaign


def test_a_file_that_no_screen_can_show_is_named_with_the_players_own_reason(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "x", poster=POSTER)
    (folder / "media/posters/cut.png").write_bytes(POSTER[:-30])
    (folder / "media/posters/lying.jpg").write_bytes(b"MZ" + bytes(100))
    (folder / "media/posters/lying too.jpg").write_bytes(b"MZ" + bytes(100))
    heard: list[str] = []
    found = decoded(read_folder(folder).media, lambda name, _count: heard.append(name))

    assert found.unknown is None
    assert [each.where for each in found.complaints] == [
        "posters/cut.png",
        "posters/lying too.jpg",
        "posters/lying.jpg",
    ]
    assert all(each.problem.zh and each.problem.en for each in found.complaints)
    assert len(heard) == 4, "the same bytes are decoded once"


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit('no such library')", "print('[]')", "print('{}')", "pass"], ids=str
)
def test_a_player_that_gives_no_answer_is_said_and_blames_no_file(tmp_path: Path, program: str) -> None:
    media = read_folder(campaign(tmp_path / "x")).media
    found = decoded(media, probe=(sys.executable, "-c", program))
    assert found.complaints == ()
    assert found.unknown is not None
    assert "wuzha-player probe" in found.unknown.zh
