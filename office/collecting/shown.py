"""What plays of one item have in common, as one row that all of them refer to. Rule: pure."""

import hashlib

import msgspec

ShownKey = tuple[str, str, str, str, int, int, str, str, str, str, str]
"""Zone, rank, playlist, its SHA-256, publication, item, kind, media, SHA-256, card, title."""


def shown_key(shown: ShownKey) -> str:
    """Returns the key of its row: a SHA-256 over all of it, as the screen wrote it."""
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()


def plain_shown(shown: ShownKey) -> ShownKey:
    """Returns the same in text that every database takes."""
    return tuple(plain(each) if isinstance(each, str) else each for each in shown)  # type: ignore[return-value]


def plain(text: str) -> str:
    """Returns text that every database takes: PostgreSQL has no NUL."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
