"""Records of one screen that lies, beside another that does not.

Promise: the player's own reader and the office – store, acknowledgement, counts, pages, tables, command line – raise
nothing and log no traceback, and what is counted of the other screen stays as it was.
"""

import contextlib
import datetime as dt
import logging
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from player.cli import main as player_main
from player.uplink.ledger_db import Row, open_ledger
from player.uplink.writer import LEDGER
from signage.ledger import (
    Anchor,
    Break,
    EventRecord,
    Line,
    PlayRecord,
    ReceiptRecord,
    canonical,
    chained,
    check,
    genesis,
    moment,
    read,
)
from signage.messages import LedgerBatch, encode
from tests.fuzz import mutation
from tests.fuzz.case import Broken, Case, CaseBounds, Step
from tests.fuzz.office_house import BYS, COMMANDS, TOPICS, House, terminal
from tests.fuzz.sentences import check_words

LIAR, HONEST = "liar-led", "good-led"
EPOCHS = ("0123456789abcdef", "00000000000000ff", "ffffffffffffffff")
DAWN = dt.datetime(2026, 6, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
LOOK_EVERY, ASK_EVERY, FORGET_EVERY = 15, 6, 150
"""Cases between two looks at all pages, two commands, and two fresh databases."""
HONEST_PLAYS = 30
MOST_BATCH = 1 << 20
"""Bytes: four times what the broker takes."""
_ANEW = "CREATE TABLE b AS SELECT * FROM {0}; DROP TABLE {0}; ALTER TABLE b RENAME TO {0}; UPDATE {0} SET {1}"
SPOILT = (
    "UPDATE record SET kind = 'play'", "UPDATE record SET at_ms = -9223372036854775808",
    "UPDATE record SET seq = seq + 5",
    "UPDATE epoch SET screen = char(27) || '[2J'", "UPDATE epoch SET name = 'x' || char(0)", "DELETE FROM epoch",
    "UPDATE epoch SET first_seq = 9223372036854775807", "UPDATE epoch SET first_seq = 3",
    "UPDATE record SET hash = x''",
    "DROP TABLE showing", "PRAGMA user_version = 9", "INSERT INTO epoch VALUES (9, 'zz', '', 5, x'00')",
    _ANEW.format("record", "text = 7"),
    _ANEW.format("record", "seq = 'x'"),
    _ANEW.format("epoch", "first_hash = 'x'"),
    "CREATE TABLE b AS SELECT * FROM record; DROP TABLE record; CREATE VIEW record AS SELECT * FROM b, b AS c",
    _ANEW.format("record", "at_ms = NULL"),
)  # fmt: skip
"""What somebody may have done to a copy of a ledger."""
PLAYER_COMMANDS = (
    ("verify",), ("verify", "--json"), ("plays",), ("plays", "--json"), ("plays", "--csv"), ("plays", "--by", "item"),
    ("plays", "--by", "day", "--json"), ("plays", "--by", "outcome", "--csv"),
)  # fmt: skip


def _plain(record: Any) -> dict[str, Any]:
    return dict(msgspec.json.decode(canonical(record)))


USUAL: dict[str, Any] = {"at": moment(DAWN), "boot": "b" * 32, "mono_ms": 10_000, "clock": "ntp"}
RECORDS: tuple[dict[str, Any], ...] = (
    _plain(PlayRecord(**USUAL, zone="main", rank="normal", playlist="六个一律", playlist_sha256="a" * 64,
                      publication=12, item=1,
                      shows="image", media="posters/1.png", sha256="1" * 64, planned_ms=10_000, actual_ms=10_000,
                      frames=1,
                      late_frames=1, outcome="complete", reason="x")),
    _plain(PlayRecord(**USUAL, zone="main", rank="normal", shows="card", card="notice", title="不轻信", planned_ms=5000,
                      actual_ms=5000, frames=1, outcome="cut")),
    _plain(EventRecord(**USUAL, what="lost", details={"records": 12, "from": moment(DAWN), "to": moment(DAWN)})),
    _plain(EventRecord(**USUAL, what="epoch", details={"reason": "first run"})),
    _plain(EventRecord(**USUAL, what="truncated", details={"epoch": EPOCHS[0], "upto": 3, "hash": "ab" * 32})),
    _plain(ReceiptRecord(**USUAL, publication=12, step="shown", details={})),
    _plain(ReceiptRecord(**USUAL, publication=12, step="refused", details={"why": "too large", "why_zh": "太大"})),
    {**USUAL, "kind": "later", "more": [1, {"a": None}]},
)  # fmt: skip
KINDS = ("play", "event", "receipt", "later", "", "PLAY", 7, None, ["play"], {"play": 1}, True, mutation.Raw("1e400"))


def make(random: Random) -> Case:
    """Returns one or more batches of one epoch, for the office, or for whoever reads a copy of a ledger."""
    if random.random() < 0.15:
        return _stick(random)
    epoch = random.choice(EPOCHS) if random.random() < 0.8 else f"{random.getrandbits(64):016x}"
    texts = [_text(random, seq) for seq in range(1, random.choice((1, 2, 5, 5, 20, 60)) + 1)]
    before, steps, seq = genesis(LIAR, epoch).hash, [], 1
    while texts:
        some, texts = texts[: random.randint(1, 40)], texts[40:]
        after = before
        for text in some:
            after = chained(after, text)
        if random.random() < 0.85:  # else a gap
            steps.append(_batch(random, epoch, seq, (before, after), some))
        seq, before = seq + len(some), after
    if random.random() < 0.15:
        random.shuffle(steps)
    steps = steps or [_batch(random, epoch, seq, (before, before), [b"{}"])]
    if random.random() < 0.3:
        return tuple(Step("copy", step.data) for step in steps)
    return tuple(steps)


def _stick(random: Random) -> Case:
    """Returns the records of a ledger's file, what they are found by, and damage to the file itself."""
    steps, seq = [], 1
    for _ in range(random.choice((1, 3, 8))):
        text = _text(random, seq)
        steps.append(Step("row", text if random.random() < 0.9 else mutation.damaged(random, text)))
        seq += 1
    if random.random() < 0.3:
        steps.append(Step("sql", random.choice(SPOILT).encode()))
    if random.random() < 0.2:
        steps.append(Step("bytes", random.randbytes(random.choice((2, 8, 40)))))
    return tuple(steps)


def _text(random: Random, seq: int) -> bytes:
    tree = {**random.choice(RECORDS), "seq": seq}
    if random.random() < 0.1:
        tree["kind"] = random.choice(KINDS)
    if random.random() < 0.7:
        tree = mutation.mutated(random, tree, spare=() if random.random() < 0.1 else ("seq",))
    text = mutation.written(tree, canonical=random.random() < 0.95)
    return mutation.damaged(random, text, 1) if random.random() < 0.05 else text


def _batch(random: Random, epoch: str, first: int, ends: tuple[bytes, bytes], texts: list[bytes]) -> Step:
    before, after = ends
    told: dict[str, Any] = {
        "v": 1, "screen": LIAR, "epoch": epoch, "first": first, "before": before.hex(), "after": after.hex(),
        "oldest": 1 if random.random() < 0.9 else random.choice((0, 2, first, first + 1, 2**40, 2**53)),
        "records": [each.decode("utf-8", errors="replace") for each in texts],
    }  # fmt: skip
    if random.random() < 0.06:
        told = mutation.mutated(random, told, times=1)
    if random.random() < 0.05 and isinstance(told, dict):
        told |= {"first": random.choice((2**40 - 1, 2**40, 2**53, 1000)), "before": "ab" * 32}
    content = mutation.written(told, canonical=False)[:MOST_BATCH]
    return Step("batch", mutation.damaged(random, content, 1) if random.random() < 0.03 else content)


class LedgerRecords:
    """The office, with one honest screen in it."""

    bounds = CaseBounds(log_bytes=4000.0, files=60, disk_mib=96.0, peak_mib=200.0)

    def __init__(self, folder: Path) -> None:
        self._folder, self._config = folder, folder / "kiosk_config.toml"
        self._config.write_text(f'[screen]\nid = "{LIAR}"\n[folders]\nstate = "state"\n')
        self._house = House(folder, (LIAR, HONEST))
        self._cases = 0
        self._house.arrive([(TOPICS.screen(HONEST, "ledger"), encode(_honest()), False)])
        self._expected = self._counts()
        if not any(row.plays == HONEST_PLAYS for row in self._expected["screen"]):
            raise Broken("the honest screen's plays are not counted")

    make = staticmethod(make)

    def run(self, case: Case) -> None:
        """Lets the batches come, and looks at what everybody sees then."""
        self._cases += 1
        if case[0].about in ("row", "sql", "bytes"):
            self._stick(case)
            return
        for step in case:
            if step.about == "copy":
                _read_as_a_player(step.data)
        batches = [(TOPICS.screen(LIAR, "ledger"), step.data, False) for step in case if step.about == "batch"]
        if not batches:
            return
        self._house.arrive(batches)
        if self._counts() != self._expected:
            raise Broken("the counts of the honest screen changed")
        self._see()
        if self._cases % LOOK_EVERY == 0:
            self._house.look()
        if self._cases % ASK_EVERY == 0:
            self._house.ask(COMMANDS[self._cases // ASK_EVERY % len(COMMANDS)])
        if self._cases % FORGET_EVERY == 0:
            self._house.forget([LIAR])

    def _stick(self, case: Case) -> None:
        """A player reads a ledger's file that somebody else wrote."""
        state = self._folder / "state"
        state.mkdir(exist_ok=True)
        path = state / LEDGER
        for each in state.iterdir():
            each.unlink()
        _write_ledger(path, case)
        command = PLAYER_COMMANDS[self._cases % len(PLAYER_COMMANDS)]
        words = (*command, str(path)) if command[0] == "verify" else (*command, "--config", str(self._config))
        with terminal() as out:
            code = player_main(words)
        told = out.read_bytes().decode("utf-8-sig")
        out.unlink()
        logging.disable(logging.NOTSET)
        if code not in (0, 1):
            raise Broken(f"wuzha-player {command[0]} ends with {code}")
        if any((ord(c) < 32 and c not in "\n\r\t") or 127 <= ord(c) < 160 for c in told):
            raise Broken(f"wuzha-player {' '.join(command)} prints control characters of a ledger")

    def _counts(self) -> dict[str, Any]:
        from office.counting import Asked, counted

        return {by: counted(by, Asked(screen=HONEST)) for by in ("screen", "day", "media")}

    def _see(self) -> None:
        from office.counting import Asked, counted, missing, plays

        by = BYS[self._cases % len(BYS)]
        counted(by, Asked())  # type: ignore[arg-type]
        for gap in missing(Asked()):
            check_words(gap.words)
        if self._cases % 5 == 0:
            for _ in plays(Asked()):
                pass
        names = {row.key: row.plays for row in counted("screen", Asked())}
        if names.get(HONEST) != HONEST_PLAYS:
            raise Broken("the honest screen is counted otherwise beside the liar")

    def pids(self) -> tuple[int, ...]:
        """Returns none: everything happens here."""
        return ()

    def close(self) -> None:
        """Lets go of the database."""
        self._house.close()


def _honest() -> LedgerBatch:
    before, texts = genesis(HONEST, EPOCHS[0]), []
    for seq in range(1, HONEST_PLAYS + 1):
        record = PlayRecord(
            at=moment(DAWN + dt.timedelta(seconds=10 * seq)), boot="b" * 32, mono_ms=10_000 * seq, clock="ntp", seq=seq,
            zone="main", rank="normal", playlist="六个一律", item=1, shows="image", media=f"posters/{seq % 3}.png",
            sha256=f"{seq % 3:064x}", planned_ms=10_000, actual_ms=10_000, frames=1, outcome="complete",
        )  # fmt: skip
        texts.append(canonical(record))
        before = Anchor(before.epoch, seq, chained(before.hash, texts[-1]))
    start = genesis(HONEST, EPOCHS[0]).hash.hex()
    return LedgerBatch(screen=HONEST, epoch=EPOCHS[0], first=1, before=start, after=before.hash.hex(),
                       records=tuple(text.decode() for text in texts))  # fmt: skip


def _write_ledger(path: Path, case: Case) -> None:
    db = open_ledger(path)
    anchor = genesis(LIAR, EPOCHS[0])
    with db.writing():
        number = db.begin_epoch(anchor, LIAR)
        for step in case:
            if step.about == "row":
                digest = chained(anchor.hash, step.data)
                kind = next((kind for kind in ("play", "event", "receipt") if kind.encode() in step.data), "later")
                at_ms = round(DAWN.timestamp() * 1000)
                db.append(number, [Row(Line(anchor.seq + 1, step.data, digest), at_ms, kind)])
                anchor = Anchor(anchor.epoch, anchor.seq + 1, digest)
    db.close()
    for step in case:
        with contextlib.suppress(sqlite3.Error):
            if step.about == "sql":
                with contextlib.closing(sqlite3.connect(path)) as connection:
                    connection.executescript(step.data.decode())
        if step.about == "bytes":
            _overwrite(path, step.data)


def _overwrite(path: Path, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    at = int.from_bytes(data[:2], "little") * 13 % len(content)
    content[at : at + len(data)] = data
    path.write_bytes(content)


def _read_as_a_player(payload: bytes) -> None:
    """A copy of a ledger on a stick holds whatever somebody wrote into it: the chain says where it breaks."""
    try:
        told = msgspec.json.decode(payload)
        texts = [str(each).encode(errors="replace") for each in told["records"]]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError, ValueError):
        return
    before = anchor = genesis(LIAR, EPOCHS[0])
    lines = []
    for seq, text in enumerate(texts, 1):
        before = Anchor(before.epoch, seq, chained(before.hash, text))
        lines.append(Line(seq, text, before.hash))
    for found in check(lines, anchor):
        if isinstance(found, Break):
            check_words(found.why)
        else:
            read(found.text)


def open_target(folder: Path) -> LedgerRecords:
    """Returns the target."""
    return LedgerRecords(folder)
