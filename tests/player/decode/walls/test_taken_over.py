"""What a decoder that was taken over can do to others: tried by bare system calls behind the walls of a real worker."""

import fcntl
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.decode.protocol import Hello
from tests.samples.taken_over import ROOT, WAYS, exit_code_of, spawned

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
REFUSED = {"EPERM", "ENOSYS", "ENOTTY", "EAGAIN", "EACCES", "ENXIO", "PermissionError", "RuntimeError"}
OLDER = "from functools import partial; worker.sandbox.enter = partial(worker.sandbox.enter, landlock_at_most={})"
"""Prepares a worker that finds an older kernel; at 0 one without landlock."""
TakeOver = Callable[..., tuple[Hello, dict[str, str]]]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def take_over(request: pytest.FixtureRequest) -> TakeOver:
    return request.param


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process
        process.kill()


def got_through(found: dict[str, str]) -> dict[str, str]:
    assert found
    return {name: result for name, result in found.items() if result not in REFUSED}


def state_of(pid: int) -> tuple[object, ...]:
    status = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    limits = tuple(resource.prlimit(pid, number) for number in range(16))
    return status[0] in "TZX", status[15:18], limits, os.sched_getaffinity(pid), os.sched_getscheduler(pid)


def test_it_does_nothing_to_another_process_of_the_same_user(take_over, victim):
    before, ours = state_of(victim.pid), state_of(os.getpid())
    hello, found = take_over({"victim": victim.pid})
    assert "seccomp" in hello.sandbox
    assert got_through(found) == {}
    assert state_of(victim.pid) == before
    assert state_of(os.getpid()) == ours
    assert victim.poll() is None


def test_it_locks_no_file_that_another_process_needs_not_even_one_that_it_was_given(take_over, tmp_path):
    held = tmp_path / "lock"
    held.touch()
    with held.open("r+") as given:
        assert got_through(take_over({"held": given.fileno()}, pass_fds=(given.fileno(),))[1]) == {}
        with held.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_it_has_no_third_thread_no_process_no_new_code_no_network_and_no_way_into_the_kernel(take_over):
    assert got_through(take_over({"more": True})[1]) == {}


def test_it_reads_nothing_of_the_users_by_name_and_sees_no_folder(take_over, tmp_path):
    state, media = tmp_path / "state", tmp_path / "media"
    for folder in (state, media):
        folder.mkdir()
        (folder / "a").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(state / "a")
    beside = ROOT / "pyproject.toml"  # in a checkout state and media lie beside the code
    paths = [
        str(path) for path in (
            state, state / "a", media, media / "a", tmp_path / "link", beside, ROOT, Path.home(), Path("/etc/shadow"),
            Path("/etc/passwd"), Path("/home"), Path("/"), Path("/tmp"), Path("/dev"), Path("/run"),
            Path("/proc/self/maps"), Path("/proc/self/mem"), Path("/proc"), Path(f"/proc/{os.getpid()}/environ"),
            Path("/sys"), Path("/var"), ROOT / "player" / ".." / "pyproject.toml",
        )
    ]  # fmt: skip
    hello, found = take_over({"paths": paths})
    if "landlock" not in hello.sandbox:
        pytest.skip("this kernel has no landlock")
    assert {name: result for name, result in found.items() if result not in ("EACCES", "EPERM", "ENOTDIR")} == {}
    assert len(found) == 2 * len(paths)


@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="another user's file needs root to be made")
def test_of_a_player_that_runs_as_root_it_reads_no_other_users_file_even_without_landlock(take_over, tmp_path):
    tmp_path.chmod(0o755)
    private = tmp_path / "private"
    private.write_bytes(b"secret")
    private.chmod(0o600)
    os.chown(private, 65534, 65534)
    hello, found = take_over({"paths": [str(private)]}, OLDER.format(0))
    assert "no-capabilities" in hello.sandbox
    assert found[str(private)] == "EACCES"


@pytest.mark.parametrize("at_most", [0, 1, 2, 3, 4, 5, 6, 7])
def test_on_an_older_kernel_it_does_no_more_to_others(at_most, victim, tmp_path):
    before = state_of(victim.pid)
    held = tmp_path / "lock"
    held.touch()
    enter = "from functools import partial; worker.sandbox.enter = partial(worker.sandbox.enter, landlock_at_most={})"
    hello, found = spawned({"victim": victim.pid, "more": True, "paths": [str(held)]}, enter.format(at_most))
    walls = set(hello.sandbox) & {"landlock", "no-network", "no-signals"}
    assert walls <= {"landlock"} | ({"no-network"} if at_most >= 4 else set()) | (
        {"no-signals"} if at_most >= 6 else set()
    )
    names = {str(held), f"list {held}"}
    assert got_through({name: result for name, result in found.items() if name not in names}) == {}
    assert state_of(victim.pid) == before
    assert found[str(held)] == ("EACCES" if "landlock" in walls else "done")


def on_terminal(screen: int) -> Callable[[], None]:
    def become_foreground() -> None:
        os.setsid()
        fcntl.ioctl(screen, termios.TIOCSCTTY, 0)

    return become_foreground


@pytest.mark.parametrize("way", [way.__name__ for way in WAYS])
def test_it_types_nothing_into_the_terminal_that_the_player_was_started_in(way):
    keyboard, screen = pty.openpty()
    script = (
        "import json; from tests.samples import taken_over as t;"
        f"hello, found = t.{way}({{'terminal': {screen}}}, {OLDER.format(0)!r}, pass_fds=({screen},));"
        "print(json.dumps([hello.sandbox, found]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, preexec_fn=on_terminal(screen), pass_fds=(screen,),
        stdout=subprocess.PIPE, check=True, timeout=60,
    )  # fmt: skip
    walls, found = json.loads(run.stdout)
    assert "no-terminal" in walls
    assert got_through(found) == {}
    assert found["the controlling terminal"] == "ENXIO"
    assert found["TIOCSTI"] == "ENOTTY"
    os.set_blocking(screen, False)
    with pytest.raises(BlockingIOError):
        os.read(screen, 10)  # what was typed would be read here
    os.close(keyboard)
    os.close(screen)


def test_it_can_still_end_itself_as_glibc_does_when_its_heap_is_broken():
    assert exit_code_of("payload.run = lambda order: worker.os.abort()") == -signal.SIGABRT


def test_a_call_of_another_architecture_ends_it():
    if os.uname().machine != "x86_64":
        pytest.skip("only x86-64 has a second call interface that every kernel offers")
    # mov $20 (getpid), %eax; int $0x80; ret
    code = "b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3'"
    prepare = (
        "import ctypes, mmap; page = mmap.mmap(-1, 4096, prot=7);"
        f"page.write({code}); jump = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)));"
        "payload.run = lambda order: str(jump())"
    )
    assert exit_code_of(prepare) == -signal.SIGSYS
