"""Video and sound through a real worker: right colours, right times, in step."""

import pytest

from player.decode.files.openfile import opened
from player.decode.moving.video import _Rounds
from player.decode.protocol import ShowFile, Target
from signage.media import MediaFacts
from tests.samples.make_media import GREY, QUADRANTS, SOUNDS, TONE_AT_S, VIDEOS
from tests.samples.showing import Shot, Shown, Viewer, loud, near

pytestmark = pytest.mark.slow

WITH_SOUND = [name for name, video in VIDEOS.items() if video.sound]
COLOURED = [n for n, v in VIDEOS.items() if not (v.turn or v.mirrored or v.pixel_aspect)]


def show(viewer: Viewer, path: str, facts: MediaFacts, duration_s: float = 0.0, **options: object) -> Shown:
    start_s = options.pop("start_s", 0.0)
    size = {"width_px": viewer.target.width_px, "height_px": viewer.target.height_px}
    shown = viewer.show(
        ShowFile(
            request=1,
            path=path,
            kind=facts.kind,
            target=Target(**(size | options)),
            duration_s=duration_s or facts.duration_s,
            loop_s=facts.duration_s,
            start_s=start_s,
            sound=facts.has_sound,
        )
    )
    assert shown.state == "ended", shown.why
    return shown


def facts_of(prober, path: str) -> MediaFacts:
    facts = prober.probe(path)
    assert isinstance(facts, MediaFacts), facts
    return facts


def turns_grey(frames: list[Shot]) -> float:
    return next(shot.pts_s for shot in frames if near(shot.at(0.25, 0.25), GREY))


@pytest.mark.parametrize("name", COLOURED)
def test_a_video_shows_its_colours_and_all_its_frames(flat, prober, media, name):
    facts, video = facts_of(prober, media(name)), VIDEOS[name]
    assert (facts.kind, facts.width_px, facts.height_px) == ("video", *video.size)
    assert facts.duration_s == pytest.approx(video.seconds, abs=0.05)
    assert facts.has_sound == bool(video.sound)
    shown = show(flat, media(name), facts)
    assert len(shown.frames) == round(video.seconds * video.rate)
    assert facts.frame_rate == pytest.approx(video.rate, rel=0.05)
    for seen, wanted in zip(shown.frames[0].quarters, QUADRANTS, strict=True):
        assert near(seen, wanted), (seen, wanted)
    times = [shot.pts_s for shot in shown.frames]
    assert times == sorted(set(times))
    assert times[0] == 0.0
    assert [shot.last for shot in shown.frames] == [False] * (len(times) - 1) + [True]


def test_a_film_on_a_much_smaller_zone_keeps_its_colours_and_all_its_frames(flat, prober, media):
    facts = facts_of(prober, media("h264.mp4"))
    shown = show(flat, media("h264.mp4"), facts, width_px=40, height_px=24)
    assert len(shown.frames) == round(VIDEOS["h264.mp4"].seconds * VIDEOS["h264.mp4"].rate)
    for shot in (shown.frames[0], shown.frames[5]):
        for seen, wanted in zip(shot.quarters, QUADRANTS, strict=True):
            assert near(seen, wanted), (seen, wanted)


@pytest.mark.parametrize("name", WITH_SOUND)
def test_sound_comes_with_its_picture(flat, prober, media, name):
    facts = facts_of(prober, media(name))
    shown = show(flat, media(name), facts)
    assert shown.has_sound
    assert len(shown.pcm) == round(facts.duration_s * 48_000) * 4
    onset_s = next(n for n in range(0, 1000) if loud(shown.pcm, n / 1000, (n + 1) / 1000) > 0.3) / 1000
    assert onset_s == pytest.approx(TONE_AT_S, abs=0.035)
    assert onset_s == pytest.approx(turns_grey(shown.frames), abs=0.04)


@pytest.mark.parametrize("name", ["short.mp4", "h264.ts", "vp9.webm", "mpeg4.avi"])
def test_a_loop_stays_in_step_with_its_sound(flat, prober, media, name):
    facts = facts_of(prober, media(name))
    round_s = facts.duration_s
    shown = show(flat, media(name), facts, duration_s=3.3 * round_s)
    assert len(shown.pcm) == round(3.3 * round_s * 48_000) * 4
    assert max(shot.pts_s for shot in shown.frames) == pytest.approx(3.3 * round_s, abs=0.09)
    steps = [b.pts_s - a.pts_s for a, b in zip(shown.frames, shown.frames[1:], strict=False)]
    assert max(steps) < 0.09
    first = turns_grey(shown.frames)
    for number in range(3):
        part = [shot for shot in shown.frames if shot.pts_s >= number * round_s - 1e-3]
        begins_s = turns_grey(part)
        assert begins_s == pytest.approx(number * round_s + first, abs=0.045)
        assert loud(shown.pcm, number * round_s + 0.02, begins_s - 0.06) < 0.05
        assert loud(shown.pcm, begins_s + 0.05, (number + 1) * round_s - 0.03) > 0.8


def test_a_video_is_cut_at_the_end_of_its_time(flat, prober, media):
    shown = show(flat, media("h264.mp4"), facts_of(prober, media("h264.mp4")), duration_s=0.3)
    assert [round(shot.pts_s, 3) for shot in shown.frames] == [n * 0.04 for n in range(8)]
    assert len(shown.pcm) == round(0.3 * 48_000) * 4


