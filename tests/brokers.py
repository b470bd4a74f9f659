"""Brokers for tests: a real mosquitto, and the embedded amqtt, each on a free port of the loopback.

with Mosquitto(tmp_path) as broker:
    Link(Broker(url=broker.url), "sq-led1")
"""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.ports import free_port

START_S = 20.0
TURNS_TO_LET_IN = 4
"""Of asyncio's loop, from accept() to a broker's own function."""

LIMITS = """\
max_packet_size 262144
max_inflight_messages 20
max_queued_messages 1000
set_tcp_nodelay true
sys_interval 1
"""


def wait_until(true: Callable[[], bool], what: str, within_s: float = 20.0) -> None:
    """Waits until something is true. Fails the test after `within_s`."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, f"not within {within_s:g} s: {what}"
        time.sleep(0.01)


def is_open(port: int) -> bool:
    """Whether something listens on a port of the loopback."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Mosquitto:
    """A mosquitto that can be stopped, killed, frozen and started again on the same port."""

    def __init__(
        self,
        folder: Path,
        *,
        people: Mapping[str, str] | None = None,
        acl: str = "",
        tls: tuple[Path, Path] | None = None,
        options: str = "",
        log_types: str = "all",
        port: int | None = None,
    ) -> None:
        """`people` are names and passwords; none: everybody may come. `tls` is a certificate and its key."""
        self.port = port or free_port()
        self._folder = folder
        self._people, self._acl, self._tls, self._options = people, acl, tls, options
        self._log_types = log_types
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for links."""
        return f"mqtt{'s' if self._tls else ''}://{'localhost' if self._tls else '127.0.0.1'}:{self.port}"

    @property
    def log(self) -> Path:
        """What mosquitto said."""
        return self._folder / "mosquitto.log"

    def start(self) -> None:
        """Starts it and waits until it listens."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for left in (2, 1, 0):
            with self.log.open("ab") as out:
                command = ["mosquitto", "-c", str(self._configured())]
                self._process = subprocess.Popen(command, stdout=out, stderr=out)
            end = time.monotonic() + START_S
            while time.monotonic() < end and self._process.poll() is None:
                if is_open(self.port):
                    return
                time.sleep(0.01)
            self.kill()
            # A connection of ours may have taken the port as its own end; it is free again soon.
            assert left, f"mosquitto does not start: {self.log.read_text()}"
            time.sleep(0.5)

    def stop(self) -> None:
        """Ends it as a system does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Lets it hang."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)  # it runs on for a moment where another CPU has it

    def thaw(self) -> None:
        """Lets it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stops and starts it."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(START_S)
            self._process = None

    def _configured(self) -> Path:
        lines = [
            f"listener {self.port} 127.0.0.1",
            "user root",
            "log_dest stdout",
            *(f"log_type {each}" for each in self._log_types.split()),
            LIMITS,
            self._options,
        ]
        if self._tls:
            lines += [f"certfile {self._tls[0]}", f"keyfile {self._tls[1]}"]
        if self._people is None:
            lines.append("allow_anonymous true")
        else:
            passwords = self._folder / "passwords"
            passwords.write_text("".join(f"{name}:{password}\n" for name, password in self._people.items()))
            passwords.chmod(0o600)
            subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
            lines += ["allow_anonymous false", f"password_file {passwords}"]
        if self._acl:
            acl = self._folder / "acl"
            acl.write_text(self._acl)
            acl.chmod(0o600)
            lines.append(f"acl_file {acl}")
        config = self._folder / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n")
        return config

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.kill()


class Embedded:
    """amqtt in this process, on a thread: MQTT 3.1.1 only."""

    def __init__(self) -> None:
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="amqtt", daemon=True)

    @property
    def url(self) -> str:
        """The address for links."""
        return f"mqtt://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        from amqtt.broker import Broker as AmqttBroker

        transports: list[asyncio.WriteTransport] = []

        class Tracked(AmqttBroker):
            async def stream_connected(
                self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
            ) -> None:
                transports.append(writer.transport)
                await super().stream_connected(reader, writer, listener_name)

        config: dict[str, Any] = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self.port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        broker = Tracked(config)
        self._over = asyncio.Event()
        await broker.start()
        self._ready.set()
        await self._over.wait()
        await broker.shutdown()
        for _ in range(TURNS_TO_LET_IN):
            await asyncio.sleep(0)
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        # It leaves connections open; their sockets would complain in some later test.
        for transport in transports:
            if transport.get_extra_info("socket").fileno() != -1:
                transport.abort()
        await asyncio.sleep(0)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(START_S), "amqtt does not start"
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(START_S)
