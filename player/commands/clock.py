"""`wuzha-player clock`: which time is gone by, and a person's word that the machine's clock is right."""

import argparse
import datetime as dt
from pathlib import Path

from player.clock import Clock
from player.clock_confirmation import leave_confirmation
from player.commands.terminal import tell, tell_json
from player.config import read_config
from player.survey import clock_at_rest
from player.uplink.writer import boot_id
from signage.disk_faults import in_chinese
from signage.errors import Words, WuzhaError
from signage.trusted_time import NEAR_S

FORM = "%Y-%m-%d %H:%M:%S"
HOW = Words(
    "请插好网线（或连上无线网），几分钟后再看；还是这样、或者那里没有网络，就告诉管理员，由他来校时"
    "（接上键盘运行 timedatectl set-ntp true；没有网络就运行 date -s '2026-12-01 08:00'，写当时的时间）",
    "plug in the network and look again in some minutes; if it stays so, or there is no network, have the administrator"
    " set it (with a keyboard: timedatectl set-ntp true, or without a network date -s '2026-12-01 08:00', as it is"
    " then)",
)
"""How a machine's clock is set right."""


def main(options: argparse.Namespace) -> int:
    """Says what the machine's clock shows and what is believed; with `--believe` leaves word for the player."""
    config = read_config(options.config, lenient=True)
    clock = clock_at_rest(config)
    moment, wall = clock.moment(), dt.datetime.now(dt.UTC)
    if options.believe:
        if wall < clock.made_at:
            raise WuzhaError(
                f"机器时钟是 {wall.astimezone():{FORM}}，比这个程序的制作日期还早，不会是对的：{HOW.zh}\n"
                f"the machine's clock shows {wall.astimezone():{FORM}}, before this program was made: {HOW.en}"
            )
        _confirm(config.folders.state, clock.up_s())
    if options.json:
        least = moment.least.isoformat() if moment.least is not None else None
        tell_json(
            {
                "wall": wall.astimezone().isoformat(),
                "believed": moment.at.isoformat(),
                "quality": moment.clock,
                "least": least,
                "confirmed": bool(options.believe),
            }
        )
        return 0
    said = in_words(clock, wall)
    tell(said.zh, said.en)
    if options.believe:
        tell("已记下：正在运行的播放端一分钟内改用机器时间；没有运行的，一小时内启动有效")
        tell("noted: a player that runs goes by the machine's clock within a minute; one that does not, if it starts")
        tell("within an hour")
    return 0


def _confirm(state: Path, up_s: float) -> None:
    """Leaves a person's word for the player; raises WuzhaError where it cannot be written."""
    try:
        leave_confirmation(state, boot_id(), up_s)
    except OSError as fault:
        english = f"the confirmation cannot be written into {state}: {fault}"
        raise WuzhaError(f"确认写不进状态文件夹 {state}：{in_chinese(fault)}\n{english}") from fault


def in_words(clock: Clock, wall: dt.datetime) -> Words:
    """Returns what the clock on the wall shows, what is believed, and what to do where they differ."""
    told = clock.read(clock.now())
    local = wall.astimezone(told.at.tzinfo)
    if abs((told.at - wall).total_seconds()) <= NEAR_S:
        if told.quality == "ntp":
            return Words(f"{local:{FORM}}，已与网络时间同步", f"{local:{FORM}}, synchronised")
        if told.quality == "rtc":
            return Words(f"{local:{FORM}}，走机器时钟，没有校过时", f"{local:{FORM}}, by the machine's own clock")
        return Words(
            f"{local:{FORM}}，走机器时钟，没有校过时，可能不准。{HOW.zh}",
            f"{local:{FORM}}, by the machine's own clock, which nothing keeps right: {HOW.en}",
        )
    return Words(
        f"机器时钟是 {local:{FORM}}，不采信，按 {told.at:{FORM}} 播放。机器时钟不对就校时：{HOW.zh}。"
        "要是机器时钟才对，就告诉管理员，由他确认（wuzha-player clock --believe）",
        f"the machine's clock shows {local:{FORM}} and is not believed; it is {told.at:{FORM}}. "
        f"If the machine's is wrong, {HOW.en}; if it is right, have the administrator say so:"
        " wuzha-player clock --believe",
    )
