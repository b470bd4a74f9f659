"""A file that is no TOML, or no text, is refused with its line and a cure."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.errors import BadInput, Complaint, Edit, Words
from signage.source import MAX_FILE_BYTES, Place, _header, parse
from tests.growth import growth

PLACE = Place(where="a.toml", words=Words("文件 a.toml", "file a.toml"))


def refused(text: str | bytes) -> Complaint:
    with pytest.raises(BadInput) as raised:
        parse(text, PLACE)
    (complaint,) = raised.value.complaints
    return complaint


def test_gbk_is_named_with_the_way_to_save_as_utf_8() -> None:
    complaint = refused('title = "早间"'.encode("gbk"))
    assert "GBK" in complaint.problem.zh
    assert "UTF-8" in complaint.cure.zh
    assert "Notepad" in complaint.cure.en


def test_byte_order_mark_of_notepad_is_accepted() -> None:
    assert parse("\ufefftitle = 1".encode(), PLACE).values == {"title": 1}
    assert parse("\ufefftitle = 1", PLACE).values == {"title": 1}


@pytest.mark.parametrize(
    ("text", "line", "cure"),
    [
        ("a = 1\ntitle = “早间”", 2, "half-width"),
        ('a = ["x"，"y"]', 1, "half-width"),
        ('media = "posters\\a.png"', 1, "/ in place of \\"),
        ("a = 1\n\na = 2", 3, "leave the line that is right"),
        ("a = 1\n\na = 1", 3, "delete line 3"),
        ("title = morning", 1, 'change line 1 to title = "morning"'),
        ('title = "morning', 1, 'change line 1 to title = "morning"'),
        ("days = [1", 1, "change line 1 to days = [1]"),
        ('days = [\n"mon"', 2, "missing quote or bracket"),
        ("days = [mon, {]", 1, "double quotes"),
        ("from = 2026-12-1", 1, "change line 1 to from = 2026-12-01"),
        ("a = 1\nuntil = 2026/12/1", 2, "change line 2 to until = 2026-12-01"),
        ("until = 2026-02-30", 1, "change line 1 to until = 2026-02-28"),
        ("from = 2026-02-30", 1, "change line 1 to from = 2026-03-01"),
        ("（（item））", 1, "change line 1 to [[item]]"),
        ("a = 1\rb = 2\r", 0, "line ends CRLF"),
    ],
)
def test_syntax_error_has_its_line_and_the_usual_cure(text: str, line: int, cure: str) -> None:
    complaint = refused(text)
    assert not line or f"line {line}" in complaint.where
    assert not line or f"第 {line} 行" in complaint.problem.zh
    assert cure in complaint.cure.en


def test_utf_16_is_no_gbk() -> None:
    assert "UTF-16" in refused('title = "早间"'.encode("utf-16")).problem.zh


def test_what_nobody_sees_in_a_line_that_looks_right_is_told_by_its_name() -> None:
    assert "第 8 个字是看不见的 U+00A0 NO-BREAK SPACE" in refused("dwell_s\u00a0= 15").problem.zh
    assert "U+200B ZERO WIDTH SPACE" in refused("\u200bdwell_s = 15").problem.en


def test_a_list_that_is_not_closed_is_mended_where_it_begins() -> None:
    complaint = refused('days = ["mon", "tue"\ntimes = ["07:00-08:00"]\n')
    assert complaint.cure.zh == '把第 1 行改成 days = ["mon", "tue"]'
    assert complaint.edit == Edit(1, 1, ('days = ["mon", "tue"]',))


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "a = " + "{a=" * 5000, "a = " + "9" * 5000, "a = 2026-13-45", "a = '\ud800'", "\x00"]
)
def test_text_made_to_break_the_reader_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("text", ["a." * 130_000 + "a = 1", f"[{'a.' * 130_000}a]", f"x = {{{'a.' * 130_000}a = 1}}"])
def test_key_of_many_dots_is_refused_before_it_takes_all_memory(text: str) -> None:
    assert "too many dots" in refused(text).problem.en


def test_file_beyond_the_limit_is_refused_unread() -> None:
    assert str(MAX_FILE_BYTES) in refused(b"#" * (MAX_FILE_BYTES + 1)).problem.en
    assert parse(b"#" * MAX_FILE_BYTES, PLACE).values == {}


def test_lines_of_keys_are_found_past_comments_and_long_texts() -> None:
    source = parse(
        'title = "a"\n# zone = "x"\n[[item]]\ntext = """\nzone = 1\n[[item]]\n"""\nmedia = "b"\n'
        '[[item]]\n"card" = "c"\n',
        PLACE,
    )
    assert source.place.lines == {"title": 1}
    assert {key: (place.line, place.lines) for key, place in source.tables.items()} == {
        ("item", 1): (3, {"text": 4, "media": 8}),
        ("item", 2): (9, {"card": 10}),
    }


@pytest.mark.parametrize("mark", ["\r", "\x1b[2J", "\x07", "\x9b31m", "\u202e", "\u2028"])
def test_a_line_that_is_no_toml_is_told_without_what_would_steer_a_terminal(mark: str) -> None:
    with pytest.raises(BadInput) as bad:
        parse(f"a = 1\nb = {mark}x\n", PLACE)
    [complaint] = bad.value.complaints
    assert complaint.problem.en.isprintable()
    assert complaint.problem.zh.isprintable()


ARRAY = "a = [\n{}\n]\n"


@pytest.mark.parametrize(
    "text",
    [
        lambda n: ARRAY.format("[" + " " * n + "\n]"),
        lambda n: ARRAY.format("[[" + " " * n + "\n]]"),
        lambda n: ARRAY.format("[" + " " * n + "1" + " " * n + "] , [" + " " * n + "1 ] # " + "]" * n),
        lambda n: ARRAY.format(" " * n + "1" + " " * n),
        lambda n: ARRAY.format("[" * 50 + " " * n + "\n" + "]" * 50),
        lambda n: "[" + " " * n + "a" + " " * n + "]" + " " * n + "#" + " " * n,
        lambda n: "a" * n + " " * n + "= 1",
        lambda n: '"' + "a" * n + '"' + " " * n + "= 1",
        lambda n: "a = '''\n" + "'' " * n + "'''",
        lambda n: 'a = """' + "\\u0301" * n + '"""',
        lambda n: "#" + "[" * n + " " * n,
        lambda n: "".join(f"[[item]]\na = {i}\n" for i in range(n // 10)),
    ],
)
def test_reading_is_linear_in_the_text_whatever_stands_in_it(text: Callable[[int], str]) -> None:
    assert growth(lambda size: parse(text(size), PLACE), 500, 8) < 25


@given(st.text('[]a #\t\r"', max_size=10))
def test_the_line_of_a_table_is_found_as_it_always_was(line: str) -> None:
    match = re.match(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$", line)
    assert _header(line) == ((match[2], match[1] == "[[") if match and match[2].strip() else None)
