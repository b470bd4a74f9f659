"""What can be wrong with a screen and what it sends, in sentences for a person."""

import datetime as dt
from typing import Literal

import msgspec
from django.utils import timezone

from office.collecting.chain import ForkError, Gap
from office.collecting.quotas import NAMES, Good
from office.doubt import REASONS, Doubt
from office.stored import Unreadable
from signage.errors import Words
from signage.ledger import MOST_WHY, Details
from signage.messages import LedgerBatch, QuarantinedFile
from signage.presented import Presented

Kind = Literal[
    "fork", "broken", "gap", "lost", "odd", "refused", "clone", "malformed", "stranger", "quota", "display",
    "quarantine", "doubtful", "unreadable", "changed", "away",
    "sound",
]  # fmt: skip
"""As `office.models.Alarm.Kind` has them."""
MOST_NAMED = 64
"""Letters of what a screen names, in a sentence or a key; a SHA-256 has as many."""


class Notice(msgspec.Struct, frozen=True):
    """Something that is wrong with a screen; `key` tells it from others of its kind."""

    screen: str
    kind: Kind
    key: str
    words: Words


class Mended(msgspec.Struct, frozen=True):
    """Something that is no longer wrong: the open alarms of a kind whose key begins so, or is it."""

    screen: str
    kind: Kind
    key: str
    is_whole: bool = False
    """Whether `key` is all of it."""


def away(screen: str, since: dt.datetime) -> Notice:
    """A screen that was there and is not, without a farewell."""
    at = f"{timezone.localtime(since):%m-%d %H:%M}"
    words = Words(
        zh=f"从 {at} 起没有消息：可能断电、断网或死机。请到现场看屏幕亮不亮、电脑和网线的灯亮不亮，再开机或重启",
        en=f"not heard of since {at}: no power, no network, or it hangs; look whether screen, computer and cable are"
        " lit, then switch it on or restart it",
    )
    return Notice(screen, "away", "", words)


def stranger(screen: str) -> Notice:
    """Somebody sends who is not enrolled here, or not any more."""
    zh = "没有登记（或已注销）的屏幕在发送，内容没有保存"
    return Notice(screen, "stranger", "", Words(zh, "a screen that is not enrolled sends; nothing of it is kept"))


def broken(batch: LedgerBatch, words: Words) -> Notice:
    """A batch whose own chain does not hold."""
    zh, en = f"台账批次被拒绝（{words.zh}）", f"a batch of the ledger is refused: {words.en}"
    return Notice(batch.screen, "broken", f"{batch.epoch}:{batch.first}", Words(zh, en))


def forked(batch: LedgerBatch, fork: ForkError) -> Notice:
    """Two different records go by one number."""
    seq, stored, offered = fork.seq, fork.stored.hex()[:12], fork.offered.hex()[:12]
    if seq == 0:
        words = Words(zh="台账不是从这块屏幕的起点开始的", en="its ledger does not begin where this screen's does")
        return broken(batch, words)
    zh = f"台账第 {seq} 条与已保存的不同（{stored}… / {offered}…）：屏幕被复制、改动过，或恢复了旧系统"
    en = (
        f"record {seq} of the ledger differs from the stored one ({stored}…, now {offered}…): "
        "the screen was cloned or tampered with, or an old image was put back"
    )
    return Notice(batch.screen, "fork", f"{batch.epoch}:{seq}", Words(zh, en))


def scattered(batch: LedgerBatch) -> Notice:
    """A batch that leaves one gap too many."""
    words = Words(zh="缺口太多，批次没有保存", en="too many gaps; the batch is not kept")
    return Notice(batch.screen, "broken", f"{batch.epoch}:gaps", words)


def many_epochs(screen: str, most: int) -> Notice:
    """An epoch too many."""
    words = Words(zh=f"台账换过 {most} 次以上，新的没有保存", en=f"more than {most} ledgers; a new one is not kept")
    return Notice(screen, "broken", "epochs", words)


def odd(batch: LedgerBatch, count: int) -> Notice:
    """Records that hold and cannot be understood."""
    words = Words(
        zh=f"台账里有看不懂的记录（这一批 {count} 条）：已保存，没有计数",
        en=f"records that cannot be understood ({count} in this batch): stored, and not counted",
    )
    return Notice(batch.screen, "odd", batch.epoch, words)


def unstorable(batch: LedgerBatch, fault: Exception) -> Notice:
    """A batch that the database refuses: a fault of ours."""
    words = Words(zh="批次存不进数据库：请把管理端的日志交给维护人员", en=f"the database refuses a batch: {fault}")
    return Notice(batch.screen, "broken", f"{batch.epoch}:{batch.first}", words)


def waiting(screen: str, epoch: str, gap: Gap) -> Notice:
    """Records that should have come."""
    words = Words(
        zh=f"台账第 {gap.first}–{gap.last} 条一直没有收到，后面的已经到了",
        en=f"records {gap.first}–{gap.last} of the ledger did not come, later ones did",
    )
    return Notice(screen, "gap", f"{epoch}:{gap.first}", words)


def lost(screen: str, epoch: str, gap: Gap) -> Notice:
    """Records that will not come."""
    words = Words(
        zh=f"台账第 {gap.first}–{gap.last} 条丢失：屏幕上已过期删除，或太大发不出来，管理端没有收到过",
        en=f"records {gap.first}–{gap.last} of the ledger are lost: cut by age or too large to be sent, never received",
    )
    return Notice(screen, "lost", f"{epoch}:{gap.first}", words)


def lost_by_player(screen: str, key: int, records: object) -> Notice:
    """Records that the player itself could not write."""
    count = str(records)[:MOST_NAMED]
    words = Words(
        zh=f"屏幕的磁盘写不进去，丢了 {count} 条记录", en=f"the player could not write {count} records: its disk"
    )
    return Notice(screen, "lost", f"record:{key}", words)


