"""What is known of the true time: evidence comes in, and the time to go by comes out.

A machine has a clock that never steps (`up_s`, seconds since it was switched on, asleep or not) and one on the wall,
which may say anything. Whatever is known is kept as an *offset*, true time less `up_s`, so that it goes on by itself.
From strong to weak, and nothing gives way to something weaker:

- the **floor**, before which it cannot be: this program was made, an office signed, the machine has run since then;
- an **answer** of the office to what this machine sent a moment ago: the time lies between the two;
- a wall clock that is synchronised and not years beyond all that is known: it vouches for itself, and after
  `STEADY_S` of agreeing with itself it raises the floor;
- any other wall clock;
- the time that was kept when the machine was switched off, to which the time off has to be added.

Rule: pure. Instants are seconds since 1970; no year and no clock is trusted for being there.
"""

import math
from enum import IntEnum
from typing import Literal

import msgspec

from signage.timefloor import ClockQuality

DAY_S = 86_400.0
STEADY_S = 300.0
"""A clock that contradicts what is known has to agree with itself for so long."""
LONG_STEADY_S = DAY_S
"""After so long a synchronised clock is plausible whatever it says."""
NEAR_S = 120.0
"""What differs by less is the same clock, a little better set; an office's may be ahead by so much."""
OFFICE_SLACK_S = 600.0
"""By so much a synchronised clock and an office's may differ."""
MOST_SYNCHRONISED_S = 100 * DAY_S
"""So far beyond what a run began with a synchronised clock raises the floor before `LONG_STEADY_S`."""
MOST_FIRST_S = 5 * 365 * DAY_S
"""The same, where nothing was kept: so old may this program be when a machine first runs it."""
MOST_BEYOND_S = 400 * DAY_S
"""What is further beyond all that is known is not believed, for nobody's clock is safe from 2036: not what was signed,
nor a clock on the wall, unless it is synchronised for `LONG_STEADY_S`."""
USUAL_S = 0.001
"""A clock that is slewed by what synchronises it moves by less between two looks."""
SLEW = 0.5
"""Going back by `NEAR_S` or less, time goes on slower by this, so that nothing happens twice."""
EARLIEST_S, LATEST_S = 0.0, 4_102_444_800.0
"""1970 and 2100: what lies outside is no time."""

HEAD, COMMAND, ANSWER = "timestamp", "command", "answer"
"""Kinds of documents."""
Why = Literal["", "clock", "synchronised", "signed", "answered", "by hand"]
"""Why the time to go by was corrected; `clock`: the wall clock was set."""


class Worth(IntEnum):
    """What the time to go by is worth."""

    KEPT = 0
    """Known from before the machine was switched off: it is later than that."""
    TOLD = 1
    """A clock says so."""
    VOUCHED = 2
    """A synchronised clock says so, and it is plausible."""


class ClockReading(msgspec.Struct, frozen=True):
    """Both clocks at one moment."""

    up_s: float
    wall_s: float
    synchronised: bool | None
    """None: the system does not say."""


class SignedTime(msgspec.Struct, frozen=True, kw_only=True):
    """The newest time that one kind of document was signed with."""

    by: str
    """Names the key: what a former key signed counts no more."""
    number: int
    """Of the document; a higher one was signed later."""
    signed_ms: int
    floor_ms: int = 0
    """How late it was at least when this was kept; 0: it is too far off to be believed by itself."""


class SavedTime(msgspec.Struct, frozen=True, kw_only=True):
    """What outlasts a restart, in milliseconds since 1970 or since switching on."""

    at_ms: int
    """As it was believed."""
    up_ms: int
    boot: str = ""
    """The run of the operating system in which `up_ms` counts."""
    worth: int = 0
    counted_ms: int = 0
    """The making of the program, and the time that it has run since then."""
    confirmed_ms: int = 0
    """A synchronised clock that was steady; 0: none was."""
    signed: dict[str, SignedTime] = {}
    """By kind of document."""


class _Signed(msgspec.Struct, frozen=True):
    """A `SignedTime` of this run; `floor` is an offset."""

    by: str
    number: int
    signed_s: float
    floor: float


class TimeKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """What is known; all offsets in seconds."""

    build_s: float
    counted: float
    """It is this late at least: this program was made, and has run since."""
    base: float
    """What this run began with: a synchronised clock raises the floor so far beyond it and no further."""
    confirmed: float = -math.inf
    signed: dict[str, _Signed] = {}
    ceiling: float = math.inf
    """It cannot be later, says an answer of the office."""
    reach: float = math.inf
    """No machine is switched off for so long that it is later."""
    believed: float
    """What is gone by, at `seen_up_s`."""
    seen_up_s: float
    target: float
    """Where `believed` goes, slowly if that is back."""
    worth: Worth = Worth.KEPT
    quality: ClockQuality = "unsynced"
    synchronised: bool | None = None
    """What the system said of the wall clock that is followed."""
    synchronised_since_s: float | None = None
    """Since when a synchronised one is."""
    rival: float | None = None
    """A wall clock that is not believed yet."""
    rival_since_s: float = 0.0
    rival_synchronised: bool = False
    why: Why = ""
    """Of the last correction."""

    @property
    def floor(self) -> float:
        """The offset below which it cannot be."""
        return max(self.counted, self.confirmed, self._signed_floor)

    @property
    def hard_floor(self) -> float:
        """The floor without what only synchronised clocks said."""
        return max(self.counted, self._signed_floor)

    @property
    def is_settled(self) -> bool:
        """Whether the wall clock is followed, and a look that says the same would change nothing."""
        is_followed = self.quality != "unsynced" or self.synchronised is False
        is_confirmed = not self.synchronised or (self.confirmed > self.target - 1 and self.quality == "ntp")
        return is_followed and is_confirmed and self.believed == self.target and self.rival is None

    @property
    def _signed_floor(self) -> float:
        return max((each.floor for each in self.signed.values()), default=-math.inf)


def begun(build_s: float, saved: SavedTime | None, up_s: float, boot: str) -> TimeKnowledge:
    """Returns what is known when a run begins, before any clock is looked at; `build_s` is when this was made."""
    build = build_s - up_s
    if saved is None or not _is_time(saved.at_ms / 1000):
        return TimeKnowledge(build_s=build_s, counted=build, base=build, believed=build, target=build, seen_up_s=up_s)
    # Within one run of the system the clock that never steps has gone on meanwhile.
    is_same_boot = bool(boot) and boot == saved.boot and up_s >= saved.up_ms / 1000
    shift = (up_s - saved.up_ms / 1000 if is_same_boot else 0.0) - up_s
    known = TimeKnowledge(
        build_s=build_s,
        counted=max(build, _offset(saved.counted_ms, shift)),
        base=build,
        confirmed=_offset(saved.confirmed_ms, shift),
        signed={
            kind: _Signed(each.by, each.number, each.signed_ms / 1000, _offset(each.floor_ms, shift))
            for kind, each in saved.signed.items()
        },
        believed=build,
        target=build,
        seen_up_s=up_s,
    )
    at = max(saved.at_ms / 1000 + shift, known.floor)
    reach = at + MOST_BEYOND_S
    at = at if at <= known.floor + MOST_BEYOND_S else known.floor
    worth = Worth.VOUCHED if is_same_boot and saved.worth == Worth.VOUCHED else Worth.KEPT
    return msgspec.structs.replace(known, base=at, reach=reach, believed=at, target=at, worth=worth)


def observed(known: TimeKnowledge, reading: ClockReading) -> TimeKnowledge:
    """Returns what is known after a look at the clocks."""
    wall = reading.wall_s - reading.up_s
    if known.is_settled and abs(wall - known.target) < USUAL_S and reading.synchronised is known.synchronised:
        return known
    known = _moved(known, reading.up_s)
    worth = _worth(known, wall, reading)
    if not _is_possible(known, wall, reading, worth):
        return _alone(known)
    if abs(wall - known.target) <= NEAR_S:
        return _followed(known, wall, reading)
    if not _is_better(known, wall, worth):
        is_known = known.rival is not None and abs(wall - known.rival) <= NEAR_S
        is_same = is_known and known.rival_synchronised == bool(reading.synchronised)
        if not is_same:
            rival = {"rival": wall, "rival_since_s": reading.up_s, "rival_synchronised": bool(reading.synchronised)}
            return msgspec.structs.replace(_alone(known), **rival)
        is_odd = wall > known.reach or worth < known.worth
        if reading.up_s - known.rival_since_s < (LONG_STEADY_S if is_odd else STEADY_S):
            return known
    why: Why = "synchronised" if reading.synchronised else "clock"
    confirmed = min(known.confirmed, wall)
    known = msgspec.structs.replace(_jumped(known, wall, Worth.KEPT, why), confirmed=confirmed)
    return _followed(known, wall, reading)


