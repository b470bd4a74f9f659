"""The picture's memory, and another account of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from player.watch.glass import Glass
from tests.bench.display import Display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="System V memory of Linux")

ROOT = Path(__file__).parents[3]
NOBODY = 65_534
ATTACH = """
import ctypes, os, sys
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
address = libc.shmat(int(sys.argv[1]), None, 0)
if address in (None, 2**64 - 1):
    sys.exit(ctypes.get_errno())
ctypes.memset(address, 255, 4096)
print("painted", flush=True)
sys.stdin.read()
"""
SHARES = """
import ctypes, sys
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
ids = [libc.shmget(0, 65536, 0o1000 | mode) for mode in (0o777, 0o666, 0o604, 0o600)]
for each in ids:
    libc.shmat(each, None, 0)
    libc.shmctl(each, 0, None)
print(*ids, flush=True)
from player.stage.shared_picture import close_to_others
for line in sys.stdin:
    print(*(f"{each.shmid}:{each.attached}" for each in close_to_others()), flush=True)
"""
WINDOW = """
import sys
from player.stage.screen import Screen
from player.stage.window import Wish
from signage.layout import Box
screen = Screen(Wish((320, 180), present="direct"))
screen.fill(Box(0, 0, 320, 180), "#12ab34")
screen.flip((Box(0, 0, 320, 180),))
print(screen.trouble, flush=True)
for line in sys.stdin:
    screen.fill(Box(0, 0, 320, 180), line.strip())
    screen.flip((Box(0, 0, 320, 180),))
    print(flush=True)
"""


def python(text: str, *words: str) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", text, *words], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def said(process: "subprocess.Popen[str]", line: str = "") -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def ended(process: "subprocess.Popen[str]") -> int:
    process.communicate(timeout=20)
    return process.returncode


def segments_of(pid: int) -> dict[int, int]:
    """Returns the mode of each segment that a process made."""
    rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return {int(row[1]): int(row[2], 8) & 0o777 for row in rows if int(row[4]) == pid}


def stranger(shmid: str) -> "subprocess.Popen[str]":
    """Another account that attaches a segment, and holds it until its input ends."""
    if os.geteuid() != 0:
        pytest.skip("only root can try it as another account")
    return python(ATTACH, shmid, str(NOBODY))


def test_another_account_attaches_an_open_segment_and_a_closed_one_no_more():
    owner = python(SHARES)
    try:
        ids = said(owner).split()
        early = stranger(ids[1])
        assert said(early) == "painted"
        assert said(owner, "close") == f"{ids[0]}:1 {ids[1]}:2 {ids[2]}:1", "the last was closed, and one is held"
        for shmid in ids:
            assert ended(stranger(shmid)) == 13, "EACCES"
        assert said(owner, "again") == ""
        assert ended(early) == 0
    finally:
        ended(owner)


def test_segments_of_other_processes_are_left_alone():
    one, other = python(SHARES), python(SHARES)
    try:
        said(one)
        said(other)
        before = segments_of(other.pid)
        said(one, "close")
        assert segments_of(other.pid) == before
        assert set(segments_of(one.pid).values()) == {0o600}
    finally:
        ended(one)
        ended(other)


@pytest.mark.slow
def test_the_picture_on_a_display_is_its_owners_alone_and_goes_on(needs, monkeypatch, tmp_path):
    needs("Xvfb")
    with Display((320, 180)) as display:
        monkeypatch.setenv("DISPLAY", display.name)
        glass = Glass(system=tmp_path)
        window = python(WINDOW)
        try:
            assert said(window) == "None"
            found = segments_of(window.pid)
            assert list(found.values()) == [0o600]
            assert glass.colours(0, 0, ((10, 10),)) == (0x12AB34,)
            assert ended(stranger(str(*found))) == 13
            said(window, "#ab1234")
            assert glass.colours(0, 0, ((10, 10),)) == (0xAB1234,)
        finally:
            ended(window)
            glass.close()
