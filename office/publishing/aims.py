"""Which screens people mean: `screen:ID`, `site:…`, `village:…`, `kind:…`, `tag:…`, `all`."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from office.models import Screen
from signage.errors import BadInput, Complaint, Words
from signage.suggest import nearest
from signage.text_rules import flaw
from signage.topics import SCREEN_ID

What = Literal["screen", "site", "village", "kind", "tag", "all"]
WHATS: tuple[What, ...] = get_args(What)
MOST_AIM = 200
HOW = Words(
    zh="写 screen:编号、site:场所、village:村、kind:类型、tag:标签 或 all",
    en="write screen:ID, site:…, village:…, kind:…, tag:… or all",
)

_FIELDS = {
    "screen": "id", "site": "site__name", "village": "site__village__name", "kind": "site__kind", "tag": "tags__name",
}  # fmt: skip


class Aim(msgspec.Struct, frozen=True):
    """What somebody aims at."""

    what: What
    name: str = ""

    def __str__(self) -> str:
        return "all" if self.what == "all" else f"{self.what}:{self.name}"


def read_aim(text: str) -> Aim:
    """Reads an aim as it was typed. Raises BadInput."""
    what, colon, name = text.strip().partition(":")
    name = name.strip()
    if what == "all" and not colon:
        return Aim("all")
    for known in WHATS[:-1]:
        if what == known and name and len(text) <= MOST_AIM and flaw(name, "line") is None:
            if what == "screen" and not SCREEN_ID.fullmatch(name):
                break
            return Aim(known, name)
    near = nearest(what, WHATS)
    cure = HOW
    if near and near != what:
        cure = Words(zh=f"是不是 {near}？", en=f"did you mean {near}?")
    raise BadInput((Complaint(f"--to {text[:80]}", Words("看不懂的目标", "is no aim"), cure),))


def screens_at(aim: Aim) -> tuple[Screen, ...]:
    """Gives the screens that an aim means now, without those revoked."""
    return tuple(_query(aim).order_by("id").distinct())


def chosen(texts: Sequence[str]) -> tuple[tuple[Aim, tuple[Screen, ...]], ...]:
    """Reads aims and gives the screens of each. Raises BadInput when one means none."""
    found = []
    complaints = []
    for text in dict.fromkeys(texts):
        aim = read_aim(text)
        screens = screens_at(aim)
        if not screens:
            complaints.append(_nothing(aim))
        found.append((aim, screens))
    if complaints:
        raise BadInput(tuple(complaints))
    return tuple(found)


def meets(aim: Aim, screen: Screen) -> bool:
    """Says whether an aim means this screen."""
    return bool(_query(aim).filter(pk=screen.pk).exists())


def _query(aim: Aim) -> Any:
    screens = Screen.objects.filter(revoked_at=None)
    return screens if aim.what == "all" else screens.filter(**{_FIELDS[aim.what]: aim.name})


def _nothing(aim: Aim) -> Complaint:
    problem = Words("没有这样的屏幕", "means no screen")
    if aim.what == "all":
        return Complaint(
            "--to all", problem, Words("先用 wuzha-office enroll 登记", "enrol one with wuzha-office enroll")
        )
    names = Screen.objects.filter(revoked_at=None).values_list(_FIELDS[aim.what], flat=True).distinct()
    known = sorted({str(name) for name in names if name})
    near = nearest(aim.name, known)
    if near:
        return Complaint(f"--to {aim}", problem, Words(f"是不是 {near}？", f"did you mean {near}?"))
    shown = "、".join(known[:20]) or "（没有 · none）"
    return Complaint(f"--to {aim}", problem, Words(f"有的是：{shown}", f"there are: {shown}"))