def test_a_video_can_begin_in_its_midst(flat, prober, media):
    facts = facts_of(prober, media("h264.mkv"))
    shown = show(flat, media("h264.mkv"), facts, duration_s=0.4, start_s=0.2)
    assert len(shown.frames) == 10
    assert turns_grey(shown.frames) == pytest.approx(0.2, abs=0.041)
    assert loud(shown.pcm, 0.0, 0.17) < 0.05
    assert loud(shown.pcm, 0.24, 0.4) > 0.8


TURNED = {"turned-90.mp4": (2, 0, 3, 1), "turned-180.mp4": (3, 2, 1, 0), "turned-270.mov": (1, 3, 0, 2)}


@pytest.mark.parametrize(("name", "order"), TURNED.items())
def test_a_telephone_was_held_as_the_file_says(request, prober, media, name, order):
    facts = facts_of(prober, media(name))
    viewer = request.getfixturevalue("flat" if "180" in name else "tall")
    assert (facts.width_px, facts.height_px) == (viewer.target.width_px, viewer.target.height_px)
    shot = show(viewer, media(name), facts).frames[0]
    for seen, number in zip(shot.quarters, order, strict=True):
        assert near(seen, QUADRANTS[number])
    assert near(shot.at(0.02, 0.02), QUADRANTS[order[0]])


def test_a_mirrored_video_is_mirrored(flat, prober, media):
    shot = show(flat, media("mirrored.mp4"), facts_of(prober, media("mirrored.mp4"))).frames[0]
    for seen, number in zip(shot.quarters, (1, 0, 3, 2), strict=True):
        assert near(seen, QUADRANTS[number])


@pytest.mark.parametrize(("rotate", "order"), [(90, (2, 0, 3, 1)), (180, (3, 2, 1, 0)), (270, (1, 3, 0, 2))])
def test_a_turned_screen_gets_turned_frames(flat, prober, media, rotate, order):
    shot = show(flat, media("silent.mp4"), facts_of(prober, media("silent.mp4")), rotate=rotate).frames[0]
    assert (shot.width, shot.height) == ((160, 96) if rotate == 180 else (96, 160))
    for seen, number in zip(shot.quarters, order, strict=True):
        assert near(seen, QUADRANTS[number])


def test_wide_pixels_are_shown_wide(flat, prober, media):
    facts = facts_of(prober, media("anamorphic.mp4"))
    assert (facts.width_px, facts.height_px) == (320, 96)
    shot = show(flat, media("anamorphic.mp4"), facts, background="#204060").frames[0]
    assert shot.at(0.5, 0.1) == shot.at(0.5, 0.9) == (0x20, 0x40, 0x60)
    assert near(shot.at(0.02, 0.27), QUADRANTS[0], 20)


def test_margins_are_painted_in_every_slot_of_the_ring(tall, prober, media):
    facts = facts_of(prober, media("silent.mp4"))
    show(tall, media("silent.mp4"), facts, fit="stretch")
    shown = show(tall, media("silent.mp4"), facts, background="#204060")
    assert {shot.at(0.5, 0.05) for shot in shown.frames} == {(0x20, 0x40, 0x60)}
    assert {shot.at(0.5, 0.95) for shot in shown.frames} == {(0x20, 0x40, 0x60)}
    assert near(shown.frames[-1].at(0.02, 0.4), QUADRANTS[0], 20)


def test_cover_fills_the_zone_from_the_middle_of_the_video(tall, prober, media):
    shot = show(tall, media("silent.mp4"), facts_of(prober, media("silent.mp4")), fit="cover").frames[0]
    for seen, wanted in zip(shot.quarters, QUADRANTS, strict=True):
        assert near(seen, wanted, 20)
    assert near(shot.at(0.02, 0.02), QUADRANTS[0], 20)


@pytest.mark.parametrize("name", SOUNDS)
def test_every_kind_of_sound_is_heard_whole(flat, prober, media, name):
    facts = facts_of(prober, media(name))
    assert (facts.kind, facts.has_sound, facts.width_px) == ("audio", True, 0)
    assert facts.duration_s == pytest.approx(1.0, abs=0.03)
    shown = show(flat, media(name), facts, duration_s=2.5)
    assert len(shown.pcm) == 2.5 * 48_000 * 4
    assert not shown.frames
    for number in range(2):
        start_s = number * facts.duration_s
        assert loud(shown.pcm, start_s + 0.02, start_s + TONE_AT_S - 0.03) < 0.05
        assert loud(shown.pcm, start_s + TONE_AT_S + 0.04, start_s + 0.97) > 0.8


def test_a_video_without_sound_says_so(flat, prober, media):
    shown = show(flat, media("silent.mp4"), facts_of(prober, media("silent.mp4")))
    assert not shown.has_sound
    assert not shown.pcm


def test_the_next_round_is_opened_only_when_it_will_be_seen(media):
    path = media("h264.mp4")

    def opened_ahead(duration_s: float) -> bool:
        with opened(path, whole=False) as file:
            rounds = _Rounds(file, 1.0, 1_000_000, 160, 0.0, duration_s)
            return any(rounds.upcoming is not None for timed in rounds if timed.at_s < 1.0)

    assert not opened_ahead(1.0)
    assert opened_ahead(1.5)
