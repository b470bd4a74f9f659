"""A sound card or server that goes and comes back: heard again by itself, recorded, and the picture never notices."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.display import Display
from tests.bench.sound_away import ROOT, WAYS, bring_back, screen_process, take_away, write_scene
from tests.flows.stagehand import wait_until
from tests.sound_server import SoundServer

pytestmark = pytest.mark.slow


@pytest.fixture
def server(needs, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SoundServer]:
    needs("pulseaudio", "pactl", "parec")
    made = SoundServer(tmp_path / "pulse", stand_in=getattr(request, "param", False))
    yield made
    made.kill()


def events(folder: Path) -> list[dict[str, object]]:
    """Returns the ledger's events `sound` so far."""
    with sqlite3.connect(folder / "var/player/ledger.db") as db:
        texts = [json.loads(text) for (text,) in db.execute("select text from record order by id")]
    return [each["details"] for each in texts if each.get("what") == "sound"]


@contextlib.contextmanager
def playing(server: SoundServer, folder: Path) -> Iterator[tuple[int, Callable[..., str]]]:
    """A player of a film with sound; its process, and what runs its other commands."""
    write_scene(folder)
    server.start("one", "two")
    words = [sys.executable, "-m", "player", "{}", "--config", str(folder / "kiosk_config.toml")]
    with Display((320, 180)) as display:
        env = server.environment | {"DISPLAY": display.name, "SDL_VIDEODRIVER": "x11", "PYTHONPATH": str(ROOT)}

        def say(verb: str, *more: str) -> str:
            command = [word.format(verb) for word in words] + list(more)
            return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False).stdout

        player = subprocess.Popen([word.format("run") for word in words], env=env, cwd=folder)
        try:
            assert server.hears("one", 30.0) is not None
            yield player.pid, say
        finally:
            player.terminate()
            player.wait()


def has_ended_with(folder: Path, device: str, was: str) -> Callable[[], bool]:
    return lambda: events(folder)[-1:] == [{"device": device, "was": was}]


def test_sound_that_goes_in_any_way_comes_back_and_is_written_down(server: SoundServer, tmp_path: Path) -> None:
    with playing(server, tmp_path) as (player, say):
        screen = screen_process(player)
        for way in WAYS:
            take_away(server, way)
            wait_until(has_ended_with(tmp_path, "gone", "there"), 20.0, f"event: {way}")
            bring_back(server, way)
            assert server.hears("one", 5.0) is not None, way
            assert screen_process(player) == screen, f"the picture was lost: {way}"
            wait_until(has_ended_with(tmp_path, "there", "gone"), 20.0, f"back: {way}")
        server.kill()
        assert "没有可用的声音设备" in say("doctor")
        wait_until(lambda: "unheard" in say("plays", "--json"), 40.0, "a film that nobody heard")


@pytest.mark.parametrize("server", [True], indirect=True)
def test_a_sound_server_that_has_nothing_but_its_dummy_is_not_heard(server: SoundServer, tmp_path: Path) -> None:
    with playing(server, tmp_path) as (_, say):
        server.unplug()
        wait_until(has_ended_with(tmp_path, "dummy", "there"), 20.0, "an event")
        assert "没有找到声卡" in say("doctor")
        server.plug("one")
        assert server.hears("one", 5.0) is not None
        wait_until(has_ended_with(tmp_path, "there", "dummy"), 20.0, "back")
