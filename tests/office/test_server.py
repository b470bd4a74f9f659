"""The server gives downloads to slow screens without keeping others waiting, and stops when it is told to."""

import hashlib
import http.client
import socket
import threading
import time
import types
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test.utils import override_settings

from office.place import Place

pytestmark = pytest.mark.slow

WITHIN_S = 45.0
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


@contextmanager
def serving(place: Place, *, behind_proxy: bool = False, **limits: float) -> Iterator[int]:
    """The port of a server with limits of the test's own."""
    from office.connection_limits import Limits
    from office.server import Server

    (place.content / SHA256).write_bytes(BODY)
    with override_settings(WUZHA_HOME=place.home):
        server = Server(
            "127.0.0.1", 20000, or_next=True, behind_proxy=behind_proxy, limits=msgspec.convert(limits, Limits)
        )
        server.start()
        try:
            yield server.port
        finally:
            server.stop()


def connected(port: int, source: str = "127.0.0.1") -> socket.socket:
    """A connection with a small buffer, from an address of this machine."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    door.settimeout(WITHIN_S)
    door.bind((source, 0))
    door.connect(("127.0.0.1", port))
    return door


def ended(door: socket.socket) -> bool:
    """Waits until the other side closes, and says whether it said nothing before."""
    try:
        return door.recv(1) == b""
    except ConnectionResetError:
        return True


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


def test_metadata_and_content_wait_behind_no_page_however_long_its_drawing_takes(place: Place) -> None:
    from django.http import HttpRequest, HttpResponse
    from django.urls import include, path

    from office.server import THREADS

    drawing, goes_on = threading.Semaphore(0), threading.Event()

    def slow(_: HttpRequest) -> HttpResponse:
        drawing.release()
        assert goes_on.wait(WITHIN_S)
        return HttpResponse("drawn")

    (place.metadata / "timestamp.json").write_bytes(b"{}")
    urls = types.ModuleType("slow_urls")
    urls.urlpatterns = [path("slow/", slow), path("", include("office.console.urls"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls), serving(place) as port, ExitStack() as stack:
        viewers = [
            stack.enter_context(
                closing(http.client.HTTPConnection("127.0.0.1", port, WITHIN_S, source_address=(f"127.0.1.{n}", 0)))
            )
            for n in range(1, 31)
        ]
        try:
            for each in viewers:
                each.request("GET", "/slow/")
            for _ in range(THREADS):
                assert drawing.acquire(timeout=WITHIN_S)
            for name, body in (("/metadata/timestamp.json", b"{}"), (f"/content/{SHA256}", BODY)):
                assert get(port, name) == (200, body)
            assert not drawing.acquire(blocking=False), "the other viewers wait still"
        finally:
            goes_on.set()
        assert [each.getresponse().read() for each in viewers] == [b"drawn"] * len(viewers)


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


def test_answers_that_nobody_takes_hold_no_thread_however_many_were_asked_for_at_once(place: Place) -> None:
    with serving(place) as port, ExitStack() as stack:
        for _ in range(20):
            door = stack.enter_context(closing(connected(port)))
            door.sendall(f"GET /content/{SHA256} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 40)
            assert door.recv(15).startswith(b"HTTP/1.1 200")
        assert get(port, f"/content/{SHA256}", Range="bytes=0-9") == (206, BODY[:10])
        assert get(port, "/login/")[0] == 200


def test_requests_that_came_at_once_are_answered_one_after_the_other(port: int) -> None:
    paths = [f"/content/{SHA256}", "/metadata/99.root.json", f"/content/{SHA256}"]
    with closing(connected(port)) as door:
        door.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths))
        with door.makefile("rb") as answers:
            for status, size in ((200, len(BODY)), (404, 0), (200, len(BODY))):
                assert int(answers.readline().split()[1]) == status
                assert int(http.client.parse_headers(answers)["Content-Length"]) == size
                assert len(answers.read(size)) == size


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET / HTTP/1.1\r\nX: ",
        b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
        b"POST /login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",
    ],
    ids=["nothing", "head", "body", "chunk"],
)
def test_whoever_trickles_is_sent_away_however_steadily_he_does(place: Place, beginning: bytes) -> None:
    with serving(place, request_s=0.5) as port, closing(connected(port)) as door:
        door.sendall(beginning)
        door.settimeout(0.05)
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            try:
                if beginning:
                    door.sendall(b"x")
                assert door.recv(1) == b"", "nothing is said"
            except TimeoutError:
                continue
            except OSError:
                pass
            return
        pytest.fail("it still listens")


def test_a_connection_on_which_nothing_more_is_asked_for_is_closed(place: Place) -> None:
    with serving(place, request_s=0.5) as port, closing(connected(port)) as door:
        door.sendall(b"GET /metadata/99.root.json HTTP/1.1\r\nHost: x\r\n\r\n")
        assert door.recv(8192).startswith(b"HTTP/1.1 404")
        assert ended(door)


def test_who_takes_next_to_nothing_of_his_answer_is_sent_away_and_who_is_slow_gets_it_all(place: Place) -> None:
    with serving(place, pace_s=1.0, least_bytes=20_000) as port, ExitStack() as stack:
        stuck = stack.enter_context(closing(connected(port)))
        slow = stack.enter_context(closing(connected(port)))
        for each in (stuck, slow):
            each.sendall(f"GET /content/{SHA256} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-999999\r\n\r\n".encode())
        answer = http.client.HTTPResponse(slow)
        answer.begin()
        found = b""
        while part := answer.read(20_000):
            found += part
            time.sleep(0.06)  # a slow network
        assert found == BODY[:1_000_000]
        stuck.settimeout(WITHIN_S)
        with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):  # noqa: PT012 - any of its reads
            rest = http.client.HTTPResponse(stuck)
            rest.begin()
            rest.read()


def test_an_address_that_holds_its_share_of_connections_keeps_others_out_of_nothing(place: Place) -> None:
    with serving(place, most_of_address=5, chance_s=60.0) as port, ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(closing(connected(port, "127.0.0.2")))
        assert ended(stack.enter_context(closing(connected(port, "127.0.0.2"))))
        assert get(port, "/login/")[0] == 200


def test_when_no_more_connections_may_be_a_stranger_comes_in_and_the_crowd_makes_room(place: Place) -> None:
    with serving(place, most=10, most_of_address=9) as port, ExitStack() as stack:
        crowd = [stack.enter_context(closing(connected(port, "127.0.0.2"))) for _ in range(9)]
        stack.enter_context(closing(connected(port, "127.0.0.3")))
        assert get(port, "/login/")[0] == 200
        assert ended(crowd[0])


def failing(port: int, number: int, **headers: str) -> int:
    """Guesses, and returns the status of the answer."""
    token = "x" * 32
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    with closing(connection):
        form = f"name=name{number}&password=wrong&csrfmiddlewaretoken={token}"
        kind = "application/x-www-form-urlencoded"
        connection.request("POST", "/login/", form, {"Cookie": f"csrftoken={token}", "Content-Type": kind, **headers})
        return connection.getresponse().status


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_header_dodges_no_limit_and_locks_nobody_out(place: Place, behind_proxy: bool) -> None:
    from office.console.entry import throttle
    from office.console.throttle import FREE_NAMES

    throttle.forget()
    hashed = patch.object(PBKDF2PasswordHasher, "encode", lambda *_: "pbkdf2_sha256$1$x$wrong")
    with serving(place, behind_proxy=behind_proxy) as port, hashed:
        for number in range(FREE_NAMES):
            # What a client wrote itself stands before what the proxy adds.
            told = f"10.9.9.{number}, 10.0.0.1" if behind_proxy else f"10.9.9.{number}"
            assert failing(port, number, **{"X-Forwarded-For": told}) == 200
        now = time.monotonic()
        assert throttle.crowded("10.0.0.1" if behind_proxy else "127.0.0.1", now)
        assert not throttle.crowded("10.9.9.1", now)
        if behind_proxy:
            assert not throttle.crowded("127.0.0.1", now)
            assert failing(port, 999, **{"X-Forwarded-For": "10.0.0.2"}) == 200
            assert failing(port, 999, **{"X-Forwarded-For": "10.0.0.1"}) == 429
    throttle.forget()


def test_whoever_the_proxy_speaks_for_may_be_written_as_nonsense(place: Place) -> None:
    with serving(place, behind_proxy=True) as port:
        for told in ("", ",", "x" * 3000, '"', "::::", "1.2.3.4:5", "[::1", "unknown", "\xff"):
            assert get(port, "/login/", **{"X-Forwarded-For": told})[0] in (200, 400)


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
