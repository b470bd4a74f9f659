"""How single values of the configuration are written: ids, sizes, folders, addresses."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from signage.daypart import TimeOfDay
from signage.errors import Words
from signage.notation import Misread, shown, time_of_day
from signage.suggest import nearest
from signage.text_rules import flaw, inside

CHINA = "Asia/Shanghai"
_WEST = re.compile(r"Etc/GMT\+(\d{1,2})")
_CHINAS = frozenset(
    {
        f"{name}{sign}{hours}"
        for name in ("utc", "gmt", "")
        for sign in ("+", "")
        for hours in ("8", "08", "800", "0800")
    }
    | {"cst", "cstasia", "bjt", "china", "chinastandardtime", "beijing", "asiabeijing", "asiapeking", "shanghai"}
    | {
        "北京时间",
        "北京",
        "中国",
        "中国标准时间",
        "上海",
        "东八区",
        "东8区",
        "中国时间",
        "asiachongqin",
        "asiaguangzhou",
        "asiashenzhen",
    }
)
"""What people in China call their time, without blanks and signs between."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,35}")


def screen_id(value: object) -> str | Misread:
    """Reads the id of a screen."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    meant = (
        unicodedata.normalize("NFKC", value[:64]).strip().casefold().replace("_", "-").replace(" ", "-")
        if isinstance(value, str)
        else ""
    )
    return Misread(
        Words(zh=f"{shown(value)} 不能作屏幕编号", en=f"{shown(value)} cannot be the id of a screen"),
        Words(
            zh='用小写字母、数字和 -，3 到 36 个字，例如 "sq-square-led1"',
            en='use small letters, digits and -, 3 to 36 of them, such as "sq-square-led1"',
        ),
        meant if _ID.fullmatch(meant) else None,
    )


MOST_ZONE = 64
"""Letters of a time zone's name; the longest has half as many."""


def timezone(value: object) -> str | Misread:
    """Reads the name of a time zone that this machine knows; of `Etc/GMT+8` it says what that is.

    In those names the sign is the wrong way round (POSIX): `Etc/GMT+8` lies west of Greenwich, 16 hours from China.
    """
    if isinstance(value, str):
        if found := _WEST.fullmatch(value):
            return Misread(
                Words(
                    zh=f"{shown(value)} 是格林尼治以西 {found[1]} 小时，不是东 {found[1]} 区：这个名字里正负号是反的",
                    en=f"{shown(value)} lies {found[1]} hours west of Greenwich: in these names the sign is reversed",
                ),
                Words(zh='在中国写 "Asia/Shanghai"', en='in China write "Asia/Shanghai"'),
                CHINA if found[1] == "8" else None,
            )
        try:
            if len(value) <= MOST_ZONE:  # each part of a name is a package that Python looks for within the last
                return ZoneInfo(value).key
        except (LookupError, ValueError, OSError):  # a missing zone; `../x`; a folder of zones
            pass
    near = _zone_meant(value) if isinstance(value, str) and len(value) <= MOST_ZONE else ""
    cure = Words(zh=f'是不是 "{near}"？', en=f'did you mean "{near}"?')
    usual = Words(zh='在中国写 "Asia/Shanghai"', en='write a name such as "Asia/Shanghai"')
    return Misread(
        Words(zh=f"{shown(value)} 不是时区", en=f"{shown(value)} is not a time zone"),
        cure if near else usual,
        near or None,
    )


def _zone_meant(value: str) -> str:
    plain = re.sub(r"[\s_/:：]|\(.*\)", "", unicodedata.normalize("NFKC", value)).casefold()
    if plain in _CHINAS:
        return CHINA
    # Short names are all alike: CST is no misspelt UCT.
    return nearest(value, sorted(available_timezones())) if "/" in value else ""


def pair(least: int, most: int, example: str) -> Callable[[object], tuple[int, int] | Misread]:
    """Gives a reader of two whole numbers from `least` to `most`."""

    def read(value: object) -> tuple[int, int] | Misread:
        if (
            isinstance(value, list)
            and len(value) == 2
            and all(type(one) is int and least <= one <= most for one in value)
        ):
            return value[0], value[1]
        meant = _whole_numbers(value, 2)
        return Misread(
            Words(
                zh=f"{shown(value)} 不是两个 {least} 到 {most} 的整数",
                en=f"{shown(value)} is not two whole numbers from {least} to {most}",
            ),
            Words(zh=f"例如 {example}", en=f"for example {example}"),
            meant if meant and all(least <= one <= most for one in meant) else None,
        )

    return read


