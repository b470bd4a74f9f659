"""Playlists and the calendar: read whole, or refused with every complaint."""

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signage.calendar import Calendar, QuietPeriod
from signage.daypart import DateRange, Daypart, Window
from signage.errors import BadInput, Complaint
from signage.items import ITEM_KEYS
from signage.playlist import Item, Playlist
from signage.reading import CALENDAR_KEYS, PLAYLIST_KEYS, QUIET_KEYS, read_calendar, read_playlist

FULL = """
title = "六个一律"
zone = "main"
rank = "normal"
priority = 5
share = 2
from = 2026-08-05
until = "2026-12-10"
days = ["workdays", "sat"]
times = ["07:00-21:30", "22:00-02:00"]
except = ["2026-10-01..2026-10-07", 2026-09-03]
order = "weighted"
transition = "slide"
fit = "cover"
dwell_s = 12
volume = 60

[[item]]
media = "posters/*.png"
weight = 3
fit = "stretch"
transition = "cut"

[[item]]
card = "contact"
title = "有事找网格员"
text = '''
{grid_worker}
{grid_phone}
'''
footer = "96110"
qr = "https://example.org/app"
theme = "blue"
dwell_s = 20.5

[[item]]
media = "audio/broadcast.mp3"
picture = "posters/1.png"
times = ["18:00-24:00"]
from = 2026-09-01

[[item]]
media = "audio/a.opus"
card = "broadcast"

[[item]]
ticker = true
text = "不轻信、不透露、不转账"
chars_per_min = 80
"""

BROADCAST = """
rank = "broadcast"
starts = ["18:00", "07:00", 12:00:00]
lasts_min = 30
[[item]]
media = "audio/a.mp3"
"""


def complaints(text: str | bytes, file: str = "playlists/morning.toml") -> tuple[Complaint, ...]:
    with pytest.raises(BadInput) as raised:
        read_playlist(text, file)
    return raised.value.complaints


def complaint(text: str) -> Complaint:
    (one,) = complaints(text)
    return one


def test_every_key_of_a_playlist_is_read() -> None:
    day = dt.date
    assert msgspec.structs.replace(read_playlist(FULL, "playlists/morning.toml"), sha256="") == Playlist(
        name="morning",
        title="六个一律",
        zone="main",
        rank="normal",
        priority=5,
        share=2,
        runs=Daypart(
            first=day(2026, 8, 5),
            last=day(2026, 12, 10),
            days=("workdays", "sat"),
            times=(Window(25200, 77400), Window(79200, 7200)),
            exceptions=(DateRange(day(2026, 10, 1), day(2026, 10, 7)), DateRange(day(2026, 9, 3), day(2026, 9, 3))),
        ),
        order="weighted",
        transition="slide",
        fit="cover",
        dwell_s=12.0,
        volume=60,
        items=(
            Item(number=1, media="posters/*.png", weight=3, fit="stretch", transition="cut"),
            Item(
                number=2,
                card="contact",
                title="有事找网格员",
                text="{grid_worker}\n{grid_phone}",
                footer="96110",
                qr="https://example.org/app",
                theme="blue",
                dwell_s=20.5,
            ),
            Item(
                number=3,
                media="audio/broadcast.mp3",
                picture="posters/1.png",
                runs=Daypart(first=day(2026, 9, 1), times=(Window(64800, 86400),)),
            ),
            Item(number=4, media="audio/a.opus", card="broadcast"),
            Item(number=5, ticker=True, text="不轻信、不透露、不转账", chars_per_min=80.0),
        ),
    )


def test_short_playlist_has_the_usual_values() -> None:
    text = b'[[item]]\nmedia = "*"\n'
    sha256 = hashlib.sha256(text).hexdigest()
    assert read_playlist(text, "a.toml") == Playlist(name="a", sha256=sha256, items=(Item(number=1, media="*"),))


