"""The screen's side of a worker: it shows, and it survives whatever the worker does."""

import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.decode import refusal
from player.decode.protocol import ShowFile
from player.stage.decoder import IDLE_S, Decoder
from player.stage.hang import HangWatch
from tests.samples.make_media import BLUE, GREEN, RED, make
from tests.samples.showing import Viewer, near, viewer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    folder = tmp_path_factory.mktemp("media")
    return lambda name: str(make(name, folder))


@pytest.fixture
def zone() -> Iterator[Viewer]:
    with viewer((160, 96)) as one:
        yield one


@pytest.fixture
def impatient() -> Iterator[Viewer]:
    with viewer((160, 96), HangWatch(start_s=1.0, running_s=1.0)) as one:
        yield one


def ask(one: Viewer, path: str, number: int = 1, duration_s: float = 600.0, sound: bool = False) -> ShowFile:
    kind = "image" if path.endswith((".png", ".jpg")) else "video"
    return ShowFile(
        request=number, path=path, kind=kind, target=one.target, duration_s=duration_s, loop_s=1.0, sound=sound
    )


def pid_of(one: Viewer) -> int:
    until = time.monotonic() + 10
    while not one.decoder.sandbox:
        assert time.monotonic() < until
        one.woken.wait(0.1)
    assert one.decoder.pid is not None
    return one.decoder.pid


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_request_goes_from_starting_over_ready_to_ended(zone, media):
    assert zone.decoder.state == "idle"
    zone.decoder.show(ask(zone, media("rgb.png"), number=41))
    assert zone.decoder.state in ("starting", "ready", "ended")
    assert zone.decoder.request == 41
    zone.wait_for("ended")
    frame = zone.decoder.frame()
    assert frame is not None
    assert zone.decoder.frame() is not None, "a frame stays until it is released"
    zone.decoder.release()
    assert zone.decoder.frame() is None


def test_a_new_request_takes_the_place_of_the_old_and_no_old_frame_is_seen(zone, media):
    zone.decoder.show(ask(zone, media("silent.mp4"), number=1))
    zone.wait_for("ready")
    shown = zone.show(ask(zone, media("moving.gif"), number=2, duration_s=0.3))
    assert (zone.decoder.request, shown.state) == (2, "ended")
    for shot, colour in zip(shown.frames, (RED, GREEN), strict=True):
        assert near(shot.at(0.5, 0.5), colour)
    assert [shot.index for shot in shown.frames] == [0, 1]


def test_requests_that_follow_each_other_at_once_leave_only_the_last(zone, media):
    for number in range(30):
        zone.decoder.show(ask(zone, media("silent.mp4" if number % 2 else "h264.mp4"), number=number, sound=True))
        if number % 5 == 0:
            zone.decoder.frame()
            zone.decoder.pcm(1000)
    shown = zone.show(ask(zone, media("rgb.png"), number=99))
    assert (shown.state, len(shown.frames), len(shown.pcm)) == ("ended", 1, 0)
    assert zone.decoder.request == 99


def test_a_full_ring_of_an_unwanted_request_does_not_hold_up_the_next(zone, media):
    zone.decoder.show(ask(zone, media("h264.mp4"), number=1, sound=True))
    zone.wait_for("ready")
    time.sleep(0.2)  # long enough for the worker to fill its ring and wait
    zone.decoder.show(ask(zone, media("h264.mp4"), number=2, duration_s=0.2, sound=True))
    zone.wait_for("ready", "ended")
    assert zone.decoder.frame() is not None
    assert len(zone.rest().frames) == 5


def test_after_stop_nothing_is_given_and_the_worker_can_be_asked_again(zone, media):
    zone.decoder.show(ask(zone, media("h264.mp4"), sound=True))
    zone.wait_for("ready")
    pid = pid_of(zone)
    zone.decoder.stop()
    assert zone.decoder.state == "idle"
    assert zone.decoder.frame() is None
    assert zone.decoder.pcm(1000) == b""
    assert zone.show(ask(zone, media("rgb.png"))).state == "ended"
    assert zone.decoder.pid == pid


