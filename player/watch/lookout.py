"""Compares the display with the canvas at every pulse, and says how each zone was presented.

Each pulse settles the look at the one before it, and is what the display is read against at once. What agrees is said
at once. What differs is settled by the next pulse, and said when two looks in a row differ: one alone may be a cut.
A zone that was said not to show what it should is seen again when it agrees at two sets of points, one after the other:
a strip over it may lie between the points of one. While nothing on the canvas changes, a display that agreed everywhere
is left alone for some seconds.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

from player.watch.hotplug import Hotplug
from player.watch.platform_facts import PlatformFacts, against
from player.watch.pulse import Pulse
from player.watch.sighting import Sighting
from player.watch.verdict import MOST_LOOKS, Look, Verdict, is_black, judged
from player.watch.xcb import Place
from player.watch.zone_verdict import Outcome, counted_on, is_ours, settled
from signage.presented import Presented
from signage.printable import printable

FACTS_EVERY_S = 5.0
REST_S = 4.5
"""How long a display that agreed everywhere is believed while the canvas stays as it is and no play begins."""
ANSWER_S = 5.0
"""A display answers within milliseconds, or hangs."""
IN_A_ROW = 2
"""Looks that must differ before a zone is said not to show what it should."""

log = logging.getLogger(__name__)


class GlassLike(Protocol):
    """The display, read back."""

    def colours(self, left: int, top: int, places: tuple[Place, ...], /) -> tuple[int, ...] | None: ...
    def facts(self) -> PlatformFacts: ...
    def light(self, name: str, /) -> bool: ...


class Lookout:
    """The looks at one screen process's picture. For one thread."""

    def __init__(self, glass: GlassLike, tell: Callable[[Sighting], None], look_every_s: float = 0.0) -> None:
        """`tell` takes what was seen; it may lose it, and returns at once."""
        self._glass, self._tell, self._look_every_s = glass, tell, look_every_s
        self._facts_at = self._look_at = float("-inf")
        self._against: Presented | None = None
        self._open: tuple[Pulse, tuple[int, ...]] | None = None
        """The last pulse and what the display showed just behind it, to be settled by the next one."""
        self._differed: dict[str, int] = {}
        """How many looks in a row each zone was another, at the last one."""
        self._wrong_for: dict[str, tuple[int, ...]] = {}
        """The same of each zone's parts."""
        self._doubted: dict[str, tuple[Place, ...]] = {}
        """Zones that are not known to be seen again, with the points at which they agreed since; empty: none yet."""
        self._looks: deque[Look] = deque(maxlen=MOST_LOOKS)
        self._agreed: tuple[Pulse, float] | None = None
        """The last pulse that the display agreed with in every zone, and when; None after one that it did not."""
        self.verdict: Verdict | None = None
        """On the display as a whole; None while there was nothing to compare."""
        self.against: Presented | None = None
        """What the platform says against a picture being seen."""
        self._asking_since: float | None = None
        self._hotplug = Hotplug()

    def look(self, pulse: Pulse, now: float) -> None:
        """Takes a pulse that just came, at monotonic `now`, and looks at the display."""
        self._asking_since = now
        try:
            self._look(pulse, now)
        finally:
            self._asking_since = None

    def is_unanswered(self, now: float) -> bool:
        """Returns whether the display has not answered for so long that it must hang. From any thread."""
        since = self._asking_since
        return since is not None and now - since > ANSWER_S

    def _look(self, pulse: Pulse, now: float) -> None:
        if now >= self._facts_at:
            self._facts_at = now + FACTS_EVERY_S
            facts = self._glass.facts()
            self.against = against(facts)
            self._light(facts)
        if self._open is not None:
            self._settle(*self._open, pulse)
            self._open = None
        if self.against is not None:
            self._tell(Sighting(pulse.at, dict.fromkeys((name for name, _ in pulse.zones), self.against)))
        if pulse.box is None or not pulse.places or now < self._look_at or self._may_rest(pulse, now):
            return
        self._look_at = now + self._look_every_s
        self._agreed = None
        shown = self._glass.colours(pulse.box[0], pulse.box[1], pulse.places)
        if shown is None or len(shown) != len(pulse.colours):
            return
        self._open = (pulse, shown)
        if self.against is not None or is_black(shown, pulse.colours):
            return
        ours = [zone for zone, (own, before) in _by_zone(pulse, shown, pulse.colours) if is_ours(own, before)]
        self._say(pulse, dict.fromkeys(ours, "seen"))
        if len(ours) == len(pulse.zones) and not self._doubted:
            self._agreed = pulse, now

    def _light(self, facts: PlatformFacts) -> None:
        """Lights a display that was plugged in late, which nobody else does without a desktop."""
        name = self._hotplug.take(facts.outputs or ())
        if name is not None and self._glass.light(name):
            log.warning("a display was plugged in at %s, it is given a picture", printable(name))

    def _may_rest(self, pulse: Pulse, now: float) -> bool:
        """Whether the display was seen to show just this a moment ago, in a play that goes on."""
        if self._agreed is None or self.against is not None or self.verdict != "fine":
            return False
        agreed, at = self._agreed
        return now - at < REST_S and pulse._replace(at=agreed.at) == agreed

    def _settle(self, before: Pulse, shown: tuple[int, ...], after: Pulse) -> None:
        if (after.box, after.places, after.zones) != (before.box, before.places, before.zones):
            return
        dark = is_black(shown, before.colours) and is_black(shown, after.colours)
        outcomes = {
            zone: self._outcome(zone, own, was, now)
            for zone, (own, was, now) in _by_zone(before, shown, before.colours, after.colours)
        }
        self._judge(Look(shown, before.colours, after.colours, before.places), outcomes)
        words: dict[str, Presented] = {}
        for zone, outcome in outcomes.items():
            if outcome == "agrees" and not dark:
                words[zone] = "seen"
            elif outcome == "differs" or dark or self.verdict == "frozen":
                self._differed[zone] = self._differed.get(zone, 0) + 1
                if zone in self._doubted:
                    self._doubted[zone] = ()
                if self._differed[zone] >= IN_A_ROW:
                    words[zone] = "dark" if dark else "covered"
        if self.against is None:
            self._say(before, words)

    def _outcome(self, zone: str, own: tuple[int, ...], was: tuple[int, ...], now: tuple[int, ...]) -> Outcome:
        wrong_for = counted_on(self._wrong_for.get(zone, ()), own, was, now)
        self._wrong_for[zone] = wrong_for
        return settled(own, was, now, wrong_for)

    def _say(self, pulse: Pulse, words: dict[str, Presented]) -> None:
        told: dict[str, Presented] = {}
        for name, word in words.items():
            if word != "seen":
                self._doubted[name] = ()
            else:
                self._differed.pop(name, None)
                if not self._is_seen_again(name, pulse.places):
                    continue
            told[name] = word
        if told:
            self._tell(Sighting(pulse.at, told))

    def _is_seen_again(self, zone: str, places: tuple[Place, ...]) -> bool:
        """Whether a zone that agrees at these points is beyond doubt."""
        agreed = self._doubted.get(zone)
        if agreed is not None and agreed in ((), places):
            self._doubted[zone] = places
            return False
        self._doubted.pop(zone, None)
        return True

    def _judge(self, look: Look, outcomes: dict[str, Outcome]) -> None:
        """A display that was bad is fine again when every zone agrees."""
        self._looks.append(look)
        found = judged(tuple(self._looks))
        if found != "fine" or all(outcome == "agrees" for outcome in outcomes.values()):
            self.verdict = found


def _by_zone(pulse: Pulse, *colours: tuple[int, ...]) -> Iterator[tuple[str, list[tuple[int, ...]]]]:
    """Yields each zone's name, and its part of each of the colours."""
    parts = [iter(each) for each in colours]
    for name, count in pulse.zones:
        yield name, [tuple(islice(part, count)) for part in parts]
