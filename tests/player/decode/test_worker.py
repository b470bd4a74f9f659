"""The worker as a process: how it starts, talks and ends."""

import os
import queue
import select
import subprocess
import sys
from pathlib import Path

import pytest

from player.decode.protocol import (
    BrokenTalk,
    Failed,
    Hello,
    Probe,
    Probed,
    Quit,
    Stop,
    frame_message,
    parse_reply,
    parse_request,
    read_body,
)
from player.decode.spawn import Worker
from player.decode.wire import RequestSender, request_socket

ROOT = Path(__file__).resolve().parents[3]


class Bare:
    """A worker process without its client."""

    def __init__(self) -> None:
        ours, theirs = request_socket()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "player.decode.worker"],
                cwd=ROOT, stdin=theirs.fileno(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            )  # fmt: skip
        self.requests = RequestSender(ours)

    def hear(self):
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], 20)[0], "the worker is silent"
        body = read_body(self.process.stdout)
        return None if body is None else parse_reply(body)

    def say(self, *requests) -> None:
        for request in requests:
            path = getattr(request, "path", "")
            file = os.open(path, os.O_RDONLY) if path else None
            self.requests.send(frame_message(request), file)
            if file is not None:
                os.close(file)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for stream in (self.requests, self.process.stdout, self.process.stderr):
            stream.close()


def test_hello_comes_before_any_request_and_names_the_process():
    with Bare() as worker:
        hello = worker.hear()
        assert isinstance(hello, Hello)
        assert hello.pid == worker.process.pid


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere there are no walls, and libraries are loaded when needed"
)
def test_everything_is_loaded_before_the_walls_stand_and_nothing_afterwards(media):
    with Bare() as worker:
        worker.hear()
        before = code_of(worker.process.pid)
        assert any("libavcodec" in line for line in before)
        names = ("rgb.png", "moving.webp", "cmyk.tif", "moving.gif", "profile.png", "exif-6.jpg", "h264.ts", "tone.mp3")
        worker.say(*(Probe(request=number, path=media(name)) for number, name in enumerate(names, 1)))
        for _ in names:
            assert isinstance(worker.hear(), Probed)
        assert code_of(worker.process.pid) == before


def code_of(pid: int) -> set[str]:
    """What a process could run."""
    return {line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if "x" in line.split()[1]}


def test_the_worker_ends_when_nobody_talks_to_it_any_more():
    with Bare() as worker:
        worker.hear()
        worker.requests.close()
        assert worker.process.wait(10) == 0


def test_quit_ends_the_worker():
    with Bare() as worker:
        worker.hear()
        worker.say(Quit())
        assert worker.process.wait(10) == 0


@pytest.mark.parametrize("noise", [b"\xff\xff\xff\xff", b"\x03\0\0\0abc", b"\x01\0\0\0\xc1"])
def test_nonsense_ends_the_worker(noise):
    with Bare() as worker:
        worker.hear()
        worker.requests.send(noise)
        assert worker.process.wait(10) == 2


def test_a_bad_file_leaves_the_worker_at_work(media):
    with Bare() as worker:
        worker.hear()
        worker.say(Probe(request=1, path="/dev/null"), Probe(request=2, path=media("rgb.png")))
        assert isinstance(worker.hear(), Failed)
        assert isinstance(worker.hear(), Probed)


def test_a_request_stopped_before_it_began_is_only_ended(media):
    with Bare() as worker:
        worker.hear()
        worker.say(Stop(request=3), *(Probe(request=n, path=media("rgb.png")) for n in (2, 3, 4)))
        assert [worker.hear().request for _ in range(3)] == [2, 3, 4]


def test_libav_and_pillow_print_nothing(media, folder):
    whole = Path(media("h264.ts")).read_bytes()
    (folder / "cut.ts").write_bytes(whole[: len(whole) // 2 // 188 * 188])
    (folder / "cut.jpg").write_bytes(Path(media("rgb.jpg")).read_bytes()[:900])
    with Bare() as worker:
        worker.hear()
        worker.say(Probe(request=1, path=str(folder / "cut.ts")), Probe(request=2, path=str(folder / "cut.jpg")))
        worker.hear()
        worker.hear()
        worker.say(Quit())
        worker.process.wait(10)
        assert worker.process.stderr.read() == b""


def test_the_worker_ends_with_the_thread_that_made_it():
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child of its parent's end")
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()
    import threading

    made = []
    thread = threading.Thread(target=lambda: made.append(Worker(lambda _, reply: heard.put(reply))) or heard.get())
    thread.start()
    thread.join(20)
    assert heard.get(timeout=20) is None
    made[0].leave()


def test_messages_go_there_and_back():
    request = Probe(request=7, path="/媒体/反诈.png", max_pixels=5)
    message = frame_message(request)
    assert parse_request(message[4:]) == request
    assert int.from_bytes(message[:4], "little") == len(message) - 4


def test_messages_that_cannot_travel_are_refused_by_the_sender():
    with pytest.raises(BrokenTalk):
        frame_message(Probe(request=1, path=os.fsdecode(b"\xff")))
    with pytest.raises(BrokenTalk):
        frame_message(Probe(request=1, path="x" * 300_000))
    with pytest.raises(BrokenTalk):
        parse_request(b"\x81\xa4type\xa4nope")
