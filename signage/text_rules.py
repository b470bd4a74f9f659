"""What a text, a QR code or a name may be made of, so that it means the same to everybody who looks at it.

A screen draws characters one after another, from left to right, without shaping; an editor or a browser turns, joins
and hides them. Where the two differ, the person who approves a text reads another one than the street. So these are
refused, with their code points:

- what turns the direction of writing (U+202A–202E, U+2066–2069, U+200E, U+200F, U+061C) everywhere, and in texts also
  letters of scripts written from right to left, which a screen cannot set;
- what is not seen: zero-width spaces and joiners, soft hyphens, tags, annotations, fillers, blank letters;
- controls (a text may have line feeds and tabs), line and paragraph separators, surrogates, noncharacters, private use;
- accents without a letter, on a digit, or more than three on one letter;
- in texts digits of other scripts than ASCII and full width, letters that look like Latin ones or digits in a word
  with those or where nothing else is of their script, and I, l, O, o within a number;
- in a QR code anything but ASCII and hanzi; full-width letters and digits do not dial and do not open.

What is needed stays: a zero-width joiner between two emoji, a variation selector behind a sign, a keycap or a hanzi,
accents in any form of composition, spaces of any width, full-width digits in a text, unassigned characters (a newer
Unicode may know them). No script that screens can set needs a joiner.

Rule: pure; character data come from Python's `unicodedata`, whose version may differ from machine to machine.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal

from signage.errors import Words
from signage.lookalikes import LOOKS
from signage.mending import only_hidden
from signage.notation import Misread, shown
from signage.printable import BLANKS, TURNS, code_point

Use = Literal["text", "line", "qr", "name"]
"""`line` is a text of one line."""

MOST_TOLD = 3
"""Characters of one text that a sentence names; the rest are counted."""
MOST_MARKS = 3
"""Accents on one letter."""

_ODD = re.compile(
    r"[^ -~\u00a1-\u00ac\u00ae-\u0130\u0132-\u01bf\u01c4-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u24ff\u2500-\u27ff"
    r"\u3000-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3200-\u9fff\uac00-\ud7a3\uff01-\uff9f"
    r"\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f680-\U0001faff\U00020000-\U0002fffd\U00030000-\U0003134f]"
)
"""What is not in usual names and texts; all else needs no closer look, but for numbers."""
_NUMBER_ALIKE = re.compile(r"[0-9０-９][IlOoＩｌＯｏ]|[IlOoＩｌＯｏ][0-9０-９]")
_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_VS15, _VS16 = "\ufe0e", "\ufe0f"
_DIGITS_ALIKE = frozenset("IlOoＩｌＯｏ")
_PLACEHOLDER = re.compile(r"\{[^\W\d]\w*\}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:")

_Why = Literal[
    "turns", "hides", "control", "broken", "private", "none", "mark", "script", "digit", "number", "looks", "code"
]
_WHY: dict[_Why, Words] = {
    "turns": Words("会改变文字的方向", "turns the direction of writing"),
    "hides": Words("看不见", "cannot be seen"),
    "control": Words("是控制字符", "is a control character"),
    "broken": Words("是残缺的字符", "is half a character"),
    "private": Words("是私用字符，每台机器显示得不一样", "is for private use, every machine shows something else"),
    "none": Words("不是字符", "is no character"),
    "mark": Words("叠在别的字上，屏幕画不出来", "stands on another character and cannot be drawn"),
    "script": Words(
        "是从右往左写的文字，屏幕排不了", "is of a script written from right to left, which screens cannot set"
    ),
    "digit": Words("是另一种文字的数字", "is a digit of another script"),
    "number": Words("在数字里看起来像数字", "looks like a digit within a number"),
    "looks": Words("看起来像 {looks}", "looks like {looks}"),
    "code": Words("手机扫码后不能用", "is of no use to the phone that reads the code"),
}
_BY_CATEGORY: dict[str, _Why] = {
    "Cc": "control", "Zl": "control", "Zp": "control", "Cs": "broken", "Co": "private", "Cf": "hides",
}  # fmt: skip
_CURE_RETYPE = Words("删去它和两边的字，重新输入，不要粘贴", "delete it with the words around it and type them anew")
_CURES: dict[_Why, Words] = {
    "script": Words("做成图片再播放", "make a picture of the text and show that"),
    "digit": Words("改成 0 到 9", "write 0 to 9"),
    "number": Words("改成数字 1 或 0", "write the digit 1 or 0"),
    "looks": Words("用英文输入法重新输入这个词", "type the word anew with a Latin keyboard"),
    "code": Words("用英文半角字符", "use ASCII characters"),
}


def flaw(text: str, use: Use = "text") -> Misread | None:
    """Returns what is wrong with the characters of a text: which, where, why and what to do; None when all is well."""
    if use == "name" and not _ODD.search(text):
        return None  # thousands of names at a start
    found = list(_found(text, use))
    if not found:
        return None
    zh = "，".join(
        f"第 {at + 1} 个字是 {code_point(char)}（{_why(why, char).zh}）" for at, char, why in found[:MOST_TOLD]
    )
    en = ", ".join(
        f"character {at + 1} is {code_point(char)}, which {_why(why, char).en}" for at, char, why in found[:MOST_TOLD]
    )
    more = len(found) - MOST_TOLD
    return Misread(
        Words(
            zh=f"里有控制字符或会让人误读的字符：{zh}" + (f"，还有 {more} 处" if more > 0 else ""),
            en=f"has control characters or others that mislead: {en}" + (f", and {more} more" if more > 0 else ""),
        ),
        _CURES.get(found[0][2], _CURE_RETYPE),
    )


def inside(value: str, wrong: Misread) -> Misread:
    """Returns the flaw of a value as a sentence that begins with the value."""
    problem = Words(zh=f"{shown(value)} {wrong.problem.zh}", en=f"{shown(value)} {wrong.problem.en}")
    plain = only_hidden(value)
    return Misread(problem, wrong.cure, plain if plain is not None and flaw(plain, "name") is None else None)


def _why(why: _Why, char: str) -> Words:
    looks = LOOKS.get(char, "")
    return Words(_WHY[why].zh.format(looks=looks), _WHY[why].en.format(looks=looks))


def _found(text: str, use: Use) -> Iterator[tuple[int, str, _Why]]:
    """Every character that may not stand where it stands, with the first reason against it."""
    odd = [(found.start(), found[0]) for found in _ODD.finditer(text)]
    faults = [(at, char, why) for at, char in odd if (why := _hidden(text, at, char, use)) is not None]
    if any(unicodedata.category(char) in ("Mn", "Me") for _, char in odd):
        faults += _stacked(text)
    if use in ("text", "line"):
        faults += _foreign(odd)
        if _NUMBER_ALIKE.search(text) or any(char in LOOKS for _, char in odd):
            faults += _lookalikes(text)
    elif use == "qr" and not text.isascii():
        faults += _not_for_codes(text)
    return iter(sorted({at: (at, char, why) for at, char, why in reversed(faults)}.values()))


def _hidden(text: str, at: int, char: str, use: Use) -> _Why | None:
    if "!" <= char <= "~" or char == " ":
        return None
    if char in BLANKS or char == _JOINER or "\ufe00" <= char <= _VS16:
        return None if _is_needed(text, at, char) else "hides"
    category = unicodedata.category(char)
    if char in TURNS or (category == "Cc" and char in "\n\t" and use == "text"):
        return "turns" if char in TURNS else None
    return _unassigned(ord(char)) if category == "Cn" else _BY_CATEGORY.get(category)


def _unassigned(number: int) -> _Why | None:
    if number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF:
        return "none"
    return "hides" if number == 0x2065 or 0xFFF0 <= number <= 0xFFF8 or 0xE0000 <= number <= 0xE0FFF else None


def _is_needed(text: str, at: int, char: str) -> bool:
    """Whether a joiner or a variation selector belongs to the signs around it."""
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    if char == _JOINER:
        base = text[max(0, at - 3) : at].rstrip(_VS16 + "🏻🏼🏽🏾🏿")[-1:]
        return _is_emoji(base) and _is_emoji(after)
    if char in (_VS15, _VS16):
        return (
            _is_emoji(before) or before in tuple("‼⁉〰〽©®™") or (before in tuple("0123456789#*") and after == _KEYCAP)
        )
    return _is_hanzi(before) and (char <= "\ufe02" or char >= "\U000e0100") and char >= "\ufe00"


def _is_emoji(char: str) -> bool:
    return "\U0001f000" <= char <= "\U0001faff" or (
        "\u2139" <= char <= "\u3299" and unicodedata.category(char) in ("So", "Sm", "Ll")
    )


def _is_hanzi(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff"


def _stacked(text: str) -> Iterator[tuple[int, str, _Why]]:
    """Accents that have no letter, stand on a digit, or are too many."""
    base, marks = "", 0
    for at, char in enumerate(text):
        if unicodedata.category(char) not in ("Mn", "Me") or char in BLANKS or "\ufe00" <= char <= _VS16:
            base, marks = (base, marks) if "\ufe00" <= char <= _VS16 else (char, 0)
            continue
        marks += 1
        if marks > MOST_MARKS or not base or base.isspace() or (base.isdecimal() and char != _KEYCAP):
            yield at, char, "mark"


def _foreign(odd: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, _Why]]:
    """Letters from right to left, and digits that few can read."""
    for at, char in odd:
        if unicodedata.bidirectional(char) in ("R", "AL", "AN"):
            yield at, char, "script"
        elif char.isdecimal():
            yield at, char, "digit"


def _lookalikes(text: str) -> Iterator[tuple[int, str, _Why]]:
    """Letters that are taken for others, word by word."""
    others = {
        unicodedata.name(c, "").partition(" ")[0] for c in text if not c.isascii() and c.isalpha() and c not in LOOKS
    }
    at = 0
    for is_word, chars in groupby(text, _is_of_word):
        word = "".join(chars)
        if is_word:
            yield from _in_word(word, at, others)
        at += len(word)


def _in_word(word: str, start: int, others: set[str]) -> Iterator[tuple[int, str, _Why]]:
    if not LOOKS.keys() & set(word):
        digits = sum(map(str.isdecimal, word))
        is_number = digits >= 2 and all(c.isdecimal() or c in _DIGITS_ALIKE for c in word)
        litres = len(word) - digits == 1 and word.endswith("l")
        for at, char in enumerate(word) if is_number and digits < len(word) and not litres else ():
            if char in _DIGITS_ALIKE:
                yield start + at, char, "number"
        return
    is_mixed = any(unicodedata.normalize("NFKC", c).isascii() for c in word if c not in LOOKS)
    for at, char in enumerate(word):
        if char in LOOKS:
            script = unicodedata.name(char, "").partition(" ")[0]
            if is_mixed or script in ("MATHEMATICAL", "LATIN") or (set(word) <= LOOKS.keys() and script not in others):
                yield start + at, char, "looks"


def _is_of_word(char: str) -> bool:
    return char.isalnum() and not _is_hanzi(char) and not "\u3041" <= char <= "\u30ff"


def _not_for_codes(text: str) -> Iterator[tuple[int, str, _Why]]:
    """What a phone does not take as it looks; the names of variables are no part of the code."""
    bare = _PLACEHOLDER.sub(lambda found: " " * len(found[0]), text)
    is_address = _SCHEME.match(bare) is not None
    for at, char in enumerate(bare):
        if char.isascii() or _is_hanzi(char):
            continue
        wide = unicodedata.normalize("NFKC", char).isascii()
        if is_address or (wide and char.isalnum()) or (char.isalnum() and not _is_of_east(char)):
            yield at, char, "code"


def _is_of_east(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
