"""Makes hostile input out of good input: values of the wrong kind and at every boundary, text and bytes that lie.

Documents are trees of dict, list and scalars. Two leaves stand for what no Python value can say: `Raw` is text that
goes into the document as it is, `Doubled` an object whose keys may repeat.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

Tree = Any


class Raw(str):
    """Goes into the document as it is written."""

    __slots__ = ()


class Doubled(list[tuple[str, Tree]]):
    """An object by its pairs, in this order."""

    __slots__ = ()


POWERS = [2**n + d for n in (7, 8, 15, 16, 31, 32, 40, 53, 63, 64) for d in (-1, 0, 1)]
NUMBERS = [
    *(Raw(str(n)) for n in POWERS), *(Raw(str(-n)) for n in POWERS),
    *map(Raw, ("0", "-0", "-1", "1", "200", "201", "-0.0", "0.1", "1.0", "1e5", "1E+2", "1e400", "-1e400", "1e-400",
               "1e308", "9" * 19, "9" * 20, "9" * 309, "9" * 4300, "9" * 4301, "1" * 20_000, "0." + "3" * 5000,
               "NaN", "Infinity", "-Infinity", "00", "+1", ".5", "1.", "0x10", "1_000", "--1")),
]  # fmt: skip
MARKS = [
    "\0", "\x01", "\x07", "\b", "\t", "\n", "\r\n", "\r", "\x1b[2J", "\x1b]0;x\x07", "\x7f", "\x85", "\x9b31m",
    "\u200b", "\u200d", "\u200e", "\u202a", "\u202e01169", "\u2066", "\u2069", "\u2028", "\u2029", "\ufeff", "\ufffe",
    "\ue000", "\U000e0041", "\U0010ffff", "e\u0301", "\u0301" * 50, "ﬁ", "ſ", "İ", "ß", "Ａ", "．", "／", "：",
    "𠮷", "👨‍👩‍👧", "反诈", "مرحبا",
]  # fmt: skip
TEXTS = [
    "", " ", "\u3000", "null", "true", "0", "-1", "None", "..", ".", "/", "\\", "../../etc/passwd", "C:\\x", "con",
    "=1+1", "@SUM(A1)", "+1", "-1", "\t=1", "<script>alert(1)</script>", "{grid_worker}", "{", "{}", "%s%n", "'; --",
    "a,b;c", '"', "'", "*", "**/*", "[", "[]", "#", "+", "$SYS", "{{ x }}", "{% x %}", "\\u0000", "&#0;",
]  # fmt: skip
TIMES = [
    "2026-06-06T07:00:00.000+08:00", "9999-12-31T23:59:59.999+14:00", "9999-12-31T23:59:59.999-14:00",
    "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00+00:00", "1969-12-31T23:59:59+00:00",
    "1970-01-01T00:00:00+00:00", "2038-01-19T03:14:08+00:00", "2099-01-01T00:00:00+00:00", "2026-06-06", "20260606",
    "2026-06-06T24:00:00+00:00", "2026-06-06T23:59:60+00:00", "2026-06-06T07:00:00", "2026-06-06T07:00:00Z",
    "2026-06-06T07:00:00+23:59:59.999999", "2026-06-06T07:00:00-23:59", "2026-W23-6T07+08", "２０２６-06-06T07:00:00Z",
    "2026-06-06T07:00:00.123456789+08:00", "2026-02-30T00:00:00Z", "yesterday",
]  # fmt: skip
LENGTHS = [1, 2, 19, 20, 21, 35, 36, 37, 49, 50, 51, 99, 100, 101, 299, 300, 301, 499, 500, 501, 1999, 2000, 2001,
4095, 4096,
           4097, 16_384, 65_535, 65_536]  # fmt: skip
MOST_GROWN = 400_000
"""Characters of what a list is made longer to: beyond every limit that a reader has, and made in no time."""
DEPTHS = [10, 100, 500, 990, 1000, 1010, 5000, 30_000, 100_000]


def text(random: Random) -> str:
    """Returns a text that somebody may not have thought of."""
    match random.randrange(7):
        case 0:
            return random.choice(TEXTS)
        case 1:
            return random.choice(TIMES)
        case 2:
            return random.choice("a字é\u0301\U0001f600") * random.choice(LENGTHS)
        case 3:
            return "".join(random.choice(MARKS) for _ in range(random.randint(1, 4)))
        case 4:
            return f"a{random.choice(MARKS)}b"
        case 5:
            return "".join(chr(random.choice((random.randrange(256), random.randrange(0xD7FF)))) for _ in range(9))
        case _:
            return random.choice("0123456789abcdef") * random.choice((15, 16, 17, 32, 63, 64, 65, 128))


def nested(random: Random, depth: int) -> Raw:
    """Returns brackets within brackets."""
    match random.randrange(3):
        case 0:
            return Raw("[" * depth + "]" * depth)
        case 1:
            return Raw('{"a":' * depth + "0" + "}" * depth)
        case _:
            return Raw("[" * depth)


def scalar(random: Random) -> Tree:
    """Returns a value of any kind."""
    match random.randrange(9):
        case 0 | 1 | 2:
            return random.choice(NUMBERS)
        case 3 | 4 | 5:
            return text(random)
        case 6:
            return random.choice((None, True, False, [], {}, [[]], {"": ""}))
        case 7:
            return Raw(
                '"' + random.choice(("\\ud800", "\\udfff\\ud800", "\\u0000", "\\x", "\\u12", "\x01", "\\")) + '"'
            )
        case _:
            return nested(random, random.choice(DEPTHS))


def places(tree: Tree) -> list[tuple[Tree, Any]]:
    """Returns every place in a tree as the container and the key in it."""
    found: list[tuple[Tree, Any]] = []
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Doubled):
            continue
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        found += [(each, key) for key in keys]
        waiting += [each[key] for key in keys]
    return found


def mutated(random: Random, tree: Tree, *, spare: tuple[str, ...] = (), times: int = 2) -> Tree:
    """Returns a copy of a tree with up to `times` things wrong with it; the keys in `spare` stay as they are."""
    copy = {"": _copied(tree)}
    for _ in range(random.randint(1, times)):
        there = [place for place in places(copy) if place[1] not in spare]
        container, key = random.choice(there)
        _mutate(random, container, key)
    return copy[""]


def _copied(tree: Tree) -> Tree:
    if isinstance(tree, dict):
        return {key: _copied(value) for key, value in tree.items()}
    return [_copied(each) for each in tree] if isinstance(tree, list | tuple) else tree


def _mutate(random: Random, container: Tree, key: Any) -> None:
    value = container[key]
    match random.randrange(12):
        case 0 | 1 | 2 | 3 | 4:
            container[key] = scalar(random)
        case 5:
            container[key] = {"a": value} if random.random() < 0.5 else [value]
        case 6 if key != "":
            del container[key]
        case 7 if isinstance(value, dict):
            value[text(random)[:5000]] = scalar(random)
        case 8 if isinstance(value, dict) and value:
            again = random.choice(list(value))
            container[key] = Doubled([*value.items(), (again, scalar(random))])
        case 9 if isinstance(value, list) and value:
            times = max(1, min(random.choice((2, 33, 201, 2001)), MOST_GROWN // len(str(value))))
            # Copies: what later grows inside one of them grows once, not as often as it stands there.
            value += [_copied(each) for _ in range(times - 1) for each in value]
        case 10 if isinstance(value, dict):
            value |= {f"k{n}": n for n in range(random.choice((20, 500, 3000)))}
        case 11 if isinstance(value, str):
            at = random.randint(0, len(value))
            container[key] = value[:at] + random.choice((*MARKS, text(random))) + value[at:]
        case _:
            container[key] = value * random.choice(LENGTHS) if isinstance(value, str) and len(value) < 9 else None


def written(tree: Tree, *, canonical: bool = True) -> bytes:
    """Returns the tree as JSON: canonical where nothing in it forbids that, else in the order it has."""
    parts: list[str] = []
    _write(tree, parts, canonical)
    return "".join(parts).encode("utf-8", errors="surrogatepass")


def _write(tree: Tree, parts: list[str], canonical: bool) -> None:
    if isinstance(tree, Raw):
        parts.append(tree)
    elif isinstance(tree, dict | Doubled):
        pairs = list(tree.items()) if isinstance(tree, dict) else list(tree)
        if canonical and isinstance(tree, dict):
            pairs.sort(key=lambda pair: str(pair[0]).encode("utf-8", errors="surrogatepass"))
        parts.append("{")
        for n, (key, value) in enumerate(pairs):
            parts.append("," * (n > 0) + _quoted(str(key)) + ":")
            _write(value, parts, canonical)
        parts.append("}")
    elif isinstance(tree, list | tuple):
        parts.append("[")
        for n, each in enumerate(tree):
            parts.append("," * (n > 0))
            _write(each, parts, canonical)
        parts.append("]")
    else:
        parts.append(_quoted(tree) if isinstance(tree, str) else msgspec.json.encode(tree).decode())


def _quoted(text: str) -> str:
    try:
        return msgspec.json.encode(text).decode()
    except UnicodeEncodeError:
        return '"' + text.encode("unicode_escape").decode().replace('"', '\\"') + '"'


ENCODINGS = ("utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32", "latin-1")


def damaged(random: Random, content: bytes, times: int = 3) -> bytes:
    """Returns bytes with up to `times` things wrong with them, whatever they stand for."""
    for _ in range(random.randint(1, times)):
        content = random.choice(DAMAGES)(random, content)
    return content


def _flip(random: Random, content: bytes) -> bytes:
    if not content:
        return b"\0"
    at = random.randrange(len(content))
    return content[:at] + bytes((content[at] ^ 1 << random.randrange(8),)) + content[at + 1 :]


def _cut(random: Random, content: bytes) -> bytes:
    return content[: random.randint(0, len(content))]


def _longer(random: Random, content: bytes) -> bytes:
    return content + random.choice((b"\0", b"\xff", b"\n", content[-20:], b"]" * 9, b" " * 70_000, b"\xef\xbb\xbf"))


def _insert(random: Random, content: bytes) -> bytes:
    at = random.randint(0, len(content))
    odd = (
        b"\0",
        b"\xff\xfe",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\r\n",
        b"\r",
        b"\x1b[2J",
        b"\xc2\x9b",
    )
    return content[:at] + random.choice((*odd, text(random).encode(errors="replace"))) + content[at:]


def _twice(random: Random, content: bytes) -> bytes:
    start = random.randint(0, len(content))
    part = content[start : start + random.choice((1, 10, 200))]
    return content[:start] + part * random.choice((2, 50, 1000)) + content[start:]


def _without(random: Random, content: bytes) -> bytes:
    start = random.randint(0, len(content))
    return content[:start] + content[start + random.choice((1, 4, 40)) :]


def _encoded(random: Random, content: bytes) -> bytes:
    return content.decode(errors="replace").encode(random.choice(ENCODINGS), errors="replace")


def _line_ends(random: Random, content: bytes) -> bytes:
    return content.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xc2\x85", b"\xe2\x80\xa8")))


DAMAGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    _flip, _cut, _longer, _insert, _twice, _without, _encoded, _line_ends,
)  # fmt: skip
