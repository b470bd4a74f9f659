"""A message is read whole or refused whole; nothing that comes over the wire can do more than be refused."""

import datetime as dt
import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signage import messages
from signage.errors import Words
from signage.messages import (
    MOST_RECORDS,
    OPS,
    STEPS,
    Birth,
    Command,
    LedgerAck,
    LedgerBatch,
    LedgerMark,
    Message,
    MessageError,
    OfficeStatus,
    Reply,
    ScreenState,
    ScreenStatus,
    decode,
    encode,
    time,
    trouble,
)

KINDS: tuple[type[Message], ...] = (
    OfficeStatus, ScreenStatus, Birth, ScreenState, LedgerBatch, LedgerAck, Command, Reply,
)  # fmt: skip
AT = "2026-06-06T07:00:00.000+08:00"
H = "0" * 64
SMALL: dict[type[Message], dict[str, Any]] = {
    OfficeStatus: {"online": True},
    ScreenStatus: {"state": "online", "conn": 1},
    Birth: {"screen": "sq-led1", "conn": 1, "boot": "b", "at": AT, "clock": "ntp"},
    ScreenState: {"conn": 1, "at": AT, "clock": "ntp"},
    LedgerBatch: {"screen": "sq-led1", "epoch": "0" * 16, "first": 1, "before": H, "after": H, "records": ["{}"]},
    LedgerAck: {"marks": [{"epoch": "0" * 16, "upto": 0, "head": H}]},
    Command: {"id": "0" * 32, "screen": "sq-led1", "number": 1, "op": "next", "issued": AT, "not_after": AT},
    Reply: {"id": "0" * 32, "ok": True},
}
"""The least that each kind needs."""

kinds = st.sampled_from(KINDS)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def text_of(value: object) -> bytes:
    return json.dumps(value).encode()


def test_every_kind_of_message_is_tested_here() -> None:
    found = {each for each in vars(messages).values() if isinstance(each, type) and issubclass(each, Message)}
    assert found - {Message} == set(KINDS) == set(SMALL)


@given(kinds, st.binary(max_size=300))
def test_any_bytes_are_a_message_or_refused(kind: type[Message], payload: bytes) -> None:
    try:
        found = decode(payload, kind, 300)
    except MessageError:
        return
    assert decode(encode(found), kind, 10_000) == found


def test_a_refusal_does_not_repeat_all_that_was_sent() -> None:
    with pytest.raises(MessageError) as refusal:
        decode(b'{"conn":1,"state":"' + b"x" * 900 + b'"}', ScreenStatus, 1024)
    assert 10 < len(str(refusal.value)) < 400


@given(st.data(), kinds)
def test_a_field_of_any_value_is_taken_or_refused(data: st.DataObject, kind: type[Message]) -> None:
    field = data.draw(st.sampled_from([field.encode_name for field in msgspec.structs.fields(kind)]))
    payload = text_of({**SMALL[kind], field: data.draw(junk)})
    try:
        found = decode(payload, kind, 64 * 1024)
    except MessageError:
        return
    assert decode(encode(found), kind, 64 * 1024) == found


@given(kinds, st.data(), st.integers(0, 255))
def test_a_flipped_byte_is_read_or_refused(kind: type[Message], data: st.DataObject, byte: int) -> None:
    payload = bytearray(text_of(SMALL[kind]))
    payload[data.draw(st.integers(0, len(payload) - 1))] = byte
    with suppress(MessageError):
        assert isinstance(decode(bytes(payload), kind, 64 * 1024), kind)


