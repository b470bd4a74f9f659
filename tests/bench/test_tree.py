"""Who belongs to a program that was started, and what /proc says of it."""

import os
import subprocess
import sys

from player.decode.rings.shared import share
from tests.bench.tree import Stat, Tree, members, parse_stat, pss_mb, rings

GRANDCHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"


def stat(parent: int, session: int) -> Stat:
    return Stat(parent, session, 1, 0.0, 0.0)


def test_a_name_with_brackets_and_spaces_does_not_shift_the_fields() -> None:
    line = "42 (a) b (c) S 7 42 42 0 -1 4194560 9 9 9 9 150 50 30 20 20 0 1 0 777 1 1"
    assert parse_stat(line, tick=100) == Stat(parent=7, session=42, began=777, own_s=2.0, ended_children_s=0.5)


def test_a_tree_is_its_descendants_and_all_of_its_session() -> None:
    stats = {1: stat(0, 1), 10: stat(1, 10), 11: stat(10, 10), 12: stat(11, 12), 13: stat(1, 10), 20: stat(1, 20)}
    assert members(10, stats) == {10, 11, 12, 13}


def test_a_grandchild_counts_with_its_memory() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", GRANDCHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    sample = Tree(process.pid).sample()
    process.stdin.close()
    process.wait()
    process.stdout.close()
    assert len(sample.pids) == 2
    assert sample.pss_mb > 5
    assert sample.files >= 6


def test_a_ring_is_counted_with_the_pages_that_were_touched() -> None:
    before = rings(os.getpid())
    ring = share(32 << 20)
    ring.memory[: 8 << 20] = b"x" * (8 << 20)
    now = rings(os.getpid())
    assert now.number == before.number + 1
    assert 7.9 < now.pss_mb - before.pss_mb < 8.1
    assert now.pss_mb <= pss_mb(os.getpid())
    ring.forget()
    ring.memory.close()
    assert rings(os.getpid()) == before