def test_an_idle_worker_ends_and_the_next_request_has_a_clean_one(zone, media):
    first = pid_of(zone)
    zone.decoder.show(ask(zone, media("rgb.png")))
    zone.wait_for("ended")
    zone.decoder.stop()
    until = time.monotonic() + 10
    while not is_gone(first):
        assert time.monotonic() < until, "the idle worker is still there"
        time.sleep(0.02)
    zone.decoder.show(ask(zone, media("rgb.png"), number=2))
    zone.wait_for("ended")
    assert zone.decoder.frame() is not None
    assert zone.decoder.pid != first


def test_a_picture_that_waits_keeps_its_worker(zone, media):
    zone.decoder.show(ask(zone, media("rgb.png")))
    zone.wait_for("ended")
    pid = zone.decoder.pid
    time.sleep(IDLE_S * 1.5)  # that nothing happens has no event
    assert zone.decoder.pid == pid
    assert zone.decoder.frame() is not None


def test_a_file_that_cannot_be_shown_fails_with_words_and_the_worker_lives(zone, media, tmp_path):
    (tmp_path / "a.png").write_bytes(Path(media("rgb.png")).read_bytes()[:120])
    pid = pid_of(zone)
    shown = zone.show(ask(zone, str(tmp_path / "a.png")))
    assert (shown.state, shown.frames) == ("failed", [])
    assert shown.why is not None
    assert not zone.decoder.broke
    assert zone.show(ask(zone, str(tmp_path / "b.png"))).why == refusal.missing().why
    assert zone.show(ask(zone, os.fsdecode(b"/tmp/\xff.png"))).why == refusal.badly_named().why
    assert zone.show(ask(zone, media("rgb.png"))).state == "ended"
    assert zone.decoder.pid == pid


def test_a_worker_killed_at_work_fails_its_request_and_a_new_one_serves_the_next(zone, media, caplog):
    with caplog.at_level(logging.CRITICAL, "player.stage.decoder"):
        zone.decoder.show(ask(zone, media("h264.mp4"), sound=True))
        zone.wait_for("ready")
        frame = zone.decoder.frame()
        assert frame is not None
        os.kill(pid_of(zone), signal.SIGKILL)
        zone.wait_for("failed")
        assert zone.decoder.why == refusal.CRASHED
        assert zone.decoder.broke
        assert near((frame.pixels[2], frame.pixels[1], frame.pixels[0]), (255, 0, 0)), "what was taken stays readable"
        zone.decoder.release()
        assert zone.decoder.frame() is None
        shown = zone.show(ask(zone, media("rgb.png")))
        assert (shown.state, len(shown.frames)) == ("ended", 1)
        assert not zone.decoder.broke


def test_a_finished_picture_is_still_shown_when_its_worker_is_killed(zone, media):
    zone.decoder.show(ask(zone, media("rgb.png")))
    zone.wait_for("ended")
    killed = pid_of(zone)
    os.kill(killed, signal.SIGKILL)
    until = time.monotonic() + 10
    while zone.decoder.pid == killed:
        assert time.monotonic() < until, "nobody noticed"
        time.sleep(0.02)
    assert zone.decoder.state == "ended"
    assert zone.decoder.frame() is not None
    zone.decoder.release()
    assert zone.show(ask(zone, media("rgb.png"))).state == "ended"


def test_a_worker_killed_while_idle_is_nobodys_fault(zone, media):
    first = pid_of(zone)
    os.kill(first, signal.SIGKILL)
    shown = zone.show(ask(zone, media("rgb.png")))
    assert shown.state in ("ended", "failed")
    assert zone.show(ask(zone, media("rgb.png"))).state == "ended"
    assert zone.decoder.pid != first


def test_a_worker_that_stands_still_is_killed_and_replaced(impatient, media):
    impatient.decoder.show(ask(impatient, media("h264.mp4")))
    impatient.wait_for("ready")
    hung = pid_of(impatient)
    os.kill(hung, signal.SIGSTOP)
    for _ in range(8):
        impatient.decoder.frame()
        impatient.decoder.release()
    impatient.wait_for("failed")
    assert impatient.decoder.why == refusal.HANGS
    assert impatient.decoder.broke
    assert impatient.show(ask(impatient, media("rgb.png"))).state == "ended"
    assert is_gone(hung)


