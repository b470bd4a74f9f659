"""How much each screen may send: a supply that is used up by what comes and fills again by itself.

A screen that was without a network for two months brings all of it at full speed; whoever sends more than any screen
has is slowed down to a rate that no disk minds. What is beyond is not acknowledged, so it stays on the screen, which
sends it again; nothing is lost by it.
Rule: pure; `now` is seconds that go up, and a clock that goes back gives nothing.
"""

from typing import Literal, TypeVar

import msgspec

from signage.errors import Words
from signage.topics import ScreenLeaf

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
Good = Literal[
    "messages", "bytes", "records", "titles", "told", "epochs", "status", "birth", "state", "reply", "shot",
]  # fmt: skip
"""Of ledgers: messages, their bytes, records, things shown that were not known, receipts and events, new epochs.
Of other messages each kind by itself."""


class Supply(msgspec.Struct, frozen=True):
    """So much at once, and so much more each second."""

    most: float
    per_s: float


SUPPLIES: dict[Good, Supply] = {
    # A month of a screen is 172,800 records in at most as many messages, 600 bytes each with all that is around them.
    "messages": Supply(50_000, 10),
    "bytes": Supply(384 << 20, 16 << 10),
    "records": Supply(400_000, 20),
    # A playlist of a hundred items that is changed every day makes three thousand in a month.
    "titles": Supply(5_000, 0.5),
    "told": Supply(20_000, 1),
    "epochs": Supply(64, 1 / 3600),
    # A state comes when something changed, at most once a second; the console asks for a picture every four.
    "status": Supply(60, 1),
    "birth": Supply(30, 0.5),
    "state": Supply(120, 2),
    "reply": Supply(60, 2),
    "shot": Supply(20, 1),
}
NAMES: dict[Good, Words] = {
    "messages": Words("台账消息", "messages of its ledger"), "bytes": Words("台账数据量", "bytes of its ledger"),
    "records": Words("台账记录", "records"), "titles": Words("新的播放内容", "things shown that were not known before"),
    "told": Words("回执和事件", "receipts and events"), "epochs": Words("新的台账段", "new ledgers"),
    "status": Words("状态消息", "status messages"), "birth": Words("上线消息", "birth messages"),
    "state": Words("画面状态消息", "state messages"), "reply": Words("回复", "replies"),
    "shot": Words("画面图片", "pictures"),
}  # fmt: skip
PAUSE_S = 5.0
"""In which nothing of a ledger is read that was refused; a player sends again after twenty at least."""
TOLD_S = 60.0
"""Between two words about the same screen and good."""
MOST_REMEMBERED = 100_000
"""Supplies, and words about them, of nine thousand screens; beyond that what was used longest ago counts as full."""
OF_LEAF: dict[ScreenLeaf, Good] = {
    "status": "status", "birth": "birth", "state": "state", "reply": "reply", "shot": "shot",
}  # fmt: skip


class Quotas:
    """What is left to each screen. Only one thread may use it."""

    def __init__(self, supplies: dict[Good, Supply] | None = None) -> None:
        """`supplies` stand in the place of `SUPPLIES`."""
        self._supplies = {**SUPPLIES, **(supplies or {})}
        self._left: dict[tuple[str, Good], tuple[float, float]] = {}
        """What is left, and when that was so."""
        self._told: dict[tuple[str, Good], float] = {}
        self._paused: dict[str, float] = {}
        """When a ledger was refused last."""

    @property
    def remembered(self) -> int:
        """How many supplies it remembers."""
        return len(self._left)

    def takes(self, screen: str, good: Good, amount: float, now: float) -> bool:
        """Uses up so much of a screen's supply; False, and nothing is used, when there is not enough."""
        supply = self._supplies[good]
        left, since = self._left.get((screen, good), (supply.most, now))
        left = min(supply.most, left + max(0.0, now - since) * supply.per_s)
        enough = amount <= left
        _note(self._left, (screen, good), (left - amount if enough else left, now))
        if not enough and good not in OF_LEAF.values():
            _note(self._paused, screen, now)
        return enough

    def pauses(self, screen: str, now: float) -> bool:
        """Says whether nothing of a screen's ledger need be looked at: it was refused just now.

        What comes behind a batch that is not acknowledged comes again anyway, and a player waits longer than this.
        """
        since = self._paused.get(screen)
        return since is not None and 0 <= now - since < PAUSE_S

    def is_news(self, screen: str, good: Good, now: float) -> bool:
        """Says whether it is time to say that a screen sends too much."""
        if abs(now - self._told.get((screen, good), -TOLD_S)) < TOLD_S:
            return False
        _note(self._told, (screen, good), now)
        return True


def _note(kept: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Puts a value behind all others, and forgets the first where there are too many."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > MOST_REMEMBERED:
        del kept[next(iter(kept))]
