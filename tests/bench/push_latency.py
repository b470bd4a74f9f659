"""From the office's `publish()` to the first frame on the screen, media being there already.

Usage: python -m tests.bench.push_latency [--pushes N] [--xvfb] [--size WxH] [--only normal,emergency] [--json FILE]
Everything is real and on this machine: mosquitto, two people's keys, the download server and the collector in
processes of their own, and the player with `--trace`. The office's side runs here, as it runs in the console. Rows:
  normal     another version of a playlist whose items last 0.5 s: it is shown at the next item boundary
  emergency  a publication that cuts in
  withdraw   that publication goes, and the normal one is back
With --town 200x5000 the office has 200 more screens and signs 5,000 more files, none of them for this screen.
Two figures each: from the call that publishes, and from the moment a subscriber beside the screen has the head.
The steps are told by the screen's own receipts and trace; receipts are in whole milliseconds.
"""

import argparse
import datetime as dt
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tests.bench.push_figures import GOALS, Push, render, summed
from tests.bench.push_house import Line, Town, pictures, running
from tests.brokers import wait_until

DWELL_S = 0.5
PICTURES = 4
TEXT = 'title = "{title}"\ntransition = "cut"\ndwell_s = {dwell}\n{rank}\n[[item]]\nmedia = "poster-*.jpg"\n'
ALARM = 'rank = "emergency"\n'
SETTLE_S = 1.2
"""Between two pushes, so that one is over before the next begins."""


class Office:
    """The office's side: publishes what is asked for and remembers when."""

    def __init__(self, town: Town, folder: Path) -> None:
        from office.publishing.aims import chosen
        from office.publishing.publish import open_signers
        from office.trial.ground import PEOPLE, passphrase_file

        self.town, self.folder = town, folder
        who = [(PEOPLE[role], passphrase_file(town.place, role).read_text()) for role in ("author", "approver")]
        self.signers = open_signers(town.place, *who)
        self._aims = chosen(["all"])

    def push(self, line: str, title: str, rank: str = "", dwell_s: float = DWELL_S) -> Push:
        """Publishes another version of a line, as `wuzha-office push` does from the signatures on."""
        from office.publishing.folder import read_folder
        from office.publishing.publish import publish

        (self.folder / line / "playlists").mkdir(parents=True, exist_ok=True)
        media = self.folder / line / "media"
        if not media.exists():
            media.symlink_to(self.folder / "pictures")
        stem = "alarm" if rank else "main"
        text = TEXT.format(title=title, dwell=dwell_s, rank=rank)
        (self.folder / line / "playlists" / f"{stem}.toml").write_text(text)
        draft = read_folder(self.folder / line, line)
        return self._said(lambda: publish(self.town.place, draft, self._aims, self.signers, _now()).number)

    def grow(self, screens: int, files: int) -> None:
        """Adds screens, and a publication of so many small files for them alone."""
        from office.models import Screen
        from office.publishing.aims import read_aim
        from office.publishing.folder import read_folder
        from office.publishing.publish import publish

        others = Screen.objects.bulk_create(Screen(id=f"town-{n:04}", title=f"屏幕 {n}") for n in range(screens))
        shelf = self.folder / "shelf"
        shelf.mkdir()
        for n in range(files):
            (shelf / f"file-{n:05}.jpg").write_bytes(b"%d" % n)
        publish(self.town.place, read_folder(shelf), [(read_aim("all"), tuple(others))], self.signers, _now())

    def withdraw(self, number: int) -> Push:
        """Takes a publication off the screens."""
        from office.publishing.publish import withdraw

        return self._said(lambda: withdraw(self.town.place, number, "bench", _now()).number)

    def _said(self, work: Callable[[], int]) -> Push:
        from office.trusting.repository import head
        from office.voice import say_head

        called = time.monotonic()
        number = work()
        written = time.monotonic()
        say_head(self.town.place)
        said = time.monotonic()
        text = head(self.town.place)
        assert text is not None
        wait_until(lambda: self.town.ear.heard_at(text) is not None, "the head at a subscriber")
        out = self.town.ear.heard_at(text)
        assert out is not None
        return Push(number=number, called=called, written=written, said=said, out=out)


def measure(office: Office, pushes: int, only: Sequence[str]) -> dict[str, list[Push]]:
    """Pushes so often; gives what was seen of each."""
    screen, chance = office.town.screen, random.Random(5)
    base = office.push("programme", "the first")
    screen.await_frame(lambda line: line["publication"] == base.number, "the first publication")
    rows: dict[str, list[Push]] = {name: [] for name in ("normal", "emergency", "withdraw") if name in only}

    def row(name: str, push: Push, since: int, true: Callable[[Line], bool]) -> None:
        line = screen.await_frame(true, f"{name} {push.number}", since)
        rows[name].append(push.seen(line))
        time.sleep(SETTLE_S + chance.random() * DWELL_S)

    for turn in range(pushes if "normal" in only else 0):
        _tell(f"normal {turn + 1}/{pushes}")
        push, since = office.push("programme", f"version {turn}"), len(screen.look())
        row("normal", push, since, lambda line, n=push.number: line["publication"] == n)  # type: ignore[misc]
    for turn in range(pushes if "emergency" in only else 0):
        _tell(f"emergency {turn + 1}/{pushes}")
        push = office.push("alarm", f"alarm {turn}", ALARM, 5.0)
        row("emergency", push, 0, lambda line, n=push.number: line["publication"] == n)  # type: ignore[misc]
        since = len(screen.look())
        gone = office.withdraw(push.number)
        row("withdraw", gone, since, lambda line, n=push.number: line["publication"] != n)  # type: ignore[misc]
    wait_until(lambda: all(each.is_told(screen.receipts()) for some in rows.values() for each in some), "all receipts")
    told = screen.receipts()
    return {name: [push.told(told, withdrawn=name == "withdraw") for push in some] for name, some in rows.items()}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _tell(what: str) -> None:
    print(f"\r{what:40}", end="", file=sys.stderr, flush=True)


def main() -> int:
    """Measures and prints; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pushes", type=int, default=30, metavar="N")
    parser.add_argument("--xvfb", action="store_true", help="with a window on a display of its own")
    parser.add_argument("--size", default="1920x1080", metavar="WxH")
    parser.add_argument("--town", default="0x0", metavar="SCREENSxFILES", help="so much more that the office has")
    parser.add_argument("--only", default="normal,emergency,withdraw", metavar="ROWS")
    parser.add_argument("--folder", type=Path, help="keep everything here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    screens, files = map(int, options.town.split("x"))
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="wuzha-push-") as temporary:
        folder = (options.folder or Path(temporary)).absolute()
        pictures(folder / "pictures", PICTURES, (width, height))
        with running(folder, (width, height), seen=options.xvfb) as town:
            office = Office(town, folder)
            if files:
                office.grow(screens, files)
            rows = measure(office, options.pushes, options.only.split(","))
    figures = {name: summed(some) for name, some in rows.items()}
    print(f"\r{'':40}\r{render(figures)}")
    where = "Xvfb" if options.xvfb else "headless"
    print(f"{options.size}, {where}, {screens} more screens, {files} more files, load before {load:.1f}")
    if options.json:
        told = {name: [msgspec.to_builtins(push) for push in some] for name, some in rows.items()}
        options.json.write_text(json.dumps({"figures": figures, "pushes": told}, indent=1))
    return 0 if all(figures[n]["all"]["p95"] <= goal for n, goal in GOALS.items() if n in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
