"""The player as people run it, a real broker, and an office that keeps to the contract: told, uploaded, obeyed."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from PIL import Image

from player.uplink.ledger_db import open_copy
from player.uplink.standing import Standing
from signage.ledger import EventRecord, PlayRecord, ReceiptRecord
from signage.messages import Birth
from tests.brokers import Embedded, Mosquitto, wait_until
from tests.flows.office import StandIn
from tests.player.publication.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
SCREEN = "flow-1"
CONFIG = f"""
[screen]
id = "{SCREEN}"
title = "测试屏"
canvas = [320, 180]
[office]
enrolment = "enrolment"
"""
PLAYLIST = 'dwell_s = 1\ntransition = "cut"\n[[item]]\ncard = "slogan"\ntext = "{}"\n'
FILLER = PLAYLIST.format("垫片") + "\n"


class House:
    """A screen that is enrolled, and the player on it."""

    def __init__(self, folder: Path, broker: Mosquitto | Embedded) -> None:
        self.folder, self.state = folder, folder / "var" / "player"
        self.repository = Repository(folder / "repository")
        self.playlists = folder / "playlists"
        self.playlists.mkdir()
        (folder / "media").mkdir()
        enrolment = folder / "enrolment"
        enrolment.mkdir()
        (enrolment / "office.toml").write_text(f'screen = "{SCREEN}"\nbroker = "{broker.url}"\nuser = "{SCREEN}"\n')
        (enrolment / "password").write_text("geheim\n")
        (enrolment / "root.json").write_bytes(self.repository.anchor)
        (folder / "kiosk_config.toml").write_text(f'{CONFIG}folder = "repository"\n', encoding="utf-8")
        (self.playlists / "main.toml").write_text(PLAYLIST.format("防诈"), encoding="utf-8")
        (self.playlists / "rest.toml").write_text(f'rank = "filler"\n{FILLER}', encoding="utf-8")
        self.repository.assign(SCREEN)
        self.head = self.repository.head()
        key = load_pem_private_key(self.repository.online.private_bytes, None)
        assert isinstance(key, Ed25519PrivateKey)
        self.key = key
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        env = {**clean, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy"}
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "player", "run", "--headless"],
                cwd=self.folder, env=env, stderr=log, start_new_session=True,
            )  # fmt: skip

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
        if self.process is not None:
            self.process.wait(30)
            self.process = None

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    def ledger(self) -> int:
        """Counts the records that lie here."""
        return house_count(self.state)


@pytest.fixture
def broker(request: pytest.FixtureRequest, needs, tmp_path: Path) -> Iterator[Mosquitto | Embedded]:  # type: ignore[no-untyped-def]
    if getattr(request, "param", "mosquitto") == "embedded":
        with Embedded() as small:
            yield small
        return
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker") as one:
        yield one


both = pytest.mark.parametrize("broker", ["mosquitto", "embedded"], indirect=True)


@pytest.fixture
def house(broker: Mosquitto | Embedded, tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path, broker)
    yield one
    one.end(signal.SIGKILL)
    sys.stdout.write(one.log[-6000:])


@pytest.fixture
def office(house: House, broker: Mosquitto | Embedded) -> Iterator[StandIn]:
    with StandIn(broker.url, SCREEN, house.key, house.head) as one:
        yield one


@both
def test_a_screen_says_who_it_is_and_everything_it_played_is_at_the_office(house: House, office: StandIn) -> None:
    house.start()
    wait_until(lambda: office.status() == "online", "online", 40)
    birth = office.all("birth", Birth)[-1]
    assert (birth.screen, birth.canvas) == (SCREEN, (320, 180))
    assert birth.conn in (1, 2), "the second attempt, where MQTT 5 is refused"
    assert {"wuzha", "python", "sqlite", "pillow", "av"} <= birth.versions.keys()
    state = office.wait_state(lambda s: bool(s.zones) and s.zones[0].playlist == "main", "what shows")
    assert (state.zones[0].shows, state.zones[0].name) == ("card", "防诈")
    wait_until(lambda: sum(isinstance(r, PlayRecord) for r in office.records()) >= 3, "three plays")
    house.end()
    wait_until(lambda: office.status() == "offline", "a farewell")
    house.start()
    wait_until(lambda: office.status() == "online", "online again", 40)
    assert office.all("birth", Birth)[-1].conn > birth.conn
    wait_until(lambda: office.ledger.count() >= house.ledger() > 8, "the last words of the run before, too")
    assert office.ledger.forks == []
    sent = sum(len(batch.records) for batch in office.ledger.batches)
    assert sent == office.ledger.count(), "nothing went twice"


def test_a_killed_screen_is_lost_and_its_plays_are_not(house: House, office: StandIn, broker: Mosquitto) -> None:
    house.start()
    wait_until(lambda: office.status() == "online", "online", 40)
    wait_until(lambda: office.ledger.count() > 4, "the first plays")
    house.end(signal.SIGKILL)
    wait_until(lambda: office.status() == "lost", "the will", 40)
    broker.kill()
    house.start()
    wait_until((house.state / "uplink.json").exists, "a start")
    before = house.ledger()
    wait_until(lambda: house.ledger() > before + 3, "plays without a broker", 40)
    broker.start()
    wait_until(lambda: office.status() == "online", "online again", 60)
    wait_until(lambda: office.ledger.count() >= before + 3, "plays of the outage")
    interrupted = [r for r in office.records() if isinstance(r, PlayRecord) and r.reason == "interrupted"]
    assert interrupted, "the play in which it was killed is told, too"
    assert office.ledger.forks == []


@both
def test_commands_are_obeyed_once_and_only_from_the_office(house: House, office: StandIn) -> None:
    house.start()
    wait_until(lambda: office.status() == "online", "online", 40)
    wait_until(lambda: (s := office.state()) is not None and bool(s.zones[0].playlist), "something shows")
    office.wait_trusted()
    shot = office.send("shot")
    answer = office.reply(shot)
    assert answer.ok, answer.why
    picture = Image.open(io.BytesIO(office.came["shot"][-1]))
    assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert len({picture.getpixel((x, 90)) for x in range(0, 320, 5)}) > 1, "it is not blank"

    stranger = office.send("blackout", by=Ed25519PrivateKey.generate(), on=True)
    assert not office.reply(stranger).ok
    office.repeat(shot)
    wait_until(lambda: len(office.came["reply"]) >= 3, "the refusal of the repeated one")
    assert [r.ok for r in office.all("reply", type(answer))] == [True, False, False]
    for op, args in (("volume", {"percent": 35}), ("identify", {"seconds": 1}), ("next", {}), ("refresh", {})):
        assert office.reply(office.send(op, **args)).ok  # type: ignore[arg-type]
    assert not office.reply(office.send("volume", percent=101)).ok
    office.wait_state(lambda s: s.volume == 35, "the volume")
    assert not office.wait_state(lambda s: True, "").blackout
    assert house.log.count("command refused") == 2


def test_a_blackout_is_dark_survives_a_restart_and_ends_on_command(house: House, office: StandIn) -> None:
    house.start()
    wait_until(lambda: office.status() == "online", "online", 40)
    office.wait_trusted()
    assert office.reply(office.send("blackout", on=True)).ok
    office.wait_state(lambda s: s.blackout and s.zones[0].playlist == "blackout", "dark")
    assert office.reply(office.send("shot")).ok
    assert _brightest(office) <= 8
    house.end(signal.SIGKILL)
    house.start()
    births = len(office.came["birth"])
    wait_until(lambda: len(office.came["birth"]) > births, "back", 40)
    office.wait_state(lambda s: s.blackout and s.zones[0].playlist == "blackout", "still dark")
    assert office.reply(office.send("filler", on=True)).ok
    assert office.reply(office.send("blackout", on=False)).ok
    office.wait_state(lambda s: not s.blackout and s.filler and s.zones[0].playlist == "rest", "filler only")
    assert office.reply(office.send("filler", on=False)).ok
    office.wait_state(lambda s: not s.filler and s.zones[0].playlist == "main", "as before")
    wait_until(lambda: "filler_ends" in _events(office), "the record of it")
    order = [what for what in _events(office) if "blackout" in what or "filler" in what]
    assert order == ["blackout_begins", "filler_begins", "blackout_ends", "filler_ends"]
    assert not Standing(house.state).kept.blackout


def test_restart_on_command_goes_on_with_the_same_ledger(house: House, office: StandIn) -> None:
    house.start()
    wait_until(lambda: office.status() == "online", "online", 40)
    office.wait_trusted()
    boots = len(office.came["birth"])
    assert office.reply(office.send("restart")).ok
    wait_until(lambda: len(office.came["birth"]) > boots, "a new birth", 60)
    assert house.process is not None
    assert house.process.poll() is None
    assert (
        not (house.state / "health.json").exists()
        or json.loads((house.state / "health.json").read_text())["restarts"] == 0
    ), "what was asked for is no fault"
    wait_until(lambda: _events(office).count("start") == 2, "both starts in one ledger")
    assert len(office.ledger.texts) == 1


def test_an_old_copy_of_the_machine_begins_a_new_epoch_and_no_number_means_two_things(
    house: House, office: StandIn
) -> None:
    house.start()
    wait_until(lambda: office.ledger.count() > 5, "the first plays", 40)
    house.end()
    shutil.copytree(house.state, house.folder / "image")
    house.start()
    wait_until(lambda: office.ledger.count() > house_count(house.folder / "image") + 5, "plays after the copy", 40)
    house.end()
    wait_until(lambda: office.status() == "offline", "a farewell")
    before = office.ledger.count()
    shutil.rmtree(house.state)
    shutil.copytree(house.folder / "image", house.state)
    house.start()
    wait_until(lambda: len(office.ledger.texts) == 2, "a new epoch", 40)
    wait_until(lambda: office.ledger.count() > before + 4, "plays in it")
    reasons = [r.details["reason"] for r in office.records() if isinstance(r, EventRecord) and r.what == "epoch"]
    assert reasons == ["first run", "the office knows another history"]
    assert "an old copy of the ledger was put back" in house.log


@both
def test_a_publication_is_on_the_screen_and_every_step_has_its_receipt(house: House, office: StandIn) -> None:
    house.start()
    wait_until(lambda: office.status() == "online", "online", 40)
    text = 'rank = "broadcast"\nstarts = ["00:00"]\nlasts_min = 1439\n' + PLAYLIST.format("发布")
    house.repository.publish(7, {"town": text.encode()})
    house.repository.publish(8, {"later": ("from = 2090-01-01\n" + text).encode()})
    house.repository.assign(SCREEN, (7, ("town",)), (8, ("later",)))
    office.publish_head(house.repository.head())
    state = office.wait_state(lambda s: s.publications == (7,) and s.zones[0].publication == 7, "on the screen", 40)
    assert state.zones[0].playlist == "town"
    (later,) = office.wait_state(
        lambda s: s.coming and s.coming[0].prospect, "and what is not due is not on air"
    ).coming
    assert (later.number, later.step, later.prospect) == (8, "staged", "waits")
    wait_until(lambda: "shown" in _steps(office), "the receipt of the first frame")
    assert _steps(office).count("shown") == 1, "what waits is not on the screen"
    assert {"heard", "verified", "fetched", "staged"} <= set(_steps(office))
    wait_until(lambda: any(isinstance(r, PlayRecord) and r.publication == 7 for r in office.records()), "a play of it")
    house.repository.assign(SCREEN)
    office.publish_head(house.repository.head())
    wait_until(lambda: "withdrawn" in _steps(office), "the receipt of its end")
    office.wait_state(lambda s: s.zones[0].playlist == "main", "as before")


def house_count(state: Path) -> int:
    db = open_copy(state / "ledger.db")
    count = sum(epoch.head.seq - epoch.first.seq for epoch in db.epochs())
    db.close()
    return count


def _brightest(office: StandIn) -> int:
    picture = Image.open(io.BytesIO(office.came["shot"][-1])).convert("L")
    return int(picture.getextrema()[1])  # type: ignore[arg-type]


def _events(office: StandIn) -> list[str]:
    return [r.what for r in office.records() if isinstance(r, EventRecord)]


def _steps(office: StandIn) -> list[str]:
    return [r.step for r in office.records() if isinstance(r, ReceiptRecord)]
