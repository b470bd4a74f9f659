"""The town's broker as deploy/ ships it – only paths and ports are others – and clients that talk to it."""

import getpass
import queue
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from office.broker.passwords import with_password
from tests.brokers import is_open, wait_until
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "mosquitto"
DENIED = 0x87
SCREENS = ("sq-led1", "sq-led2")
PASSWORDS = {"office": "the office's own", "sq-led1": "first secret", "sq-led2": "second secret"}
DEADLINE_S = 20.0


def certificates(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the script that makes an authority and a server certificate."""
    secret = folder.parent / "passphrase"
    secret.write_text("long enough a passphrase\n")
    command = [sys.executable, "deploy/certificates.py", str(folder), "--passphrase-file", str(secret), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


class Town:
    """The shipped configuration, running."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "etc", folder / "lib"
        self.port, self.office_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        for made in (self.config, self.data):
            made.mkdir(parents=True)
        done = certificates(self.config, "--name", "localhost", "--address", "127.0.0.1")
        assert done.returncode == 0, done.stderr
        self.set_passwords(PASSWORDS)
        acl = self.config / "acl"
        acl.write_text((SHIPPED / "acl").read_text())
        acl.chmod(0o600)
        self.conf = self.config / "wuzha.conf"
        self.conf.write_text(self._configuration())

    def _configuration(self) -> str:
        text = (SHIPPED / "wuzha.conf").read_text()
        for shipped, ours in (
            ("/etc/mosquitto/wuzha/", f"{self.config}/"),
            ("/var/lib/mosquitto/", f"{self.data}/"),
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
            ("listener 1883", f"listener {self.office_port}"),
        ):
            assert shipped in text
            text = text.replace(shipped, ours)
        return f"{text}user {getpass.getuser()}\n"

    def set_passwords(self, people: dict[str, str]) -> None:
        """Writes the broker's password file as the office does."""
        text = ""
        for name, password in people.items():
            text = with_password(text, name, password)
        passwords = self.config / "passwords"
        passwords.touch(mode=0o600)
        passwords.write_text(text)

    def start(self) -> None:
        """Starts the broker and waits until both listeners are there."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(["mosquitto", "-c", str(self.conf)], stdout=out, stderr=out)
        process = self._process
        wait_until(
            lambda: process.poll() is not None or (is_open(self.port) and is_open(self.office_port)), "the broker is up"
        )
        assert process.poll() is None, self.log.read_text()

    def stop(self) -> None:
        """Ends it as systemd does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(DEADLINE_S)
        self._process = None

    def reload(self) -> None:
        """Lets it read passwords again, as `systemctl reload mosquitto` does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    @property
    def log(self) -> Path:
        """What it said."""
        return self.config.parent / "log"

    @property
    def authority(self) -> Path:
        """What screens trust."""
        return self.config / "ca.crt"

    def screen(self, name: str, **words: Any) -> "Person":
        """Gives a client as a screen, through TLS."""
        words = {"user": name, "password": PASSWORDS.get(name, ""), "id": name, "ca": self.authority, **words}
        return Person(self.port, **words)

    def office(self, id: str = "office-test", **words: Any) -> "Person":
        """Gives a client as the office, on the loopback."""
        return Person(self.office_port, user="office", password=PASSWORDS["office"], id=id, **words)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_S)


class Person:
    """One connection. `connack` is what the broker answered; `lost` is set when it is cut."""

    def __init__(
        self, port: int, *, user: str = "", password: str = "", id: str = "", ca: Path | None = None, level: int = 5
    ) -> None:
        self._v5 = level == 5
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=id,
            protocol=MQTTv5 if self._v5 else MQTTv311,
            clean_session=None if self._v5 else True,
            reconnect_on_failure=False,
        )
        if user:
            self._client.username_pw_set(user, password)
        if ca is not None:
            self._client.tls_set_context(ssl.create_default_context(cafile=str(ca)))
        self.connack: int | None = None
        self.connected, self.lost = threading.Event(), threading.Event()
        self._answers: queue.Queue[tuple[int, int]] = queue.Queue()
        self._arrived: list[tuple[str, bytes, bool]] = []
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self.lost.set()
        self._client.on_publish = lambda _c, _u, mid, reason, _p: self._answers.put((mid, reason.value))
        self._client.on_subscribe = lambda _c, _u, mid, reasons, _p: self._answers.put((mid, reasons[0].value))
        self._client.on_message = lambda _c, _u, m: self._arrived.append((m.topic, m.payload, m.retain))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_connect(self, _client: Any, _user: Any, _flags: Any, reason: Any, properties: Properties | None) -> None:
        self.connack = reason.value
        self.properties = properties
        self.connected.set()

    def answer(self) -> int:
        """Waits for the broker's answer to the connection and gives its code."""
        wait_until(lambda: self.connected.is_set() or self.lost.is_set(), "the broker answers", DEADLINE_S)
        assert self.connack is not None, "cut without an answer"
        return self.connack

    def publish(self, topic: str, payload: bytes = b"{}", *, retain: bool = False) -> int:
        """Publishes and gives the broker's answer."""
        mid = self._client.publish(topic, payload, qos=1, retain=retain).mid
        return self._wait_for(mid)

    def send(self, topic: str, payload: bytes) -> None:
        """Publishes without waiting for an answer."""
        self._client.publish(topic, payload, qos=1)

    def subscribe(self, topics: str) -> int:
        """Subscribes and gives the broker's answer."""
        mid = (
            self._client.subscribe(topics, options=SubscribeOptions(qos=1))[1]
            if self._v5
            else self._client.subscribe(topics, qos=1)[1]
        )
        assert mid is not None
        return self._wait_for(mid)

    def _wait_for(self, mid: int) -> int:
        end = time.monotonic() + DEADLINE_S
        while (left := end - time.monotonic()) > 0:
            found, reason = self._answers.get(timeout=left)
            if found == mid:
                return reason
        raise AssertionError("no answer")

    def heard(self, until: str) -> list[tuple[str, bytes, bool]]:
        """Waits until something came on the topic `until`, and gives all that came up to now."""
        wait_until(lambda: any(topic == until for topic, _, _ in self._arrived), f"something on {until}", DEADLINE_S)
        return list(self._arrived)

    def close(self) -> None:
        """Goes."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        assert self.answer() == 0, self.connack
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


def options(conf: str) -> dict[str, list[str]]:
    """Gives each option of a mosquitto configuration with the comment lines right above it."""
    found: dict[str, list[str]] = {}
    comment: list[str] = []
    for line in conf.splitlines():
        if line.startswith("#"):
            comment.append(line)
        elif match := re.match(r"(\w+)\s", line):
            found.setdefault(match[1], []).extend(comment)
            comment = []
        else:
            comment = []
    return found
