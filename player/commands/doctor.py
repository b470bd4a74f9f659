"""`wuzha-player doctor`: one page on what this machine can and cannot do as a screen."""

import argparse
import datetime as dt
import importlib.metadata
import logging
import platform
import shutil
import sys
import threading
from zoneinfo import ZoneInfo

from player.claim import is_claimed
from player.clock import Clock
from player.commands import worker_walls
from player.commands.answering import CURE, PROBLEM, surveyed
from player.commands.as_run import read_as_run
from player.commands.clock import in_words
from player.commands.content import content
from player.commands.finding import Finding
from player.commands.office import broker, orders, trust
from player.commands.remedies import with_remedy
from player.commands.terminal import tell, tell_json
from player.config import Config
from player.decode.prober import Prober
from player.doors import open_screen, wish_of
from player.sound.asking import ask_device
from player.sound.device_watch import device_trouble, device_word
from player.sound.report import DeviceOpened
from player.stage.window import room, too_small_words
from player.state_folder import state_trouble
from player.survey import clock_at_rest
from player.uplink.ledger_db import TROUBLE, LedgerDamaged, open_copy, why_not_read
from player.uplink.loss_note import read_loss
from player.uplink.writer import LEDGER
from player.watch.display_words import AGAINST, SAYS
from player.watch.glass import Glass
from player.watch.health_file import read_health
from player.watch.lookout import ANSWER_S
from player.watch.platform_facts import against
from signage import calendar
from signage.errors import Words
from signage.presented import Presented
from signage.printable import printable

LIBRARIES = (
    "pygame-ce", "av", "pillow", "watchdog", "msgspec", "segno", "tzdata", "chinesecalendar", "paho-mqtt", "tuf",
    "cryptography", "urllib3",
)  # fmt: skip
LOW_DISK_BYTES = 500_000_000


SUBJECTS = {
    "display": "显示", "sound": "声音", "clock": "时钟", "disk": "磁盘", "media": "素材", "playlists": "播放表",
    "calendar": "日历", "workers": "解码进程", "watch": "自检", "ledger": "台账", "broker": "消息服务器",
    "trust": "签名信任", "orders": "管理端命令", "versions": "版本",
}  # fmt: skip


def main(options: argparse.Namespace) -> int:
    """Prints the page; 0 when it could be made, whatever it says."""
    logging.disable(logging.WARNING)
    config = read_as_run(options.config, options.enrolment)
    hinders, desktop = _platform_now()
    findings = (
        _display(config, hinders, desktop),
        _sound(config),
        _clock(config),
        _disk(config),
        *content(config, surveyed(config), _read(clock_at_rest(config))),
        _workers(),
        _watch(config, hinders),
        _ledger(config),
        broker(config),
        trust(config),
        orders(config),
        _versions(),
    )
    findings = tuple(map(with_remedy, findings))
    if options.json:
        tell_json({f.subject: _told(f) for f in findings})
        return 0
    tell(f"{config.screen.title or config.screen.id}  ({config.screen.id})")
    for finding in findings:
        mark = "好" if finding.ok else "注意"
        tell(f"[{mark}] {SUBJECTS[finding.subject]}：{finding.says.zh}", f"       {finding.subject}: {finding.says.en}")
    return 0


def _told(finding: Finding) -> dict[str, object]:
    return {"ok": finding.ok, "says": finding.says.zh, "says_en": finding.says.en, **finding.details}


PRESENTS = {"vsync": "跟随刷新送显", "direct": "直接送显", "headless": "没有窗口，画面没有送到显示器"}
CHOICES = {
    "vsync": Words("有显卡，跟随显示器的刷新", "a graphics card: at the display's own pace"),
    "direct": Words("没有可用的显卡，直接写入窗口", "no graphics card to be used: straight into the window"),
}


