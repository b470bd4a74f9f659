"""What part of a file is asked for, by the letter of RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.console.ranges import Span, Unsatisfiable, asked

TAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-499", Span(0, 499)),
        ("bytes=500-", Span(500, 999)),
        ("bytes=-1", Span(999, 999)),
        ("bytes=-5000", Span(0, 999)),
        ("bytes=990-5000", Span(990, 999)),
        (" bytes=1-2 ", Span(1, 2)),
        ("bytes=1000-", Unsatisfiable()),
        ("bytes=1000-1001", Unsatisfiable()),
        ("bytes=-0", Unsatisfiable()),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=0x1-2", None),
        ("bytes=１-２", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_ranges_of_a_thousand_bytes(header: str, expected: Span | Unsatisfiable | None) -> None:
    assert asked(header, None, TAG, 1000) == expected


def test_a_resumption_of_another_file_gets_the_whole_new_one() -> None:
    assert asked("bytes=10-", TAG, TAG, 100) == Span(10, 99)
    assert asked("bytes=10-", '"old"', TAG, 100) is None
    assert asked("bytes=10-", "Wed, 25 Nov 2026 10:00:00 GMT", TAG, 100) is None
    assert asked("bytes=10-", f"W/{TAG}", TAG, 100) is None


def test_an_empty_file_has_no_part() -> None:
    assert asked("bytes=0-", None, TAG, 0) == Unsatisfiable()
    assert asked("bytes=-1", None, TAG, 0) == Unsatisfiable()


@given(st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,5}-[0-9]{0,5}", fullmatch=True), st.integers(0, 10_000))
def test_a_part_lies_inside_the_file_whatever_is_asked(header: str, size: int) -> None:
    found = asked(header, None, TAG, size)
    if isinstance(found, Span):
        assert 0 <= found.first <= found.last < size
        assert found.length == found.last - found.first + 1
