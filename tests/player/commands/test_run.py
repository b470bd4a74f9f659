"""`run` plays for real: workers, rings, stage and folders together, without a window."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.player.commands.conftest import Wuzha

pytestmark = pytest.mark.slow

QUICK = 'dwell_s = 0.5\ntransition = "cut"\n[[item]]\nmedia = "posters/*.png"\n'


def traced(house: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (house / "trace.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_picture_comes_in_turn_and_the_rotation_goes_on_after_a_restart(wuzha: Wuzha, house: Path) -> None:
    (house / "playlists" / "main.toml").write_text(QUICK, encoding="utf-8")
    Image.new("RGB", (64, 36), "green").save(house / "media" / "posters" / "3.png")
    done = wuzha("run", "--headless", "--for", "6", "--trace", "trace.jsonl")
    assert done.returncode == 0, done.stderr
    lines = traced(house)
    assert {"now", "zone", "playlist", "item", "frame", "due", "late_ms"} <= lines[0].keys()
    shown = [line for line in lines if line["playlist"] == "main"]
    assert len(shown) >= 4
    kept = json.loads((house / "var" / "player" / "rotation.json").read_bytes())
    number = kept["rotations"]["main"]["number"]
    wuzha("run", "--headless", "--for", "2", "--trace", "trace.jsonl")
    assert traced(house)[0]["slot"] == number + 1


def test_a_pretended_time_decides_what_plays_and_leaves_no_trace_in_the_state(wuzha: Wuzha, house: Path) -> None:
    (house / "playlists" / "night.toml").write_text(
        'priority = 5\ntimes = ["22:00-02:00"]\n[[item]]\ncard = "slogan"\ntext = "夜"\n', encoding="utf-8"
    )
    done = wuzha("run", "--headless", "--for", "4", "--at", "2026-06-07T01:30", "--trace", "trace.jsonl")
    assert done.returncode == 0, done.stderr
    assert {line["playlist"] for line in traced(house)} >= {"night"}
    assert not (house / "var" / "player" / "rotation.json").exists()


def test_an_empty_house_shows_the_notice_and_goes_on(wuzha: Wuzha, house: Path) -> None:
    (house / "playlists" / "main.toml").unlink()
    for picture in (house / "media" / "posters").iterdir():
        picture.unlink()
    done = wuzha("run", "--headless", "--for", "3", "--trace", "trace.jsonl")
    assert done.returncode == 0, done.stderr
    assert traced(house)[0]["item"] == 0


def test_a_read_only_state_folder_stops_nothing(wuzha: Wuzha, house: Path) -> None:
    (house / "var").write_text("in the way", encoding="utf-8")
    done = wuzha("run", "--headless", "--for", "4", "--trace", "trace.jsonl")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert {line["playlist"] for line in traced(house)} >= {"main"}


def test_without_a_display_it_says_so_and_plays_on(wuzha: Wuzha, house: Path) -> None:
    done = wuzha("run", "--for", "3", "--trace", "trace.jsonl")
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stderr
    assert traced(house)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b'{"v":1,"saved_at":"2026-11-30T08:00:00"}'),
        lambda path: path.write_bytes(b'{"v":1,"saved_at":"9999-12-31T23:59:59Z"}'),
        lambda path: path.write_bytes(b""),
        lambda path: [path.unlink(missing_ok=True), path.mkdir()],
    ],
    ids=["no offset", "year 9999", "empty", "folder"],
)
def test_whatever_lies_in_the_state_folder_the_player_plays(wuzha: Wuzha, house: Path, spoil) -> None:
    state = house / "var" / "player"
    state.mkdir(parents=True)
    for name in (
        "rotation.json",
        "media.json",
        "orders.json",
        "uplink.json",
        "health.json",
        "ledger.head",
        "ledger.lost",
    ):
        spoil(state / name)
    done = wuzha("run", "--headless", "--for", "3", "--trace", "trace.jsonl")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "rotation.json: not understood" in done.stderr
    assert {line["playlist"] for line in traced(house)} >= {"main"}
    assert [line["outcome"] for line in map(json.loads, wuzha("plays", "--json").stdout.splitlines())]
    assert "saved_at" in json.loads((state / "rotation.json").read_bytes()), "written anew"
    assert wuzha("doctor").returncode == 0
