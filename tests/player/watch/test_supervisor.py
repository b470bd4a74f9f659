"""The supervisor with the real player under it: what dies comes back where it was."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import ImageGrab

from player.watch import supervisor
from player.watch.health_file import read_health
from tests.player.commands.conftest import house  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

ROOT = Path(__file__).parents[3]
WAIT_S = 40.0
CYCLE = 'dwell_s = 4\ntransition = "cut"\n[[item]]\nmedia = "posters/*.png"\n[[item]]\ncard = "slogan"\ntext = "防诈"\n'
COVER = """
import pygame
window = pygame.display.set_mode((320, 180), pygame.NOFRAME)
while True:
    window.fill("magenta")
    pygame.display.flip()
    pygame.event.pump()
    pygame.time.wait(50)
"""


class Running:
    """A player as a person starts it."""

    def __init__(self, folder: Path, *words: str, display: str | None = None) -> None:
        clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        env = {**clean, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy"}
        if display:
            env["DISPLAY"] = display
        self.house = folder
        self.log = (folder / "log.txt").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "player", "run", "--trace", "trace.jsonl", *words],
            cwd=folder, env=env, stderr=self.log, start_new_session=True,
        )  # fmt: skip

    def screen_pid(self) -> int:
        pid = self.process.pid
        return int(await_(lambda: Path(f"/proc/{pid}/task/{pid}/children").read_text().split())[0])

    def turns(self) -> list[tuple[float, int]]:
        """Gives (when, slot) of every frame traced so far."""
        path = self.house / "trace.jsonl"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return [(line["now"], line["slot"]) for line in lines]

    def after(self, moment: float) -> list[tuple[float, int]]:
        return await_(lambda: [turn for turn in self.turns() if turn[0] > moment])

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


def await_(what: Callable[[], list]) -> list:
    until = time.monotonic() + WAIT_S
    while not (found := what()):
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.02)
    return found


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture
def player(house: Path) -> Iterator[Callable[..., Running]]:  # noqa: F811
    (house / "playlists" / "main.toml").write_text(CYCLE, encoding="utf-8")
    made: list[Running] = []

    def start(*words: str, display: str | None = None) -> Running:
        made.append(Running(house, *words, display=display))
        return made[-1]

    yield start
    for one in made:
        one.end()


def test_a_killed_screen_process_comes_back_with_the_item_that_was_showing(player):
    one = player("--headless")
    begun = await_(lambda: [slot for _, slot in one.turns()][1:])[0]
    await_(lambda: [1] if kept_running(one) == begun else [])
    moment = time.monotonic()
    os.kill(one.screen_pid(), signal.SIGKILL)
    back = one.after(moment)
    assert back[0][1] == begun, "the item that was showing is shown again"
    following = await_(lambda: [slot for _, slot in one.turns() if slot > begun])
    assert following[0] == begun + 1, "and nothing behind it is left out"


def test_an_item_in_which_the_screen_process_dies_twice_is_passed_over(player):
    one = player("--headless")
    killed = await_(lambda: [slot for _, slot in one.turns()])[0]
    for tries in (0, 1):
        await_(lambda tries=tries: [1] if kept_tries(one) == (killed, tries) else [])
        moment = time.monotonic()
        os.kill(one.screen_pid(), signal.SIGKILL)
        back = one.after(moment)[0][1]
    assert back == killed + 1


def test_a_screen_process_that_stands_still_is_killed_and_started_again(player):
    one = player("--headless")
    await_(one.turns)
    pid, moment = one.screen_pid(), time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    assert one.after(moment)
    assert is_gone(pid)
    health = read_health(one.house / "var" / "player")
    assert health is not None
    assert (health.restarts, health.last_end) == (1, "signal 9")


def test_the_screen_process_does_not_outlive_its_supervisor(player):
    one = player("--headless")
    await_(one.turns)
    pid = one.screen_pid()
    one.process.kill()
    await_(lambda: [1] if is_gone(pid) else [])


def test_ctrl_c_ends_it_all_in_order(player):
    one = player("--headless")
    await_(one.turns)
    pid = one.screen_pid()
    os.killpg(one.process.pid, signal.SIGINT)
    assert one.process.wait(20) == 0
    assert is_gone(pid)
    one.log.flush()
    assert "Traceback" not in (one.house / "log.txt").read_text()
    kept = json.loads((one.house / "var" / "player" / "rotation.json").read_bytes())
    assert kept["running"] == {}, "after an orderly end the next item is next"


def test_a_burst_of_signals_ends_it_too(player):
    """A parent with many threads that is killed sends one for each of them (prctl(2), PR_SET_PDEATHSIG)."""
    one = player("--headless")
    await_(one.turns)
    pid = one.screen_pid()
    for _ in range(300):
        one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(20) == 0
    assert is_gone(pid)


def test_a_bad_configuration_is_not_tried_again(player):
    one = player("--headless")
    one.end()
    (one.house / "kiosk_config.toml").write_text("[screen]\nid = 5\n", encoding="utf-8")
    two = player("--headless")
    assert two.process.wait(20) == 2


def test_a_second_player_on_the_same_folder_is_not_tried_again(player):
    one = player("--headless")
    await_(one.turns)
    two = player("--headless")
    assert two.process.wait(20) == 1


@pytest.mark.timeout(150)
def test_a_window_over_the_picture_is_reported_and_an_undisturbed_one_is_not(player, display):
    one = player(display=display)
    state = one.house / "var" / "player"
    await_(lambda: [1] if (h := read_health(state)) and h.screen == "fine" else [])
    env = {**os.environ, "DISPLAY": display, "SDL_VIDEO_WINDOW_POS": "0,0"}
    over = subprocess.Popen([sys.executable, "-c", COVER], env=env, stdout=subprocess.DEVNULL)
    try:
        await_(lambda: [1] if (h := read_health(state)) and h.screen in ("foreign", "frozen") else [])
    finally:
        over.kill()
        over.wait()
    await_(lambda: [1] if (h := read_health(state)) and h.screen == "fine" else [])


def test_a_display_that_vanishes_and_comes_back_shows_the_picture_again(player):
    first = Display()
    one = player(display=first.name)
    await_(lambda: [1] if first.is_lit() else [])
    slots = [slot for _, slot in await_(one.turns)]  # the trace is written a moment after the picture
    first.end(signal.SIGKILL)
    moment = time.monotonic()
    one.after(moment + 1.0)
    assert one.process.poll() is None
    again = Display(first.name)
    try:
        await_(lambda: [1] if again.is_lit() else [])
    finally:
        again.end()
    assert one.after(moment)[0][1] in (slots[-1], slots[-1] + 1), "it goes on where it was"


class Display:
    """A virtual display that can be taken away."""

    def __init__(self, name: str = "") -> None:
        read, write = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", *filter(None, [name]), "-displayfd", str(write), "-screen", "0", "640x360x24", "-nocursor"],
            pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as told:
            self.name = f":{told.readline().strip()}"

    def is_lit(self) -> bool:
        """Says whether there is a picture in its corner."""
        seen = ImageGrab.grab(xdisplay=self.name).getpixel((160, 90))
        return isinstance(seen, tuple) and max(seen[:3]) > 40

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(how)
        self._process.wait()


def kept_running(one: Running) -> int | None:
    kept = kept_tries(one)
    return kept[0] if kept else None


def kept_tries(one: Running) -> tuple[int, int] | None:
    path = one.house / "var" / "player" / "rotation.json"
    if not path.exists():
        return None
    running = json.loads(path.read_bytes())["running"].get("main")
    return (running["number"], running.get("tries", 0)) if running else None


@pytest.fixture
def display() -> Iterator[str]:
    one = Display()
    yield one.name
    one.end()


ASKS_AGAIN = """
import sys
from pathlib import Path
told = Path("starts.txt")
told.write_text((told.read_text() if told.exists() else "") + " ".join(sys.argv[1:]) + "\\n")
print('{"state": "."}', flush=True)
sys.exit(4 if told.read_text().count("\\n") == 1 else 0)
"""


def test_a_screen_process_that_asks_to_begin_anew_is_no_death(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "player.py").write_text(ASKS_AGAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(supervisor, "_ROOT", str(tmp_path))
    monkeypatch.setattr(supervisor, "LEAST_LIFE_S", 0.1)
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert supervisor.Supervisor(("run",)).run() == 0
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    assert (tmp_path / "starts.txt").read_text().splitlines() == ["run --watched", "run --watched --resumed"]
    assert read_health(tmp_path) is None, "nothing went wrong"


def test_the_service_manager_hears_of_the_screen_and_only_from_the_supervisor(player, monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(WAIT_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        one = player("--headless")
        assert manager.recv(200).startswith(b"READY=1")
        assert one.turns() is not None
        assert manager.recv(200) == b"WATCHDOG=1"
        environment = Path(f"/proc/{one.screen_pid()}/environ").read_bytes()
        assert b"NOTIFY_SOCKET" not in environment
        os.kill(one.screen_pid(), signal.SIGSTOP)
        heard: list[bytes] = []
        manager.settimeout(4.0)
        with contextlib.suppress(TimeoutError):
            while len(heard) < 4:
                heard.append(manager.recv(200))
        assert len(heard) < 4, "a screen that stands still is not said to be alive"
