"""Counts are what the records say, by whatever is asked; what is missing stands beside them."""

import datetime as dt
from collections import Counter

import pytest

from tests.office.collecting.screens import DAWN, Ledger, event, play, publish

NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)


@pytest.fixture
def fleet(either: None) -> list[Ledger]:
    """Two screens in two villages, and one that stands nowhere."""
    from office.collecting.ledgers import Ledgers
    from office.models import Screen, Site, Village

    for number, (screen, kind) in enumerate((("sq-led", "square"), ("hotel-led", "hotel"))):
        village = Village.objects.create(name=f"村{number}")
        site = Site.objects.create(name=f"场所{number}", kind=kind, village=village)
        Screen.objects.create(id=screen, enrolled_at=DAWN, site=site)
    Screen.objects.create(id="new-led", enrolled_at=DAWN)
    publish(1, "sq-led")
    ledgers = [Ledger("sq-led"), Ledger("hotel-led"), Ledger("new-led")]
    for number in range(800):
        ledgers[0].append(play(number, publication=number % 2))
    for number in range(90):
        ledgers[1].append(play(number, outcome="cut", reason="restart", actual_ms=None, playlist="酒店"))
    ledgers[2].append(
        play(0, outcome="failed", actual_ms=0, media="", card="contact", title="网格员", clock="unsynced")
    )
    batches = [
        ledger.batch(first, min(first + 199, len(ledger.lines)))
        for ledger in ledgers
        for first in range(1, len(ledger.lines) + 1, 200)
    ]
    Ledgers().store(batches, NOW)
    return ledgers


def test_counts_by_every_key(fleet: list[Ledger]) -> None:
    from office.counting import BYS, Asked, By, counted

    def numbers(by: By) -> dict[str, int]:
        return {each.key: each.plays for each in counted(by, Asked())}

    assert numbers("screen") == {"sq-led": 800, "hotel-led": 90, "new-led": 1}
    assert numbers("site") == {"场所0": 800, "场所1": 90, "": 1}
    assert numbers("kind") == {"square": 800, "hotel": 90, "": 1}
    assert numbers("village") == {"村0": 800, "村1": 90, "": 1}
    assert numbers("publication") == {"0": 491, "1": 400}
    assert numbers("playlist") == {"六个一律": 400, "六个一律（未签名 unsigned）": 401, "酒店": 90}
    assert numbers("media") == {
        "-": 1, "posters/0.png": 133, "posters/1.png": 134, "posters/2.png": 133,
        "posters/0.png（未签名 unsigned）": 164, "posters/1.png（未签名 unsigned）": 163,
        "posters/2.png（未签名 unsigned）": 163,
    }  # fmt: skip
    assert numbers("day") == {"2026-06-06": 891}
    assert numbers("hour") == {"07:00": 360 + 90 + 1, "08:00": 360, "09:00": 80}
    assert numbers("outcome") == {"complete": 800, "cut": 90, "failed": 1}
    assert numbers("item")["六个一律 1 contact: 网格员"] == 1
    assert numbers("item")["六个一律 1 posters/0.png"] == 133, "what nobody signed is another line"
    for by in BYS:
        assert sum(numbers(by).values()) == 891, by


def test_a_count_tells_how_plays_ended_how_long_they_lasted_and_how_sure_their_time_is(fleet: list[Ledger]) -> None:
    from office.counting import Asked, Count, counted

    assert counted("screen", Asked()) == (
        Count("hotel-led", 90, 0, 90, 0, 0.0, unknown=90),
        Count("new-led", 1, 0, 0, 1, 0.0, unknown=1, undated=1),
        Count("sq-led", 800, 800, 0, 0, 8000.0, unknown=800),
    )


def test_what_is_asked_for_narrows_the_count(fleet: list[Ledger]) -> None:
    from office.counting import Asked, counted

    def number(asked: Asked) -> int:
        return sum(each.plays for each in counted("screen", asked))

    assert number(Asked(screen="hotel-led")) == 90
    assert number(Asked(publication=1)) == 400
    assert number(Asked(media="posters/2.png", screen="sq-led")) == 266
    assert number(Asked(first=dt.date(2026, 6, 6), last=dt.date(2026, 6, 6))) == 891
    assert number(Asked(first=dt.date(2026, 6, 7))) == 0
    assert number(Asked(last=dt.date(2026, 6, 5))) == 0


