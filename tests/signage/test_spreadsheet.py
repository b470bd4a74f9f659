"""No cell of a table is taken for a formula, whatever people and files are called."""

import pytest
from openpyxl import Workbook

from signage.spreadsheet import cell, text_cell


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["海报.png", "a=b", "", -1, 2.5, None])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert cell(value) == value


def test_what_hides_or_turns_the_writing_is_shown_escaped_and_lines_stay() -> None:
    assert cell("\u202e01169\n\x9b96\u200b110") == "\\u202e01169\n\\x9b96\\u200b110"


@pytest.mark.parametrize("text", ["\x01=1+1", "\x1b[2J", "a\x00", "\uffff", "=\x08"])
def test_what_an_excel_file_cannot_hold_does_not_keep_it_from_being_written(text: str) -> None:
    sheet = Workbook().create_sheet()
    sheet.append([cell(text)])
    assert "\ufffd" in str(sheet["A1"].value)
    assert not str(sheet["A1"].value).startswith("=")


@pytest.mark.parametrize(
    ("text", "shown"), [("a\rb", "a\nb"), ("a\r\nb", "a\nb"), ("\r=1", "'\n=1"), ("\n=1", "'\n=1"), ("＝1", "'＝1")]
)
def test_a_table_of_text_goes_back_to_no_lines_beginning(text: str, shown: str) -> None:
    assert text_cell(text) == shown
    assert text_cell(5) == 5
