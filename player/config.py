"""Reads `kiosk_config.toml` into a value, or refuses it whole with every complaint."""

import os
import unicodedata
from pathlib import Path

from player import setting_values as written
from player.answer import LEAST_WAIT_S, MOST_WAIT_S, Answer, NoAnswer
from player.enrolment import OFFICE_KEYS, TRUST_KEYS, Enrolled, filled, read_enrolment, read_office
from player.last_enrolment import last_enrolment
from player.settings import (
    Brightness,
    Config,
    Copies,
    Folders,
    Power,
    Present,
    ScreenSettings,
    SoundSettings,
    Unsigned,
    Watch,
)
from player.zones import ZONE_KEYS, read_zones
from signage.cards import BUILT_IN
from signage.disk_faults import in_chinese
from signage.errors import BadInput, Complaint, Words
from signage.findings import Findings
from signage.layout import Rotate
from signage.notation import shown, time_of_day
from signage.printable import printable
from signage.program import Site
from signage.site_variables import MOST_VALUE, MOST_VARIABLE, is_variable
from signage.source import MAX_FILE_BYTES, Place, Source, parse
from signage.stray_files import copied_from
from signage.tables import Table

__all__ = ["CONFIG_KEYS", "Config", "read_config"]

CONFIG_KEYS = {
    "screen": ("id", "title", "timezone", "canvas", "position", "rotate", "fullscreen", "present"),
    "site": ("kind", "village", "variables"),
    "zone": ZONE_KEYS,
    "folders": ("media", "playlists", "state", "unsigned", "watch", "copies", "published_mib"),
    "sound": ("volume", "enabled", "quiet"),
    "office": OFFICE_KEYS,
    "trust": TRUST_KEYS,
    "brightness": ("day", "night", "day_from", "night_from"),
    "power": ("on", "off"),
}
"""The keys of each table, as the repository's kiosk_config.toml shows them."""

ENROLMENT_S = 1.0
"""The first picture waits so long at most for the enrolment's disk; then it is read when it answers."""
LEAST_PX, MOST_PX = 16, 16384
MOST_CANVAS_PX = 7680 * 4320

PRESENT: tuple[Present, ...] = ("auto", "vsync", "direct")
ROTATE: tuple[Rotate, ...] = (0, 90, 180, 270)
UNSIGNED: tuple[Unsigned, ...] = ("allow", "refuse")
COPIES: tuple[Copies, ...] = ("refuse", "allow")
WATCH: tuple[Watch, ...] = ("auto", "polling")


def read_config(path: Path, enrolment: Path | None = None, *, lenient: bool = False) -> Config:
    """Gives the configuration in the file; folders named in it start at the file's own folder.

    `enrolment`, as the command line gives it, goes before the one that the file names. Raises BadInput with every
    complaint found, also when there is no such file or it cannot be read. With `lenient` what is wrong with the
    enrolment is no reason: what it said last holds, and its complaints stand in `enrolment_troubles`.
    """
    words = Words(zh=f"配置 {path.name}", en=f'config "{path.name}"')
    place = Place(where=str(path), words=words)
    source = parse(_body(path, place), place)
    findings = Findings(source.place)
    top = Table(source.values, source.place, findings, known=tuple(CONFIG_KEYS), elsewhere=_homes())
    base = path.absolute().parent

    def section(name: str) -> Table:
        words = Words(zh=f"{source.place.words.zh} [{name}]", en=f"{source.place.words.en}, [{name}]")
        where = source.table_place(name, 0, words)
        return Table(top.table(name), where, findings, known=CONFIG_KEYS[name], elsewhere=_homes())

    screen = _screen(section("screen"))
    site = _site(section("site"), source, findings, screen)
    zones = read_zones(top, source, findings, screen.canvas)
    folders = _folders(section("folders"), base)
    sound = _sound(section("sound"))
    written_office = read_office(section("office"), section("trust"), base=base, enrolment=enrolment)
    given, failed = Enrolled(), False
    if (folder := written_office.office.enrolment) is not None:
        given, complaints = _enrolled(folder, screen.id, folders.state)
        failed = bool(complaints)
        for complaint in () if lenient else complaints:
            findings.add(complaint)
    office, trust = filled(written_office, given)
    config = Config(
        screen=screen,
        site=site,
        zones=zones,
        folders=folders,
        sound=sound,
        office=office,
        trust=trust,
        brightness=_brightness(section("brightness")),
        power=_power(section("power")),
        base=base,
        written=written_office,
        enrolment_troubles=given.noticed,
        enrolment_failed=failed,
    )
    findings.raise_if_any()
    return config


