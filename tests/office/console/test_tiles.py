"""What the page says of a screen follows from what the screen said of itself."""

import datetime as dt
from typing import Any

import pytest

from office.console import wording
from office.console.tiles import MOST_ROWS, by_need, status, tile
from office.hearing import Hearing
from office.place import Place
from signage.messages import PublicationState, RefusedFile, ScreenState, Trouble, ZoneState

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)


def ago(**parts: float) -> dt.datetime:
    return NOW - dt.timedelta(**parts)


def told(**values: Any) -> dict[str, Any]:
    import msgspec

    return msgspec.to_builtins(ScreenState(conn=1, at="", clock=values.pop("clock", "ntp"), **values))


@pytest.fixture
def screen(place: Place) -> Any:
    from office.models import Screen, Site, Village

    site = Site.objects.create(name="文化广场", kind="square", village=Village.objects.create(name="石桥村"))
    return Screen.objects.create(
        id="sq-led1", title="广场 LED", site=site, status="online", status_at=ago(hours=2), state_at=ago(seconds=3)
    )


def test_a_screen_is_named_with_where_it_stands(screen: Any) -> None:
    found = tile(screen, NOW)
    assert (found.title, found.place, found.label) == ("广场 LED", "文化广场 · 石桥村 · 广场", wording.STATUS["online"])
    assert found.heard == screen.state_at


def test_a_tile_stays_the_same_while_time_passes(screen: Any) -> None:
    assert tile(screen, NOW) == tile(screen, NOW + dt.timedelta(seconds=100))
    assert tile(screen, NOW) != tile(screen, NOW + dt.timedelta(seconds=200)), "then it is silent"


@pytest.mark.parametrize(
    ("state", "heard", "word"),
    [
        ("online", 30, "在线"),
        ("online", 500, "没有回音"),
        ("offline", 500, "已关闭"),
        ("lost", 500, "失联"),
        ("", 0, "从未连接"),
    ],
)
def test_how_it_stands_with_a_screen(screen: Any, state: str, heard: int, word: str) -> None:
    screen.status, screen.status_at, screen.state_at = state, ago(seconds=heard), ago(seconds=heard)
    assert status(screen, NOW).zh == word


def test_a_revoked_screen_is_said_to_be(screen: Any) -> None:
    screen.revoked_at = ago(days=1)
    assert status(screen, NOW) == wording.REVOKED


def test_what_is_on_air_is_shown_only_while_the_screen_is_there(screen: Any) -> None:
    screen.state = told(zones=(ZoneState(zone="main", playlist="早间", item=2, name="a.png"),), publications=(12, 3))
    assert [zone.name for zone in tile(screen, NOW).zones] == ["a.png"]
    assert tile(screen, NOW).publications == (3, 12)
    screen.status = "lost"
    assert tile(screen, NOW).zones == ()


def test_a_publication_on_its_way_shows_how_far_it_is(screen: Any) -> None:
    screen.state = told(
        coming=(
            PublicationState(
                number=7, step="fetched", fetched=1, needed=4, fetched_bytes=25 << 20, needed_bytes=100 << 20
            ),
            PublicationState(number=8, step="refused", why=Trouble(zh="只有一个签名", en="one signature")),
        )
    )
    fetching, refused = tile(screen, NOW).coming
    assert (fetching.percent, fetching.detail) == (25, "1/4 · 25.0 MiB/100 MiB")
    assert refused.why is not None
    assert (refused.label.tone, refused.why.zh) == ("bad", "只有一个签名")


def test_troubles_are_told_with_the_disk_and_the_refused_files(screen: Any) -> None:
    screen.state = told(
        troubles=(Trouble(zh="没有声音", en="no sound"),),
        disk_free_bytes=100 << 20,
        refused=tuple(RefusedFile(name=f"{n}.png", why=Trouble(zh="坏了", en="broken")) for n in range(7)),
        refused_count=300,
        blackout=True,
        filler=True,
        clock="unsynced",
    )
    found = tile(screen, NOW)
    said = [words.zh for words in found.troubles]
    assert said[:3] == ["没有声音", "磁盘只剩 100 MiB", "0.png：坏了"]
    assert said[-1] == "不播的文件共 300 个"
    assert [label.zh for label in found.ordered] == ["黑屏中", "只播垫片", "时钟未校准"]


