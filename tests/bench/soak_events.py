"""What happens to a player in a soak: a seeded schedule of files, playlists, kills and clock jumps."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench.soak_house import House, fresh, playlist, write_whole
from tests.bench.soak_meter import Meter, Role

MOST_FILES = 8
FEWEST_FILES = 3
SUFFIXES = {"pictures": ".png", "films": ".mp4", "sounds": ".m4a"}
JUMP_S = 40 * 60
RARE_EVERY_S = {"screen killed": 1500.0, "fork server killed": 1500.0}
"""Seldom enough for lives that tell a leak from warming."""


def dealt(kinds: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Gives all kinds shuffled, then all shuffled anew, for ever."""
    while True:
        yield from rng.sample(kinds, len(kinds))


class Events:
    """Does one thing after another to a player."""

    def __init__(self, house: House, meter: Meter, rng: random.Random, clock_file: Path | None) -> None:
        self.counts: Counter[str] = Counter()
        self.left_out: dict[str, str] = {}
        self.hurt: set[int] = set()
        self.screens_killed: list[int] = []
        self.bad_names: dict[str, set[str]] = {}
        self.on_screen_kill: Callable[[float], None] = lambda at: None
        self.on_trouble: Callable[[float], None] = lambda at: None
        self._house, self._meter, self._rng = house, meter, rng
        self._clock_file = clock_file
        self._number = 0
        self._bad: list[Path] = []
        self._again: dict[str, float] = {}
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._kinds = self._all_kinds()
        if clock_file is None:
            for name in [kind for kind in self._kinds if kind.startswith("clock")]:
                del self._kinds[name]
                self.left_out[name] = "libfaketime is not installed"
        self._deck = dealt(tuple(self._kinds), rng)

    def _all_kinds(self) -> dict[str, Callable[[], bool]]:
        return {
            "file copied in slowly": self._copied_in,
            "file renamed in": self._renamed_in,
            "file gone": self._gone,
            "file replaced": self._replaced,
            "file overwritten in place": self._overwritten,
            "file renamed": self._renamed,
            "bad: truncated picture": lambda: self._bad_file("half.png", lambda: self._half(".png")),
            "bad: truncated film": lambda: self._bad_file("half.mp4", lambda: self._half(".mp4")),
            "bad: text named film": lambda: self._bad_file("text.mp4", lambda: b"not a film\n" * 999),
            "bad: empty": lambda: self._bad_file("empty.png", lambda: b""),
            "bad: pipe": lambda: self._bad_file("pipe.png", None),
            "playlist rewritten": self._rewritten,
            "playlist broken": self._broken,
            "worker killed": lambda: self._hurt("worker", signal.SIGKILL),
            "worker stopped": lambda: self._hurt("worker", signal.SIGSTOP),
            "worker crashed": lambda: self._hurt("worker", signal.SIGSEGV),
            "fork server killed": self._server_killed,
            "screen killed": self._screen_killed,
            "clock 40 min ahead": lambda: self._jump(JUMP_S),
            "clock 40 min back": lambda: self._jump(-JUMP_S),
            "clock in 1970": lambda: self._jump(-time.time()),
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that can happen here."""
        return tuple(kind for kind in self._kinds if kind not in self.left_out)

    def happen(self) -> str | None:
        """Lets the next thing happen and says which; None when it could not be now."""
        now = time.monotonic()
        for item in [item for item in self._later if item[0] <= now]:
            self._later.remove(item)
            item[1]()
        kind = next(self._deck)
        if now < self._again.get(kind, 0.0) or not self._kinds[kind]():
            return None
        if kind.startswith(("worker", "fork", "screen", "file overwritten")):
            self.on_trouble(time.monotonic())
        self._again[kind] = now + RARE_EVERY_S.get(kind, 0.0)
        self.counts[kind] += 1
        return kind

    # Files

    def _name(self, kind: str, suffix: str) -> Path:
        self._number += 1
        return self._house.media / kind / f"soak-{self._number:05}{suffix}"

    def _new(self) -> Path | None:
        kinds = [kind for kind in SUFFIXES if len(self._house.there(kind)) < MOST_FILES]
        kind = self._rng.choice(kinds) if kinds else None
        if kind is None:
            return None
        suffix = ".gif" if kind == "pictures" and self._rng.random() < 0.2 else SUFFIXES[kind]
        return self._name(kind, suffix)

    def _some(self, fewest: int = 0) -> Path | None:
        files = [file for kind in SUFFIXES if len(there := self._house.there(kind)) > fewest for file in there]
        return self._rng.choice(files) if files else None

    def _copied_in(self) -> bool:
        if (path := self._new()) is None:
            return self._gone()
        self._write_slowly(path, fresh(self._house, path.suffix, self._rng))
        return True

    def _renamed_in(self) -> bool:
        if (path := self._new()) is None:
            return self._gone()
        write_whole(path, fresh(self._house, path.suffix, self._rng))
        return True

    def _gone(self) -> bool:
        if (path := self._some(FEWEST_FILES)) is None:
            return False
        path.unlink()
        return True

    def _replaced(self) -> bool:
        if (path := self._some()) is None:
            return False
        write_whole(path, fresh(self._house, path.suffix, self._rng))
        return True

    def _overwritten(self) -> bool:
        if (path := self._some()) is None:
            return False
        self._write_slowly(path, fresh(self._house, path.suffix, self._rng))
        return True

    def _renamed(self) -> bool:
        if (path := self._some()) is None:
            return False
        path.rename(self._name(path.parent.name, path.suffix))
        return True

    def _write_slowly(self, path: Path, content: bytes) -> None:
        piece = len(content) // 6 + 1
        with path.open("wb", buffering=0) as file:
            for start in range(0, len(content), piece):
                file.write(content[start : start + piece])
                time.sleep(0.25)

    def _half(self, suffix: str) -> bytes:
        whole = fresh(self._house, suffix, self._rng)
        return whole[: len(whole) // 2]

    def _bad_file(self, name: str, content: Callable[[], bytes] | None) -> bool:
        self._number += 1
        kind = "films" if name.endswith(".mp4") else "pictures"
        path = self._house.media / kind / f"bad-{self._number:05}-{name}"
        if content is None:
            os.mkfifo(path)
        else:
            write_whole(path, content())
        self.bad_names.setdefault(name, set()).add(f"{kind}/{path.name}")
        self._bad.append(path)
        if len(self._bad) > MOST_FILES:
            self._bad.pop(0).unlink()
        return True

    # Playlists

    def _rewritten(self) -> bool:
        path = self._rng.choice(sorted(self._house.playlists.glob("*.toml")))
        write_whole(path, playlist(path.stem, self._rng).encode())
        return True

    def _broken(self) -> bool:
        path = self._rng.choice(sorted(self._house.playlists.glob("*.toml")))
        good = path.read_bytes()
        bad = (good[: len(good) // 2] + b"\n= [[", good + b"\ndwell_s = -5\n", b"\xff\xfe\x00", b"")
        write_whole(path, self._rng.choice(bad))

        def restore() -> None:
            write_whole(path, good)
            self.counts["playlist restored"] += 1

        self._later.append((time.monotonic() + self._rng.uniform(4, 9), restore))
        return True

    # Processes

    def _hurt(self, role: Role, number: signal.Signals) -> bool:
        pids = self._meter.look()[role]
        if not pids:
            return False
        pid = self._rng.choice(pids)
        self.hurt.add(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        return True

    def _server_killed(self) -> bool:
        now = self._meter.look()
        if not now["fork server"]:
            self.left_out.setdefault("fork server killed", "no fork server was seen")
            return False
        self.left_out.pop("fork server killed", None)
        self.hurt.update(now["worker"])  # they go with it
        return self._hurt("fork server", signal.SIGKILL)

    def _screen_killed(self) -> bool:
        now = self._meter.look()
        if not now["supervisor"] or not now["screen"]:
            self.left_out.setdefault("screen killed", "no supervisor was seen")
            return False
        self.left_out.pop("screen killed", None)
        self.hurt.update(now["worker"])
        self.screens_killed.append(now["screen"][0])
        self.on_screen_kill(time.monotonic())
        os.kill(now["screen"][0], signal.SIGKILL)
        return True

    # Wall clock

    def _jump(self, offset_s: float) -> bool:
        self._set_clock(offset_s)
        self._later.append((time.monotonic() + self._rng.uniform(5, 12), lambda: self._set_clock(0)))
        return True

    def _set_clock(self, offset_s: float) -> None:
        assert self._clock_file is not None
        write_whole(self._clock_file, f"{offset_s:+.0f}\n".encode())
