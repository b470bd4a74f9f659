"""docs/security.md names tests; every one of them is there, and every attack of these files stands on the page."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))
DEFINED = re.compile(r"^def (test_\w+)\(", re.M)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_the_page_names_is_there(file: str, name: str) -> None:
    assert name in DEFINED.findall((TESTS / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "file", ["flows/test_attacks.py", "flows/test_disasters.py", "player/publication/test_stolen_server.py"]
)
def test_every_attack_and_disaster_that_is_tried_stands_on_the_page(file: str) -> None:
    tried = {(file, name) for name in DEFINED.findall((TESTS / file).read_text(encoding="utf-8"))}
    assert tried <= set(NAMED)


def test_every_line_of_a_table_of_attacks_names_its_proof() -> None:
    attacks = PAGE.partition("\n## Attacks")[2].partition("\n## What is not defended")[0]
    lines = [line for line in attacks.splitlines() if line.startswith("| ") and "proved by" not in line]
    assert len(lines) > 60
    assert [line for line in lines if "::test_" not in line] == []
    assert len(NAMED) > 100
