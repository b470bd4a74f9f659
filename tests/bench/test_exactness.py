"""Whatever a link loses, doubles and reorders, and whoever is killed, the office counts exactly what was played."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from player.uplink.counts import plays
from player.uplink.ledger_db import open_copy
from player.uplink.writer import Writer
from tests.bench.exactness_player import last_number
from tests.bench.exactness_plays import moment_of, number_of, play
from tests.bench.exactness_tally import GOAL, WRITTEN, Tally

ROOT = Path(__file__).parents[2]
PLAYS, KILLS, SCREENS = 6000, 10, 3


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_counts_are_exact_though_everything_is_killed_behind_bad_wires(
    tmp_path: Path, needs: Callable[..., None]
) -> None:
    needs("mosquitto")
    # A process of its own: Django can be set up for one office only.
    words = [sys.executable, "-m", "tests.bench.exactness", "--plays", str(PLAYS), "--kills", str(KILLS)]
    words += ["--screens", str(SCREENS), "--seed", "4", "--patience", "100", "--json", str(tmp_path / "figures.json")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (tmp_path / "figures.json").exists(), done.stdout + done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert (figures["faults"], figures["equal"], done.returncode) == ([], "yes", 0), done.stderr
    assert sum(figures["kills"].values()) == KILLS
    assert figures["plays"] - figures["interrupted"] == PLAYS
    assert figures["records"] > PLAYS
    assert min(figures["dropped"], figures["doubled"], figures["reordered"]) > 0, "the wires were good"
    assert figures["duplicates"] > 0, "nothing came twice: it was too easy"


def test_a_made_up_play_is_known_again_by_its_number(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    assert last_number(ledger) == 0
    writer = Writer(ledger, "led-1", "boot")
    writer.open(moment_of(0))
    assert last_number(ledger) == 0
    writer.write([play(number) for number in range(1, 40)])
    assert last_number(ledger) == 39
    writer.close()
    db = open_copy(ledger)
    found = [each.play for each in plays(db)]
    db.close()
    assert [number_of(each) for each in found] == list(range(1, 40))
    assert {each.outcome for each in found} == {"complete", "cut", "failed"}
    assert {each.clock for each in found} == {"ntp", "unsynced"}
    assert len({each.zone for each in found}) == 2


def test_a_tally_is_the_same_for_all_who_open_it(tmp_path: Path) -> None:
    one, other = Tally(tmp_path / "tally"), Tally(tmp_path / "tally")
    one[GOAL] = 1 << 40
    other[WRITTEN] = 7
    assert (other[GOAL], one[WRITTEN]) == (1 << 40, 7)
    one.close()
    other.close()
    again = Tally(tmp_path / "tally")
    assert (again[GOAL], again[WRITTEN]) == (1 << 40, 7)
    again.close()
