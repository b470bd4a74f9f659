"""What the office is told of publications that are here whole and not on air."""

import datetime as dt

import msgspec
import pytest

from player.state import opened
from player.uplink.prospects import Prospects
from player.uplink.standing import Kept
from player.uplink.telling import Sight
from signage.daypart import Daypart
from signage.messages import PublicationState, QuarantinedFile, Trouble
from signage.playlist import Item, Playlist
from signage.program import Program
from signage.timefloor import BelievedTime
from tests.signage.programs import at, day, playlist, program, window

NOW = at("2026-11-30 12:00")
TOMORROW = Daypart(first=day("2026-12-01"))


def told(
    chosen: Program, *numbers: int, now: dt.datetime = NOW, by: Prospects | None = None, **orders: bool
) -> tuple[tuple[int, ...], dict[int, str]]:
    """On air, and by number what becomes of the others."""
    sight = Sight(told=BelievedTime(at=now, quality="ntp"), publications=numbers)
    found = (by or Prospects()).judged(sight, opened(chosen, {}), Kept(**orders))  # type: ignore[arg-type]
    return found.publications, {each.number: each.prospect for each in found.coming}


def published(number: int, **fields: object) -> Playlist:
    return playlist(f"p{number}", publication=number, **fields)


def test_only_what_owns_a_zone_is_on_air_the_rest_is_staged_and_says_why() -> None:
    chosen = program(published(1), published(2, runs=TOMORROW), published(3, runs=Daypart(last=day("2025-12-31"))))
    assert told(chosen, 1, 2, 3) == ((1,), {2: "waits", 3: "never"})


def test_what_waits_is_on_air_once_its_time_has_come_without_a_new_program() -> None:
    chosen = program(published(1, runs=Daypart(times=(window("08:00-12:30"),))), published(2, runs=TOMORROW))
    by = Prospects()
    assert told(chosen, 1, 2, by=by) == ((1,), {2: "waits"})
    assert told(chosen, 1, 2, by=by, now=at("2026-11-30 12:30")) == ((), {1: "waits", 2: "waits"})
    assert told(chosen, 1, 2, by=by, now=at("2026-12-01 00:00")) == ((2,), {1: "waits"})
    assert told(chosen, 1, 2, by=by, now=NOW) == ((1,), {2: "waits"}), "a clock that was set back"


@pytest.mark.parametrize(("order", "why"), [("blackout", "blackout on=false"), ("filler", "filler on=false")])
def test_an_order_that_left_a_publication_out_of_the_program_holds_it(order: str, why: str) -> None:
    sight = Sight(told=BelievedTime(at=NOW, quality="ntp"), publications=(1,))
    kept = msgspec.structs.replace(Kept(), **{order: True})
    (found,) = Prospects().judged(sight, opened(program(), {}), kept).coming
    assert (found.step, found.prospect) == ("staged", "held")
    assert found.why is not None
    assert why in found.why.zh


def test_what_the_program_does_not_hold_yet_waits_its_turn_and_what_is_on_its_way_is_told_once() -> None:
    assert told(program(), 1) == ((), {1: ""})
    coming = (PublicationState(number=2, step="fetched"),)
    sight = Sight(told=BelievedTime(at=NOW, quality="ntp"), publications=(2,), coming=coming)
    found = Prospects().judged(sight, opened(program(published(2, runs=TOMORROW)), {}), Kept())
    assert found.coming == coming


def test_a_playlist_that_never_plays_is_a_trouble_though_its_publication_is_on_air() -> None:
    lost = playlist("lost", publication=1, runs=Daypart(last=day("2025-12-31")))
    sight = Sight(told=BelievedTime(at=NOW, quality="ntp"), publications=(1,))
    found = Prospects().judged(sight, opened(program(published(1), lost), {}), Kept())
    (trouble,) = found.troubles
    assert trouble.zh == "发布 1 的播放表 lost 永远不会播：until = 2025-12-31 已经过了"


def test_what_lacks_only_files_in_quarantine_is_held_and_not_lost() -> None:
    chosen = program(published(1, items=(Item(number=1, media="gone.png"),)))
    aside = QuarantinedFile(name="gone.png", sha256="a" * 64, publication=1, until="", why=Trouble(zh="坏", en="bad"))
    sight = Sight(told=BelievedTime(at=NOW, quality="ntp"), publications=(1,))
    by = Prospects()
    assert by.judged(sight, opened(chosen, {}), Kept()).coming[0].prospect == "never"
    sight = msgspec.structs.replace(sight, quarantined=(aside,))
    assert by.judged(sight, opened(chosen, {}), Kept()).coming[0].prospect == "held"
