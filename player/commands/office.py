"""What `doctor` says of the office: the broker, the signatures, and the orders that hold.

Rule: while a player runs, its own word is passed on: a second connection in the screen's name would throw it out.
"""

import time
from zoneinfo import ZoneInfo

import msgspec

from player.answer import Answer, NoAnswer
from player.claim import is_claimed
from player.commands.answering import CURE, PROBLEM
from player.commands.broker_trouble import LATER, NO_ANSWER, NOT_TRIED, why_not_connected
from player.commands.finding import Finding
from player.config import Config
from player.enrolment import read_password, why_no_password
from player.publication.kept import FOLDER, read_kept
from player.state_files import NotOursError, load_state
from player.survey import clock_at_rest
from player.uplink.connections import read_uplink
from player.uplink.standing import NAME, Kept
from signage.disk_faults import in_chinese
from signage.errors import Words
from signage.messages import MessageError, OfficeStatus, decode
from signage.topics import MOST_BYTES, Topics

ANSWER_S, STATUS_S = 8.0, 2.0
DISK_S = 3.0
ALONE = Words("未接入（单机播放）", "not connected: this player has no office")
ELSEWHERE = Words(
    "正在运行的播放程序是用 --enrolment 接入管理端的；加上同样的 --enrolment 再看，这里的各项才作数",
    "the player that runs has an office by its --enrolment; give the same one here, too, or this tells nothing of it",
)
READY = Words("管理端在接收记录", "the office takes records")
AWAY = Words(
    f"管理端不在线：请问一下管理端的机器和接收服务是否开着。{LATER.zh}",
    f"the office is away: ask whether its machine and its collector run; {LATER.en}",
)


def broker(config: Config) -> Finding:
    """Says whether the broker takes this screen in, and whether the office is behind it."""
    office = config.office
    if config.enrolment_troubles:
        first = config.enrolment_troubles[0]
        says = Words(
            f"{first.problem.zh}（{office.enrolment}）。{first.cure.zh}", f"{first.problem.en}; {first.cure.en}"
        )
        details: dict[str, object] = {"broker": office.broker, "enrolment": str(office.enrolment)}
        return Finding(subject="broker", ok=False, says=says, details=details)
    if not office.broker and not config.has_office:
        told = read_uplink(config.folders.state) if is_claimed(config.folders.state) else None
        is_elsewhere = told is not None and told.connected
        return Finding(subject="broker", ok=not is_elsewhere, says=ELSEWHERE if is_elsewhere else ALONE)
    if not office.broker:
        says = Words("没有消息服务器，只取发布的内容", "no broker: publications only")
        return Finding(subject="broker", ok=True, says=says)
    details = {"broker": office.broker, "user": office.user, "prefix": office.prefix}
    if is_claimed(config.folders.state):
        told = read_uplink(config.folders.state)
        if told is not None:
            connected, is_there, level, why = told.connected, told.office, told.level, told.why
        else:
            connected, is_there, level, why = False, False, 0, NOT_TRIED
    else:
        try:
            password = Answer(lambda: read_password(office.credentials), "password").within(DISK_S)
        except (OSError, ValueError) as fault:
            says = why_no_password(office.credentials, fault)
            return Finding(subject="broker", ok=False, says=says, details={**details, "why": str(fault)})
        connected, is_there, level, why = _tried(config, password)
    details |= {"connected": connected, "office": is_there, "level": level, "why": why}
    if not connected:
        told_why = why_not_connected(why)
        says = Words(
            f"连不上消息服务器 {office.broker}：{told_why.zh}",
            f"{office.broker} cannot be reached: {told_why.en} ({why})",
        )
        return Finding(subject="broker", ok=False, says=says, details=details)
    version, there = "MQTT 5" if level == 5 else "MQTT 3.1.1", READY if is_there else AWAY
    says = Words(f"{office.broker}，{version}；{there.zh}", f"{office.broker}, {version}; {there.en}")
    return Finding(subject="broker", ok=is_there, says=says, details=details)


