"""A whole county of real processes: office (collector and server), broker, screens; and what each of them holds.

The broker lets everybody in: whoever connects to it here is the thief who has stolen it.
"""

import datetime as dt
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from office.collecting.reading import MOST_SEQ, SEQ_BITS
from office.place import Place, found
from office.trusting import setup
from player.uplink.ledger_db import open_copy
from signage.link import Arrived, Broker, Link
from signage.topics import Topics
from tests.brokers import Mosquitto
from tests.brokers import wait_until as wait_until_true
from tests.office.people import AT, GUAN, PASSPHRASES
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
WITHIN_S = 60.0
CARDS = 'dwell_s = 1\ntransition = "cut"\n[[item]]\ncard = "slogan"\ntext = "{}"\n'
ON_TOP = 'rank = "broadcast"\nstarts = ["00:00"]\nlasts_min = 1439\n'
CONFIG = '[screen]\nid = "{}"\ncanvas = [320, 180]\n[office]\nenrolment = "enrolment"\n[sound]\nenabled = false\n'

Hashes = dict[tuple[str, int], bytes]
"""The hash of every record, by epoch and number."""


def wait_until(true: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
    """Waits until something is so; looks rarely, for two processors do all the work."""
    wait_until_true(lambda: bool(true()) or time.sleep(0.1) is not None, what, within_s)


class Program:
    """One process of ours, whose words are kept."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._folder, self._words = folder, words
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it."""
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
        env = {**{k: v for k, v in os.environ.items() if k not in hidden}, "PYTHONPATH": str(ROOT)}
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._words], cwd=self._folder, env={**env, "SDL_AUDIODRIVER": "dummy"},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, its children too when it is killed."""
        if self._process is None:
            return
        if self._process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self._process.pid, how)
            else:
                self._process.send_signal(how)
        self._process.wait(WITHIN_S)
        self._process = None

    @property
    def log_path(self) -> Path:
        """Where its words are."""
        return self._folder / f"{self._words[0]}-{self._words[1]}.log"

    @property
    def log(self) -> str:
        """What it said."""
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""


class Machine(Program):
    """A screen's PC: what lies on its disk, and the player when it runs."""

    def __init__(self, folder: Path, screen: str) -> None:
        super().__init__(folder, "player", "run", "--headless")
        self.folder, self.screen, self.state = folder, screen, folder / "var" / "player"

    def furnish(self) -> None:
        """Writes what a screen has of its own."""
        (self.folder / "playlists").mkdir(parents=True)
        (self.folder / "media").mkdir()
        (self.folder / "kiosk_config.toml").write_text(CONFIG.format(self.screen), encoding="utf-8")
        (self.folder / "playlists" / "main.toml").write_text(CARDS.format("防诈"), encoding="utf-8")

    def cloned(self, folder: Path) -> "Machine":
        """Gives a second machine from an image of this disk."""
        shutil.copytree(self.folder, folder)
        return Machine(folder, self.screen)

    def hashes(self) -> Hashes:
        """Gives every record that lies here."""
        return hashes(self.state / "ledger.db")

    @property
    def uplink(self) -> dict[str, Any]:
        """How it stands with the broker, in its own words."""
        path = self.state / "uplink.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}


