"""Enrols a screen: its row, its password at the broker, and the folder that its player needs.

The office keeps a hash of the password only. Whatever is said of an enrolled screen leaves its password as it is, for
the player works with it; a lost folder is replaced by asking for a new password, which ends the old one.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.db import transaction

from office import audit
from office.broker import passwords
from office.broker.rights import Rights
from office.models import Screen, Site, Tag, Village
from office.place import Place, locked, write_secret, write_whole
from office.places import note_places
from office.publishing import assigning, publish
from office.trusting.root import root_bytes
from signage.disk_faults import in_chinese
from signage.errors import BadInput, Complaint, Words, WuzhaError
from signage.mending import written
from signage.printable import printable
from signage.site_variables import MOST_VARIABLES, count_of_own
from signage.source import MAX_FILE_BYTES
from signage.suggest import near_names
from signage.text_rules import flaw
from signage.topics import SCREEN_ID

OFFICE_FILE, PASSWORD_FILE, ROOT_FILE, CA_FILE = "office.toml", "password", "root.json", "ca.pem"
"""What an enrolment holds."""
MOST_PASSWORD = 1024


class NoScreenError(WuzhaError):
    """No such screen is enrolled."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of a screen; None leaves what the office knows."""

    screen: str
    title: str | None = None
    site: str | None = None
    kind: str | None = None
    village: str | None = None
    variables: Mapping[str, str] | None = None
    tags: tuple[str, ...] | None = None
    zones: tuple[str, ...] | None = None
    timezone: str | None = None


Password = Literal["new", "kept", "elsewhere"]
"""The screen's: made now; as it was, and in the folder; as it was, and with the player alone."""


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    screen: str
    folder: Path | None
    """What was written; None: nothing was."""
    password: Password
    publications: tuple[int, ...]
    """What the screen is to show from now on."""
    head: bytes | None
    """The new head, if there is one."""


def from_config(path: Path) -> Enrolment:
    """Reads what a `kiosk_config.toml` says of its screen; the player's own check says whether it is right.

    Raises BadInput when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise ValueError("too large")
        told = tomllib.loads(text.decode("utf-8-sig"))
        screen, site = _table(told, "screen"), _table(told, "site")
        variables = {str(k): str(v) for k, v in _table(site, "variables").items() if v != ""}
        zones = told.get("zone", [])
        return Enrolment(
            screen=str(screen["id"]),
            title=str(screen.get("title", "")),
            site=str(screen.get("title") or screen["id"]),
            kind=str(site.get("kind", "")),
            village=str(site.get("village", "")),
            variables=variables,
            zones=tuple(str(zone["name"]) for zone in zones) or ("main",),
            timezone=str(screen.get("timezone", "Asia/Shanghai")),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        zh, en = in_chinese(error), f"{error}"
        if isinstance(error, KeyError):
            zh, en = f"没有写 {error.args[0]}", f"{error} is missing"
        problem = Words(zh=f"读不出屏幕的资料（{zh}）", en=f"does not tell of a screen: {en}")
        cure = Words(zh="先用 wuzha-player check 检查它", en="check it with wuzha-player check first")
        raise BadInput((Complaint(str(path), problem, cure),)) from error


def enroll(
    place: Place, told: Enrolment, folder: Path | None, by: str, at: dt.datetime, *, new_password: bool = False
) -> Enrolled:
    """Enrols a screen, or says more of one that is; writes its folder. Raises BadInput, UnusableKeyError, OSError.

    A screen that is enrolled keeps its password unless `new_password`. `folder` None: `enrolments/{id}` in the home,
    for an enrolled screen only while its password is still there; a new password elsewhere takes the old one out of it.
    """
    if not SCREEN_ID.fullmatch(told.screen) or told.screen == place.settings().user:
        problem = Words(f"{told.screen[:50]!r} 不能作屏幕编号", f"{told.screen[:50]!r} cannot be the id of a screen")
        cure = Words("用小写字母、数字和 -，3 到 36 个字", "use small letters, digits and -, 3 to 36 of them")
        raise BadInput((Complaint("enroll", problem, cure),))
    _refuse_misleading(told)
    root = root_bytes(place)  # before anything is changed: without keys there is nothing to enrol into
    signs = publish.remembered(place).targets is not None
    online = publish.online_signer(place) if signs else None
    with locked(place), transaction.atomic():
        was_enrolled = Screen.objects.filter(id=told.screen, revoked_at=None).exists()
        note_places(at)  # also of those of which nothing was written yet, before they move
        screen = _entered(told)
        note_places(at)
        given = assigning.aim_at_screen(screen)
        audit.note(by, "enroll", {"screen": screen.id, "title": screen.title}, at)
        head = publish.reassign(place, online, at) if online is not None else None
        kept = passwords.read_passwords(_passwords(place)).get(screen.id) if was_enrolled and not new_password else None
        if kept is not None:
            written, password = _with_kept_password(place, screen.id, kept, root, folder)
        else:
            written, password = _with_new_password(place, screen.id, root, folder)
    shows = tuple(p.number for p in assigning.shown_by(screen))
    return Enrolled(screen=screen.id, folder=written, password=password, publications=shows or given, head=head)


def revoke(place: Place, name: str, by: str, at: dt.datetime) -> bytes | None:
    """Takes a screen's password and assignments away; gives the new head. Raises NoScreenError."""
    signs = publish.remembered(place).targets is not None
    online = publish.online_signer(place) if signs else None
    with locked(place), transaction.atomic():
        screen = Screen.objects.filter(id=name, revoked_at=None).first()
        if screen is None:
            raise NoScreenError(f"没有登记屏幕 {name}\nno screen {name} is enrolled")
        screen.revoked_at = at
        screen.save(update_fields=("revoked_at",))
        for assignment in screen.assignments.all():
            assignment.screens.remove(screen)
        audit.note(by, "revoke", {"screen": name}, at)
        head = publish.reassign(place, online, at) if online is not None else None
        _keep_passwords(place, passwords.without_user(_passwords(place), name))
    return head


