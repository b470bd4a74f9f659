"""Files are here whole or not at all, and make room when nothing needs them."""

import hashlib
import os
from pathlib import Path

import pytest

from player.publication.depot import LEFT_AIR_S, Depot, NoRoomError
from signage.media import MediaFacts


def put(depot: Depot, content: bytes, age: int = 0) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    depot.part(sha256).write_bytes(content)
    depot.admit(sha256)
    os.utime(depot.path(sha256), (10**9 - age, 10**9 - age))
    return sha256


def held(root: Path) -> set[str]:
    return {path.name for path in (root / "content").iterdir()}


def test_a_part_is_not_the_file(tmp_path: Path) -> None:
    depot = Depot(tmp_path)
    sha256 = hashlib.sha256(b"abc").hexdigest()
    depot.part(sha256).write_bytes(b"abc")
    depot.set_mark(sha256, '"tag"')
    assert (depot.has(sha256, 3), depot.mark(sha256)) == (False, '"tag"')
    depot.admit(sha256)
    assert (depot.has(sha256, 3), depot.has(sha256, 4), depot.mark(sha256)) == (True, False, "")
    assert held(tmp_path) == {sha256}


def test_what_was_admitted_unflushed_is_flushed_once_and_may_be_gone_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot, flushes = Depot(tmp_path), list[int]()
    monkeypatch.setattr(os, "fsync", flushes.append)
    hashes = [hashlib.sha256(content).hexdigest() for content in (b"a", b"b")]
    for sha256 in hashes:
        depot.part(sha256).write_bytes(b"?")
        depot.admit(sha256, flushed=False)
    assert not flushes
    depot.drop(hashes[0])
    depot.flush()
    assert len(flushes) == 2, "the one that is left, and the folder"
    depot.flush()
    assert len(flushes) == 2


def test_facts_belong_to_the_version_of_the_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    depot, facts = Depot(tmp_path), MediaFacts(kind="video", duration_s=3.0)
    depot.keep_facts("a" * 64, facts)
    assert (depot.facts("a" * 64), depot.facts("b" * 64)) == (facts, None)
    monkeypatch.setattr("player.publication.depot.__version__", "99.0")
    assert (depot.facts("a" * 64), depot.facts("a" * 64, by_any_edition=True)) == (None, facts)


def test_the_oldest_that_nothing_needs_goes_first(tmp_path: Path) -> None:
    depot = Depot(tmp_path, budget_bytes=300, keep_free_bytes=0)
    old, needed, newer = (put(depot, bytes([n]) * 100, age=90 - n) for n in (1, 2, 3))
    depot.keep_facts(old, MediaFacts(kind="image"))
    depot.make_room(100, {needed}, 0.0)
    assert held(tmp_path) == {needed, newer}
    assert depot.facts(old) is None
    depot.make_room(200, {needed}, 0.0)
    assert held(tmp_path) == {needed}
    with pytest.raises(NoRoomError, match="1 MiB"):
        depot.make_room(201, {needed}, 0.0)
    assert held(tmp_path) == {needed}


def test_what_was_needed_a_moment_ago_may_still_be_on_the_screen(tmp_path: Path) -> None:
    depot = Depot(tmp_path, budget_bytes=150, keep_free_bytes=0)
    sha256 = put(depot, b"x" * 100)
    depot.make_room(0, {sha256}, 1000.0)
    with pytest.raises(NoRoomError):
        depot.make_room(100, (), 1000.0 + LEFT_AIR_S - 1)
    depot.make_room(100, (), 1000.0 + LEFT_AIR_S)
    assert held(tmp_path) == set()


def test_the_disk_keeps_room_for_the_rest(tmp_path: Path) -> None:
    status = os.statvfs(tmp_path)
    depot = Depot(tmp_path, keep_free_bytes=status.f_bavail * status.f_frsize + (1 << 40))
    with pytest.raises(NoRoomError):
        depot.make_room(1, (), 0.0)


def test_a_foreign_file_that_was_put_aside_goes_first_when_room_is_wanted(tmp_path: Path) -> None:
    depot = Depot(tmp_path, budget_bytes=10, keep_free_bytes=0)
    depot.part("a" * 64).write_bytes(b"12345")
    depot.admit("a" * 64)
    assert depot.put_aside("a" * 64)
    assert not depot.has("a" * 64, 5)
    depot.part("a" * 64).write_bytes(b"67890")
    depot.admit("a" * 64)
    depot.make_room(5, {"a" * 64}, 0.0)
    assert sorted(path.name for path in (tmp_path / "content").iterdir()) == ["a" * 64]
    assert depot.put_aside("b" * 64), "what is not there needs no putting aside"