class County:
    """The office with its people and its broker; `with` starts it, the end ends every machine too."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.folder, self.broker, self.home = folder, broker, folder / "office"
        self.machines: list[Machine] = []
        port = free_port()
        place = Place(self.home)
        found(place)
        setup.begin_office(place, "guan", PASSPHRASES["guan"], AT)
        setup.admit_person(place, "zhang", "author", PASSPHRASES["zhang"], root=GUAN, at=AT)
        setup.admit_person(place, "li", "approver", PASSPHRASES["li"], root=GUAN, at=AT)
        text = place.settings_file.read_text(encoding="utf-8")
        text = text.replace("mqtt://127.0.0.1:1883", broker.url).replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        place.settings_file.write_text(text, encoding="utf-8")
        self.signs = tuple(self._signing())
        self.collector = Program(folder, "office", "collect", "--home", str(self.home))
        self.server = Program(folder, "office", "serve", "--home", str(self.home))

    def _signing(self) -> Iterable[str]:
        for role, person in (("author", "zhang"), ("approver", "li")):
            (self.folder / person).write_text(PASSPHRASES[person] + "\n")
            yield f"--passphrase-file-{role}={self.folder / person}"

    def office(self, *words: str, code: int = 0) -> str:
        """Runs one of the office's commands, and gives what it said."""
        done = self._run(*words)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def try_office(self, *words: str) -> str:
        """The same for one that may fail."""
        return self._run(*words).stdout

    def _run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "office", *words, "--home", str(self.home)], cwd=self.folder, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=2 * WITHIN_S,
        )  # fmt: skip

    def enroll(self, screen: str) -> Machine:
        """Enrols a screen, and gives its machine."""
        machine = Machine(self.folder / screen, screen)
        machine.furnish()
        self.office("enroll", screen, "--out", str(machine.folder / "enrolment"))
        self.machines.append(machine)
        return machine

    def was_there_since(self, screen: str, at: dt.datetime) -> None:
        """Lets a screen have been enrolled earlier than it was."""
        with closing(sqlite3.connect(self.home / "db.sqlite3", timeout=30)) as database, database:
            database.execute(
                "UPDATE office_screen SET enrolled_at = ? WHERE id = ?", (str(at.replace(tzinfo=None)), screen)
            )

    def second(self, machine: Machine, name: str) -> Machine:
        """Gives a second machine with the same identity, from an image of the first one's disk."""
        clone = machine.cloned(self.folder / name)
        self.machines.append(clone)
        return clone

    def push(self, words: str, *, wait_s: float = 0) -> str:
        """Has two people publish a card on top of everything else."""
        folder = self.folder / "town" / "playlists"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "town.toml").write_text(ON_TOP + CARDS.format(words), encoding="utf-8")
        return self.office("push", str(folder.parent), "--to", "all", "--wait", str(wait_s), *self.signs)

    def sign(self) -> None:
        """Has two people sign what is published, above what screens trust."""
        self.office("keys", "sign", *self.signs)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Asks the office's database."""
        with closing(sqlite3.connect(f"file:{self.home / 'db.sqlite3'}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(query).fetchall()

    def hashes(self) -> Hashes:
        """Gives every record that the office has stored."""
        names = dict(self.rows("SELECT id, name FROM office_ledgerepoch"))
        told = self.rows("SELECT id, hash FROM office_ledgerrecord")
        return {(names[key >> SEQ_BITS], key & MOST_SEQ): bytes(digest) for key, digest in told}

    def plays(self) -> int:
        """Gives how many plays are counted."""
        return int(self.rows("SELECT count(*) FROM office_play")[0][0])

    def alarms(self) -> set[str]:
        """Gives the kinds of alarms that are open, but for `display`: nobody can see a player without a window."""
        found = {kind for (kind,) in self.rows("SELECT kind FROM office_alarm WHERE closed_at IS NULL")}
        return found - {"display"}

    def screen(self, screen: str) -> dict[str, Any]:
        """Gives what `screens` says of one."""
        for line in self.office("screens", "--json").splitlines():
            if (told := json.loads(line))["screen"] == screen:
                return dict(told)
        raise AssertionError(f"{screen} is not enrolled")

    def status(self, screen: str) -> str:
        """Gives whether a screen is there."""
        return str(self.rows(f"SELECT status FROM office_screen WHERE id = '{screen}'")[0][0])

    def on_air(self, screen: str) -> list[int]:
        """Gives the publications that a screen says it shows."""
        state = self.rows(f"SELECT state FROM office_screen WHERE id = '{screen}'")[0][0]
        zones = (json.loads(state) if state else {}).get("zones", [])
        return [zone["publication"] for zone in zones]

    def start(self) -> None:
        """Starts the office."""
        self.collector.start()
        self.server.start()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends the office."""
        self.collector.end(how)
        self.server.end(how)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for each in self.machines:
            each.end(signal.SIGKILL)
        self.stop(signal.SIGKILL)
        for program in (self.collector, self.server, *self.machines):
            sys.stdout.write(f"--- {program.log_path}\n{program.log[-4000:]}\n")


class Thief:
    """Whoever has the broker: hears everything, says what he likes in anybody's name."""

    def __init__(self, url: str) -> None:
        self.topics = Topics()
        self.heard: dict[str, list[bytes]] = {}
        self._link = Link(Broker(url=url), "thief", filters=("#",), first_delay_s=0.1, longest_delay_s=0.5)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publishes."""
        wait_until(lambda: self._link.publish(topic, payload, retain=retain) is not None, "the thief is connected")

    def last(self, topic: str) -> bytes:
        """Gives the newest payload of a topic; empty: none."""
        for event in self._link.take():
            if isinstance(event, Arrived):
                self.heard.setdefault(event.topic, []).append(event.payload)
        return self.heard.get(topic, [b""])[-1]

    def __enter__(self) -> Self:
        self._link.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._link.stop(wait_s=0.5)


def hashes(path: Path) -> Hashes:
    """Gives every record of a ledger."""
    with closing(open_copy(path)) as db:
        return {(epoch.name, line.seq): line.hash for epoch in db.epochs() for line in db.lines(epoch)}
