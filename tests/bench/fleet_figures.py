"""Two figures of a fleet: how soon all are online after the broker died, and how a month without it is made up for.

Usage: python -m tests.bench.fleet_figures storm [--screens 1000] | drain [--screens 200] [--days 30] [--collectors 1]

A real mosquitto, the office's own collector with a fresh database, and simulated screens, on this machine. `drain`
tells how old the oldest live record was that the office did not have, and at the end compares every chain.
"""

import argparse
import asyncio
import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from office.place import Place, found
from tests.bench.fleet import Fleet
from tests.bench.fleet_chain import MEDIA, MORNING, medium
from tests.bench.fleet_screen import Plan, screen_id
from tests.bench.published import publish
from tests.brokers import Mosquitto

LOOK_S = 5.0
GIVE_UP_S = 3600.0


def founded(home: Path, broker: str, screens: int) -> Place:
    """Makes an office at a home, and enrols the screens."""
    place = Place(home)
    found(place)
    text = place.settings_file.read_text()
    place.settings_file.write_text(
        text.replace('broker = "mqtt://127.0.0.1:1883"', f'broker = "{broker}"').replace('user = "office"', 'user = ""')
    )
    from office.settings import open_office

    open_office(place)
    from office.models import Screen

    Screen.objects.bulk_create([Screen(id=screen_id(number), title=f"模拟屏 {number}") for number in range(screens)])
    publish(12, {MORNING: "main"}, (medium(number) for number in range(MEDIA)), dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return place


@contextmanager
def collecting(place: Place, collectors: int) -> Iterator[None]:
    """Collectors, each a process."""
    with ExitStack() as stack:
        for number in range(collectors):
            log = stack.enter_context((place.home / f"collect-{number}.log").open("wb"))
            command = [sys.executable, "-m", "office", "collect", "--home", str(place.home)]
            process = subprocess.Popen(command, stdout=log, stderr=log)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        yield


class Look:
    """Reads the office's database from outside."""

    def __init__(self, place: Place) -> None:
        self._path = place.database

    def _ask(self, words: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=60)) as db:
            return db.execute(words).fetchall()

    def online(self) -> dict[str, int]:
        """The connection of each screen that the office knows to be online."""
        words = "SELECT id, conn FROM office_screen WHERE status = 'online'"
        return {str(screen): int(str(conn)) for screen, conn in self._ask(words)}

    def newest(self) -> dict[str, int]:
        """The highest number stored of each screen."""
        words = "SELECT e.screen_id, max(r.last) FROM office_ledgerrun r JOIN office_ledgerepoch e ON r.epoch_id = e.id"
        return {str(screen): int(str(last)) for screen, last in self._ask(words + " GROUP BY e.screen_id")}

    def whole(self) -> dict[str, tuple[int, int, bytes]]:
        """Of each screen: how many records there are, how far they are acknowledged, and the hash there."""
        words = (
            "SELECT e.screen_id, (SELECT count(*) FROM office_ledgerrecord"
            " WHERE id BETWEEN e.id << 40 AND (e.id + 1 << 40) - 1), e.upto, e.head FROM office_ledgerepoch e"
        )
        return {str(s): (int(str(n)), int(str(upto)), bytes(head)) for s, n, upto, head in self._ask(words)}  # type: ignore[call-overload]


def live_age_s(fleet: Fleet, ends: dict[str, int], newest: dict[str, int]) -> float:
    """How old the oldest record since the backlogs' `ends` is that the office does not have, in seconds."""
    now_ms = time.time() * 1000
    worst = 0.0
    for screen in fleet.screens:
        stored = max(ends[screen.id], newest.get(screen.id, 0))
        if stored < screen.chain.last:
            # A play is in the ledger when it has ended: when the one after it begins.
            worst = max(worst, (now_ms - screen.chain.at_ms(stored + 2)) / 1000)
    return worst


