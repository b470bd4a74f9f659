"""Workers forked by a process that has everything loaded, and what holds when it is gone."""

import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.decode.order import Order
from player.decode.prober import Prober
from player.decode.process import ForkServer
from player.decode.protocol import Hello, Probe, Probed, Reply, ShowCard
from player.decode.spawn import Worker
from signage.consistency import TEMPLATES
from signage.media import MediaFacts
from signage.slot import Card
from tests.samples.showing import viewer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks workers")


class Heard:
    """What one worker says, in order."""

    def __init__(self) -> None:
        self._replies: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()

    def __call__(self, _worker: Worker, reply: Reply | None) -> None:
        self._replies.put(reply)

    def next(self) -> Reply | None:
        return self._replies.get(timeout=20)


@pytest.fixture
def server() -> Iterator[ForkServer]:
    one = ForkServer()
    yield one
    one.close()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def threads_of(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def is_gone(pid: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def test_a_forked_worker_has_everything_loaded_and_stands_behind_the_same_walls(server, media):
    heard = Heard()
    worker = Worker(heard, slot_bytes=4096, sound=True, server=server)
    hello = heard.next()
    assert isinstance(hello, Hello)
    assert hello.pid == worker.pid
    assert {"seccomp", "no-new-privs", "rlimits"} <= set(hello.sandbox)
    assert parent_of(worker.pid) == server.pid
    maps = Path(f"/proc/{worker.pid}/maps").read_text()
    assert "libavcodec" in maps
    assert "_imaging" in maps
    with open(media("tone.mp3"), "rb") as file:
        worker.say(Probe(request=1, path=""), file.fileno())
    assert isinstance(heard.next(), Probed)
    worker.leave()
    assert is_gone(worker.pid)


def test_the_fork_server_has_one_thread(server):
    child = server.fork(Order(), ())
    child.kill()
    assert child.wait(10)
    child.close()
    assert server.pid is not None
    assert threads_of(server.pid) == 1


def test_a_worker_holds_no_descriptor_of_the_fork_server_or_of_another_worker(server):
    heard, other = Heard(), Heard()
    first = Worker(heard, slot_bytes=4096, server=server)
    second = Worker(other, slot_bytes=4096, server=server)
    assert isinstance(heard.next(), Hello)
    assert isinstance(other.next(), Hello)
    held = [os.readlink(f"/proc/{second.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{second.pid}/fd")]
    assert len({name for name in held if name.startswith("socket:")}) == 1, "its own requests, and no other's"
    assert len([name for name in held if name.startswith("/memfd")]) == 1, "its own ring, and no other's"
    assert len({name for name in held if name.startswith("pipe:")}) == 1
    first.leave()
    second.leave()


def test_a_killed_worker_is_noticed_and_buried(server):
    heard = Heard()
    worker = Worker(heard, server=server)
    assert isinstance(heard.next(), Hello)
    os.kill(worker.pid, signal.SIGKILL)
    assert heard.next() is None
    worker.leave()
    assert is_gone(worker.pid)


def test_a_worker_that_does_not_leave_is_killed(server):
    heard = Heard()
    worker = Worker(heard, server=server)
    assert isinstance(heard.next(), Hello)
    os.kill(worker.pid, signal.SIGSTOP)
    worker.leave()
    assert is_gone(worker.pid)


def test_when_the_fork_server_is_killed_its_workers_end_and_the_next_one_comes_from_a_new_one(server):
    heard = Heard()
    worker = Worker(heard, server=server)
    assert isinstance(heard.next(), Hello)
    before = server.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert heard.next() is None
    worker.leave()
    again = [Heard(), Heard()]
    # The first order may find the dead one's socket and is spawned instead.
    workers = [Worker(one, server=server) for one in again]
    assert all(isinstance(one.next(), Hello) for one in again)
    assert server.pid != before
    assert parent_of(workers[1].pid) == server.pid
    for one in workers:
        one.leave()


def test_without_a_fork_server_workers_are_spawned(server):
    server.close()
    heard = Heard()
    worker = Worker(heard, server=server)
    assert isinstance(heard.next(), Hello)
    assert parent_of(worker.pid) == os.getpid()
    worker.leave()


def test_workers_end_with_the_screen_process(server):
    heard = Heard()
    worker = Worker(heard, server=server)
    assert isinstance(heard.next(), Hello)
    pid = server.pid
    server.close()
    assert pid is not None
    assert is_gone(pid)
    assert heard.next() is None
    worker.leave()


def test_a_prober_may_have_its_workers_forked(server, media):
    with Prober(server=server) as prober:
        assert isinstance(prober.probe(media("rgb.png")), MediaFacts)
        assert prober.pid is not None
        assert parent_of(prober.pid) == server.pid


def test_a_worker_that_was_let_go_of_is_killed_no_more_also_where_its_descriptor_is_somebody_elses(
    server: ForkServer,
) -> None:
    first, second = (server.fork(Order(), ()) for _ in range(2))
    number = first._handle
    first.kill()
    assert first.wait(20)
    first.close()
    os.dup2(second._handle, number)
    try:
        first.kill()
        first.close()
        assert not second.wait(0.3)
    finally:
        os.close(number)
        second.kill()
        second.wait(20)
        second.close()


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("is_forked", [True, False], ids=["forked", "spawned"])
def test_every_card_is_drawn_behind_the_walls_with_all_that_can_be_on_it(server, template, is_forked):
    card = Card(template=template, title="国家反诈中心", text="下载\n注册\n预警", footer="石桥派出所", qr="tel:96110")
    with viewer((640, 360), server=server if is_forked else None) as seen:
        shown = seen.show(ShowCard(request=1, card=card, target=seen.target))
    assert (shown.state, len(shown.frames)) == ("ended", 1), shown.why
