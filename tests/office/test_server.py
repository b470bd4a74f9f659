"""The server gives downloads to slow screens without keeping others waiting, and stops when it is told to."""

import hashlib
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings

from office.place import Place

pytestmark = pytest.mark.slow

WITHIN_S = 20.0
BODY = bytes(range(256)) * 20_000
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def port(place: Place) -> Iterator[int]:
    from office.server import THREADS, Server

    (place.content / SHA256).write_bytes(BODY)
    assert THREADS < 20, "the test holds more connections than that"
    with override_settings(WUZHA_HOME=place.home):
        server = Server("127.0.0.1", 20000, or_next=True)
        server.start()
        try:
            yield server.port
        finally:
            server.stop()
    assert not server.alive


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_a_file_is_given_whole_and_in_parts(port: int) -> None:
    assert get(port, f"/content/{SHA256}") == (200, BODY)
    assert get(port, f"/content/{SHA256}", Range="bytes=1000000-1999999") == (206, BODY[1_000_000:2_000_000])
    assert get(port, f"/content/{SHA256}", Range="bytes=-7") == (206, BODY[-7:])


def test_one_connection_serves_request_after_request(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        for first in (0, 4_000_000):
            connection.request("GET", f"/content/{SHA256}", headers={"Range": f"bytes={first}-{first + 9}"})
            assert connection.getresponse().read() == BODY[first : first + 10]
            connection.request("GET", "/metadata/99.root.json")
            response = connection.getresponse()
            assert (response.status, response.read()) == (404, b"")
    finally:
        connection.close()


def test_screens_that_do_not_read_keep_nobody_waiting(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S) for _ in range(30)]
    try:
        for each in slow:
            each.sendall(f"GET /content/{SHA256} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert get(port, f"/content/{SHA256}", Range="bytes=0-9") == (206, BODY[:10])
        assert get(port, "/login/")[0] == 200
    finally:
        for each in slow:
            each.close()


def test_a_request_that_is_too_large_is_turned_away(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S) as door:
        door.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000 + b"\r\n\r\n")
        assert b"431" in door.recv(4096).split(b"\r\n")[0]


def test_a_header_of_a_proxy_is_not_believed_without_a_proxy(place: Place, port: int) -> None:
    from office.console.entry import throttle

    throttle.forget()
    for number in range(3):
        get(port, "/login/", **{"X-Forwarded-For": f"10.0.0.{number}", "X-Forwarded-Proto": "https"})
    status, body = get(port, "/login/", **{"X-Forwarded-Proto": "https"})
    assert status == 200
    assert b"https" not in body


def test_a_busy_port_is_said_or_moved_from(place: Place, port: int) -> None:
    from office.server import Server, ServerFailed

    with pytest.raises(ServerFailed, match=str(port)):
        Server("127.0.0.1", port)
    other = Server("127.0.0.1", port, or_next=True)
    try:
        assert other.port > port
    finally:
        other.stop()


def test_stopping_leaves_no_thread(place: Place) -> None:
    from office.server import Server

    before = set(threading.enumerate())
    server = Server("127.0.0.1", 20000, or_next=True)
    server.start()
    assert get(server.port, "/login/")[0] == 200
    server.stop()
    assert set(threading.enumerate()) <= before
    assert Path(place.home).exists()
