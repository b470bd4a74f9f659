"""A file that broke two workers is quarantined; anything less is not."""

import datetime as dt

from player.breakages import Breakages
from player.decode.refusal import CRASHED, HANGS
from player.state import Moment, Play
from signage.errors import Words
from signage.media import Media, MediaFacts
from signage.slot import Slot


def slot(sha256: str | None) -> Slot:
    facts = MediaFacts(kind="video", duration_s=5.0)
    media = Media(name="a.mp4", path="/m/a.mp4", sha256=sha256, size_bytes=1, facts=facts) if sha256 else None
    return Slot(
        number=1, zone="main", rank="normal", playlist="a", item=1, kind="video", media=media,
        starts_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), planned_s=5.0,
    )  # fmt: skip


def test_the_second_crash_or_hang_of_the_same_bytes_is_handed_on() -> None:
    told: list[tuple[str, Words]] = []
    breakages = Breakages(lambda sha256, why: told.append((sha256, why)))
    breakages.note(slot("a"), CRASHED)
    breakages.note(slot("b"), CRASHED)
    assert told == []
    breakages.note(slot("a"), HANGS)
    assert told == [("a", HANGS)]


def test_a_hang_is_forgotten_once_the_file_has_played_to_its_end_and_a_crash_is_not() -> None:
    told: list[str] = []
    breakages = Breakages(lambda sha256, _: told.append(sha256))
    at = Moment(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 1.0, "ntp")
    for why in (HANGS, HANGS, CRASHED):
        breakages.note(slot("a"), why)
        breakages.played(Play(slot=slot("a"), outcome="cut", ended=at))
        breakages.played(Play(slot=slot(None), outcome="complete", ended=at))
        breakages.played(Play(slot=slot("a"), outcome="complete", ended=at))
    assert told == []
    breakages.note(slot("a"), HANGS)
    assert told == ["a"], "one crash, never forgotten, and a hang"


def test_a_refusal_and_a_card_do_not_count() -> None:
    told: list[str] = []
    breakages = Breakages(lambda sha256, _: told.append(sha256))
    for _ in range(3):
        breakages.note(slot("a"), Words("不能播放", "cannot be shown"))
        breakages.note(slot(None), CRASHED)
    assert told == []
