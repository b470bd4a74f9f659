"""The office's home: where its database, keys, passwords and published files lie, and what a person set for it."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from signage import source
from signage.errors import BadInput, Complaint, Words, WuzhaError
from signage.link.values import why_no_url
from signage.topics import PREFIX

HOME = Path("var/office")
MOST_SETTINGS_BYTES = 64 * 1024
FLUSHED_AT_ONCE = 16
ONLINE_PASSPHRASE = "online.passphrase"
OFFICE_USER = "office"
"""The office's own name at the broker; no screen can have it, for it stands in no enrolment."""
_AT_KEY = re.compile(r"\$\.(\w+)")
"""Where msgspec says that it stands."""

FIRST_SETTINGS = """\
# 管理端的设置；改完重新启动 serve 和 collect。说明书：docs/office.zh.md
# Settings of the office; after a change start serve and collect again. Manual: docs/office.md

# 数据库：留空用本文件夹里的 SQLite；或 "postgresql://用户@主机/库名"（密码放在 ~/.pgpass）。
# The database: empty for SQLite in this folder, or "postgresql://user@host/name" (the password in ~/.pgpass).
database = ""
# 控制台和素材下载在哪个地址上等待连接。
# Where the console and the media downloads listen.
listen = "127.0.0.1:8080"
# 屏幕从哪里下载素材；写屏幕能访问到的地址。
# Where screens download from: an address that they can reach.
http = "http://127.0.0.1:8080"
# 消息服务器，mqtt:// 或 mqtts://。
# The broker, mqtt:// or mqtts://.
broker = "mqtt://127.0.0.1:1883"
# 屏幕用的消息服务器地址，和上面不同时写，例如 "mqtts://office.town:8883"。
# Where screens reach the broker when that is another address, such as "mqtts://office.town:8883".
screens_broker = ""
# 管理端在消息服务器上的用户名。
# The office's user at the broker.
user = "office"
# mqtts:// 的 CA 证书文件；没有就留空。
# The CA file for mqtts://; empty without one.
ca = ""
# 主题前缀，一般不用改。
# What topics begin with; seldom changed.
prefix = "wuzha/1"
# 时区，统计按它的日期和钟点。
# The time zone by whose days and hours plays are counted.
timezone = "Asia/Shanghai"
"""


class NoOfficeError(WuzhaError):
    """There is no office in the folder."""


class OfficeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in `office.toml`."""

    database: str = ""
    listen: str = "127.0.0.1:8080"
    http: str = "http://127.0.0.1:8080"
    broker: str = "mqtt://127.0.0.1:1883"
    screens_broker: str = ""
    user: str = OFFICE_USER
    ca: str = ""
    prefix: str = PREFIX
    timezone: str = "Asia/Shanghai"


class Place(msgspec.Struct, frozen=True):
    """The paths below a home; nothing of it need exist."""

    home: Path

    @property
    def settings_file(self) -> Path:
        """What a person set."""
        return self.home / "office.toml"

    @property
    def database(self) -> Path:
        """The SQLite file, unless the settings name another database."""
        return self.home / "db.sqlite3"

    @property
    def secret_key(self) -> Path:
        """Signs the console's sessions."""
        return self.home / "secret.key"

    @property
    def keys(self) -> Path:
        """Private keys, each encrypted with its owner's passphrase."""
        return self.home / "keys"

    @property
    def online_passphrase(self) -> Path:
        """Opens the online key; a systemd credential of the same name comes first."""
        credentials = os.environ.get("CREDENTIALS_DIRECTORY")
        given = Path(credentials, ONLINE_PASSPHRASE) if credentials else None
        return given if given is not None and given.exists() else self.home / ONLINE_PASSPHRASE

    @property
    def metadata(self) -> Path:
        """Signed metadata, as screens fetch it."""
        return self.home / "repository" / "metadata"

    @property
    def content(self) -> Path:
        """Published bytes, each under its SHA-256."""
        return self.home / "repository" / "content"

    @property
    def shots(self) -> Path:
        """The newest picture of each screen."""
        return self.home / "shots"

    @property
    def broker(self) -> Path:
        """What the broker reads: `passwords` and `acl`; and the office's own `password`."""
        return self.home / "broker"

    @property
    def broker_passwords(self) -> Path:
        """Hashes of every user's password, as mosquitto reads them."""
        return self.broker / "passwords"

    @property
    def broker_acl(self) -> Path:
        """Who may read and write which topic, as mosquitto reads it."""
        return self.broker / "acl"

    @property
    def office_password(self) -> Path:
        """The office's own password at the broker."""
        return self.broker / "password"

    def settings(self) -> OfficeSettings:
        """Reads what a person set. Raises NoOfficeError or BadInput."""
        try:
            text = self.settings_file.read_bytes()
        except FileNotFoundError as error:
            raise NoOfficeError(
                f"{self.home} 里还没有管理端：先运行 wuzha-office keys init，或用 --home 指明文件夹\n"
                f"there is no office in {self.home}: run wuzha-office keys init first, or name the folder with --home"
            ) from error
        where = source.Place(
            where=str(self.settings_file),
            words=Words(zh=f"设置 {self.settings_file.name}", en=f'settings "{self.settings_file.name}"'),
        )
        if len(text) > MOST_SETTINGS_BYTES:
            raise self._misread("", f"{len(text)} bytes, the limit is {MOST_SETTINGS_BYTES}")
        try:
            told = msgspec.convert(source.parse(text, where).values, OfficeSettings)
        except (ValueError, RecursionError) as error:
            at = _AT_KEY.search(str(error))
            raise self._misread(at[1] if at else "", f"{error}") from error
        for key, url in (("broker", told.broker), ("screens_broker", told.screens_broker)):
            if url and (why := why_no_url(url)) is not None:
                raise self._misread(key, why.en, why.zh)
        try:
            ZoneInfo(told.timezone)
        except (ValueError, ZoneInfoNotFoundError) as error:
            raise self._misread("timezone", f"{error}", "应为 Asia/Shanghai 这样的名字") from error
        return told

    def _misread(self, key: str, why: str, zh: str = "") -> BadInput:
        """Returns what to raise for settings of which `key`, if it is known, cannot be understood."""
        told = "：".join(filter(None, (f"{key} 写得不对" if key else "看不懂", zh)))
        problem = Words(zh=told, en=f"cannot be understood: {key}: {why}" if key else f"cannot be understood: {why}")
        cure = Words(zh="改正这个文件", en="mend the file")
        return BadInput((Complaint(str(self.settings_file), problem, cure),))


def found(place: Place) -> bool:
    """Makes a new office's folders, settings and secrets; False when it was there before."""
    place.home.mkdir(parents=True, exist_ok=True)
    with locked(place):
        if place.settings_file.exists():
            return False
        place.home.chmod(0o700)
        for folder in (place.keys, place.shots, place.broker, place.metadata, place.content):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(place.secret_key, secrets.token_urlsafe(64).encode())
        write_secret(place.office_password, secrets.token_urlsafe(32).encode())
        write_whole(place.settings_file, FIRST_SETTINGS.encode(), 0o600)
        return True


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Holds the home against every other process and thread that would change its files; waits for its turn."""
    lock = os.open(place.home / "office.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that its owner alone may read. Raises OSError."""
    write_whole(path, content, 0o600)


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replaces a file; a power cut leaves the old one or the new, never half of one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Writes new files, one behind the other; none has its name before the disk has all of them. Raises OSError.

    A disk that is asked for each by itself takes a flush's time for each; asked at once it takes them together.
    """
    partials = {path: path.with_name(f".{secrets.token_hex(8)}.tmp") for path in files}
    try:
        for path, partial in partials.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(files[path])
        with ThreadPoolExecutor(FLUSHED_AT_ONCE) as pool:
            list(pool.map(_flush, partials.values()))
        for path, partial in partials.items():
            partial.replace(path)
    finally:
        for partial in partials.values():
            partial.unlink(missing_ok=True)
    for folder in dict.fromkeys(path.parent for path in files):
        sync_folder(folder)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes what was renamed in a folder outlast a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