def _whole_numbers(value: object, count: int) -> list[int]:
    """So many whole numbers that were meant by `"1280x720"`, `["1280", "720"]` or `[1280.0, 720]`; else []."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and len(value) <= 60:
        found = re.split(r"[\sx×*,，、]+", unicodedata.normalize("NFKC", value).strip("[]()").casefold())
    else:
        found = [str(one).removesuffix(".0") for one in value[:9]] if isinstance(value, list) else []
    right = len(found) == count and all(re.fullmatch(r"-?\d{1,6}", one) for one in found)
    return [int(one) for one in found] if right else []


def path(base: Path) -> Callable[[object], Path | Misread]:
    """Gives a reader of paths; relative ones start at `base`."""

    def read(value: object) -> Path | Misread:
        if isinstance(value, str) and value.strip() and len(value) <= 1000:
            wrong = flaw(value, "name")
            return base / value if wrong is None else inside(value, wrong)
        return Misread(
            Words(zh=f"{shown(value)} 不是路径", en=f"{shown(value)} is not a path"),
            Words(
                zh='写文件夹的路径，例如 "media" 或 "/srv/wuzha/media"；Windows 上写 "D:/media"',
                en='write a path such as "media" or "/srv/wuzha/media"; on Windows "D:/media"',
            ),
        )

    return read


def optional_path(base: Path) -> Callable[[object], Path | Misread | None]:
    """Gives a reader of paths that takes "" for none."""
    read = path(base)
    return lambda value: None if value == "" else read(value)


def optional_time(value: object) -> TimeOfDay | Misread | None:
    """Reads a time of day, or "" for none."""
    return None if value == "" else time_of_day(value)


def address(*schemes: str) -> Callable[[object], str | Misread]:
    """Gives a reader of addresses with one of the schemes and a host, without user or password; "" is none."""
    example = f'"{schemes[0]}://192.168.1.10"'

    def read(value: object) -> str | Misread:
        if value == "":
            return ""
        try:
            parts = urlsplit(value) if isinstance(value, str) and value.isprintable() else None
            if parts and parts.scheme in schemes and parts.hostname and (parts.port is None or parts.port > 0):
                if parts.username is None and parts.password is None:
                    return str(value)
                return Misread(
                    Words(zh="地址里有用户名或密码", en="the address has a user or a password in it"),
                    Words(
                        zh="用户名写到 user，密码写到 credentials 指的文件里",
                        en="write the user as user, the password into the file named by credentials",
                    ),
                )
        except ValueError:  # a broken port or bracket
            pass
        names = " / ".join(f"{scheme}://" for scheme in schemes)
        return Misread(
            Words(zh=f"{shown(value)} 不是 {names} 地址", en=f"{shown(value)} is not an address with {names}"),
            Words(zh=f'例如 {example}，没有就写 ""', en=f'for example {example}, or "" for none'),
        )

    return read


def prefix(value: object) -> str | Misread:
    """Reads what all topics begin with."""
    if isinstance(value, str) and re.fullmatch(r"[\w.-]+(/[\w.-]+)*", value) and len(value) <= 100:
        return value
    return Misread(
        Words(zh=f"{shown(value)} 不能作主题前缀", en=f"{shown(value)} cannot begin a topic"),
        Words(zh='例如 "wuzha/1"，不要 # + 和首尾的 /', en='for example "wuzha/1", without # + and outer /'),
    )


def period(value: object) -> str | Misread:
    """Reads the name of a quiet period."""
    if isinstance(value, str) and value.strip() and len(value) <= 50:
        wrong = flaw(value, "name")
        return value.strip() if wrong is None else inside(value, wrong)
    return Misread(
        Words(zh=f"{shown(value)} 不是静音期的名字", en=f"{shown(value)} is not the name of a quiet period"),
        Words(zh='写日历里的名字，例如 "高考"，或 "all"', en='write a name of the calendar such as "高考", or "all"'),
    )
