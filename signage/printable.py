r"""Text of others as it may stand on a terminal, in a log or in a line of JSON.

Rule: what comes out has no character that moves a cursor, ends a line, turns the direction of writing or hides: those
are written as `\x1b`, `\u202e`, `\U000e0041`, and bytes of a name that are not UTF-8 as `\xba`.
"""

import json
import unicodedata

BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc\U00016fe4\U0001d159"
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Letters, marks and signs by category that no font draws: only the categories below cannot tell them."""

TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of writing."""
MISLEADING = TURNS | frozenset("\x85\u2028\u2029")
"""The same, and what ends a line for some programs and not for others."""
_KINDS = {"Cc": "CONTROL", "Cs": "SURROGATE", "Co": "PRIVATE USE", "Cn": "NO CHARACTER"}
_NAMES = {
    "\0": "NULL", "\a": "BELL", "\b": "BACKSPACE", "\t": "TABULATION", "\n": "LINE FEED", "\v": "LINE TABULATION",
    "\f": "FORM FEED", "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE", "\x7f": "DELETE", "\x85": "NEXT LINE",
    "\x9b": "CONTROL SEQUENCE INTRODUCER",
}  # fmt: skip
"""Controls have no names in the character database, but everybody calls them something."""


def printable(text: str) -> str:
    r"""Returns the text in one line, with whatever does not show as itself escaped; everything else stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _shows(c) else escaped(c) for c in text)


def printable_lines(text: str) -> str:
    r"""Returns the text like `printable`, but its line feeds stay: for lines of our own, such as a traceback."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(value: object) -> str:
    """Returns the value as JSON in one line: the same value to whoever parses it, harmless to whoever looks at it."""
    return "".join(c if _shows(c) else json.dumps(c)[1:-1] for c in json.dumps(value, ensure_ascii=False, default=str))


def ascii_json(line: str) -> str:
    """Returns a line of JSON with all that is not ASCII escaped: the same value, whatever encoding it is written in."""
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in line)


def turned(text: str) -> int | None:
    """Returns where a text first turns the direction of writing, or ends a line for some programs only."""
    return None if text.isascii() else next((at for at, char in enumerate(text) if char in MISLEADING), None)


def escaped(char: str) -> str:
    r"""Returns a character as it is written in Python: `\n`, `\x1b`, `\u202e`; a byte kept in a surrogate as `\xba`."""
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def code_point(char: str) -> str:
    """Returns a character's number and name, `U+202E RIGHT-TO-LEFT OVERRIDE`; without a name, of which kind it is."""
    name = unicodedata.name(char, "") or _NAMES.get(char, "") or _KINDS.get(unicodedata.category(char), "")
    return f"U+{ord(char):04X} {name}".rstrip()


def _shows(char: str) -> bool:
    """Whether a character can be seen, or is a plain space of some width (the ideographic one, a no-break one)."""
    return (char.isprintable() or unicodedata.category(char) == "Zs") and char not in BLANKS
