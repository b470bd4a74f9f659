"""The page, the golden messages and the code are one contract."""

import re
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tuf.api.metadata import Metadata, Timestamp

from signage import messages, topics
from signage.ledger import Break, Line, PlayRecord, ReceiptRecord, chained, check, genesis, line
from signage.messages import (
    Birth,
    Command,
    LedgerAck,
    LedgerBatch,
    LedgerExtent,
    LedgerMark,
    Message,
    OfficeStatus,
    PublicationState,
    QuarantinedFile,
    RefusedFile,
    Reply,
    ScreenState,
    ScreenStatus,
    Trouble,
    Trusted,
    ZoneState,
    decode,
    encode,
)
from signage.presented import PRESENTED
from signage.topics import MOST_BYTES, RETAINED, SCREEN_READS, SCREEN_WRITES
from signage.trust import sign_command, why_not_obeyed

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs/wire.md").read_text(encoding="utf-8")
AT = "2026-06-06T07:00:00.000+08:00"
SCREEN, EPOCH = "sq-square-led1", "0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def two_lines() -> list[Line]:
    """A play and a receipt, chained."""
    usual = {"at": AT, "boot": "b0", "mono_ms": 1000, "clock": "ntp"}
    play = PlayRecord(
        **usual, zone="main", rank="normal", playlist="morning", publication=12, item=1, shows="image",  # type: ignore[arg-type]
        media="posters/六个一律.png", sha256="a" * 64, planned_ms=15000, actual_ms=15000, frames=1, outcome="complete",
        presented="seen",
    )  # fmt: skip
    receipt = ReceiptRecord(**usual, publication=12, step="shown", details={})  # type: ignore[arg-type]
    first = line(play, genesis(SCREEN, EPOCH))
    before = msgspec.structs.replace(genesis(SCREEN, EPOCH), seq=first.seq, hash=first.hash)
    return [first, line(receipt, before)]


LINES = two_lines()
EXAMPLES: dict[str, Message] = {
    "office/status": OfficeStatus(online=True, at=AT, ledger=(1,)),
    "status": ScreenStatus(state="online", conn=42, at=AT),
    "birth": Birth(
        screen=SCREEN, conn=42, boot="b0", at=AT, clock="ntp", versions={"wuzha": "0.5", "python": "3.11.7"},
        canvas=(1280, 720), ledger=LedgerExtent(epoch=EPOCH, first=1, last=2, head=LINES[-1].hash.hex()),
        trusted=Trusted(root=1, timestamp=30, snapshot=14, targets=12, assign=14),
        variables=("village", "grid_phone"),
    ),
    "state": ScreenState(
        conn=42, at=AT, clock="ntp",
        zones=(
            ZoneState(
                zone="main", playlist="morning", publication=12, item=1, shows="image", name="posters/六个一律.png"
            ),
        ),
        publications=(12,),
        coming=(
            PublicationState(number=13, step="fetched", fetched=2, needed=3, fetched_bytes=2048, needed_bytes=4096),
            PublicationState(number=11, step="refused", why=Trouble(zh="签名不足", en="not signed by two people")),
            PublicationState(
                number=10, step="staged", why=Trouble(zh="12-01 起上屏", en="it comes on 12-01"), prospect="waits"
            ),
        ),
        refused=(RefusedFile(name="a.mp4", why=Trouble(zh="打不开", en="it cannot be decoded")),), refused_count=1,
        troubles=(Trouble(zh="时钟没有同步", en="the clock is not synchronised"),), disk_free_bytes=9_000_000_000,
        late_frames=1, frames=90_000, volume=40, brightness=None, blackout=False, filler=False, display="covered",
        quarantined=(
            QuarantinedFile(
                name="posters/六个一律.png", sha256="a" * 64, publication=12, until=AT,
                why=Trouble(zh="解码进程中断", en="the decoder broke"),
            ),
        ),
        nonce="fedcba9876543210",
    ),
    "ledger": LedgerBatch(
        screen=SCREEN, epoch=EPOCH, first=1, before=genesis(SCREEN, EPOCH).hash.hex(), after=LINES[-1].hash.hex(),
        oldest=1, records=tuple(each.text.decode() for each in LINES),
    ),
    "ledger/ack": LedgerAck(marks=(LedgerMark(epoch=EPOCH, upto=2, head=LINES[-1].hash.hex()),)),
    "command": sign_command(
        Command(
            id="00112233445566778899aabbccddeeff", screen=SCREEN, number=7, op="volume", args={"percent": 40},
            issued=AT, not_after="2026-06-06T07:01:00.000+08:00", by="王小明", answers="fedcba9876543210",
        ),
        KEY,
    ),
    "reply": Reply(id="00112233445566778899aabbccddeeff", ok=True, data={"percent": 40}),
}  # fmt: skip
BARE = {"office/head", "shot"}
"""Not JSON of ours."""


