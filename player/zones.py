"""Reads the `[[zone]]` tables of the configuration: rectangles inside the canvas that do not overlap."""

import re
from itertools import combinations

from signage.errors import Words
from signage.findings import Findings
from signage.layout import Box, Margin, Zone
from signage.notation import Misread, shown
from signage.source import Source
from signage.tables import Table
from signage.text_rules import flaw, inside

ZONE_KEYS = ("name", "box", "background", "margin")
MARGINS: tuple[Margin, ...] = ("background", "edges")
MOST_ZONES = 16
LEAST_PX = 16

_NAME = re.compile(r"\w[\w-]{0,31}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def read_zones(table: Table, source: Source, findings: Findings, canvas: tuple[int, int]) -> tuple[Zone, ...]:
    """Gives the zones of the file; without any, one called `main` over the whole canvas."""
    whole = Zone(name="main", box=Box(0, 0, *canvas))
    zones: list[tuple[Table, Zone]] = []
    for number, values in enumerate(table.tables("zone", most=MOST_ZONES), start=1):
        words = Words(
            zh=f"{source.place.words.zh} 第 {number} 个 [[zone]]", en=f"{source.place.words.en}, zone {number}"
        )
        one = Table(values, source.table_place("zone", number, words), findings, known=ZONE_KEYS)
        for key, example in (("name", '"main"'), ("box", shown([0, 0, *canvas]))):
            if key not in one:
                problem = Words(zh=f"没有写 {key}", en=f"{key} is missing")
                one.complain(key, problem, Words(zh=f"加一行 {key} = {example}", en=f"add a line {key} = {example}"))
        zone = Zone(
            name=one.one("name", "", _name),
            box=one.one("box", None, _box) or whole.box,
            background=one.one("background", whole.background, _colour),
            margin=one.choice("margin", whole.margin, MARGINS),
        )
        if "box" in one and not _inside(zone.box, canvas):
            problem = Words(
                zh=f"box {shown(_corners(zone.box))} 超出画布 {canvas[0]}x{canvas[1]}",
                en=f"box {shown(_corners(zone.box))} is not inside the canvas of {canvas[0]}x{canvas[1]}",
            )
            cure = Words(
                zh="box 是 [左, 上, 宽, 高]：左+宽、上+高不能大于画布",
                en="box is [x, y, width, height]: x+width and y+height must fit the canvas",
            )
            one.complain("box", problem, cure)
        zones.append((one, zone))
    _check_pairs(zones)
    return tuple(zone for _, zone in zones) or (whole,)


def _check_pairs(zones: list[tuple[Table, Zone]]) -> None:
    for (_, first), (table, second) in combinations(zones, 2):
        if first.name and first.name == second.name:
            problem = Words(zh=f"名字 {shown(first.name)} 用了两次", en=f"the name {shown(first.name)} is used twice")
            table.complain("name", problem, Words(zh="换一个名字", en="choose another name"))
        if "box" in table and first.name and _overlap(first.box, second.box):
            problem = Words(zh=f"和区域 {shown(first.name)} 重叠", en=f"the zone overlaps the zone {shown(first.name)}")
            cure = Words(
                zh=f"改 box，避开 {shown(_corners(first.box))}",
                en=f"change box so that it keeps clear of {shown(_corners(first.box))}",
            )
            table.complain("box", problem, cure)


def _corners(box: Box) -> list[int]:
    return [box.x, box.y, box.width, box.height]


def _inside(box: Box, canvas: tuple[int, int]) -> bool:
    return box.x >= 0 and box.y >= 0 and box.x + box.width <= canvas[0] and box.y + box.height <= canvas[1]


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def _name(value: object) -> str | Misread:
    if isinstance(value, str) and _NAME.fullmatch(value):
        wrong = flaw(value, "name")
        return value if wrong is None else inside(value, wrong)
    return Misread(
        Words(zh=f"{shown(value)} 不能作名字", en=f"{shown(value)} cannot be a name"),
        Words(zh="用字母、数字、汉字、- 和 _，不超过 32 个字", en="use letters, digits, - and _, at most 32"),
    )


def _box(value: object) -> Box | Misread | None:
    if (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(part, int) and not isinstance(part, bool) and abs(part) < 10**6 for part in value)
        and value[2] >= LEAST_PX
        and value[3] >= LEAST_PX
    ):
        return Box(*value)
    return Misread(
        Words(zh=f"{shown(value)} 不是矩形", en=f"{shown(value)} is not a rectangle"),
        Words(
            zh=f"写 [左, 上, 宽, 高]，整数像素，宽高至少 {LEAST_PX}",
            en=f"write [x, y, width, height] in whole pixels, width and height at least {LEAST_PX}",
        ),
    )


def _colour(value: object) -> str | Misread:
    if isinstance(value, str) and _COLOUR.fullmatch(value):
        return value.lower()
    return Misread(
        Words(zh=f"{shown(value)} 不是颜色", en=f"{shown(value)} is not a colour"),
        Words(zh='写成 "#000000" 这样的 6 位十六进制颜色', en='write a colour such as "#000000"'),
    )
