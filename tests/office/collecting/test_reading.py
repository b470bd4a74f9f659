"""A batch is refused whole unless its chain holds; what holds and is not understood is kept and counted as nothing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.collecting.reading import BrokenError, Columns, EventRow, ReceiptRow, columns, depth, proved
from signage.ledger import KnownRecord
from signage.messages import LedgerBatch
from tests.office.collecting.screens import Ledger, event, play, receipt


class Names(dict):  # type: ignore[type-arg]
    """Rows of what is shown."""

    def __missing__(self, key: object) -> int:
        self[key] = len(self) + 1
        return len(self)


def read(batch: LedgerBatch) -> Columns:
    return columns(proved(batch), 7, Names())


def test_a_play_becomes_a_row_with_the_day_and_hour_where_it_was_shown() -> None:
    ledger = Ledger("sq-led")
    ledger.append(play(0, at="2026-06-06T23:59:59.500+08:00", outcome="cut", clock="unsynced", actual_ms=None))
    found = read(ledger.batch(1, 1))
    key = 7 << 40 | 1
    assert found.records == [(key, ledger.lines[0].text, ledger.lines[0].hash)]
    assert found.plays == [(key, 7, 1, 1_780_761_599_500, 20260606, 23, 1, False, None, 0, 0)]
    assert found.odd == 0


def test_plays_of_the_same_item_have_the_same_row_of_what_is_shown() -> None:
    assert [row[2] for row in read(Ledger("sq-led").filled(6).batch(1, 6)).plays] == [1, 2, 3, 1, 2, 3]


def test_events_and_receipts_are_told_apart() -> None:
    ledger = Ledger("sq-led")
    ledger.append(event("lost", records=3, word="a\0b"))
    ledger.append(receipt(12, "shown"))
    first, second = (row for _, row in read(ledger.batch(1, 2)).told)
    assert isinstance(first, EventRow)
    assert (first.what, first.details) == ("lost", {"records": 3, "word": "a\ufffdb"})
    assert isinstance(second, ReceiptRow)
    assert (second.publication, second.step) == (12, "shown")


@pytest.mark.parametrize("changed", [0, 3, 5])
def test_one_changed_record_refuses_the_whole_batch(changed: int) -> None:
    batch = Ledger("sq-led").filled(6).batch(1, 6)
    records = list(batch.records)
    records[changed] = records[changed].replace("10000", "20000")
    with pytest.raises(BrokenError):
        proved(msgspec.structs.replace(batch, records=tuple(records)))


def test_a_batch_that_says_it_is_older_than_what_the_player_has_is_refused() -> None:
    with pytest.raises(BrokenError):
        proved(Ledger("sq-led").filled(3).batch(2, 3, oldest=3))


def test_numbers_beyond_all_ledgers_are_refused() -> None:
    batch = Ledger("sq-led").filled(1).batch(1, 1)
    with pytest.raises(BrokenError):
        proved(msgspec.structs.replace(batch, first=2**40))


@pytest.mark.parametrize(
    "text",
    [
        b'{"seq":2}',
        b"nonsense",
        b"",
        b"[1]",
        b'{"kind":"play","kind":"play","seq":1}',
        b'{"seq":1,"kind":"quiz"}',
        b'{"kind":"play","seq":1,"x":"' + b"y" * 17_000 + b'"}',
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"a":' + b"[" * 40 + b"]" * 40 + b',"kind":"quiz","seq":1}',
        b'{"kind":"quiz","seq":1,"x":' + b"9" * 9000 + b"}",
        b'{"kind":"quiz","seq":1,"x":1e999}',
        b'{"kind":"quiz","seq":1,"x":NaN}',
        b'{"kind":5,"seq":1}',
        b'{"kind":null,"seq":1}',
        b'{"kind":["play"],"seq":1}',
        b'{"seq":1}',
        b'{"kind":"play","seq":1}',
        b'{"details":{"records":["x"]},"kind":"event","seq":1,"what":"lost"}',
    ],
    ids=["another number", "no JSON", "empty", "no object", "a key twice", "not sorted", "too long", "too deep", "deep",
         "nine thousand digits", "too large", "not a number", "kind is a number", "kind is null", "kind is a list",
         "no kind", "a bare play", "details of no type"],
)  # fmt: skip
def test_what_is_no_record_is_kept_as_evidence_and_stops_neither_the_batch_nor_what_follows(text: bytes) -> None:
    ledger = Ledger("sq-led").filled(0)
    ledger.append_text(text)
    ledger.append(play(1))
    found = read(ledger.batch(1, 2))
    assert [row[1:] for row in found.records] == [(each.text, each.hash) for each in ledger.lines]
    assert (len(found.plays), found.told, found.odd) == (1, [], 1)


@pytest.mark.parametrize(
    "record",
    [
        event("lost", records=2**60),
        event("lost", records=-(2**60)),
        event("clock_step", **{"k" * 101: 1}),
        event("refused", why="y" * 2001),
        event("start", **{f"k{number}": number for number in range(65)}),
        receipt(-1, "shown"),
        receipt(2**60, "shown"),
        receipt(7, "refused", why="y" * 5000),
        play(0, title="y" * 2001),
        play(0, media="名" * 2001),
        play(0, zone="z" * 5000),
        play(0, actual_ms=2**53),
        play(0, actual_ms=367 * 86_400_000),
    ],
    ids=["records", "negative records", "key", "sentence", "many keys", "publication", "publication, large", "reason",
         "title", "media", "zone", "duration", "a year and a day"],
)  # fmt: skip
def test_numbers_and_lengths_that_no_player_writes_are_kept_and_go_into_no_column(record: KnownRecord) -> None:
    ledger = Ledger("sq-led")
    ledger.append(record)
    found = read(ledger.batch(1, 1))
    assert (len(found.records), found.plays, found.told, found.odd) == (1, [], [], 1)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_depth_is_that_of_the_value_whatever_its_strings_hold(value: object) -> None:
    def deep(inner: object) -> int:
        if isinstance(inner, dict):
            return 1 + max(map(deep, inner.values()), default=0)
        return 1 + max(map(deep, inner), default=0) if isinstance(inner, list) else 0

    assert depth(msgspec.json.encode(value)) == deep(value)


def test_records_and_fields_of_a_later_version_are_kept() -> None:
    ledger = Ledger("sq-led").filled(1)
    ledger.append_text(b'{"answer":4,"kind":"quiz","seq":2}')
    later = msgspec.json.decode(ledger.append(play(2)).text)
    ledger.lines.pop()
    ledger.append_text(msgspec.json.encode({**later, "brightness": 80}, order="sorted"))
    found = read(ledger.batch(1, 3))
    assert (len(found.records), len(found.plays), found.odd) == (3, 2, 0)


def test_a_play_presented_in_a_way_that_has_no_word_here_yet_counts() -> None:
    ledger = Ledger("sq-led")
    told = msgspec.json.decode(ledger.append(play(1)).text)
    ledger.lines.pop()
    ledger.append_text(msgspec.json.encode({**told, "presented": "projected"}, order="sorted"))
    found = read(ledger.batch(1, 1))
    assert (len(found.records), len(found.plays), found.odd) == (1, 1, 0)


@pytest.mark.parametrize("heard", ["heard", "unheard", "yielded", "underwater"])
def test_a_play_counts_however_it_was_heard_and_an_event_of_the_sound_device_is_kept(heard: str) -> None:
    ledger = Ledger("sq-led")
    told = msgspec.json.decode(ledger.append(play(1)).text)
    ledger.lines.pop()
    ledger.append_text(msgspec.json.encode({**told, "heard": heard}, order="sorted"))
    ledger.append(event("sound", device="gone", was="there"))
    found = read(ledger.batch(1, 2))
    assert (len(found.records), len(found.plays), found.odd) == (2, 1, 0)
    assert [each.details for _, each in found.told if isinstance(each, EventRow)] == [
        {"device": "gone", "was": "there"}
    ]


@pytest.mark.parametrize(
    "odd",
    [
        play(0, at="yesterday"),
        play(0, at="2026-06-06T07:00:00"),
        play(0, at="0001-01-01T00:00:00+14:00"),
        play(0, publication=-1),
        play(0, item=2**70),
        play(0, actual_ms=-5),
    ],
    ids=["no time", "no offset", "before all calendars", "publication", "item", "duration"],
)
def test_a_play_with_impossible_values_is_kept_and_not_counted(odd: object) -> None:
    ledger = Ledger("sq-led")
    ledger.append(odd)  # type: ignore[arg-type]
    ledger.append(play(1))
    found = read(ledger.batch(1, 2))
    assert (len(found.records), len(found.plays), found.odd) == (2, 1, 1)


def test_the_black_of_a_blackout_is_kept_and_not_counted() -> None:
    ledger = Ledger("sq-led")
    ledger.append(msgspec.structs.replace(play(0), card="black", media="", sha256=""))
    found = read(ledger.batch(1, 1))
    assert (len(found.records), len(found.plays), found.odd) == (1, 0, 0)