@given(
    kinds,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    st.lists(st.integers(0, 2**53) | st.booleans()),
)
@example(Command, "retain", [1])
def test_an_unknown_field_is_passed_over(kind: type[Message], name: str, value: list[int]) -> None:
    payload = text_of({**SMALL[kind], name + "?": value})
    assert decode(payload, kind, 64 * 1024) == decode(text_of(SMALL[kind]), kind, 64 * 1024)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "payload",
    [
        b"", b"null", b"[]", b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b"[" * 60_000, b'{"x":' * 10_000,
        b'"' + b"a" * 60_000, b'{"v":2}', b'{"v":"1"}', b'{"v":null}', b"9" * 60_000, b"NaN", b"\x00" * 100,
    ],
)  # fmt: skip
def test_nonsense_is_refused(kind: type[Message], payload: bytes) -> None:
    with pytest.raises(MessageError):
        decode(payload, kind, 64 * 1024)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_beyond_its_limit_is_not_even_parsed(kind: type[Message]) -> None:
    payload = text_of(SMALL[kind])
    decode(payload, kind, len(payload))
    with pytest.raises(MessageError, match="limit"):
        decode(payload + b" ", kind, len(payload))


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (ScreenStatus, "conn", -1), (ScreenStatus, "conn", 2**53 + 1), (ScreenStatus, "conn", 1.5),
        (ScreenStatus, "conn", True), (ScreenStatus, "state", "gone"), (ScreenStatus, "at", "x" * 301),
        (Birth, "screen", "sq-led1\n"), (Birth, "screen", "../../x"), (Birth, "clock", "gps"), (Birth, "canvas", [1]),
        (LedgerBatch, "epoch", "0" * 15), (LedgerBatch, "epoch", "0" * 16 + "\n"), (LedgerBatch, "after", "A" * 64),
        (LedgerBatch, "first", 0), (LedgerBatch, "records", []), (LedgerBatch, "records", ["{}"] * (MOST_RECORDS + 1)),
        (LedgerBatch, "records", [{}]), (LedgerAck, "marks", [SMALL[LedgerAck]["marks"][0]] * 33),
        (Command, "op", "rm"), (Command, "number", 0), (Command, "args", {"a": []}), (Command, "args", {"a": {}}),
        (Command, "signature", "0" * 127), (Command, "id", "0" * 31), (Reply, "ok", 1), (Reply, "data", {"a": [1]}),
        (ScreenState, "volume", 101), (ScreenState, "brightness", -1), (ScreenState, "zones", [{}]),
    ],
)  # fmt: skip
def test_a_value_out_of_its_range_is_refused(kind: type[Message], field: str, value: object) -> None:
    with pytest.raises(MessageError):
        decode(text_of({**SMALL[kind], field: value}), kind, 64 * 1024)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_missing_is_refused(kind: type[Message]) -> None:
    for field in SMALL[kind]:
        rest = {name: value for name, value in SMALL[kind].items() if name != field}
        if kind is not LedgerAck:
            with pytest.raises(MessageError, match=field):
                decode(text_of(rest), kind, 64 * 1024)


def test_the_closed_lists_are_the_types() -> None:
    assert set(OPS) == set(messages.Op.__args__)
    assert set(STEPS) == set(messages.Step.__args__)


@given(st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=8))])))
def test_a_time_is_read_as_it_was_written(at: dt.datetime) -> None:
    assert time(at.isoformat()) == at


@given(st.text(max_size=40))
@example("2026-06-06T07:00:00")
@example("2026-06-06")
@example("2026-06-06T25:00:00+08:00")
@example("")
def test_anything_else_is_no_time(text: str) -> None:
    try:
        found = time(text)
    except MessageError:
        return
    assert found.tzinfo is not None


def test_a_long_sentence_is_cut_to_what_a_message_may_carry() -> None:
    cut = trouble(Words(zh="坏" * 400, en="bad " * 400))
    reply = Reply(id="0" * 32, ok=False, why=cut)
    assert decode(encode(reply), Reply, 64 * 1024) == reply


def test_an_ack_speaks_of_each_epoch_by_itself() -> None:
    marks = tuple(LedgerMark(epoch=f"{n:016x}", upto=n, head=H) for n in range(3))
    assert decode(encode(LedgerAck(marks=marks)), LedgerAck, 8 * 1024).marks == marks


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (Reply, "data", b'{"n":9007199254740993}'),
        (Reply, "data", b'{"n":-9007199254740993}'),
        (Reply, "data", b'{"n":' + b"9" * 5000 + b"}"),
        (Reply, "data", b'{"n":1e999}'),
        (Reply, "data", b'{"n":[1]}'),
        (Reply, "data", b"{" + b",".join(b'"k%d":1' % each for each in range(257)) + b"}"),
        (Birth, "versions", b'{"' + b"k" * 301 + b'":"1"}'),
        (Birth, "conn", b"9" * 5000),
        (Birth, "conn", b"NaN"),
        (Birth, "conn", b"1.5"),
        (ScreenState, "zones", b"[" + b",".join([b'{"zone":"z"}'] * 257) + b"]"),
        (ScreenState, "zones", b'[{"zone":"\\ud800"}]'),
        (ScreenState, "frames", b"-1"),
        (ScreenState, "unknown", b"[" * 9000 + b"]" * 9000),
        (OfficeStatus, "ledger", b"[" + b",".join([b"1"] * 257) + b"]"),
    ],
)  # fmt: skip
def test_what_is_beyond_a_messages_bounds_is_refused(kind: type[Message], field: str, value: bytes) -> None:
    plain = {name: each for name, each in SMALL[kind].items() if name != field}
    payload = text_of(plain)[:-1] + b',"' + field.encode() + b'":' + value + b"}"
    with pytest.raises(MessageError):
        decode(payload, kind, 64 * 1024)
