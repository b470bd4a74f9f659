"""A slot lasts and looks as its item asks."""

import pytest

from signage.playlist import Item
from signage.rotation import Rotation, next_slot
from signage.slot import Card, Slot
from tests.signage.programs import at, medium, playlist, program

MEDIA = (
    medium("a.png"),
    medium("loop.gif", duration_s=2.0),
    medium("clip.mp4", "video", 61.5),
    medium("odd.mp4", "video", 0.0),
    medium("blip.mp4", "video", 0.04),
    medium("voice.mp3", "audio", 95.25),
)


def shown(**item) -> Slot:
    one = playlist("list", title="平安播报", dwell_s=15.0, volume=60, items=(Item(number=1, **item),))
    return next_slot(program(one, media=MEDIA), "main", Rotation(), at("2026-06-05 12:00"))[0]


@pytest.mark.parametrize(
    ("item", "kind", "planned_s"),
    [
        ({"media": "a.png"}, "image", 15.0),
        ({"media": "a.png", "dwell_s": 8.0}, "image", 8.0),
        ({"media": "loop.gif"}, "image", 15.0),
        ({"media": "clip.mp4"}, "video", 61.5),
        ({"media": "clip.mp4", "dwell_s": 20.0}, "video", 20.0),
        ({"media": "odd.mp4"}, "video", 15.0),
        ({"media": "blip.mp4"}, "video", 0.5),
        ({"media": "voice.mp3"}, "audio", 95.25),
        ({"card": "slogan", "text": "x"}, "card", 15.0),
        ({"card": "slogan", "text": "x", "dwell_s": 0.1}, "card", 0.5),
        ({"ticker": True, "text": "反诈" * 33, "chars_per_min": 70.0}, "ticker", 60.0),
    ],
)
def test_slot_lasts_as_long_as_its_kind_asks(item: dict, kind: str, planned_s: float) -> None:
    slot = shown(**item)
    assert (slot.kind, slot.planned_s) == (kind, pytest.approx(planned_s))


def test_playlists_look_holds_unless_the_item_has_its_own() -> None:
    slot = shown(media="a.png")
    assert (slot.fit, slot.transition, slot.volume) == ("contain", "fade", 60)
    assert (
        shown(media="a.png", fit="cover", transition="cut").fit,
        shown(media="a.png", transition="cut").transition,
    ) == (
        "cover",
        "cut",
    )


def test_card_and_ticker_carry_the_sites_words() -> None:
    card = shown(card="contact", title="{village}", text="{phone}", footer="{screen_title}", qr="tel:{phone}").card
    assert card == Card(template="contact", title="石桥村", text="110", footer="文化广场", qr="tel:110")
    assert shown(ticker=True, text="{village} 96110").strip.text == "石桥村 96110"


def test_audio_shows_its_picture_or_its_card_or_the_playlists_title() -> None:
    pictured = shown(media="voice.mp3", picture="a.png", card="slogan")
    assert (pictured.picture.name, pictured.card) == ("a.png", None)
    assert shown(media="voice.mp3", card="slogan", text="x").card == Card(template="slogan", text="x")
    assert shown(media="voice.mp3").card == Card(template="broadcast", title="平安播报")
    for nothing_to_see in ("gone.png", "clip.mp4"):
        assert shown(media="voice.mp3", picture=nothing_to_see).card == Card(template="broadcast", title="平安播报")
