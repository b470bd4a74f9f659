"""A push as the office makes it: real keys, broker, servers and player; only the order of things is asserted."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
WAY = ("called", "heard", "verified", "fetched", "staged", "program", "started", "shown")
ROUNDED_S = 0.002
"""Receipts are in whole milliseconds."""


def test_a_push_is_shown_after_every_step_has_its_receipt_and_goes_when_it_is_withdrawn(
    needs: Callable[..., None], tmp_path: Path
) -> None:
    needs("mosquitto")
    words = ["--pushes", "2", "--size", "320x180", "--folder", str(tmp_path / "town"), "--json", "told.json"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.push_latency", *words],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=170,
        check=False,
    )  # fmt: skip
    assert (tmp_path / "told.json").exists(), done.stdout + done.stderr
    pushes = json.loads((tmp_path / "told.json").read_text())["pushes"]
    assert {name: len(some) for name, some in pushes.items()} == {"normal": 2, "emergency": 2, "withdraw": 2}
    for push in (push for some in pushes.values() for push in some):
        moments = [push[step] for step in WAY]
        assert all(later >= sooner - ROUNDED_S for sooner, later in pairwise(moments)), push
    for shown, gone in zip(pushes["emergency"], pushes["withdraw"], strict=True):
        assert shown["number"] == gone["number"]
        assert gone["shown"] > shown["shown"]