def signed(  # noqa: PLR0917 - what a signature says, in its order
    known: TimeKnowledge, kind: str, by: str, number: int, signed_s: float, up_s: float
) -> TimeKnowledge:
    """Returns what is known after a document of a kind whose signature by the key `by` holds.

    It is later than it was signed. A head that was signed after another one and says an earlier time proves that the
    other one's was wrong. A command does not: one that was held back shall not make it earlier, see `answered`.
    """
    former = known.signed.get(kind)
    if not _is_time(signed_s) or (former is not None and former.by == by and number < former.number):
        return known
    known = _moved(known, up_s)
    floor = signed_s - up_s if _is_believable(known, kind, signed_s - up_s) else -math.inf
    if former is not None and former.by == by and (former.signed_s <= signed_s or kind != HEAD):
        floor = max(floor, former.floor)
    held = {**known.signed, kind: _Signed(by, number, signed_s, floor)}
    return _raised(msgspec.structs.replace(known, signed=held), "signed")


def answered(known: TimeKnowledge, by: str, signed_s: float, sent_up_s: float, up_s: float) -> TimeKnowledge:
    """Returns what is known after an office signed a time in answer to what was sent at `sent_up_s`.

    So its clock showed that time at some moment between then and `up_s`.
    """
    low, high = signed_s - up_s, signed_s - sent_up_s
    if not (_is_time(signed_s) and signed_s >= known.build_s and sent_up_s <= up_s):
        return known
    known = _moved(known, up_s)
    if not _is_believable(known, ANSWER, low):
        return known
    # Whatever was signed with a later time than this was signed by a clock that was wrong.
    held = {kind: each for kind, each in known.signed.items() if each.floor <= high + NEAR_S}
    known = msgspec.structs.replace(
        known,
        signed={**held, ANSWER: _Signed(by, 0, signed_s, low)},
        ceiling=high,
        counted=min(known.counted, high),
        confirmed=known.confirmed if known.confirmed <= high + OFFICE_SLACK_S else -math.inf,
    )
    if known.target > high + NEAR_S and known.worth < Worth.VOUCHED:
        known = _jumped(_alone(known), high, Worth.TOLD, "answered")
    return _raised(known, "answered")


def told_by_hand(known: TimeKnowledge, reading: ClockReading) -> TimeKnowledge:
    """Returns what is known after a person at the machine said that its clock is right: nothing else stays known."""
    if not known.build_s - DAY_S <= reading.wall_s < LATEST_S:
        return known
    wall = reading.wall_s - reading.up_s
    anew = begun(min(known.build_s, reading.wall_s), None, reading.up_s, "")
    return _followed(_jumped(msgspec.structs.replace(anew, base=wall), wall, Worth.TOLD, "by hand"), wall, reading)


def believed_s(known: TimeKnowledge, up_s: float) -> float:
    """Returns the time to go by at `up_s`, in seconds since 1970."""
    return up_s + _at(known, up_s)


def least_s(known: TimeKnowledge, up_s: float) -> float:
    """Returns the time that it is at least at `up_s`, in seconds since 1970: by nothing later a signature expires."""
    return up_s + known.floor


def hard_least_s(known: TimeKnowledge, up_s: float) -> float:
    """Returns the time that it is at least, whatever synchronised clocks said, in seconds since 1970."""
    return up_s + known.hard_floor


def saved(known: TimeKnowledge, up_s: float, boot: str) -> SavedTime:
    """Returns what is to be kept; `boot` names the run of the operating system."""
    return SavedTime(
        at_ms=_ms(believed_s(known, up_s)),
        up_ms=_ms(up_s),
        boot=boot,
        worth=int(known.worth),
        counted_ms=_ms(up_s + known.counted),
        confirmed_ms=_ms(up_s + known.confirmed),
        signed={
            kind: SignedTime(
                by=each.by, number=each.number, signed_ms=_ms(each.signed_s), floor_ms=_ms(up_s + each.floor)
            )
            for kind, each in known.signed.items()
        },
    )


def _at(known: TimeKnowledge, up_s: float) -> float:
    """The offset that is gone by: forward at once, back slowly."""
    if known.target >= known.believed:
        return known.target
    return max(known.target, known.believed - SLEW * max(0.0, up_s - known.seen_up_s))


def _moved(known: TimeKnowledge, up_s: float) -> TimeKnowledge:
    return msgspec.structs.replace(known, believed=_at(known, up_s), seen_up_s=max(up_s, known.seen_up_s))


def _jumped(known: TimeKnowledge, offset: float, worth: Worth, why: Why) -> TimeKnowledge:
    return msgspec.structs.replace(
        known, believed=offset, target=offset, worth=worth, rival=None, synchronised_since_s=None, why=why
    )


