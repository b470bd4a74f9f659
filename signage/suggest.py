"""What was most likely meant by a word that nobody knows."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

from signage.errors import Words
from signage.lookalikes import skeleton
from signage.notation import shown

_NEIGHBOURS = frozenset("0123456789东西南北中上下前后左右内外大小新老甲乙丙丁一二三四五六七八九十")


def not_one_of(key: str, value: object, allowed: Sequence[object]) -> tuple[Words, Words]:
    """Gives problem and cure for a value that is none of `allowed`."""
    names = [shown(one) for one in allowed]
    problem = Words(
        zh=f"{key} 只能是 {'、'.join(names)}，现在是 {shown(value)}",
        en=f"{key} must be one of {', '.join(names)}, got {shown(value)}",
    )
    near = meant_choice(value, allowed)
    if near is not None:
        return problem, Words(zh=f"是不是 {shown(near)}？", en=f"did you mean {shown(near)}?")
    # None of them as an example: whoever copies it gives a playlist another rank, or another zone.
    return problem, Words(zh="改成其中的一个", en="write one of them")


_CHOICES = {
    "emergency": "紧急 应急 警报", "broadcast": "广播", "normal": "普通 一般 正常", "filler": "垫片 填充 空闲",
    "sequence": "顺序 依次 sequential", "shuffle": "随机 乱序 random", "weighted": "加权 权重",
    "cut": "无 直接 none", "fade": "淡入淡出 渐变", "slide": "滑动 推入",
    "contain": "完整 适应", "cover": "铺满 裁剪", "stretch": "拉伸 fill",
}  # fmt: skip


def meant_choice(value: object, allowed: Sequence[object]) -> object:
    """Returns the one of `allowed` that was most likely meant; None if nobody can tell."""
    if isinstance(value, str):
        number = unicodedata.normalize("NFKC", value[:20]).strip().rstrip("度°")
        by_number = next((one for one in allowed if type(one) is int and str(one) == number), None)
        texts = [one for one in allowed if isinstance(one, str)]
        called = next((one for one in texts if value.strip().casefold() in _CHOICES.get(one, "").split()), None)
        return by_number if by_number is not None else called or nearest(value, texts) or None
    if isinstance(value, float) and value.is_integer():
        return next((one for one in allowed if type(one) is int and one == value), None)
    return None


def near_names(written: str, known: Iterable[str]) -> tuple[str, ...]:
    """Returns the names that may have been meant by a new one: a part of it, its like, or off by a letter.

    Names that differ in figures or in words that tell neighbours apart (东河村, 西河村) are different on purpose.
    """
    plain = _plain(written)
    found = []
    for name in known:
        other = _plain(name)
        if name != written and plain and other and (plain == other or _is_near(plain, other)):
            found.append(name)
    return tuple(sorted(found))


def _plain(name: str) -> str:
    return skeleton(unicodedata.normalize("NFKC", name[:64]).strip()).replace("-", "").replace("_", "").replace(" ", "")


def _is_near(one: str, other: str) -> bool:
    match = difflib.SequenceMatcher(None, one, other, autojunk=False)
    differ = {c for tag, a, b, x, y in match.get_opcodes() if tag != "equal" for c in one[a:b] + other[x:y]}
    if differ <= _NEIGHBOURS:
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 2 and (longer.startswith(shorter) or longer.endswith(shorter)):
        return len(longer) - len(shorter) <= 3
    return match.ratio() >= (0.8 if (one + other).isascii() else 0.66)


def nearest(written: str, known: Sequence[str]) -> str:
    """Gives the known word that was most likely meant; "" if none comes near."""
    plain = unicodedata.normalize("NFKC", written[:64]).strip().casefold().replace("-", "_").replace(" ", "_")
    folded = {word.casefold().replace("-", "_"): word for word in known}
    if plain in folded:
        return folded[plain]
    near = difflib.get_close_matches(plain, folded, n=1)
    if not near and len(plain) >= 3:
        near = [word for word in folded if word.startswith(plain) or plain.startswith(word)][:1]
    return folded[near[0]] if near else ""
