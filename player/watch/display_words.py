"""What is seen of the display, in sentences for people; the supervisor logs the English ones."""

from player.watch.platform_facts import AGAINST_SAYS
from player.watch.verdict import VERDICT_SAYS, Verdict
from signage.errors import Words
from signage.presented import Presented

_VERDICTS: dict[Verdict, str] = {
    "fine": "显示屏上就是播放的画面",
    "black": "播放正常，但显示屏是黑的",
    "frozen": "播放正常，但显示屏不动",
    "foreign": "显示屏上不是播放的画面：窗口被遮住、移动了，或超出桌面",
}
_AGAINST: dict[Presented, str] = {
    "no-display": "没有接上显示屏",
    "dark": "显示屏已关闭或休眠",
    "covered": "显示屏上是另一个控制台",
    "unknown": "显示服务（X）没有回应，不知道画面还在不在：请重启显示服务，或重启这台电脑",
}
SAYS: dict[Verdict, Words] = {word: Words(zh, VERDICT_SAYS[word]) for word, zh in _VERDICTS.items()}
AGAINST: dict[Presented, Words] = {word: Words(zh, AGAINST_SAYS[word]) for word, zh in _AGAINST.items()}
