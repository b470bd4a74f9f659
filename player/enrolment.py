"""Reads how a screen reaches its office: what its configuration says, and the folder that the office wrote for it.

Rule: what a person wrote into the configuration goes before what the office wrote, key by key; an empty value says
nothing.
"""

import itertools
import os
import stat
from pathlib import Path
from typing import Literal

import msgspec

from player import setting_values as written
from player.answer import NoAnswer
from player.durable import NotOursError, load_bytes
from player.settings import Office, Trust, Written
from signage.disk_faults import in_chinese
from signage.errors import BadInput, Complaint, Words
from signage.findings import Findings
from signage.notation import shown
from signage.source import MAX_FILE_BYTES, Place, parse
from signage.tables import Table

OFFICE_KEYS = ("enrolment", "broker", "http", "folder", "user", "credentials", "ca", "prefix")
TRUST_KEYS = ("root", "expired_days")
PREFIX = Office().prefix
EXPIRED_DAYS = Trust().expired_days

OFFICE_FILE, PASSWORD_FILE, ROOT_FILE = "office.toml", "password", "root.json"
"""What `wuzha-office enroll` writes."""
MOST_PASSWORD_BYTES = 1024
MOST_FILE_BYTES = 1 << 20
"""Of the root and of the certificates."""

MOST_ENTRIES = 200
"""Of the folder that are looked at."""

ENROL_AGAIN = Words(
    zh="在管理端执行 wuzha-office enroll 编号 --new-password，把整个文件夹里的文件复制过来",
    en="run wuzha-office enroll ID --new-password at the office, and copy all files of its folder here",
)
ALLOW = Words(
    zh="把文件夹和里面的文件交给播放程序的用户：chown -R wuzha-player 文件夹，chmod -R u=rX,go= 文件夹",
    en="give the folder and its files to the player's user: chown -R wuzha-player FOLDER; chmod -R u=rX,go= FOLDER",
)


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """What the office's folder says."""

    broker: str = ""
    http: str = ""
    user: str = ""
    prefix: str = PREFIX
    credentials: Path | None = None
    ca: Path | None = None
    root: Path | None = None
    noticed: tuple[Complaint, ...] = ()
    """What lies in the folder and is not used, though somebody may have meant it."""


def read_office(office: Table, trust: Table, *, base: Path, enrolment: Path | None) -> Written:
    """Reads the tables `[office]` and `[trust]`; `enrolment` is the command line's, and goes first."""
    folder = office.one("enrolment", None, written.optional_path(base))
    file = written.optional_path(base)
    settings = Office(
        broker=office.one("broker", "", written.address("mqtt", "mqtts")),
        http=office.one("http", "", written.address("http", "https")),
        folder=office.one("folder", None, file),
        user=office.text("user", "", most=100),
        credentials=office.one("credentials", None, file),
        ca=office.one("ca", None, file),
        prefix=office.one("prefix", PREFIX, written.prefix),
        enrolment=enrolment.absolute() if enrolment is not None else folder,
    )
    expired_days = trust.integer("expired_days", EXPIRED_DAYS, 1, 3650)
    return Written(office=settings, trust=Trust(root=trust.one("root", None, file), expired_days=expired_days))


def filled(told: Written, given: Enrolled) -> tuple[Office, Trust]:
    """Returns what holds: what a person wrote, and the enrolment's word where they left it empty."""
    own = told.office
    office = msgspec.structs.replace(
        own,
        broker=own.broker or given.broker,
        http=own.http or given.http,
        user=own.user or given.user,
        credentials=own.credentials or given.credentials,
        ca=own.ca or given.ca,
        prefix=own.prefix if own.prefix != PREFIX else given.prefix,
    )
    return office, msgspec.structs.replace(told.trust, root=told.trust.root or given.root)


def read_enrolment(folder: Path, screen: str) -> Enrolled:
    """Reads the folder that the office wrote for this screen. Raises BadInput with every complaint."""
    place = Place(
        where=str(folder / OFFICE_FILE), words=Words(zh=f"登记文件夹 {folder.name}", en=f"enrolment {folder}")
    )
    try:
        text = load_bytes(folder / OFFICE_FILE)
    except (OSError, ValueError, NotOursError) as error:
        problem, cure = _unreadable(folder, error)
        raise BadInput((place.complaint("", problem, cure),)) from error
    source = parse(text, place)
    findings = Findings(source.place)
    known = ("screen", "broker", "http", "user", "prefix", "ca")
    # A later office may write more than this player knows.
    table = Table(source.values, source.place, findings, known=(*known, *source.values))
    owner = table.text("screen", "", most=100)
    if owner and screen and owner != screen:
        told = shown(owner)
        problem = Words(zh=f"属于屏幕 {told}，本机是 {screen}", en=f"is for screen {told}, this one is {screen}")
        table.complain("screen", problem, ENROL_AGAIN)
    for name in (PASSWORD_FILE, ROOT_FILE):
        match _state(folder / name):
            case "missing":
                problem = Words(zh=f"缺少文件 {name}", en=f"has no file {name}")
                table.complain("", problem, ENROL_AGAIN)
            case "closed":
                problem = Words(zh=f"{name} 不让本程序的用户读", en=f"{name} may not be read by the player's user")
                table.complain("", problem, ALLOW)
    enrolled = Enrolled(
        broker=table.one("broker", "", written.address("mqtt", "mqtts")),
        http=table.one("http", "", written.address("http", "https")),
        user=table.text("user", "", most=100),
        prefix=table.one("prefix", PREFIX, written.prefix),
        credentials=folder / PASSWORD_FILE,
        ca=table.one("ca", None, written.optional_path(folder)),
        root=folder / ROOT_FILE,
        noticed=_noticed(folder, place),
    )
    findings.raise_if_any()
    return enrolled