async def until(true: Callable[[], bool], every_s: float = 0.1) -> float:
    """Waits, and gives how long it took in seconds."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > GIVE_UP_S:
            raise TimeoutError
        await asyncio.sleep(every_s)
    return time.monotonic() - began


async def storm(plan: Plan, broker: Mosquitto, look: Look) -> None:
    """All online, the broker killed and started again, all online."""
    fleet = Fleet(plan)
    fleet.start()
    count = len(fleet.screens)
    first_s = await until(lambda: fleet.online() == count == len(look.online()))
    print(f"{count} screens online after {first_s:.1f} s", flush=True)
    conns = {screen.id: screen.conn for screen in fleet.screens}
    broker.kill()
    await until(lambda: fleet.online() == 0)
    broker.start()

    def all_in(seen: dict[str, int]) -> bool:
        # A broker that dies publishes no wills: the old connections are still said to be online.
        return all(seen.get(screen, 0) > conn for screen, conn in conns.items())

    began = time.monotonic()
    await until(lambda: all_in({screen.id: screen.conn for screen in fleet.screens if screen.online}))
    back_s = time.monotonic() - began
    await until(lambda: all_in(look.online()))
    told_s = time.monotonic() - began
    print(f"after the broker's restart: all connected {back_s:.1f} s, all online at the office {told_s:.1f} s")
    print(f"attempts {fleet.counts['attempts']}, connections {fleet.counts['connected']}")
    await fleet.stop()


async def drain(plan: Plan, look: Look) -> None:
    """A backlog made up for, while the screens go on playing."""
    began = time.monotonic()
    fleet = Fleet(plan)
    backlog = fleet.behind()
    ends = {screen.id: screen.chain.last for screen in fleet.screens}
    print(f"{len(fleet.screens)} screens, {backlog} records, made in {time.monotonic() - began:.0f} s", flush=True)
    fleet.start()
    began, worst = time.monotonic(), 0.0
    while any(screen.acked < ends[screen.id] for screen in fleet.screens):
        await asyncio.sleep(LOOK_S)
        took, age = time.monotonic() - began, live_age_s(fleet, ends, await asyncio.to_thread(look.newest))
        worst = max(worst, age)
        done = sum(min(screen.acked, ends[screen.id]) for screen in fleet.screens)
        print(f"{took:6.0f} s  {done / backlog:6.1%}  {done / took:8.0f}/s  live {age:5.1f} s", flush=True)
        if took > GIVE_UP_S:
            raise TimeoutError
    print(f"drained in {time.monotonic() - began:.0f} s; the oldest live record not yet there was {worst:.0f} s old")
    print(dict(fleet.counts))
    fleet.stop_playing()
    await until(lambda: fleet.behind() == 0)
    whole = look.whole()
    for screen in fleet.screens:
        count, upto, head = whole[screen.id]
        assert count == upto == screen.chain.last, screen.id
        assert screen.chain.hash_of(upto) == head, screen.id
    print(f"{sum(count for count, _, _ in whole.values())} records stored, every chain as the screens have it")
    await fleet.stop()


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["storm", "drain"])
    parser.add_argument("--screens", type=int)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--period-s", type=float, default=10.0)
    parser.add_argument("--collectors", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the office's database is made; it is removed afterwards")
    given = parser.parse_args()
    screens = given.screens or (1000 if given.what == "storm" else 200)
    folder = Path(tempfile.mkdtemp(prefix="fleet-", dir=given.folder))
    try:
        with Mosquitto(folder / "broker", log_types="warning error", options="max_queued_messages 2000") as broker:
            place = founded(folder / "office", broker.url, screens)
            look = Look(place)
            with collecting(place, given.collectors):
                if given.what == "storm":
                    asyncio.run(storm(Plan(broker.url, screens, period_s=given.period_s), broker, look))
                else:
                    asyncio.run(drain(Plan(broker.url, screens, given.days, given.period_s), look))
            size = sum(each.stat().st_size for each in place.home.glob("db.sqlite3*"))
            print(f"database {size / 1e6:.0f} MB")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
