"""What anybody wrote into a ledger's file is counted with, or passed over; it never ends a command."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.uplink.readable import MOST_NUMBER, readable
from signage.ledger import EventRecord, PlayRecord, ReceiptRecord, canonical

USUAL: dict[str, Any] = {"at": "2026-06-06T07:00:00.000+08:00", "boot": "b", "mono_ms": 1, "clock": "ntp"}
PLAY = PlayRecord(**USUAL, zone="main", rank="normal", shows="image", planned_ms=1, outcome="complete")
EVENT = EventRecord(**USUAL, what="start")
RECEIPT = ReceiptRecord(**USUAL, publication=12, step="shown")


@pytest.mark.parametrize("record", [PLAY, EVENT, RECEIPT, msgspec.structs.replace(PLAY, actual_ms=MOST_NUMBER)])
def test_a_record_that_can_be_is_read(record: Any) -> None:
    assert readable(canonical(record)) == record


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "yesterday"},
        {"at": "2026-06-06T07:00:00"},
        {"at": "2026-02-30T00:00:00+08:00"},
        {"actual_ms": MOST_NUMBER + 1},
        {"planned_ms": -(10**400)},
        {"frames": 10**400},
        {"mono_ms": 2**64},
    ],
)
def test_a_time_or_a_number_that_cannot_be_is_passed_over(changes: dict[str, Any]) -> None:
    told = {**msgspec.json.decode(canonical(PLAY)), **changes}
    assert readable(msgspec.json.encode(told)) is None


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_record_or_passed_over(text: bytes) -> None:
    assert readable(text) is None


def test_depth_is_passed_over() -> None:
    assert readable(b'{"kind":"later","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}") is None