def _display(config: Config, hinders: Presented | None, desktop: tuple[int, int] | None) -> Finding:
    if hinders == "unknown":
        return Finding(subject="display", ok=False, says=AGAINST[hinders])
    if is_claimed(config.folders.state):
        # A second window would lie over the picture that people look at.
        health = read_health(config.folders.state)
        present = health.present if health is not None else ""
        wish = wish_of(config)
        visible = room(desktop, wish.position, wish.size) if desktop and wish.fullscreen else wish.size
        if visible != wish.size:
            says = too_small_words(visible, wish.size)
            return Finding(subject="display", ok=False, says=says, details={"present": present})
        says = Words(
            f"播放程序正在运行，{PRESENTS.get(present, '送显方式未知')}；不另开窗口检查",
            f"a player is running, present {present or 'unknown'}; no second window is opened",
        )
        return Finding(subject="display", ok=present != "headless", says=says, details={"present": present})
    screen = open_screen(config, headless=False)
    try:
        facts = screen.describe()
    finally:
        screen.close()
    width, height = facts.size
    pace = f" {facts.vsync_hz:.0f} Hz" if facts.vsync_hz else ""
    asked = Words("按配置", "as configured")
    why = CHOICES.get(facts.mode, asked) if config.screen.present == "auto" else asked
    works = Words(
        f"{facts.driver}，画布 {width}×{height}，{PRESENTS.get(facts.mode, facts.mode)}{pace}（{why.zh}）",
        f"{facts.driver}, canvas {width}×{height}, present {facts.mode}{pace} ({why.en})",
    )
    details: dict[str, object] = {"driver": facts.driver, "present": facts.mode, "vsync_hz": facts.vsync_hz}
    return Finding(
        subject="display",
        ok=facts.trouble is None,
        says=facts.trouble or works,
        details={**details, "why": why.en, "size": facts.size},
    )


def _sound(config: Config) -> Finding:
    if not config.sound.enabled:
        return Finding(subject="sound", ok=True, says=Words("配置里关闭了声音", "switched off in the configuration"))
    found = ask_device()
    trouble = device_trouble(device_word(found, is_open=isinstance(found, DeviceOpened)), found)
    device = printable(f"{found.driver} {found.device}".strip()) if isinstance(found, DeviceOpened) else ""
    volume = config.sound.volume
    return Finding(
        subject="sound",
        ok=trouble is None,
        says=trouble or Words(f"{device}，音量 {volume}", f"{device}, volume {volume}"),
    )


def _clock(config: Config) -> Finding:
    clock = clock_at_rest(config)
    synchronised = clock.ask_synchronised()
    told = clock.read(clock.now())
    wall, said = dt.datetime.now(dt.UTC), in_words(clock, dt.datetime.now(dt.UTC))
    data_ends = calendar.data_ends()
    says = Words(
        f"时区 {config.screen.timezone}，调休日历到 {data_ends}；现在 {said.zh}",
        f"{config.screen.timezone}, holiday table ends {data_ends}; now {said.en}",
    )
    details: dict[str, object] = {
        "at": told.at.isoformat(), "quality": told.quality, "synchronised": synchronised, "wall": wall.isoformat(),
    }  # fmt: skip
    return Finding(subject="clock", ok=told.quality != "unsynced", says=says, details=details)


def _read(clock: Clock) -> dt.datetime:
    return clock.read(clock.now()).at


def _disk(config: Config) -> Finding:
    if config.unanswered:
        where = config.unanswered[0].where
        says = Words(
            f"状态文件夹 {where} {PROBLEM.zh}：{CURE.zh}。这一页里时钟、自检、台账和命令不作数",
            f"state folder {where}: {PROBLEM.en}; {CURE.en}. What this page says of clock, watch, ledger and orders"
            " does not count",
        )
        return Finding(subject="disk", ok=False, says=says, details={"state": where})
    state = config.folders.state
    if (trouble := state_trouble(state)) is not None:
        return Finding(subject="disk", ok=False, says=trouble)
    free = shutil.disk_usage(next(each for each in (state, *state.parents) if each.exists())).free
    says = Words(f"状态文件夹可写，剩余 {free / 1e9:.1f} GB", f"state folder can be written, {free / 1e9:.1f} GB free")
    return Finding(
        subject="disk", ok=free > LOW_DISK_BYTES, says=says, details={"free_bytes": free, "state": str(state)}
    )


def _workers() -> Finding:
    prober = Prober()
    try:
        walls = prober.walls()
    finally:
        prober.close()
    return worker_walls.finding(walls)


UNSEEN = Words(
    "显示屏读不回来，没有自检；播放记录里写“不清楚”",
    "the display cannot be read back; plays are written down as unknown",
)


def ending_in_chinese(last_end: str) -> str:
    """Returns how the screen process ended, as `health.json` has it."""
    match last_end.split():
        case ["signal", "9"]:
            return "被系统强行结束（可能是内存不够，或者画面停住了）"
        case ["signal", _]:
            return "程序崩溃"
        case _:
            return "出错退出"


