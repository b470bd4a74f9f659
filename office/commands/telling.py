"""Tells the screens of a new head, and whoever sits here when nobody heard it, and what cards will say."""

from collections.abc import Mapping

from office.commands.following import shown_ids
from office.place import Place
from office.voice import UnheardError, say_head
from signage.errors import Words
from signage.printable import printable


def tell_head(place: Place) -> None:
    """Says the newest head; a broker that does not take it is no fault, for screens look by themselves."""
    try:
        say_head(place)
    except UnheardError as fault:
        print(fault)
        print("屏幕会在 15 分钟内自己发现 · screens will find out by themselves within 15 minutes")


def tell_kept(kept: Mapping[int, Words]) -> None:
    """Says of publications that their words for cards stay as they were signed, and why."""
    for number, why in kept.items():
        print(f"▲ 发布 {number} 的字卡变量不换，照已签名的：{why.zh}\n"
              f"  publication {number} keeps the variables that are signed: {why.en}")  # fmt: skip


def show_words(by_screen: Mapping[str, Mapping[str, str]]) -> None:
    """Shows what cards will say for `{name}`, screens that say the same together: it is signed, too."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for screen, words in sorted(by_screen.items()):
        groups.setdefault(tuple(sorted(words.items())), []).append(screen)
    for said, screens in groups.items():
        print("  字卡变量 variables "
              + "，".join(f"{{{name}}} = {printable(value)}" for name, value in said)
              + f" → {shown_ids(screens, len(by_screen))}")  # fmt: skip
