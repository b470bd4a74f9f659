"""Reads the words of the starter campaign."""

from pathlib import Path

import msgspec


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words that every poster and video repeats."""

    hotline_label: str
    hotline: str
    police_label: str
    police: str
    app_label: str
    app: str
    says: str
    do: str


class Poster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One poster's words."""

    name: str
    kind: str
    headline: tuple[str, str]
    accent: int
    """Which line of the headline is yellow: 0 or 1."""
    says: str
    do: str


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of the brushing story."""

    big: tuple[str, ...]
    """One line of words, or two."""
    bubble: str
    """What the telephone shows, a line of at most 8 characters each."""
    mine: bool
    money: int
    """What comes in or goes out, in yuan."""
    say: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the six rules, as the video shows it."""

    lines: tuple[str, str]
    stamp: str
    say: str


class Brushing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The video that tells how a brushing fraud goes."""

    name: str
    open: tuple[str, str]
    open_say: str
    step: tuple[Step, ...]
    close: tuple[str, str]
    close_note: str
    close_say: str


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The video that repeats the six rules."""

    name: str
    open: tuple[str, str]
    open_say: str
    rule: tuple[Rule, ...]
    close: tuple[str, str]
    close_note: str
    close_say: str


class Broadcast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the loudspeaker says."""

    name: str
    times: int
    say: tuple[str, ...]


class Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All words of the starter campaign."""

    band: Band
    poster: tuple[Poster, ...]
    brushing: Brushing
    rules: Rules
    broadcast: Broadcast


def read(path: Path) -> Texts:
    """Gives the words in a file; raises msgspec.ValidationError where a key is missing, unknown or of a wrong type."""
    return msgspec.toml.decode(path.read_bytes(), type=Texts)