def _enrolled(folder: Path, screen: str, state: Path) -> tuple[Enrolled, tuple[Complaint, ...]]:
    """Returns what the enrolment says, or said last, and what is wrong with it."""

    def asked() -> tuple[Enrolled, tuple[Complaint, ...]]:
        try:
            return read_enrolment(folder, screen), ()
        except BadInput as bad:
            return last_enrolment(state, folder, bad.complaints), bad.complaints

    try:
        return Answer(asked, "enrolment").within(ENROLMENT_S)
    except NoAnswer:
        where = Place(where=str(folder), words=Words(zh=f"登记文件夹 {folder.name}", en=f"enrolment {folder}"))
        problem = Words(zh="所在的磁盘或共享没有响应", en="lies on a disk or share that does not answer")
        cure = Words(
            zh="检查磁盘、网线和网络存储；恢复后自动接上，不用重新启动",
            en="check the disk, the cable and the network storage; it goes on by itself, no restart is needed",
        )
        complaints = (where.complaint("", problem, cure),)
        return _remembered(state, folder, complaints), complaints


def _remembered(state: Path, folder: Path, complaints: tuple[Complaint, ...]) -> Enrolled:
    """Returns what the enrolment said last; nothing, where the state folder's disk does not answer either."""
    try:
        return Answer(lambda: last_enrolment(state, folder, complaints), "last enrolment").within(LEAST_WAIT_S)
    except NoAnswer:
        return Enrolled(noticed=complaints)


def _body(path: Path, place: Place) -> bytes:
    try:
        content = Answer(lambda: _content(path), "configuration").within(MOST_WAIT_S)
        if content is not None:
            return content
        problem = Words(zh="不是普通文件", en="is not a plain file")
    except NoAnswer:
        problem = Words(zh="所在的磁盘或共享没有响应", en="lies on a disk or share that does not answer")
    except FileNotFoundError:
        problem = Words(zh="没有这个文件", en="there is no such file")
        if nearly := named_nearly(path):
            cure = Words(
                zh=f"这里有 {nearly}：把它改名为 {path.name}（先让资源管理器显示文件扩展名）",
                en=f"there is {nearly}: rename it {path.name} (have the file manager show extensions first)",
            )
            raise BadInput((place.complaint("", problem, cure),)) from None
    except (OSError, ValueError) as error:
        problem = Words(zh=f"无法读取：{in_chinese(error)}", en=f"cannot be read: {error}")
    cure = Words(
        zh="用 --config 指明配置文件，并确认播放程序的用户可以读它",
        en="name the file with --config, and see that the player's user may read it",
    )
    raise BadInput((place.complaint("", problem, cure),))


def named_nearly(path: Path) -> str:
    """Returns a file beside `path` that was meant as it by its name, such as `kiosk_config.toml.txt`; "" if none."""
    try:
        names = sorted(os.listdir(path.absolute().parent))
    except OSError:
        return ""
    plain = path.stem.casefold()
    near = (name for name in names[:1000] if name != path.name and _is_named_nearly(name, plain))
    return printable(next(near, ""))


def _is_named_nearly(name: str, stem: str) -> bool:
    first, _, rest = unicodedata.normalize("NFKC", name).casefold().partition(".")
    own = (copied_from(first) or first).replace("-", "_").replace(" ", "_")
    return own == stem and rest.startswith(("toml", "tom", "tml", "txt"))


def _content(path: Path) -> bytes | None:
    """Returns what is in the file; None when it is no plain one. Raises OSError and ValueError."""
    if path.exists() and not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _homes() -> dict[str, Words]:
    homes: dict[str, Words] = {}
    for name, keys in CONFIG_KEYS.items():
        header = f"[[{name}]]" if name == "zone" else f"[{name}]"
        for key in keys:
            homes.setdefault(key, Words(zh=f"写到 {header} 下面", en=f"write it under {header}"))
    return homes


def _screen(table: Table) -> ScreenSettings:
    if "id" not in table:
        problem = Words(zh="没有写 id", en="id is missing")
        cure = Words(zh='加一行，例如 id = "sq-square-led1"', en='add a line such as id = "sq-square-led1"')
        table.complain("id", problem, cure)
    return ScreenSettings(
        id=table.one("id", "", written.screen_id),
        title=table.text("title", "", most=100),
        timezone=table.one("timezone", "Asia/Shanghai", written.timezone),
        canvas=_canvas(table),
        position=table.one("position", (0, 0), written.pair(-32768, 32767, "[0, 0]")),
        rotate=table.choice("rotate", 0, ROTATE),
        fullscreen=table.flag("fullscreen", False),
        present=table.choice("present", "auto", PRESENT),
    )


