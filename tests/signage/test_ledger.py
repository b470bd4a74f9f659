"""The chain holds for what was written, and for nothing else."""

import contextlib
import datetime as dt
import json
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from signage.errors import Words
from signage.ledger import (
    Anchor,
    Break,
    EventRecord,
    KnownRecord,
    Line,
    PlayRecord,
    UnknownRecord,
    because,
    canonical,
    chained,
    check,
    genesis,
    line,
    moment,
    read,
    utc_ms,
    why_refused,
)

AT = "2026-06-06T07:00:00.000+08:00"
DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
START = genesis("sq-led", "abc")

plays = st.builds(
    PlayRecord,
    at=st.just(AT), boot=st.just("b"), mono_ms=st.integers(0, 2**53), clock=st.sampled_from(["ntp", "rtc", "unsynced"]),
    zone=st.text(max_size=9), rank=st.just("normal"), playlist=st.text(max_size=9), shows=st.just("image"),
    media=st.text(max_size=30), planned_ms=st.integers(0, 10**9), actual_ms=st.none() | st.integers(0, 10**9),
    outcome=st.sampled_from(["complete", "cut", "failed"]), reason=st.text(max_size=30),
)  # fmt: skip
events = st.builds(
    EventRecord,
    at=st.just(AT), boot=st.just("b"), mono_ms=st.integers(0, 2**53), clock=st.just("rtc"), what=st.just("refused"),
    details=st.dictionaries(st.text(max_size=9), st.text(max_size=30) | st.integers(-(2**53), 2**53) | st.none()),
)  # fmt: skip
records = st.lists(plays | events, min_size=1, max_size=12)


def written(given_records: Sequence[KnownRecord], before: Anchor = START) -> list[Line]:
    lines = []
    for record in given_records:
        made = line(record, before)
        lines.append(made)
        before = Anchor(before.epoch, made.seq, made.hash)
    return lines


def broken(lines: Sequence[Line], anchor: Anchor = START) -> Break | None:
    found = [each for each in check(lines, anchor) if isinstance(each, Break)]
    return found[0] if found else None


@given(records)
def test_what_was_written_holds_and_reads_back_as_it_was(what: list[KnownRecord]) -> None:
    lines = written(what)
    assert broken(lines) is None
    assert [read(each.text) for each in lines] == [
        msgspec.structs.replace(record, seq=number) for number, record in enumerate(what, 1)
    ]


