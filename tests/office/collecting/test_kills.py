"""Collectors that are killed at any moment, several at once on one database, lose nothing and double nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from office.place import Place
from tests.brokers import Mosquitto, wait_until
from tests.office.collecting.players import Player
from tests.office.collecting.screens import DAWN, Ledger, stored, written

ROOT = Path(__file__).parents[3]
COLLECTORS = 3
KILLS = 8
PLAYERS, RECORDS = 5, 1500


class Crew:
    """Collectors as processes; whoever dies is replaced."""

    def __init__(self, home: Path, database: str, log: Path) -> None:
        self._words = [sys.executable, "-m", "office", "collect", "--home", str(home)]
        self._words += ["--database", database] if database else []
        self._log = log.open("ab")
        self.crew = [self._started() for _ in range(COLLECTORS)]

    def kill(self, number: int) -> None:
        """Ends one as a power cut does, and starts another."""
        self.crew[number].kill()
        self.crew[number].wait()
        self.crew[number] = self._started()

    def stop(self) -> list[int]:
        """Ends all in order; gives their exit codes."""
        for each in self.crew:
            each.send_signal(signal.SIGTERM)
        codes = [each.wait(30) for each in self.crew]
        self._log.close()
        return codes

    def _started(self) -> "subprocess.Popen[bytes]":
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(self._words, cwd=ROOT, env=env, stdout=self._log, stderr=self._log)


@contextmanager
def settings(place: Place, broker: str) -> Iterator[None]:
    """Lets the office of all tests use this broker for a while."""
    before = place.settings_file.read_text(encoding="utf-8")
    place.settings_file.write_text(
        before.replace('broker = "mqtt://127.0.0.1:1883"', f'broker = "{broker}"'), encoding="utf-8"
    )
    try:
        yield
    finally:
        place.settings_file.write_text(before, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.xdist_group("collectors")
def test_collectors_that_are_killed_at_random_end_with_exactly_the_screens_records(
    either: None, needs: Callable[..., None], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    from office.models import Alarm, Play, Screen

    needs("mosquitto")
    office: Place = request.getfixturevalue("_django")  # the one whose tables these are
    rng = random.Random(5)
    ledgers = [Ledger(f"led-{number}").filled(RECORDS) for number in range(PLAYERS)]
    Screen.objects.bulk_create(Screen(id=each.screen, enrolled_at=DAWN) for each in ledgers)
    on_postgres = "postgres" in request.fixturenames and "postgresql" in request.node.name
    database = request.getfixturevalue("postgres") if on_postgres else ""
    with Mosquitto(tmp_path / "broker") as broker, settings(office, broker.url):
        crew = Crew(office.home, database, tmp_path / "collectors.log")
        players = [Player(broker.url, each, most=rng.randint(3, 10)) for each in ledgers]
        kills, next_kill = 0, time.monotonic() + 2

        def turned() -> bool:
            nonlocal kills, next_kill
            for each in players:
                each.turn()
            if kills < KILLS and time.monotonic() > next_kill and any(each.mark.upto for each in players):
                crew.kill(rng.randrange(COLLECTORS))
                kills, next_kill = kills + 1, time.monotonic() + rng.uniform(0.2, 1.5)
            return all(each.is_done for each in players)

        try:
            wait_until(turned, "everything is acknowledged", 200)
        finally:
            for each in players:
                each.stop()
            codes = crew.stop()
    assert codes == [0] * COLLECTORS, (tmp_path / "collectors.log").read_text()
    assert kills >= KILLS // 2, "it was over before it was hard"
    assert [stored(each.screen) for each in ledgers] == [written(each) for each in ledgers]
    assert Play.objects.count() == PLAYERS * RECORDS
    assert not Alarm.objects.exists()
