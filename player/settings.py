"""What a person has set for one screen, as values."""

from pathlib import Path
from typing import Literal

import msgspec

from signage.daypart import TimeOfDay
from signage.errors import Complaint
from signage.layout import Rotate, Zone
from signage.program import Site

Present = Literal["auto", "vsync", "direct"]
Unsigned = Literal["allow", "refuse"]
Copies = Literal["refuse", "allow"]
Watch = Literal["auto", "polling"]


class ScreenSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The screen and the pixels that are ours."""

    id: str
    title: str = ""
    timezone: str = "Asia/Shanghai"
    canvas: tuple[int, int] = (1280, 720)
    """Width and height in pixels, before rotation."""
    position: tuple[int, int] = (0, 0)
    """Of the canvas on the desktop, in pixels."""
    rotate: Rotate = 0
    fullscreen: bool = False
    present: Present = "auto"


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """Where things lie; every path is absolute."""

    media: tuple[Path, ...]
    playlists: tuple[Path, ...]
    state: Path
    unsigned: Unsigned = "allow"
    watch: Watch = "auto"
    copies: Copies = "refuse"
    """Whether a copy by its name is shown beside the file that it was made from."""
    published_mib: int = 8192
    """How much of the disk published media may take."""

    @property
    def watched(self) -> tuple[Path, ...]:
        """The folders of media and of playlists."""
        return self.media + self.playlists


class SoundSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How loud, and when not."""

    volume: int = 80
    """Percent."""
    enabled: bool = True
    quiet: tuple[str, ...] = ("all",)
    """Names of the calendar's quiet periods that this screen heeds; `all` stands for every one."""


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """How the office is reached; empty without one."""

    broker: str = ""
    http: str = ""
    """Where publications and their media come from."""
    folder: Path | None = None
    """Where they come from when there is no `http`: the office's repository on a stick or a share."""
    user: str = ""
    credentials: Path | None = None
    """A file that holds the password."""
    ca: Path | None = None
    """A file of certificates that the broker and the http address are trusted by; None: the system's."""
    prefix: str = "wuzha/1"
    enrolment: Path | None = None
    """The folder that the office wrote for this screen."""


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to believe."""

    root: Path | None = None
    expired_days: int = 180
    """So long is content played on whose signatures have expired."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wrote of the office; the enrolment says what they left empty."""

    office: Office = Office()
    trust: Trust = Trust()


class Brightness(msgspec.Struct, frozen=True, kw_only=True):
    """Percent by day and by night. Read, not yet acted on."""

    day: int = 100
    night: int = 50
    day_from: TimeOfDay = 6 * 3600 + 1800
    night_from: TimeOfDay = 19 * 3600


class Power(msgspec.Struct, frozen=True, kw_only=True):
    """When the panel is on; None: always. Read, not yet acted on."""

    on: TimeOfDay | None = None
    off: TimeOfDay | None = None


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A whole `kiosk_config.toml`."""

    screen: ScreenSettings
    site: Site
    zones: tuple[Zone, ...]
    folders: Folders
    sound: SoundSettings
    office: Office
    trust: Trust
    brightness: Brightness
    power: Power
    base: Path
    """The folder of the file; relative paths in it start here."""
    written: Written = Written()
    """`office` and `trust` without what the enrolment says."""
    enrolment_troubles: tuple[Complaint, ...] = ()
    """What is wrong with the enrolment, or odd about it, and does not keep this screen from playing."""
    unanswered: tuple[Complaint, ...] = ()
    """What did not answer a command that asked it."""
    enrolment_failed: bool = False
    """Whether it could not be read: then what it said last holds."""

    @property
    def takes_publications(self) -> bool:
        """Whether there is somebody to believe and a place to fetch from, or was before the enrolment went."""
        has_source = bool(self.office.http) or self.office.folder is not None or self.enrolment_failed
        return self.trust.root is not None and has_source

    @property
    def has_office(self) -> bool:
        """Whether this screen belongs to an office; without one it plays what lies in its folders and nothing else."""
        return bool(self.office.broker) or self.takes_publications or self.office.enrolment is not None
