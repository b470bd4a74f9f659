"""The command line `wuzha-player`."""

import argparse
import datetime as dt
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from player.commands.apart import run_apart
from player.commands.terminal import tell_trouble
from player.commands.wording import complaint_text
from player.logs import open_log
from signage.command_line import CommandParser
from signage.errors import BadInput, WuzhaError
from signage.utf8_mode import begin_in_utf8, open_output

if TYPE_CHECKING:
    from player.decode.process import ForkServer

NOW = ("now", "现在")
YEARS = range(1970, 2200)
"""Of moments that can be asked about."""
COMMANDS = ("run", "check", "plan", "probe", "plays", "verify", "doctor", "clock")


def parser() -> argparse.ArgumentParser:
    """Gives the parser of all commands."""
    top = CommandParser(prog="wuzha-player", description="无诈屏播放器 · the Wuzha player for one screen")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="播放 · play")
    run.add_argument("--headless", action="store_true", help="不打开窗口 · without a window")
    run.add_argument(
        "--for", dest="for_s", type=float, metavar="SECONDS", help="播放这么多秒后结束 · end after so long"
    )
    run.add_argument("--at", type=moment, metavar="T", help="假设现在是 T · pretend the wall clock stands at T")
    run.add_argument(
        "--trace", type=Path, metavar="FILE", help="每一帧写一行 JSON · a line of JSON per presented frame"
    )

    # What the supervisor says to the screen process that it starts.
    run.add_argument("--watched", action="store_true", help=argparse.SUPPRESS)
    run.add_argument("--resumed", action="store_true", help=argparse.SUPPRESS)

    commands.add_parser("check", help="检查配置、播放表、素材和字体 · everything that is wrong").add_argument(
        "--json", action="store_true"
    )

    plan = commands.add_parser("plan", help="列出将要播放的内容 · what will play")
    plan.add_argument(
        "--from", dest="start", type=moment, required=True, metavar="T", help="这一刻起，也可以写 now · or now"
    )
    plan.add_argument("--to", dest="end", type=moment, required=True, metavar="T", help="到这一刻为止 · until then")
    plan.add_argument("--zone", metavar="Z", help="只看这个区域 · this zone only")
    plan.add_argument("--json", action="store_true")

    probe = commands.add_parser("probe", help="文件能不能播放 · would each file be shown")
    probe.add_argument("--json", action="store_true")
    probe.add_argument("--strict", action="store_true", help="有文件不能播放时退出码为 2 · exit code 2 if one is bad")
    probe.add_argument("files", nargs="+", metavar="FILE")

    plays = commands.add_parser("plays", help="播放次数和记录 · counts and records from the ledger")
    plays.add_argument("--since", type=moment, metavar="T", help="从这一刻起 · from then on")
    plays.add_argument("--until", type=moment, metavar="T", help="到这一刻之前 · before then")
    plays.add_argument(
        "--by", choices=("item", "day", "hour", "playlist", "outcome", "presented"), help="按什么统计 · count by"
    )
    plays.add_argument(
        "--against-plan",
        action="store_true",
        help="和计划比较（用 --from、--to） · beside the plan, with --from and --to",
    )
    plays.add_argument("--from", dest="start", type=moment, metavar="T")
    plays.add_argument("--to", dest="end", type=moment, metavar="T")
    form = plays.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true", help="Excel 能打开的表格 · a table for a spreadsheet")

    plays.add_argument(
        "--raw", action="store_true", help="和 --csv 一起：按台账原样 · with --csv: as the ledger has it"
    )

    verify = commands.add_parser("verify", help="核对台账有没有被改动 · the chain of the ledger, whole")
    verify.add_argument("--json", action="store_true")
    verify.add_argument("ledger", type=Path, nargs="?", metavar="LEDGER", help="台账文件的副本 · a copy of a ledger")

    commands.add_parser("doctor", help="一页体检报告 · one page on display, sound, clock, disk, media").add_argument(
        "--json", action="store_true"
    )
    clock = commands.add_parser("clock", help="以哪个时间为准 · which time is gone by")
    clock.add_argument("--json", action="store_true")
    clock.add_argument(
        "--believe", action="store_true", help="确认机器时钟是对的 · a person's word that the machine's clock is right"
    )
    for name in COMMANDS:
        if name != "probe":
            commands.choices[name].add_argument(
                "--config", type=Path, default=Path("kiosk_config.toml"), metavar="FILE", help="kiosk_config.toml"
            )
    for name in ("run", "check", "plan", "plays", "doctor"):
        commands.choices[name].add_argument(
            "--enrolment",
            type=Path,
            metavar="FOLDER",
            help="管理端为本屏生成的登记文件夹 · the folder that wuzha-office enroll wrote",
        )
    return top


def moment(text: str) -> dt.datetime:
    """Reads `2026-06-06`, `2026-06-06T07:00`, RFC 3339 or `now`; without an offset it is the screen's local time."""
    if text in NOW:
        return dt.datetime.now(dt.UTC)
    try:
        told = dt.datetime.fromisoformat(text)
        if told.year not in YEARS:
            raise ValueError(text)
        return told
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"看不懂的时间 {text!r}，请写成 2026-06-06T07:00 · not a time, write 2026-06-06T07:00"
        ) from None


def main(arguments: Sequence[str] | None = None, *, server: "ForkServer | None" = None) -> int:
    """Runs one command; returns its exit code: 0 done, 1 fault, 2 bad input or configuration.

    `server` is the fork server of a screen process, if it was begun before. The script of an installation from before
    `player/__main__.py` begins here, until it is installed anew.
    """
    if arguments is None:
        begin_in_utf8()
    open_output()
    words = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(words, argparse.Namespace(words=tuple(words), server=server))
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # standard output belongs to the answers
    open_log()
    if options.command != "run" and arguments is None:
        return run_apart(lambda: _done(options))
    return _done(options)


def _done(options: argparse.Namespace) -> int:
    command = importlib.import_module(f"player.commands.{options.command}")
    try:
        code = int(command.main(options))
        sys.stdout.flush()
        return code
    except BadInput as bad:
        for complaint in bad.complaints:
            tell_trouble(*complaint_text(complaint).split("\n"))
        return 2
    except WuzhaError as fault:
        tell_trouble(*str(fault).split("\n"))
        return 1
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        # Whoever read us, such as `head`, has enough; what is still buffered must not complain at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
