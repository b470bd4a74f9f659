"""The sign of life: once a second, never waiting, and its own end when nobody listens."""

import json
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.watch.pulse import PULSE_S, Pulse, parse_pulse, pulse_line
from player.watch.sighting import Sighting, sighting_line

HEART = """
import threading, time
from player.watch.pulse import Heart, Pulse
orphaned = threading.Event()
heart = Heart(lambda now: Pulse(state="/s", places=((1, 2),), colours=(3,), zones=(("main", 1),)), orphaned.set)
began = time.monotonic()
longest, now = 0.0, 0.0
while not orphaned.wait(0.001):
    now += 0.25
    before = time.monotonic()
    heart.beat(now)
    longest = max(longest, time.monotonic() - before)
print(longest, file=__import__("sys").stderr)
"""


@given(st.binary(max_size=64))
def test_a_line_that_is_no_pulse_is_none(line):
    assert parse_pulse(line) is None


GOOD = {
    "state": "/s", "at": 1.5, "present": "direct", "box": [0, 0, 10, 10], "places": [[1, 2], [3, 4]], "colours": [1, 2],
    "zones": [["main", 1], ["ticker", 1]], "plays": 3,
}  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(GOOD, VALUES)))
def test_whatever_stands_in_a_line_the_supervisor_lives(changed):
    parse_pulse(json.dumps({**GOOD, **changed}).encode())


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("state", None), ("state", 1), ("present", ["direct"]), ("box", []), ("box", 0), ("box", "1234"),
        ("box", [1, 2, 3]), ("box", [1, 2, 3, "4"]), ("box", {"a": 1, "b": 2, "c": 3, "d": 4}), ("colours", "12"),
        ("colours", [1.5, 2]), ("colours", [True, 2]), ("colours", None), ("colours", [1]), ("at", "1"), ("at", True),
        ("places", [[1, 2]]), ("places", [[1, 2], [3]]), ("places", ["ab", "cd"]), ("places", [[1, 2], [3, 4.5]]),
        ("plays", "3"), ("plays", None), ("places", 5), ("zones", [["main", 1]]), ("zones", [["main", 3], ["b", -1]]),
        ("zones", [["main"], ["b", 1]]),
        ("zones", [[1, 1], ["b", 1]]), ("zones", {"ab": 1}), ("zones", [["main", 0]] * 17 + [["b", 2]]),
    ],
)  # fmt: skip
def test_a_line_with_one_field_of_another_type_is_no_pulse(key, wrong):
    assert parse_pulse(json.dumps(GOOD).encode()) is not None
    assert parse_pulse(json.dumps({**GOOD, key: wrong}).encode()) is None
    assert parse_pulse(json.dumps({name: value for name, value in GOOD.items() if name != key}).encode()) is None


BOXES = st.none() | st.tuples(*[st.integers(-10_000, 10_000)] * 4)


COLOURS = st.lists(st.integers(0, 2**24 - 1), max_size=64)


@given(st.text(max_size=40), st.floats(0, 1e9), st.sampled_from(("", "direct", "vsync")), BOXES, COLOURS)
def test_what_is_said_is_heard(state, at, present, box, colours):
    pulse = Pulse(
        state=state, at=at, present=present, box=box, colours=tuple(colours), places=((3, -4),) * len(colours),
        zones=(("主区", len(colours)),),
    )  # fmt: skip
    assert parse_pulse(pulse_line(pulse)) == pulse


def test_beats_come_once_a_second_and_a_supervisor_that_does_not_read_holds_nothing_up():
    process = subprocess.Popen(
        [sys.executable, "-c", HEART], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    first = parse_pulse(process.stdout.readline())
    assert first == Pulse(state="/s", places=((1, 2),), colours=(3,), zones=(("main", 1),))
    time.sleep(1.0)  # hundreds of beats that nobody reads
    process.stdin.close()
    assert process.wait(10) == 0, "it goes on without its supervisor"
    assert float(process.stderr.read()) < PULSE_S / 2
    process.stdout.close()
    process.stderr.close()


def test_a_broken_pipe_is_no_fault():
    process = subprocess.Popen(
        [sys.executable, "-c", HEART], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    time.sleep(0.3)
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(10) == 0
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


HEARER = """
import threading
from player.watch.pulse import Heart, Pulse
done = threading.Event()
Heart(lambda now: Pulse(state="/s"), done.set, sighted=lambda s: print(s.at, sorted(s.zones.items()), flush=True))
done.wait()
"""


def test_what_the_supervisor_saw_is_heard_and_nonsense_in_any_length_is_passed_over():
    process = subprocess.Popen([sys.executable, "-c", HEARER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"x" * 1_000_000 + b"\n\xff\n{}\n" + b"[" * 100_000 + b"\n")
    process.stdin.write(sighting_line(Sighting(12.5, {"main": "covered", "滚动": "seen"})))
    process.stdin.flush()
    assert process.stdout.readline().decode() == "12.5 [('main', 'covered'), ('滚动', 'seen')]\n"
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()
