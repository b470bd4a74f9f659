"""What a command prints is lines of its own: nothing in a stranger's name or text acts on the terminal."""

import ast
import json
from pathlib import Path

import pytest

import player
from player.commands.terminal import tell, tell_json, tell_trouble
from player.commands.wording import complaint_text
from signage.errors import Complaint, Words
from tests.player.commands.conftest import Wuzha

BAD = "\x1b]0;owned\x07\x9b2J\n[好] \u202e01169.png"


def test_lines_of_a_stranger_do_not_become_lines_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    tell(f"refused {BAD}", "and on")
    tell_trouble(BAD)
    said = capsys.readouterr()
    assert said.out == "refused \\x1b]0;owned\\x07\\x9b2J\\n[好] \\u202e01169.png\nand on\n"
    assert said.err == "\\x1b]0;owned\\x07\\x9b2J\\n[好] \\u202e01169.png\n"


def test_json_keeps_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    tell_json({"name": BAD})
    line = capsys.readouterr().out
    assert line.rstrip("\n").isprintable()
    assert json.loads(line) == {"name": BAD}


def test_a_complaint_is_three_lines_whatever_it_is_about() -> None:
    complaint = Complaint(where=BAD, problem=Words(BAD, BAD), cure=Words(BAD, BAD))
    lines = complaint_text(complaint).split("\n")
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)


def test_no_command_prints_but_through_the_one_door() -> None:
    root = Path(player.__file__).parent
    files = [root / "cli.py", *(root / "commands").glob("*.py")]
    printing = [
        file.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert {*printing} == {"terminal.py"}


@pytest.mark.slow
def test_a_log_line_of_a_strange_name_is_one_line_without_controls(wuzha: Wuzha, house: Path) -> None:
    for name in ("a\x1b[2J\n2026 INFO all is well.png", "\u202e01169.png", "\x9b31m.toml"):
        (house / "media" / name).write_bytes(b"x")
        (house / "playlists" / name).write_bytes(b"x")
    (house / "playlists" / "bad.toml").write_text('title = "\\u001b[2J\\u202e"\n[[item]]\nmedia="\\u009b.png"\n')
    done = wuzha("run", "--headless", "--for", "5")
    assert "refused \\u202e01169.png" in done.stderr
    assert all(line.isprintable() for line in done.stderr.split("\n")), ascii(done.stderr)
    assert not [line for line in done.stderr.split("\n") if line.startswith("2026 INFO")]
