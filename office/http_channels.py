"""Waitress with limits of our own on connections: one thread holds them all, and who is slow costs nobody else time.

Waitress asks each of its connections before each wait whether it wants to read or write; two thousand that trickle keep
it from everything else. Here only those that are being answered are asked, the kernel watches the others; and what the
loop does for one of them in a turn has an end.
"""

import logging
import select
import socket
import time
from collections.abc import Callable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.wasyncore import loop, readwrite

from office.addresses import network
from office.connection_limits import ConnectionCount, Limits
from office.http_connection import LimitedChannel
from office.workers import Workers

MOST_UNSENT = 128 * 1024
"""Bytes that the kernel holds for one connection beyond what is on its way."""
MOST_ACCEPTED = 64
"""Connections that are let in before the others have their turn."""
SWEEP_S = 1.0
PAUSE_S = 0.5
"""When no file can be opened."""
WAIT_S = 1.0

log = logging.getLogger(__name__)


class _KernelWatch:
    """The connections that the kernel watches, as one more that the loop asks."""

    accepting = False

    def __init__(self, ready: Callable[[], None]) -> None:
        self.epoll = select.epoll()
        self._ready = ready

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self._ready()

    def handle_error(self) -> None:
        log.exception("a connection could not be served")

    def close(self) -> None:
        self.epoll.close()


class LimitedServer(TcpWSGIServer):
    """Listens, holds the connections, and gives what they ask for to the workers."""

    channel_class = LimitedChannel

    def __init__(
        self,
        application: Callable[..., Any],
        door: socket.socket,
        adjustments: Adjustments,
        limits: Limits,
        workers: Callable[[LimitedChannel], Workers],
        *,
        trusted: str,
    ) -> None:
        """`workers` says whose a request is; connections from the address `trusted` have no limit of their own."""
        self.count, self._limits = ConnectionCount(limits), limits
        self._workers, self._trusted = workers, trusted
        self.sockets: dict[int, Any] = {}
        self._watched: dict[int, LimitedChannel] = {}
        self._watch = _KernelWatch(self._serve_watched)
        self.sockets[self._watch.epoll.fileno()] = self._watch
        self._accepts_at = self._sweeps_at = 0.0
        self._turned_away = False
        info = (door.family, door.type, door.proto, door.getsockname())
        super().__init__(
            application, self.sockets, True, door, dispatcher=workers, adj=adjustments, bind_socket=False, sockinfo=info
        )

    def network_of(self, address: str) -> str:
        """Returns what a connection from there counts as."""
        return "" if self._trusted and address == self._trusted else network(address)

    def turn(self) -> None:
        """Waits for something to do, a second at most, and does it."""
        loop(timeout=WAIT_S, use_poll=True, map=self.sockets, count=1)
        for each in tuple(self.sockets.values()):
            if isinstance(each, LimitedChannel):
                self._settle(each)
        now = time.monotonic()
        if now >= self._sweeps_at:
            self._sweeps_at = now + SWEEP_S
            self._sweep(now)

    def end(self) -> None:
        """Closes everything."""
        for channel in self.count.held:
            assert isinstance(channel, LimitedChannel)
            channel.handle_close()  # closes the files that are on their way, too
        for each in tuple(self.sockets.values()):
            each.close()
        self.sockets.clear()

    def add_task(self, task: LimitedChannel) -> None:
        """Notes that a connection has a request; on any thread."""
        task.deferred = True

    def left(self, channel: LimitedChannel) -> None:
        """Forgets a connection."""
        self.count.gone(channel)
        if channel.watched:
            channel.watched = 0
            del self._watched[channel._fileno]
            self._watch.epoll.unregister(channel._fileno)

    def readable(self) -> bool:
        """Says whether more connections may come."""
        return bool(self.accepting) and time.monotonic() >= self._accepts_at

    def fix_addr(self, addr: Any) -> Any:
        """Returns an IPv4 address as such, also where the door is one for IPv6."""
        return (addr[0].removeprefix("::ffff:") if "." in addr[0] else addr[0], *addr[1:])

    def handle_accept(self) -> None:
        """Lets in who is at the door, or turns away."""
        for _ in range(MOST_ACCEPTED):
            try:
                found = self.accept()
            except OSError as error:
                self._accepts_at = time.monotonic() + PAUSE_S
                log.warning("no connection can be let in: %s", error)
                return
            if found is None:
                return
            self._let_in(found[0], self.fix_addr(found[1]))

    def _let_in(self, opened: socket.socket, address: Any) -> None:
        room = self.count.room(self.network_of(address[0]), time.monotonic())
        if room is False:
            opened.close()
            if not self._turned_away:
                log.warning("more connections than there is room for: some are turned away, of %s too", address[0])
            self._turned_away = True
            return
        if isinstance(room, LimitedChannel):
            room.handle_close()
        try:
            self.set_socket_options(opened)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MOST_UNSENT)
            channel = LimitedChannel(self, opened, address, self.adj, map=self.sockets)
        except OSError:  # it is gone already
            opened.close()
            return
        self.count.come(channel)
        self._settle(channel)

    def _serve_watched(self) -> None:
        for number, flags in self._watch.epoll.poll(0):
            channel = self._watched.get(number)
            if channel is not None:
                readwrite(channel, flags)
                self._settle(channel)

    def _settle(self, channel: LimitedChannel) -> None:
        """Gives a connection to a worker, to the kernel to watch, or to the loop, as it stands now."""
        number = channel._fileno
        if number is None:
            return
        if channel.deferred and not channel.total_outbufs_len:
            channel.deferred = False
            self._workers(channel).add(channel)
        if channel.requests or channel.sending:
            channel.waits_since = None
        elif channel.waits_since is None:
            channel.waits_since = time.monotonic()
        wanted = 0 if channel.answering else select.EPOLLOUT if channel.sending else select.EPOLLIN
        if wanted == channel.watched:
            return
        if not wanted:
            self._watch.epoll.unregister(number)
            del self._watched[number]
            self.sockets[number] = channel
        elif channel.watched:
            self._watch.epoll.modify(number, wanted)
        else:
            del self.sockets[number]
            self._watched[number] = channel
            self._watch.epoll.register(number, wanted)
        channel.watched = wanted

    def _sweep(self, now: float) -> None:
        """Ends those that get nowhere."""
        for each in self.count.held:
            assert isinstance(each, LimitedChannel)
            self._settle(each)
            if each.waits_since is not None:
                each.pace = None
                if now - each.waits_since > self._limits.request_s:
                    each.handle_close()
            elif each.sending and not each.answering:
                self._watch_pace(each, now)
        self._turned_away = False

    def _watch_pace(self, channel: LimitedChannel, now: float) -> None:
        try:
            taken = channel.taken()
        except OSError:
            channel.handle_close()
            return
        since, before = channel.pace or (now, taken)
        if now - since < self._limits.pace_s:
            channel.pace = since, before
        elif taken - before < self._limits.least_bytes:
            channel.handle_close()
        else:
            channel.pace = now, taken
