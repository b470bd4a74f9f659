"""Starts the broker of a trial: mosquitto where there is one, else the embedded one."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from office.broker.embedded import Embedded
from office.broker.mosquitto import NAMES, BrokerFailed, Mosquitto
from office.broker.rights import Rights
from office.ports import free_port

MOST_TRIES = 5
"""Somebody may take the port between our look and the broker's."""

log = logging.getLogger(__name__)


class LocalBroker(Protocol):
    """A broker that this process runs."""

    name: str

    @property
    def url(self) -> str: ...
    @property
    def ended(self) -> str: ...
    def start(self) -> None: ...
    def refresh(self) -> None: ...
    def stop(self) -> None: ...


def find_mosquitto() -> str | None:
    """Gives the path of mosquitto, or None."""
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


def open_broker(
    folder: Path,
    wanted_port: int,
    rights: Rights,
    passwords: Path,
    *,
    embedded: bool = False,
    prepare: Callable[[str], None] = lambda _: None,
) -> LocalBroker:
    """Gives a broker that runs, on the wanted port or the next free one. Raises BrokerFailed.

    `prepare` is told its address before it starts: what it does to the passwords is known from the first login on.
    """
    program = None if embedded else find_mosquitto()
    port, last = wanted_port, BrokerFailed("no port was tried")
    for _ in range(MOST_TRIES):
        try:
            port = free_port(port)
        except OSError as error:
            raise BrokerFailed(str(error)) from error
        broker: LocalBroker = (
            Embedded(port, rights, passwords)
            if program is None
            else Mosquitto(program, folder, port, rights, passwords)
        )
        prepare(broker.url)
        try:
            broker.start()
        except BrokerFailed as fault:
            log.debug("%s on port %d: %s", broker.name, port, fault)
            last = fault
            port += 1
            continue
        return broker
    raise last
