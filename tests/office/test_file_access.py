"""What is said of a file that this user may not use."""

import os
from pathlib import Path

import pytest

from office.file_access import in_the_way

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
NOBODY = 65534


@pytest.fixture
def as_nobody() -> object:
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Path, Path]:
    """The office's home, and a person's."""
    found = tmp_path / "office", tmp_path / "li"
    for each in (tmp_path, *tmp_path.parents):
        if each != Path("/tmp") and each.is_relative_to("/tmp"):
            each.chmod(0o755)
    for each in found:
        each.mkdir(mode=0o700)
    return found


def test_nobody_is_told_to_take_a_persons_home_away(homes: tuple[Path, Path], as_nobody: object) -> None:
    office, person = homes
    way = in_the_way(person / "plays.xlsx", home=office)
    assert way is not None
    assert "chown" not in way.zh + way.en
    assert str(person) in way.zh


def test_a_file_of_the_office_is_to_get_its_owner_back(homes: tuple[Path, Path], as_nobody: object) -> None:
    office, _ = homes
    way = in_the_way(office / "db.sqlite3", home=office)
    assert way is not None
    assert f"chown nobody {office}" in way.en
