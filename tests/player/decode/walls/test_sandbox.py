"""The walls, tried from inside by a process that has raised them as a worker does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from player.decode.prober import Prober
from player.decode.walls import landlock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
ROOT = Path(__file__).resolve().parents[4]

TRIES = """
import ctypes, errno, json, mmap, os, resource, socket, subprocess, sys, threading
from player.decode.walls import sandbox, landlock, seccomp
from player.decode.walls.readable import readable_paths
{prepare}
walls = sandbox.enter([sys.argv[1], *readable_paths([])], low=True, landlock_at_most={at_most})
nice = os.nice(0)
walls += sandbox.give_up_calls()
libc = ctypes.CDLL(None, use_errno=True)
def outcome(try_it):
    try:
        return "done" if try_it() is not False else "refused"
    except (OSError, subprocess.SubprocessError, MemoryError, RuntimeError) as error:
        return errno.errorcode.get(getattr(error, "errno", 0) or 0, type(error).__name__)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
folder = sys.argv[1]
X86 = os.uname().machine == "x86_64"
print(json.dumps(dict(
    walls=walls,
    inet=outcome(lambda: socket.socket(socket.AF_INET)),
    unix=outcome(lambda: socket.socket(socket.AF_UNIX)),
    netlink=outcome(lambda: socket.socket(16, socket.SOCK_RAW)),
    write=outcome(lambda: open(folder + "/new", "w")),
    change=outcome(lambda: open(folder + "/old", "r+")),
    append=outcome(lambda: open(folder + "/old", "a")),
    unlink=outcome(lambda: os.unlink(folder + "/old")),
    rename=outcome(lambda: os.rename(folder + "/old", folder + "/moved")),
    mkdir=outcome(lambda: os.mkdir(folder + "/dir")),
    symlink=outcome(lambda: os.symlink("/", folder + "/link")),
    chmod=outcome(lambda: os.chmod(folder + "/old", 0o600)),
    fork=outcome(lambda: os._exit(0) if os.fork() == 0 else True),
    exec=outcome(lambda: os.execv("/bin/true", ["true"])),
    spawn=outcome(lambda: subprocess.run(["/bin/true"])),
    clone3=outcome(lambda: call(435, None, 0)),
    kill=outcome(lambda: os.kill(os.getppid(), 0)),
    ptrace=outcome(lambda: call(101 if X86 else 117, 16, 0, 0, 0)),  # to be traced would hang the test
    mount=outcome(lambda: call(165 if X86 else 40, None, None, None, 0, None)),
    memory=outcome(lambda: len(bytearray(3 * 1024**3)) and True),
    read=open(folder + "/old").read(),
    thread=outcome(lambda: threading.Thread(target=str).start()),
    lazy=outcome(lambda: __import__("wave") and True),
    nice=nice,
)))
"""


def tried(folder: Path, prepare: str = "", at_most: int | None = None) -> dict[str, object]:
    (folder / "old").write_text("kept")
    run = subprocess.run(
        [sys.executable, "-c", TRIES.format(prepare=prepare, at_most=at_most), str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert (folder / "old").read_text() == "kept"
    assert sorted(p.name for p in folder.iterdir()) == ["old"]
    return json.loads(run.stdout)


FORBIDDEN = [
    "inet", "unix", "netlink", "write", "change", "append", "unlink", "rename", "mkdir", "symlink", "chmod", "fork",
    "exec", "spawn", "kill", "ptrace", "mount",
]  # fmt: skip


def test_a_walled_process_reads_and_computes_and_does_nothing_else(tmp_path):
    found = tried(tmp_path)
    assert {"rlimits", "no-new-privs", "seccomp"} <= set(found["walls"])
    assert {name: found[name] for name in FORBIDDEN if found[name] not in ("EPERM", "EACCES", "EAGAIN")} == {}
    assert found["clone3"] == "ENOSYS"
    assert found["memory"] == "MemoryError"
    assert (found["read"], found["thread"], found["lazy"]) == ("kept", "RuntimeError", "done")
    assert found["nice"] >= 10


def test_without_landlock_seccomp_alone_keeps_files_from_being_written(tmp_path):
    found = tried(tmp_path, at_most=0)
    assert "landlock" not in found["walls"]
    assert {name: found[name] for name in FORBIDDEN if found[name] not in ("EPERM", "EAGAIN")} == {}


def test_without_seccomp_landlock_alone_keeps_files_from_being_written(tmp_path):
    found = tried(tmp_path, "seccomp.enter = lambda libc: []")
    if "landlock" not in found["walls"]:
        pytest.skip("this kernel has no landlock")
    for name in ("write", "change", "append", "unlink", "rename", "mkdir", "symlink"):
        assert found[name] == "EACCES", name


def test_a_worker_says_which_walls_stand(media):
    with Prober() as prober:
        prober.probe(media("rgb.png"))
        assert {"rlimits", "no-capabilities", "no-new-privs", "seccomp"} <= set(prober.sandbox)
        status = Path(f"/proc/{prober.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status
        for thread in Path(f"/proc/{prober.pid}/task").iterdir():
            told = dict(line.split(":\t") for line in (thread / "status").read_text().splitlines() if ":\t" in line)
            assert [int(told[f"Cap{name}"], 16) for name in ("Inh", "Prm", "Eff", "Amb")] == [0] * 4
        limits = Path(f"/proc/{prober.pid}/limits").read_text()
        assert "Max address space         2147483648" in limits


def test_a_worker_holds_no_descriptor_but_its_own(media):
    with Prober() as prober:
        held = open("/etc/passwd")  # noqa: SIM115
        os.set_inheritable(held.fileno(), True)
        prober.probe(media("rgb.png"))
        folder = Path(f"/proc/{prober.pid}/fd")
        names = {os.readlink(fd) for fd in folder.iterdir()}
        held.close()
        assert "/etc/passwd" not in names
        assert {name.partition(":")[0] for name in names} == {"pipe", "/dev/null", "socket"}
        assert len(names) == 3


def test_landlock_knows_the_kernels_of_years_to_come():
    assert landlock._ACCESS_BITS[max(landlock._ACCESS_BITS)] == 16
