"""Text of others can be printed: nothing in it moves a cursor, ends a line, turns the writing or hides."""

import json
import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.printable import printable, printable_json, printable_lines

WHOLE = st.text(max_size=60)
"""Without surrogates: JSON would take two of them beside each other for one character."""
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("海报　第1张 🚨.JPG", "海报　第1张 🚨.JPG"),
        ("a\u00a0b", "a\u00a0b"),
        ("\x1b[2J\x1b]0;root\x07", "\\x1b[2J\\x1b]0;root\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\tc\x7f", "a\\r\\nb\\tc\\x7f"),
        ("\u202e01169", "\\u202e01169"),
        ("96\u200b110", "96\\u200b110"),
        ("a\u2028b", "a\\u2028b"),
        ("\u3164", "\\u3164"),
        ("\U000e0041", "\\U000e0041"),
        ("a\udcffb", "a\\xffb"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_does_not_show_as_itself_is_escaped_and_nothing_else(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_name_that_is_not_utf8_is_printed_with_its_bytes() -> None:
    assert printable(os.fsdecode("海报.png".encode("gb18030"))) == "\\xba\\xa3\\xb1\\xa8.png"


@given(ANY)
def test_what_is_printed_is_one_line_without_controls_formats_and_surrogates(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert printable(shown) == shown
    shown.encode()


@given(st.binary(max_size=80))
def test_every_name_of_a_file_can_be_printed(raw: bytes) -> None:
    printable(os.fsdecode(raw)).encode()


@given(ANY)
def test_lines_stay_lines_and_all_else_is_escaped(text: str) -> None:
    assert printable_lines(text).split("\n") == [printable(line) for line in text.split("\n")]


@given(st.dictionaries(WHOLE, WHOLE, max_size=3))
def test_json_means_the_same_and_shows_nothing_that_acts(value: dict[str, str]) -> None:
    line = printable_json(value)
    assert printable(line) == line
    assert json.loads(line) == value
