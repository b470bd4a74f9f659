"""A screen's enrolment in its life: missing at first, brought, said more of, renewed – and the player plays on.

Everything is real: the player, the office's commands, and a mosquitto that asks for passwords.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from office.broker.local import open_broker
from office.broker.rights import Rights
from office.place import Place
from tests.brokers import Mosquitto
from tests.flows.county import County, Machine, wait_until
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SCREEN = "sq-led1"


class Town:
    """A county whose broker lets nobody in without a password."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        # Its address is all that the county needs of a broker.
        self.county = County(folder, cast(Mosquitto, SimpleNamespace(url=f"mqtt://127.0.0.1:{port}")))
        place = Place(self.county.home)
        for words in ((), ("--revoke",)):
            self.county.office("enroll", "sq-led0", *words)  # the broker's files come with it
        self.broker = open_broker(folder / "broker", port, Rights("wuzha/1", "office"), place.broker_passwords)
        assert self.broker.url.endswith(f":{port}")

    def enroll(self, *words: str) -> str:
        """Enrols the screen, or says more of it; the broker reads its passwords again."""
        told = self.county.office("enroll", SCREEN, *words)
        self.broker.refresh()
        return told


@pytest.fixture
def town(needs: Callable[..., None], tmp_path: Path) -> Iterator[Town]:
    needs("mosquitto")
    one = Town(tmp_path)
    try:
        with one.county:
            yield one
    finally:
        one.broker.stop()


def is_online(machine: Machine) -> bool:
    return machine.uplink.get("connected") is True


def test_the_enrolment_may_come_change_and_go_while_the_player_plays(town: Town, tmp_path: Path) -> None:
    county = town.county
    machine = Machine(tmp_path / SCREEN, SCREEN)
    machine.furnish()
    county.machines.append(machine)
    folder = machine.folder / "enrolment"

    machine.start()
    wait_until(lambda: len(machine.hashes()) > 2 if (machine.state / "ledger.db").exists() else False, "it plays alone")
    assert "is not there; plug in the disk" in machine.log

    town.enroll("--out", str(folder))
    wait_until(lambda: county.status(SCREEN) == "online", "it takes the folder that was brought")

    conn = machine.uplink["conn"]
    told = town.enroll("--tag", "x", "--title", "二号", "--out", str(tmp_path / "elsewhere"))
    assert "holds no password" in told
    county.push("防骗", wait_s=60)  # fetched and shown: the screen was there all the time
    wait_until(lambda: county.on_air(SCREEN) == [1], "it is on the screen")
    assert machine.uplink["conn"] == conn
    assert is_online(machine)

    town.enroll("--new-password", "--out", str(tmp_path / "stick"))
    wait_until(lambda: not is_online(machine), "the former password is worth nothing", 120)
    shutil.copytree(tmp_path / "stick", folder / SCREEN)
    wait_until(lambda: "holds another enrolment" in machine.log, "the copy that landed inside is noticed")
    assert not is_online(machine)
    shutil.copytree(folder / SCREEN, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / SCREEN)
    wait_until(lambda: is_online(machine) and county.status(SCREEN) == "online", "it goes on with the new one", 30)

    shutil.rmtree(folder)
    before = len(county.hashes())
    wait_until(lambda: len(county.hashes()) > before + 2, "what is gone takes nobody off the line")
    machine.end()
    machine.start()
    wait_until(lambda: len(machine.hashes()) > before + 6, "it plays on without it after a restart")
    wait_until(lambda: '"publication":1' in trace(machine), "also what was published")
    starts = machine.log.count("starting it again") + machine.log.count("begins anew")
    assert starts == 0, "and nobody had to start it again"


def trace(machine: Machine) -> str:
    """What its newest records tell."""
    from contextlib import closing

    from player.uplink.ledger_db import open_copy

    with closing(open_copy(machine.state / "ledger.db")) as db:
        return "".join(str(line) for line in list(db.lines(db.epochs()[-1]))[-4:]).replace(" ", "")