@given(records, st.data())
def test_a_changed_byte_is_found_at_its_record(what: list[KnownRecord], data: st.DataObject) -> None:
    lines = written(what)
    place = data.draw(st.integers(0, len(lines) - 1))
    text = bytearray(lines[place].text)
    text[data.draw(st.integers(0, len(text) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    lines[place] = Line(lines[place].seq, bytes(text), lines[place].hash)
    found = broken(lines)
    assert found is not None
    assert found.seq == place + 1


@given(records, st.data())
def test_a_record_left_out_put_in_or_moved_is_found(what: list[KnownRecord], data: st.DataObject) -> None:
    lines = written([*what, *what])
    place = data.draw(st.integers(0, len(lines) - 2))
    match data.draw(st.sampled_from(["out", "in", "moved"])):
        case "out":
            del lines[place]
        case "in":
            lines.insert(place, lines[place])
        case _:
            lines[place], lines[place + 1] = lines[place + 1], lines[place]
    found = broken(lines)
    assert found is not None
    assert found.seq <= place + 2


@given(records)
def test_a_chain_belongs_to_its_screen_and_its_epoch(what: list[KnownRecord]) -> None:
    lines = written(what)
    for other in (genesis("sq-other", "abc"), genesis("sq-led", "abd")):
        found = broken(lines, other)
        assert found is not None
        assert found.seq == 1


def test_a_key_written_twice_is_not_canonical() -> None:
    text = b'{"seq":1,"seq":1}'
    found = broken([Line(1, text, chained(START.hash, text))])
    assert found is not None
    assert "canonical" in found.why.en


def test_a_number_in_the_text_that_is_another_is_found() -> None:
    text = b'{"seq":2}'
    assert broken([Line(1, text, chained(START.hash, text))]) is not None


def test_the_hash_is_plain_sha256_that_anybody_can_recompute() -> None:
    import hashlib

    made = line(EventRecord(at=AT, boot="b", mono_ms=5, clock="ntp", what="start"), START)
    before = hashlib.sha256(b"wuzha/1 ledger\nsq-led\nabc\n").digest()
    assert made.hash == hashlib.sha256(before + made.text).digest()
    assert made.text.decode() == json.dumps(json.loads(made.text), sort_keys=True, separators=(",", ":"))


def test_fields_and_kinds_of_a_later_version_stay_in_the_chain_and_are_passed_over() -> None:
    play = PlayRecord(
        at=AT, boot="b", mono_ms=1, clock="ntp", zone="main", rank="normal", shows="image", planned_ms=1, outcome="cut"
    )
    later = {**json.loads(canonical(play)), "brightness": 70, "seq": 1}
    quiz = {"kind": "quiz", "seq": 2, "answers": [1, 2]}
    lines, before = [], START
    for number, told in enumerate((later, quiz), 1):
        text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        lines.append(Line(number, text, chained(before.hash, text)))
        before = Anchor("abc", number, lines[-1].hash)
    assert broken(lines) is None
    assert read(lines[0].text) == msgspec.structs.replace(play, seq=1)
    assert read(lines[1].text) == UnknownRecord(kind="quiz")


def test_a_play_that_does_not_say_how_it_was_presented_is_unknown_and_keeps_its_text() -> None:
    play = PlayRecord(
        at=AT, boot="b", mono_ms=1, clock="ntp", zone="main", rank="normal", shows="image", planned_ms=1, outcome="cut"
    )
    assert b"presented" not in canonical(play)
    old = read(canonical(play))
    assert isinstance(old, PlayRecord)
    assert old.presented == "unknown"


def test_a_way_to_be_presented_that_a_later_version_knows_is_unknown_and_the_play_still_counts() -> None:
    play = PlayRecord(
        at=AT, boot="b", mono_ms=1, clock="ntp", zone="main", rank="normal", shows="image", planned_ms=1, outcome="cut"
    )
    text = canonical(play)[:-1] + b',"presented":"projected on a cloud"}'
    assert read(text) == play
    number = canonical(play)[:-1] + b',"presented":5}'
    assert read(number) == UnknownRecord(kind="play")


def test_a_play_says_how_it_was_heard_and_one_without_sound_or_of_before_says_nothing() -> None:
    play = PlayRecord(
        at=AT, boot="b", mono_ms=1, clock="ntp", zone="main", rank="normal", shows="video", planned_ms=1, outcome="cut"
    )
    assert b"heard" not in canonical(play)
    unheard = msgspec.structs.replace(play, heard="unheard", presented="seen")
    assert read(canonical(unheard)) == unheard
    later = canonical(play)[:-1] + b',"heard":"by a cat","presented":"seen"}'
    assert read(later) == msgspec.structs.replace(play, presented="seen")


@pytest.mark.parametrize("text", [b"{", b"", b"[1]", b"7", DEEP], ids=["cut", "empty", "list", "number", "deep"])
def test_nonsense_is_not_read(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(text)


@given(st.binary() | st.binary().map(lambda body: b'{"at":"' + body + b'","kind":1}'))
def test_bytes_are_a_record_or_nonsense_and_nothing_else(text: bytes) -> None:
    with contextlib.suppress(msgspec.DecodeError):
        assert isinstance(read(text), UnknownRecord)


@pytest.mark.parametrize("kind", ["5", "null", "[]", '{"play":1}', "true", "1e300", "9" * 300])
def test_a_record_whose_kind_is_no_word_is_of_no_kind(kind: str) -> None:
    assert read(f'{{"at":"2026-06-06T07:00:00+08:00","kind":{kind},"seq":1}}'.encode()) == UnknownRecord(kind="")


@pytest.mark.parametrize("text", [DEEP, b"\xff", b"{", b'{"seq":' + b"9" * 5000 + b"}"],
                         ids=["deep", "no UTF-8", "cut", "five thousand digits"])  # fmt: skip
def test_a_chain_over_what_no_reader_takes_breaks_there_in_a_sentence(text: bytes) -> None:
    [found] = check([Line(1, text, chained(START.hash, text))], START)
    assert isinstance(found, Break)
    assert found.seq == 1


@given(st.datetimes(timezones=st.just(dt.UTC)), st.integers(-12 * 60, 14 * 60))
def test_times_are_written_with_their_offset_and_sorted_by_instant(at: dt.datetime, offset_min: int) -> None:
    assume(2 < at.year < 9998)
    at = at.astimezone(dt.timezone(dt.timedelta(minutes=offset_min)))
    assert abs(utc_ms(moment(at)) - at.timestamp() * 1000) <= 1.01


def test_a_refusal_says_why_in_both_languages_at_its_other_end() -> None:
    assert why_refused(because(Words(zh="太大", en="too large"))) == Words(zh="太大", en="too large")
    assert why_refused({"why": "too large"}) == Words(zh="too large", en="too large"), "of an earlier player"
    assert why_refused({}) == Words(zh="", en="")