def write_broker_files(place: Place) -> None:
    """Writes the broker's password file with the office's own user in it, and its rights; keeps the screens' users."""
    told = place.settings()
    password = place.office_password.read_text().strip()
    with locked(place):
        _keep_passwords(place, passwords.with_password(_passwords(place), told.user, password))
        write_whole(place.broker_acl, Rights(told.prefix, told.user).acl().encode(), 0o600)


def _refuse_misleading(told: Enrolment) -> None:
    """Raises BadInput when something that is said of the screen does not read as it is."""
    said = {"title": told.title, "site": told.site, "kind": told.kind, "village": told.village}
    said |= {f"tag {n}": tag for n, tag in enumerate(told.tags or (), start=1)}
    said |= {f"zone {n}": zone for n, zone in enumerate(told.zones or (), start=1)}
    said |= {f"variables, {printable(key)}": value for key, value in (told.variables or {}).items()}
    said |= {f"variable {n}": key for n, key in enumerate(told.variables or {}, start=1)}
    complaints = []
    for key, text in said.items():
        wrong = flaw(text, "line") if text is not None else None
        if wrong is not None:
            problem = Words(zh=f"{key} {wrong.problem.zh}", en=f"{key} {wrong.problem.en}")
            complaints.append(Complaint(f"enroll {told.screen}", problem, wrong.cure))
    if complaints:
        raise BadInput(tuple(complaints))


