"""Runs a command under strace and reports every system call that workers make once their walls stand.

`player/decode/walls/calls.py` was derived from it: `python tools/sandbox/record_calls.py -- pytest tests/player`.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

_CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\((.*)| resumed>(.*))$")
_ENDS = re.compile(r"\)\s+= (-?\d+|0x[0-9a-f]+|\?)(?: (E\w+))?")
_TOLD_APART = {
    "openat": 2, "mmap": 2, "mprotect": 2, "fcntl": 1, "ioctl": 1, "madvise": 2, "prctl": 0, "clone": 1, "clone3": 0,
    "futex": 1, "prlimit64": 0, "tgkill": 2, "sched_getaffinity": 0, "rt_sigprocmask": 0,
}  # fmt: skip
"""The argument by which a call of that name is filtered, and so is reported."""


class Report:
    """The calls of all workers: how often each came, and how often the kernel said no to it."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.errors: dict[str, Counter[str]] = defaultdict(Counter)
        self._inside: set[str] = set()
        self._begun: dict[str, str] = {}

    def read(self, lines: Iterable[str]) -> None:
        """Adds the lines of one strace output."""
        for line in lines:
            if found := _CALL.match(line):
                self._add(*found.groups())

    def _add(self, pid: str, name: str, begun: str | None, rest: str | None) -> None:
        if begun is not None and begun.endswith("<unfinished ...>"):
            self._begun[pid] = begun.removesuffix("<unfinished ...>")
            if name in ("exit", "exit_group"):
                self._note(pid, name, begun)
            return
        whole = begun if begun is not None else self._begun.pop(pid, "") + (rest or "")
        ends = list(_ENDS.finditer(whole))
        arguments = whole[: ends[-1].start()] if ends else whole
        result, error = (ends[-1].group(1), ends[-1].group(2) or "") if ends else ("?", "")
        inside = pid in self._inside
        if name == "seccomp" and "SECCOMP_SET_MODE_FILTER" in arguments:
            self._inside.add(pid)
        elif inside:
            self._note(pid, name, arguments, error)
        if name in ("clone", "clone3") and result.isdigit():
            (self._inside.add if inside else self._inside.discard)(result)

    def _note(self, pid: str, name: str, arguments: str, error: str = "") -> None:
        label = name
        if name in _TOLD_APART:
            parts = arguments.split(", ")
            label += f"({parts[min(_TOLD_APART[name], len(parts) - 1)].strip()})"
        self.calls[label] += 1
        if error:
            self.errors[label][error] += 1
        if name in ("exit", "exit_group"):
            self._inside.discard(pid)


def main(command: list[str]) -> int:
    """Runs the command, prints the report and returns the command's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "calls"
        ended = subprocess.run(["strace", "-f", "-qq", "-s", "0", "-o", str(output), *command], check=False)
        report = Report()
        with output.open(errors="replace") as lines:
            report.read(lines)
    for label, count in sorted(report.calls.items()):
        errors = ", ".join(f"{error} {n}" for error, n in report.errors[label].most_common())
        sys.stdout.write(f"{count:9d}  {label}  {errors}\n")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]))
