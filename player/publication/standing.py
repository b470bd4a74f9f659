"""Where every publication stands: assigned, on its way, refused, on air; and what of it survives a restart.

Rule: for one thread; others see only the values it gives out. What is decided counts at once; `save` writes it down a
moment later, for the screen must not wait for the disk: after a power cut in between, what was on air before is.
"""

import datetime as dt
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from player.decode.refusal import CRASHED, HANGS
from player.publication.air import Shown, next_on_air
from player.publication.depot import Depot
from player.publication.history import HistoryFile
from player.publication.kept import Kept, read_kept, write_kept
from player.publication.published import OnAir, Published
from player.publication.receipts import Receipts
from player.publication.signed import Signed
from player.publication.staging import Lacks, Planned, Ready, Refusal, Stage, stage
from player.quarantine import TimedQuarantine
from player.state import Moment
from signage.errors import Words
from signage.ledger import moment
from signage.messages import PublicationState, QuarantinedFile, Step, trouble
from signage.trust import Wanted

MOST_NAME = 120


def at_rest(kept: Kept, depot: Depot, left_out: Collection[str]) -> tuple[Shown, ...]:
    """Gives what was on air and still lies here whole, whatever version of the decoder judged it."""
    found = []
    for plan in kept.on_air:
        staged = stage(plan, depot, left_out, by_any_edition=True)
        if isinstance(staged, Ready):
            found.append(Shown(plan=plan, published=staged.published))
    return tuple(found)


def on_air(kept: Kept, shown: Sequence[Shown], *, expired: bool, notes: tuple[Words, ...]) -> OnAir:
    """Gives what the rest of the player is told."""
    publications = tuple(each.published for each in shown)
    return OnAir(publications=publications, trusted=kept.trusted, expired=expired, notes=notes)


