"""A disk or a share that hangs in the kernel takes nothing away but what lies on it: the real player on a display."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image, ImageGrab

from player.uplink.counts import plays
from player.uplink.ledger_db import open_copy
from tests.bench.display import Display
from tests.flows.stagehand import wait_until
from tests.hanging import Share, disk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
SIZE = (320, 180)
RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 200, 30), (30, 30, 200), (240, 240, 240)
WAIT_S = 60.0
CONFIG = """
[screen]
id = "sq-1"
canvas = [320, 180]
[folders]
media = ["share", "media"]
playlists = ["playlists"]
state = "state"
"""
LIST = 'dwell_s = 1\ntransition = "cut"\n[[item]]\nmedia = "*.png"\n'


def picture(colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(out, "PNG")
    return out.getvalue()


class Hall:
    """A house with a display, whose player may be started several times."""

    def __init__(self, top: Path, display: str) -> None:
        self.top, self.display = top, display
        for name in ("media", "playlists", "share", "state"):
            (top / name).mkdir()
        (top / "kiosk_config.toml").write_text(CONFIG, encoding="utf-8")
        (top / "playlists" / "main.toml").write_text(LIST, encoding="utf-8")
        (top / "media" / "red.png").write_bytes(picture(RED))
        (top / "media" / "blue.png").write_bytes(picture(BLUE))
        self.started: list[subprocess.Popen[bytes]] = []

    def play(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "DISPLAY": self.display, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEODRIVER": "x11"}
        with (self.top / "log.txt").open("ab") as log:
            self.started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "player", "run"],
                    cwd=self.top,
                    env={**env, "PYTHONPATH": str(ROOT)},
                    stderr=log,
                    start_new_session=True,
                )
            )
        return self.started[-1]

    def screen_pids(self) -> set[int]:
        """The screen processes of the player that was started last; of one that is over nobody knows what it was."""
        pid = self.started[-1].pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {int(each) for each in children if b"--watched" in Path(f"/proc/{each}/cmdline").read_bytes()}

    def log(self) -> list[str]:
        return (self.top / "log.txt").read_text(encoding="utf-8").splitlines()

    def colour(self) -> tuple[int, int, int]:
        found = ImageGrab.grab(xdisplay=self.display).getpixel((5, 5))
        assert isinstance(found, tuple)
        return found[0], found[1], found[2]

    def shows(self, *colours: tuple[int, int, int]) -> None:
        """Waits until each of the colours was on the display."""
        for colour in colours:
            wait_until(lambda colour=colour: self.colour() == colour, WAIT_S, f"{colour} on the display")

    def end(self) -> None:
        for each in self.started:
            if each.poll() is None:
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with Display(SIZE) as display:
        one = Hall(tmp_path, display.name)
        try:
            yield one
        finally:
            one.end()


def hanging(hall: Hall, name: str) -> Share:
    return Share(hall.top / name, {"green.png": picture(GREEN)}, hangs=True)


@pytest.mark.parametrize("what", [("state",), ("share",), ("state", "share")])
def test_the_first_picture_waits_for_no_disk_and_the_log_for_nobody(hall: Hall, what: tuple[str, ...]) -> None:
    with ExitStack() as hangs:
        for name in what:
            hangs.enter_context(hanging(hall, name))
        hall.play()
        hall.shows(RED, BLUE, RED)
        lines = hall.log()
        wait_until(lambda: time.sleep(1) or hall.started[-1].poll() is None, 5, "it goes on")
        hall.shows(BLUE, RED, BLUE)
        assert hall.log()[len(lines) :] == [], "what goes on hanging is no news"
        hall.started[-1].terminate()
        assert hall.started[-1].wait(40) == 0


def test_a_share_that_answers_at_last_is_taken_in(hall: Hall) -> None:
    with hanging(hall, "share") as share:
        hall.play()
        hall.shows(RED)
        share.answer()
        hall.shows(GREEN)


def test_a_killed_screen_process_that_a_disk_keeps_is_left_behind_and_a_new_start_is_not_refused(hall: Hall) -> None:
    with disk(hall.top / "state") as state:
        one = hall.play()
        hall.shows(RED)
        wait_until((hall.top / "state" / "rotation.json").exists, WAIT_S, "it writes")
        state.freeze()
        hall.shows(BLUE, RED, BLUE)
        (pid,), lines = hall.screen_pids(), len(hall.log())
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: hall.screen_pids() - {pid}, WAIT_S, "another screen process")
        hall.shows(RED, BLUE, RED)
        assert Path(f"/proc/{pid}").exists(), "the kernel has not let it go"
        told = [line for line in hall.log()[lines:] if " INFO " not in line]
        assert len(told) <= 4, told
        one.terminate()
        assert one.wait(40) == 0
        hall.play()
        hall.shows(RED, BLUE)
        assert Path(f"/proc/{pid}").exists()
        state.thaw()
        wait_until(lambda: recorded(hall) >= 2, WAIT_S, "what was played meanwhile is in the ledger")
        assert hall.started[-1].poll() is None


@pytest.mark.parametrize("within", ["", "stick/"], ids=["the whole folder", "a stick in the folder"])
def test_a_mount_that_stalls_while_it_plays_takes_only_its_own_items_away(hall: Hall, within: str) -> None:
    (hall.top / "playlists" / "main.toml").write_text(LIST.replace('"*.png"', '"**/*.png"'), encoding="utf-8")
    top = hall.top / "media" / "stick" if within else hall.top / "share"
    with Share(top, {"green.png": picture(GREEN)}) as share:
        hall.play()
        hall.shows(GREEN, RED, BLUE, GREEN)
        share.hang()
        assert share.waiting.wait(WAIT_S)
        wait_until(lambda: any("does not answer" in line for line in hall.log()), WAIT_S, "it is noticed")
        lines = len(hall.log())
        for _ in range(5):
            hall.shows(RED, BLUE)
        assert len(hall.log()) - lines <= 3, hall.log()[lines:]
        (hall.top / "media" / "more.png").write_bytes(picture(WHITE))
        hall.shows(WHITE, RED)
        share.answer()
        hall.shows(GREEN)


def test_a_stick_that_is_pulled_and_comes_back_costs_only_its_own_items(hall: Hall) -> None:
    stick = {"green.png": picture(GREEN)}
    with Share(hall.top / "share", stick) as share:
        hall.play()
        hall.shows(GREEN, RED, BLUE, GREEN)
        share.end()
        for _ in range(3):
            hall.shows(RED, BLUE)
    lines = len(hall.log())
    hall.shows(RED, BLUE, RED, BLUE)
    assert len(hall.log()) - lines <= 2, hall.log()[lines:]
    with Share(hall.top / "share", stick):
        hall.shows(GREEN, RED, GREEN)
        hall.end()


def test_a_film_whose_disk_stalls_makes_room_for_the_others_and_is_not_blamed(hall: Hall) -> None:
    (hall.top / "playlists" / "main.toml").write_text(
        'dwell_s = 1\ntransition = "cut"\n[[item]]\nmedia = "red.png"\n[[item]]\nmedia = "film.mp4"\n', encoding="utf-8"
    )
    film = noisy_film(hall.top / "film.mp4").read_bytes()
    with Share(hall.top / "share", {"film.mp4": film}) as share:
        hall.play()
        hall.shows(RED)
        wait_until(lambda: hall.colour() != RED, WAIT_S, "the film")
        share.hang()
        hall.shows(RED, RED)
        assert hall.started[-1].poll() is None
        share.answer()
        wait_until(lambda: hall.colour() != RED, WAIT_S, "the film again")
    assert not any("quarantined" in line for line in hall.log())


def noisy_film(path: Path) -> Path:
    """A film of which a part that is read at once lasts a second or two."""
    noise = "nullsrc=size=320x180:rate=25:duration=40,geq=random(1)*255:128:128"
    words = ["-f", "lavfi", "-i", noise, "-c:v", "mpeg4", "-q:v", "2", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *words], check=True)
    return path


def recorded(hall: Hall) -> int:
    try:
        db = open_copy(hall.top / "state" / "ledger.db")
    except Exception:
        return 0
    try:
        return sum(1 for _ in plays(db, 0, 2**53))
    finally:
        db.close()
