"""`wuzha-office serve` answers where it is told to, and ends when it is told to."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from office.place import Place, found
from signage.errors import BadInput
from tests.ports import free_port

WITHIN_S = 30.0


@pytest.mark.slow
def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    home = Place(tmp_path / "office")
    found(home)
    (home.content / ("0" * 64)).write_bytes(b"published")
    listen = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "office", "serve", "--home", str(home.home), "--listen", listen],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert told
        with urllib.request.urlopen(f"{told[0]}content/{'0' * 64}", timeout=WITHIN_S) as answer:
            assert answer.read() == b"published"
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN_S) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def test_addresses_are_read_as_people_write_them(database: None) -> None:
    from office.commands.serve import read_address

    assert read_address("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert read_address("[::1]:80") == ("::1", 80)
    assert read_address(":8080") == ("127.0.0.1", 8080)
    for text in ("127.0.0.1", "host:", "host:0", "host:70000", "host:x", "host:８０"):
        with pytest.raises(BadInput):
            read_address(text)
