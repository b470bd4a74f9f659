"""A tampered ledger is caught, and the message says where."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from player.uplink.audit import audit
from player.uplink.counts import counted, plays
from player.uplink.ledger_db import Row, open_copy, open_ledger
from player.uplink.records import Happened
from player.uplink.writer import Writer
from signage.ledger import Details, Line, chained, genesis
from signage.slot import Card
from tests.player.uplink.test_writer import SCREEN, at, opened, play, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def tampered(path: Path, *words: str) -> tuple[int, str] | None:
    """Gives number and reason of the first break after the statements were run on the file."""
    connection = sqlite3.connect(path)
    for each in words:
        connection.execute(each)
    connection.commit()
    connection.close()
    db = open_copy(path)
    found = audit(db).broken
    db.close()
    return None if found is None else (found.seq, found.why.en)


def test_a_whole_ledger_holds_and_is_summed_up(path: Path) -> None:
    write(path, play(1), play(2))
    write(path, play(3), screen="sq-other")
    db = open_copy(path)
    found = audit(db)
    assert found.broken is None
    assert found.records == 5
    assert [(each.screen, each.reason, each.plays) for each in found.chapters] == [
        (SCREEN, "first run", 2), ("sq-other", "another screen", 1),
    ]  # fmt: skip
    assert found.chapters[0].head == db.epochs()[0].head.hash.hex()
    db.close()


@pytest.mark.parametrize(
    ("words", "seq", "why"),
    [
        ("UPDATE record SET text = CAST(replace(CAST(text AS TEXT), 'posters/5', 'posters/6') AS BLOB)", 6, "hash"),
        ("DELETE FROM record WHERE seq = 7", 8, "missing"),
        ("DELETE FROM record WHERE seq <= 3", 4, "missing"),
        ("UPDATE record SET at_ms = at_ms + 1 WHERE seq = 9", 9, "found by"),
        ("UPDATE record SET kind = 'event' WHERE seq = 9", 9, "found by"),
        ("UPDATE record SET hash = zeroblob(32) WHERE seq = 4", 4, "hash"),
        ("UPDATE epoch SET screen = 'sq-other'", 1, "does not belong"),
        ("UPDATE epoch SET first_seq = 3, first_hash = (SELECT hash FROM record WHERE seq = 3)", 4, "no record says"),
    ],
)
def test_a_tampered_ledger_is_caught_at_the_first_bad_record(path: Path, words: str, seq: int, why: str) -> None:
    write(path, *(play(number) for number in range(1, 12)))
    found = tampered(path, words)
    assert found is not None
    assert found[0] == seq
    assert why in found[1]


@pytest.mark.parametrize(
    "text",
    [
        b'{"at":"yesterday","boot":"b","clock":"ntp","kind":"event","mono_ms":1,"seq":3,"what":"start"}',
        b'{"at":"2026-06-06T07:00:00","boot":"b","clock":"ntp","kind":"event","mono_ms":1,"seq":3,"what":"start"}',
        b'{"at":"0001-01-01T00:00:00+14:00","boot":"b","clock":"ntp","kind":"event","mono_ms":1,"seq":3,"what":"start"}',
        b'{"kind":' + b"[" * 5000 + b"]" * 5000 + b',"seq":3}',
        b"\xff",
        b"",
    ],
)
def test_a_text_that_is_no_record_breaks_the_ledger_and_not_the_audit(path: Path, text: bytes) -> None:
    write(path, play(1))
    head = open_ledger(path)
    [epoch] = head.epochs()
    forged = Line(epoch.head.seq + 1, text, chained(epoch.head.hash, text))
    with head.writing():
        head.append(epoch.number, [Row(forged, 0, "event")])
    head.close()
    db = open_copy(path)
    found = audit(db).broken
    assert found is not None
    assert found.seq == 3
    assert [each.play.media for each in plays(db)] == ["posters/1.png"]
    db.close()


def test_a_cut_that_names_no_hash_proves_nothing(path: Path) -> None:
    details: Details = {"epoch": "0123456789abcdef", "upto": 3, "hash": "no digits"}
    write(path, play(1), Happened("truncated", details, at(20)))
    db = open_copy(path)
    assert audit(db).broken is None
    db.close()


def test_a_forged_beginning_is_caught(path: Path) -> None:
    write(path, *(play(number) for number in range(1, 12)))
    forged = genesis("sq-forged", "x").hash.hex()
    assert tampered(path, f"UPDATE epoch SET first_hash = x'{forged}'") == (
        1, "where this epoch begins does not belong to its screen and name",
    )  # fmt: skip


def test_a_ledger_that_was_cut_by_age_holds(path: Path) -> None:
    write(path, *(play(number) for number in range(1, 100)))
    with opened(path, quota_bytes=0, segment=10) as writer:
        writer.tidy(at())
    db = open_copy(path)
    found = audit(db)
    db.close()
    assert found.broken is None
    assert found.chapters[0].first_seq > 50


def test_counts_are_those_of_the_records(path: Path) -> None:
    write(path, *(play(number % 3 + 1) for number in range(10)))
    db = open_copy(path)
    counts = counted(plays(db), "item")
    assert {key: (count.plays, count.complete, count.seconds) for key, count in counts.items()} == {
        "posters/1.png": (4, 4, 40.0), "posters/2.png": (3, 3, 30.0), "posters/3.png": (3, 3, 30.0),
    }  # fmt: skip
    assert {key: count.plays for key, count in counted(plays(db), "hour").items()} == {"2026-06-06T07": 10}
    assert sum(1 for _ in plays(db, to_ms=0)) == 0
    db.close()


def test_the_black_of_a_blackout_is_a_record_and_no_play(path: Path) -> None:
    black = msgspec.structs.replace(play(2).slot, kind="card", media=None, card=Card(template="black"))
    write(path, play(1), msgspec.structs.replace(play(2), slot=black))
    db = open_copy(path)
    assert len(list(plays(db))) == 2
    assert {key: count.plays for key, count in counted(plays(db), "item").items()} == {"posters/1.png": 1}
    db.close()


def test_a_writer_in_another_process_state_is_seen_by_verify(path: Path) -> None:
    writer = Writer(path, SCREEN, "b")
    writer.open(at())
    writer.write([play(1)])
    db = open_copy(path)
    assert audit(db).records == 2
    db.close()
    writer.close()
