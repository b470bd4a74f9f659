"""`wuzha-office command`: a command to screens, and what they replied."""

import argparse
import time

from office.commands.asking import me, signing_time
from office.commands.table import Progress, show
from office.models import Command
from office.ordering import order, read_arguments
from office.place import Place
from office.publishing.aims import chosen

LOOK_S = 0.3
MOST_DATA = 2000
"""Characters of a reply's data."""


def main(options: argparse.Namespace, place: Place) -> int:
    """0: every screen did it, or nobody waited; 1: some did not reply, or said no."""
    args = read_arguments(options.op, options.arguments)
    screens = {screen.id: screen for _, group in chosen(options.to) for screen in group}
    at = signing_time(place, is_right=options.clock_is_right)
    rows = order(place, screens.values(), options.op, args, by=options.by or me(), at=at, valid_s=options.valid)
    if options.wait <= 0:
        return 0
    bar, until = Progress(), time.monotonic() + options.wait
    ids = [row.id for row in rows]
    while True:
        found = list(Command.objects.filter(id__in=ids).order_by("screen_id"))
        replied = sum(row.replied_at is not None for row in found)
        bar.tell(replied, len(found), f"{options.op} {replied}/{len(found)}")
        if replied == len(found) or time.monotonic() >= until:
            break
        time.sleep(LOOK_S)
    bar.end()
    show(("屏幕 screen", "结果 result", ""), ([row.screen_id, *_result(row)] for row in found))
    return 0 if all(row.ok for row in found) else 1


def _result(row: Command) -> tuple[str, str]:
    if row.replied_at is None:
        return "▲ 没有回复 no reply", ""
    if row.ok:
        return "● 完成 done", " ".join(f"{key}={value}" for key, value in row.data.items())[:MOST_DATA]
    why = row.why or {}
    return "✕ 拒绝 refused", f"{why.get('zh', '')} {why.get('en', '')}".strip()
