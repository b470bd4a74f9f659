"""How the office's password file comes to the broker."""

import getpass
import os
import subprocess
from pathlib import Path

import pytest

from office.broker.passwords import with_password, without_user

ROOT = Path(__file__).parents[2]


def bring(folder: Path) -> subprocess.CompletedProcess[str]:
    me = getpass.getuser()
    return subprocess.run(
        [ROOT / "deploy/mosquitto/bring-passwords", folder / "from", folder / "to"],
        env={**os.environ, "READER": me, "OWNER": me},
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


def test_what_the_office_writes_arrives_as_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    text = with_password(with_password("", "office", "one"), "sq-led1", "two")
    (tmp_path / "from").write_text(text)
    assert bring(tmp_path).returncode == 0
    assert (tmp_path / "to").read_text() == text
    assert (tmp_path / "to").stat().st_mode & 0o777 == 0o600
    (tmp_path / "from").write_text(without_user(text, "sq-led1"))
    assert bring(tmp_path).returncode == 0
    assert "sq-led1" not in (tmp_path / "to").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["from", "to"]


@pytest.mark.parametrize(
    "line",
    ["sq-led1:plain", "+:$7$101$abcdefghijklmnop$abcdefghijklmnop", "a/b:$7$101$abcdefghijklmnop$abcdefghijklmnop",
     "", "root:x:0:0:root:/root:/bin/bash", "sq-led1:$7$101$" + "A" * 400, "sq-led1:$7$101$ABCDEFGHIJKLMNOP$x y"],
)  # fmt: skip
def test_a_file_with_a_line_that_is_no_password_is_refused_whole(tmp_path: Path, line: str) -> None:
    (tmp_path / "to").write_text("as before")
    (tmp_path / "from").write_text(with_password("", "office", "one") + line + "\n")
    done = bring(tmp_path)
    assert done.returncode == 1
    assert "no password" in done.stderr
    assert (tmp_path / "to").read_text() == "as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["from", "to"]


def test_an_endless_file_is_refused_and_none_is_no_fault(tmp_path: Path) -> None:
    assert bring(tmp_path).returncode == 0
    (tmp_path / "from").symlink_to("/dev/zero")
    assert bring(tmp_path).returncode == 1
    assert not (tmp_path / "to").exists()
