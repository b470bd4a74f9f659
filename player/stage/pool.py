"""The decoders of one zone, made when they are first wanted and lent to one request at a time."""

from player.decode.protocol import ShowCard, ShowFile, ShowStrip, Target
from player.stage.ports import DecoderFactory, DecoderLike, DecoderState, FrameLike
from signage.errors import Words
from signage.slot import Slot

MOST_DECODERS = 4
"""Enough for a sounding slot with a moving picture while another one is prepared."""
MOST_GIVEN_UP = 16
"""Requests that may still turn out to have broken their decoder: all that wait in four of them, and some to spare."""

UNKNOWN = Words(zh="解码进程出错，原因不明", en="the decoder failed and did not say why")


class Lease:
    """One request in the hands of one decoder; reads nothing that belongs to another request."""

    def __init__(self, decoder: DecoderLike, request: int, slot: Slot | None = None) -> None:
        """`slot` is whom the request serves, with what the decoder has in hand as its medium."""
        self.decoder = decoder
        self.request = request
        self.slot = slot

    @property
    def state(self) -> DecoderState:
        """Gives how far this request is; `starting` while the decoder still holds an older one."""
        return self.decoder.state if self.decoder.request == self.request else "starting"

    @property
    def why(self) -> Words:
        """Gives why it failed."""
        return self.decoder.why or UNKNOWN

    def frame(self) -> FrameLike | None:
        """Gives the oldest frame of this request that was not released."""
        return self.decoder.frame() if self.decoder.request == self.request else None

    def release(self) -> None:
        """Gives the frame's place back to the decoder."""
        self.decoder.release()

    def pcm(self, most: int) -> bytes:
        """Gives up to `most` bytes of this request's sound."""
        return self.decoder.pcm(most) if self.decoder.request == self.request else b""

    def ended(self) -> bool:
        """Says whether nothing more will come."""
        return self.state in ("ended", "failed")


class Pool:
    """Lends decoders; the one that was free longest goes first, so that a broken one has time to come back."""

    def __init__(self, target: Target, want_sound: bool, factory: DecoderFactory) -> None:
        self.target = target
        self._want_sound = want_sound
        self._factory = factory
        self._free: list[DecoderLike] = []
        self._lent: list[DecoderLike] = []
        self._requests = 0
        self._given_up: dict[int, Slot] = {}

    def next_request(self) -> int:
        """Gives a number that no request of this zone had before."""
        self._requests += 1
        return self._requests

    def lend(self, request: ShowFile | ShowCard | ShowStrip, slot: Slot | None = None) -> Lease | None:
        """Puts a request to a free decoder, or to a new one; None when all that there may be are lent.

        `slot` is who is to blame when the request breaks its decoder after it was given back.
        """
        decoder = self._take()
        if decoder is None:
            return None
        self._lent.append(decoder)
        decoder.show(request)
        return Lease(decoder, request.request, slot)

    def give_back(self, lease: Lease | None) -> None:
        """Stops a request and frees its decoder; a second time does nothing."""
        if lease is None or lease.decoder not in self._lent:
            return
        lease.decoder.stop()
        if lease.slot is not None:
            self._given_up[lease.request] = lease.slot
            if len(self._given_up) > MOST_GIVEN_UP:
                del self._given_up[next(iter(self._given_up))]
        self._lent.remove(lease.decoder)
        self._free.append(lease.decoder)

    def late_breakages(self) -> list[tuple[Slot, Words]]:
        """Returns the slots whose requests broke their decoder after they were given back, and how."""
        found: list[tuple[Slot, Words]] = []
        for decoder in (*self._lent, *self._free):
            for request, why in decoder.late_breakages():
                if (slot := self._given_up.pop(request, None)) is not None:
                    found.append((slot, why))
        return found

    def close(self) -> None:
        """Ends all decoders."""
        for decoder in self._lent + self._free:
            decoder.close()
        self._lent.clear()
        self._free.clear()

    def _take(self) -> DecoderLike | None:
        if self._free:
            return self._free.pop(0)
        if len(self._lent) < MOST_DECODERS:
            return self._factory(self.target, self._want_sound)
        return None
