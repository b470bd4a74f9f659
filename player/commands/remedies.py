"""What somebody in front of the machine can do about what `doctor` found, where the finding does not say so itself.

Rule: for people who have a screwdriver and no command line; only what helps against just this finding.
"""

import msgspec

from player.commands.finding import Finding
from signage.errors import Words

_LOOK_AT_DISPLAY = Words(
    "请看显示器是否断电、休眠，视频线和 LED 发送卡是否松动",
    "look whether the display is off or asleep, or its cable or LED sender is loose",
)
REMEDIES: dict[str, Words] = {
    "display": Words(
        "请检查显示器的电源和视频线；没有显示器的机器不用管", "check the display's power and cable"
    ),
    "disk": Words(
        "请删去不用的文件腾出空间；播放照常", "make room on the disk; playing goes on",
    ),
    "workers": Words(
        "播放照常，但坏文件少了一层防护：请更新系统内核，或告诉管理员",
        "playing goes on with less protection against bad files: update the kernel or tell the administrator",
    ),
    "ledger": Words(
        "播放照常，坏的台账会另存、重新记起：请不要删，把另存的文件和日期告诉管理员",
        "playing goes on, the broken one is put aside and another begun: delete nothing, tell the administrator",
    ),
    "orders": Words(
        "这是管理端下的命令：要恢复请管理端取消，或在屏幕前按两次 b",
        "the office ordered this: have it end the order, or press b twice at the screen",
    ),
}  # fmt: skip
BY_WATCH: dict[str, Words] = {
    "black": _LOOK_AT_DISPLAY,
    "no-display": _LOOK_AT_DISPLAY,
    "dark": _LOOK_AT_DISPLAY,
    "frozen": Words(
        "请重启这台机器；还是这样就告诉管理员", "restart the machine; if it stays so, tell the administrator"
    ),
    "foreign": Words(
        "请关掉挡住画面的窗口，核对配置里的 position 和 canvas",
        "close the window in front, and compare position and canvas in the configuration",
    ),
    "covered": Words("请切回图形界面（Ctrl+Alt+F7 或 F1）", "switch back to the graphical console (Ctrl+Alt+F7 or F1)"),
}
RESTARTED = Words(
    "画面程序自己会恢复；一天里重启很多次，请把日志交给管理员",
    "it comes back by itself; if that happens often in a day, give the log to the administrator",
)


def with_remedy(finding: Finding) -> Finding:
    """Returns a finding that is not well with what to do about it."""
    remedy = None if finding.ok else _remedy(finding)
    if remedy is None:
        return finding
    says = Words(f"{finding.says.zh}。{remedy.zh}", f"{finding.says.en}; {remedy.en}")
    return msgspec.structs.replace(finding, says=says)


def _remedy(finding: Finding) -> Words | None:
    if finding.subject == "ledger" and not finding.details.get("put_aside"):
        return None  # it says itself what to do
    if finding.subject == "orders" and "number" not in finding.details:
        return None
    if finding.subject == "disk" and "free_bytes" not in finding.details:
        return None
    if finding.subject != "watch":
        return REMEDIES.get(finding.subject)
    seen = str(finding.details.get("against") or finding.details.get("screen", ""))
    return BY_WATCH.get(seen) or (RESTARTED if finding.details.get("restarts") else None)