def golden(leaf: str) -> bytes:
    return (HERE / f"{leaf.replace('/', '-')}.json").read_bytes().removesuffix(b"\n")


def test_every_topic_has_a_golden_message_and_nothing_else_lies_here() -> None:
    assert set(EXAMPLES) | BARE == set(MOST_BYTES)
    there = {path.stem for path in HERE.glob("*.json")}
    assert there == {leaf.replace("/", "-") for leaf in MOST_BYTES if leaf != "shot"}


@pytest.mark.parametrize("leaf", sorted(EXAMPLES))
def test_what_is_written_is_the_golden_message(leaf: str) -> None:
    assert encode(EXAMPLES[leaf]).decode() == golden(leaf).decode()


@pytest.mark.parametrize("leaf", sorted(EXAMPLES))
def test_the_golden_message_is_read_as_what_it_was(leaf: str) -> None:
    kind = type(EXAMPLES[leaf])
    assert decode(golden(leaf), kind, MOST_BYTES[leaf]) == EXAMPLES[leaf]
    later = golden(leaf)[:-1] + b',"added":{"later":[1]}}'
    assert decode(later, kind, MOST_BYTES[leaf]) == EXAMPLES[leaf]


def test_the_golden_head_is_signed_metadata() -> None:
    found = Metadata[Timestamp].from_bytes(golden("office/head"))
    assert isinstance(found.signed, Timestamp)
    assert len(golden("office/head")) <= MOST_BYTES["office/head"]


def test_the_golden_batch_holds_together() -> None:
    batch = decode(golden("ledger"), LedgerBatch, MOST_BYTES["ledger"])
    lines, before = [], bytes.fromhex(batch.before)
    for seq, text in enumerate(batch.records, batch.first):
        before = chained(before, text.encode())
        lines.append(Line(seq, text.encode(), before))
    assert before.hex() == batch.after
    assert not [each for each in check(lines, genesis(batch.screen, batch.epoch)) if isinstance(each, Break)]


def test_the_golden_command_is_obeyed() -> None:
    found = decode(golden("command"), Command, MOST_BYTES["command"])
    keys = (KEY.public_key().public_bytes_raw(),)
    assert why_not_obeyed(found, screen=SCREEN, last_number=6, at=messages.time(AT), keys=keys) is None


# The page


def table_below(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its own heading."""
    section = PAGE.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", section, re.M)]
    return rows[2:]


def test_the_page_lists_the_same_topics() -> None:
    page = {row[0].strip("`").removeprefix("screen/{id}/"): row[1:] for row in table_below("## Topics")}
    assert list(page) == list(MOST_BYTES)
    for leaf, (who, retained, most, content) in page.items():
        assert who == ("office" if leaf.startswith("office") or leaf in SCREEN_READS else "screen")
        assert leaf.startswith("office") or who == ("screen" if leaf in SCREEN_WRITES else "office")
        assert retained.startswith("yes") == (leaf.startswith("office/") or leaf in RETAINED)
        assert int(most.removesuffix(" KiB")) * 1024 == MOST_BYTES[leaf]
        assert leaf in BARE or content == f"`{type(EXAMPLES[leaf]).__name__}`"


def structs() -> dict[str, type[msgspec.Struct]]:
    found = {name: each for name, each in vars(messages).items() if isinstance(each, type)}
    return {
        name: each
        for name, each in found.items()
        if issubclass(each, msgspec.Struct) and each.__module__ == messages.__name__
    }


def test_the_page_lists_the_same_messages_and_fields() -> None:
    ours = {name: each for name, each in structs().items() if each is not Message}
    assert set(re.findall(r"^### (\w+)$", PAGE, re.M)) == set(ours)
    for name, each in ours.items():
        on_page = [row[0].strip("`") for row in table_below(f"### {name}")]
        assert on_page == [field.encode_name for field in msgspec.structs.fields(each)], name


def test_the_page_lists_the_same_words() -> None:
    for heading, field, words in (
        ("### Command", "op", messages.OPS),
        ("### PublicationState", "step", messages.STEPS),
        ("### ScreenStatus", "state", ("online", "offline", "lost")),
        ("### ScreenState", "display", PRESENTED),
    ):
        [row] = [row for row in table_below(heading) if row[0] == f"`{field}`"]
        assert tuple(re.findall(r"`([\w-]+)`", row[1])) == words


def test_the_page_names_the_version_and_the_prefix() -> None:
    assert f"contract `{topics.PREFIX}`" in PAGE
    assert f"`v` is {topics.VERSION}" in PAGE