def test_broadcast_has_its_starts_in_order() -> None:
    playlist = read_playlist(BROADCAST, "b.toml")
    assert (playlist.rank, playlist.starts, playlist.lasts_min) == ("broadcast", (25200, 43200, 64800), 30.0)


def test_complaint_reads_like_a_sentence_with_its_cure() -> None:
    one = complaint('[[item]]\nmedia = "a"\n[[item]]\nmedia = "a"\n[[item]]\nmedia = "a"\ndwell_s = -5\n')
    assert one.where == "playlists/morning.toml, item 3, dwell_s (第 7 行 / line 7)"
    assert one.problem.zh == "播放表 morning.toml 第 3 项：dwell_s 必须大于 0，现在是 -5"
    assert one.problem.en == 'playlist "morning", item 3: dwell_s must be above 0, got -5'
    assert one.cure.zh == "写 0.5 到 86400 之间的数"


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = """
prio = 3
rank = "broadcats"
from = 2026-08-05
until = 2026-08-01
times = ["25:00-26:00"]
[[item]]
media = "a.png"
zone = "main"
[[item]]
"""
    assert [(one.where, one.cure.en) for one in complaints(text, "p.toml")] == [
        ("p.toml, prio (第 2 行 / line 2)", "did you mean priority? change line 2 to priority = 3"),
        ("p.toml, rank (第 3 行 / line 3)", 'did you mean "broadcast"? change line 3 to rank = "broadcast"'),
        ("p.toml, until (第 5 行 / line 5)", "correct the year, or swap them if they are reversed"),
        ("p.toml, times (第 6 行 / line 6)", 'write "00:00" to "23:59", such as "07:00"'),
        ("p.toml, item 1, zone (第 9 行 / line 9)", "write it at the head of the file, before the first [[item]]"),
        (
            "p.toml, item 2 (第 10 行 / line 10)",
            'add a line such as media = "posters/a.png", card = "notice" or ticker = true',
        ),
    ]


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ('media = "a.png"\ncard = "notice"', "card"),
        ('card = "notice"\nticker = true\ntext = "x"', "ticker"),
        ('media = "a.mp3"\nticker = true\ntext = "x"', "ticker"),
        ("ticker = false", ""),
        ("ticker = true", "text"),
        ('ticker = true\ntext = "a\\nb"', "text"),
        ('ticker = true\ntext = "a"\ndwell_s = 5', "dwell_s"),
        ('ticker = true\ntext = "a"\ntheme = "red"', "theme"),
        ('ticker = true\ntext = "a"\nchars_per_min = 301', "chars_per_min"),
        ('media = "a.png"\ntext = "x"', "text"),
        ('media = "a.png"\nchars_per_min = 70', "chars_per_min"),
        ('media = "a.png"\npicture = "b.png"', "picture"),
        ('media = "a.mp3"\npicture = "b.png"\ncard = "notice"', "picture"),
        ('card = "notice"\npicture = "b.png"', "picture"),
        ('media = "a.png"\nweight = 2', "weight"),
        ('media = "../a.png"', "media"),
        ('media = "/etc/a.png"', "media"),
        ('media = "C:/a.png"', "media"),
        ("media = 'a\\b.png'", "media"),
        ('media = ""', "media"),
        ('media = "**/*a*b*c*d*.png"', "media"),
        ('media = "a.png"\nfit = "contian"', "fit"),
        ('media = "a.png"\ntransition = "wipe"', "transition"),
        ('media = "a.png"\ndays = ["周一"]', "days"),
        ('media = "a.png"\ntimes = []', "times"),
        ('media = "a.png"\nexcept = ["2026-10-07..2026-10-01"]', "except"),
        (f'card = "notice"\ntext = "{"字" * 2001}"', "text"),
    ],
)
def test_item_that_makes_no_sense_is_refused_at_its_key(item: str, key: str) -> None:
    found = complaints(f"[[item]]\n{item}\n", "p.toml")
    assert f"p.toml, item 1, {key} " in [one.where.partition("(")[0] for one in found] or (
        not key and found[0].where.startswith("p.toml, item 1 (")
    )


