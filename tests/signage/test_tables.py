"""A table gathers every complaint, with place, key, value and cure."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.errors import BadInput, Words
from signage.findings import MOST_COMPLAINTS, Findings
from signage.source import Place
from signage.suggest import nearest
from signage.tables import Table

PLACE = Place(where="a.toml", words=Words("文件 a.toml", "file a.toml"), line=3, lines={"width": 4})
KEYS = ("width", "name", "mode", "loud", "box", "part", "item", "times")


def reading(values: dict[str, object]) -> tuple[Table, Findings]:
    findings = Findings(PLACE)
    return Table(values, PLACE, findings, known=KEYS), findings


def test_complaint_says_place_line_key_value_and_cure_in_both_languages() -> None:
    table, findings = reading({"width": -5})
    assert table.integer("width", 7, 1, 9) == 7
    (complaint,) = findings.complaints()
    assert complaint.where == "a.toml, width (第 4 行 / line 4)"
    assert complaint.problem == Words(
        "文件 a.toml：width 必须大于 0，现在是 -5", "file a.toml: width must be above 0, got -5"
    )
    assert complaint.cure == Words("写 1 到 9 之间的数", "write a number from 1 to 9")


def test_key_without_a_line_of_its_own_is_placed_at_the_table() -> None:
    table, findings = reading({"name": 3})
    table.text("name", "", most=9)
    assert findings.complaints()[0].where == "a.toml, name (第 3 行 / line 3)"


def test_all_complaints_of_a_table_are_raised_together() -> None:
    table, findings = reading({"width": "x", "name": 1, "loud": 1, "wdith": 3})
    table.integer("width", 0, 0, 9)
    table.text("name", "", most=9)
    table.flag("loud", False)
    with pytest.raises(BadInput) as raised:
        findings.raise_if_any()
    assert [c.where.split(" ")[1] for c in raised.value.complaints] == ["wdith", "width", "name", "loud"]


@pytest.mark.parametrize(
    ("key", "cure"),
    [
        ("widht", "did you mean width?"),
        ("Width", "did you mean width?"),
        ("wid", "did you mean width?"),
        (
            "宽",
            "correct its name, or delete it if it is of no use;"
            " the keys here are: width name mode loud box part item times",
        ),
    ],
)
def test_unknown_key_is_answered_with_what_was_meant(key: str, cure: str) -> None:
    _, findings = reading({key: 1})
    (complaint,) = findings.complaints()
    assert complaint.problem.en == f"file a.toml: unknown key {key}"
    assert complaint.cure.en == cure


def test_key_of_another_table_is_sent_there_even_misspelt() -> None:
    findings = Findings(PLACE)
    elsewhere = {"canvas": Words("写到 [screen] 下面", "write it under [screen]")}
    Table({"canvas": 1, "canvsa": 1}, PLACE, findings, known=KEYS, elsewhere=elsewhere)
    assert [c.cure.en for c in findings.complaints()] == [
        "write it under [screen]",
        "did you mean canvas? write it under [screen]",
    ]


def test_enum_typo_is_answered_with_what_was_meant() -> None:
    table, findings = reading({"mode": "contian"})
    assert table.choice("mode", "cover", ("contain", "cover")) == "cover"
    (complaint,) = findings.complaints()
    assert '"contian"' in complaint.problem.en
    assert complaint.cure.en == 'did you mean "contain"?'


@pytest.mark.parametrize("value", [True, 1.0, "1", [1], {}, math.nan, None])
def test_only_a_whole_number_is_a_whole_number(value: object) -> None:
    table, findings = reading({"width": value})
    assert table.integer("width", 7, 0, 9) == 7
    assert "must be a whole number" in findings.complaints()[0].problem.en


@pytest.mark.parametrize("value", [True, "1", math.nan, math.inf, -math.inf, 0.4])
def test_number_out_of_range_or_no_number_is_refused(value: object) -> None:
    table, findings = reading({"width": value})
    assert table.number("width", 2.0, 0.5, 9) == 2.0
    assert len(findings.complaints()) == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_number_of_thousands_of_digits_is_refused_without_being_printed(sign: int) -> None:
    table, findings = reading({"width": sign * 10**5000})
    assert table.number("width", 2.0, 0.5, 9) == 2.0
    assert len(findings.complaints()[0].problem.en) < 100


@pytest.mark.parametrize("value", [10**5000, -(10**5000), 10**18, 1.5, [10**5000]], ids="abcde")
def test_number_where_text_is_wanted_is_refused_however_long_it_is(value: object) -> None:
    table, findings = reading({"name": value})
    assert table.text("name", "x", most=9) == "x"
    [complaint] = findings.complaints()
    assert len(complaint.cure.en) < 60
    assert len(complaint.problem.en) < 100


def test_whole_number_serves_where_any_number_does() -> None:
    table, findings = reading({"width": 3})
    assert table.number("width", 2.0, 0.5, 9) == 3.0
    assert not findings.complaints()


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("x" * 10, "10 characters, the limit is 9"),
        ("a\nb", "must be one line"),
        ("a\0b", "control characters"),
        ("a\ud800", "control characters"),
        (13800000000, "must be text"),
    ],
)
def test_text_that_cannot_be_shown_is_refused(value: object, part: str) -> None:
    table, findings = reading({"name": value})
    assert table.text("name", "", most=9) == ""
    assert part in findings.complaints()[0].problem.en


def test_phone_number_without_quotes_is_shown_with_them() -> None:
    table, findings = reading({"name": 96110})
    table.text("name", "", most=9)
    assert findings.complaints()[0].cure.zh == '例如 name = "96110"'


def test_text_of_several_lines_ends_without_a_line_break() -> None:
    table, _ = reading({"name": "a\r\nb\n"})
    assert table.text("name", "", most=9, lines=True) == "a\nb"


def test_bare_value_is_shown_as_the_list_it_should_be() -> None:
    table, findings = reading({"times": "07:00-21:30"})
    assert table.each("times", str) == ()
    assert findings.complaints()[0].cure.en == 'for example times = ["07:00-21:30"]'


def test_empty_list_is_refused_where_it_could_mean_never_or_always() -> None:
    table, findings = reading({"times": []})
    table.each("times", str)
    assert "empty list" in findings.complaints()[0].problem.en


def test_single_brackets_are_told_to_be_double() -> None:
    table, findings = reading({"item": {"media": "a"}})
    assert table.tables("item", most=9) == ()
    assert "[[item]]" in findings.complaints()[0].cure.en


def test_thousands_of_mistakes_become_a_hundred_and_a_count() -> None:
    _, findings = reading({f"key-{n}": n for n in range(5000)})
    complaints = findings.complaints()
    assert len(complaints) == MOST_COMPLAINTS + 1
    assert complaints[-1].problem.en == f"file a.toml: {5000 - MOST_COMPLAINTS} more mistakes are not listed"


def test_reading_a_key_that_is_not_listed_is_our_own_mistake() -> None:
    table, _ = reading({})
    with pytest.raises(AssertionError):
        table.text("colour", "", most=9)


@given(st.text())
def test_nearest_gives_a_known_word_or_none(word: str) -> None:
    assert nearest(word, KEYS) in (*KEYS, "")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(), VALUES))
def test_any_values_give_the_right_types_or_complaints(values: dict[str, object]) -> None:
    table, findings = reading(values)
    assert type(table.integer("width", 0, 0, 9)) is int
    assert type(table.text("name", "", most=9)) is str
    assert table.choice("mode", "a", ("a", "b")) in ("a", "b")
    assert type(table.flag("loud", False)) is bool
    assert type(table.number("box", 1.0, 0, 9)) is float
    assert table.table("part") is not None
    assert all(isinstance(one, dict) for one in table.tables("item", most=9))
    for complaint in findings.complaints():
        assert complaint.where.startswith("a.toml")
        assert complaint.problem.zh.startswith("文件 a.toml：")
        assert complaint.cure.zh
        assert complaint.cure.en