def test_a_worker_that_never_answers_is_killed(impatient, media):
    os.kill(pid_of(impatient), signal.SIGSTOP)
    impatient.decoder.show(ask(impatient, media("rgb.png")))
    impatient.wait_for("failed")
    assert impatient.decoder.why == refusal.HANGS


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
@pytest.mark.parametrize(("name", "left_bytes"), [("h264.mp4", 0), ("rgb.png", 0), ("h264.mp4", 1 << 20)])
def test_a_worker_that_gets_no_more_memory_fails_alone_and_the_next_file_is_shown(zone, media, name, left_bytes):
    starved = pid_of(zone)
    most = int(Path(f"/proc/{starved}/statm").read_text().split()[0]) * resource.getpagesize() + left_bytes
    resource.prlimit(starved, resource.RLIMIT_AS, (most, most))
    zone.decoder.show(ask(zone, media(name)))
    zone.wait_for("failed")
    assert zone.decoder.why in (refusal.too_much_memory().why, refusal.CRASHED)
    assert zone.show(ask(zone, media(name), number=2, duration_s=0.5)).state == "ended"
    assert zone.decoder.pid != starved


class HangsAsTheNextComes(HangWatch):
    """Finds a hang once, just as somebody asks for the next request."""

    def __init__(self) -> None:
        super().__init__()
        self.next: Callable[[], None] | None = None

    def hangs(self, *all_: object, **named: object) -> bool:  # type: ignore[override]
        come, self.next = self.next, None
        if come is not None:
            come()
        return come is not None


def test_a_request_that_comes_as_the_one_before_is_found_to_hang_is_not_to_blame(media):
    hang = HangsAsTheNextComes()
    with viewer((160, 96), hang) as one:
        one.decoder.show(ask(one, media("h264.mp4"), number=1))
        one.wait_for("ready")
        hang.next = lambda: one.decoder.show(ask(one, media("rgb.png"), number=2))
        one.wait_for("ended")
        assert (one.decoder.request, one.decoder.why, one.decoder.broke) == (2, None, False)


def test_of_two_films_asked_for_in_a_row_the_one_that_hangs_is_blamed_and_the_other_is_shown(impatient, media):
    impatient.decoder.show(ask(impatient, media("h264.mp4"), number=41))
    impatient.wait_for("ready")
    hung = pid_of(impatient)
    os.kill(hung, signal.SIGSTOP)
    shown = impatient.show(ask(impatient, media("moving.gif"), number=42, duration_s=0.3))
    assert (shown.state, shown.why, impatient.decoder.broke) == ("ended", None, False)
    assert [shot.index for shot in shown.frames] == [0, 1]
    assert impatient.decoder.late_breakages() == ((41, refusal.HANGS),)
    assert impatient.decoder.late_breakages() == (), "once"
    assert is_gone(hung)


def test_a_film_that_was_finished_is_not_blamed_for_the_next_one_that_hangs(impatient, media):
    impatient.decoder.show(ask(impatient, media("rgb.png"), number=41))
    impatient.wait_for("ended")
    os.kill(pid_of(impatient), signal.SIGSTOP)
    impatient.decoder.show(ask(impatient, media("h264.mp4"), number=42))
    impatient.wait_for("failed")
    assert (impatient.decoder.why, impatient.decoder.broke) == (refusal.HANGS, True)
    assert impatient.decoder.late_breakages() == ()


def test_a_film_that_hangs_and_is_given_up_is_blamed_and_the_one_asked_for_after_it_is_shown(impatient, media):
    impatient.decoder.show(ask(impatient, media("h264.mp4"), number=41))
    impatient.wait_for("ready")
    os.kill(pid_of(impatient), signal.SIGSTOP)
    impatient.decoder.stop()
    assert impatient.show(ask(impatient, media("rgb.png"), number=42)).state == "ended"
    assert impatient.decoder.late_breakages() == ((41, refusal.HANGS),)


def test_films_that_are_given_up_in_a_row_do_not_keep_the_one_that_hangs_from_being_found(impatient, media):
    impatient.decoder.show(ask(impatient, media("h264.mp4"), number=41))
    impatient.wait_for("ready")
    hung = pid_of(impatient)
    os.kill(hung, signal.SIGSTOP)
    number, until = 41, time.monotonic() + 20
    while impatient.decoder.pid == hung:
        assert time.monotonic() < until, "each request was taken for a sign of life"
        number += 1
        impatient.decoder.show(ask(impatient, media("h264.mp4"), number=number))
        impatient.woken.wait(0.3)
    assert impatient.show(ask(impatient, media("rgb.png"), number=999)).state == "ended"
    assert impatient.decoder.late_breakages() == ((41, refusal.HANGS),)


