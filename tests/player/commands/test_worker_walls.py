"""What `doctor` says of the walls around decoders."""

import sys

import pytest

from player.commands.worker_walls import finding
from player.decode.prober import Prober

ALL = (
    "rlimits", "no-terminal", "dies-with-parent", "no-capabilities", "no-new-privs", "landlock", "no-network",
    "no-signals", "seccomp",
)  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
def test_the_walls_of_a_real_worker_leave_nothing_to_say():
    with Prober() as prober:
        told = finding(prober.walls())
    if "landlock" in prober.sandbox:
        assert told.ok
    assert "seccomp" in told.details["sandbox"]


@pytest.mark.parametrize(
    "missing", ["seccomp", "landlock", "no-capabilities", "no-new-privs", "rlimits", "no-terminal"]
)
def test_a_wall_that_is_missing_is_told_with_what_it_means_and_what_to_do(missing):
    told = finding([name for name in ALL if name != missing], "linux")
    assert not told.ok
    words = {"seccomp": "seccomp", "landlock": "Landlock", "no-new-privs": "no-new-privs"}
    assert words.get(missing, "") in told.says.zh
    assert "请" in told.says.zh
    assert told.says.en.count(";") >= 2


def test_parts_that_only_newer_kernels_have_are_no_reason_to_worry():
    assert finding([name for name in ALL if name not in ("no-network", "no-signals")], "linux").ok


def test_a_system_without_walls_says_so_once():
    told = finding((), "win32")
    assert not told.ok
    assert "来历清楚" in told.says.zh
    assert "seccomp" not in told.says.en


def test_a_decoder_that_did_not_answer_is_no_decoder_without_walls():
    told = finding((), "linux")
    assert not told.ok
    assert "没有回答" in told.says.zh
