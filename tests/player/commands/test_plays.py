"""What was played can be counted, exported and proved, by a person who has only the command line."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import msgspec
import pytest

from player.uplink.writer import Writer
from signage.presented import PRESENTED as WORDS
from tests.player.commands.conftest import Wuzha
from tests.player.uplink.test_writer import at, play

pytestmark = pytest.mark.slow


@pytest.fixture
def ledger(house: Path) -> Path:
    path = house / "var" / "player" / "ledger.db"
    writer = Writer(path, "sq-test", "boot")
    writer.open(at())
    writer.write([msgspec.structs.replace(play(n % 3 + 1), presented=WORDS[n % 6]) for n in range(12)])
    writer.close()
    return path


def test_counts_by_item_as_a_table_and_as_json(wuzha: Wuzha, ledger: Path) -> None:
    done = wuzha("plays", "--by", "item")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["4", "4", "4", "12"]
    rows = [json.loads(line) for line in wuzha("plays", "--by", "item", "--json").stdout.splitlines()]
    assert rows[0] == {
        "item": "posters/1.png", "plays": 4, "complete": 4, "cut": 0, "failed": 0, "seconds": 40.0, "seen": 2,
        "unseen": 2, "unknown": 0,
    }  # fmt: skip


def test_counts_tell_seen_unseen_and_unknown_apart_everywhere(wuzha: Wuzha, ledger: Path) -> None:
    assert wuzha("plays", "--by", "day").stdout.splitlines()[-1].split()[:4] == ["12", "2", "8", "2"]
    rows = [json.loads(line) for line in wuzha("plays", "--by", "presented", "--json").stdout.splitlines()]
    assert {row["presented"]: row["plays"] for row in rows} == dict.fromkeys(WORDS, 2)
    for row in rows:
        assert row["seen"] + row["unseen"] + row["unknown"] == row["plays"]
    raw = wuzha("plays", "--by", "item", "--csv", text=False).stdout.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(raw, newline="")))[-3:] == ["看得到", "看不到", "不清楚"]
    lines = [json.loads(line) for line in wuzha("plays", "--json").stdout.splitlines()]
    assert {line["presented"] for line in lines} == set(WORDS)
    assert "没有显示屏" in wuzha("plays").stdout
    assert wuzha("verify").returncode == 0


def test_records_between_two_times(wuzha: Wuzha, ledger: Path) -> None:
    words = ("plays", "--json", "--since", "2026-06-06T07:00:10", "--until", "2026-06-06T07:00:30")
    rows = [json.loads(line) for line in wuzha(*words).stdout.splitlines()]
    assert {row["media"] for row in rows} == {"posters/1.png", "posters/2.png"}
    assert {"epoch", "seq", "at", "clock", "zone", "planned_ms", "actual_ms", "outcome", "sha256"} <= rows[0].keys()


def test_the_table_opens_in_a_chinese_spreadsheet(wuzha: Wuzha, ledger: Path) -> None:
    raw = wuzha("plays", "--csv", text=False).stdout
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0][:2] == ["日期", "时间"]
    assert rows[1][:2] == ["2026-06-06", "07:00:10"]
    assert len(rows) == 13
    assert b"\r\n" in raw


def test_the_raw_table_is_the_ledger_as_it_is(wuzha: Wuzha, ledger: Path) -> None:
    raw = wuzha("plays", "--csv", "--raw", text=False).stdout
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0][:3] == ["段", "编号", "开始时间"]
    assert "2026-06-06T07:00:10.000+08:00" in rows[1]
    assert "complete" in rows[1]
    done = wuzha("plays", "--raw")
    assert (done.returncode, "--csv" in done.stderr) == (2, True)


def test_a_name_that_looks_like_a_formula_is_not_one(wuzha: Wuzha, ledger: Path) -> None:
    writer = Writer(ledger, "sq-test", "boot")
    writer.open(at())
    bad = play(1)
    media = msgspec.structs.replace(bad.slot.media, name="=HYPERLINK(1)")
    writer.write([msgspec.structs.replace(bad, slot=msgspec.structs.replace(bad.slot, media=media))])
    writer.close()
    assert "'=HYPERLINK(1)" in wuzha("plays", "--csv").stdout
    assert ",=HYPERLINK" not in wuzha("plays", "--csv").stdout


def test_without_a_ledger_it_says_so(wuzha: Wuzha) -> None:
    for words in (("plays",), ("verify",), ("verify", "nowhere.db")):
        done = wuzha(*words)
        assert done.returncode == 1
        assert "台账" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_verify_proves_a_copy_without_the_player(wuzha: Wuzha, ledger: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(ledger.read_bytes())
    done = wuzha("verify", str(copy))
    assert done.returncode == 0, done.stdout
    assert "台账完整，共 13 条记录" in done.stdout
    told = json.loads(wuzha("verify", "--json", str(copy)).stdout)
    assert (told["ok"], told["records"], told["epochs"][0]["reason"]) == (True, 13, "first run")


def test_verify_names_the_first_bad_record_of_a_tampered_copy(wuzha: Wuzha, ledger: Path) -> None:
    connection = sqlite3.connect(ledger)
    connection.execute(
        "UPDATE record SET text = CAST(replace(CAST(text AS TEXT), '10000', '20000') AS BLOB) WHERE seq > 4"
    )
    connection.commit()
    connection.close()
    done = wuzha("verify")
    assert done.returncode == 1
    assert "从第 5 条起对不上" in done.stdout
    assert json.loads(wuzha("verify", "--json").stdout)["break"]["seq"] == 5


def test_verify_of_what_is_no_ledger(wuzha: Wuzha, tmp_path: Path) -> None:
    strange = tmp_path / "a.db"
    strange.write_text("hello", encoding="utf-8")
    done = wuzha("verify", str(strange))
    assert done.returncode == 1
    assert "读不出台账" in done.stdout
