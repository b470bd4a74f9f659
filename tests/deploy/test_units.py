"""The systemd units: systemd understands them, they are as closed as they can be, and what they name exists."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "deploy" / "systemd"
UNITS = sorted(path for path in SYSTEMD.iterdir() if path.suffix in (".service", ".path", ".timer"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
LONG_LIVED = ("wuzha-player.service", "wuzha-office.service", "wuzha-collect@.service")
MOST_EXPOSED = {
    "wuzha-player.service": 2.5,
    "wuzha-office.service": 1.5,
    "wuzha-collect@.service": 1.5,
    "wuzha-backup.service": 1.5,
    "wuzha-passwords.service": 2.5,
    "mosquitto.service": 1.5,
}
"""The X server is root with a graphics card in its hands; it is not listed."""
PROGRAM = "/opt/wuzha/"
BUILT = ("wuzha-player", "wuzha-office", "python")
"""What `make .venv/.made` makes."""


def settings(path: Path) -> dict[str, list[str]]:
    """Gives the values of every setting of a unit, in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if match := re.match(r"(\w+)=(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def installed(unit: Path, folder: Path) -> Path:
    """Writes a unit as if the program were installed where it lies now."""
    text = unit.read_text()
    for name in BUILT:
        text = text.replace(f"{PROGRAM}.venv/bin/{name}", f"{Path(sys.executable).parent}/{name}")
    made = folder / unit.name
    made.write_text(text.replace(PROGRAM, f"{ROOT}/"))
    return made


def mosquitto(folder: Path) -> Path:
    """Gives Debian's unit of mosquitto with our drop-in, as one file."""
    dropped = (ROOT / "deploy/mosquitto/mosquitto.service.d/wuzha.conf").read_text()
    made = folder / "mosquitto.service"
    made.write_text(f"[Unit]\nDescription=broker\n[Service]\nType=notify\nNotifyAccess=main\n{dropped}")
    return installed(made, folder)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_has_nothing_to_say_against_a_unit(unit: Path, tmp_path: Path, needs) -> None:
    needs("systemd-analyze")
    installed(SYSTEMD / "wuzha-passwords.service", tmp_path)
    installed(SYSTEMD / "wuzha-backup.service", tmp_path)
    made = installed(unit, tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", made],
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    about_us = [line for line in done.stderr.splitlines() if line.strip() and "/usr/bin/Xorg" not in line]
    assert about_us == []


@pytest.mark.parametrize("name", MOST_EXPOSED)
def test_a_service_is_closed_to_what_it_does_not_need(name: str, tmp_path: Path, needs) -> None:
    needs("systemd-analyze")
    made = mosquitto(tmp_path) if name == "mosquitto.service" else installed(SYSTEMD / name, tmp_path)
    most = str(int(MOST_EXPOSED[name] * 10))
    done = subprocess.run(
        ["systemd-analyze", "security", "--no-pager", "--offline=yes", f"--threshold={most}", made],
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 0, "\n".join(done.stdout.splitlines()[-3:]) + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_file_of_ours_that_a_unit_names_exists(unit: Path) -> None:
    for word in re.findall(rf"{PROGRAM}[^\s;]+", unit.read_text()):
        path = ROOT / word.removeprefix(PROGRAM)
        assert path.exists() or word.removeprefix(f"{PROGRAM}.venv/bin/") in BUILT, word


@pytest.mark.parametrize("name", LONG_LIVED)
def test_a_service_is_watched_and_begins_again_for_ever(name: str) -> None:
    found = settings(SYSTEMD / name)
    assert found["Type"] == ["notify"]
    assert found["NotifyAccess"] == ["main"]
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert int(found["WatchdogSec"][0]) > 0
    assert found["User"][0].startswith("wuzha-")
    assert found["CapabilityBoundingSet"] == [""]


def test_the_player_s_watchdog_leaves_the_supervisor_time_to_help_itself() -> None:
    from player.watch.backoff import PAUSES_S
    from player.watch.supervisor import SILENCE_S, START_S

    assert int(settings(SYSTEMD / "wuzha-player.service")["WatchdogSec"][0]) > 2 * (SILENCE_S + START_S) + PAUSES_S[-1]


def test_the_player_s_unit_leaves_what_the_decoder_s_walls_and_the_clock_need() -> None:
    found = settings(SYSTEMD / "wuzha-player.service")
    allowed = {word for line in found["SystemCallFilter"] for word in line.split()}
    assert {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp", "adjtimex"} <= allowed
    assert not any(word.startswith("~") for word in allowed)  # workers set limits: @resources
    assert "ProtectClock" not in found  # it forbids adjtimex, and every record would say that its clock is unsynced
    assert "PrivateIPC" not in found  # MIT-SHM
    assert "PrivateDevices" not in found
    assert "MemoryDenyWriteExecute" not in found
    assert found["BindReadOnlyPaths"] == ["-/tmp/.X11-unix"]
    assert found["OOMPolicy"] == ["continue"]


def test_the_office_s_passphrase_is_a_credential_of_the_services_and_in_no_environment() -> None:
    for name in ("wuzha-office.service", "wuzha-collect@.service"):
        found = settings(SYSTEMD / name)
        assert found["LoadCredential"] == ["online.passphrase:/etc/wuzha-office/online.passphrase"]
        assert "Environment" not in found
    assert "online.passphrase" in (ROOT / "deploy/office").read_text()


def test_commands_of_the_units_are_commands_of_the_programs() -> None:
    import office.cli
    import player.cli

    for path in SERVICES:
        for line in settings(path).get("ExecStart", []):
            program, *words = shlex.split(line.replace("%i", "1"))
            if program.endswith("wuzha-player"):
                player.cli.parser().parse_args(words)
            elif program.endswith("wuzha-office"):
                office.cli.parser().parse_args(words)


@pytest.mark.parametrize("rules", ["office.nft", "player.nft"])
def test_the_firewall_s_rules_are_understood(rules: str, tmp_path: Path, needs) -> None:
    needs("nft", "unshare")
    made = tmp_path / rules
    made.write_text((ROOT / "deploy/nftables" / rules).read_text().replace('"wuzha-player"', "0"))
    done = subprocess.run(
        ["unshare", "-rn", "nft", "-c", "-f", made], capture_output=True, text=True, timeout=50, check=False
    )
    if "unshare" in done.stderr:
        pytest.skip(f"no user namespaces: {done.stderr.strip()}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["wuzha-player.service", "wuzha-display.service"])
def test_the_picture_waits_for_no_network_no_share_and_no_stick(name: str) -> None:
    """`systemd-user-sessions` comes after network and remote file systems, `systemd-udev-settle` after every device."""
    waits = ("network", "remote-fs", "systemd-user-sessions", "systemd-udev-settle", "nss-user-lookup", "time-sync")
    found = settings(SYSTEMD / name)
    named = [
        word
        for key in ("After", "Wants", "Requires", "BindsTo")
        for line in found.get(key, [])
        for word in line.split()
    ]
    assert named
    assert [word for word in named if word.startswith(waits)] == []