def _state(path: Path) -> Literal["readable", "missing", "closed"]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would have us wait
            return "missing"
        path.open("rb").close()
    except PermissionError:
        return "closed"
    except OSError:
        return "missing"
    return "readable"


def _unreadable(folder: Path, error: Exception) -> tuple[Words, Words]:
    """Returns why a folder says nothing, and the cure: it may be missing, closed to us, or one level too high."""
    if isinstance(error, PermissionError):
        return Words(zh="不让本程序的用户读", en="may not be read by the player's user"), ALLOW
    inner = _inner(folder)
    if inner:
        names = "、".join(shown(path.name) for path in inner)
        problem = Words(
            zh=f"里面没有 {OFFICE_FILE}，它在下一层：{names}",
            en=f"has no {OFFICE_FILE}; it lies one level below: {names}",
        )
        return problem, Words(
            zh=f"把 {names} 里的文件移上来，或者把登记文件夹写成它",
            en=f"move the files of {names} up, or name that folder",
        )
    if isinstance(error, FileNotFoundError) and not folder.exists():
        problem = Words(zh="没有这个文件夹", en="is not there")
        cure = Words(
            zh="插上放着它的盘，或把管理端写的文件夹复制到这里；不用重新启动",
            en="plug in the disk that holds it, or copy the office's folder here; no restart is needed",
        )
        return problem, cure
    return Words(
        zh=f"{OFFICE_FILE} 读不出来：{in_chinese(error)}", en=f"{OFFICE_FILE} cannot be read: {error}"
    ), ENROL_AGAIN


def _inner(folder: Path) -> tuple[Path, ...]:
    """Returns the folders in this one that look like an enrolment."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in itertools.islice(entries, MOST_ENTRIES) if entry.is_dir())
        return tuple(folder / name for name in names if (folder / name / OFFICE_FILE).is_file())
    except OSError:
        return ()


def _noticed(folder: Path, place: Place) -> tuple[Complaint, ...]:
    """Notices a second enrolment that lies within this one, as copying a folder onto a folder leaves it."""
    found = []
    for path in _inner(folder):
        same = all(_text(path / name) == _text(folder / name) for name in (OFFICE_FILE, PASSWORD_FILE, ROOT_FILE))
        if not same:
            name = shown(path.name)
            problem = Words(
                zh=f"里面还有一个登记文件夹 {name}，没有用它：复制时放进了旧文件夹里面",
                en=f"holds another enrolment, {name}, which is not used: it was copied into the former one",
            )
            cure = Words(
                zh=f"要用新的，把 {name} 里的文件移到上一层盖掉旧的；不要它就删掉",
                en=f"to use it, move the files of {name} one level up over the former ones; else delete it",
            )
            found.append(place.complaint("", problem, cure))
    return tuple(found)


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except OSError:
        return b""


def read_password(path: Path | None) -> str:
    """Gives the password in a file, without the line's end. Raises OSError, and ValueError for what is no password."""
    if path is None:
        return ""
    with path.open("rb") as file:
        content = file.read(MOST_PASSWORD_BYTES + 1)
    if len(content) > MOST_PASSWORD_BYTES:
        raise ValueError(f"{path.name} is too large for a password")
    return content.decode().rstrip("\r\n")


def why_no_password(path: Path | None, fault: Exception) -> Words:
    """Returns why the broker's password cannot be read, and what to do."""
    match fault:
        case NoAnswer():
            why = Words("所在的磁盘或共享没有响应，请检查它", "its disk or share does not answer, check it")
        case PermissionError():
            why = Words(f"不让本程序的用户读：{ALLOW.zh}", f"may not be read by the player's user: {ALLOW.en}")
        case FileNotFoundError():
            why = Words("不见了，请从管理端重新复制登记文件夹", "is gone: copy the enrolment from the office again")
        case _:
            why = Words("读不出来，请从管理端重新复制登记文件夹", f"cannot be read, copy it again: {fault}")
    return Words(
        zh=f"消息服务器的密码文件 {path} {why.zh}；好了以后自动接上",
        en=f"the file {path} with the broker's password {why.en}",
    )
