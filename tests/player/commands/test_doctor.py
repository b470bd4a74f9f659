"""`doctor` makes its page on any machine, however little works there."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from player.claim import claim
from player.watch.health import NAME, Health, health_bytes
from tests.player.commands.conftest import Wuzha

pytestmark = pytest.mark.slow

SUBJECTS = {
    "display", "sound", "clock", "disk", "media", "playlists", "workers", "watch", "ledger", "broker", "trust",
    "orders", "versions",
}  # fmt: skip


def test_the_page_has_every_subject(wuzha: Wuzha) -> None:
    done = wuzha("doctor", "--json")
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout)
    assert page.keys() == SUBJECTS
    assert all(row["says"] and row["says_en"] for row in page.values())
    assert page["media"]["admitted"] == 2


def test_no_display_no_sound_and_no_state_folder_are_three_sentences(wuzha: Wuzha, house: Path) -> None:
    (house / "var").write_text("in the way", encoding="utf-8")
    done = wuzha("doctor", SDL_AUDIODRIVER="alsa", AUDIODEV="/dev/null/none")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "[注意] 显示" in done.stdout
    assert "[注意] 磁盘" in done.stdout


def test_no_window_is_opened_while_a_player_runs(wuzha: Wuzha, house: Path) -> None:
    state = house / "var" / "player"
    lock = claim(state)
    assert lock is not None
    try:
        health = Health(at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC), present="direct", screen="black", restarts=2)
        (state / NAME).write_bytes(health_bytes(health))
        page = json.loads(wuzha("doctor", "--json").stdout)
    finally:
        os.close(lock)
    assert page["display"]["present"] == "direct"
    assert page["display"]["says_en"].endswith("no second window is opened")
    assert not page["watch"]["ok"]
    assert (page["watch"]["screen"], page["watch"]["restarts"]) == ("black", 2)
