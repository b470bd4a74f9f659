"""What it means when a wall around decoders is missing, and what to do about it."""

import sys
from collections.abc import Collection

from player.commands.finding import Finding
from signage.errors import Words

_MEANS = {
    "seccomp": Words(
        "没有 seccomp：坏文件一旦控制解码程序，就能影响本用户的其他程序（发信号、抢内存和处理器）；"
        "请用带 seccomp 的内核（Debian 自带）和 x86-64 或 aarch64 机器",
        "without seccomp a file that takes a decoder over can reach other programs of this user (signals, limits,"
        " memory); use a kernel with seccomp, such as Debian's, on x86-64 or aarch64",
    ),
    "landlock": Words(
        "没有 Landlock：坏文件一旦控制解码程序，就能读本用户的文件（连不上网，送不出去）；"
        "请用 Linux 5.13 以上的内核，并在启动参数 lsm= 里加上 landlock",
        "without Landlock a file that takes a decoder over can read this user's files (but send them nowhere);"
        " use Linux 5.13 or newer, with landlock among lsm= at boot",
    ),
    "no-capabilities": Words(
        "解码程序可能还有特权：坏文件一旦控制它，就有 root 的一部分权限；请不要用 root 运行播放器",
        "a file that takes a decoder over may have rights of root; do not run the player as root",
    ),
    "no-new-privs": Words(
        "没有 no-new-privs：解码程序可能借 set-uid 程序提权；请更新内核",
        "without no-new-privs a decoder may gain rights by set-uid programs; use a newer kernel",
    ),
    "rlimits": Words(
        "没有资源限制：一个文件可能用光内存；请检查服务的 Limit 设置",
        "without limits one file can use up the memory; look at the service's Limit settings",
    ),
    "no-terminal": Words(
        "解码程序够得着启动它的终端；请用 systemd 服务启动播放器",
        "decoders can reach the terminal that started them; start the player as a service",
    ),
}  # fmt: skip
_NONE = Words(
    "这个系统没有隔离：只放来历清楚的文件",
    "this system has no walls around decoders: show only files whose origin you know",
)
_UNKNOWN = Words("解码程序没有回答，不知道有没有隔离", "the decoder did not answer: its walls are not known")


def finding(walls: Collection[str], platform: str = sys.platform) -> Finding:
    """Returns what `doctor` says of the walls that stand; fine where none of those that matter is missing."""
    missing = [means for name, means in _MEANS.items() if name not in walls]
    if platform != "linux":
        missing = [_NONE]
    elif not walls:
        missing = [_UNKNOWN]
    says = Words(
        "；".join([f"隔离有 {len(walls)} 道" if walls else "隔离不清楚", *(each.zh for each in missing)]),
        "; ".join([f"sandbox: {', '.join(walls) or 'none'}", *(each.en for each in missing)]),
    )
    return Finding(subject="workers", ok=not missing, says=says, details={"sandbox": list(walls)})
