"""A thousand simulated screens in one process.

Usage: python -m tests.bench.fleet mqtt://HOST:PORT [--screens N] [--days D] [--period-s P] [--for S]

`--days` is how long each was cut off before. Prints every five seconds how many are online and how far they are behind.
"""

import argparse
import asyncio
import gc
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.bench.fleet_screen import Plan, SimScreen


class Fleet:
    """Many screens; everything runs on the caller's event loop."""

    def __init__(self, plan: Plan, numbers: Sequence[int] | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.screens = [SimScreen(plan, number, self.counts) for number in numbers or range(plan.screens)]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Switches all of them on."""
        self._tasks = [asyncio.create_task(screen.run()) for screen in self.screens]

    async def stop(self) -> None:
        """Switches them off; each says farewell."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.1)

    def stop_playing(self) -> None:
        """Lets nothing more be played; what was played is still sent."""
        for screen in self.screens:
            screen.plays = False

    def online(self) -> int:
        """Gives how many are connected and have said so."""
        return sum(screen.online for screen in self.screens)

    def behind(self) -> int:
        """Gives how many records the office has not acknowledged."""
        return sum(screen.chain.last - screen.acked for screen in self.screens)

    def newest(self) -> dict[str, tuple[str, int]]:
        """Gives epoch and number of each screen's newest record."""
        return {screen.id: (screen.chain.epoch, screen.chain.last) for screen in self.screens}


async def _show(plan: Plan, seconds: float) -> None:
    began = time.monotonic()
    fleet = Fleet(plan)
    gc.freeze()
    print(f"{len(fleet.screens)} screens, {fleet.behind()} records behind, made in {time.monotonic() - began:.1f} s")
    fleet.start()
    began, before = time.monotonic(), 0
    try:
        while time.monotonic() - began < seconds:
            await asyncio.sleep(5)
            sent, behind = fleet.counts["records"], fleet.behind()
            print(
                f"{time.monotonic() - began:6.0f} s  online {fleet.online()}  behind {behind}  "
                f"sent {(sent - before) / 5:.0f}/s  {dict(fleet.counts)}",
                flush=True,
            )
            before = sent
            if plan.days and behind <= len(fleet.screens) * 6:
                print(f"drained after {time.monotonic() - began:.0f} s")
                return
    finally:
        await fleet.stop()


def main() -> None:
    """Runs a fleet against a broker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--screens", type=int, default=1000)
    parser.add_argument("--days", type=float, default=0.0)
    parser.add_argument("--period-s", type=float, default=10.0)
    parser.add_argument("--password-file", type=Path, help="the one password of all of them")
    parser.add_argument("--prefix", default="wuzha/1")
    parser.add_argument("--for", dest="seconds", type=float, default=600.0)
    given = parser.parse_args()
    password = given.password_file.read_text().strip() if given.password_file else ""
    plan = Plan(given.url, given.screens, given.days, given.period_s, password, given.prefix)
    asyncio.run(_show(plan, given.seconds))


if __name__ == "__main__":
    main()
