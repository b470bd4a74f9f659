"""Requests on their way to a worker, and the files that go with them."""

import os
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.decode.protocol import MAX_MESSAGE_BYTES, Probe, Stop, frame_message, read_body
from player.decode.wire import RequestReceiver, RequestSender, request_socket

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there descriptors are passed")


@pytest.fixture
def ends():
    ours, theirs = request_socket()
    receiver = RequestReceiver(theirs.detach())
    sender = RequestSender(ours)
    yield sender, receiver
    sender.close()
    receiver.close()


def open_files() -> set[str]:
    found = set()
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{fd} {os.readlink(f'/proc/self/fd/{fd}')}")
        except FileNotFoundError:
            continue  # the one that lists
    return found


def test_a_file_comes_with_its_own_message_and_with_no_other(ends, tmp_path):
    sender, receiver = ends
    (tmp_path / "a").write_bytes(b"first")
    (tmp_path / "b").write_bytes(b"second")
    messages = [(frame_message(Stop(request=1)), None)]
    for number, name in ((2, "a"), (3, "b")):
        messages.append((frame_message(Probe(request=number, path="")), os.open(tmp_path / name, os.O_RDONLY)))
    for message, file in messages:
        sender.send(message, file)
        if file is not None:
            os.close(file)
    told = []
    for message, _ in messages:
        assert read_body(receiver) == message[4:]
        file = receiver.take_file()
        told.append(None if file is None else os.pread(file, 100, 0))
        if file is not None:
            os.close(file)
    assert told == [None, b"first", b"second"]


@given(st.lists(st.tuples(st.integers(0, MAX_MESSAGE_BYTES), st.booleans()), min_size=1, max_size=6))
def test_messages_of_any_length_come_whole_and_in_order(wanted_ones):
    ours, theirs = request_socket()
    sender, receiver = RequestSender(ours), RequestReceiver(theirs.detach())
    bodies = [bytes([n]) * size for n, (size, _) in enumerate(wanted_ones)]
    with_file = [wanted for _, wanted in wanted_ones]
    heard = []

    def hear() -> None:
        while (body := read_body(receiver)) is not None:
            file = receiver.take_file()
            heard.append((body, file is not None))
            if file is not None:
                os.close(file)

    thread = threading.Thread(target=hear)
    thread.start()
    with open(__file__, "rb") as some:
        for body, wanted in zip(bodies, with_file, strict=True):
            sender.send(len(body).to_bytes(4, "little") + body, some.fileno() if wanted else None)
    sender.close()
    thread.join(20)
    receiver.close()
    assert heard == list(zip(bodies, with_file, strict=True))


def test_a_largest_request_and_its_stop_go_off_although_nobody_reads(ends):
    sender, _ = ends
    body = b"x" * MAX_MESSAGE_BYTES
    sender.send(len(body).to_bytes(4, "little") + body)
    sender.send(frame_message(Stop(request=1)))


def test_who_never_reads_is_given_up_and_not_waited_for_for_ever():
    ours, theirs = request_socket()
    sender = RequestSender(ours, patience_s=0.05)
    message = frame_message(Probe(request=1, path="x" * 10_000))

    def send_on() -> None:
        while True:
            sender.send(message)

    with pytest.raises(TimeoutError):
        send_on()
    sender.close()
    theirs.close()


def test_a_worker_cannot_write_back(ends):
    _, receiver = ends
    with pytest.raises(BrokenPipeError):
        os.write(receiver._socket.fileno(), b"x" * 10)


def test_files_too_many_are_closed_and_nothing_stays_open(tmp_path):
    before = open_files()
    ours, theirs = request_socket()
    receiver = RequestReceiver(theirs.detach())
    message = frame_message(Stop(request=1))
    with open(__file__, "rb") as some:
        socket.send_fds(ours, [message], [some.fileno()] * 3)
    assert read_body(receiver) == message[4:]
    file = receiver.take_file()
    assert file is not None
    assert stat.S_ISREG(os.fstat(file).st_mode)
    os.close(file)
    ours.close()
    receiver.close()
    assert open_files() == before


def test_a_pipe_serves_where_there_is_no_socket():
    theirs, ours = os.pipe()
    sender, receiver = RequestSender(os.fdopen(ours, "wb", buffering=0)), RequestReceiver(theirs)
    assert not sender.carries_files
    message = frame_message(Probe(request=1, path="/a"))
    sender.send(message, 0)
    assert read_body(receiver) == message[4:]
    assert receiver.take_file() is None
    sender.close()
    assert read_body(receiver) is None
    os.close(theirs)


def test_what_was_sent_with_a_file_needs_no_path(tmp_path):
    """The worker opens nothing: a file whose name is gone is judged all the same."""
    from player.decode.spawn import Worker
    from tests.samples.make_media import make

    path = Path(make("rgb.png", tmp_path))
    file = os.open(path, os.O_RDONLY)
    path.unlink()
    heard, came = [], threading.Event()

    def hear(_worker: Worker, reply: object) -> None:
        heard.append(reply)
        if type(reply).__name__ in ("Probed", "Failed"):
            came.set()

    worker = Worker(hear)
    worker.say(Probe(request=1, path=str(path)), file)
    os.close(file)
    assert came.wait(20)
    worker.leave()
    assert type(heard[1]).__name__ == "Probed", heard
