"""Under every locale names of files are the same, and no command fails for what a terminal cannot show."""

import codecs
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from signage.printable import ascii_json, printable_json
from signage.utf8_mode import as_utf8, output_encoding
from tests.player.commands.conftest import CONFIG

ROOT = Path(__file__).parents[2]
LOCALES = {"zh_CN.GBK": ("zh_CN", "GBK"), "en_US.ISO-8859-1": ("en_US", "ISO-8859-1")}
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.mark.parametrize(
    ("terminal", "environment", "written"),
    [
        ("gbk", {}, "gbk"),
        ("iso8859-1", {}, "iso8859-1"),
        ("ascii", {}, "utf-8"),
        ("ANSI_X3.4-1968", {}, "utf-8"),
        ("ascii", {"PYTHONIOENCODING": "ascii"}, "ascii"),
        ("gbk", {"JOURNAL_STREAM": "8:1"}, "utf-8"),
        ("", {}, "utf-8"),
    ],
)
def test_people_are_told_in_their_terminals_encoding(terminal: str, environment: dict[str, str], written: str) -> None:
    assert output_encoding(terminal, environment) == written


def test_what_was_typed_on_a_gbk_terminal_means_what_it_says_and_a_name_on_the_disk_is_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = "主区".encode("gbk")
    assert as_utf8(typed, "gbk") == "主区".encode()
    assert as_utf8("主区".encode(), "gbk") == "主区".encode()
    Path(os.fsdecode(typed)).touch()
    assert as_utf8(typed, "gbk") == typed
    assert as_utf8(b"\xff\xff", "gbk") == b"\xff\xff"
    assert as_utf8(b"\xff\xff", "no such codec") == b"\xff\xff"


def test_json_in_ascii_is_the_same_value() -> None:
    value = {"海报": "a\u202e\U0001f600", "b": [1, None]}
    assert json.loads(ascii_json(printable_json(value))) == value
    assert ascii_json(printable_json(value)).isascii()


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locales")
    for name, (source, charmap) in LOCALES.items():
        words = ["localedef", "-i", source, "-f", charmap, str(folder / name)]
        try:
            subprocess.run(words, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("localedef makes no locales here")
    return folder


@pytest.fixture
def run(tmp_path: Path, locales: Path) -> Run:
    """Runs a program of ours in a folder with a Chinese poster and playlist."""
    (tmp_path / "media").mkdir()
    (tmp_path / "playlists").mkdir()
    (tmp_path / "kiosk_config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "playlists" / "清晨.toml").write_text('dwell_s = 1\n[[item]]\nmedia = "*.png"\n', encoding="utf-8")
    Image.new("RGB", (64, 36), "red").save(tmp_path / "media" / "海报.png")
    for picture in ("海报2.png".encode("gbk"), b"\xff.png"):
        Image.new("RGB", (64, 36)).save(Path(os.fsdecode(bytes(tmp_path / "media") + b"/" + picture)))
    kept = ("PATH", "HOME", "TMPDIR")

    def run(*words: str | bytes, program: str = "player", **environment: str) -> subprocess.CompletedProcess[bytes]:
        clean = {name: os.environ[name] for name in kept if name in os.environ}
        base = {"PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy", "LOCPATH": str(locales)}
        return subprocess.run(
            [sys.executable, "-m", program, *words],
            cwd=tmp_path, env={**clean, **base, **environment}, capture_output=True, timeout=60, check=False,
        )  # fmt: skip

    return run


ODD = [
    {"LC_ALL": "zh_CN.GBK"},
    {"LC_CTYPE": "en_US.ISO-8859-1"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "gbk"},
]


@pytest.mark.slow
@pytest.mark.parametrize("environment", ODD, ids=lambda each: " ".join(f"{k}={v}" for k, v in each.items()))
def test_no_command_fails_for_an_encoding_and_json_is_utf8(run: Run, environment: dict[str, str]) -> None:
    for words in (["check"], ["doctor", "--json"], ["--help"], ["run", "--config", "没有.toml"]):
        done = run(*words, **environment)
        assert b"Traceback" not in done.stderr, (words, done.stderr)
        assert done.returncode in (0, 2), (words, done.stderr)
    probed = json.loads(run("probe", "--json", "media/海报.png".encode(), **environment).stdout.decode())
    assert probed["path"].endswith("海报.png")
    assert probed["ok"]
    told = [json.loads(line) for line in run("check", "--json", **environment).stdout.decode().splitlines()]
    [cure] = [each["cure"] for each in told if "原名应是“海报2.png”" in each["problem"]]
    assert "改名" in cure
    for words in (["--help"], ["screens", "--home", "没有"]):
        done = run(*words, program="office", **environment)
        assert b"Traceback" not in done.stderr, (words, done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["zh_CN.GBK", "en_US.ISO-8859-1"])
def test_a_picture_is_named_right_in_the_ledger_under_every_locale(run: Run, locale: str) -> None:
    done = run("run", "--headless", "--for", "4", LC_ALL=locale)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    plays = [json.loads(line) for line in run("plays", "--json", LC_ALL="C.UTF-8").stdout.decode().splitlines()]
    assert {(play["media"], play["playlist"], play["outcome"]) for play in plays} >= {("海报.png", "清晨", "complete")}
    assert {play["media"] for play in plays} - {""} == {"海报.png"}
    shown = run("plays", LC_ALL=locale).stdout
    codec = codecs.lookup(LOCALES[locale][1]).name
    assert ("海报.png" if codec == "gbk" else r"\u6d77\u62a5.png") in shown.decode(codec)


@pytest.mark.slow
def test_what_is_typed_on_a_gbk_terminal_is_understood(run: Run) -> None:
    done = run("plan", "--from", "2026-11-30", "--to", "2026-12-01", "--zone", "主区".encode("gbk"), LC_ALL="zh_CN.GBK")
    assert "主区" in (done.stdout + done.stderr).decode("gbk")
