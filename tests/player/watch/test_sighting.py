"""What the supervisor saw, as a line."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.watch.sighting import MAX_SIGHTING_BYTES, Sighting, parse_sighting, sighting_line
from player.watch.sighting_pipe import SightingPipe
from signage.presented import PRESENTED

words = st.dictionaries(st.text(max_size=32), st.sampled_from(PRESENTED), max_size=16)


@given(st.floats(0, 2**52), words)
def test_what_is_said_is_heard_or_too_long_to_be_said(at, zones):
    line = sighting_line(Sighting(at, zones))
    assert line == b"" or (len(line) <= MAX_SIGHTING_BYTES and parse_sighting(line) == Sighting(at, zones))


def test_sixteen_zones_with_the_longest_names_fit():
    zones = {f"{number:02}" + "滚" * 30: "no-display" for number in range(16)}
    assert sighting_line(Sighting(123456.789012, zones))


@given(st.binary(max_size=80) | st.recursive(st.none() | st.integers(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_a_line_that_is_no_sighting_is_none(line):
    assert parse_sighting(line) is None


@pytest.mark.parametrize(
    "told",
    [
        {"at": "1", "zones": {}}, {"at": True, "zones": {}}, {"at": 1}, {"zones": {}}, {"at": 1, "zones": []},
        {"at": 1, "zones": {"main": "shown"}}, {"at": 1, "zones": {"a": ["seen"]}}, {"at": 1, "zones": {"a": None}},
        {"at": 1, "zones": {"x" * 65: "seen"}}, {"at": 1, "zones": {str(n): "seen" for n in range(17)}},
        {"at": float("nan"), "zones": {}}, {"at": float("inf"), "zones": {}}, {"at": 10**400, "zones": {}},
    ],
)  # fmt: skip
def test_a_sighting_with_one_thing_wrong_is_none(told):
    assert parse_sighting(json.dumps({"at": 1, "zones": {"main": "seen"}}).encode()) is not None
    assert parse_sighting(json.dumps(told).encode()) is None


def test_a_screen_process_that_does_not_read_holds_nobody_up_and_gets_whole_lines():
    reads, writes = os.pipe()
    pipe = SightingPipe(os.fdopen(writes, "wb"))
    for number in range(5000):
        pipe.tell(Sighting(float(number), {"main": "seen"}))
    pipe.close()
    pipe.tell(Sighting(1.0, {"main": "seen"}))
    with os.fdopen(reads, "rb") as told:
        lines = told.read().splitlines()
    assert 100 < len(lines) < 5000
    assert [parse_sighting(line) for line in lines] == [
        Sighting(float(number), {"main": "seen"}) for number in range(len(lines))
    ]


def test_a_screen_process_that_is_gone_is_told_nothing():
    reads, writes = os.pipe()
    os.close(reads)
    pipe = SightingPipe(os.fdopen(writes, "wb"))
    pipe.tell(Sighting(1.0, {"main": "seen"}))
    pipe.close()