def _canvas(table: Table) -> tuple[int, int]:
    # After a complaint the widest stands in, so that every zone is not complained about as well.
    fallback = (MOST_PX, MOST_PX) if "canvas" in table else (1280, 720)
    canvas = table.one("canvas", fallback, written.pair(LEAST_PX, MOST_PX, "[1280, 720]"))
    if canvas != fallback and canvas[0] * canvas[1] > MOST_CANVAS_PX:
        problem = Words(
            zh=f"canvas 有 {canvas[0] * canvas[1]} 个像素，上限是 {MOST_CANVAS_PX}",
            en=f"canvas has {canvas[0] * canvas[1]} pixels, the limit is {MOST_CANVAS_PX}",
        )
        table.complain("canvas", problem, Words(zh="写屏幕真正的像素数", en="write the screen's own pixels"))
    return canvas


def _site(table: Table, source: Source, findings: Findings, screen: ScreenSettings) -> Site:
    values = table.table("variables")
    words = Words(zh=f"{source.place.words.zh} [site.variables]", en=f"{source.place.words.en}, [site.variables]")
    place = source.table_place("site.variables", 0, words)
    lost = {"box": Words("它上面少了一行 [[zone]]", "a line [[zone]] is missing above it")}
    variables = Table(values, place, findings, known=[name for name in values if name not in lost], elsewhere=lost)
    values = {name: value for name, value in values.items() if name not in lost}
    good = [name for name in values if is_variable(name)]
    for name in values:
        if name not in good:
            problem = Words(zh=f"{shown(name)} 不能作变量名", en=f"{shown(name)} cannot be the name of a variable")
            cure = Words(
                zh=f"用字母、数字、汉字和 _，最多 {MOST_VARIABLE} 个字，不以数字开头；{'、'.join(BUILT_IN)} 已有含义",
                en=f"use at most {MOST_VARIABLE} letters, digits and _, no digit first;"
                f" {', '.join(BUILT_IN)} are taken",
            )
            variables.complain(name if printable(name) == name and len(name) <= MOST_VARIABLE else "", problem, cure)
    return Site(
        screen=screen.id,
        title=screen.title,
        kind=table.text("kind", "", most=50),
        village=table.text("village", "", most=50),
        variables={name: variables.text(name, "", most=MOST_VALUE) for name in good},
    )


def _folders(table: Table, base: Path) -> Folders:
    folders = Folders(
        media=table.each("media", written.path(base), most=16) or (base / "media",),
        playlists=table.each("playlists", written.path(base), most=16) or (base / "playlists",),
        state=table.one("state", base / "var" / "player", written.path(base)),
        unsigned=table.choice("unsigned", "allow", UNSIGNED),
        watch=table.choice("watch", "auto", WATCH),
        copies=table.choice("copies", "refuse", COPIES),
        published_mib=table.integer("published_mib", 8192, 64, 1 << 24),
    )
    for key, watched in (("media", folders.media), ("playlists", folders.playlists)):
        if len(set(watched)) < len(watched):
            problem = Words(zh=f"{key} 里同一个文件夹写了两次", en=f"{key} names the same folder twice")
            table.complain(key, problem, Words(zh="删去一个", en="delete one"))
    if any(folders.state.is_relative_to(watched) for watched in (*folders.media, *folders.playlists)):
        problem = Words(zh="state 在被监视的文件夹里面", en="state lies inside a watched folder")
        cure = Words(zh='放到别处，例如 state = "var/player"', en='put it elsewhere, such as state = "var/player"')
        table.complain("state", problem, cure)
    return folders


def _sound(table: Table) -> SoundSettings:
    return SoundSettings(
        volume=table.integer("volume", 80, 0, 100),
        enabled=table.flag("enabled", True),
        quiet=table.each("quiet", written.period, empty=True) if "quiet" in table else ("all",),
    )


def _brightness(table: Table) -> Brightness:
    usual = Brightness()
    return Brightness(
        day=table.integer("day", usual.day, 0, 100),
        night=table.integer("night", usual.night, 0, 100),
        day_from=table.one("day_from", usual.day_from, time_of_day),
        night_from=table.one("night_from", usual.night_from, time_of_day),
    )


def _power(table: Table) -> Power:
    power = Power(on=table.one("on", None, written.optional_time), off=table.one("off", None, written.optional_time))
    if (power.on is None) != (power.off is None):
        problem = Words(zh="on 和 off 只写了一个", en="only one of on and off is set")
        table.complain("", problem, Words(zh="两个都写，或者都留空", en="set both, or leave both empty"))
    return power
