"""Every command gives its answer, and the prompt back, beside a disk or a share that hangs in the kernel."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hanging import Share, disk
from tests.player.commands.conftest import house  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[3]
PLAN = ("plan", "--from", "2026-12-01T08:00", "--to", "2026-12-01T08:01")
NAMED = "没有响应"
Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ask(house: Path) -> Ask:  # noqa: F811
    """Runs a command as a shell does, and waits for its end and for everything it may print."""
    config = house / "kiosk_config.toml"
    text = config.read_text(encoding="utf-8")
    assert "[folders]" not in text
    config.write_text(f'{text}\n[folders]\nmedia = ["share", "media"]\nstate = "state"\n', encoding="utf-8")
    for name in ("share", "state", "tmp"):
        (house / name).mkdir()
    clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "player", *words], cwd=house,
            env={**clean, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy", **more},
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def share(house: Path, ask: Ask) -> Iterator[Share]:  # noqa: F811
    with Share(house / "share", {"a.png": b"x"}, hangs=True) as one:
        yield one


@pytest.fixture
def state(house: Path, ask: Ask) -> Iterator[Path]:  # noqa: F811
    with Share(house / "state", {"ledger.db": b"x"}, hangs=True) as one:
        yield one.at


def test_check_names_a_share_that_does_not_answer(ask: Ask, share: Share) -> None:
    done = ask("check", "--json")
    assert done.returncode == 2, done.stderr
    assert [(t["where"], NAMED in t["problem"]) for t in map(json.loads, done.stdout.splitlines())] == [
        (str(share.at), True)
    ]


def test_plan_goes_by_the_other_folders_and_names_the_share(ask: Ask, share: Share) -> None:
    done = ask(*PLAN)
    assert done.returncode == 0, done.stderr
    assert "posters/1.png" in done.stdout
    assert str(share.at) in done.stderr
    assert NAMED in done.stderr


def test_doctor_names_both_what_does_not_answer(ask: Ask, share: Share, state: Path) -> None:
    page = json.loads(ask("doctor", "--json").stdout)
    assert not page["disk"]["ok"]
    assert (str(state) in page["disk"]["says"], NAMED in page["disk"]["says"]) == (True, True)
    assert (str(share.at) in page["media"]["says"], NAMED in page["media"]["says"]) == (True, True)


@pytest.mark.parametrize("words", [("plays",), ("check",), PLAN, ("verify",), ("doctor",)], ids=lambda words: words[0])
def test_a_state_folder_that_does_not_answer_is_named_by_each_command(
    ask: Ask,
    state: Path,
    words: tuple[str, ...],
    house: Path,  # noqa: F811
) -> None:
    done = ask(*words, TMPDIR=str(house / "tmp"))
    told = done.stdout + done.stderr
    assert str(state) in told
    assert NAMED in told
    assert list((house / "tmp").iterdir()) == [], "nothing is left behind"


def test_a_frozen_state_disk_holds_no_command_up(ask: Ask, house: Path) -> None:  # noqa: F811
    with disk(house / "state") as one:
        assert ask("check").returncode == 0
        one.freeze()
        done = ask("check")
        assert done.returncode == 2
        assert str(one.at) in done.stdout
        one.thaw()


def test_probe_answers_for_every_file_beside_one_that_does_not(ask: Ask, share: Share, house: Path) -> None:  # noqa: F811
    done = ask("probe", "--json", str(share.at / "a.png"), str(house / "media" / "posters" / "1.png"))
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["ok"], NAMED in first["why"], second["ok"]) == (False, True, True)


def test_a_share_that_stalls_while_it_is_read_is_named(ask: Ask, house: Path) -> None:  # noqa: F811
    with Share(house / "share", {f"{n}.png": b"x" * 4096 for n in range(3)}) as share:
        share.stop_reading()
        done = ask("check", "--json")
        assert any(json.loads(line)["where"] == str(share.at) for line in done.stdout.splitlines()), done.stdout


def test_an_enrolment_on_a_disk_that_does_not_answer_is_named(ask: Ask, house: Path) -> None:  # noqa: F811
    with Share(house / "usb", {"office.toml": b"x"}, hangs=True) as usb:
        done = ask("check", "--enrolment", str(usb.at))
        assert done.returncode == 2
        assert str(usb.at) in done.stdout
        assert NAMED in done.stdout


def test_a_configuration_on_a_disk_that_does_not_answer_is_named(ask: Ask, house: Path) -> None:  # noqa: F811
    with Share(house / "usb", {"kiosk_config.toml": b"x"}, hangs=True) as usb:
        done = ask("check", "--config", str(usb.at / "kiosk_config.toml"))
        assert done.returncode == 2
        assert NAMED in done.stdout + done.stderr


def test_the_exit_code_is_passed_on(ask: Ask) -> None:
    assert ask("check").returncode == 0
    assert ask("plan", "--from", "never", "--to", "2026-12-01").returncode == 2
    assert ask("plays").returncode == 1
