"""A signed publication on its way to the screen, captured: the old picture, then the new one, nothing between."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from player.uplink.ledger_db import open_copy
from signage.ledger import ReceiptRecord, read
from tests.flows.judge import Colour, flat, verdicts
from tests.flows.stagehand import Stagehand, film, picture, wait_until
from tests.player.publication.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("capture"), pytest.mark.timeout(60)]

LOCAL, ONE, TWO = (40, 180, 190), (190, 60, 190), (210, 40, 40)
LIST = b'transition = "cut"\nfit = "stretch"\ndwell_s = 1\n[[item]]\nmedia = "a.*"\n'


@pytest.fixture
def office(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "office", dt.datetime.now(dt.UTC))


@pytest.fixture
def stage(tmp_path: Path, office: Repository) -> Stagehand:
    stage = Stagehand(tmp_path)
    (tmp_path / "root.json").write_bytes(office.anchor)
    with (tmp_path / "kiosk_config.toml").open("a", encoding="utf-8") as file:
        file.write('[office]\nfolder = "office"\n[trust]\nroot = "root.json"\n')
    return stage


def publish(office: Repository, number: int, media: Path, **more: bytes) -> None:
    office.publish(number, {"main": LIST, **more}, {f"a{media.suffix}": media.read_bytes()})
    office.assign("flow-1", (number, ("main", *more)))
    office.head()


def seen_until(stage: Stagehand, change: Callable[[], object], number: int) -> list[bytes]:
    """Films from a running item to some turns of a publication."""
    wait_until(lambda: stage.traced() and stage.traced()[-1]["item"] > 0, 25, "the first item")
    with stage.film() as camera:
        change()
        wait_until(lambda: turns(stage, number) >= 2, 25, f"publication {number} on the screen")
        return [frame.value for frame in camera.seen()]


def records(stage: Stagehand) -> list[dict[str, object]]:
    told = stage.command("plays", "--json")
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def receipts(stage: Stagehand) -> list[tuple[int, str]]:
    db = open_copy(stage.folder / "var" / "player" / "ledger.db")
    told = [read(line.text) for epoch in db.epochs() for line in db.lines(epoch)]
    db.close()
    return [(each.publication, each.step) for each in told if isinstance(each, ReceiptRecord)]


def turns(stage: Stagehand, number: int) -> int:
    return sum(play.get("publication") == number for play in records(stage))


def colours(seen: list[bytes], *allowed: Colour) -> tuple[int, int]:
    total, black, foreign = verdicts(seen, [flat(colour) for colour in allowed])
    assert total > 30
    return black, foreign


def test_a_publication_takes_the_place_of_the_local_playlist_and_then_of_the_former_one(
    stage: Stagehand, office: Repository
) -> None:
    picture(stage.media / "local.png", LOCAL)
    stage.playlist("main", LIST.replace(b"a.*", b"local.png").decode())
    with stage:
        first = film(stage.folder / "one.mp4", ONE, seconds=1)
        assert colours(seen_until(stage, lambda: publish(office, 1, first), 1), LOCAL, ONE) == (0, 0)
        second = picture(stage.folder / "two.png", TWO)
        assert colours(seen_until(stage, lambda: publish(office, 2, second), 2), ONE, TWO) == (0, 0)
        assert all(play["outcome"] != "failed" for play in records(stage))
        way = ["heard", "verified", "fetched", "staged", "shown"]
        assert [step for number, step in receipts(stage) if number == 1] == [*way, "withdrawn"]
        assert [step for number, step in receipts(stage) if number == 2] == way


def test_where_unsigned_is_refused_only_what_was_signed_is_seen(stage: Stagehand, office: Repository) -> None:
    config = stage.folder / "kiosk_config.toml"
    config.write_text(config.read_text("utf-8") + '[folders]\nunsigned = "refuse"\n', encoding="utf-8")
    picture(stage.media / "local.png", LOCAL)
    stage.playlist("local", LIST.replace(b"a.*", b"local.png").decode())
    publish(office, 1, picture(stage.folder / "one.png", ONE))
    with stage:
        assert colours(
            seen_until(stage, lambda: wait_until(lambda: turns(stage, 1), 25, "the first turn"), 1), ONE
        ) == (
            0,
            0,
        )
        assert {play["playlist"] for play in records(stage) if play["playlist"]} == {"main"}