@pytest.mark.parametrize("text", [f'"{"字" * 2001}"', "5", "0x" + "f" * 5000, '"a\\u202eb"', '"a\\nb"'])
def test_a_ticker_whose_text_cannot_be_read_is_not_said_to_have_none(text: str) -> None:
    found = complaints(f"[[item]]\nticker = true\ntext = {text}\n", "p.toml")
    assert len(found) == 1
    assert "没有文字" not in found[0].problem.zh


@pytest.mark.parametrize("text", ['""', '"  "', '"\\n"'])
def test_a_ticker_of_blanks_is_said_to_have_no_text(text: str) -> None:
    found = complaints(f"[[item]]\nticker = true\ntext = {text}\n", "p.toml")
    assert [one.problem.zh.rpartition("：")[2] for one in found] == ["滚动字幕没有文字"]


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("priority = 101", "priority"),
        ("priority = -101", "priority"),
        ("share = 0", "share"),
        ("share = 1.5", "share"),
        ("volume = 101", "volume"),
        ("dwell_s = 0.4", "dwell_s"),
        ("dwell_s = inf", "dwell_s"),
        ("dwell_s = 1e400", "dwell_s"),
        ("dwell_s = 86401", "dwell_s"),
        ("from = 2026-08-05T07:00:00", "from"),
        ('from = "2026-02-30"', "from"),
        ('starts = ["07:00"]', "starts"),
        ("lasts_min = 30", "lasts_min"),
        ('rank = "broadcast"\nlasts_min = 30', "starts"),
        ('rank = "broadcast"\nstarts = ["07:00"]', "lasts_min"),
        ('rank = "broadcast"\nstarts = ["07:00", "07:20"]\nlasts_min = 30', "starts"),
        ('rank = "broadcast"\nstarts = ["07:00", "07:00"]\nlasts_min = 30', "starts"),
        ('rank = "broadcast"\nstarts = ["24:00"]\nlasts_min = 30', "starts"),
        ('rank = "broadcast"\nstarts = ["07:00"]\nlasts_min = 30\ntimes = ["07:00-08:00"]', "times"),
    ],
)
def test_playlist_that_makes_no_sense_is_refused_at_its_key(head: str, key: str) -> None:
    found = complaints(f'{head}\n[[item]]\nmedia = "a"\n', "p.toml")
    assert f"p.toml, {key}" in [one.where.partition(" (")[0] for one in found]