def new_names(told: Enrolment, usual_kinds: Iterable[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Returns the villages, kinds and tags that nobody entered before, each with the known ones that it may mean."""
    tags = set(Tag.objects.values_list("name", flat=True))
    kinds = {*usual_kinds, *Site.objects.values_list("kind", flat=True)}
    said = [("village", told.village, set(Village.objects.values_list("name", flat=True)))]
    said += [("kind", told.kind, kinds), *(("tag", tag, tags) for tag in told.tags or ())]
    return {(what, name): near_names(name, known) for what, name, known in said if name and name not in known}


def _entered(told: Enrolment) -> Screen:
    screen = Screen.objects.filter(id=told.screen).first() or Screen(id=told.screen)
    screen.revoked_at = None
    if told.title is not None:
        screen.title = told.title[:100]
    if told.zones is not None:
        screen.zones = list(told.zones)
    if told.timezone is not None:
        screen.timezone = told.timezone
    if told.site is not None:
        screen.site, _ = Site.objects.get_or_create(name=told.site[:100])
    elif screen.site is None and (told.kind or told.village or told.variables):
        screen.site, _ = Site.objects.get_or_create(name=(screen.title or screen.id)[:100])
    if screen.site is not None:
        _describe(screen.site, told)
    # Only what is said here: the collector writes the rest of the row meanwhile.
    told_fields = ("title", "timezone", "zones", "site", "revoked_at")
    screen.save(update_fields=None if screen._state.adding else told_fields)
    if told.tags is not None:
        screen.tags.set([Tag.objects.get_or_create(name=tag[:50])[0] for tag in told.tags])
    return screen


def _describe(site: Site, told: Enrolment) -> None:
    if told.kind is not None:
        site.kind = told.kind[:50]
    if told.village:
        site.village, _ = Village.objects.get_or_create(name=told.village[:100])
    if told.variables is not None:
        was, site.variables = site.variables, {**site.variables, **told.variables}
        _refuse_too_many(site, _count(was))
    site.save()


def _refuse_too_many(site: Site, before: int) -> None:
    """Raises BadInput when a site has more variables than a screen takes, and more than before."""
    count = _count(site.variables)
    if count > max(MOST_VARIABLES, before):
        problem = Words(
            zh=f"场所 {printable(site.name)} 的变量会有 {count} 个，最多 {MOST_VARIABLES} 个",
            en=f"the site {printable(site.name)} would have {count} variables, the limit is {MOST_VARIABLES}",
        )
        cure = Words(
            zh="只登记字卡用到的；不用的先收回：--variable 名字=（等号后面不写）",
            en="enter those that cards use; take others back first with --variable NAME=",
        )
        raise BadInput((Complaint("enroll", problem, cure),))


def _count(variables: Mapping[str, str]) -> int:
    return count_of_own(name for name, value in variables.items() if value)


def _with_new_password(place: Place, screen: str, root: bytes, folder: Path | None) -> tuple[Path | None, Password]:
    usual, password = place.home / "enrolments" / screen, passwords.new_password()
    folder = usual if folder is None else folder
    _write_folder(place, screen, password, root, folder)
    _keep_passwords(place, passwords.with_password(_passwords(place), screen, password))
    if not (usual.exists() and usual.samefile(folder)):
        (usual / PASSWORD_FILE).unlink(missing_ok=True)  # it opens nothing any more
    return folder, "new"


def _with_kept_password(
    place: Place, screen: str, kept: str, root: bytes, folder: Path | None
) -> tuple[Path | None, Password]:
    """Writes a folder with the password that holds, where it still lies; a folder without it lays over the player's."""
    usual = place.home / "enrolments" / screen
    found = (_password_in(each) for each in (folder, usual) if each is not None)
    password = next((text for text in found if text and passwords.matches(text, kept)), None)
    if password is None and folder is None:
        return None, "elsewhere"
    folder = usual if folder is None else folder
    _write_folder(place, screen, password, root, folder)
    if password is None:
        (folder / PASSWORD_FILE).unlink(missing_ok=True)  # a former one, which opens nothing
    return folder, "elsewhere" if password is None else "kept"


def _password_in(folder: Path) -> str:
    try:
        with (folder / PASSWORD_FILE).open(encoding="utf-8") as file:
            return file.read(MOST_PASSWORD).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return ""


def _write_folder(place: Place, screen: str, password: str | None, root: bytes, folder: Path) -> None:
    settings = place.settings()
    lines = [
        f"# {screen}：复制到播放机，用 wuzha-player run --enrolment 指明；password 不要给别人看。",
        f"# {screen}: copy to the player, name it with wuzha-player run --enrolment; keep password to yourself.",
        f"screen = {written(screen)}",
        f"broker = {written(settings.screens_broker or settings.broker)}",
        f"http = {written(settings.http)}",
        f"user = {written(screen)}",
        f"prefix = {written(settings.prefix)}",
        f"ca = {written(CA_FILE if settings.ca else '')}",
    ]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if password is not None:
        write_secret(folder / PASSWORD_FILE, password.encode())
    write_whole(folder / ROOT_FILE, root)
    if settings.ca:
        write_whole(folder / CA_FILE, (place.home / settings.ca).read_bytes())
    write_whole(folder / OFFICE_FILE, ("\n".join(lines) + "\n").encode())


def _passwords(place: Place) -> str:
    try:
        return place.broker_passwords.read_text()
    except FileNotFoundError:
        return ""


def _keep_passwords(place: Place, text: str) -> None:
    write_secret(place.broker_passwords, text.encode())


def _table(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = told.get(key, {})
    if not isinstance(value, dict):
        raise TypeError(f"[{key}] is no table")
    return value
