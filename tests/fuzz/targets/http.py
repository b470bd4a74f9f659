"""Requests, as bytes, to the office's real server, from somebody who is logged in and from anybody.

Promise: no answer 500, no traceback in its log, its memory bounded, and a good request is answered in time after each.
"""

import re
import select
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from urllib.parse import quote

from tests.fuzz import mutation
from tests.fuzz.case import Broken, Case, CaseBounds, Step
from tests.fuzz.child import ROOT
from tests.fuzz.office_house import House
from tests.ports import free_port

SHA256 = "0" * 64
START_S, GOOD_S = 60.0, 10.0
"""For the server to listen, and for the answer to a good request, on a busy machine."""
WAIT_S, REST_S = 0.4, 0.03
"""For the first byte of an answer that need not come, and for more of it."""
GOOD_EVERY = 5
PATHS = (
    "/", "/login/", "/logout/", "/publications/", "/publications/?before=9", "/counts/",
    "/counts/?by=item&period=all&screen=sq-led1",
    "/counts/table.csv?by=media", "/screens/look/", "/screens/sq-led1/shot.jpg", "/metadata/timestamp.json",
    "/metadata/1.root.json",
    f"/content/{SHA256}", "/static/console.css", "/nowhere",
)  # fmt: skip
VALUES = {
    "Host": ("x", "office", "127.0.0.1:8080", "", "a b", "x" * 300, "[::1", "\xff", "x:99999", "../", "x, y"),
    "Cookie": ("wuzha=COOKIE", "wuzha=x", "wuzha=" + "a" * 3000, "csrftoken=" + "a" * 32, "wuzha=\xff; ; =; a",
               "=" * 100, "a=" * 500),
    "Content-Type": ("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x",
                     "text/plain; charset=utf-8",
                     "application/x-www-form-urlencoded; charset=utf-7",
                     "application/x-www-form-urlencoded; charset=nonsense",
                     "application/x-www-form-urlencoded; charset=idna",
                     "application/x-www-form-urlencoded; charset=rot13",
                     "application/x-www-form-urlencoded; charset=\x00", "multipart/form-data; boundary=" + "b" * 300,
                     "; ;", "application/json"),
    "Content-Length": ("0", "1", "-1", "99999999999999999999", "1e3", "0x10", " 5 ", "5, 5", "1048576", "1048577", "٣"),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "identity", "chunked, chunked", "Chunked ", "\x0bchunked"),
    "Range": ("bytes=0-9", "bytes=-1", "bytes=9-0", "bytes=0-0,1-1", "bytes=99999999999999999999-",
              "bytes=-99999999999999999999",
              "bytes=" + "0-0," * 2000, "bytes=٣-", "bytes=a-b", "bytes= 0 - 1 ", "lines=1-2", "bytes=", "bytes=-",
              "bytes=0-" + "9" * 5000),
    "If-None-Match": (f'"{SHA256}"', "*", 'W/"x"', '"' * 999, ","),
    "If-Range": (f'"{SHA256}"', "x", "Sat, 06 Jun 2026 00:00:00 GMT"),
    "If-Modified-Since": ("Sat, 06 Jun 2026 00:00:00 GMT", "Sat, 99 Jun 99999 99:99:99 GMT", "x",
                          "Sat, 06 Jun 0000 00:00:00 GMT"),
    "Accept-Language": ("zh", "zh-hans;q=0.5", "x" * 600, "en;q=nan", ",;q=", "*" * 100),
    "Accept-Encoding": ("gzip", "gzip;q=0", "br, gzip, deflate", "*;q=x"),
    "Expect": ("100-continue", "200-ok"),
    "Connection": ("close", "keep-alive", "upgrade", "close, keep-alive"),
    "Upgrade": ("websocket", "h2c"),
    "Referer": ("http://x/", "javascript:x", "http://[", "\xff"),
    "Origin": ("http://x", "null", "http://[", "http://x:99999"),
    "X-CSRFToken": ("a" * 32, "a" * 64, "\xff", ""),
    "X-Forwarded-For": ("1.2.3.4", "x", "1.2.3.4, " * 100, "[", '"'),
    "X-Forwarded-Proto": ("https", "x", "https, http"),
    "X-Requested-With": ("XMLHttpRequest",),
}  # fmt: skip
FORMS = (
    b"name=office&password=x", b"name=office&password=x&next=//evil", b"name=%00&password=%00",
    b"screen=sq-led1&screen=..", b"next=%ff%fe&name=%ED%A0%80",
    b"name=" + b"a" * 200_000, b"&" * 20_000, b"a=1&" * 1100, b"%", b"%u1234=%zz", b"name=%E5%8F%8D",
    b"csrfmiddlewaretoken=" + b"a" * 64,
    b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\noffice\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="a\x00b"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name*=utf-9''%ff\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
    b"--x\r\n" * 500,
    b"5\r\nname=\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nx\r\n0\r\n\r\n", b"-1\r\n\r\n",
    b"5;" + b"e" * 9000 + b"\r\nname=\r\n0\r\n\r\n",
)  # fmt: skip
METHODS = (
    ("GET",) * 8
    + ("POST",) * 5
    + ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "G\0T", "", "X" * 300)
)
QUERY_KEYS = ("by", "period", "from", "to", "screen", "publication", "before", "next", "x", "page", "lang")
QUERY_VALUES = (
    "item", "all", "2026-06-01", "0001-01-01", "9999-12-31", "2026-13-01", "２０２６-06-01", "-1", "0", "9" * 9,
    "9" * 11, "9" * 5000, "٣", "²", "²²",
    "sq-led1", "../x", "%00", "%ff", "%ED%A0%80", "%0d%0aX: y", "//evil", "/\\evil", "http://x", "javascript:x",
    "a" * 4000, "=1+1", "%E2%80%AE",
)  # fmt: skip


