"""What a worker says, taken as from somebody who has taken it over: bounded in size, number and content.

Rule: what cannot come from a worker of ours ends it; what is for people is cut and made printable here, where it comes
in.
"""

import math

import msgspec

from player.decode.protocol import (
    BrokenTalk,
    Crashed,
    Ended,
    Failed,
    Hello,
    Probed,
    Ready,
    Reply,
    Working,
    parse_reply,
)
from signage.errors import Words
from signage.media import MediaFacts
from signage.printable import printable, printable_lines

MOST_REPLY_BYTES = 16 * 1024
"""Of one reply; the longest, a crash's report, has 2,000 characters."""
MOST_SENTENCE = 240
MOST_REPORT = 2000
BURST = 256
"""Replies that may come at once, after a time in which the screen process did not run."""
PER_S, PER_REQUEST = 4.0, 4.0
"""Replies that are earned: a worker says one a second while it works, and three for each request."""
MOST_STRANGE = 8
"""Replies to requests that were never sent, before the worker is ended."""
WALLS = frozenset({
    "rlimits", "no-terminal", "dies-with-parent", "no-capabilities", "no-new-privs", "landlock", "no-network",
    "no-signals", "seccomp",
})  # fmt: skip
MOST_SIDE_PX = 1_000_000
MOST_DURATION_S = 7 * 86_400.0
MOST_RATE = 1_000_000.0


class ReplyReader:
    """Reads one worker's replies and counts them. Both methods may be called from different threads."""

    def __init__(self, now: float) -> None:
        self._left, self._at = float(BURST), now
        self._asked = self._strange = 0
        self._greeted = False

    def asked(self, request: int) -> None:
        """Notes that a request is about to be sent."""
        self._asked = max(self._asked, request)
        self._left = min(float(BURST), self._left + PER_REQUEST)

    def read(self, body: bytes, now: float) -> Reply | None:
        """Returns a reply as far as it is to be believed, None for one to pass over. Raises BrokenTalk."""
        self._left = min(float(BURST), self._left + (now - self._at) * PER_S) - 1.0
        self._at = now
        if self._left < 0:
            raise BrokenTalk("it talks without end")
        reply = parse_reply(body)
        match reply:
            case Hello():
                if self._greeted:
                    raise BrokenTalk("it greets twice")
                self._greeted = True
                return Hello(pid=reply.pid, sandbox=tuple(wall for wall in reply.sandbox[:32] if wall in WALLS))
            case Crashed():
                return Crashed(report=printable_lines(reply.report[-MOST_REPORT:])[:MOST_REPORT])
            case Probed() | Working() | Ready() | Ended() | Failed() if not 0 < reply.request <= self._asked:
                self._strange += 1
                if self._strange > MOST_STRANGE:
                    raise BrokenTalk("it answers what nobody asked")
                return None
            case Probed():
                _check(reply.facts)
            case Failed():
                return msgspec.structs.replace(reply, why=Words(_sentence(reply.why.zh), _sentence(reply.why.en)))
        return reply


def _sentence(text: str) -> str:
    """Returns one line of what shows, as long as a sentence of ours at most."""
    shown = printable(text[:MOST_SENTENCE])
    return shown if len(shown) <= MOST_SENTENCE else shown[: MOST_SENTENCE - 1] + "…"


def _check(facts: MediaFacts) -> None:
    """Raises BrokenTalk for what no file is."""
    numbers = (facts.duration_s, facts.frame_rate)
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise BrokenTalk(f"a file of {facts.duration_s} s at {facts.frame_rate} pictures a second")
    if facts.duration_s > MOST_DURATION_S or facts.frame_rate > MOST_RATE:
        raise BrokenTalk(f"a file of {facts.duration_s} s at {facts.frame_rate} pictures a second")
    least = 0 if facts.kind == "audio" else 1
    if not all(least <= side <= MOST_SIDE_PX for side in (facts.width_px, facts.height_px)):
        raise BrokenTalk(f"a picture of {facts.width_px} x {facts.height_px}")