@pytest.mark.parametrize(
    ("head", "cure"),
    [
        ("till = 2026-12-10", "是不是 until？把第 1 行改成 until = 2026-12-10"),
        ('"结束日期" = 2026-12-10', "是不是 until？把第 1 行改成 until = 2026-12-10"),
        ("untill = 20261210", "是不是 until？把第 1 行改成 until = 20261210"),
        ('time = ["07:00-08:00"]', '是不是 times？把第 1 行改成 times = ["07:00-08:00"]'),
        ('dwell_s = "15"', "写数字，不加引号；把第 1 行改成 dwell_s = 15"),
        ('share = "４"', "写整数，不加引号；把第 1 行改成 share = 4"),
        ('share = "高"', "写整数，不加引号"),
        ('rank = "高"', "改成其中的一个"),
        ('days = ["周一至周五"]', '把第 1 行改成 days = ["mon", "tue", "wed", "thu", "fri"]'),
        ('days = "周六、周日"', '把第 1 行改成 days = ["sat", "sun"]'),
        ('times = "7点-11点半，14：00～21：30"', '把第 1 行改成 times = ["07:00-11:30", "14:00-21:30"]'),
        ('except = ["2026-12-30..2026-01-03"]', '把第 1 行改成 except = ["2026-12-30..2027-01-03"]'),
        ('until = "2026年2月30日"', "把第 1 行改成 until = 2026-02-28"),
        ("until = 2026-12-10 18:00:00", "几点到几点写在 times 里"),
        ("until = 2026-12-10 00:00:00", "把第 1 行改成 until = 2026-12-10"),
        ("until = 2026-12-32", "要是日历上有的日子"),
        ("until = 2026-12-10 23:59", "几点到几点写在 times 里"),
        ("share = 1/2", "只写数字，不加引号和单位"),
        ("priority = 高", "只写数字，不加引号和单位"),
        ('from = "2026—12—01"', "把第 1 行改成 from = 2026-12-01"),
        ('times = ["全天"]', '把第 1 行改成 times = ["00:00-24:00"]'),
        ('times = "08:00-12:00和14:00-18:00"', '把第 1 行改成 times = ["08:00-12:00", "14:00-18:00"]'),
        ('except = ["2026-10-01..07"]', '把第 1 行改成 except = ["2026-10-01..2026-10-07"]'),
        ('days = ["休息日"]', '把第 1 行改成 days = ["restdays"]'),
        ("weight = 3", "写到一行 [[item]] 的下面"),
        ("＃ 说明", "把第 1 行改成 # 说明"),
        ("// until = 2026-12-10", "把第 1 行改成 # until = 2026-12-10"),
        ('title = "早\n间"', "开头和结尾都改成三个引号"),
        ('title = "早\u200b间"', '把第 1 行改成 title = "早间"'),
    ],
)
def test_the_cure_fits_what_was_written(head: str, cure: str) -> None:
    told = complaints(f'{head}\n[[item]]\nmedia = "a"\n', "p.toml")
    assert any(cure in one.cure.zh for one in told), [one.cure.zh for one in told]


@pytest.mark.parametrize(
    "head", ['days = ["周末"]', 'days = ["节假日"]', "weight = 3", 'title = "早\n间"', "until = 2026-12-32"]
)
def test_where_only_the_writer_knows_there_is_nothing_to_copy(head: str) -> None:
    told = complaints(f'{head}\n[[item]]\nmedia = "a"\n', "p.toml")
    assert [one.edit for one in told] == [None] * len(told)


@pytest.mark.parametrize("text", ["", "item = []", "title = '1'"])
def test_playlist_without_items_is_refused(text: str) -> None:
    assert any("no item" in one.problem.en for one in complaints(text))


def test_two_thousand_items_are_read_and_one_more_is_not() -> None:
    item = '[[item]]\nmedia = "a.png"\n'
    assert len(read_playlist(item * 2000, "p.toml").items) == 2000
    assert "at most 2000" in complaint(item * 2001).problem.en


def test_name_is_the_stem_composed_as_the_screen_writes_it() -> None:
    assert read_playlist('[[item]]\nmedia = "e\u0301.png"', "a/e\u0301.v2.toml").name == "é.v2"
    assert read_playlist('[[item]]\nmedia = "e\u0301.png"', "a.toml").items[0].media == "é.png"


def test_gbk_playlist_is_refused_with_the_cure() -> None:
    (one,) = complaints('title = "早间"\n'.encode("gbk"))
    assert "UTF-8" in one.cure.zh


def test_calendar_is_read() -> None:
    text = """
workdays = [2026-10-10]
restdays = ["2026-10-01..2026-10-03"]
[[quiet]]
name = "高考"
dates = ["2026-06-07..2026-06-10"]
times = ["08:00-18:00"]
screens = ["sq-square-led1"]
kinds = ["square"]
"""
    assert read_calendar(text, "playlists/calendar.toml") == Calendar(
        workdays=(dt.date(2026, 10, 10),),
        restdays=(dt.date(2026, 10, 1), dt.date(2026, 10, 2), dt.date(2026, 10, 3)),
        quiet=(
            QuietPeriod(
                name="高考",
                dates=(DateRange(dt.date(2026, 6, 7), dt.date(2026, 6, 10)),),
                times=(Window(28800, 64800),),
                screens=("sq-square-led1",),
                kinds=("square",),
            ),
        ),
    )


