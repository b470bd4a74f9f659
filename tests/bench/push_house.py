"""A town for the push bench: broker, office, collector, download server and one screen, all as people run them."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from PIL import Image

from office.broker.local import open_broker
from office.broker.rights import Rights
from office.place import Place, found
from office.voice import office_broker
from player.uplink.ledger_db import open_copy
from signage.ledger import ReceiptRecord, read
from signage.link import Arrived, Link
from signage.topics import Topics
from tests.bench.display import Display
from tests.brokers import is_open, wait_until
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SCREEN = "push-1"
START_S = 90.0
Line = dict[str, float | str]
"""One of the trace."""


class Ear:
    """Hears heads as a screen does, and when each came."""

    def __init__(self, place: Place) -> None:
        told = place.settings()
        self.heads: list[tuple[float, bytes]] = []
        self._came_at = 0.0
        self._link = Link(
            office_broker(place, told), "bench-ear", filters=(Topics(told.prefix).office("head"),),
            on_news=self._note, first_delay_s=0.1,
        )  # fmt: skip
        self._link.start()
        wait_until(lambda: self._link.connected, "the ear's connection")

    def _note(self) -> None:
        """On the link's thread: a clock read as soon as the packet was."""
        now = time.monotonic()
        for each in self._link.take():
            if isinstance(each, Arrived) and all(each.payload != known for _, known in self.heads):
                self.heads.append((now, each.payload))

    def heard_at(self, head: bytes) -> float | None:
        """Gives when a head first came."""
        return next((at for at, known in self.heads if known == head), None)

    def stop(self) -> None:
        self._link.stop()


class Screen:
    """The player, and what it has shown."""

    def __init__(self, folder: Path, enrolment: Path, display: Display | None) -> None:
        self.folder, self._trace = folder, folder / "trace.jsonl"
        clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        shown = {"DISPLAY": display.name, "SDL_VIDEODRIVER": "x11"} if display is not None else {}
        words = ["--enrolment", str(enrolment), "--trace", str(self._trace)]
        words += [] if display is not None else ["--headless"]
        with (folder / "player.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "player", "run", "--config", str(folder / "kiosk_config.toml"), *words],
                cwd=folder, stdout=log, stderr=log,
                env={**clean, **shown, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy"},
            )  # fmt: skip
        self.lines: list[Line] = []
        self._read = 0

    def look(self) -> list[Line]:
        """Gives the trace so far."""
        if self._trace.exists():
            with self._trace.open("rb") as file:
                file.seek(self._read)
                text = file.read()
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
            self.lines += [line for line in map(json.loads, whole.splitlines()) if line.get("zone") == "main"]
        return self.lines

    def await_frame(self, true: Callable[[Line], bool], what: str, since: int = 0) -> Line:
        """Waits for the first frame behind the first `since` that is so."""
        found: list[Line] = []

        def came() -> bool:
            found[:] = [line for line in self.look()[since:] if true(line)]
            return bool(found)

        wait_until(came, what, START_S)
        return found[0]

    def receipts(self) -> dict[tuple[int, str], float]:
        """Gives the moment of every receipt in monotonic seconds, by publication and step."""
        db = open_copy(self.folder / "var" / "player" / "ledger.db")
        told = [read(line.text) for epoch in db.epochs() for line in db.lines(epoch)]
        db.close()
        return {(r.publication, r.step): r.mono_ms / 1000 for r in told if isinstance(r, ReceiptRecord)}

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)


class Town:
    """Everything that runs."""

    def __init__(self, place: Place, screen: Screen, ear: Ear) -> None:
        self.place, self.screen, self.ear = place, screen, ear


@contextmanager
def running(folder: Path, canvas: tuple[int, int], *, seen: bool) -> Iterator[Town]:
    """Starts a town in a folder; `seen`: its screen has a window on a display of its own."""
    from office.settings import open_office

    kiosk, place = folder / "kiosk", Place(folder / "office")
    (kiosk / "media").mkdir(parents=True)
    (kiosk / "playlists").mkdir()
    config = kiosk / "kiosk_config.toml"
    config.write_text(f'[screen]\nid = "{SCREEN}"\ncanvas = [{canvas[0]}, {canvas[1]}]\n[sound]\nquiet = []\n')
    found(place)
    open_office(place)
    from office.trial import ground

    ground.make_keys(place, dt.datetime.now(dt.UTC))
    port = free_port()
    here = f"127.0.0.1:{port}"

    def prepare(url: str) -> None:
        ground.set_addresses(place, broker=url, http=f"http://{here}", listen=here)
        ground.enroll_screen(place, config, dt.datetime.now(dt.UTC))

    with ExitStack() as parts:
        told = place.settings()
        rights = Rights(told.prefix, told.user)
        broker = open_broker(place.broker, free_port(), rights, place.broker_passwords, prepare=prepare)
        parts.callback(broker.stop)
        for command in ("serve", "collect"):
            parts.enter_context(_office(place, command))
        wait_until(lambda: is_open(port), "the download server", START_S)
        ear = Ear(place)
        parts.callback(ear.stop)
        display = parts.enter_context(Display(canvas)) if seen else None
        screen = Screen(kiosk, place.home / "enrolments" / SCREEN, display)
        parts.callback(screen.stop)
        yield Town(place, screen, ear)


@contextmanager
def _office(place: Place, command: str) -> Iterator[None]:
    with (place.home / f"{command}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "office", command, "--home", str(place.home)],
            cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def pictures(folder: Path, count: int, canvas: tuple[int, int]) -> None:
    """Makes pictures as a camera would: JPEG files of the canvas's size, with grain."""
    folder.mkdir(parents=True)
    for number in range(count):
        grain = Image.effect_noise((canvas[0] // 2, canvas[1] // 2), 40 + 10 * number).resize(canvas)
        tint = Image.new("RGB", canvas, (40 + 40 * number, 120, 200 - 30 * number))
        Image.blend(grain.convert("RGB"), tint, 0.6).save(folder / f"poster-{number}.jpg", quality=88)
