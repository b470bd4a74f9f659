"""Whatever bytes come in over a socket: an answer or an end, no fault, nothing in the log, and the next is served."""

import logging
import re
import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from django.test.utils import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from office.place import Place

pytestmark = pytest.mark.slow

WITHIN_S = 45.0
FILE, EMPTY, FOLDER = "1" * 64, "2" * 64, "3" * 64
FORM = b"Content-Type: application/x-www-form-urlencoded"
PARTS = b"Content-Type: multipart/form-data; boundary="
STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")


@pytest.fixture
def port(place: Place) -> Iterator[int]:
    from office.server import Server

    (place.content / FILE).write_bytes(b"x" * 1000)
    (place.content / EMPTY).touch()
    (place.content / FOLDER).mkdir()
    (place.metadata / "timestamp.json").write_bytes(b"{}")
    with override_settings(WUZHA_HOME=place.home):
        server = Server("127.0.0.1", 20000, or_next=True)
        server.start()
        try:
            yield server.port
        finally:
            server.stop()


def said(port: int, raw: bytes) -> list[int]:
    """Sends bytes and nothing more, and returns the statuses of what is answered until the other side closes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)) as door:
        found = b""
        with suppress(OSError):  # it may have ended before all was sent
            door.sendall(raw)
            door.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while part := door.recv(65536):
                found += part
    assert b"Traceback" not in found
    return [int(each) for each in STATUS.findall(found)]


def request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """Returns a request as it goes over the wire, with a host if it has none of its own."""
    more = [each for each in headers if each]
    if not any(each.lower().startswith(b"host:") for each in more):
        more.append(b"Host: x")
    if body:
        more.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join((line, *more, b"Connection: close", b"", body))


PATHS = (
    b"/%00",
    b"/login/%00",
    b"/static/..%2f..%2fentry.py",
    b"/content/%ff",
    b"/metadata/%2e%2e/x",
    b"/%zz",
    b"/%",
    b"//evil",
    b"///",
    b"/" + b"a" * 8000,
    b"/?" + b"a" * 15_000,
    b"/" + b"a" * 20_000,
    b"/login/?next=http://[",
    b"/login/?next=%0d%0aX:%20y",
    b"/counts/?from=0001-01-01&to=9999-12-31",
    b"/publications/?before=99999999999",
    b"http://x/login/",
    b"http://evil.example/login/",
    b"http://[/login/",
    b"http://x:99999999/login/",
    b"http://\xff/",
    b"*",
    b"login",
    b"/\xff\xfe",
    b"/\xe5\xb1",
    b"/login/?a=%F0%80%80",
)
RANGES = (
    b"bytes=0-0,1-1",
    b"bytes=0-0" + b",1-1" * 3000,
    b"bytes=-0",
    b"bytes=-",
    b"bytes=--1",
    b"bytes=5-2",
    b"bytes=99999999999999999999-",
    b"bytes=-99999999999999999999",
    b"lines=1-2",
    b"bytes= 1 - 2",
    b"\xff",
)
HEADERS = (
    b"Content-Type: a; charset=base64",
    b"Content-Type: a; charset*=nonsense''x",
    b"Content-Type: \xff",
    b"Content-Type: ;",
    b"Cookie: ;;;==;=",
    b"Cookie: wuzha=\xff; csrftoken=\x01",
    b'Cookie: wuzha="\\000aaaaaaaaa"',
    b"Cookie: " + b"a" * 9000,
    b"If-None-Match: \xff",
    b"If-None-Match: *",
    b"If-Range: \xff",
    b"If-Modified-Since: x",
    b"Accept-Encoding: gzip;q=x",
    b"Accept-Language: ../../x",
    b"Referer: http://[",
    b"Origin: http://[",
    b"X-CSRFToken: \xff",
    b"X-Forwarded-For: x",
    b"X-Forwarded-Proto: https,http",
    b"Expect: 100-continue",
    b"Expect: x",
    b"Transfer-Encoding: gzip",
    b"X: " + b"y" * 20_000,
    *(
        b"Host: " + host
        for host in (b"", b"\xff", b"a b", b"[::1", b"x:99999999", b"x:y", b"a,b", b"x" * 5000, b"..", b"@")
    ),
)
BODIES = (
    (FORM + b"; charset=zlib", b"name=a"),
    (FORM, b"a&" * 20_000),
    (FORM, b"&".join(b"a%d=1" % n for n in range(1500))),
    (FORM, b"name=%ff%fe%00&password=%zz"),
    (FORM, b"\x00" * 1000),
    (FORM, b"a=" + b"x" * 70_000),
    (PARTS, b"x"),
    (PARTS + b"b" * 300, b"x"),
    (PARTS + b"\xff", b"x"),
    (PARTS + b"b; charset=hex", b"--b--"),
    (PARTS + b"b", b"--b\r\nContent-Disposition: form-data; name="),
    (PARTS + b"b", b"--b\r\nContent-Disposition: form-data; name*=nonsense''a%FF\r\n\r\nv\r\n--b--"),
    (PARTS + b"b", b'--b\r\nContent-Disposition: form-data; name="a"; filename="../../x"\r\n\r\nv\r\n--b--'),
    (PARTS + b"b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n' * 1100 + b"--b--"),
)
RAW = (
    b"",
    b"\r\n\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"\x00" * 100,
    b"GET\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /login/ HTTP/1.1\r\n x\r\n\r\n",
    b"GET /login/ HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /login/ HTTP/1.1\r\nX: a\nb\r\n\r\n",
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 6000 + b"\r\n\r\n",
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\nx",
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nshort",
)
NONSENSE = [
    *(request(b"GET " + path + b" HTTP/1.1") for path in PATHS),
    *(
        request(b"GET /content/" + name.encode() + b" HTTP/1.1", b"Range: " + each)
        for name in (FILE, EMPTY, FOLDER)
        for each in RANGES
    ),
    *(request(line, each) for line in (b"GET /login/ HTTP/1.1", b"GET /login HTTP/1.1") for each in HEADERS),
    *(request(b"POST /login/ HTTP/1.1", kind, body=body) for kind, body in BODIES),
    *(request(method + b" /login/ HTTP/1.1") for method in (b"TRACE", b"OPTIONS", b"get", b"GE\xffT", b"X" * 3000)),
    *(b"GET /login HTTP/%s\r\n\r\n" % version for version in (b"1.0", b"0.9", b"2.0", b"x")),
    *RAW,
]


def test_nonsense_is_answered_without_a_fault_and_without_a_line_in_the_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for each in NONSENSE:
            assert all(status < 500 or status == 501 for status in said(port, each)), each[:200]
    assert [record.getMessage() for record in caplog.records] == []
    assert said(port, request(b"GET /login/ HTTP/1.1")) == [200]


def test_what_cannot_be_read_is_told_so(port: int) -> None:
    for each in (
        b"GET http://[/login/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 6000 + b"\r\n\r\n",
        request(b"GET /login/?next=/ HTTP/1.1", b"Content-Type: a; charset=base64"),
        request(b"GET /login/ HTTP/1.1", b"Content-Type: a; charset*=nonsense''x"),
        request(b"GET /%00 HTTP/1.1"),
    ):
        assert said(port, each) == [400], each[:100]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_that_is_changed_at_random_is_answered_or_ended(port: int, data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(NONSENSE)))[:4000]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
    assert all(status < 500 or status == 501 for status in said(port, bytes(raw)))
