"""Which key was meant by a word that is none, from what people call it and from what they wrote behind it.

Rule: pure; a key is only named that can hold what stands there, so that a date never becomes a title.
"""

import datetime as dt
from collections.abc import Sequence

from signage import mending
from signage.suggest import nearest

DATES = frozenset({"from", "until"})
LISTS = frozenset(
    {"days", "times", "except", "starts", "dates", "workdays", "restdays", "years", "screens", "kinds", "quiet"}
    | {"canvas", "position", "box", "media", "playlists"}
)
TABLES = frozenset({"item", "quiet", "zone", "screen", "site", "variables", "folders", "sound", "office", "trust"})
FLAGS = frozenset({"ticker", "fullscreen", "enabled"})
_TIMED = frozenset({"times", "starts", "day_from", "night_from", "on", "off"})
_OF_DATES = frozenset({"except", "dates", "workdays", "restdays"})

_CALLED = {
    "media": "image picture photo file files path src video videos audio poster 素材 图片 视频 音频 文件 海报 路径",
    "text": "content message words 文字 内容 正文 字幕",
    "title": "name headline caption 标题 名称 题目",
    "card": "template 卡片 字卡 模板",
    "from": "start start_date begin begins since date_from valid_from 开始 起始 开始日期 起始日期 起 从 生效",
    "until": "end end_date to till til ends expires deadline date_to valid_until 结束 截止 结束日期 截止日期 到 至 止",
    "days": "weekday weekdays week day_of_week 星期 周 日子 周几",
    "times": "hours time_range period window windows 时间 时段 时间段 播放时间 播出时间",
    "except": "exclude excluded without holidays 除外 例外 排除 不播",
    "dwell_s": "duration seconds stay dwell interval sec 停留 时长 秒 秒数 停留时间 播放时长",
    "priority": "prio 优先级 优先",
    "share": "ratio 份数 比例 份",
    "weight": "权重 次数",
    "rank": "level class 等级 级别 类型",
    "order": "sort mode 顺序 播放顺序 次序",
    "zone": "area region 区域 分区",
    "volume": "vol loudness 音量 声音",
    "fit": "scale 缩放",
    "transition": "effect 切换 过渡 特效",
    "starts": "start_times at 开始时间 开播时间",
    "lasts_min": "minutes last lasts 持续 持续时间 分钟",
    "name": "名字 名称",
    "dates": "date 日期",
    "timezone": "tz time_zone 时区",
    "canvas": "resolution size 分辨率 画布",
}
_MEANT: dict[str, list[str]] = {}
for _key, _words in _CALLED.items():
    for _word in _words.split():
        _MEANT.setdefault(_word, []).append(_key)


def meant_key(written: str, value: object, known: Sequence[str]) -> str:
    """Returns the key of `known` that was most likely meant and can hold the value; "" if there is none."""
    fitting = [key for key in known if may_hold(key, value)]
    plain = written.strip().casefold().replace("-", "_").replace(" ", "_")
    called = next((key for key in _MEANT.get(plain, ()) if key in fitting), "")
    near = called or nearest(written, fitting)
    if not near and isinstance(value, str | int | float) and not isinstance(value, bool) and not _is_date(value):
        near = nearest(written, known)  # a single value where a list belongs, or the like
    return near


def _is_date(value: object) -> bool:
    text = value[:60] if isinstance(value, str) else ""
    if type(value) is int and 0 < value < 10**9:
        text = str(value)
    return isinstance(value, dt.date) or mending.date(text) is not None


def may_hold(key: str, value: object) -> bool:
    """Whether a key of that name can hold such a value, or nearly."""
    text = value if isinstance(value, str) else ""
    kinds: tuple[tuple[bool, bool], ...] = (
        (
            isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict) for v in value)),
            key in TABLES,
        ),
        (isinstance(value, list), key in LISTS),
        (_is_date(value), key in DATES | _OF_DATES),
        (bool(mending.window(text) or mending.time(text)), key in _TIMED),
        (isinstance(value, bool), key in FLAGS),
        (isinstance(value, int | float), key not in DATES | LISTS | TABLES | FLAGS),
    )
    return next((may for is_kind, may in kinds if is_kind), key not in DATES | FLAGS)
