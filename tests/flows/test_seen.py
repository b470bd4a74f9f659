"""Whether anybody could see it: the real player on a real display, and what its ledger says of each play."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.display import Display
from tests.flows.stagehand import ABOVE, CANVAS, ROOT, TICKER, Stagehand, picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WAIT_S = 60.0
COVER = """
import sys, pygame
width, height = map(int, sys.argv[1:])
window = pygame.display.set_mode((width, height), pygame.NOFRAME)
while True:
    window.fill("magenta")
    pygame.display.flip()
    pygame.event.pump()
    pygame.time.wait(100)
"""


class Ledger:
    """The records of a running player, as they come."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "var" / "player" / "ledger.db"

    def records(self, kind: str) -> list[dict[str, Any]]:
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self._path)) as db:
            told = [json.loads(text) for (text,) in db.execute("SELECT text FROM record ORDER BY epoch, seq")]
            return [record for record in told if record["kind"] == kind]
        return []

    def displays(self) -> list[dict[str, Any]]:
        return [record["details"] for record in self.records("event") if record["what"] == "display"]

    def words(self, zone: str, after_ms: float = 0.0) -> list[str]:
        """How the plays of a zone were presented that began after a moment."""
        own = [play for play in self.records("play") if play["zone"] == zone and play["mono_ms"] > after_ms]
        return [play.get("presented", "unknown") for play in own if play["actual_ms"]]


def await_(what: Callable[[], Any]) -> Any:
    until = time.monotonic() + WAIT_S
    while not (found := what()):
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.1)
    return found


@contextlib.contextmanager
def window_over(display: str, width: int, height: int, left: int, top: int) -> Iterator[None]:
    """Somebody's window on top of everything."""
    env = {**os.environ, "DISPLAY": display, "SDL_VIDEO_WINDOW_POS": f"{left},{top}", "SDL_VIDEODRIVER": "x11"}
    words = [sys.executable, "-c", COVER, str(width), str(height)]
    over = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        over.kill()
        over.wait()


@pytest.fixture
def display(needs: Callable[..., None]) -> Display:
    needs("Xvfb")
    return Display(CANVAS)


@pytest.fixture
def stage(tmp_path: Path, display: Display) -> Stagehand:
    made = Stagehand(tmp_path / "stage", ticker=True, display=display)
    for number, colour in enumerate(((200, 20, 20), (20, 20, 200), (230, 230, 230))):
        picture(made.media / f"{number}.png", colour)
    made.playlist("main", 'dwell_s = 3\ntransition = "fade"\n[[item]]\nmedia = "*.png"\n')
    made.playlist("ticker", TICKER.format("不轻信"))
    return made


def assert_seen(words: list[str]) -> None:
    """Fades and running text are no alarm; one that was cut before anybody looked is unknown."""
    assert "seen" in words
    assert set(words) <= {"seen", "unknown"}


def now_ms() -> float:
    return time.monotonic() * 1000


def test_a_window_over_one_zone_covers_its_plays_and_no_others(stage: Stagehand) -> None:
    ledger = Ledger(stage.folder)
    with stage:
        await_(lambda: len(ledger.words("main")) >= 3 and ledger.words("ticker"))
        assert_seen(ledger.words("main"))
        assert_seen(ledger.words("ticker"))
        with window_over(stage.display, CANVAS[0], CANVAS[1] - ABOVE, 0, ABOVE):
            await_(lambda: {"presented": "covered", "was": "seen", "zones": "ticker"} in ledger.displays())
            covered_ms = now_ms()
            await_(lambda: ledger.words("ticker", covered_ms) and len(ledger.words("main", covered_ms)) >= 2)
            assert "seen" not in ledger.words("ticker", covered_ms)
            assert_seen(ledger.words("main", covered_ms))
        await_(lambda: {"presented": "seen", "was": "covered"} in ledger.displays())
        back_ms = now_ms()
        await_(lambda: "seen" in ledger.words("ticker", back_ms))
    assert_seen(ledger.words("main"))
    assert "covered" in ledger.words("ticker")
    counts = stage.command("plays", "--by", "presented", "--json").stdout
    assert {json.loads(line)["presented"] for line in counts.splitlines()} >= {"seen", "covered"}