def _tried(config: Config, password: str) -> tuple[bool, bool, int, str]:
    """Connects once: whether it went, whether the office is there, the level, and why not."""
    from signage.link import Arrived, Broker, Connected, Disconnected, Link  # noqa: PLC0415 - only where there is one

    office, topics = config.office, Topics(config.office.prefix)
    try:
        way = Broker(url=office.broker, user=office.user, password=password, ca=str(office.ca or ""))
        link = Link(way, config.screen.id, filters=(topics.office("status"),))
    except (OSError, ValueError) as fault:
        return False, False, 0, str(fault)
    level, is_there, why = 0, False, NO_ANSWER
    link.start()
    try:
        ends = time.monotonic() + ANSWER_S
        while (left := ends - time.monotonic()) > 0 and not is_there:
            for event in link.take(left):
                match event:
                    case Connected(found):
                        level, ends = found, time.monotonic() + STATUS_S
                    case Disconnected(told):
                        why, ends = told, ends if level else 0.0
                    case Arrived(_, payload):
                        is_there = _is_online(payload)
    finally:
        link.stop()
    return bool(level), is_there, level, "" if level else why


def _is_online(payload: bytes) -> bool:
    try:
        return decode(payload, OfficeStatus, MOST_BYTES["office/status"]).online
    except MessageError:
        return False


def trust(config: Config) -> Finding:
    """Says whose signatures count, and what was verified."""
    root = config.trust.root
    if root is None:
        return Finding(subject="trust", ok=True, says=Words("未启用签名", "no signatures are in use"))
    try:
        is_there = Answer(root.is_file, "root").within(DISK_S)
    except NoAnswer:
        says = Words(f"信任根 {root} {PROBLEM.zh}：{CURE.zh}", f"the root {root}: {PROBLEM.en}; {CURE.en}")
        return Finding(subject="trust", ok=False, says=says)
    if not is_there:
        says = Words(
            f"信任根 {root} 不存在：请从管理端把这块屏的登记文件夹重新复制过来",
            f"the root metadata {root} is not there: copy this screen's enrolment folder from the office again",
        )
        return Finding(subject="trust", ok=False, says=says)
    kept = read_kept(config.folders.state / FOLDER)
    versions: dict[str, object] = msgspec.to_builtins(kept.versions)
    if not kept.versions.timestamp:
        says = Words("还没有验证过任何发布", "nothing was verified yet")
        return Finding(subject="trust", ok=True, says=says, details=versions)
    expires = kept.expires
    expired = expires is not None and expires < clock_at_rest(config).moment().at
    until = "" if expires is None else f"{expires.astimezone(ZoneInfo(config.screen.timezone)):%Y-%m-%d %H:%M}"
    end = Words(f"签名{'已于' if expired else '有效到'} {until}{'过期' if expired else ''}",
                f"signatures {'expired' if expired else 'hold until'} {until}")  # fmt: skip
    numbers = [plan.number for plan in kept.on_air]
    says = Words(
        f"播放中的发布：{'、'.join(map(str, numbers)) or '无'}；{end.zh}",
        f"publications on air: {', '.join(map(str, numbers)) or 'none'}; {end.en}",
    )
    if expired:
        says = Words(
            f"{says.zh}：请管理端重新签发，屏幕联网后自动取得",
            f"{says.en}: have the office sign anew; the screen fetches that by itself",
        )
    details = {**versions, "publications": numbers, "expires": expires}
    return Finding(subject="trust", ok=not expired, says=says, details=details)


def orders(config: Config) -> Finding:
    """Says what the office ordered for good."""
    if not config.has_office:
        return Finding(subject="orders", ok=True, says=Words("无", "none"))
    path = config.folders.state / NAME
    try:
        kept = load_state(path, Kept)
    except FileNotFoundError:
        kept = Kept()
    except (OSError, NotOursError) as fault:
        says = Words(
            f"命令文件 {path} 读不出来：{in_chinese(fault)}。播放照常：请不要删，告诉管理员",
            f"{path} cannot be read: {fault}; playing goes on: do not delete it, tell the administrator",
        )
        return Finding(subject="orders", ok=False, says=says)
    found = [
        *([Words("黑屏", "blackout")] if kept.blackout else []),
        *([Words("只播垫片", "filler only")] if kept.filler else []),
        *([Words(f"音量 {kept.volume}", f"volume {kept.volume}")] if kept.volume is not None else []),
    ]
    says = Words("、".join(w.zh for w in found) or "无", ", ".join(w.en for w in found) or "none")
    return Finding(
        subject="orders", ok=not (kept.blackout or kept.filler), says=says, details=msgspec.to_builtins(kept)
    )
