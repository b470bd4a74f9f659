"""A file that broke two workers is quarantined; anything less is not."""

import datetime as dt

import msgspec

from player.breakages import MOST_REMEMBERED, Breakages
from player.decode.refusal import CRASHED, HANGS
from player.state import Moment, Play
from signage.errors import Words
from signage.media import Media, MediaFacts
from signage.slot import Slot


def slot(sha256: str | None, publication: int = 0) -> Slot:
    facts = MediaFacts(kind="video", duration_s=5.0)
    media = Media(name="a.mp4", path="/m/a.mp4", sha256=sha256, size_bytes=1, facts=facts) if sha256 else None
    return Slot(
        number=1, zone="main", rank="normal", playlist="a", publication=publication, item=1, kind="video", media=media,
        starts_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), planned_s=5.0,
    )  # fmt: skip


def test_the_second_crash_or_hang_of_the_same_bytes_is_handed_on() -> None:
    told: list[tuple[str, str, Words]] = []
    breakages = Breakages(lambda origin, sha256, why: told.append((origin, sha256, why)))
    breakages.note(slot("a"), CRASHED)
    breakages.note(slot("b"), CRASHED)
    assert told == []
    breakages.note(slot("a"), HANGS)
    assert told == [("local", "a", HANGS)]


def test_a_hang_is_forgotten_once_the_file_has_played_to_its_end_and_a_crash_is_not() -> None:
    told: list[str] = []
    breakages = Breakages(lambda _, sha256, __: told.append(sha256))
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
    breakages = Breakages(lambda _, sha256, __: told.append(sha256))
    for _ in range(3):
        breakages.note(slot("a"), Words("不能播放", "cannot be shown"))
        breakages.note(slot(None), CRASHED)
    assert told == []


def test_a_local_file_that_breaks_workers_is_not_the_published_one_of_the_same_bytes() -> None:
    told: list[tuple[str, str]] = []
    breakages = Breakages(lambda origin, sha256, _: told.append((origin, sha256)))
    breakages.note(slot("a"), CRASHED)
    breakages.note(slot("a", publication=7), CRASHED)
    assert told == []
    breakages.note(slot("a"), CRASHED)
    assert told == [("local", "a")]
    breakages.note(slot("a", publication=8), HANGS)
    assert told == [("local", "a"), ("published", "a")]


def test_bytes_that_nobody_hashed_are_nobodys() -> None:
    told: list[str] = []
    breakages = Breakages(lambda _, sha256, __: told.append(sha256))
    nameless = slot("a")
    assert nameless.media is not None
    nameless = msgspec.structs.replace(nameless, media=msgspec.structs.replace(nameless.media, sha256=""))
    for _ in range(5):
        breakages.note(nameless, CRASHED)
    assert told == []


def test_a_flood_of_broken_files_forgets_the_oldest_only() -> None:
    told: list[str] = []
    breakages = Breakages(lambda _, sha256, __: told.append(sha256))
    for number in range(MOST_REMEMBERED - 1):
        breakages.note(slot(str(number)), CRASHED)
    breakages.note(slot("a", publication=1), CRASHED)
    breakages.note(slot("b"), CRASHED)
    breakages.note(slot("a", publication=1), CRASHED)
    assert told == ["a"]
