"""A sound card or server that comes shows in what is cheap to look at."""

import itertools
from pathlib import Path

from player.sound.signs import signs


def test_a_card_and_a_server_show_when_they_come_and_go(tmp_path: Path) -> None:
    cards, runtime = tmp_path / "snd", tmp_path / "run"
    cards.mkdir()
    (runtime / "pulse").mkdir(parents=True)
    environment = {"XDG_RUNTIME_DIR": str(runtime), "PULSE_SERVER": f"unix:{tmp_path / 'other'}"}
    seen = [signs(environment, str(cards))]
    for made in (cards / "controlC0", runtime / "pulse/native", tmp_path / "other"):
        made.touch()
        seen.append(signs(environment, str(cards)))
    (runtime / "pulse/native").unlink()
    seen.append(signs(environment, str(cards)))
    assert all(one != other for one, other in itertools.pairwise(seen))


def test_where_nothing_is_nothing_shows() -> None:
    assert signs({}, "/no/such/folder") == ()