class Standing:
    """All publications of this screen."""

    def __init__(
        self,
        folder: Path,
        depot: Depot,
        receipts: Receipts,
        wall: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`wall` gives the time as it is believed, `clock` the monotonic one."""
        self._folder, self._depot, self._receipts = folder, depot, receipts
        self._wall, self._clock = wall, clock
        self._quarantine = TimedQuarantine()
        self._left_out: tuple[frozenset[str], ...] = (frozenset(),) * 4
        """What was left out when it was settled last."""
        self._history = HistoryFile(folder)
        self.kept = Kept()
        self._saved = self.kept
        self.shown: tuple[Shown, ...] = ()
        self.stages: dict[int, Stage] = {}
        self._ready: dict[int, tuple[Planned, Ready]] = {}
        self._unshowable: dict[str, Words] = {}
        self._lost: TimedQuarantine = TimedQuarantine()
        """What took the decoder down that was to judge it; asked again after a term."""
        self.waiting_for: dict[int, Words] = {}
        """Why a publication does not get on, by number; passes."""
        self.came: dict[str, int] = {}
        """How many bytes have come of files on their way, by SHA-256."""

    def open(self) -> None:
        """Begins with what was on air when the player ended; reads the disk, waits for nothing."""
        self.kept = self._saved = read_kept(self._folder)
        self._quarantine.load(self.kept.quarantined, self._clock(), self._wall(), with_old=False)
        self.shown = at_rest(self.kept, self._depot, self._quarantine.held(self._clock()))

    def adopt(self, signed: Signed, plans: tuple[Planned, ...], heard: Moment) -> bool:
        """Takes a look's findings; says whether they are new. `heard` is when the word of it came."""
        former = {plan.number: plan for plan in self.kept.plans}
        kept = msgspec.structs.replace(
            self.kept,
            plans=plans,
            trusted=frozenset(each.sha256 for each in signed.targets),
            versions=signed.versions,
            command_keys=tuple(key.hex() for key in signed.command_keys),
            expires=signed.expires,
        )
        is_new = kept != self.kept
        self.kept = kept
        if is_new:
            self.waiting_for.clear()
        for plan in plans:
            self._receipts.begin(plan.number, anew=former.get(plan.number, plan) != plan)
            self._receipts.tell(plan.number, "heard", at=heard)
            self._receipts.tell(plan.number, "verified", {"targets": signed.versions.targets})
        return is_new

    def settle(self) -> bool:
        """Looks what is here now, puts on air what can be; says whether that changed anything."""
        now = self._clock()
        left_out = self._held(now)
        if left_out != self._left_out:
            self._left_out = left_out
            self._ready.clear()
        self.stages = {plan.number: self._stage(plan) for plan in self.kept.plans}
        ready: dict[int, Published] = {}
        for number, staged in self.stages.items():
            match staged:
                case Ready():
                    ready[number] = staged.published
                    self._tell_whole(number, staged.needed)
                    self._receipts.tell(number, "staged")
                case Lacks(missing=()):
                    self._tell_whole(number, staged.needed)
                case Refusal(why):
                    self._receipts.refuse(number, why)
        before, self.shown = self.shown, next_on_air(self.shown, self.kept.plans, ready)
        plans = tuple(each.plan for each in self.shown)
        self.kept = msgspec.structs.replace(self.kept, on_air=plans)
        for number in {each.plan.number for each in before} - {plan.number for plan in plans}:
            self._receipts.tell(number, "withdrawn")
        self._receipts.forget({plan.number for plan in (*plans, *self.kept.plans)})
        return before != self.shown

    def _stage(self, plan: Planned) -> Stage:
        """Thousands of files are not looked at again as long as the plan is the same."""
        known = self._ready.get(plan.number)
        if known is not None and known[0] == plan:
            return known[1]
        staged = stage(plan, self._depot, self._left_out[0], always=self._left_out[1])
        match staged:
            case Ready():
                self._ready[plan.number] = (plan, staged)
            case Lacks(needed=needed):
                unshowable = self._unshowable | self._lost.held(self._clock(), urgent=staged.rank == "emergency")
                bad = next((each for each in needed if each.sha256 in unshowable), None)
                if bad is not None:
                    return Refusal(unshowable[bad.sha256])
        return staged

    def _tell_whole(self, number: int, needed: Sequence[Wanted]) -> None:
        if self._receipts.is_told(number, "fetched"):
            return
        total = sum(each.size_bytes for each in needed)
        self._receipts.tell(number, "fetched", {"files": len(needed), "of": len(needed), "bytes": total})

    def cannot_show(self, wanted: Wanted, why: Words) -> None:
        """The decoder refused a file: so is every publication that needs it."""
        name = getattr(wanted.target, "name", "")
        words = Words(zh=f"{name}：{why.zh}", en=f"{name}: {why.en}")
        if why in (CRASHED, HANGS):
            self._lost.add(wanted.sha256, words, self._clock(), self._wall())
        else:
            self._unshowable[wanted.sha256] = words

    def quarantine(self, broken: Mapping[str, Words]) -> None:
        """Leaves files out for a term that broke the decoder while they were shown."""
        for sha256, why in broken.items():
            self._quarantine.add(sha256, why, self._clock(), self._wall())
        self._keep_quarantine()

    def _keep_quarantine(self) -> None:
        self.kept = msgspec.structs.replace(self.kept, quarantined=self._quarantine.kept(self._clock()))

    def is_release_due(self) -> bool:
        """Whether something that was left out when it was settled last may be tried again."""
        return self._held(self._clock()) != self._left_out

    def _held(self, now: float) -> tuple[frozenset[str], ...]:
        """What is left out for all and for emergencies: of what broke while it was shown, then of what never was."""
        return tuple(
            frozenset(each.held(now, urgent=u)) for each in (self._quarantine, self._lost) for u in (False, True)
        )

    def quarantine_ends_s(self) -> float | None:
        """How long until something that was left out is tried again; None when nothing is left out."""
        now = self._clock()
        ends = (self._quarantine.next_end(now), self._lost.next_end(now))
        return min((end - now for end in ends if end is not None), default=None)

    def quarantined(self) -> tuple[QuarantinedFile, ...]:
        """Returns the files of this screen's publications that are left out now."""
        held = self._quarantine.held(self._clock())
        found = []
        for plan in self.kept.plans:
            for name, wanted in plan.media if held else ():
                until = self._quarantine.until(wanted.sha256)
                if wanted.sha256 in held and until is not None:
                    found.append(
                        QuarantinedFile(
                            name=name[:MOST_NAME], sha256=wanted.sha256, publication=plan.number,
                            until=moment(until), why=trouble(held[wanted.sha256]),
                        )
                    )  # fmt: skip
        return tuple(found)

    def look_anew(self) -> None:
        """Forgets what lay here whole: one of the files is gone."""
        self._ready.clear()

    def needed(self) -> frozenset[str]:
        """The files that must stay, by SHA-256."""
        staged = [each.needed for each in self.stages.values() if isinstance(each, Lacks | Ready)]
        assigned = {each.sha256 for needed in staged for each in needed}
        for each in self.shown:
            assigned.update(medium.sha256 for medium in each.published.media)
            assigned.update(text.sha256 for _, text in each.plan.texts)
        return frozenset(assigned)

    def on_air(self, *, expired: bool, notes: tuple[Words, ...]) -> OnAir:
        """Gives it as a value."""
        return on_air(self.kept, self.shown, expired=expired, notes=notes)

    def progress(self) -> tuple[PublicationState, ...]:
        """Gives how far those are that are not on air as they should be."""
        on_air = {each.plan.number: each.plan for each in self.shown}
        plans = {plan.number: plan for plan in self.kept.plans}
        found = []
        for number, staged in self.stages.items():
            if number in plans and on_air.get(number) != plans[number]:
                found.append(self._state(number, staged))
        return tuple(found)

    def _state(self, number: int, staged: Stage) -> PublicationState:
        if isinstance(staged, Refusal):
            return PublicationState(number=number, step="refused", why=trouble(staged.why))
        missing = staged.missing if isinstance(staged, Lacks) else ()
        total = sum(each.size_bytes for each in staged.needed)
        lacks = sum(each.size_bytes - min(each.size_bytes, self.came.get(each.sha256, 0)) for each in missing)
        step: Step = "verified" if missing else "fetched"
        why = self.waiting_for.get(number)
        return PublicationState(
            number=number,
            step=step,
            fetched=len(staged.needed) - len(missing),
            needed=len(staged.needed),
            fetched_bytes=total - lacks,
            needed_bytes=total,
            why=trouble(why) if why is not None else None,
        )

    def save(self) -> None:
        """Writes down what is new, behind the files that it names. Raises OSError."""
        self._keep_quarantine()
        if self.kept != self._saved:
            self._depot.flush()
            write_kept(self._folder, self.kept)
            self._saved = self.kept
        self._history.note(tuple(each.published for each in self.shown), self._wall())
