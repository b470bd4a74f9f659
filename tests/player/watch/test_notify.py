"""systemd hears of the first picture, of every turn of the loop, and of nothing else."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.watch.notify import Notify


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(str(tmp_path / "notify"))
        one.settimeout(5)
        yield one


def test_ready_comes_with_the_first_pulse_and_then_signs_of_life(manager: socket.socket, tmp_path: Path) -> None:
    notify = Notify({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    notify.pulse()
    notify.pulse()
    notify.stopping()
    notify.close()
    assert [manager.recv(200) for _ in range(4)] == [
        b"READY=1\nSTATUS=playing", b"WATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1",
    ]  # fmt: skip


def test_an_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0wuzha-test-notify")
        manager.settimeout(5)
        notify = Notify({"NOTIFY_SOCKET": "@wuzha-test-notify"})
        notify.pulse()
        notify.close()
        assert manager.recv(200).startswith(b"READY=1")


@pytest.mark.parametrize("address", ["", "relative", "/nobody/there"])
def test_without_a_manager_nothing_happens(address: str) -> None:
    notify = Notify({"NOTIFY_SOCKET": address} if address else {})
    notify.pulse()
    notify.stopping()
    notify.close()


def test_a_manager_that_went_away_stops_nothing(manager: socket.socket, tmp_path: Path) -> None:
    notify = Notify({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    manager.close()
    for _ in range(3):
        notify.pulse()
    notify.close()
