"""The program as it is started: what the supervisor loads, and what the screen process says in its place."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from player.watch.supervisor import seconds_of

ROOT = Path(__file__).parents[2]
HEAVY = ("argparse", "dataclasses", "inspect", "pathlib", "urllib", "msgspec", "pygame", "player.cli", "signage.errors")
LOADED = f"""
import sys
sys.argv = ["wuzha-player", "run", "--headless"]
import player.__main__
import player.watch.supervisor
player.watch.supervisor.supervise = lambda words: print(sorted(set({HEAVY!r}) & sys.modules.keys()), words)
player.__main__.main()
"""


def said(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-P", *words], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_the_supervisor_loads_little() -> None:
    # What a .pth of the environment loads does not count.
    loaded = ast.literal_eval(said("-c", f"import sys; print(sorted(set({HEAVY!r}) & sys.modules.keys()))").stdout)
    done = said("-c", LOADED)
    assert done.stdout == f"{loaded} ['run', '--headless']\n", done.stderr


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("--hel",), ("--headless", "--help")])
def test_help_is_told_on_standard_output(words: tuple[str, ...]) -> None:
    done = said("-m", "player", "run", *words)
    assert done.returncode == 0
    assert "--headless" in done.stdout


@pytest.mark.parametrize("words", [("--bogus",), ("--for", "soon"), ("--for",), ("now",)])
def test_words_that_it_does_not_know_are_refused_once(words: tuple[str, ...]) -> None:
    done = said("-m", "player", "run", *words)
    assert done.returncode == 2
    assert done.stderr.count("wuzha-player run --help") == 1, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("run", None),
        ("run --for 3", 3.0),
        ("run --for=2.5 --headless", 2.5),
        ("run --fo 4", 4.0),
        ("run --for 3 --for 5", 5.0),
        ("run --for soon", None),
        ("run --for", None),
        ("run --config for --trace --f", None),
    ],
)
def test_the_supervisor_knows_for_how_long_to_play(words: str, seconds: float | None) -> None:
    assert seconds_of(words.split()) == seconds
