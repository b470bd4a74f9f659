"""What systemd hears of a process of the office."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from office.notify import Notify


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A service manager's socket and its address as it stands in NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        if request.param == "path":
            address = str(tmp_path / "notify")
            ear.bind(address)
        else:
            ear.bind("")  # Linux gives it a free abstract name
            address = "@" + ear.getsockname()[1:].decode()
        ear.settimeout(5)
        yield ear, address


def heard(ear: socket.socket) -> list[str]:
    """Gives all that was said so far."""
    ear.setblocking(False)
    words = []
    while True:
        try:
            words.append(ear.recv(4096).decode())
        except BlockingIOError:
            return words


def test_ready_and_stopping_are_told(manager: tuple[socket.socket, str]) -> None:
    ear, address = manager
    notify = Notify({"NOTIFY_SOCKET": address})
    notify.ready("two\nlines")
    notify.stopping()
    notify.close()
    assert heard(ear) == ["READY=1\nSTATUS=two lines", "STOPPING=1"]


def test_the_watchdog_is_fed_a_third_of_its_time_apart_and_only_when_the_loop_turns(
    manager: tuple[socket.socket, str],
) -> None:
    ear, address = manager
    now = 100.0
    notify = Notify({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000"}, lambda: now)
    assert heard(ear) == []
    for at in range(100, 131):
        now = float(at)
        notify.turned()
    assert heard(ear) == ["WATCHDOG=1"] * 4
    now = 1000.0
    assert heard(ear) == []
    notify.close()


def test_a_watchdog_of_another_process_or_none_is_not_fed(manager: tuple[socket.socket, str]) -> None:
    ear, address = manager
    for told in ({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid() + 1)}, {"WATCHDOG_USEC": "x"}, {}):
        notify = Notify({"NOTIFY_SOCKET": address, **told})
        notify.turned()
        notify.close()
        assert heard(ear) == []


def test_without_systemd_or_with_its_socket_gone_nothing_happens(tmp_path: Path) -> None:
    for address in ("", "nonsense", str(tmp_path / "gone"), "@wuzha-nobody-listens-here"):
        notify = Notify({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
        notify.ready()
        notify.turned()
        assert notify.watchdog_s is None
        notify.close()


def test_a_manager_that_does_not_read_never_holds_up_the_work(manager: tuple[socket.socket, str]) -> None:
    ear, address = manager
    notify = Notify({"NOTIFY_SOCKET": address})
    for _ in range(5000):
        notify.ready()
    notify.close()
    assert len(heard(ear)) < 5000