def test_a_film_that_kills_the_worker_behind_the_back_of_the_next_is_blamed_for_it(zone, media, caplog):
    with caplog.at_level(logging.CRITICAL, "player.stage.decoder"):
        zone.decoder.show(ask(zone, media("h264.mp4"), number=41))
        zone.wait_for("ready")
        died = pid_of(zone)
        os.kill(died, signal.SIGSTOP)
        zone.decoder.show(ask(zone, media("rgb.png"), number=42))
        until = time.monotonic() + 10
        while len(zone.decoder._unanswered) < 2:  # until it was put to the worker, of which nothing else tells
            assert time.monotonic() < until
            zone.woken.wait(0.01)
        os.kill(died, signal.SIGKILL)
        assert zone.wait_for("ended", "failed") == "ended"
        assert zone.decoder.late_breakages() == ((41, refusal.CRASHED),)


def test_a_worker_whose_ring_is_full_is_left_in_peace(impatient, media):
    impatient.decoder.show(ask(impatient, media("h264.mp4"), sound=True))
    impatient.wait_for("ready")
    pid = pid_of(impatient)
    time.sleep(2.5)
    assert impatient.decoder.state == "ready"
    assert impatient.decoder.pid == pid
    assert impatient.decoder.frame() is not None


def test_a_worker_that_writes_nonsense_into_the_ring_is_replaced(zone, media):
    zone.decoder.show(ask(zone, media("h264.mp4")))
    zone.wait_for("ready")
    pid = pid_of(zone)
    frames = zone.decoder._output.rings[0]
    assert frames is not None
    memoryview(frames._bytes)[:4096].cast("Q")[8] = 2**40
    assert zone.decoder.frame() is None
    zone.wait_for("failed")
    assert zone.show(ask(zone, media("rgb.png"))).state == "ended"
    assert zone.decoder.pid != pid


def test_a_larger_frame_than_the_ring_has_room_for_fails_in_words(zone, media):
    large = ShowFile(
        request=1, path=media("rgb.png"), kind="image", duration_s=5,
        target=type(zone.target)(width_px=320, height_px=200),
    )  # fmt: skip
    shown = zone.show(large)
    assert (shown.state, shown.why) == ("failed", refusal.too_large_for_ring().why)


def test_nothing_is_left_of_a_closed_decoder(media):
    before = threading.active_count()
    with viewer((160, 96)) as one:
        one.decoder.show(ask(one, media("h264.mp4"), sound=True))
        one.wait_for("ready")
        pid = pid_of(one)
    assert is_gone(pid)
    assert threading.active_count() == before
    assert one.decoder.state == "idle"


def test_calls_of_the_render_thread_return_at_once_even_when_the_worker_stands_still(zone, media):
    zone.decoder.show(ask(zone, media("h264.mp4"), sound=True))
    zone.wait_for("ready")
    os.kill(pid_of(zone), signal.SIGSTOP)
    slowest = 0.0
    for number in range(200):
        started = time.monotonic()
        zone.decoder.show(ask(zone, media("h264.mp4"), number=number))
        assert zone.decoder.state in ("starting", "failed", "ready")
        zone.decoder.frame()
        zone.decoder.release()
        zone.decoder.pcm(4096)
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 0.25


def test_a_decoder_without_sound_gives_none(media):
    woken = threading.Event()
    with viewer((160, 96)) as one:
        quiet = Decoder(one.target, False, woken.set)
        quiet.show(ask(one, media("h264.mp4"), duration_s=0.5, sound=True))
        while quiet.state not in ("ready", "failed"):
            woken.wait(1.0)
        assert quiet.state == "ready"
        assert not quiet.has_sound
        assert quiet.pcm(100) == b""
        quiet.close()
        assert quiet.wait_closed(5)


def test_the_last_frame_says_so(zone, media):
    shown = zone.show(ask(zone, media("moving.gif"), duration_s=0.6))
    assert near(shown.frames[-1].at(0.5, 0.5), BLUE)
    assert [shot.last for shot in shown.frames] == [False, False, True]