def test_a_refused_file_that_stands_among_the_troubles_is_told_once(screen: Any) -> None:
    screen.state = told(
        troubles=(Trouble(zh="0.png：坏了", en="0.png: broken"),),
        refused=tuple(RefusedFile(name=f"{n}.png", why=Trouble(zh="坏了", en="broken")) for n in range(2)),
        refused_count=2,
    )
    assert [words.zh for words in tile(screen, NOW).troubles] == ["0.png：坏了", "1.png：坏了"]


def test_however_much_a_screen_says_its_tile_stays_a_tile(screen: Any) -> None:
    screen.state = told(
        zones=tuple(ZoneState(zone=str(n)) for n in range(200)),
        coming=tuple(PublicationState(number=n, step="heard") for n in range(200)),
        troubles=tuple(Trouble(zh=str(n), en="") for n in range(200)),
        publications=tuple(range(200)),
    )
    found = tile(screen, NOW)
    assert len(found.zones) == len(found.coming) == MOST_ROWS
    assert found.publications == tuple(range(200 - MOST_ROWS, 200))
    assert found.troubles[-1].zh == f"另有 {200 - MOST_ROWS} 个问题"


def test_what_is_no_state_says_nothing(screen: Any) -> None:
    screen.state, screen.birth = {"v": 1, "zones": "many"}, {"canvas": "wide"}
    found = tile(screen, NOW)
    assert (found.zones, found.troubles, found.coming) == ((), (), ())


def test_screens_that_need_somebody_come_first(screen: Any) -> None:
    from office.models import Screen

    others = [
        Screen(id="a-new"), Screen(id="b-lost", status="lost", status_at=ago(days=1)),
        Screen(id="c-silent", status="online", status_at=ago(hours=1)),
    ]  # fmt: skip
    for each in others:
        each.save()
    found = by_need(tile(each, NOW) for each in (screen, *others))
    assert [each.id for each in found] == ["b-lost", "c-silent", "sq-led1", "a-new"]


def test_trouble_comes_before_a_good_connection(screen: Any) -> None:
    from office.models import Screen

    def one(name: str, status: str = "online", **state: Any) -> Any:
        return Screen.objects.create(id=name, status=status, status_at=ago(minutes=1), state=told(**state))

    refused = PublicationState(number=8, step="refused", why=Trouble(zh="只有一个签名", en="one signature"))
    tiles = [
        tile(each, NOW)
        for each in (
            one("a-fine"), one("b-fine"), one("c-mute", troubles=(Trouble(zh="没有声音", en="no sound"),)),
            one("d-refuses", coming=(refused,)), one("e-off", "offline", troubles=(Trouble(zh="旧的", en="old"),)),
            one("f-alarm", "offline"),
        )
    ]  # fmt: skip
    assert [each.id for each in by_need(tiles, {"b-fine", "f-alarm"})] == [
        "b-fine", "d-refuses", "f-alarm", "c-mute", "a-fine", "e-off",
    ]  # fmt: skip


def test_a_screen_that_says_nothing_is_online_nowhere(screen: Any) -> None:
    screen.state_at = ago(seconds=300)
    screen.state = told(zones=(ZoneState(zone="main", name="a.png"),))
    found = tile(screen, NOW)
    assert (found.label, found.online, found.zones) == (wording.SILENT, False, ())


def test_while_the_office_hears_nothing_itself_no_screen_is_called_silent(screen: Any) -> None:
    screen.state_at = ago(seconds=300)
    found = tile(screen, NOW, Hearing(hears=False))
    assert (found.label, found.online) == (wording.NOT_HEARD, False)
    screen.status = "lost"
    assert tile(screen, NOW, Hearing(hears=False)).label == wording.STATUS["lost"], "that was heard before"


def test_times_and_sizes_read_as_people_say_them() -> None:
    said = [wording.ago(ago(seconds=s), NOW) for s in (0, 59, 60, 7200, 200_000)]
    assert [words.zh for words in said if words] == ["刚刚", "59 秒前", "1 分钟前", "2 小时前", "2 天前"]
    assert wording.ago(None, NOW) is None
    assert [wording.size(n) for n in (None, 0, 1023, 1536, 5 << 30)] == ["?", "0 B", "1023 B", "1.5 KiB", "5.0 GiB"]
