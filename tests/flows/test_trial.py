"""The trial, as somebody runs it the first time: one command, a page, a login, a push, and Ctrl-C."""

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from office.broker.local import find_mosquitto
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
WITHIN_S = 50.0
CONFIG = """
[screen]
id = "sq-trial"
title = "试用屏"
canvas = [320, 180]
[sound]
enabled = false
"""
PLAYLIST = 'title = "{title}"\ndwell_s = 2\n{rank}\n[[item]]\ncard = "notice"\ntitle = "{title}"\ntext = "{title}"\n'


def wait_until(true: Callable[[], object], what: Callable[[], str]) -> None:
    end = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < end, what()
        time.sleep(0.1)


class Trial:
    """`wuzha-office trial`, as a process of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.home = folder / "var" / "trial"
        self.lines: list[str] = []
        self._cookies = http.cookiejar.CookieJar()
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "office", "trial", "--headless", "--port", str(free_port()), "--broker-port",
             str(free_port()), *words],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_until(lambda: self.has("Ctrl-C") or self.process.poll() is not None, self.text)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def text(self) -> str:
        return "\n".join(self.lines)

    def has(self, words: str) -> bool:
        return any(words in line for line in tuple(self.lines))

    @property
    def url(self) -> str:
        return self.found(r"(http://127\.0\.0\.1:\d+)/")

    @property
    def password(self) -> str:
        return self.found(r"password\s+(\S+)")

    def found(self, pattern: str) -> str:
        found = re.search(pattern, self.text())
        assert found, self.text()
        return found[1]

    def get(self, path: str) -> str:
        with self._browser.open(self.url + path, timeout=WITHIN_S) as answer:
            return str(answer.read().decode())

    def log_in(self, password: str) -> str:
        """Fills in the form; gives the page that came of it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/login/"))
        assert token
        form = {"name": "office", "password": password, "csrfmiddlewaretoken": token[1]}
        with self._browser.open(self.url + "/login/", urllib.parse.urlencode(form).encode(), WITHIN_S) as answer:
            return str(answer.read().decode())

    def office(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "office", *words, "--home", str(self.home)],
            cwd=self.home.parents[1], capture_output=True, text=True, timeout=WITHIN_S, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def push(self, folder: str) -> None:
        signers = [f"--passphrase-file-{who}={self.home / 'passphrases' / who}" for who in ("author", "approver")]
        self.office("push", folder, "--to", "all", "--wait", "0", *signers)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(WITHIN_S)
        self._thread.join(WITHIN_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kiosk_config.toml").write_text(CONFIG)
    (tmp_path / "media").mkdir()
    for name, title, rank in (("playlists", "本地节目", ""), ("alert/playlists", "预警", 'rank = "emergency"')):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "main.toml").write_text(PLAYLIST.format(title=title, rank=rank))
    return tmp_path


@pytest.fixture
def started(folder: Path) -> Iterator[Callable[..., Trial]]:
    running: list[Trial] = []

    def start(*words: str) -> Trial:
        running.append(Trial(folder, *words))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
            each.wait()


def children(folder: Path) -> list[str]:
    """The command lines of processes that name the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(folder) in words and "pytest" not in words.split(" -")[0]:
            found.append(words)
    return [words for words in found if "trial" in words or "mosquitto" in words]


@pytest.mark.parametrize("broker", ["mosquitto", "embedded"])
def test_one_command_shows_a_push_on_a_screen_and_ctrl_c_ends_it_all(
    started: Callable[..., Trial], folder: Path, needs: Callable[..., None], broker: str
) -> None:
    if broker == "mosquitto" and find_mosquitto() is None:
        needs("mosquitto")
    trial = started(*(["--embedded"] if broker == "embedded" else []))
    assert trial.has("mosquitto（MQTT 5）" if broker == "mosquitto" else "内置 amqtt（MQTT 3.1.1）"), trial.text()

    assert "用户名或密码不对" in trial.log_in("guessed")
    assert "试用屏" in trial.log_in(trial.password)
    wait_until(lambda: "在线" in trial.get("/") and "本地节目" in trial.get("/"), trial.text)

    trial.push("alert")
    wait_until(lambda: "全部上屏" in trial.get("/publications/"), lambda: trial.text() + trial.get("/publications/"))
    wait_until(lambda: "预警" in trial.get("/counts/?by=item"), trial.text)

    passwords = [path.read_text() for path in trial.home.rglob("*") if path.name == "player.log"]
    assert trial.password not in "".join(passwords)
    assert trial.interrupt() == 0
    assert trial.has("正在结束")
    wait_until(lambda: not children(folder), lambda: str(children(folder)))


def test_the_next_start_goes_on_with_what_was_published_under_a_new_password(
    started: Callable[..., Trial], folder: Path
) -> None:
    first = started("--embedded")
    first.push("alert")
    old = first.password
    assert first.interrupt() == 0
    second = started("--embedded")
    assert "用户名或密码不对" in second.log_in(old)
    second.log_in(second.password)
    wait_until(lambda: "全部上屏" in second.get("/publications/"), second.text)
    assert second.interrupt() == 0


def test_nothing_is_left_behind_when_the_trial_is_killed(started: Callable[..., Trial], folder: Path) -> None:
    trial = started()
    wait_until((folder / "var" / "trial" / "player.log").exists, trial.text)
    trial.process.kill()
    trial.wait()
    wait_until(lambda: not children(folder), lambda: str(children(folder)))


def test_a_second_trial_in_the_same_folder_says_that_one_runs(started: Callable[..., Trial], folder: Path) -> None:
    first = started("--embedded")
    second = started("--embedded")
    assert second.wait() == 1
    assert second.has("已经有一个试用在运行")
    assert first.process.poll() is None


def test_busy_ports_move_to_the_next_ones_and_it_is_said(started: Callable[..., Trial], folder: Path) -> None:
    first = started("--embedded")
    port = int(first.url.rpartition(":")[2])
    broker = int(first.found(r"mqtt://127\.0\.0\.1:(\d+)"))
    (folder / "other.toml").write_text(
        CONFIG.replace("sq-trial", "sq-other") + '[folders]\nstate = "var/other-player"\n'
    )
    ports = ("--port", str(port), "--broker-port", str(broker))
    second = started("--embedded", "--home", "var/second", "--config", "other.toml", *ports)
    assert second.has(f"端口 {port} 已被占用")
    assert second.has(f"端口 {broker} 已被占用")
    assert int(second.url.rpartition(":")[2]) > port


def test_a_configuration_that_is_wrong_ends_it_with_what_is_wrong(started: Callable[..., Trial], folder: Path) -> None:
    (folder / "kiosk_config.toml").write_text('[screen]\ntitle = "no id"\n')
    trial = started("--embedded")
    assert trial.wait() == 2
    assert trial.has("kiosk_config.toml")