def test_a_window_over_a_few_lines_of_a_picture_covers_it(stage: Stagehand) -> None:
    ledger = Ledger(stage.folder)
    with stage:
        await_(lambda: ledger.words("main"))
        with window_over(stage.display, CANVAS[0], 30, 0, 130):
            covered_ms = now_ms()
            await_(lambda: len(ledger.words("main", covered_ms)) >= 3)
            words = ledger.words("main", covered_ms)
    assert words.count("covered") >= len(words) - 1, "between two sets of points a look may miss a strip once"


def test_when_the_x_server_ends_plays_go_on_and_are_without_a_display(stage: Stagehand, display: Display) -> None:
    ledger = Ledger(stage.folder)
    with stage:
        await_(lambda: ledger.words("main"))
        os.kill(display.pid, signal.SIGKILL)
        ended_ms = now_ms()
        await_(lambda: len(ledger.words("main", ended_ms)) >= 2 and ledger.words("ticker", ended_ms))
        await_(lambda: {"presented": "no-display", "was": "seen"} in ledger.displays())
        await_(lambda: "[注意] 自检：" in (page := stage.command("doctor").stdout) and "没有接上显示屏" in page)
    assert set(ledger.words("main", ended_ms) + ledger.words("ticker", ended_ms)) == {"no-display"}
    assert stage.command("verify").returncode == 0


def test_an_x_server_that_hangs_under_a_still_picture_is_said_and_written_down(
    stage: Stagehand, display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stage.playlists / "ticker.toml").unlink()
    stage.playlist("main", 'dwell_s = 600\n[[item]]\nmedia = "0.png"\n')
    ledger = Ledger(stage.folder)
    with stage:
        monkeypatch.setenv("DISPLAY", display.name)
        await_(lambda: "shows what is played" in stage.log)
        os.kill(display.pid, signal.SIGSTOP)
        try:
            await_(lambda: {"presented": "unknown", "was": "seen"} in ledger.displays())
            page = stage.command("doctor").stdout
            assert page.count("显示服务（X）没有回应") == 2, page
        finally:
            os.kill(display.pid, signal.SIGCONT)
        await_(lambda: {"presented": "seen", "was": "unknown"} in ledger.displays())
        assert "starting it again" not in stage.log


def test_an_x_server_that_hangs_under_a_moving_picture_is_waited_for_and_nothing_is_started_again(
    stage: Stagehand, display: Display
) -> None:
    ledger = Ledger(stage.folder)
    with stage:
        await_(lambda: "shows what is played" in stage.log)
        os.kill(display.pid, signal.SIGSTOP)
        try:
            await_(lambda: "does not answer" in stage.log)
            lines = len(stage.log.splitlines())
            stopped_ms = now_ms()
            await_(lambda: now_ms() - stopped_ms > 12_000)
            assert len(stage.log.splitlines()) == lines, "said once"
        finally:
            os.kill(display.pid, signal.SIGCONT)
        back_ms = now_ms()
        await_(lambda: ledger.words("main", back_ms))
        await_(lambda: "seen" in ledger.words("main", back_ms))
        assert "starting it again" not in stage.log
    assert "unknown" in ledger.words("main") or "unknown" in ledger.words("ticker")


@pytest.mark.parametrize(
    ("words", "driver", "presented"), [(["--headless"], "x11", "headless"), ([], "dummy", "no-display")]
)
def test_a_player_that_was_started_headless_says_so_of_every_play(
    stage: Stagehand, display: Display, words: list[str], driver: str, presented: str
) -> None:
    stage.command("check")
    env = {**os.environ, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEODRIVER": driver}
    command = [sys.executable, "-m", "player", "run", "--config", str(stage.folder / "kiosk_config.toml"), *words]
    with display:
        subprocess.run([*command, "--for", "8"], cwd=ROOT, env={**env, "DISPLAY": display.name}, check=True)
    ledger = Ledger(stage.folder)
    assert len(ledger.words("main")) >= 2
    assert set(ledger.words("main")) == {presented}


def test_a_player_without_a_supervisor_knows_nothing(stage: Stagehand, display: Display) -> None:
    stage.command("check")
    env = {**os.environ, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEODRIVER": "x11"}
    config = str(stage.folder / "kiosk_config.toml")
    command = [sys.executable, "-m", "player", "run", "--config", config, "--watched", "--for", "8"]
    with display:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**env, "DISPLAY": display.name}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert process.wait(60) == 0
        assert process.stdin is not None
        process.stdin.close()
    ledger = Ledger(stage.folder)
    assert len(ledger.words("main")) >= 2
    assert set(ledger.words("main")) == {"unknown"}
