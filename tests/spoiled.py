"""A good file of the state folder, spoiled in every way that is not ours: for tests of whatever reads it."""

import json
from collections.abc import Iterator

VALUES = (
    None, True, -1, 2**53 + 1, 2**63, 10**30, 1e300, 0.5, "", "x", "\x00", "2026-11-30T08:00:00",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-13-45T99:99:99Z", [], [[]], {}, {"x": {}},
)  # fmt: skip


def spoiled_bytes(content: bytes) -> Iterator[bytes]:
    """Files that are not what was written: emptied, cut short, overwritten, of another program."""
    yield from (
        b"",
        b"\0" * len(content),
        content[: len(content) // 2],
        content[:-1],
        b"\xff\xfe" + content,
        b"PK\x03\x04",
    )
    yield from (b"null", b"[]", b"0", b'"x"', b"NaN", b"{", b"\xef\xbb\xbf" + content, content + content)
    yield b'{"x":' + b"[" * 100_000
    yield content[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}"
    yield content[:-1] + b',"y":' + b"9" * 5000 + b"}"
    yield content[:-1] + b',"z":"\xff"}'
    yield content[:-1] + b',"z":"\\ud800"}'


def spoiled_values(content: bytes) -> Iterator[bytes]:
    """The same file with one value in it, or one name, that nothing of ours wrote."""
    good = json.loads(content)
    for path in _paths(good):
        for value in VALUES:
            yield json.dumps(_replaced(good, path, value)).encode()
    for path in _paths(good):
        text = json.dumps(_replaced(good, path, "HERE"))
        yield from (text.replace('"HERE"', odd).encode() for odd in ("NaN", "-Infinity", "1e400", "9" * 5000))


def _paths(value: object, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, each in pairs:
        yield (*here, key)
        yield from _paths(each, (*here, key))


def _replaced(value: object, path: tuple[str | int, ...], by: object) -> object:
    if not path:
        return by
    first, *rest = path
    if isinstance(value, dict):
        return {key: _replaced(each, tuple(rest), by) if key == first else each for key, each in value.items()}
    assert isinstance(value, list)
    return [_replaced(each, tuple(rest), by) if n == first else each for n, each in enumerate(value)]
