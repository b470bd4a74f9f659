"""A real office beside crowds: downloads and a right login stay fast, whoever guesses, trickles, idles or reads slowly.

Nothing is timed against a clock on the wall: what it takes beside a crowd is compared with what it takes without one,
each in terms of a piece of work that this process does at the same moment, for the machine may have others to serve.
"""

import hashlib
import http.client
import os
import re
import resource
import select
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from office.place import Place, found
from tests.office.crowd import CONTENT
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NAME, PASSWORD = "office", "four-words-of-one-test"
WITHIN_S = 40.0
FILE = "1" * 64
BODY = os.urandom(5_000_000)
ROOT = Path(__file__).parents[2]
HERE, MANY = ["127.0.0.2"], [f"127.0.1.{number}" for number in range(1, 101)]
TIMES = 3


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a real `wuzha-office serve` listens; it has one login, a file, and a large one."""
    home = Place(tmp_path_factory.mktemp("crowds") / "office")
    found(home)
    with (home.content / CONTENT).open("wb") as file:
        file.truncate(40_000_000)
    (home.content / FILE).write_bytes(BODY)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    give = (
        "import sys; from pathlib import Path\n"
        "from office.place import Place; from office.settings import open_office\n"
        "open_office(Place(Path(sys.argv[1])))\n"
        "from django.contrib.auth import get_user_model\n"
        "get_user_model().objects.create_user(sys.argv[2], password=sys.argv[3])"
    )
    subprocess.run([sys.executable, "-c", give, str(home.home), NAME, PASSWORD], check=True, env=environment)
    at = free_port()
    words = [sys.executable, "-m", "office", "serve", "--home", str(home.home), "--listen", f"127.0.0.1:{at}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as office:
        try:
            assert office.stdout is not None
            assert f":{at}/" in office.stdout.readline()
            yield at
        finally:
            office.send_signal(signal.SIGTERM)
            assert office.wait(WITHIN_S) == 0


@contextmanager
def crowd(kind: str, port: int, many: int, addresses: list[str]) -> Iterator[None]:
    """So many of a kind (tests/office/crowd.py) stand at the door."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < many + 100:
        pytest.skip(f"this machine lets no process open {many} connections")
    words = [sys.executable, "-m", "tests.office.crowd", kind, str(port), str(many), *addresses]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as people:
        try:
            assert people.stdout is not None
            assert select.select([people.stdout], [], [], WITHIN_S)[0], "they do not even get there"
            yield
        finally:
            people.kill()


def download(port: int, source: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S, source_address=(source, 0))) as door:
        door.request("GET", f"/content/{FILE}")
        assert door.getresponse().read() == BODY


def log_in(port: int, source: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S, source_address=(source, 0))) as door:
        door.request("GET", "/login/")
        answer = door.getresponse()
        cookie = re.search("csrftoken=([^;]+)", answer.headers["Set-Cookie"])
        token = re.search('csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
        assert cookie
        assert token
        form = urlencode({"csrfmiddlewaretoken": token[1], "name": NAME, "password": PASSWORD})
        kind = "application/x-www-form-urlencoded"
        door.request("POST", "/login/", form, {"Cookie": f"csrftoken={cookie[1]}", "Content-Type": kind})
        assert door.getresponse().status == 302


def work() -> None:
    """Hashes a password, as a login does."""
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1_000_000)


def took(act: Callable[[int, str], None], port: int, source: str) -> float:
    """Returns how long it takes in the middle of a few times, in terms of `work`."""
    times = []
    for _ in range(TIMES):
        begun = time.monotonic()
        work()
        between = time.monotonic()
        act(port, source)
        done = time.monotonic()
        work()
        times.append(2 * (done - between) / (between - begun + time.monotonic() - done))
    return statistics.median(times)


@pytest.mark.parametrize(
    ("kind", "many", "addresses"),
    [
        ("guess", 24, HERE),
        ("guess", 24, MANY),
        ("trickle", 2000, HERE),
        ("trickle", 2000, MANY),
        ("slow", 400, MANY),
        ("pipelined", 40, HERE),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)) if isinstance(value, list) else str(value),
)
def test_beside_a_crowd_downloads_and_a_right_login_are_about_as_fast_as_without(
    port: int, kind: str, many: int, addresses: list[str]
) -> None:
    log_in(port, "127.0.0.9")
    quiet = took(log_in, port, "127.0.0.9"), took(download, port, "127.0.0.9")
    with crowd(kind, port, many, addresses):
        beside = took(log_in, port, "127.0.0.9"), took(download, port, "127.0.0.9")
    told = (
        f"a login {quiet[0]:.2f}, beside them {beside[0]:.2f}; a download {quiet[1]:.3f}, beside them {beside[1]:.3f}"
    )
    assert beside[0] < 3 * quiet[0] + 1, told
    assert beside[1] < 5 * quiet[1] + 1, told


def test_who_shares_an_address_with_a_guesser_and_came_in_before_comes_in_at_once(port: int) -> None:
    log_in(port, HERE[0])
    quiet = took(log_in, port, HERE[0])
    with crowd("guess", port, 24, HERE):
        beside = took(log_in, port, HERE[0])
    assert beside < 3 * quiet + 3, f"{quiet:.2f}, beside them {beside:.2f}"