def _watch(config: Config, hinders: Presented | None) -> Finding:
    health = read_health(config.folders.state)
    if hinders is None and health is not None and is_claimed(config.folders.state):
        hinders = health.against or None
    if health is None:
        says = AGAINST[hinders] if hinders else Words("还没有记录", "nothing noted yet")
        return Finding(subject="watch", ok=hinders is None, says=says, details={"against": hinders or ""})
    read_back = UNSEEN if health.screen == "unseen" else SAYS[health.screen]
    seen = AGAINST[hinders] if hinders else read_back
    count = health.restarts
    at = health.at.astimezone(ZoneInfo(config.screen.timezone))
    zh = f"；画面程序重启过 {count} 次，最近一次是{ending_in_chinese(health.last_end)}" if count else ""
    en = f"; the screen process was started again {count} times ({health.last_end})" if count else ""
    return Finding(
        subject="watch",
        ok=health.screen in ("fine", "unseen") and not hinders and not count,
        says=Words(f"{at:%m-%d %H:%M} {seen.zh}{zh}", f"{at.isoformat(timespec='minutes')} {seen.en}{en}"),
        details={
            "screen": health.screen,
            "against": hinders or "",
            "restarts": count,
            "last_end": health.last_end,
            "at": at,
        },
    )


def _platform_now() -> tuple[Presented | None, tuple[int, int] | None]:
    """Returns what the platform says at this moment against a picture being seen, and the size of the desktop.

    `unknown` where X does not answer.
    """
    found: list[tuple[Presented | None, tuple[int, int] | None]] = []

    def ask() -> None:
        glass = Glass()
        found.append((against(glass.facts()), glass.desktop_px()))
        glass.close()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(ANSWER_S)
    return found[0] if found else ("unknown", None)


def _ledger(config: Config) -> Finding:
    path = config.folders.state / LEDGER
    aside = sorted(each.name for each in path.parent.glob(f"{LEDGER}.*-*") if not each.name.endswith(("-wal", "-shm")))
    kept = Words(
        f"；另存的坏台账：{'、'.join(aside)}" if aside else "", f"; put aside: {', '.join(aside)}" if aside else ""
    )
    if (loss := read_loss(path.with_suffix(".lost"))) is not None:
        first, last = (each[:19].replace("T", " ") for each in loss.span)
        kept = Words(
            f"；有 {loss.records} 条记录还没写进磁盘（{first} 至 {last}）：请先看“磁盘”一行，再关掉打开着 {LEDGER} 的"
            f"其他程序；播放器若在这时关机，这些记录就没了，下次启动会写明{kept.zh}",
            f"; {loss.records} records of {first} to {last} are not on the disk yet: see the line of the disk, then"
            f" close what else has {LEDGER} open; if the player ends now they are lost, which the next start tells"
            f"{kept.en}",
        )
    unwritten = loss.records if loss is not None else 0
    try:
        db = open_copy(path)
        try:
            epochs, size = db.epochs(), db.size_bytes()
        finally:
            db.close()
    except FileNotFoundError:
        says = Words(f"还没有播放台账{kept.zh}", f"no ledger yet{kept.en}")
        return Finding(subject="ledger", ok=not aside and not unwritten, says=says, details={"put_aside": aside})
    except TROUBLE as fault:
        why = why_not_read(fault, path)
        says = Words(f"台账读不出来：{why.zh}{kept.zh}", f"the ledger cannot be read: {why.en}{kept.en}")
        broken = [path.name] if isinstance(fault, LedgerDamaged) else []
        return Finding(subject="ledger", ok=False, says=says, details={"put_aside": [*aside, *broken]})
    records = sum(epoch.head.seq - epoch.first.seq for epoch in epochs)
    says = Words(
        f"{records} 条记录，{size / 1e6:.1f} MB；用 wuzha-player verify 核对{kept.zh}",
        f"{records} records, {size / 1e6:.1f} MB; prove it with verify{kept.en}",
    )
    details: dict[str, object] = {
        "records": records, "size_bytes": size, "epochs": len(epochs), "put_aside": aside,
        "head": epochs[-1].head.hash.hex() if epochs else "", "unwritten": unwritten,
    }  # fmt: skip
    return Finding(subject="ledger", ok=not aside and not unwritten, says=says, details=details)


def _versions() -> Finding:
    versions: dict[str, object] = {name: importlib.metadata.version(name) for name in ("wuzha", *LIBRARIES)}
    versions["python"] = platform.python_version()
    text = f"wuzha {versions['wuzha']} · Python {versions['python']} · {sys.platform} {platform.machine()}"
    return Finding(subject="versions", ok=True, says=Words(text, text), details=versions)
