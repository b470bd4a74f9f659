"""Workers that were taken over and talk: without end, nonsense, or to do harm. Each costs a bounded amount."""

import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable

import pytest

from player.decode import refusal
from player.decode.prober import MOST_HEARD, Prober
from player.decode.protocol import Crashed, Hello, Reply, ShowFile, Target
from player.decode.replies import BURST, MOST_SENTENCE
from player.decode.spawn import Worker
from player.stage.decoder import Decoder
from player.stage.hang import HangWatch
from signage.errors import Words
from tests.samples.lying import LyingWorkers

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks workers"),
    pytest.mark.slow,
]

FLOODS = {
    "working": "while True: say(Working(request=1))",
    "ready": "while True: say(Ready(request=1))",
    "answers to others": "for n in itertools.count(2): say(Ended(request=n, frames=0))",
    "long sentences": "while True: say(Failed(request=1, why=Words('长' * 2000, 'x' * 2000)))",
    "greetings": "while True: say(Hello(pid=1, sandbox=('x' * 100,) * 100))",
    "a huge length": "send(bytes.fromhex('ffffffff') + b'x' * 100_000); time.sleep(60)",
    "a long message": "send((200_000).to_bytes(4, 'little') + b'x' * 200_000); time.sleep(60)",
    "noise": "while True: send(os.urandom(4096))",
    "bytes that are no text": "send(b'\\x09\\0\\0\\0\\x81\\xa4type\\xa2\\xff\\xfe'); time.sleep(60)",
    "crashes": "while True: say(Crashed(report='\\x1b[2J\\u202e' * 400))",
    "impossible facts": "say(Probed(request=1, facts=MediaFacts(kind='image', width_px=-1))); time.sleep(60)",
}


@pytest.mark.parametrize("name", FLOODS)
def test_whatever_a_worker_says_it_is_ended_and_costs_few_replies_and_few_lines(name, caplog, media):
    heard: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
    script = "asked()\n" + FLOODS[name]
    with LyingWorkers(script) as lying, caplog.at_level(logging.DEBUG):
        worker = Worker(lambda _, reply: heard.put(reply), server=lying.server)
        assert isinstance(heard.get(timeout=20), Hello)
        worker.say(ShowFile(request=1, path="x", kind="image", target=Target(width_px=1, height_px=1), duration_s=1))
        count = 0
        while heard.get(timeout=20) is not None:
            count += 1
        assert count <= BURST + 8
        assert lying.made[0].wait(20) != 0
        worker.leave()
    assert len(caplog.records) <= 2
    assert sum(len(record.getMessage()) for record in caplog.records) < 4000
    assert all("\x1b" not in record.getMessage() for record in caplog.records)


def test_one_crash_is_told_once_and_nothing_is_heard_after_it():
    heard: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
    script = "say(Crashed(report='first')); say(Failed(request=1, why=Words('二', 'second'))); time.sleep(60)"
    with LyingWorkers(script) as lying:
        worker = Worker(lambda _, reply: heard.put(reply), server=lying.server)
        assert isinstance(heard.get(timeout=20), Hello)
        assert heard.get(timeout=20) is None
        worker.leave()
        assert not isinstance(heard, Crashed)


def probed(script: str, path: str, **limits: float) -> object:
    with LyingWorkers(script) as lying, Prober(silence_s=30.0, server=lying.server) as prober:
        return prober.probe(path, **limits)


def test_a_refusal_of_a_hundred_kilobytes_is_one_line_when_it_comes_in(media):
    why = probed("r = asked(); say(Failed(request=r.request, why=Words('坏\\n' * 4000, 'bad')))", media("rgb.png"))
    assert isinstance(why, Words)
    assert len(why.zh) <= MOST_SENTENCE
    assert "\n" not in why.zh


def test_a_file_that_lasts_longer_than_was_allowed_is_not_believed(media):
    facts = "MediaFacts(kind='video', width_px=160, height_px=96, duration_s=86400.0)"
    script = f"say(Probed(request=asked().request, facts={facts})); time.sleep(60)"
    assert probed(script, media("h264.mp4"), max_duration_s=60.0) == refusal.CRASHED


def test_replies_that_nobody_takes_do_not_pile_up(media):
    script = """
r = asked()
say(Failed(request=r.request, why=Words('坏', 'bad')))
for _ in range(200): say(Working(request=r.request))
time.sleep(60)
"""
    with LyingWorkers(script) as lying, Prober(silence_s=30.0, server=lying.server) as prober:
        prober.probe(media("rgb.png"))
        taken = 2  # its greeting and its answer may have been among those that filled the queue
        until = time.monotonic() + 20
        while prober._heard.qsize() < MOST_HEARD - taken and time.monotonic() < until:
            time.sleep(0.01)
        assert MOST_HEARD - taken <= prober._heard.qsize() <= MOST_HEARD


# The render thread's end


@pytest.fixture
def shown_by(request: pytest.FixtureRequest) -> Callable[[str], Decoder]:
    def start(script: str) -> Decoder:
        lying = LyingWorkers(script)
        target = Target(width_px=16, height_px=16)
        one = Decoder(
            target, True, lambda: None, hang=HangWatch(start_s=1.0, running_s=1.0), server=lying.server,
            open_file=lambda _request, _given_up: (open_null(), None),
        )  # fmt: skip

        def end() -> None:
            one.close()
            assert one.wait_closed(10)
            lying.__exit__()

        request.addfinalizer(end)
        one.show(ShowFile(request=1, path="x", kind="video", target=target, duration_s=60.0, sound=True))
        return one

    return start