def test_every_mistake_of_a_calendar_is_told_at_once() -> None:
    text = """
workdays = ["2026-10-01"]
restdays = ["2026-10-01"]
[[quiet]]
[[quiet]]
name = "a"
dates = ["2026-06-31"]
[[quiet]]
name = "a"
dates = [2026-06-07]
date = [2026-06-07]
"""
    with pytest.raises(BadInput) as raised:
        read_calendar(text, "calendar.toml")
    assert [one.where.partition(" (")[0] for one in raised.value.complaints] == [
        "calendar.toml, restdays",
        "calendar.toml, quiet 1, name",
        "calendar.toml, quiet 1, dates",
        "calendar.toml, quiet 2, dates",
        "calendar.toml, quiet 3, date",
        "calendar.toml, quiet 3, name",
    ]


PIECES = [*"\"=[]{}\n#\\.-:,'_0123456789abcdemtuwx \x00é“，周", "[[item]]\n", "dwell_s", "true", "2026-08-05", "nan"]


def outcome(read: Callable[[str | bytes, str], object], text: str | bytes) -> object:
    """Gives what was read, or the complaints, which must be whole; any other error passes."""
    try:
        return read(text, "p.toml")
    except BadInput as bad:
        found = bad.complaints
    assert found
    assert all(one.where and one.problem.zh and one.problem.en and one.cure.zh and one.cure.en for one in found)
    return found


@settings(max_examples=300)
@given(st.data())
def test_any_mutation_of_a_playlist_is_read_or_refused_never_worse(data: st.DataObject) -> None:
    text = FULL if data.draw(st.booleans()) else BROADCAST
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = text[:start] + "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=4))) + text[end:]
    result = outcome(read_playlist, text)
    assert isinstance(result, tuple) or (isinstance(result, Playlist) and result.items)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_never_worse(body: bytes) -> None:
    outcome(read_playlist, body)
    outcome(read_calendar, body)


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=40)
@pytest.mark.parametrize("key", [*PLAYLIST_KEYS, *ITEM_KEYS])
@given(value=VALUES)
def test_any_value_at_any_key_is_read_or_refused_never_worse(key: str, value: object) -> None:
    line = f"{key} = {_toml(value)}\n"
    outcome(read_playlist, f'{line}[[item]]\nmedia = "a"\n')
    outcome(read_playlist, f"[[item]]\n{line}")
    outcome(read_playlist, f'[[item]]\nmedia = "a.mp3"\n[[item]]\nticker = true\n{line}')


@pytest.mark.parametrize("key", [*CALENDAR_KEYS, *QUIET_KEYS])
@given(value=VALUES)
def test_any_value_in_a_calendar_is_read_or_refused_never_worse(key: str, value: object) -> None:
    line = f"{key} = {_toml(value)}\n"
    outcome(read_calendar, line)
    outcome(read_calendar, f"[[quiet]]\n{line}")


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return (
                '"'
                + "".join(c if c.isalnum() and ord(c) < 0xD800 else f"\\u{ord(c) % 0xD800:04x}" for c in value)
                + '"'
            )
        case dt.date() | dt.time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{_toml(key)} = {_toml(one)}' for key, one in value.items())}}}"
        case _:
            return str(value)


@pytest.mark.parametrize("page", ["playlists.md", "playlists.zh.md"])
def test_manual_names_the_keys_that_the_reader_knows_and_no_others(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    rows = [set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)) for section in sections]
    tables = [keys for keys in rows if keys]
    shared = {"from", "until", "days", "times", "except"}
    assert tables == [
        set(PLAYLIST_KEYS) - shared - {"item"},
        set(ITEM_KEYS) - shared,
        shared,
        set(CALENDAR_KEYS) - {"quiet"} | set(QUIET_KEYS),
    ]


