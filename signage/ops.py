"""What a command asks for: the closed list of operations, each with its arguments.

Rule: pure; office and player read arguments with the same function, docs/wire.md lists them.
"""

import re
from collections.abc import Mapping

import msgspec

from signage.errors import Words, WuzhaError
from signage.messages import Op, Value

IDENTIFY_S, MOST_IDENTIFY_S = 15, 300
MOST_RESENT = 1_000_000
_EPOCH = re.compile(r"[0-9a-f]{16}")


class Shot(msgspec.Struct, frozen=True):
    """A picture of what is on the screen, on the topic `shot`."""


class Next(msgspec.Struct, frozen=True):
    """Every zone but a ticker goes on to its next item."""


class Refresh(msgspec.Struct, frozen=True):
    """Look for publications now."""


class Identify(msgspec.Struct, frozen=True):
    """Show the screen's name and state over the picture."""

    seconds: int


class Volume(msgspec.Struct, frozen=True):
    """Percent; None: what the screen's own configuration says."""

    percent: int | None


class Brightness(msgspec.Struct, frozen=True):
    """Percent; None: what the screen's own configuration says. Kept for later use."""

    percent: int | None


class Blackout(msgspec.Struct, frozen=True):
    """A dark and silent screen, until it is taken back."""

    on: bool


class Filler(msgspec.Struct, frozen=True):
    """Only filler playlists, until it is taken back."""

    on: bool


class Restart(msgspec.Struct, frozen=True):
    """The player's screen process begins anew."""


class Resend(msgspec.Struct, frozen=True):
    """Records of the ledger once more."""

    epoch: str
    first: int
    last: int


Order = Shot | Next | Refresh | Identify | Volume | Brightness | Blackout | Filler | Restart | Resend

ARGUMENTS: dict[Op, tuple[str, ...]] = {
    "shot": (), "next": (), "refresh": (), "identify": ("seconds",), "volume": ("percent",),
    "brightness": ("percent",), "blackout": ("on",), "filler": ("on",), "restart": (),
    "resend": ("epoch", "first", "last"),
}  # fmt: skip


def read_order(op: Op, args: Mapping[str, Value]) -> Order | Words:
    """Gives what is asked for, or says what is wrong with its arguments; one that the op does not have is wrong."""
    surplus = sorted(set(args) - set(ARGUMENTS[op]))
    if surplus:
        return Words(zh=f"{op} 没有参数 {surplus[0][:40]!a}", en=f"{op} has no argument {surplus[0][:40]!a}")
    try:
        return _read(op, args)
    except _Wrong as error:
        return Words(zh=f"{op} 的参数不对：{error.words.zh}", en=f"bad argument of {op}: {error.words.en}")


class _Wrong(WuzhaError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


_PLAIN: dict[Op, Order] = {"shot": Shot(), "next": Next(), "refresh": Refresh(), "restart": Restart()}


def _read(op: Op, args: Mapping[str, Value]) -> Order:
    match op:
        case "identify":
            return Identify(_whole(args, "seconds", 1, MOST_IDENTIFY_S, IDENTIFY_S))
        case "volume" | "brightness":
            return Volume(_percent(args)) if op == "volume" else Brightness(_percent(args))
        case "blackout" | "filler":
            return Blackout(_flag(args)) if op == "blackout" else Filler(_flag(args))
        case "resend":
            return _resend(args)
        case _:
            return _PLAIN[op]


def _resend(args: Mapping[str, Value]) -> Resend:
    epoch = args.get("epoch")
    if not isinstance(epoch, str) or not _EPOCH.fullmatch(epoch):
        raise _Wrong("epoch 是 16 位十六进制数", "epoch is 16 hexadecimal digits")
    first, last = (_whole(args, name, 1, 2**53, None) for name in ("first", "last"))
    if not 0 <= last - first < MOST_RESENT:
        raise _Wrong(f"first 到 last 最多 {MOST_RESENT} 条", f"first..last is a range of at most {MOST_RESENT}")
    return Resend(epoch, first, last)


def _percent(args: Mapping[str, Value]) -> int | None:
    return None if "percent" in args and args["percent"] is None else _whole(args, "percent", 0, 100, None)


def _flag(args: Mapping[str, Value]) -> bool:
    on = args.get("on")
    if not isinstance(on, bool):
        raise _Wrong("on 只能是 true 或 false", "on is true or false")
    return on


def _whole(args: Mapping[str, Value], name: str, least: int, most: int, default: int | None) -> int:
    value = args.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise _Wrong(f"{name} 是 {least} 到 {most} 的整数", f"{name} is a whole number from {least} to {most}")
    return value
