"""A plan knows what was on air when, and where the screen stands: the same program as on the screen."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from player.claim import claim
from player.commands.as_run import read_as_run
from player.commands.programs import standings, stretches
from player.config import Config
from player.keeper import Kept, Running
from player.publication.folder_source import FolderSource
from player.publication.history import read_history
from player.survey import survey
from signage.plan import ZoneStanding, plan_through
from signage.rotation import Rotation
from tests.player.publication.conftest import SCREEN, Follower
from tests.player.publication.repository import NOW, Repository

HOUR = dt.timedelta(hours=1)


def written(folder: Path, *lines: str) -> Path:
    for name in ("m", "p"):
        (folder / name).mkdir(exist_ok=True)
    path = folder / "kiosk_config.toml"
    head = ["[screen]", f'id = "{SCREEN}"', "[folders]", 'media = ["m"]', 'playlists = ["p"]', 'state = "state"']
    path.write_text("\n".join([*head, *lines]), encoding="utf-8")
    return path


def keep(folder: Path, **fields: object) -> None:
    state = folder / "state"
    state.mkdir(exist_ok=True)
    kept = Kept(saved_at=NOW, **fields)  # type: ignore[arg-type]
    (state / "rotation.json").write_bytes(msgspec.json.encode(kept))


def enrolment(folder: Path, root: bytes = b"{}") -> Path:
    made = folder / "enrolment"
    made.mkdir()
    (made / "office.toml").write_text(f'screen = "{SCREEN}"\nhttp = "http://127.0.0.1:1"\n', encoding="utf-8")
    (made / "password").write_text("x", encoding="utf-8")
    (made / "root.json").write_bytes(root)
    return made


def test_a_command_knows_the_enrolment_that_the_player_was_started_with(tmp_path: Path) -> None:
    path, folder = written(tmp_path), enrolment(tmp_path)
    assert not read_as_run(path, None).has_office
    keep(tmp_path, enrolment=str(folder))
    assert read_as_run(path, None).office.enrolment == folder
    (folder / "office.toml").unlink()
    assert not read_as_run(path, None).has_office


def test_what_is_written_down_goes_before_what_the_player_was_started_with(tmp_path: Path) -> None:
    folder = enrolment(tmp_path)
    keep(tmp_path, enrolment=str(tmp_path / "elsewhere"))
    assert read_as_run(written(tmp_path, "[office]", 'enrolment = "enrolment"'), None).office.enrolment == folder
    assert read_as_run(written(tmp_path), folder).office.enrolment == folder


@pytest.mark.slow
def test_what_was_withdrawn_was_planned_while_it_was_signed(tmp_path: Path) -> None:
    office = Repository(tmp_path / "office")
    office.publish(4, {"morning": b'[[item]]\nmedia = "*.png"\n'}, {"a.png": b"one"})
    office.assign(SCREEN, (4, ("morning",)))
    office.head()
    screen = Follower(office, tmp_path / "state", FolderSource(office.folder, look_every_s=0.05))
    screen.publications.start()
    screen.shows(4)
    screen.wait_for(lambda: read_history(tmp_path / "state" / "published").aired)
    screen.clock = msgspec.structs.replace(screen.clock, at=NOW + HOUR)
    office.assign(SCREEN)
    office.head()
    screen.shows()
    screen.publications.stop()
    path = written(tmp_path, "[office]", 'folder = "office"', "[trust]", 'root = "root.json"')
    seen = survey(read_as_run(path, None))
    assert seen.composed.program.playlists == ()
    found = stretches(seen, NOW - HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR)
    shown = [
        (each.slot.starts_at, each.slot.media.name, each.slot.publication)
        for each in plan_through(found, ("main",), NOW - HOUR, NOW + 2 * HOUR)
        if each.slot.media is not None
    ]
    assert {(name, number) for _, name, number in shown} == {("a.png", 4)}
    assert (shown[0][0], shown[-1][0] < NOW + HOUR) == (NOW, True)
    assert [len(each.program.playlists) for each in stretches(seen, NOW, NOW + 5 * HOUR, NOW + 3 * HOUR)] == [1, 0, 0]
    assert len(stretches(seen, NOW + 4 * HOUR, NOW + 5 * HOUR, NOW + 3 * HOUR)) == 1


def config(tmp_path: Path) -> Config:
    return read_as_run(written(tmp_path), None)


BEFORE, AFTER = Rotation(number=7), Rotation(number=8)


def running(starts_at: dt.datetime | None) -> dict[str, object]:
    run = Running(number=8, before=BEFORE, starts_at=starts_at)
    return {"rotations": {"main": AFTER}, "running": {"main": run}}


def test_a_plan_from_now_begins_with_what_is_on_the_screen(tmp_path: Path) -> None:
    began = NOW - dt.timedelta(seconds=5)
    keep(tmp_path, **running(began))
    lock = claim(tmp_path / "state")
    assert standings(config(tmp_path), ("main", "side"), NOW, NOW) == {
        "main": ZoneStanding(BEFORE, began),
        "side": ZoneStanding(),
    }
    assert lock is not None


def test_a_player_that_does_not_run_will_begin_where_its_rotation_stands(tmp_path: Path) -> None:
    keep(tmp_path, rotations={"main": AFTER})
    assert standings(config(tmp_path), ("main",), NOW + HOUR, NOW) == {"main": ZoneStanding(AFTER)}


@pytest.mark.parametrize("start", [NOW - HOUR, NOW + 72 * HOUR])
def test_a_plan_of_the_past_or_of_a_far_day_begins_anew(tmp_path: Path, start: dt.datetime) -> None:
    keep(tmp_path, **running(NOW))
    assert standings(config(tmp_path), ("main",), start, NOW) == {}


@pytest.mark.parametrize("starts_at", [None, NOW - 50 * HOUR, NOW + HOUR])
def test_a_slot_that_cannot_be_the_running_one_is_not_taken_for_it(
    tmp_path: Path, starts_at: dt.datetime | None
) -> None:
    keep(tmp_path, **running(starts_at))
    lock = claim(tmp_path / "state")
    found = standings(config(tmp_path), ("main",), NOW, NOW)
    assert found["main"].at is None
    assert lock is not None
