"""Runs the cases of one target in a process of its own, and measures what they leave behind."""

import contextlib
import faulthandler
import gc
import importlib
import logging
import os
import resource
import struct
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path
from statistics import median

import msgspec

from tests.fuzz.case import (
    HANG_S,
    Broken,
    Case,
    CaseBounds,
    Event,
    FuzzFinding,
    FuzzOrder,
    FuzzTarget,
    Measured,
    random_of,
)
from tests.fuzz.shrinking import shrunk

ROOT = Path(__file__).resolve().parents[2]
PAGE = resource.getpagesize()
MOST_ADDRESS_SPACE = 8 << 30
"""A case that asks for more gets a MemoryError, which is a finding, and the machine lives on."""
LOOK_EVERY_S = 2.0
WARM_UP = 0.25
"""Part of the time after which caches are expected to be full."""
WARM_CASES = 20
MOST_OF_A_KIND = 3
"""Of one signature; more are only counted."""


class Log(logging.Handler):
    """Counts what is logged, and remembers what came with a traceback: nobody's input may cause one."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.bytes = 0
        self.traces: list[tuple[str, str]] = []
        """What was raised and where, and the whole of it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one line."""
        line = record.getMessage()
        self.bytes += len(line.encode(errors="replace")) + 1
        if record.exc_info and record.exc_info[1] is not None:
            self.note(f"log.exception {record.name}", record.exc_info[1])

    def note(self, where: str, error: BaseException) -> None:
        """Takes an exception that nobody handled."""
        self.traces.append((f"{where}: {signature(error)}", "".join(traceback.format_exception(error))))


def signature(error: BaseException) -> str:
    """Returns what an exception is and where in the program it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f.filename.startswith(str(ROOT)) and "/.venv/" not in f.filename]
    tested = [f for f in ours if "/tests/fuzz/" not in f.filename] or ours or list(frames)
    where = f"{Path(tested[-1].filename).relative_to(ROOT)}:{tested[-1].name}" if ours else ""
    told = str(error) if isinstance(error, Broken) else ""
    return f"{type(error).__name__} {where or '?'} {told[:120]}".strip()


class CaseMeter:
    """Memory, objects, files and log, from when the caches are full on."""

    def __init__(self, bounds: CaseBounds, folder: Path, log: Log) -> None:
        self._bounds, self._folder, self._log = bounds, folder, log
        self._base: tuple[float, int] | None = None
        self._pids: tuple[int, ...] = ()
        self.grew_mib = self.peak_mib = self.disk_mib = 0.0
        self.grew_objects = self.files = 0

    def look(self, pids: tuple[int, ...], cases: int, *, warm: bool) -> None:
        """Measures, and raises Broken for what is beyond a bound."""
        gc.collect()
        held, peak = sum(map(_held_mib, (os.getpid(), *pids))), _peak_mib()
        objects = len(gc.get_objects())
        self.files, self.disk_mib = _lies_in(self._folder)
        if self._base is None or pids != self._pids:
            if warm:
                self._base, self._pids = (held, objects), pids
            return
        self.grew_mib, self.grew_objects = held - self._base[0], objects - self._base[1]
        self.peak_mib = max(self.peak_mib, peak - self._base[0])
        told = {
            "memory grew": (self.grew_mib, self._bounds.grows_mib),
            "objects grew": (self.grew_objects, self._bounds.objects),
            "memory at its peak": (self.peak_mib, self._bounds.peak_mib),
            "files": (self.files, self._bounds.files),
            "disk": (self.disk_mib, self._bounds.disk_mib),
            "log bytes a case": (self._log.bytes / max(1, cases), self._bounds.log_bytes),
        }
        for what, (found, most) in told.items():
            if found > most:
                raise Broken(f"{what} beyond {most:g}")


def _held_mib(pid: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
    return 0.0


def _peak_mib() -> float:
    """Returns the highest since it was asked last."""
    status = Path("/proc/self/status").read_text()
    peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak / 1024


def _lies_in(folder: Path) -> tuple[int, float]:
    files = size = 0
    for top, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(top, name)).st_blocks * 512
                files += 1
    return files, size / 2**20


