"""Slots follow each other on a zone without a moment of nothing."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

import pytest

from player.decode.protocol import ShowCard, ShowFile, Target
from player.stage.picture_run import MOST_SKIPPED
from player.stage.stage import Began, Broke, Done, ShownFrame, Stage, StageEvent
from signage.errors import Words
from signage.layout import Box, Rotate, Transition, Zone
from signage.media import Media, MediaFacts, MediaKind
from signage.slot import Card, Slot
from tests.fakes import FakeDecoder, FakeScreen, FakeSound, colour_of

AT = dt.datetime(2026, 8, 5, 8, tzinfo=dt.UTC)
BAD = Words(zh="坏文件", en="bad file")
MAIN = (Zone(name="main", box=Box(0, 0, 16, 8)),)


def media(name: str, kind: MediaKind, duration_s: float = 0.0, *, sound: bool = False) -> Media:
    rate = 25.0 if kind == "video" else 0.0
    facts = MediaFacts(kind=kind, duration_s=duration_s, has_sound=sound, frame_rate=rate)
    return Media(name=name, path=name, sha256="", size_bytes=1, facts=facts)


def picture(number: int, name: str, planned_s: float = 2.0, transition: Transition = "cut", zone: str = "main") -> Slot:
    return Slot(
        number=number,
        zone=zone,
        rank="normal",
        playlist="p",
        item=1,
        kind="image",
        media=media(name, "image"),
        starts_at=AT,
        planned_s=planned_s,
        transition=transition,
    )


def video(number: int, name: str, planned_s: float = 2.0, *, sound: bool = False, muted: bool = False) -> Slot:
    return Slot(
        number=number,
        zone="main",
        rank="normal",
        playlist="p",
        item=1,
        kind="video",
        media=media(name, "video", planned_s, sound=sound),
        starts_at=AT,
        planned_s=planned_s,
        transition="cut",
        muted=muted,
        volume=60,
    )


def audio(number: int, name: str, planned_s: float = 2.0, *, muted: bool = False) -> Slot:
    return Slot(
        number=number,
        zone="main",
        rank="broadcast",
        playlist="p",
        item=1,
        kind="audio",
        media=media(name, "audio", planned_s, sound=True),
        card=Card(template="broadcast", title="广播"),
        starts_at=AT,
        planned_s=planned_s,
        transition="cut",
        muted=muted,
    )


class House:
    """A stage with fakes around it, and a clock that a test moves."""

    def __init__(
        self, zones: tuple[Zone, ...] = MAIN, *, rotate: Rotate = 0, sound: bool = True, lead_s: float = 0.0
    ) -> None:
        width = max(zone.box.x + zone.box.width for zone in zones)
        height = max(zone.box.y + zone.box.height for zone in zones)
        self.screen = FakeScreen(*((width, height) if rotate in (0, 180) else (height, width)))
        self.sound = FakeSound(sound, lead_s)
        self.decoders: list[FakeDecoder] = []
        self.held = False
        self.stage = Stage(
            self.screen,
            self.sound,
            zones=zones,
            canvas=(width, height),
            rotate=rotate,
            decoder_factory=self.decoder,
        )
        self.now = 100.0
        self.events: list[StageEvent] = []
        self.shown: list[ShownFrame] = []

    def decoder(self, target: Target, want_sound: bool) -> FakeDecoder:
        made = FakeDecoder(target, want_sound)
        made.held = self.held
        self.decoders.append(made)
        return made

    def until(self, now: float) -> int:
        """Runs as the loop does, waking when the stage wants it; gives how often it woke."""
        woken = 0
        while True:
            woken += 1
            self.events += self.stage.poll(self.now)
            presented = self.stage.present(self.now)
            self.shown += presented.shown
            due = presented.next_due
            if due is None or due > now:
                self.now = now
                self.events += self.stage.poll(now)
                return woken
            self.now = max(due, self.now + 1e-5)

    def at(self, x: int, y: int) -> str:
        """Names the picture at a pixel."""
        seen = self.screen.pixel(x, y)
        names = ("a.png", "b.png", "c.png", "broadcast 广播")
        return next((name for name in names if colour_of(name) == seen), str(seen))


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.stage.close()
    assert all(decoder.closed for decoder in made.decoders)


def test_a_picture_begins_with_its_first_frame_and_is_done_after_its_dwell(house: House) -> None:
    house.stage.start(picture(1, "a.png", planned_s=2.0), house.now)
    house.until(103.0)
    assert house.events == [Began("main", 1, 100.0), Done("main", 1, 1, 0, pytest.approx(2.0, abs=0.002), cut=False)]
    assert house.at(3, 3) == "a.png"


def test_a_still_picture_sleeps_until_its_dwell_is_over_and_keeps_no_decoder(house: House) -> None:
    house.stage.start(picture(1, "a.png", planned_s=3600.0), house.now)
    assert house.until(3000.0) <= 3
    house.stage.prepare(picture(2, "b.png"))
    assert len(house.decoders) == 1, "the picture on the screen needs none"


def test_the_old_picture_stays_until_the_first_frame_of_the_next_is_there(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    house.until(102.1)
    house.decoders[0].held = True
    house.stage.start(picture(2, "b.png"), house.now)
    house.until(104.0)
    assert house.at(3, 3) == "a.png"
    house.decoders[0].let_go()
    house.until(104.1)
    assert house.at(3, 3) == "b.png"
    assert isinstance(house.events[-1], Began)
    assert house.shown[-1].late_ms == pytest.approx(1900.0, abs=50.0)


def test_what_is_prepared_goes_on_in_the_same_moment(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    house.stage.prepare(picture(2, "b.png"))
    house.stage.prepare(picture(2, "b.png"))
    house.until(102.0)
    house.stage.start(picture(2, "b.png"), house.now)
    house.until(102.0)
    assert house.events[-1] == Began("main", 2, 102.0)
    assert [len(d.asked) for d in house.decoders] == [1, 1], "prepared once"


def test_another_preparation_takes_the_place_of_the_first(house: House) -> None:
    house.stage.prepare(picture(2, "b.png"))
    house.stage.prepare(picture(3, "c.png"))
    house.stage.start(picture(3, "c.png"), house.now)
    house.until(100.1)
    assert house.at(0, 0) == "c.png"
    assert len(house.decoders) == 1


def test_a_cut_slot_says_so_with_what_was_shown_of_it(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 10.0), house.now)
    house.until(101.0)
    house.stage.start(picture(2, "b.png"), house.now)
    house.until(101.0)
    done = next(e for e in house.events if isinstance(e, Done))
    assert done.cut
    assert done.frames in (25, 26)
    assert done.ended_s == pytest.approx(1.0)
    assert house.at(0, 0) == "b.png"


def test_a_video_shows_every_frame_at_its_time(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 2.0), house.now)
    house.until(102.5)
    assert [f.frame for f in house.shown] == list(range(50))
    for frame in house.shown:
        assert frame.due == pytest.approx(100.0 + frame.frame / 25.0)
        assert frame.late_ms < 2.0
    assert house.events[-1] == Done("main", 1, 50, 0, pytest.approx(2.0, abs=0.002), cut=False)


def test_frames_that_come_too_late_are_dropped_and_counted(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 2.0), house.now)
    house.until(100.5)
    house.now = 100.7
    house.until(102.5)
    done = house.events[-1]
    assert isinstance(done, Done)
    assert done.late in (4, 5)
    assert done.frames + done.late == 50


def test_a_decoder_that_is_always_late_still_moves_the_picture(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 10.0), house.now)
    house.until(100.1)
    before = len(house.shown)
    for step in range(8):
        house.now = 101.0 + step
        house.stage.present(house.now)
        house.shown += house.stage.present(house.now).shown
    assert len(house.shown) > before


def test_late_frames_without_end_hold_up_nobody(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 10.0), house.now)
    house.until(100.3)
    decoder, released = house.decoders[0], list[int]()
    late = decoder.frame()
    decoder.frame = lambda: late  # type: ignore[method-assign]
    decoder.release = lambda: released.append(1)  # type: ignore[method-assign]
    house.stage.present(house.now + 0.2)
    assert 0 < len(released) <= MOST_SKIPPED


def test_a_last_frame_that_stays_long_keeps_the_slot_for_its_time(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 5.0), house.now)
    house.until(101.0)
    decoder = house.decoders[0]
    decoder._work, decoder.state = None, "ended"
    house.until(104.9)
    assert not any(isinstance(event, Done) for event in house.events)
    house.until(105.1)
    done = house.events[-1]
    assert isinstance(done, Done)
    assert not done.cut
    assert done.ended_s == pytest.approx(5.0, abs=0.02)


def test_a_slot_that_breaks_says_why_and_the_old_picture_stays(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    house.until(101.0)
    house.held = True
    house.stage.prepare(picture(2, "b.png"))
    house.decoders[0].fail(BAD)
    house.until(101.1)
    assert house.events[-1] == Broke("main", 2, BAD)
    assert house.at(0, 0) == "a.png"


def test_a_video_whose_decoder_dies_leaves_its_last_picture(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 5.0), house.now)
    house.until(101.0)
    before = house.screen.row(0)
    house.decoders[0].fail(BAD)
    house.until(101.5)
    broke = house.events[-1]
    assert isinstance(broke, Broke)
    assert broke.why == BAD
    assert broke.frames >= 25
    assert house.screen.row(0) == before


def test_a_first_frame_that_never_comes_is_given_up(house: House) -> None:
    house.held = True
    house.stage.start(picture(1, "a.png"), house.now)
    house.until(131.0)
    assert isinstance(house.events[-1], Broke)


def test_a_frame_of_the_wrong_size_is_not_drawn(house: House) -> None:
    house.held = True
    house.stage.start(picture(1, "a.png"), house.now)
    house.decoders[0].target = Target(width_px=4, height_px=4)
    house.decoders[0].let_go()
    house.until(100.5)
    assert any(isinstance(event, Broke) for event in house.events)
    assert house.screen.pixel(0, 0) == (0, 0, 0)


def test_a_video_with_sound_sounds_at_its_volume_and_its_picture_follows_the_sound(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 2.0, sound=True), house.now)
    house.until(100.5)
    assert house.sound.begun == [("main", 60)]
    request = house.decoders[0].asked[0]
    assert isinstance(request, ShowFile)
    assert request.sound
    house.until(102.5)
    assert house.events[-1] == Done("main", 1, 50, 0, pytest.approx(2.0, abs=0.002), cut=False, heard="heard")
    assert not house.sound.sounding("main")


@pytest.fixture
def late_ear() -> Iterator[House]:
    """A stage whose sound is heard 32 ms after it begins, as with a mixer of 1024 samples."""
    made = House(lead_s=0.032)
    yield made
    made.stage.close()


@pytest.mark.parametrize("first", [picture(1, "a.png", 2.0), video(1, "v.mp4", 2.0, sound=True)], ids=["still", "film"])
def test_the_sound_of_the_next_film_begins_early_so_that_no_picture_stands_too_long(
    late_ear: House, first: Slot
) -> None:
    house = late_ear
    house.stage.start(first, house.now)
    house.until(100.5)
    house.stage.prepare(video(2, "v.mp4", 2.0, sound=True))
    while not any(isinstance(event, Done) for event in house.events):
        house.until(house.now + 0.001)
    assert house.events[-1].frames == (1 if first.kind == "image" else 50), "every picture was shown"
    house.stage.start(video(2, "v.mp4", 2.0, sound=True), house.now)
    house.until(house.now + 2.5)
    at = [shown.due + shown.late_ms / 1000 for shown in house.shown][-51:]
    gaps = [b - a for a, b in pairwise(at)][(first.kind == "image") :]
    assert max(gaps) < 0.048, "a picture of 40 ms stands no longer than that and one look"
    began = next(event.now for event in house.events if isinstance(event, Began) and event.number == 2)
    assert began == pytest.approx(at[-50], abs=1e-6)
    over = 102.0 + (0.032 if first.kind == "video" else 0.0)
    assert began == pytest.approx(over, abs=0.008)


def test_a_sound_that_began_for_a_slot_that_is_given_up_stops(late_ear: House) -> None:
    house = late_ear
    house.stage.start(video(1, "v.mp4", 2.0, sound=True), house.now)
    house.until(100.01)
    assert house.sound.sounding("main")
    assert not house.shown
    house.held = True
    house.stage.start(picture(2, "a.png"), house.now)
    assert not house.sound.sounding("main")


def test_a_video_waits_when_its_sound_stands_still(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 2.0, sound=True), house.now)
    house.until(100.5)
    house.decoders[0]._pcm_left = 0
    house.decoders[0].ring_limit = -1
    house.until(101.5)
    assert house.shown[-1].frame <= 18, "0.5 s and the 0.2 s that were in the device"


def test_a_muted_video_asks_for_no_sound(house: House) -> None:
    house.stage.start(video(1, "v.mp4", 2.0, sound=True, muted=True), house.now)
    house.until(102.5)
    assert house.sound.begun == []
    assert house.events[-1] == Done("main", 1, 50, 0, pytest.approx(2.0, abs=0.002), cut=False)


def test_an_audio_slot_shows_its_card_while_it_sounds(house: House) -> None:
    house.stage.start(audio(1, "s.mp3"), house.now)
    house.until(100.1)
    assert house.sound.begun == [("main", 100)]
    assert {type(request) for d in house.decoders for request in d.asked} == {ShowCard, ShowFile}
    house.until(102.5)
    assert house.events == [
        Began("main", 1, 100.0),
        Done("main", 1, 1, 0, pytest.approx(2.0, abs=0.002), cut=False, heard="heard"),
    ]
    assert house.at(0, 0) == "broadcast 广播"


def test_a_sound_is_expected_when_it_is_prepared_and_begins_with_the_rank_of_its_slot(house: House) -> None:
    house.stage.prepare(audio(1, "s.mp3"))
    assert (house.sound.expected, house.sound.ranks) == (1, [])
    house.stage.start(audio(1, "s.mp3"), house.now)
    house.until(100.5)
    house.stage.start(video(2, "v.mp4", sound=True), house.now)
    house.until(101.0)
    assert house.sound.ranks == ["broadcast", "normal"]


def test_an_audio_slot_begins_when_both_its_card_and_its_sound_are_there(house: House) -> None:
    house.held = True
    house.stage.start(audio(1, "s.mp3"), house.now)
    card, sound = house.decoders
    card.let_go()
    house.until(100.5)
    assert house.events == []
    sound.let_go()
    house.until(100.6)
    assert [type(event) for event in house.events] == [Began]


@pytest.mark.parametrize("why", ["muted", "no device"])
def test_an_audio_slot_without_sound_shows_its_card_for_its_time(why: str) -> None:
    house = House(sound=why != "no device")
    house.stage.start(audio(1, "s.mp3", muted=why == "muted"), house.now)
    house.until(102.5)
    assert [type(request) for d in house.decoders for request in d.asked] == [ShowCard]
    assert house.events[-1] == Done("main", 1, 1, 0, pytest.approx(2.0, abs=0.002), cut=False)


def test_the_sound_of_a_cut_slot_stops_at_once(house: House) -> None:
    house.stage.start(audio(1, "s.mp3", 60.0), house.now)
    house.until(101.0)
    house.held = True
    house.stage.start(picture(2, "a.png"), house.now)
    assert not house.sound.sounding("main")


def test_a_fade_mixes_both_pictures_and_makes_no_sheet_while_it_runs(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    house.stage.prepare(picture(2, "b.png", transition="fade"))
    house.until(102.0)
    sheets = house.screen.sheets_made
    house.stage.start(picture(2, "b.png", transition="fade"), house.now)
    house.until(102.3)
    old, new, seen = colour_of("a.png"), colour_of("b.png"), house.screen.pixel(5, 5)
    for low, high, mixed in zip(old, new, seen, strict=True):
        assert mixed == pytest.approx((low + high) / 2, abs=8)
    house.until(102.7)
    assert house.at(5, 5) == "b.png"
    assert house.screen.sheets_made == sheets == 2


def test_a_slide_brings_the_new_picture_from_the_right(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    house.until(102.0)
    house.stage.start(picture(2, "b.png", transition="slide"), house.now)
    house.until(102.3)
    assert (house.at(0, 0), house.at(15, 0)) == ("a.png", "b.png")
    house.until(102.7)
    assert (house.at(0, 0), house.at(15, 0)) == ("b.png", "b.png")


def test_a_video_moves_while_it_fades_in(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    house.until(102.0)
    slot = video(2, "v.mp4", 5.0)
    house.stage.start(Slot(**{f: getattr(slot, f) for f in slot.__struct_fields__} | {"transition": "fade"}), house.now)
    house.until(102.5)
    assert len([f for f in house.shown if f.number == 2]) in (12, 13)


def test_the_very_first_picture_is_there_at_once_whatever_its_transition(house: House) -> None:
    house.stage.start(picture(1, "a.png", transition="fade"), house.now)
    house.stage.present(house.now)
    assert house.at(5, 5) == "a.png"


def test_only_zones_that_changed_are_flipped() -> None:
    zones = (Zone(name="main", box=Box(0, 0, 16, 8)), Zone(name="side", box=Box(16, 0, 8, 8)))
    house = House(zones)
    house.stage.start(picture(1, "a.png", zone="side"), house.now)
    house.screen.flips.clear()
    house.until(100.1)
    assert house.screen.flips == [(Box(16, 0, 8, 8),)]
    assert house.at(20, 4) == "a.png"
    assert house.screen.pixel(4, 4) == (0, 0, 0)


@pytest.mark.parametrize(("rotate", "corner"), [(0, (0, 0)), (90, (7, 0)), (180, (23, 7)), (270, (0, 23))])
def test_a_zone_stands_where_a_person_expects_it_on_a_turned_screen(rotate: Rotate, corner: tuple[int, int]) -> None:
    zones = (Zone(name="main", box=Box(0, 0, 16, 8)), Zone(name="side", box=Box(16, 0, 8, 8)))
    house = House(zones, rotate=rotate)
    house.stage.start(picture(1, "a.png"), house.now)
    house.stage.start(picture(1, "b.png", zone="side"), house.now)
    house.until(100.1)
    assert house.at(*corner) == "a.png", "the upper left corner for a person in front of it"
    everything = [house.at(x, y) for x in range(house.screen.size[0]) for y in range(house.screen.size[1])]
    assert everything.count("a.png") == 16 * 8
    assert everything.count("b.png") == 8 * 8


def test_pictures_one_after_the_other_make_no_more_than_two_decoders(house: House) -> None:
    house.stage.start(picture(1, "a.png"), house.now)
    for number in range(2, 40):
        house.stage.prepare(video(number, "v.mp4", 2.0) if number % 2 else picture(number, "b.png"))
        house.until(house.now + 2.2)
        house.stage.start(video(number, "v.mp4", 2.0) if number % 2 else picture(number, "b.png"), house.now)
    assert len(house.decoders) == 2
