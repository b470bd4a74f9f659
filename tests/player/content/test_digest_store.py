"""Digests by the hash of a file, and a file opened so that only the bytes of that hash count."""

import errno
import hashlib
import os
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from player.content import digest_store
from player.content.digest_store import AT_ONCE_BYTES, MOST_AT_ONCE, DigestStore
from player.decode.digests import DIGEST_BYTES, PART_BYTES, Digests, Summing
from player.decode.protocol import ShowFile, Target
from player.decode.refusal import CHANGED, NOT_HANDED_OVER, Refused
from tests.hanging import Share

HEAD = b"\0\0\0\x20ftypisom"
SIZES = {"small": 1000, "middle": PART_BYTES * 3 + 1, "large": AT_ONCE_BYTES + 5}


def content(kind: str) -> bytes:
    return HEAD + os.urandom(SIZES[kind] - len(HEAD))


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digests_of(data: bytes) -> Digests:
    summing = Summing(len(data))
    summing.update(data)
    return summing.done()[1]


def wish(path: Path, sha256: str) -> ShowFile:
    return ShowFile(
        request=1, path=str(path), sha256=sha256, kind="video", target=Target(width_px=1, height_px=1), duration_s=1.0
    )


def never() -> bool:
    return False


def opened(store: DigestStore, path: Path, sha256: str) -> Digests:
    file, digests = store.open(wish(path, sha256), never)
    os.close(file)
    return digests


@pytest.mark.parametrize("kind", SIZES)
def test_a_file_is_opened_with_the_digests_of_its_hash(tmp_path, kind):
    data = content(kind)
    (tmp_path / "a").write_bytes(data)
    assert opened(DigestStore(tmp_path / "state"), tmp_path / "a", sha256_of(data)) == digests_of(data)


@pytest.mark.parametrize("kind", ["middle", "large"])
def test_a_file_with_other_bytes_of_the_same_length_is_refused_whatever_its_times_say(tmp_path, kind):
    data = content(kind)
    path = tmp_path / "a"
    path.write_bytes(data)
    before = path.stat()
    other = bytearray(data)
    other[-1] ^= 1
    path.write_bytes(other)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Refused) as refused:
        opened(DigestStore(tmp_path / "state"), path, sha256_of(data))
    assert refused.value.why == CHANGED


@pytest.mark.parametrize("kind", ["middle", "large"])
def test_known_digests_are_asked_for_no_second_time(tmp_path, kind, monkeypatch):
    data = content(kind)
    (tmp_path / "a").write_bytes(data)
    store = DigestStore()
    first = opened(store, tmp_path / "a", sha256_of(data))
    (tmp_path / "a").write_bytes(HEAD + bytes(len(data) - len(HEAD)))
    assert opened(store, tmp_path / "a", sha256_of(data)) == first, "the worker finds out, part by part"


def test_a_file_of_another_size_is_refused_at_once(tmp_path):
    data = content("middle")
    store = DigestStore()
    store.keep(sha256_of(data), digests_of(data))
    (tmp_path / "a").write_bytes(data + b"x")
    with pytest.raises(Refused) as refused:
        opened(store, tmp_path / "a", sha256_of(data))
    assert refused.value.why == CHANGED


def test_digests_of_large_files_survive_a_restart_and_of_others_are_made_again(tmp_path):
    store = DigestStore(tmp_path)
    for kind in SIZES:
        data = content(kind)
        store.keep(sha256_of(data), digests_of(data))
        assert store.written(20)
        known = DigestStore(tmp_path).of(sha256_of(data), len(data))
        assert known == (None if kind == "middle" else digests_of(data))


@pytest.mark.parametrize("damage", [b"", b"\0" * 400, b"nonsense", msgspec.msgpack.encode(Digests(5, 5, b"short"))])
def test_damaged_digests_on_the_disk_are_made_again(tmp_path, damage):
    data = content("large")
    sha256 = sha256_of(data)
    former = DigestStore(tmp_path)
    former.keep(sha256, digests_of(data))
    assert former.written(20)
    (tmp_path / "digests" / sha256).write_bytes(damage)
    (tmp_path / "a").write_bytes(data)
    store = DigestStore(tmp_path)
    assert opened(store, tmp_path / "a", sha256) == digests_of(data)
    assert store.written(20)
    assert DigestStore(tmp_path).of(sha256, len(data)) == digests_of(data), "and mended"


def test_a_state_folder_that_cannot_be_written_costs_a_restart_some_time_and_nothing_else(tmp_path):
    (tmp_path / "state").write_text("in the way")
    data = content("large")
    (tmp_path / "a").write_bytes(data)
    assert opened(DigestStore(tmp_path / "state"), tmp_path / "a", sha256_of(data)) == digests_of(data)


def test_who_gives_up_waiting_leaves_at_once_and_the_hashing_goes_on_for_the_next(tmp_path, monkeypatch):
    data = content("large")
    (tmp_path / "a").write_bytes(data)
    store = DigestStore(tmp_path / "state")
    go_on, kept = threading.Event(), threading.Event()
    real_keep = store.keep
    monkeypatch.setattr(store, "keep", lambda *all_: (go_on.wait(20), real_keep(*all_), kept.set()))
    with pytest.raises(Refused):
        store.open(wish(tmp_path / "a", sha256_of(data)), lambda: True)
    go_on.set()
    assert kept.wait(20)
    assert store.of(sha256_of(data), len(data)) == digests_of(data)


