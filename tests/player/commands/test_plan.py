"""`plan` lists what will play, as people and as programs read it."""

import datetime as dt
import itertools
import json
from pathlib import Path

import pytest

from tests.player.commands.conftest import Wuzha

pytestmark = pytest.mark.slow

KEYS = {"zone", "rank", "playlist", "item", "starts_at", "ends_at", "muted"}


def test_the_rows_cover_the_time_without_gap_and_in_turn(wuzha: Wuzha) -> None:
    done = wuzha("plan", "--from", "2026-06-06", "--to", "2026-06-06T00:10", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(row.keys() >= KEYS and ("media" in row or "card" in row) for row in rows)
    assert rows[0]["starts_at"] == "2026-06-06T00:00:00+08:00"
    assert all(one["ends_at"] == other["starts_at"] for one, other in itertools.pairwise(rows))
    assert [row.get("media") or row.get("card") for row in rows[:4]] == [
        "posters/1.png",
        "posters/2.png",
        "contact",
        "posters/1.png",
    ]
    length = dt.datetime.fromisoformat(rows[0]["ends_at"]) - dt.datetime.fromisoformat(rows[0]["starts_at"])
    assert length.total_seconds() == 15


def test_the_table_reads_in_chinese(wuzha: Wuzha) -> None:
    done = wuzha("plan", "--from", "2026-06-06", "--to", "2026-06-06T00:01")
    assert done.returncode == 0
    assert "posters/1.png" in done.stdout


def test_lines_show_the_year_where_the_time_crosses_one(wuzha: Wuzha) -> None:
    done = wuzha("plan", "--from", "2026-12-31T23:59", "--to", "2027-01-01T00:01")
    days = [line.split()[0] for line in done.stdout.splitlines()]
    assert (days[0], days[-1]) == ("2026-12-31", "2027-01-01")


def test_now_is_a_time(wuzha: Wuzha) -> None:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)
    for word in ("now", "现在"):
        done = wuzha("plan", "--from", word, "--to", end.isoformat(), "--json")
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) >= 8


def test_a_broadcast_starts_and_ends_to_the_second_and_rests_in_a_quiet_period(wuzha: Wuzha, house: Path) -> None:
    (house / "playlists" / "shout.toml").write_text(
        'rank = "broadcast"\nstarts = ["07:00"]\nlasts_min = 30\n[[item]]\ncard = "broadcast"\ndwell_s = 47\n',
        encoding="utf-8",
    )
    (house / "playlists" / "calendar.toml").write_text(
        '[[quiet]]\nname = "高考"\ndates = ["2026-06-07..2026-06-09"]\n', encoding="utf-8"
    )
    done = wuzha("plan", "--from", "2026-06-06T06:00", "--to", "2026-06-07T08:00", "--json")
    rows = [row for row in map(json.loads, done.stdout.splitlines()) if row["rank"] == "broadcast"]
    assert rows[0]["starts_at"] == "2026-06-06T07:00:00+08:00"
    assert rows[-1]["ends_at"] == "2026-06-06T07:30:00+08:00"


def test_wrong_words_are_answered_with_a_sentence(wuzha: Wuzha) -> None:
    for words in (
        ("plan", "--from", "2026-06-07", "--to", "2026-06-06"),
        ("plan", "--from", "2026-06-06", "--to", "2026-06-07", "--zone", "mian"),
        ("plan", "--from", "25:00", "--to", "2026-06-07"),
    ):
        done = wuzha(*words)
        assert done.returncode == 2, words
        assert done.stderr
        assert "Traceback" not in done.stderr


def test_a_plan_says_which_playlists_are_not_in_it(wuzha: Wuzha, house: Path) -> None:
    (house / "playlists" / "bad.toml").write_text("dwell = 5\n", encoding="utf-8")
    (house / "playlists" / "evening.toml.txt").touch()
    done = wuzha("plan", "--from", "2026-06-05T08:00", "--to", "2026-06-05T08:01", "--json")
    assert done.returncode == 0
    assert "bad.toml 有" in done.stderr
    assert "evening.toml.txt" in done.stderr
    assert all(line.startswith("{") for line in done.stdout.splitlines())
