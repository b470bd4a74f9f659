"""The ledger tells what stood in the way."""

from player.uplink.hindrances import hindrances
from signage.comparison import Span
from signage.ledger import Details, EventRecord, PlayRecord, What, utc_ms

ZERO = utc_ms("2026-06-06T07:00:00.000+08:00")


def _at(second: int) -> str:
    return f"2026-06-06T07:{second // 60:02}:{second % 60:02}.000+08:00"


def event(second: int, what: What, **details: str) -> EventRecord:
    told: Details = dict(details)
    return EventRecord(at=_at(second), boot="b", mono_ms=second * 1000, clock="ntp", what=what, details=told)


def shown(second: int, media: str = "a.png", **fields: object) -> PlayRecord:
    usual = {"zone": "main", "rank": "normal", "playlist": "p", "shows": "image", "media": media, "clock": "ntp",
             "planned_ms": 10_000, "actual_ms": 10_000, "outcome": "complete"}  # fmt: skip
    return PlayRecord(at=_at(second), boot="b", mono_ms=second * 1000, **{**usual, **fields})  # type: ignore[arg-type]


def seconds(spans: tuple[Span, ...]) -> list[tuple[float, float]]:
    return [((s.start_ms - ZERO) / 1000, (s.end_ms - ZERO) / 1000) for s in spans]


def found(*records: EventRecord | PlayRecord, until: int = 120):  # type: ignore[no-untyped-def]
    return hindrances(records, ZERO, ZERO + until * 1000, frozenset({"p"}))


def test_between_stop_and_start_and_after_a_sudden_end_the_player_was_off() -> None:
    told = found(
        event(10, "start"), shown(10), shown(20), event(30, "stop"),
        event(50, "start"), shown(50), shown(60),
        event(90, "start"), shown(90), event(110, "stop"),
    )  # fmt: skip
    assert seconds(told.off) == [(0, 10), (30, 50), (70, 90), (110, 120)]


def test_a_player_that_was_running_before_was_not_off() -> None:
    assert seconds(found(event(-0, "start"), shown(0), shown(10), until=20).off) == []


def test_an_emergency_that_the_plan_does_not_know_cut_in() -> None:
    told = found(
        shown(0), shown(10, rank="emergency", playlist="flood"), shown(20, rank="broadcast"), shown(30), until=40
    )
    assert {zone: seconds(spans) for zone, spans in told.cut_in.items()} == {"main": [(10, 20)]}


def test_a_refused_file_is_refused_until_it_is_seen_again() -> None:
    told = found(event(5, "refused", name="a.png", why="broken"), shown(10, "b.png"), shown(40, "a.png"), until=60)
    assert {name: seconds(spans) for name, spans in told.refused.items()} == {"a.png": [(5, 40)]}


def test_a_file_that_fails_stands_in_its_own_way() -> None:
    told = found(shown(10, outcome="failed", actual_ms=0), shown(10, "b.png"), shown(30), until=60)
    assert {name: seconds(spans) for name, spans in told.refused.items()} == {"a.png": [(9.999, 30)]}


def test_a_clock_that_is_not_believed_is_told_for_as_long_as_it_was_not() -> None:
    told = found(shown(0), shown(10, clock="unsynced"), shown(20, clock="unsynced"), shown(30), until=40)
    assert seconds(told.clock) == [(10, 31)]


def test_an_order_that_only_filler_plays_keeps_everything_else_away_in_all_zones() -> None:
    told = found(
        shown(0), event(20, "filler_begins"), event(30, "filler_begins"), event(50, "filler_ends"), shown(50), until=60
    )
    assert {zone: seconds(spans) for zone, spans in told.cut_in.items()} == {"": [(20, 50)]}
