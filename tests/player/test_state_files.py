"""Whatever lies in the state folder, the player starts, says what it passes over, and writes it anew."""

import datetime as dt
import os
import threading
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from player.clock import Clock
from player.content.book import Book, Verdict
from player.content.digest_store import DigestStore
from player.content.settle import Stamp
from player.content.store import Store
from player.decode.digests import Digests
from player.keeper import Keeper, Kept, Running, begins, look_at_kept, read_kept
from player.quarantine import Held, TimedQuarantine
from player.state import opened
from player.state_files import NotOursError, load_state, read_state
from player.uplink.connections import Connections, Uplink
from player.uplink.head import Head
from player.uplink.loss_note import Loss, read_loss
from player.uplink.standing import Kept as Orders
from player.uplink.standing import Standing, last_number
from player.uplink.writer import Writer
from player.watch.health import Health, health_bytes
from player.watch.health_file import read_health
from signage.media import MediaFacts
from signage.rotation import next_slot
from signage.turns import Position
from tests.player.test_keeper import WALL, state_after_one_slot
from tests.player.uplink.test_writer import at, play
from tests.spoiled import spoiled_bytes, spoiled_values

SHA256 = "0" * 64
START = "2026-11-30T08:00:00.000+08:00"


def rotation(state: Path) -> None:
    """What a start does with `rotation.json`."""
    path = state / "rotation.json"
    look_at_kept(path)
    kept = read_kept(path)
    clock = Clock("Asia/Shanghai", kept.saved_at if kept else None)
    now = clock.read(clock.now()).at
    program = state_after_one_slot().program
    begun = opened(program, begins(kept) if kept else {})
    slot, follows = next_slot(program, "main", begun.zones[0].rotation, now)
    run = msgspec.structs.replace(begun.zones[0], slot=slot, before=begun.zones[0].rotation, rotation=follows)
    keeper = Keeper(path, lambda: now, lambda: None, kept)
    assert keeper._write(msgspec.structs.replace(begun, zones=(run,)), orderly=False)
    assert read_kept(path) is not None


def orders(state: Path) -> None:
    """The same with `orders.json`, when a command comes."""
    standing = Standing(state)
    number = last_number(standing.kept, (b"a",))
    standing.keep(msgspec.structs.replace(standing.kept, number=number + 1))
    Standing(state)


def uplink(state: Path) -> None:
    """The same with `uplink.json`, when it connects."""
    assert Connections(state).begin() > 0


def ledger(state: Path) -> None:
    """The same with the two small files beside the ledger."""
    read_loss(state / "ledger.lost")
    writer = Writer(state / "ledger.db", "sq-led", "boot")
    writer.open(at())
    writer.write([play(1)])
    writer.note_loss(Loss(records=1, first=START, last=START))
    writer.close()


def media(state: Path) -> None:
    """The same with `media.json`."""
    store = Store(str(state))
    book = store.load_book()
    quarantine = TimedQuarantine()
    quarantine.load(book.quarantined, 1.0, WALL, with_old=True)
    quarantine.add("0" * 64, msgspec.convert({"zh": "坏", "en": "bad"}, Held), 2.0, WALL)  # type: ignore[arg-type]
    for verdict in book.verdicts:
        assert WALL + dt.timedelta(seconds=verdict.facts.duration_s if verdict.facts else 0)
    assert store.save_book(msgspec.structs.replace(book, quarantined=quarantine.kept(3.0)))


def health(state: Path) -> None:
    """What `doctor` does with `health.json`."""
    found = read_health(state)
    if found is not None:
        assert found.at.astimezone(ZoneInfo("Asia/Shanghai"))


