"""Letters of other scripts that look like Latin letters and digits, and names that look alike.

Rule: pure. The table is small on purpose: what no font tells apart, not all that Unicode calls confusable
(https://www.unicode.org/reports/tr39/), so that Russian or Greek words and units such as kΩ stay what they are.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from signage.errors import Words
from signage.printable import BLANKS, code_point, printable

_SEEN_AS = {
    "АВЕЅІЈКМНОРСТХҮӀԌԚԜЗбЧ": "ABESIJKMHOPCTXYIGQW364",
    "аԁеһіјӏорԛѕԝхуүсѵ": "adehijlopqswxyycv",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳοϲ": "ABEZHIKMNOPTYXCjoc",
    "ՕՏՍօոսհց": "OSUonuhg",
    "ᎠᎡᎢᎪᎫᎬᎳᎷᎻᏀᏃᏎᏒᏔᏙᏚᏞᏟᏢᏦ": "DRTAJEWMHGZ4RWVSLCPK",
    "ıɩʟǀꞁㅇㅣ": "iiLll0l",
}
LOOKS: dict[str, str] = {
    char: seen for row, as_ in _SEEN_AS.items() for char, seen in zip(row, as_, strict=True)
}  # fmt: skip
"""A letter, by what it is taken for."""
LOOKS |= {
    char: plain
    for char in map(chr, range(0x1D400, 0x1D800))
    if (plain := unicodedata.normalize("NFKC", char)) != char and plain.isascii()
}
"""Mathematical letters and digits too: they are no letters of a text."""

_UNSEEN = (
    (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2),
    (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0001, 0xE007F),
)  # fmt: skip
"""What no font draws, beside the blanks: formats and variation selectors."""
_ALIKE = str.maketrans(
    {
        **LOOKS,
        **dict(zip("ɑɡ", "ag", strict=True)),  # letters of pinyin, too: right in a text
        **dict.fromkeys("0〇○◯", "o"),
        **dict.fromkeys("1|丨", "l"),
        **dict.fromkeys("‐‑‒–—―−⁃﹘ー一", "-"),
        **dict.fromkeys("’‘‛′`´ʼ", "'"),
        **dict.fromkeys("“”″", '"'),
        **dict.fromkeys("·・‧∙•", "·"),
        **dict(zip("ニロエカハタトミ", "二口工力八夕卜三", strict=True)),
        "。": ".",
        "、": ",",
        **dict.fromkeys(BLANKS),
        **{chr(n): None for low, high in _UNSEEN for n in range(low, high + 1)},
    }
)

MOST_TOLD = 4
_ODD = frozenset(" 01|'`\"")
"""Of small ASCII letters and signs, those that another name may have in another form."""


def skeleton(name: str) -> str:
    """Returns what is left of a name for the eye: equal for names that look alike, whatever letters they are made of.

    Case, width and composition do not count, nor what cannot be seen, nor spaces before a dot and at the end of a part.
    """
    if name.isascii() and name.islower() and not _ODD & set(name) and not name.endswith(".") and "./" not in name:
        return name
    plain = unicodedata.normalize("NFKC", name).translate(_ALIKE).casefold().translate(_ALIKE)
    plain = unicodedata.normalize("NFC", plain)
    return "/".join(" ".join(part.split()).replace(" .", ".").rstrip(". ") for part in plain.split("/"))


def alike(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Returns the groups of two and more different names that look alike, each in the order given."""
    groups: dict[str, dict[str, None]] = {}
    for name in names:
        groups.setdefault(skeleton(name), {})[name] = None
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def difference(one: str, other: str) -> str:
    """Returns the first characters in which two names differ, as code points with their names."""
    for left, right in zip_longest(one, other):
        if left != right:
            return f"{code_point(left) if left else '–'} / {code_point(right) if right else '–'}"
    return ""


def told_alike(names: Sequence[str]) -> Words:
    """Returns a sentence about names that look alike, with the first characters in which they differ."""
    shown = [printable(name) for name in names[:MOST_TOLD]]
    differ = difference(names[0], names[1])
    more = f" …({len(names)})" if len(names) > MOST_TOLD else ""
    return Words(
        zh=f"{'、'.join(shown)}{more} 看起来一样（{differ}），是不同的文件；请改名或删去多余的",
        en=f"{', '.join(shown)}{more} look alike ({differ}) and are different files; rename them, or delete one",
    )