def test_the_plays_themselves_come_back_with_all_that_is_known(fleet: list[Ledger]) -> None:
    from office.counting import Asked, plays

    found = list(plays(Asked()))
    assert Counter(each["screen"] for each in found) == {"sq-led": 800, "hotel-led": 90, "new-led": 1}
    first = next(each for each in found if each["screen"] == "sq-led")
    assert (first["seq"], first["at"], first["media"]) == (1, "2026-06-06T07:00:00.000+08:00", "posters/0.png")


def test_what_is_missing_is_told_with_the_times_between_which_it_was_written(database: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, missing
    from office.models import Screen

    Screen.objects.create(id="sq-led", enrolled_at=DAWN, birth={"ledger": {"epoch": "0123456789abcdef", "last": 120}})
    ledger = Ledger("sq-led").filled(100)
    Ledgers().store([ledger.batch(1, 10), ledger.batch(21, 30, oldest=16), ledger.batch(41, 100, oldest=16)], NOW)
    found = missing(Asked())
    assert [(each.first, each.last, each.lost, each.records) for each in found] == [
        (11, 15, True, 5), (16, 20, False, 5), (31, 40, False, 10), (101, 120, False, 20),
    ]  # fmt: skip
    assert [each.after and each.after.strftime("%H:%M:%S") for each in found] == [
        "07:01:30", None, "07:04:50", "07:16:30",
    ]  # fmt: skip
    assert [each.before and each.before.strftime("%H:%M:%S") for each in found] == [None, "07:03:20", "07:06:40", None]
    assert found[0].words.en == "sq-led: records 11–15 are lost (2026-06-06 07:01 – ?)"
    assert found[2].words.zh == "sq-led：台账第 31–40 条还没有收到（2026-06-06 07:04 – 2026-06-06 07:06）"
    assert missing(Asked(screen="hotel-led")) == ()
    assert [each.first for each in missing(Asked(first=dt.date(2026, 6, 7)))] == [11, 101]
    assert [each.first for each in missing(Asked(last=dt.date(2026, 6, 5)))] == [16]


def test_records_that_a_players_disk_did_not_take_are_missing_too(database: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, missing
    from office.models import Screen

    Screen.objects.create(id="sq-led", enrolled_at=DAWN)
    ledger = Ledger("sq-led")
    times = {"from": "2026-06-06T07:00:00.000+08:00", "to": "2026-06-06T09:00:00.000+08:00"}
    ledger.append(event("lost", records=12, **times))
    Ledgers().store([ledger.batch(1, 1)], NOW)
    [found] = missing(Asked())
    assert (found.records, found.lost, found.after and found.after.isoformat()) == (
        12,
        True,
        "2026-06-06T07:00:00+08:00",
    )
    assert found.words.zh == "sq-led：12 条没能写入磁盘已丢失（2026-06-06 07:00 – 2026-06-06 09:00）"


NO_WORDS = [b"5", b"null", b'["play"]', b'{"play":1}', b"true", b"9" * 400]


@pytest.mark.parametrize("kind", NO_WORDS, ids=["number", "null", "list", "object", "truth", "four hundred digits"])
def test_a_record_whose_kind_is_no_word_beside_a_gap_spoils_nobodys_counts(kind: bytes, either: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, counted, missing
    from office.models import Alarm, Screen

    Screen.objects.bulk_create([Screen(id="sq-led", enrolled_at=DAWN), Screen(id="bad-led", enrolled_at=DAWN)])
    bad = Ledger("bad-led").filled(3)
    bad.append_text(b'{"at":"2026-06-06T07:00:00+08:00","kind":' + kind + b',"seq":4}')
    bad.filled(4)
    bad.append_text(b'{"kind":' + kind + b',"seq":9}')
    Ledgers().store([bad.batch(1, 4), bad.batch(9, 9), Ledger("sq-led").filled(5).batch(1, 5)], NOW)
    assert [(each.screen, each.first, each.last) for each in missing(Asked())] == [("bad-led", 5, 8)]
    assert {each.key: each.plays for each in counted("screen", Asked())} == {"bad-led": 3, "sq-led": 5}
    assert Alarm.objects.values_list("screen_id", "kind").get() == ("bad-led", "odd")


def test_times_on_the_screen_whose_sum_no_database_holds_are_not_counted(either: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, Count, counted
    from office.models import LedgerRecord, Screen

    Screen.objects.bulk_create([Screen(id="sq-led", enrolled_at=DAWN), Screen(id="bad-led", enrolled_at=DAWN)])
    bad = Ledger("bad-led")
    for number in range(1100):
        bad.append(play(number, actual_ms=2**53))
    batches = [bad.batch(first, min(first + 199, 1100)) for first in range(1, 1101, 200)]
    Ledgers().store([*batches, Ledger("sq-led").filled(5).batch(1, 5)], NOW)
    assert LedgerRecord.objects.count() == 1105, "they are evidence"
    assert counted("kind", Asked()) == (Count("", 5, 5, 0, 0, 50.0, unknown=5),)


@pytest.mark.parametrize(
    "details",
    [
        {"records": "x"},
        {"records": True},
        {"records": -5},
        {"from": 7, "to": None},
        {"from": "0001-01-01T00:00:00+23:59", "to": "9999-12-31T23:59:59-23:59"},
    ],
)
def test_a_loss_that_is_told_in_strange_words_is_a_loss_of_nobody_knows_how_many(
    details: dict[str, object], either: None
) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, missing
    from office.models import Screen

    Screen.objects.create(id="sq-led", enrolled_at=DAWN)
    ledger = Ledger("sq-led")
    ledger.append(event("lost", **details))
    Ledgers().store([ledger.batch(1, 1)], NOW)
    for asked in (Asked(), Asked(first=dt.date(2026, 6, 6), last=dt.date(2026, 6, 6))):
        [found] = missing(asked)
        assert (found.screen, found.records, found.lost) == ("sq-led", None, True)
        assert "若干" in found.words.zh


def test_media_are_counted_by_their_bytes_and_what_nobody_signed_apart(either: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, counted, plays
    from office.models import Screen

    Screen.objects.create(id="sq-led", enrolled_at=DAWN)
    publish(7, "sq-led")
    signed, other = f"{1:064x}", "e" * 64
    ledger = Ledger("sq-led")
    for told in (
        {"publication": 7},
        {"publication": 7, "media": "posters/again.png"},
        {"publication": 0},
        {"publication": 0, "sha256": other},
        {"publication": 7, "sha256": other},
    ):
        ledger.append(play(len(ledger.lines), **{"media": "posters/1.png", "sha256": signed, "item": 1, **told}))
    Ledgers().store([ledger.batch(1, 5)], NOW)
    found = {(each.key, each.signed, each.sha256): (each.plays, each.doubtful) for each in counted("media", Asked())}
    assert found == {
        ("posters/1.png、posters/again.png", True, signed): (2, 0),
        (f"posters/1.png #{signed[:8]}", False, signed): (1, 0),
        ("posters/1.png #eeeeeeee", False, other): (1, 1),
    }
    by_item = {each.key: each.plays for each in counted("item", Asked())}
    assert by_item["六个一律 1 posters/1.png"] == 1
    assert by_item["六个一律 1 posters/1.png（未签名 unsigned）"] == 2
    assert [each["signed"] for each in plays(Asked())] == [True, True, False, False, False]


def test_a_count_says_how_many_plays_were_seen_were_not_and_nobody_knows(either: None) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, added_up, counted, plays
    from office.models import Screen

    Screen.objects.create(id="sq-led", enrolled_at=DAWN)
    ledger = Ledger("sq-led")
    words = ["seen", "seen", "seen", "dark", "covered", "no-display", "headless", "unknown", "unknown"]
    for word in words:
        ledger.append(play(len(ledger.lines), presented=word))
    ledger.append(play(9))
    Ledgers().store([ledger.batch(1, 10)], NOW)
    [found] = counted("screen", Asked())
    assert (found.plays, found.seen, found.unseen, found.unknown) == (10, 3, 4, 3)
    assert [each["presented"] for each in plays(Asked())] == [*words, "unknown"]
    assert added_up([found, found]).unseen == 8