RUNNING = Running(number=7, before=state_after_one_slot().zones[0].rotation, starts_at=WALL)
POSITION = Position(credit=5, run=WALL, item="a", name="b", more=1, ahead=("c",), done=("d",), weighted={"e": (1, "f")})
ROTATION = msgspec.structs.replace(RUNNING.before, positions={"a": POSITION})
STAMP = Stamp(size=1, mtime_ns=2, inode=3, ctime_ns=4)
FACTS = MediaFacts(kind="video", width_px=1, height_px=1, duration_s=1.0, frame_rate=25.0)
VERDICT = Verdict(path="/a", stamp=STAMP, sha256="0" * 64, facts=FACTS, plays="/a", at=WALL)
QUARANTINED = {"0" * 64: Held(zh="坏", en="bad", left_s=5.0, until=WALL)}
GOOD: dict[str, tuple[bytes, Callable[[Path], None]]] = {
    "rotation.json": (
        msgspec.json.encode(Kept(saved_at=WALL, rotations={"main": ROTATION}, running={"main": RUNNING})), rotation,
    ),
    "orders.json": (msgspec.json.encode(Orders(number=3, key="61", volume=5)), orders),
    "uplink.json": (msgspec.json.encode(Uplink(conn=4, at=WALL)), uplink),
    "ledger.head": (msgspec.json.encode(Head(epoch="a", seq=5, hash=b"x" * 32)), ledger),
    "ledger.lost": (msgspec.json.encode(Loss(records=2, first=START, last=START, epoch="a", seq=1)), ledger),
    "media.json": (msgspec.json.encode(Book(verdicts=(VERDICT,), quarantined=QUARANTINED)), media),
    "health.json": (health_bytes(Health(at=WALL)), health),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_was_spoiled_keeps_nobody_from_starting(tmp_path: Path, name: str) -> None:
    content, start = GOOD[name]
    state = tmp_path / "state"
    state.mkdir()
    for spoiled in (content, *spoiled_bytes(content), *spoiled_values(content)):
        (state / name).write_bytes(spoiled)
        try:
            start(state)
        except Exception as fault:
            fault.add_note(f"{name}: {spoiled[:300]!r}")
            raise
        for left in state.glob("ledger.db*"):
            left.unlink()


@pytest.mark.parametrize("name", GOOD)
def test_a_folder_a_pipe_or_a_link_in_a_files_place_keeps_nobody_from_starting(tmp_path: Path, name: str) -> None:
    _, start = GOOD[name]
    for put in (Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path), lambda path: path.symlink_to("/dev/zero")):
        state = tmp_path / "state"
        state.mkdir()
        put(state / name)  # type: ignore[operator]
        trying = threading.Thread(target=start, args=(state,), daemon=True)
        if name == "health.json":
            trying = threading.Thread(target=health, args=(state,), daemon=True)
        trying.start()
        trying.join(20)
        assert not trying.is_alive(), "it waits for nobody"
        state.rename(tmp_path / f"done{len(list(tmp_path.iterdir()))}")


def test_digests_that_were_spoiled_are_made_anew(tmp_path: Path) -> None:
    good = Digests(9 << 20, 256 * 1024, bytes(32 * 36))
    content = msgspec.msgpack.encode(good)
    folder = tmp_path / "digests"
    folder.mkdir()
    odd = (msgspec.msgpack.encode({"size": size, "part_bytes": 1, "sums": b""}) for size in (-1, 2**63, float("nan")))
    for spoiled in (*spoiled_bytes(content), *odd, b"\x81" * 100_000):
        (folder / SHA256).write_bytes(spoiled)
        found = DigestStore(tmp_path).of(SHA256, good.size)
        assert found is None or found == good, spoiled[:100]
    store = DigestStore(tmp_path)
    store.keep(SHA256, good)
    assert store.written(20)
    assert DigestStore(tmp_path).of(SHA256, good.size) == good


def test_a_last_good_playlist_that_is_a_folder_or_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    assert store.remember_playlist("good", b"x")
    (tmp_path / "last_good" / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "last_good" / "pipe.toml")
    found: list[dict[str, bytes]] = []
    trying = threading.Thread(target=lambda: found.append(store.last_good_playlists()), daemon=True)
    trying.start()
    trying.join(20)
    assert found == [{"good": b"x"}]


@pytest.mark.parametrize("saved_at", ["2026-11-30T08:00:00", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
def test_a_time_that_cannot_have_been_kept_is_said_and_the_file_put_aside(
    tmp_path: Path, saved_at: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "rotation.json"
    path.write_bytes(msgspec.json.encode({"saved_at": saved_at}))
    assert read_kept(path) is None
    [line] = caplog.messages
    assert "rotation.json" in line
    assert (tmp_path / "rotation.broken").exists()
    assert not path.exists()


def test_a_folder_put_aside_leaves_the_place_free_each_time(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    for _ in range(3):
        (path / "inside").mkdir(parents=True)
        assert read_state(path, Orders) is None
        assert not path.exists()


def test_what_cannot_be_read_is_not_taken_for_what_is_not_ours(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="loop"):
        load_state(loop, Orders)
    with pytest.raises(NotOursError, match="no ordinary file"):
        load_state(tmp_path, Orders)
