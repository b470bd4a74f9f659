"""The pages that say how to install: every file and command that they name exists, in both languages the same."""

import re
import shlex
from pathlib import Path

import pytest

import office.cli
import player.cli

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs/deploy.md", ROOT / "docs/deploy.zh.md")
BLOCK = re.compile(r"```(\w+)\n(.*?)```\n", re.S)
DEBIAN = {
    "apt-get", "git", "cd", "make", "cp", "mv", "ln", "ls", "install", "chown", "chmod", "systemctl",
    "systemd-sysusers", "systemd-analyze", "journalctl", "nginx", "nft", "amixer",
}  # fmt: skip
"""What the system or a package that the page installs brings."""
UNITS = {path.name for path in (ROOT / "deploy/systemd").iterdir()} | {"mosquitto.service", "nginx.service"}


def commands(text: str) -> list[list[str]]:
    """Gives the words of every command in blocks and in sentences."""
    lines = [line for kind, block in BLOCK.findall(text) if kind == "sh" for line in block.splitlines()]
    inline = re.findall(r"`((?:wuzha-office|wuzha-player|systemctl|install|journalctl) [^`]+)`", BLOCK.sub("", text))
    return [shlex.split(line) for line in lines + inline]


def test_both_pages_give_the_same_commands() -> None:
    first, second = (BLOCK.findall(page.read_text()) for page in PAGES)
    assert first == second
    assert first


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_repository_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    named = re.findall(r"(?<![\w/])(?:/opt/wuzha/)?((?:deploy|docs)/[\w./@*-]+)", text)
    named += re.findall(r"\]\(([\w./]+)\)", text)
    assert len(named) > 20
    for name in named:
        assert list(ROOT.glob(name)) or list((ROOT / "docs").glob(name)), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_is_one_that_its_program_takes(page: Path) -> None:
    found = 0
    for words in commands(page.read_text()):
        match words[4:] if words[0] == "runuser" else words:  # runuser -u SOMEBODY --
            case ["wuzha-office", *rest]:
                office.cli.parser().parse_args(["1" if word == "N" else word for word in rest])
                found += 1
            case ["wuzha-player", *rest]:
                player.cli.parser().parse_args(rest)
            case [".venv/bin/python", script, *_]:
                assert (ROOT / script).is_file()
            case [program, *_]:
                assert program in DEBIAN, program
    assert found >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_unit_that_a_page_starts_is_shipped(page: Path) -> None:
    known = {re.sub(r"@?\.\w+$", "", name) for name in UNITS} | {"nftables"}
    started = set()
    for words in commands(page.read_text()):
        match words:
            case ["systemctl", "start" | "stop" | "enable" | "restart" | "reload" | "status", *rest]:
                started |= {word for word in rest if not word.startswith("-")}
            case ["systemd-analyze", "security", unit]:
                started.add(unit)
            case _:
                pass
    assert {"wuzha-player", "wuzha-office", "mosquitto"} <= started
    for unit in started:
        assert re.sub(r"(@[\w*]*)?(\.(service|timer|path))?$", "", unit) in known, unit


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_settings_that_a_page_gives_are_read_by_the_programs(page: Path, tmp_path: Path) -> None:
    import tomllib

    import msgspec

    from office.place import OfficeSettings

    told = [tomllib.loads(block) for kind, block in BLOCK.findall(page.read_text()) if kind == "toml"]
    settings, screen = told
    assert msgspec.convert(settings, OfficeSettings).screens_broker.startswith("mqtts://")
    config = tomllib.loads((ROOT / "kiosk_config.toml").read_text())
    for table, keys in screen.items():
        assert set(keys) <= set(config[table]), table


def test_every_shipped_file_is_in_the_page() -> None:
    text = PAGES[0].read_text()
    for path in sorted((ROOT / "deploy").rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.is_dir() or "__pycache__" in name:
            continue
        patterns = [word for word in re.findall(r"deploy/[\w./@*-]+", text) if "*" in word]
        used_by_unit = any(name in unit.read_text() for unit in (ROOT / "deploy").rglob("*.service"))
        used_by_conf = any(name in conf.read_text() for conf in (ROOT / "deploy").rglob("*.conf"))
        named = name in text or any(path in ROOT.glob(word) for word in patterns)
        assert named or used_by_unit or used_by_conf, name