@pytest.mark.parametrize("page", ["playlists.md", "playlists.zh.md"])
def test_examples_of_the_manual_can_be_played(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    assert len(examples) >= 4
    for example in examples:
        if {"workdays", "restdays", "quiet"} & set(tomllib.loads(example)):
            read_calendar(example, "calendar.toml")
        else:
            assert read_playlist(example, "example.toml").items


HIDDEN = ("\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\ue000", "\ufdd0", "\U000e0041", "\u3164", "\u2028")


@pytest.mark.parametrize("bad", HIDDEN)
@pytest.mark.parametrize(
    ("body", "key"),
    [
        ('title = "拨打{}01169"\n[[item]]\nmedia = "a.png"', "title"),
        ('zone = "a{}b"\n[[item]]\nmedia = "a.png"', "zone"),
        ('[[item]]\nmedia = "a{}*.png"', "media"),
        ('[[item]]\nmedia = "a.mp3"\npicture = "a{}.png"', "picture"),
        ('[[item]]\ncard = "notice"\ntitle = "拨打{}01169"', "title"),
        ('[[item]]\ncard = "notice"\ntext = "拨打\\n{}01169"', "text"),
        ('[[item]]\ncard = "notice"\nfooter = "拨打{}01169"', "footer"),
        ('[[item]]\ncard = "app"\nqr = "tel:{}01169"', "qr"),
        ('[[item]]\nticker = true\ntext = "拨打{}01169"', "text"),
    ],
)
def test_what_does_not_read_as_it_is_is_refused_with_its_code_point(body: str, key: str, bad: str) -> None:
    for written in (bad, f"\\U{ord(bad):08x}"):
        with pytest.raises(BadInput) as raised:
            read_playlist(body.replace("{}", written), "a.toml")
        complaint = raised.value.complaints[0]
        assert f"{key} (第" in complaint.where
        for sentence in (complaint.problem.zh, complaint.problem.en):
            assert f"U+{ord(bad):04X}" in sentence
            assert bad not in sentence
        assert complaint.cure.zh


@pytest.mark.parametrize("bad", ["\u202e", "\u2067", "\u200f", "\u2028", "\u0085"])
def test_a_comment_that_turns_the_file_around_is_refused_with_its_line(bad: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_playlist(f'title = "96110"\n# 说明{bad}"01169" = eltit\n[[item]]\nmedia = "a.png"', "a.toml")
    (complaint,) = raised.value.complaints
    assert "(第 2 行 / line 2)" in complaint.where
    assert f"line 2, character 5 is U+{ord(bad):04X}" in complaint.problem.en


@pytest.mark.parametrize("key", ["name", "screens", "kinds"])
def test_the_calendars_names_read_as_they_are(key: str) -> None:
    values = {
        "name": '"高考"',
        "screens": '["a"]',
        "kinds": '["b"]',
        key: '"高\u200b考"' if key == "name" else '["a\u202e"]',
    }
    body = "[[quiet]]\ndates = [2026-06-07]\n" + "\n".join(f"{k} = {v}" for k, v in values.items())
    with pytest.raises(BadInput, match=r"U\+20[02]"):
        read_calendar(body, "calendar.toml")


@pytest.mark.parametrize("mark", ["\\u0085", "\\u001b[2J", "\\u202e"])
def test_a_pattern_is_told_with_nothing_in_it_that_would_steer_a_terminal(mark: str) -> None:
    with pytest.raises(BadInput) as bad:
        read_playlist(f'[[item]]\nmedia = "posters\\\\a{mark}.png"\n', "main.toml")
    assert all(each.cure.en.isprintable() and each.problem.en.isprintable() for each in bad.value.complaints)
