"""What there is to say of the sound device: when it went and came back, and what is wrong with it.

Rule: pure; moments come as values.
"""

from typing import Literal

from player.sound.report import DeviceLost, Report
from signage.errors import Words
from signage.ledger import Details

HOLD_S = 2.0
"""So long a change must last before it is one."""
DUMMY_NAMES = frozenset({"Dummy Output", "auto_null", "虚拟输出", "伪输出", "哑输出"})
"""What sound servers call the device that they put in place of a missing one; nobody hears it."""
DeviceWord = Literal["there", "dummy", "gone", "unknown"]
"""`dummy`: the sound server has no card and throws sound away; `unknown`: nothing was to be heard yet."""


def device_word(report: Report | None, *, is_open: bool) -> DeviceWord:
    """Returns what is known of a device that is wanted."""
    if not is_open or report is None or isinstance(report, DeviceLost):
        return "gone"
    return "dummy" if report.device in DUMMY_NAMES else "there"


def device_trouble(word: DeviceWord, report: Report | None) -> Words | None:
    """Returns what is wrong with a device, for people."""
    match word:
        case "gone":
            why = report.why if isinstance(report, DeviceLost) else ""
            said = f" ({why})" if why else ""
            return Words(
                zh="没有可用的声音设备：请看音箱或功放是否通电、声音线（HDMI 或音频线）是否插紧；"
                "还是没有就重新启动机器。节目照常播放，没有声音，设备恢复后自动出声",
                en=f"no sound device{said}: check the sound card, its cable and the sound server; "
                "the program goes on in silence, and sounds by itself once there is a device",
            )
        case "dummy":
            return Words(
                zh="机器没有找到声卡，放出来的声音没有人能听到：请把声音线（HDMI 或音频线）插好，打开显示屏的声音；"
                "还是这样就重新启动机器",
                en="the sound server has found no sound card and throws the sound away: plug in a card, "
                "or switch on the display's sound",
            )
        case _:
            return None


class DeviceWatch:
    """The device over time."""

    def __init__(self) -> None:
        self._told: DeviceWord = "there"
        """What was said last; nothing is wrong until something is."""
        self._other: tuple[DeviceWord, float] | None = None
        self.trouble: Words | None = None

    def take(self, now: float, word: DeviceWord, report: Report | None) -> Details | None:
        """Takes how the device is; returns what the ledger's event `sound` says when that has changed."""
        if word in ("unknown", self._told):
            self._other = None
            return None
        if self._other is None or self._other[0] != word:
            self._other = (word, now)
        if now - self._other[1] < HOLD_S:
            return None
        details: Details = {"device": word, "was": self._told}
        self._told, self._other = word, None
        self.trouble = device_trouble(word, report)
        return details