def open_null() -> int:
    return os.open("/dev/null", os.O_RDONLY)


def failed(one: Decoder, within_s: float = 20.0) -> Words | None:
    until = time.monotonic() + within_s
    while one.state != "failed":
        assert time.monotonic() < until, one.state
        one.frame()
        one.pcm(4096)
        time.sleep(0.005)
    return one.why


RING = """
from player.decode.rings.frames import FrameWriter, frames_size
frames = FrameWriter(attach(f"fd:{rings[0]}", frames_size(3, 1024)), 3, 1024)
r = asked()
say(Ready(request=r.request))
"""
LIES = {
    "a head that runs": "while True: frames._words[8] = frames._words[16] + 3",
    "a head that runs backwards": "frames._words[8] = 2**64 - 1",
    "frames of nobody without end": """
while True:
    if frames.has_room(): frames.publish(request=77, index=0, pts_us=0, size=(16, 16), used_px=1, last=False)
""",
    "late frames without end": """
while True:
    if frames.has_room(): frames.publish(request=r.request, index=0, pts_us=0, size=(16, 16), used_px=1, last=False)
""",
    "a frame of a million years": """
frames.publish(request=r.request, index=0, pts_us=2**62, size=(16, 16), used_px=1, last=False)
""",
    "a frame as large as memory": """
frames.publish(request=r.request, index=0, pts_us=0, size=(65535, 65535), used_px=1, last=False)
""",
}


@pytest.mark.parametrize("name", LIES)
def test_no_lie_in_a_ring_holds_up_the_render_thread(name, shown_by):
    one = shown_by(RING + LIES[name] + "\ntime.sleep(60)")
    looked: list[int] = []

    def look() -> None:
        for _ in range(300):
            if one.state == "failed":
                break
            frame = one.frame()
            one.pcm(4096)
            if frame is not None:
                assert len(frame.pixels) <= 1024
                one.release()
        looked.append(1)

    until = time.monotonic() + 20
    while one.state == "starting" and time.monotonic() < until:
        time.sleep(0.005)
    rendering = threading.Thread(target=look, daemon=True)
    rendering.start()
    rendering.join(20)
    assert looked, "it still looks"


@pytest.mark.parametrize(
    "name", ["a head that runs backwards", "a frame of a million years", "a frame as large as memory"]
)
def test_a_worker_whose_ring_cannot_be_is_ended(name, shown_by):
    assert failed(shown_by(RING + LIES[name] + "\ntime.sleep(60)")) in (refusal.CRASHED, refusal.HANGS)


def test_a_worker_that_only_says_that_it_works_hangs(shown_by):
    one = shown_by("r = asked()\nwhile True: say(Working(request=r.request)); time.sleep(0.3)")
    assert failed(one) == refusal.HANGS


def test_a_worker_that_writes_for_nobody_hangs(shown_by):
    script = RING.replace("say(Ready(request=r.request))", "") + LIES["frames of nobody without end"]
    assert failed(shown_by(script)) == refusal.HANGS


def test_a_worker_that_repeats_that_a_former_request_is_over_hangs(shown_by):
    one = shown_by("r = asked()\nwhile True: say(Ended(request=r.request - 1, frames=0)); time.sleep(0.3)")
    assert failed(one) in (refusal.HANGS, refusal.CRASHED)


def test_a_worker_in_whose_turn_the_second_film_hangs_breaks_for_the_second(shown_by):
    one = shown_by("a = asked(); b = asked(); say(Ended(request=a.request, frames=0)); time.sleep(60)")
    one.show(ShowFile(request=2, path="y", kind="video", target=Target(width_px=16, height_px=16), duration_s=60.0))
    assert failed(one) == refusal.HANGS
    assert (one.request, one.late_breakages()) == (2, ())


def test_a_worker_that_died_before_it_looked_at_anything_is_no_files_fault():
    with LyingWorkers("os._exit(1)", greets=False) as lying:
        target = Target(width_px=16, height_px=16)
        one = Decoder(target, True, lambda: None, server=lying.server, open_file=lambda *_: (open_null(), None))
        one.show(ShowFile(request=1, path="x", kind="video", target=target, duration_s=60.0))
        assert failed(one) == refusal.NO_WORKER
        assert not one.broke
        one.close()
        assert one.wait_closed(10)


def test_a_request_that_waits_behind_one_that_took_all_memory_is_asked_again_of_another_worker(tmp_path):
    script = f"""
import pathlib
first = pathlib.Path({str(tmp_path / "first")!r})
a = asked()
if not first.exists():
    first.touch()
    asked()
    say(Failed(request=a.request, why=too_much_memory().why))
else:
    say(Ended(request=a.request, frames=0))
time.sleep(60)
"""
    with LyingWorkers(script) as lying:
        target = Target(width_px=16, height_px=16)
        one = Decoder(target, True, lambda: None, server=lying.server, open_file=lambda *_: (open_null(), None))
        for number in (1, 2):
            one.show(ShowFile(request=number, path="x", kind="video", target=target, duration_s=60.0))
            until = time.monotonic() + 20
            while len(one._unanswered) < number and one.state == "starting":
                assert time.monotonic() < until
                time.sleep(0.005)
        until = time.monotonic() + 20
        while one.state != "ended":
            assert time.monotonic() < until, one.state
            assert one.state != "failed", one.why
            time.sleep(0.005)
        assert len(lying.made) == 2
        assert one.late_breakages() == ()
        one.close()
        assert one.wait_closed(10)