def test_a_player_without_descriptors_or_threads_to_spare_blames_no_file_and_tries_again(tmp_path, monkeypatch):
    data = content("large")
    (tmp_path / "a").write_bytes(data)
    store = DigestStore()

    def none_left(*_: object) -> int:
        raise OSError(errno.EMFILE, "")

    def no_thread(_: object) -> None:
        raise RuntimeError("can't start new thread")

    for owner, name, lack in ((os, "dup", none_left), (threading.Thread, "start", no_thread)):
        with monkeypatch.context() as short:
            short.setattr(owner, name, lack)
            with pytest.raises(Refused) as refused:
                opened(store, tmp_path / "a", sha256_of(data))
        assert refused.value.why == NOT_HANDED_OVER
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    assert opened(store, tmp_path / "a", sha256_of(data)) == digests_of(data)
    assert before == (len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0)


def test_no_more_than_a_few_large_files_are_hashed_at_once_and_who_gives_up_does_not_wait(tmp_path, monkeypatch):
    store = DigestStore()
    go_on, over = threading.Event(), threading.Semaphore(0)
    real_keep = store.keep
    monkeypatch.setattr(store, "keep", lambda *all_: (go_on.wait(20), real_keep(*all_), over.release()))
    threads = threading.active_count()
    hashes = []
    for number in range(6):
        data = content("large")
        (tmp_path / str(number)).write_bytes(data)
        hashes.append(sha256_of(data))
        with pytest.raises(Refused):
            store.open(wish(tmp_path / str(number), hashes[-1]), lambda: True)
    assert threading.active_count() - threads == MOST_AT_ONCE
    go_on.set()
    for _ in range(MOST_AT_ONCE):
        assert over.acquire(timeout=20)
    assert [store.of(each, SIZES["large"]) is not None for each in hashes] == [True] * MOST_AT_ONCE + [False] * 4
    assert opened(store, tmp_path / "5", hashes[5]).size == SIZES["large"]


def test_memory_for_digests_is_bounded(monkeypatch):
    monkeypatch.setattr(digest_store, "HELD_BYTES", 10_000)
    store = DigestStore()
    for number in range(100):
        store.keep(f"{number:064x}", Digests(PART_BYTES * 100, PART_BYTES, bytes(3200)))
    assert [number for number in range(100) if store.of(f"{number:064x}", PART_BYTES * 100)] == [97, 98, 99]


def test_digests_on_the_disk_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(digest_store, "MOST_FILES", 3)
    store = DigestStore(tmp_path)
    for number in range(6):
        store.keep(
            f"{number:064x}",
            Digests(AT_ONCE_BYTES * 2, PART_BYTES, bytes(AT_ONCE_BYTES * 2 // PART_BYTES * DIGEST_BYTES)),
        )
    assert store.written(20)
    assert len(list((tmp_path / "digests").iterdir())) == 3


def test_a_file_verified_anew_is_hashed_whatever_is_known_of_it(tmp_path):
    data = content("middle")
    store = DigestStore()
    store.keep(sha256_of(data), digests_of(data))
    (tmp_path / "a").write_bytes(data)
    assert store.verified(str(tmp_path / "a"), sha256_of(data), never) == digests_of(data)
    (tmp_path / "a").write_bytes(data[:-1] + b"?")
    with pytest.raises(Refused) as refused:
        store.verified(str(tmp_path / "a"), sha256_of(data), never)
    assert refused.value.why == CHANGED


def test_a_state_folder_that_hangs_is_asked_once_and_no_file_is_blamed_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(digest_store, "STATE_S", 0.1)
    kept, asked, stalled, go_on = tmp_path / "state" / "digests", [], [], threading.Event()
    real = os.open

    def hang(path, *args, **keys):
        if Path(path).parent == kept:
            asked.append(path)
            go_on.wait(30)
        return real(path, *args, **keys)

    monkeypatch.setattr(os, "open", hang)
    store = DigestStore(tmp_path / "state", open_s=2.0)
    store.on_stall = lambda path: (stalled.append(path), lambda: None)[1]
    try:
        for kind in ("middle", "large"):
            data = content(kind)
            (tmp_path / kind).write_bytes(data)
            assert opened(store, tmp_path / kind, sha256_of(data)) == digests_of(data)
        assert (len(asked), stalled) == (1, [])
    finally:
        go_on.set()


def test_digests_that_did_not_hold_are_not_taken_again_and_a_state_folder_that_hangs_holds_nobody_up(tmp_path):
    data = content("large")
    sha256, size = sha256_of(data), len(data)
    with Share(tmp_path / "state", {f"digests/{sha256}": msgspec.msgpack.encode(digests_of(data))}) as state:
        store = DigestStore(state.at)
        assert store.of(sha256, size) == digests_of(data)
        state.hang()
        began = time.monotonic()
        store.forget(sha256)
        assert store.of(sha256, size) is None
        assert time.monotonic() - began < 1.0
        assert state.waiting.wait(10), "the disk was asked to take them away"
        state.answer()


def test_digests_kept_and_forgotten_in_any_order_are_what_was_said_last(tmp_path):
    data = content("large")
    sha256, size = sha256_of(data), len(data)
    for last, kept in ((True, digests_of(data)), (False, None)):
        store = DigestStore(tmp_path / "state")
        for is_kept in (not last, last, not last, last):
            store.keep(sha256, digests_of(data)) if is_kept else store.forget(sha256)
        assert store.written(10)
        assert store.of(sha256, size) == kept
        assert DigestStore(tmp_path / "state").of(sha256, size) == kept
