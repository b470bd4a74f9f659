"""Counts are filtered as asked, tell what is missing, and open in a Chinese Excel."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client

from office.place import Place

TODAY = dt.date(2026, 6, 20)


@pytest.fixture
def played(served: Place) -> Any:
    """Three screens' plays of one day each, and a gap in the ledger of the last."""
    from office.models import LedgerEpoch, LedgerRun, Play, Screen, Shown
    from office.numbering import key_of

    now = dt.datetime.now(dt.UTC)
    names = {"posters/六个一律.png": 12, "=cmd|' /C calc'!A0": 0}
    shown = [
        Shown.objects.create(
            key=str(number), zone="main", rank="normal", playlist="", playlist_sha256="", publication=number, item=0,
            shows="image", media=media, sha256="", card="", title="",
        )
        for media, number in names.items()
    ]  # fmt: skip
    for n in range(3):
        screen = Screen.objects.create(id=f"sq-led{n}", title=f"屏 {n}")
        epoch = LedgerEpoch.objects.create(screen=screen, name=f"{n:016x}", heard_at=now, head=b"")
        LedgerRun.objects.create(epoch=epoch, first=1, last=9, before=b"", after=b"")
        if n == 2:
            LedgerRun.objects.create(epoch=epoch, first=20, last=30, before=b"", after=b"")
        for seq in range(1, 5):
            Play.objects.create(
                id=key_of(epoch.pk, seq), epoch=epoch, shown=shown[seq % 2], at_ms=0, day=20260618 + n, hour=9,
                outcome=0, believed=True, actual_ms=10_000,
            )  # fmt: skip
    return shown


@pytest.fixture
def read_wish(served: Place) -> Any:
    """What reads an address; its module needs Django set up."""
    from office.console.counts import read_wish

    return read_wish


def page(client: Client, query: str) -> str:
    response = client.get(f"/counts/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def table(client: Client, query: str) -> list[list[str]]:
    response = client.get(f"/counts/table.csv?{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf"), "Excel takes it for GBK without the mark"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_all_plays_are_counted_by_what_was_asked_for(inside: Client, played: Any) -> None:
    rows = table(inside, "by=screen&period=all")
    assert rows[0] == ["屏幕", "次数", "完整", "中断", "失败", "秒", "看得到", "看不到", "不清楚", "不可信"]
    assert rows[1] == ["屏 0（sq-led0）", "4", "4", "0", "0", "40.0", "0", "0", "4", "0"]
    assert "<b>12</b> 次" in page(inside, "by=screen&period=all")


def test_days_screens_and_publications_narrow_the_count(inside: Client, played: Any) -> None:
    assert "<b>8</b> 次" in page(inside, "from=2026-06-18&to=2026-06-19")
    assert "<b>4</b> 次" in page(inside, "period=all&screen=sq-led1")
    assert "<b>6</b> 次" in page(inside, "period=all&publication=12")
    assert "<b>2</b> 次" in page(inside, "from=2026-06-20&to=2026-06-20&publication=12")


def test_missing_records_stand_beside_the_count_and_in_the_table(inside: Client, played: Any) -> None:
    assert "<b>sq-led2</b> 10 条" in page(inside, "period=all")
    assert table(inside, "period=all")[-1] == ["尚未收到：sq-led2 台账第 10 至 19 条"]
    assert "sq-led2</b> 10 条" not in page(inside, "period=all&screen=sq-led1")


def test_no_cell_of_the_table_is_a_formula(inside: Client, played: Any) -> None:
    names = [row[0] for row in table(inside, "by=media&period=all")]
    assert "'=cmd|' /C calc'!A0（未签名）" in names
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]


def test_what_is_no_wish_is_passed_over(inside: Client, played: Any, read_wish: Any) -> None:
    assert page(inside, "by=nonsense&from=yesterday&to=20260606&screen=..%2f&publication=-1&period=x")
    wish = read_wish({"by": "x", "publication": "9" * 30, "screen": "A B"}, TODAY)
    assert (wish.by, wish.asked.publication, wish.asked.screen) == ("item", None, None)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", TODAY, TODAY),
        ("week", dt.date(2026, 6, 14), TODAY),
        ("month", dt.date(2026, 6, 1), TODAY),
        ("all", None, None),
        ("", dt.date(2026, 6, 14), TODAY),
    ],
)
def test_a_period_is_days(read_wish: Any, period: str, first: dt.date | None, last: dt.date | None) -> None:
    asked = read_wish({"period": period}, TODAY).asked
    assert (asked.first, asked.last) == (first, last)


def test_typed_days_stand_alone(read_wish: Any) -> None:
    wish = read_wish({"from": "2026-06-01"}, TODAY)
    assert (wish.asked.first, wish.asked.last, wish.period) == (dt.date(2026, 6, 1), None, "")
    assert read_wish({"from": "2026-06-01", "period": "today"}, TODAY).asked.first == TODAY


def test_a_wish_finds_its_way_back_from_its_address(read_wish: Any) -> None:
    from urllib.parse import parse_qsl

    wish = read_wish(
        {"by": "day", "from": "2026-06-01", "to": "2026-06-02", "screen": "sq-led1", "publication": "3"}, TODAY
    )
    assert read_wish(dict(parse_qsl(wish.query())), TODAY) == wish


def test_time_on_screen_reads_as_people_say_it(served: Place) -> None:
    from office.console.counts import lasted

    assert [lasted(s) for s in (0, 20, 36.5, 59.6, 90, 3600, 7_260_000)] == [
        "0 秒",
        "20 秒",
        "36 秒",
        "1 分钟",
        "2 分钟",
        "1 小时 0 分",
        "2,016 小时 40 分",
    ]


def test_days_the_wrong_way_round_are_said(inside: Client, played: Any) -> None:
    text = page(inside, "from=2026-06-20&to=2026-06-18&by=village")
    assert "开始日期 2026-06-20 在结束日期 2026-06-18 之后" in text
    assert "没有播放记录" not in text
    answer = inside.get("/counts/table.csv?from=2026-06-20&to=2026-06-18")
    assert answer.status_code == 400
    assert "之后" in answer.content.decode("utf-8-sig")
    assert "<b>12</b> 次" in page(inside, "from=2026-06-18&to=2026-06-20")


def test_a_period_is_asked_for_together_with_all_that_was_chosen(inside: Client, played: Any) -> None:
    text = page(inside, "by=village&screen=sq-led1&from=2026-06-01&to=2026-06-20")
    form = text.partition('<form class="filters"')[2].partition("</form>")[0]
    for period in ("today", "week", "month", "all"):
        assert f'<button type="submit" name="period" value="{period}"' in form
    for name in ("by", "from", "to", "screen", "publication"):
        assert f'name="{name}"' in form
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert "period" not in first[0], "Enter in a field is no wish for today"
    chosen = page(inside, "period=month&by=village&from=2026-06-01&to=2026-06-02&screen=sq-led1")
    assert '<option value="village" selected>' in chosen
    assert '<option value="sq-led1" selected>' in chosen
