"""What is written as an Excel file is read back as it was, however many rows there are and whatever they say."""

import datetime as dt
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from office.commands.sheets import write_csv, write_xlsx
from signage.spreadsheet import cell

HEADS = {"name": "名称", "day": "日期", "time": "时间", "count": "次数", "is_good": "可信", "nothing": "空"}
ROW = {
    "name": "六个一律", "day": dt.date(2026, 6, 6), "time": dt.time(7, 0, 59), "count": 12.5, "is_good": True,
    "nothing": None,
}  # fmt: skip


def read(path: Path) -> list[list[tuple[Any, ...]]]:
    book = load_workbook(path)
    try:
        return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    finally:
        book.close()


def test_texts_numbers_days_and_times_are_those_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "plays.xlsx"
    assert write_xlsx(str(path), HEADS, [ROW]) == 1
    [[head, row]] = read(path)
    assert head == tuple(HEADS.values())
    assert row[1].date() == dt.date(2026, 6, 6)
    assert (row[0], *row[2:]) == ("六个一律", dt.time(7, 0, 59), 12.5, True, None)
    sheet = load_workbook(path).worksheets[0]
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("yyyy-mm-dd", "hh:mm:ss")


@pytest.mark.parametrize(("count", "sheets"), [(0, 1), (1, 1), (3, 1), (4, 2), (7, 3)])
def test_more_rows_than_a_sheet_takes_go_on_in_the_next(tmp_path: Path, count: int, sheets: int) -> None:
    path = tmp_path / "plays.xlsx"
    rows = [{**ROW, "count": number} for number in range(count)]
    assert write_xlsx(str(path), HEADS, rows, most_rows=3) == count
    found = read(path)
    assert len(found) == sheets
    assert all(sheet[0] == tuple(HEADS.values()) for sheet in found)
    assert [row[3] for sheet in found for row in sheet[1:]] == list(range(count))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_any_text_is_read_back_as_a_spreadsheet_may_have_it(tmp_path_factory: Any, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("sheet") / "a.xlsx"
    write_xlsx(str(path), {"name": "n"}, [{"name": text} for text in texts])
    [[_, *rows]] = read(path)
    wanted = [str(cell(text)).replace("\r\n", "\n").replace("\r", "\n") or None for text in texts]
    assert [row[0] for row in rows] == wanted


def test_what_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(str(path), {"name": "n"}, [{"name": "=1+1"}, {"name": "<b>&</b>"}])
    [[_, *rows]] = read(path)
    assert [row[0] for row in rows] == ["'=1+1", "<b>&</b>"]


def test_a_file_that_was_not_finished_is_none_and_the_old_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "plays.xlsx"
    path.write_bytes(b"old")

    def broken() -> Iterator[dict[str, object]]:
        yield ROW
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_xlsx(str(path), HEADS, broken())
    assert [each.name for each in tmp_path.iterdir()] == ["plays.xlsx"]
    assert path.read_bytes() == b"old"


def test_a_number_that_equals_a_text_s_hash_stays_a_number() -> None:
    out = io.StringIO(newline="")
    assert write_csv(out, {"a": "A", "b": "B"}, [{"a": 1, "b": "1"}, {"a": True, "b": ""}, {"a": 1.0, "b": "=x"}]) == 3
    assert out.getvalue().splitlines() == ["A,B", "1,1", "True,", "1.0,'=x"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ten_times_as_many_rows_take_no_more_memory(tmp_path: Path, form: str) -> None:
    def rows(count: int) -> Iterator[dict[str, Any]]:
        for number in range(count):
            yield {**ROW, "name": f"海报 {number % 50}", "count": number}

    def most_bytes(count: int) -> int:
        tracemalloc.start()
        try:
            if form == "xlsx":
                assert write_xlsx(str(tmp_path / "plays.xlsx"), HEADS, rows(count)) == count
            else:
                with (tmp_path / "plays.csv").open("w", encoding="utf-8-sig", newline="") as out:
                    assert write_csv(out, HEADS, rows(count)) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most_bytes(100)  # the texts that are remembered
    assert most_bytes(10_000) < 1.2 * most_bytes(1_000)
