"""Reads how a screen reaches its office: what its configuration says, and the folder that the office wrote for it.

Rule: what a person wrote into the configuration goes before what the office wrote, key by key; an empty value says
nothing.
"""

from pathlib import Path

import msgspec

from player import setting_values as written
from player.settings import Office, Trust
from signage.errors import BadInput, Words
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

ENROL_AGAIN = Words(
    zh="在管理端重新执行 wuzha-office enroll，把整个文件夹复制过来",
    en="run wuzha-office enroll again and copy the whole folder",
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


def read_office(
    office: Table, trust: Table, findings: Findings, *, base: Path, screen: str, enrolment: Path | None
) -> tuple[Office, Trust]:
    """Reads the tables `[office]` and `[trust]`, and the enrolment that they, or the command line, name."""
    folder = office.one("enrolment", None, written.optional_path(base))
    folder = enrolment.absolute() if enrolment is not None else folder
    given = Enrolled()
    if folder is not None:
        try:
            given = read_enrolment(folder, screen)
        except BadInput as bad:
            for complaint in bad.complaints:
                findings.add(complaint)
    prefix = office.one("prefix", PREFIX, written.prefix)
    file = written.optional_path(base)
    settings = Office(
        broker=office.one("broker", "", written.address("mqtt", "mqtts")) or given.broker,
        http=office.one("http", "", written.address("http", "https")) or given.http,
        folder=office.one("folder", None, file),
        user=office.text("user", "", most=100) or given.user,
        credentials=office.one("credentials", None, file) or given.credentials,
        ca=office.one("ca", None, file) or given.ca,
        prefix=prefix if prefix != PREFIX else given.prefix,
        enrolment=folder,
    )
    root = trust.one("root", None, file) or given.root
    return settings, Trust(root=root, expired_days=trust.integer("expired_days", EXPIRED_DAYS, 1, 3650))


def read_enrolment(folder: Path, screen: str) -> Enrolled:
    """Reads the folder that the office wrote for this screen. Raises BadInput with every complaint."""
    place = Place(
        where=str(folder / OFFICE_FILE), words=Words(zh=f"登记文件夹 {folder.name}", en=f"enrolment {folder}")
    )
    try:
        with (folder / OFFICE_FILE).open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        problem = Words(zh=f"{OFFICE_FILE} 读不出来（{error}）", en=f"{OFFICE_FILE} cannot be read: {error}")
        raise BadInput((place.complaint("", problem, ENROL_AGAIN),)) from error
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
        if not (folder / name).is_file():
            problem = Words(zh=f"缺少文件 {name}", en=f"has no file {name}")
            table.complain("", problem, ENROL_AGAIN)
    enrolled = Enrolled(
        broker=table.one("broker", "", written.address("mqtt", "mqtts")),
        http=table.one("http", "", written.address("http", "https")),
        user=table.text("user", "", most=100),
        prefix=table.one("prefix", PREFIX, written.prefix),
        credentials=folder / PASSWORD_FILE,
        ca=table.one("ca", None, written.optional_path(folder)),
        root=folder / ROOT_FILE,
    )
    findings.raise_if_any()
    return enrolled


def read_password(path: Path | None) -> str:
    """Gives the password in a file, without the line's end. Raises OSError, and ValueError for what is no password."""
    if path is None:
        return ""
    with path.open("rb") as file:
        content = file.read(MOST_PASSWORD_BYTES + 1)
    if len(content) > MOST_PASSWORD_BYTES:
        raise ValueError(f"{path.name} is too large for a password")
    return content.decode().rstrip("\r\n")
