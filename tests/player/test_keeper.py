"""The rotation survives a restart, and a folder that cannot be written stops nothing."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from player.keeper import Keeper, look_at_kept, read_kept
from player.state import State, opened
from signage.calendar import Calendar
from signage.layout import Box, Zone
from signage.program import Program, Site
from signage.rotation import next_slot
from signage.trusted_time import SavedTime, SignedTime
from tests.brokers import wait_until

WALL = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def state_after_one_slot() -> State:
    program = Program(
        site=Site(screen="abc"),
        timezone="Asia/Shanghai",
        zones=(Zone(name="main", box=Box(0, 0, 64, 64)),),
        calendar=Calendar(),
    )
    state = opened(program, {})
    _, rotation = next_slot(program, "main", state.zones[0].rotation, WALL)
    return opened(program, {"main": rotation})


def test_what_was_kept_is_read_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rotation.json"
    state = state_after_one_slot()
    keeper = Keeper(path, lambda: WALL, lambda: None)
    keeper.start()
    keeper.keep(state)
    keeper.stop()
    kept = read_kept(path)
    assert kept is not None
    assert kept.saved_at == WALL
    assert kept.rotations == {"main": state.zones[0].rotation}


def test_commands_see_where_a_zone_stands_and_by_which_folder_the_player_has_an_office(tmp_path: Path) -> None:
    path = tmp_path / "rotation.json"
    state = state_after_one_slot()
    before = state.zones[0].rotation
    slot, rotation = next_slot(state.program, "main", before, WALL)
    run = msgspec.structs.replace(state.zones[0], slot=slot, before=before, rotation=rotation)
    keeper = Keeper(path, lambda: WALL, lambda: None, enrolment="/var/enrolment")
    keeper.start()
    keeper.keep(msgspec.structs.replace(state, zones=(run,)))
    wait_until(lambda: look_at_kept(path) is not None, "the file")
    kept = look_at_kept(path)
    keeper.stop()
    assert kept is not None
    assert kept.enrolment == "/var/enrolment"
    assert (kept.running["main"].starts_at, kept.running["main"].before) == (WALL, before)


def test_looking_changes_nothing_of_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rotation.json"
    path.write_bytes(b"{")
    assert look_at_kept(path) is None
    assert path.read_bytes() == b"{"


def test_what_is_known_of_the_time_is_kept_with_it(tmp_path: Path) -> None:
    known = SavedTime(at_ms=5, up_ms=6, boot="b", signed={"timestamp": SignedTime(by="k", number=1, signed_ms=2)})
    keeper = Keeper(tmp_path / "rotation.json", lambda: WALL, lambda: None, clock=lambda: known)
    keeper.start()
    keeper.keep(state_after_one_slot())
    keeper.stop()
    kept = read_kept(tmp_path / "rotation.json")
    assert kept is not None
    assert kept.clock == known


@pytest.mark.parametrize("body", [b"", b"{", b'{"v": 1}', b"\xff\xfe", b'{"saved_at": 5, "rotations": []}'])
def test_a_broken_file_is_put_aside_and_the_rotation_begins_anew(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "rotation.json"
    path.write_bytes(body)
    assert read_kept(path) is None
    assert not path.exists()
    assert path.with_suffix(".broken").read_bytes() == body


def test_what_cannot_be_read_now_is_left_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rotation.json"
    path.symlink_to(path)
    assert read_kept(path) is None
    assert path.is_symlink()


def test_a_state_folder_that_is_a_file_is_said_once_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("in the way")
    keeper = Keeper(blocked / "rotation.json", lambda: WALL, lambda: None)
    keeper.start()
    keeper.keep(state_after_one_slot())
    keeper.stop()
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert "cannot be written" in caplog.text
