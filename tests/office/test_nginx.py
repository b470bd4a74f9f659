"""The proxy of the pages, as it is shipped: nginx takes its configuration, and a real one keeps its limits."""

import http.client
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from django.test.utils import override_settings

from office.place import Place
from tests.deploy.town import certificates
from tests.ports import free_port

pytestmark = pytest.mark.slow

CONF = Path(__file__).parents[2] / "deploy/nginx/wuzha.conf"
WITHIN_S = 45.0
FILE = "1" * 64
BODY = b"published" * 100_000


def written(folder: Path, office: int, port: int, **instead: str) -> Path:
    """Writes the configuration around the shipped one, with ports and files of the test's own."""
    text = CONF.read_text()
    changes = {
        "127.0.0.1:8080": f"127.0.0.1:{office}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/wuzha-office/server": str(folder / "ca/server"),
        **instead,
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "wuzha.conf").write_text(text)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr warn;\nevents {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; {temporary} include {folder}/wuzha.conf; }}\n"
    )
    return whole


@pytest.fixture(scope="module")
def folder(needs: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs("nginx")
    found = tmp_path_factory.mktemp("nginx")
    done = certificates(found / "ca", "--name", "localhost", "--address", "127.0.0.1")
    assert done.returncode == 0, done.stderr
    return found


def listens(port: int) -> bool:
    with closing(socket.socket()) as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def port(folder: Path, place: Place) -> Iterator[int]:
    """Where nginx listens, in front of an office."""
    from office.server import Server

    (place.content / FILE).write_bytes(BODY)
    with override_settings(WUZHA_HOME=place.home):
        office = Server("127.0.0.1", free_port(), or_next=True, behind_proxy=True)
        office.start()
        at = free_port()
        timeouts = {"client_header_timeout 20s": "client_header_timeout 1s"}
        words = ["nginx", "-e", "stderr", "-c", str(written(folder, office.port, at, **timeouts))]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as nginx:
            try:
                until = time.monotonic() + WITHIN_S
                while not listens(at):
                    assert nginx.poll() is None
                    assert time.monotonic() < until
                    time.sleep(0.02)
                yield at
            finally:
                nginx.terminate()
                nginx.wait(WITHIN_S)
                office.stop()


def get(folder: Path, port: int, path: str, source: str = "127.0.0.1", **headers: str) -> tuple[int, bytes]:
    trusted = ssl.create_default_context(cafile=str(folder / "ca/ca.crt"))
    door = http.client.HTTPSConnection("127.0.0.1", port, timeout=WITHIN_S, context=trusted, source_address=(source, 0))
    with closing(door):
        door.request("GET", path, headers=headers)
        answer = door.getresponse()
        return answer.status, answer.read()


def test_nginx_takes_the_shipped_configuration(folder: Path) -> None:
    whole = written(folder, 8080, free_port())
    done = subprocess.run(
        ["nginx", "-t", "-e", "stderr", "-c", str(whole)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_pages_and_downloads_come_through_whole_and_in_parts(folder: Path, port: int) -> None:
    assert get(folder, port, "/login/")[0] == 200
    assert get(folder, port, f"/content/{FILE}") == (200, BODY)
    assert get(folder, port, f"/content/{FILE}", Range="bytes=9-17") == (206, b"published")


def test_one_address_s_flood_is_told_to_slow_down_and_keeps_others_out_of_nothing(folder: Path, port: int) -> None:
    statuses = [get(folder, port, "/login/", "127.0.0.2")[0] for _ in range(60)]
    assert 429 in statuses
    assert get(folder, port, "/login/", "127.0.0.3")[0] == 200


def test_whoever_trickles_is_sent_away(port: int) -> None:
    with ExitStack() as stack:
        doors = [stack.enter_context(closing(socket.create_connection(("127.0.0.1", port)))) for _ in range(20)]
        for each in doors:
            each.settimeout(WITHIN_S)
        for each in doors:
            with suppress(ConnectionResetError):
                assert each.recv(1) == b""
