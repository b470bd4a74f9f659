"""Runs a mosquitto of our own on loopback."""

import getpass
import logging
import signal
import threading
from pathlib import Path

from office.broker.rights import Rights
from office.child import Child
from signage.errors import WuzhaError

START_S = 20.0
NAMES = ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto")
"""Debian puts it where a common user's shell does not look."""

log = logging.getLogger(__name__)


class BrokerFailed(WuzhaError):
    """A broker that does not come up; the message is what it said last."""


class Mosquitto:
    """A mosquitto with our passwords and rights, on a port of 127.0.0.1."""

    name = "mosquitto"

    def __init__(self, program: str, folder: Path, port: int, rights: Rights, passwords: Path) -> None:
        """`folder` is for what it needs written; `passwords` is read again by `refresh`."""
        self._program, self._folder, self._port = program, folder, port
        self._rights, self._passwords = rights, passwords
        self._child: Child | None = None
        self._up = threading.Event()
        self._said: list[str] = []

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"mqtt://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts it and waits until it listens. Raises BrokerFailed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        acl = self._folder / "acl"
        _write(acl, self._rights.acl())
        config = self._folder / "mosquitto.conf"
        _write(config, configuration(self._port, self._passwords, acl))
        try:
            self._child = Child([self._program, "-c", str(config)], self._hear)
        except OSError as error:
            raise BrokerFailed(str(error)) from error
        for _ in range(int(START_S * 10)):
            if self._up.wait(0.1):
                return
            if self._child.code is not None:
                break
        self.stop()
        raise BrokerFailed("; ".join(self._said[-3:]) or "mosquitto said nothing")

    def refresh(self) -> None:
        """Lets it read the password file again."""
        if self._child is not None:
            self._child.tell(signal.SIGHUP)

    @property
    def ended(self) -> str:
        """How it ended by itself; empty while it runs."""
        code = None if self._child is None else self._child.code
        return "" if code is None else f"exit code {code}: {'; '.join(self._said[-2:])}"

    def stop(self) -> None:
        """Ends it."""
        if self._child is not None:
            self._child.stop()

    def _hear(self, line: str) -> None:
        said = line.partition(": ")[2] or line
        self._said = [*self._said[-9:], said]
        log.debug("%s", said)
        if said.startswith("mosquitto version") and said.endswith("running"):
            self._up.set()


def configuration(port: int, passwords: Path, acl: Path) -> str:
    """Gives the configuration of a trial's broker; it keeps nothing, as ours may lose its disk at any time."""
    return f"""# Written by wuzha-office for a trial; a real broker: deploy/mosquitto.
listener {port} 127.0.0.1
allow_anonymous false
password_file {passwords}
acl_file {acl}
user {getpass.getuser()}
persistence false
max_packet_size 262144
max_inflight_messages 20
max_queued_messages 1000
max_keepalive 300
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
"""


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
