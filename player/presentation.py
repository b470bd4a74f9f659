"""How each zone was presented, look by look; what that comes to for one play, and for the display as a whole.

Rule: moments come as values, monotonic seconds of the loop. Looks come from another thread.

A play is `seen` when at least one look that fell into it agreed and none said otherwise; of what they said the worst
word holds; without any look it is `unknown`. A look just before or behind it proves nothing for it.
"""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from player.watch.display_words import AGAINST
from player.watch.sighting import Sighting
from signage.errors import Words
from signage.ledger import Details
from signage.presented import Presented, worst

MOST_LOOKS = 4096
"""Kept for each zone, more than an hour; of older ones each two become one, of which the worse word stays."""
MOST_SPANS = 64
LEAST_WRONG_S, HOLD_S = 2.0, 3.0
"""So long something must be seen to be wrong before it is an event, and have been right before it is over."""
JUDGED_EVERY_S = 0.5
FRESH_S = 12.0
"""A look is news for so long."""
FORGET_S = 30.0
"""Without any look for so long, nothing is known."""

NO_ANSWER = AGAINST["unknown"]
NO_DISPLAY = Words("没有接上显示屏", "no display is connected")
TROUBLES: dict[Presented, Words] = {
    "dark": Words("播放正常，但显示屏没有亮", "the display is dark although a picture is shown"),
    "covered": Words("播放正常，但显示屏上不是播放的画面", "the display shows something else than what is played"),
    "no-display": NO_DISPLAY,
}
"""What is wrong with a display, for people; of one that is not there the screen itself says more."""
MOST_DETAIL = 300
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Edge:
    """The display is presented in another way than before."""

    presented: Presented
    was: Presented
    zones: tuple[str, ...]
    """Those that it holds for; all of them for anything but `covered`."""


@dataclass(slots=True)
class _Spell:
    word: Presented
    since: float
    last: float


class Presentation:
    """The looks at the zones of one screen."""

    def __init__(self, zones: Iterable[str], *, headless: bool) -> None:
        """`headless`: the player was started without a window, and stays so."""
        self._headless = headless
        self._guard = threading.Lock()
        self._looks: dict[str, list[tuple[float, Presented]]] = {zone: [] for zone in zones}
        self._windowless: deque[tuple[float, float]] = deque(maxlen=MOST_SPANS)
        """From when to when there was no window."""
        self._wrong: dict[str, _Spell] = {}
        self._right: dict[str, float] = {}
        """When each zone was last seen."""
        self._looked_at = self._judged_at = self._unanswered_at = NEVER
        self._told: Presented = "seen"
        """What the last edge said; nothing is wrong until something is."""
        self.display: Presented = "headless" if headless else "unknown"
        """How what shows is presented now."""

    @property
    def trouble(self) -> Words | None:
        """Returns what is wrong with the display, for people."""
        is_hanging = self.display == "unknown" and self._unanswered_at > self._looked_at
        return NO_ANSWER if is_hanging else TROUBLES.get(self.display)

    def take(self, sighting: Sighting) -> None:
        """Takes what the supervisor saw; any thread."""
        with self._guard:
            for zone, word in sighting.zones.items():
                if zone in self._looks:
                    self._keep(zone, sighting.at, word)
                    self._weigh(zone, sighting.at, word)

    def beat(self, now: float, *, has_window: bool) -> Edge | None:
        """Takes whether there is a window at all, several times a second; returns a change worth writing down."""
        if self._headless:
            return None
        with self._guard:
            if not has_window:
                self._miss_window(now)
            if now - self._judged_at < JUDGED_EVERY_S:
                return None
            self._judged_at = now
            return self._edge(now)

    def word(self, zone: str, began: float, ended: float) -> Presented:
        """Returns how a play of a zone was presented; looks from before it are forgotten with that."""
        if self._headless:
            return "headless"
        with self._guard:
            if any(since <= ended and last >= began for since, last in self._windowless):
                return "no-display"
            looks = [each for each in self._looks.get(zone, ()) if each[0] >= began]
            if zone in self._looks:
                self._looks[zone] = looks
            return worst(word for at, word in looks if at <= ended)

    def _keep(self, zone: str, at: float, word: Presented) -> None:
        looks = self._looks[zone]
        looks.append((at, word))
        if len(looks) > MOST_LOOKS:
            pairs = zip(looks[::2], [*looks[1::2], looks[-1]], strict=False)
            self._looks[zone] = [(second[0], worst((first[1], second[1]))) for first, second in pairs]

    def _miss_window(self, now: float) -> None:
        since = now
        if self._windowless and now - self._windowless[-1][1] <= HOLD_S:
            since, _ = self._windowless.pop()
        self._windowless.append((since, now))
        for zone in self._looks:
            self._weigh(zone, now, "no-display")

    def _weigh(self, zone: str, at: float, word: Presented) -> None:
        if word == "unknown":
            self._unanswered_at = max(self._unanswered_at, at)
            return
        self._looked_at = max(self._looked_at, at)
        if word == "seen":
            self._right[zone] = max(self._right.get(zone, NEVER), at)
            return
        wrong = self._wrong.get(zone)
        if wrong is None or self._right.get(zone, NEVER) > wrong.last or at - wrong.last > FORGET_S:
            self._wrong[zone] = _Spell(word, at, at)
        else:
            wrong.word, wrong.last = worst((wrong.word, word)), max(wrong.last, at)

    def _edge(self, now: float) -> Edge | None:
        for zone, wrong in list(self._wrong.items()):
            is_over = self._right.get(zone, NEVER) > wrong.last and now - wrong.last > HOLD_S
            if is_over or now - wrong.last > FORGET_S:
                del self._wrong[zone]
        held = {zone: wrong.word for zone, wrong in self._wrong.items() if wrong.last - wrong.since >= LEAST_WRONG_S}
        is_hanging = self._unanswered_at > self._looked_at and now - self._unanswered_at <= FRESH_S
        is_lost = is_hanging or (self._looked_at != NEVER and now - self._looked_at > FORGET_S)
        if held:
            self.display = worst(held.values())
        elif is_lost:
            self.display = "unknown"
        elif not self._wrong and now - max(self._right.values(), default=NEVER) <= FRESH_S:
            self.display = "seen"
        if self.display == self._told or (self.display == "unknown" and not is_lost):
            return None
        edge = Edge(self.display, self._told, tuple(zone for zone, word in held.items() if word == self.display))
        self._told = self.display
        return edge


def edge_details(edge: Edge) -> Details:
    """Returns what the ledger's event `display` says."""
    details: Details = {"presented": edge.presented, "was": edge.was}
    if edge.presented == "covered" and edge.zones:
        details["zones"] = ", ".join(edge.zones)[:MOST_DETAIL]
    return details
