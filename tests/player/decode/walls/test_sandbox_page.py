"""docs/sandbox.md lists the system calls as the code does."""

import re
from pathlib import Path

from player.decode.walls.calls import ALLOWED

PAGE = (Path(__file__).parents[4] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_page_lists_every_call_with_its_numbers_and_its_reason_and_no_other():
    def number(of: int | None) -> str:
        return "–" if of is None else str(of)

    listed = [f"| `{c.name}` | {number(c.x86_64)} | {number(c.aarch64)} | {c.why} |" for c in ALLOWED]
    assert re.findall(r"^\| `\w+` \| [\d–]+ \|.*$", PAGE, re.M) == listed
