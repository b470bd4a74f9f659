"""A screen that moves keeps its past plays where it stood when it played them."""

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.place import Place
from tests.office.collecting.screens import DAWN, Ledger, play

HOUR = dt.timedelta(hours=1)


def moved(screen: Any, village: str, kind: str, at: dt.datetime) -> None:
    from office.models import Site, Village
    from office.places import note_places

    note_places(at)
    site, _ = Site.objects.get_or_create(
        name=f"{village} {kind}", kind=kind, village=Village.objects.get_or_create(name=village)[0]
    )
    screen.site = site
    screen.save()
    note_places(at)


@pytest.fixture
def screen(either: None) -> Any:
    """A screen that played 600 items of ten seconds from dawn on, and another that stays where it is."""
    from office.collecting.ledgers import Ledgers
    from office.models import Screen

    found = Screen.objects.create(id="sq-led", enrolled_at=DAWN - HOUR)
    other = Screen.objects.create(id="hotel-led", enrolled_at=DAWN - HOUR)
    moved(found, "石桥村", "square", DAWN - HOUR)
    moved(other, "石桥村", "hotel", DAWN - HOUR)
    ledgers = [Ledger("sq-led"), Ledger("hotel-led")]
    for number in range(600):
        ledgers[0].append(play(number))
    for number in range(50):
        ledgers[1].append(play(number))
    batches = [ledgers[0].batch(first, first + 199) for first in (1, 201, 401)]
    Ledgers().store([*batches, ledgers[1].batch(1, 50)], DAWN + 12 * HOUR)
    return found


def numbers(by: Any) -> dict[str, int]:
    from office.counting import Asked, counted

    return {each.key: each.plays for each in counted(by, Asked())}


def first_at() -> dt.datetime:
    from office.models import Play

    at_ms = Play.objects.order_by("at_ms").values_list("at_ms", flat=True)[0]
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)


def test_plays_are_counted_where_the_screen_stood_when_it_played_them(screen: Any) -> None:
    assert numbers("village") == {"石桥村": 650}
    begin = first_at()
    moved(screen, "柳庄村", "market", begin + dt.timedelta(seconds=1000))
    assert numbers("village") == {"石桥村": 150, "柳庄村": 500}
    assert numbers("kind") == {"square": 100, "market": 500, "hotel": 50}
    moved(screen, "石桥村", "square", begin + dt.timedelta(seconds=4000))
    assert numbers("village") == {"石桥村": 350, "柳庄村": 300}
    assert numbers("site") == {"石桥村 square": 300, "石桥村 hotel": 50, "柳庄村 market": 300}
    assert numbers("screen") == {"sq-led": 600, "hotel-led": 50}


def test_a_move_after_its_last_play_changes_no_count(screen: Any) -> None:
    moved(screen, "柳庄村", "market", DAWN + 24 * HOUR)
    assert numbers("village") == {"石桥村": 650}


def test_a_village_that_is_called_otherwise_keeps_its_plays(screen: Any) -> None:
    from office.models import Village

    Village.objects.filter(name="石桥村").update(name="石桥社区")
    assert numbers("village") == {"石桥社区": 650}


def test_each_exported_play_names_the_site_where_it_was(screen: Any) -> None:
    from collections import Counter

    from office.asked import Asked
    from office.play_rows import plays

    moved(screen, "柳庄村", "market", first_at() + dt.timedelta(seconds=1000))
    assert Counter(row["site"] for row in plays(Asked(screen="sq-led"))) == {"石桥村 square": 100, "柳庄村 market": 500}


def test_an_enrolment_elsewhere_is_a_move_also_for_who_shares_the_site(keyed: Place, database: None) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen, Site, Village
    from office.places import read_stays

    site = Site.objects.create(name="广场", kind="square", village=Village.objects.create(name="石桥村"))
    for name in ("sq-led", "side-led"):
        Screen.objects.create(id=name, enrolled_at=DAWN, site=site)
    enroll(keyed, Enrolment(screen="sq-led", village="柳庄村"), None, "test", DAWN + HOUR)
    for name in ("sq-led", "side-led"):
        assert [stay.village for stay in read_stays()[name]] == ["石桥村", "柳庄村"]
        assert read_stays()[name][1].since_ms == (DAWN + HOUR).timestamp() * 1000
    enroll(keyed, Enrolment(screen="sq-led", title="新名字"), None, "test", DAWN + 2 * HOUR)
    assert len(read_stays()["sq-led"]) == 2, "a title is no move"


def test_a_place_dated_by_a_clock_that_was_ahead_holds_until_the_next_one_is_written(database: None) -> None:
    from office.models import Screen, ScreenPlace, Site, Village
    from office.places import note_places, read_stays

    sites = [Site.objects.create(name=name, village=Village.objects.create(name=name)) for name in ("甲", "乙", "丙")]
    screen = Screen.objects.create(id="sq-led", enrolled_at=DAWN, site=sites[0])
    for site, at in zip(sites, (DAWN, DAWN + 1000 * HOUR, DAWN + 2 * HOUR), strict=True):
        screen.site = site
        screen.save()
        assert note_places(at) == 1
        assert note_places(at) == 0, "what is written is not written again"
    assert [stay.village for stay in read_stays()["sq-led"]] == ["甲", "丙"]
    ScreenPlace.objects.filter(site=sites[1]).update(since=DAWN.replace(year=1))
    assert [stay.village for stay in read_stays()["sq-led"]] == ["甲", "丙"]


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from("abc")), min_size=1, max_size=12), st.integers(0, 400))
def test_spans_and_stays_tell_the_same_place_of_each_moment(story: list[tuple[int, str]], at_ms: int) -> None:
    from office.places import ALWAYS_MS, Stay, spans, stay_at

    begins = 0
    stays = []
    for pause, village in story:
        begins += pause
        stays.append(Stay(begins if stays else ALWAYS_MS, village=village))
    changes = spans({"x": tuple(stays)}, "village")["x"]
    assert [name for since, name in changes if since <= at_ms][-1] == stay_at(stays, at_ms).village
    assert all(one[1] != two[1] for one, two in itertools.pairwise(changes))
