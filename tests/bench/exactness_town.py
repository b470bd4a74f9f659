"""Screens, collectors, the broker and the wires between them, for `exactness`: each can be killed and begun again."""

import contextlib
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from office.place import Place
from player.uplink.ledger_db import open_copy
from player.uplink.writer import LEDGER
from tests.bench.exactness_tally import GOAL, OFFERED, WRITTEN, Tally
from tests.brokers import Mosquitto
from tests.ports import free_port
from tests.proxy import Fault, Proxy

ROOT = Path(__file__).parents[2]
COLLECTORS = 2
END_S = 60.0
LOG = "error warning"


class Process:
    """A program of ours that is begun again after each kill."""

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self._words = [sys.executable, "-m", *words]
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begins it."""
        with self._log.open("ab") as out:
            self._running = subprocess.Popen(self._words, cwd=ROOT, stdout=out, stderr=out)

    def kill(self) -> None:
        """Ends it as a power cut does."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def stop(self) -> int:
        """Ends it in order; gives its exit code."""
        assert self._running is not None
        self._running.send_signal(signal.SIGTERM)
        return self._running.wait(END_S)

    @property
    def ended(self) -> str:
        """Says how it ended by itself; empty: it has not."""
        code = self._running.poll() if self._running is not None else None
        if code is None:
            return ""
        last = self._log.read_text(errors="replace").strip().splitlines()[-3:]
        return f"{self._words[2]} ended with {code}: {' / '.join(last)}"


class Town:
    """Everything that runs; `folder` is where all of it lies."""

    def __init__(self, folder: Path, screens: int, fault: Fault, seed: int) -> None:
        self.names = [f"led-{number}" for number in range(screens)]
        self.place = Place(folder / "office")
        self._folder, self._fault = folder, fault
        self._random = random.Random(seed)
        self._port = free_port()
        self._broker = self._new_broker()
        self.wires = [Proxy(self._port, seed=seed + number, fault=fault) for number in range(screens + COLLECTORS)]
        for name in (*self.names, *(f"collector-{number}" for number in range(COLLECTORS))):
            (folder / name).mkdir()
        self.pace = {name: Tally(folder / name / "tally") for name in self.names}
        self._offered = [Tally(folder / f"collector-{number}" / "tally") for number in range(COLLECTORS)]
        self.players = [self._player(name, wire) for name, wire in zip(self.names, self.wires, strict=False)]
        self.collectors = [self._collector(number, wire) for number, wire in enumerate(self.wires[screens:])]

    def _player(self, name: str, wire: Proxy) -> Process:
        folder = self._folder / name
        words = ["tests.bench.exactness_player", str(folder), name, wire.url, str(folder / "tally")]
        return Process(words, folder / "log")

    def _collector(self, number: int, wire: Proxy) -> Process:
        folder = self._folder / f"collector-{number}"
        words = ["tests.bench.exactness_collector", str(self.place.home), wire.url, str(folder / "tally")]
        return Process(words, folder / "log")

    def _new_broker(self) -> Mosquitto:
        """Gives one that keeps its state on the disk or does not, as chance has it; what it finds there may be old."""
        kept = f"persistence true\npersistence_location {self._folder}/\nautosave_interval 1\n"
        options = kept if self._random.random() < 0.5 else "persistence false\n"
        return Mosquitto(self._folder, port=self._port, options=options, log_types=LOG)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Starts everything; at the end nothing is left."""
        with contextlib.ExitStack() as ending:
            for wire in self.wires:
                ending.enter_context(wire)
            ending.callback(self._kill_broker)
            self._broker.start()
            for process in (*self.collectors, *self.players):
                ending.callback(process.kill)
                process.start()
            yield

    def kill(self, kind: str) -> None:
        """Kills one of a kind at random, and begins it again."""
        if kind == "broker":
            self._broker.kill()
            self._broker = self._new_broker()
            self._broker.start()
            return
        process = self._random.choice(self.players if kind == "player" else self.collectors)
        process.kill()
        process.start()

    def _kill_broker(self) -> None:
        self._broker.kill()  # whichever it is by now

    def start_players(self) -> None:
        """Begins the players again after they were ended."""
        for each in self.players:
            each.start()

    def stop_players(self) -> list[int]:
        """Ends the players in order."""
        return [each.stop() for each in self.players]

    def stop_collectors(self) -> list[int]:
        """Ends the collectors in order."""
        return [each.stop() for each in self.collectors]

    def ended(self) -> list[str]:
        """Names what ended by itself."""
        return [each.ended for each in (*self.players, *self.collectors) if each.ended]

    def ask(self, name: str, number: int) -> None:
        """Lets a screen play on up to a number."""
        self.pace[name][GOAL] = number

    def written(self, name: str) -> int:
        """Gives the newest play that is on a screen's disk."""
        return self.pace[name][WRITTEN]

    @property
    def offered(self) -> int:
        """Gives the records in all batches that collectors dealt with."""
        return sum(each[OFFERED] for each in self._offered)

    def ledger(self, name: str) -> Path:
        """Gives where a screen's ledger lies."""
        return self._folder / name / LEDGER

    def heads(self, name: str) -> dict[str, tuple[int, bytes]]:
        """Gives how far each epoch of a screen's ledger goes, number and hash."""
        db = open_copy(self.ledger(name))
        try:
            return {epoch.name: (epoch.head.seq, epoch.head.hash) for epoch in db.epochs()}
        finally:
            db.close()

    def harm(self) -> Counter[str]:
        """Gives what the wires did, by its name."""
        return sum((wire.counts for wire in self.wires), Counter())

    def close(self) -> None:
        """Lets go of all files."""
        for each in (*self.pace.values(), *self._offered):
            each.close()
