"""Runs a target in child processes, watches them from outside, and gathers what they find.

A child that hangs is asked where it is and killed; one that dies is noted; the next one goes on behind the case that
did it. So a campaign of hours ends with a list, whatever it meets.
"""

import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack

import msgspec

from tests.fuzz.case import HANG_S, Case, FuzzFinding, FuzzOrder, Measured, random_of
from tests.fuzz.child import ROOT

TARGETS = ("ledger", "messages", "toml", "worker", "http", "names")
START_S = 120.0
"""For a child to load the program, on a busy machine."""
MOST_LIVES = 20
"""Children of one campaign: whoever dies so often has told enough."""


class FuzzResult(msgspec.Struct, frozen=True):
    """What a campaign came to."""

    findings: tuple[FuzzFinding, ...]
    """The first of each signature."""
    times: dict[str, int]
    """How often each signature came."""
    measured: tuple[Measured, ...]
    """One for each child that lived to its end."""
    dead: int
    """Children that did not."""

    @property
    def cases(self) -> int:
        """How many inputs were run."""
        return sum(each.cases for each in self.measured) + len([f for f in self.findings if f.kind in ("hang", "died")])

    @property
    def seconds(self) -> float:
        """How long children ran that lived to their end."""
        return sum(each.seconds for each in self.measured)


def campaign(
    target: str, seed: str, seconds: float, *, first: int = 0, most: int = 0, hang_s: float = HANG_S
) -> FuzzResult:
    """Runs cases of one target for so long, in as many children as it takes."""
    findings: dict[str, FuzzFinding] = {}
    times: Counter[str] = Counter()
    measured: list[Measured] = []
    lives = 0
    until = time.monotonic() + seconds
    while lives < MOST_LIVES and (lives == 0 or (time.monotonic() < until and not most)):
        lives += 1
        with tempfile.TemporaryDirectory(prefix="wuzha-fuzz-", ignore_cleanup_errors=True) as folder:
            order = FuzzOrder(target=target, seed=seed, first=first, most=most,
                          seconds=max(0.1, until - time.monotonic()), folder=folder)  # fmt: skip
            life = _Life(order, hang_s)
            life.run()
        for each in life.findings:
            findings.setdefault(each.signature, each)
            times[each.signature] += 1
        if life.measured is not None:
            measured.append(life.measured)
            break
        first = life.number + 1
    return FuzzResult(tuple(findings.values()), dict(times), tuple(measured), lives - len(measured))


def replayed(target: str, case: Case, hang_s: float = HANG_S) -> FuzzResult:
    """Runs one kept case."""
    with tempfile.TemporaryDirectory(prefix="wuzha-fuzz-", ignore_cleanup_errors=True) as folder:
        order = FuzzOrder(target=target, seed="replay", first=0, most=1, seconds=3600, folder=folder, replay=case)
        life = _Life(order, hang_s)
        life.run()
    found = {each.signature: each for each in life.findings}
    measured = () if life.measured is None else (life.measured,)
    return FuzzResult(tuple(found.values()), dict(Counter(found)), measured, 1 - len(measured))


class _Life:
    """One child from its beginning to its end."""

    def __init__(self, order: FuzzOrder, hang_s: float) -> None:
        self._order, self._hang_s = order, hang_s
        self.findings: list[FuzzFinding] = []
        self.measured: Measured | None = None
        self.number = order.first
        self._is_begun = False
        self._moved = 0.0
        self._heard = bytearray()

    def run(self) -> None:
        """Starts it, listens until it is gone, and notes how it ended if that was not of its own will."""
        with ExitStack() as stack:
            errors = stack.enter_context(tempfile.TemporaryFile())
            progress = stack.enter_context(tempfile.TemporaryFile())
            hears, tells = os.pipe()
            stack.callback(os.close, hears)
            order = msgspec.json.encode(self._order).decode()
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.child", order, str(tells), str(progress.fileno())],
                pass_fds=(tells, progress.fileno()), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
                start_new_session=True,
            )  # fmt: skip
            os.close(tells)
            hung = False
            try:
                hung = self._listen(child, hears, progress.fileno())
            finally:
                if child.poll() is None:
                    child.send_signal(signal.SIGABRT if hung else signal.SIGTERM)
                    try:
                        child.wait(10)
                    except subprocess.TimeoutExpired:
                        child.kill()
                        child.wait()
                _end_all(child.pid)
            errors.seek(0)
            if hung or self.measured is None:
                self._note("hang" if hung else "died", child.returncode, errors.read()[-8000:].decode(errors="replace"))

    def _listen(self, child: subprocess.Popen[bytes], hears: int, progress: int) -> bool:
        """Takes events until the child is gone; says whether it hangs."""
        self._moved = time.monotonic()
        while True:
            ready, _, _ = select.select([hears], [], [], 0.5)
            if ready:
                part = os.read(hears, 1 << 16)
                if not part:
                    return False
                self._hear(part)
            told = os.pread(progress, 16, 0)
            number, is_begun = struct.unpack("<QQ", told) if len(told) == 16 else (self.number, 0)
            now = time.monotonic()
            if (number, bool(is_begun)) != (self.number, self._is_begun) or ready:
                self.number, self._is_begun, self._moved = number, bool(is_begun), now
            if now - self._moved > (self._hang_s if self._is_begun else START_S) and child.poll() is None:
                return True

    def _hear(self, part: bytes) -> None:
        self._heard += part
        while (end := self._heard.find(b"\n")) >= 0:
            kind, told = msgspec.json.decode(bytes(self._heard[:end]))
            del self._heard[: end + 1]
            if kind == "FuzzFinding":
                self.findings.append(msgspec.convert(told, FuzzFinding))
            else:
                self.measured = msgspec.convert(told, Measured)

    def _note(self, kind: str, code: int, trace: str) -> None:
        last = next((line.strip() for line in trace.splitlines() if line.strip().startswith("File ")), "")
        case = self._order.replay or _made(self._order, self.number)
        self.findings.append(
            FuzzFinding(target=self._order.target, kind=kind, signature=f"{kind} ({code}) {last}", number=self.number,
                    seed=self._order.seed, case=case, trace=trace)
        )  # fmt: skip


def _made(order: FuzzOrder, number: int) -> Case:
    """Makes a case again, in this process: making one touches nothing."""
    import importlib

    module = importlib.import_module(f"tests.fuzz.targets.{order.target}")
    make = getattr(module, "make", None)
    return () if make is None else make(random_of(order.seed, number))


def _end_all(group: int) -> None:
    """Ends what a child may have left running: it was the head of a group of its own."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