def make(random: Random) -> Case:
    """Returns a few requests, each for a connection of its own."""
    return tuple(_request(random) for _ in range(random.choice((1, 1, 3))))


def _request(random: Random) -> Step:
    method = random.choice(METHODS)
    headers = [("Host", "office"), ("Connection", "close")]
    if random.random() < 0.5:
        headers.append(("Cookie", "wuzha=COOKIE; csrftoken=" + "a" * 32))
    body = b""
    if method not in ("GET", "HEAD") or random.random() < 0.1:
        body = random.choice(FORMS)
        if random.random() < 0.3:
            body = mutation.damaged(random, body, 1)
        headers.append(("Content-Type", random.choice(VALUES["Content-Type"])))
        headers.append(
            ("Content-Length", str(len(body))) if random.random() < 0.8 else ("Transfer-Encoding", "chunked")
        )
    for _ in range(random.choice((0, 1, 2, 4))):
        name = random.choice(list(VALUES))
        headers.append((name, random.choice(VALUES[name])))
    if random.random() < 0.05:
        headers += [(f"X-{n}", "y" * random.choice((1, 100, 5000))) for n in range(random.choice((1, 100, 1000)))]
    if random.random() < 0.1:
        random.shuffle(headers)
        del headers[: random.randint(0, 2)]
    version = random.choice(
        ("HTTP/1.1",) * 12 + ("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 x", "", "HTTP/9.9", "http/1.1")
    )
    head = (
        f"{method} {_path(random)} {version}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    )
    data = head.encode("latin-1", errors="replace") + body
    if random.random() < 0.15:
        data = mutation.damaged(random, data, 2)
    return Step("request", data * (3 if random.random() < 0.03 else 1))


def _path(random: Random) -> str:
    path = random.choice(PATHS)
    match random.randrange(6):
        case 0:
            pairs = [
                f"{random.choice(QUERY_KEYS)}={random.choice(QUERY_VALUES)}" for _ in range(random.choice((1, 3, 9)))
            ]
            path = f"{path.partition('?')[0]}?{random.choice('&;').join(pairs)}"
        case 1:
            at = random.randint(0, len(path))
            path = (
                path[:at]
                + random.choice(
                    ("%00", "%ff", "%2e%2e/", "..", "//", "\\", "%", "%zz", ";", "#", "?", "*", "%25", "a" * 9000)
                )
                + path[at:]
            )
        case 2:
            at = random.randint(0, len(path))
            path = path[:at] + quote(mutation.text(random)[:200], errors="replace") + path[at:]
        case 3 if random.random() < 0.2:
            path = random.choice(
                (
                    "*",
                    "http://x/",
                    "http://[/",
                    "//",
                    "",
                    "office:80",
                    "/" * 3000,
                    "http://x:99999/",
                    "/?" + "a&" * 3000,
                )
            )
    return path


class Server:
    """`wuzha-office serve`, as people start it."""

    bounds = CaseBounds(log_bytes=400.0, files=60, disk_mib=64.0, grows_mib=96.0)

    def __init__(self, folder: Path) -> None:
        house = House(folder, ("sq-led1", "sq-led2"))
        self._cookie = house.cookie.encode()
        (house.place.content / SHA256).write_bytes(bytes(range(256)) * 4000)
        (house.place.metadata / "timestamp.json").write_bytes(b"{}")
        (house.place.metadata / "1.root.json").write_bytes(b"{}")
        house.close()
        self._port = free_port()
        self._log = (folder / "server.log").open("wb")
        self._read_up_to = self._cases = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "office", "serve", "--home", str(house.place.home), "--listen",
            f"127.0.0.1:{self._port}"],
            stdout=self._log, stderr=self._log, cwd=ROOT,
        )  # fmt: skip
        until = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError(f"the server does not start: {(folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.1)

    make = staticmethod(make)

    def run(self, case: Case) -> None:
        """Sends each request, and a good one now and then."""
        self._cases += 1
        for step in case:
            self._check(self._sent(step.data.replace(b"COOKIE", self._cookie)))
        said = self._new_lines()
        if b"Traceback" in said:
            raised = re.findall(rb"^([A-Za-z_][\w.]*)(?::.*)?$", said.partition(b"Traceback")[2], re.M)
            raise Broken(f"the server logs a traceback: {raised[0].decode() if raised else '?'}")
        if self._process.poll() is not None:
            raise Broken("the server ended")
        if self._cases % GOOD_EVERY == 0:
            began = time.monotonic()
            if not self._answers():
                raise Broken(f"a good request is not answered within {GOOD_S:g} s")
            if time.monotonic() - began > GOOD_S:
                raise Broken("a good request is answered late")

    def _sent(self, data: bytes) -> bytes:
        """Gives what comes back until the server is done, or nothing comes for a while."""
        answer = bytearray()
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=GOOD_S) as door:
                door.sendall(data)
                wait_s = WAIT_S
                while len(answer) < 1 << 21:
                    if not select.select([door], [], [], wait_s)[0]:
                        break
                    part = door.recv(1 << 16)
                    if not part:
                        break
                    answer += part
                    wait_s = REST_S
        except ConnectionError:
            pass  # it may hang up on nonsense
        return bytes(answer)

    def _check(self, answer: bytes) -> None:
        codes = re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", answer)
        if answer and not codes:
            raise Broken(f"the answer is not HTTP: {answer[:60]!r}")
        if {b"500", b"502", b"503"} & set(codes):
            raise Broken(f"the answer is {codes[-1].decode()}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=GOOD_S) as door:
                door.settimeout(GOOD_S)
                door.sendall(b"GET /login/ HTTP/1.1\r\nHost: office\r\nConnection: close\r\n\r\n")
                return door.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def _new_lines(self) -> bytes:
        with open(self._log.name, "rb") as log:
            log.seek(self._read_up_to)
            said = log.read()
        self._read_up_to += len(said)
        return said

    def pids(self) -> tuple[int, ...]:
        """Returns the server's process."""
        return (self._process.pid,)

    def close(self) -> None:
        """Ends the server."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def open_target(folder: Path) -> Server:
    """Returns the target."""
    return Server(folder)