def changed(screen: str, details: Details) -> Notice:
    """A file on the screen's machine got other bytes after it was checked; they were not shown."""
    name, sha256 = (str(details.get(each) or "?")[:MOST_NAMED] for each in ("name", "sha256"))
    words = Words(
        zh=f"{name} 检查之后内容被改动，改动后的内容没有播放：是谁改的，请查明（自己更换素材时，请用新文件名）",
        en=f"{name} was changed after it was checked, and what it holds now was not shown: find out who did it"
        " (to exchange a file yourself, give it a new name)",
    )
    return Notice(screen, "changed", sha256, words)


def refused(screen: str, publication: int, why: Words) -> Notice:
    """A publication that a screen does not take."""
    zh, en = why.zh[:MOST_WHY], why.en[:MOST_WHY]
    words = Words(zh=f"发布 {publication} 被拒绝：{zh}", en=f"publication {publication} is refused: {en}")
    return Notice(screen, "refused", str(publication), words)


def quarantined(screen: str, file: QuarantinedFile) -> Notice:
    """A published file that a screen does not show for a while."""
    zh, en = f"发布 {file.publication} 的 {file.name}", f"{file.name} of publication {file.publication}"
    words = Words(
        zh=f"{zh} 使解码进程两次中断，被隔离，到 {file.until[:40]} 再试：{file.why.zh}",
        en=f"{en} took two decoders down and is not shown until {file.until[:40]}: {file.why.en}",
    )
    return Notice(screen, "quarantine", f"{file.publication}:{file.sha256}", words)


def cloned(screen: str, conn: int, known: int) -> Notice:
    """A connection counter that went back, or was used twice."""
    words = Words(
        zh=f"连接计数从 {known} 变成 {conn}：同一身份在两台机器上，或恢复了旧系统",
        en=f"its connection counter went from {known} to {conn}: two machines with one identity, or an old image",
    )
    return Notice(screen, "clone", "", words)


def malformed(screen: str, leaf: str, why: object) -> Notice:
    """A message that is refused."""
    words = Words(zh=f"“{leaf}” 消息被拒绝（{why}）", en=f"a message on {leaf!r} is refused: {why}")
    return Notice(screen, "malformed", leaf, words)


def beyond_quota(screen: str, good: Good) -> Notice:
    """A screen that sends more than any screen has to say."""
    name = NAMES[good]
    words = Words(
        zh=f"发送太多（{name.zh}）：多出的没有保存也没有确认，屏幕会慢慢重发；请检查这块屏幕",
        en=f"sends too much ({name.en}): what is beyond is neither kept nor acknowledged; look at this screen",
    )
    return Notice(screen, "quota", good, words)


def doubtful(screen: str, doubt: Doubt, count: int, at: str) -> Notice:
    """Plays that are not believed, for one reason; `at` is the time that the first of them has."""
    name, why = REASONS[doubt]
    words = Words(
        zh=f"有 {count} 次播放不可信，另外计数：{why.zh}（第一次写的时间是 {at[:40]}）",
        en=f"{count} plays are not believed and are counted apart: {why.en} (the first says {at[:40]})",
    )
    return Notice(screen, "doubtful", name, words)


def unreadable(row: Unreadable) -> Notice:
    """A stored row of a screen that cannot be read."""
    words = Words(
        zh=f"保存的数据无法读取（{row.table} {row.key}）：没有计数，其他屏幕不受影响",
        en=f"stored data cannot be read ({row.table} {row.key}): it is not counted, and other screens are as ever",
    )
    return Notice(row.screen, "unreadable", row.table, words)


_UNSEEN: dict[Presented, Words] = {
    "dark": Words("显示屏没有亮（关闭、休眠或黑屏），播放记为看不到", "the display is dark: off, asleep or black"),
    "covered": Words("显示屏上不是播放的画面（被窗口遮住或不动），播放记为看不到", "the display shows something else"),
    "no-display": Words("没有显示屏，或没有接上，播放记为看不到", "there is no display, or none that is connected"),
    "headless": Words("播放程序启动时没有开窗口，播放记为看不到", "the player was started without a window"),
}


def unseen(screen: str, presented: Presented) -> Notice:
    """A display that nobody can see anything on, or not what is played."""
    words = _UNSEEN[presented]
    return Notice(screen, "display", "", Words(words.zh, f"{words.en}; its plays count as unseen"))


SILENT: dict[object, Words] = {
    "gone": Words(
        "没有可用的声音设备，节目照常播放但没有声音。请到现场检查音箱电源、音频线和声卡是否接好，不行就重启播放电脑",
        "there is no sound device: the program plays in silence. Look whether loudspeakers, cable and sound card are"
        " plugged in and switched on, or restart the player's machine",
    ),
    "dummy": Words(
        "播放电脑没有找到声卡，声音送到了虚拟输出，没有人听得到。请接好声卡，或打开显示屏自带的声音",
        "its machine has found no sound card and throws the sound away: plug in a card, or switch on the display's"
        " sound",
    ),
}
"""What is wrong, by the word for a device on which nothing is heard."""


def unheard(screen: str, device: str, since: dt.datetime) -> Notice:
    """A screen that nobody can hear."""
    words, at = SILENT[device], f"{timezone.localtime(since):%m-%d %H:%M}"
    zh = f"从 {at} 起没有声音：{words.zh}。重新出声后报警自动结束"
    en = f"not heard since {at}: {words.en}. The alarm ends by itself when it is heard again"
    return Notice(screen, "sound", "", Words(zh, en))