class Runner:
    """One child's work."""

    def __init__(self, order: FuzzOrder, target: FuzzTarget, log: Log, tell: int, progress: int) -> None:
        self._order, self._target, self._log, self._tell, self._progress = order, target, log, tell, progress
        self._costs: list[tuple[float, int]] = []
        """Processor time and size of cases; the newest thousands."""
        self._seen: dict[str, int] = {}
        self._cases = self._steps = 0
        self._slowest = 0.0

    def run(self) -> None:
        """Runs cases until the time or the number is up."""
        order, meter = self._order, CaseMeter(self._target.bounds, Path(self._order.folder), self._log)
        began = looked = time.monotonic()
        number = order.first
        while (time.monotonic() - began < order.seconds or not self._cases) and self._cases != (order.most or -1):
            os.pwrite(self._progress, struct.pack("<QQ", number, 1), 0)
            case = order.replay or self._target.make(random_of(order.seed, number))
            self._try(number, case)
            number += 1
            now = time.monotonic()
            if now - looked > LOOK_EVERY_S:
                looked = now
                warm = now - began > order.seconds * WARM_UP and self._cases > WARM_CASES
                try:
                    meter.look(self._target.pids(), self._cases, warm=warm)
                except Broken as error:
                    self._find("grows", number - 1, case, error)
        os.pwrite(self._progress, struct.pack("<QQ", number, 0), 0)
        times = [cost for cost, _ in self._costs]
        self._say(
            Measured(
                cases=self._cases, seconds=time.monotonic() - began, steps=self._steps,
                median_s=median(times) if times else 0.0, slowest_s=self._slowest, grew_mib=meter.grew_mib,
                peak_mib=meter.peak_mib, grew_objects=meter.grew_objects, files=meter.files, disk_mib=meter.disk_mib,
                log_bytes=self._log.bytes / max(1, self._cases),
            )
        )  # fmt: skip

    def _try(self, number: int, case: Case) -> None:
        self._cases += 1
        self._steps += len(case)
        try:
            cost = self._fed(case)
        except Exception as error:
            self._find("broken" if isinstance(error, Broken) else "raised", number, case, error)
            return
        size = sum(len(step.data) for step in case)
        if cost > self._allowed(size) and (again := self._again(case)) > self._allowed(size):
            self._find("slow", number, case, Broken(f"takes {min(cost, again):.2f} s of the processor, too long"))
        self._slowest = max(self._slowest, cost)
        self._costs = [*self._costs[-4000:], (cost, size)] if len(self._costs) > 8000 else [*self._costs, (cost, size)]

    def _fed(self, case: Case) -> float:
        before, logged = time.process_time(), self._log.bytes
        self._target.run(case)
        cost = time.process_time() - before
        if self._log.bytes - logged > self._target.bounds.log_case_bytes:
            raise Broken(f"one case writes more than {self._target.bounds.log_case_bytes} bytes into the log")
        if self._log.traces:
            where, trace = self._log.traces.pop()
            self._log.traces.clear()
            raise Broken(f"{where}\n{trace}")
        return cost

    def _again(self, case: Case) -> float:
        try:
            return self._fed(case)
        except Exception:
            return 0.0  # what it says the second time is no news

    def _allowed(self, size: int) -> float:
        bounds = self._target.bounds
        if len(self._costs) < 50:
            return HANG_S
        recent = self._costs[-1000:]
        usual, usual_size = median(cost for cost, _ in recent), max(1, median(size for _, size in recent))
        return bounds.slow_floor_s + bounds.slow_times * usual * max(1.0, size / usual_size)

    def _find(self, kind: str, number: int, case: Case, error: BaseException) -> None:
        told = signature(error)
        first, _, trace = told.partition("\n")
        if isinstance(error, Broken) and str(error).startswith(("log.exception", "thread ")):
            kind, first = "logged", str(error).partition("\n")[0]
        self._seen[first] = self._seen.get(first, 0) + 1
        if self._seen[first] > MOST_OF_A_KIND:
            return
        if kind in ("raised", "broken", "logged") and self._seen[first] == 1:
            case = shrunk(case, lambda each: self._still(each, first))
        trace = "".join(traceback.format_exception(error))[-6000:]
        self._say(
            FuzzFinding(target=self._order.target, kind=kind, signature=first, number=number, seed=self._order.seed,
                    case=case, trace=trace)
        )  # fmt: skip

    def _still(self, case: Case, wanted: str) -> bool:
        self._log.traces.clear()
        try:
            self._fed(case)
        except Exception as error:
            told = str(error) if str(error).startswith(("log.exception", "thread ")) else signature(error)
            return told.partition("\n")[0] == wanted
        return False

    def _say(self, event: Event) -> None:
        line = msgspec.json.encode([type(event).__name__, msgspec.to_builtins(event)]) + b"\n"
        while line:
            line = line[os.write(self._tell, line) :]


def main() -> None:
    """Reads its order from the command line: the order as JSON, a pipe for events, a file for the case under way."""
    order = msgspec.json.decode(sys.argv[1], type=FuzzOrder)
    tell, progress = int(sys.argv[2]), int(sys.argv[3])
    faulthandler.enable(all_threads=True)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESS_SPACE, MOST_ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("error")
    log = Log()
    logging.basicConfig(level=logging.INFO, handlers=[log])
    threading.excepthook = lambda args: log.note("thread ended", args.exc_value or SystemExit())
    sys.unraisablehook = lambda args: log.note("unraisable", args.exc_value or SystemExit())
    module = importlib.import_module(f"tests.fuzz.targets.{order.target}")
    target: FuzzTarget = module.open_target(Path(order.folder))
    try:
        Runner(order, target, log, tell, progress).run()
    finally:
        target.close()


if __name__ == "__main__":
    main()