def _is_possible(known: TimeKnowledge, wall: float, reading: ClockReading, worth: Worth) -> bool:
    """Whether a wall clock may be right, and not in doubt against something better for good."""
    slack = OFFICE_SLACK_S if worth == Worth.VOUCHED else NEAR_S
    if not _is_time(reading.wall_s) or wall < known.hard_floor - slack:
        return False
    if worth == Worth.VOUCHED:
        return True
    is_plausible = wall <= known.reach or bool(reading.synchronised)
    is_below = wall < known.confirmed - slack
    is_against = known.worth == Worth.VOUCHED and abs(wall - known.target) > NEAR_S and not reading.synchronised
    return is_plausible and wall <= known.ceiling + slack and not is_below and not is_against


def _is_better(known: TimeKnowledge, wall: float, worth: Worth) -> bool:
    """Whether a wall clock that contradicts what is gone by is believed at once."""
    if known.worth == Worth.VOUCHED or wall < known.confirmed or wall > known.reach:
        return False
    is_step = known.worth == Worth.TOLD and not -NEAR_S <= wall - known.target <= DAY_S
    return worth == Worth.VOUCHED or not is_step


def _followed(known: TimeKnowledge, wall: float, reading: ClockReading) -> TimeKnowledge:
    """Goes by the wall clock; one that was synchronised for a while raises the floor, and supports what was signed."""
    since = known.synchronised_since_s if known.synchronised_since_s is not None else reading.up_s
    steady_s = reading.up_s - since if reading.synchronised else 0.0
    worth = max(known.worth, Worth.VOUCHED if steady_s >= LONG_STEADY_S else _worth(known, wall, reading))
    quality: ClockQuality = "rtc"
    if reading.synchronised is not None:
        quality = "ntp" if reading.synchronised and (worth == Worth.VOUCHED or steady_s >= STEADY_S) else "unsynced"
    held, confirmed = known.signed, known.confirmed
    if steady_s >= STEADY_S:
        held = {kind: _supported(each, reading) for kind, each in held.items()}
        further = MOST_SYNCHRONISED_S if known.reach < math.inf else MOST_FIRST_S
        most = math.inf if steady_s >= LONG_STEADY_S else max(known.base, known.hard_floor) + further
        confirmed = wall if confirmed - NEAR_S <= wall <= most else confirmed
    return msgspec.structs.replace(
        known,
        target=wall,
        believed=max(known.believed, wall),
        worth=worth,
        quality=quality,
        synchronised=reading.synchronised,
        synchronised_since_s=since if reading.synchronised else None,
        rival=None,
        signed=held,
        confirmed=confirmed,
        why="clock" if abs(wall - known.target) > 1 else known.why,
    )


def _supported(each: _Signed, reading: ClockReading) -> _Signed:
    if each.floor > -math.inf or each.signed_s > reading.wall_s + NEAR_S:
        return each
    return msgspec.structs.replace(each, floor=each.signed_s - reading.up_s)


def _alone(known: TimeKnowledge) -> TimeKnowledge:
    """Goes on without the wall clock, which cannot be believed now."""
    return msgspec.structs.replace(known, rival=None, synchronised=None, synchronised_since_s=None, quality="unsynced")


def _raised(known: TimeKnowledge, why: Why) -> TimeKnowledge:
    """Goes by the floor where what is gone by lies below it."""
    known = msgspec.structs.replace(known, reach=max(known.reach, known.hard_floor + MOST_BEYOND_S))
    slack = OFFICE_SLACK_S if known.worth == Worth.VOUCHED else NEAR_S
    if known.target >= known.hard_floor - slack:
        return known
    return _jumped(_alone(known), known.floor, Worth.KEPT, why)


def _is_believable(known: TimeKnowledge, kind: str, offset: float) -> bool:
    """Whether a signed time is not so far off that the clock of who signed it must be wrong."""
    others = max((each.floor for name, each in known.signed.items() if name != kind), default=-math.inf)
    most = [max(known.counted, known.base, others) + MOST_BEYOND_S]
    if known.worth == Worth.VOUCHED:
        most.append(known.target + NEAR_S)
    if known.rival is not None and known.rival_synchronised:
        most.append(known.rival + NEAR_S)
    return offset <= max(most)


def _worth(known: TimeKnowledge, wall: float, reading: ClockReading) -> Worth:
    reach = known.reach if known.reach < math.inf else max(known.base, known.hard_floor) + MOST_FIRST_S
    return Worth.VOUCHED if reading.synchronised and wall <= reach else Worth.TOLD


def _is_time(at_s: float) -> bool:
    return EARLIEST_S < at_s < LATEST_S


def _offset(at_ms: int, shift: float) -> float:
    return at_ms / 1000 + shift if _is_time(at_ms / 1000) else -math.inf


def _ms(at_s: float) -> int:
    return round(at_s * 1000) if math.isfinite(at_s) else 0
