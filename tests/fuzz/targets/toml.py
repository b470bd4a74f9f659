"""What people and the office write as files: playlists, calendar, configuration, enrolment, assignments, signed paths.

Promise: a value, or BadInput (TrustError for what is signed) with sentences that can be printed – in linear time.
"""

import datetime as dt
import time
from pathlib import Path
from random import Random

from player.composition import composed
from player.config import Config, read_config
from player.content.library import Library, PlaylistFile
from player.enrolment import read_enrolment
from signage.cards import BUILT_IN
from signage.consistency import inconsistencies
from signage.errors import BadInput
from signage.media import Media, MediaFacts
from signage.plan import plan
from signage.reading import read_calendar, read_playlist
from signage.site_variables import MOST_VALUE, is_variable, read_variables, variables_text
from signage.source import MAX_FILE_BYTES
from signage.trust import TrustError, read_assignment, read_target, target_path
from tests.fuzz import mutation
from tests.fuzz.case import Broken, Case, CaseBounds, Step
from tests.fuzz.child import ROOT
from tests.fuzz.sentences import check_complaints, check_words

SCREEN = "sq-square-led1"
TIMES_LONGER, MOST_TIMES_SLOWER = 4, 10.0
"""A file four times as long may take ten times as long; a quadratic reader takes sixteen times."""
LEAST_S = 0.15
"""Of processor time; below that a factor says nothing."""
PLAYLISTS = sorted((ROOT / "playlists").glob("*.toml"))
TEXTS = {path.name: path.read_bytes() for path in PLAYLISTS}
CONFIG = (ROOT / "kiosk_config.toml").read_bytes()
FULL = b"""
zone = "main"
priority = 5
share = 2
from = 2026-08-05
until = "2026-12-10"
days = ["workdays", "sat"]
times = ["07:00-21:30", "22:00-02:00"]
except = ["2026-10-01..2026-10-07", 2026-09-03]
order = "weighted"
dwell_s = 12
volume = 60
[[item]]
media = "posters/*.png"
weight = 3
fit = "stretch"
[[item]]
card = "contact"
title = "\xe6\x9c\x89\xe4\xba\x8b"
text = '''
{grid_worker}
'''
qr = "https://example.org/app"
dwell_s = 20.5
[[item]]
media = "audio/broadcast.mp3"
picture = "posters/1.png"
times = ["18:00-24:00"]
"""
ENROLMENT = (
    b'screen = "sq-square-led1"\nbroker = "mqtts://office:8883"\nhttp = "https://office"\nuser = "u"\nca = "ca.pem"\n'
)
VARIABLES = variables_text(
    {
        SCREEN: {"grid_phone": "13800000000", "网格员": "王芳", "village": "石桥村"},
        "hall-kiosk2": {"grid_phone": "110"},
    }
)
ASSIGNMENT = {
    "v": 1, "screen": SCREEN,
    "shows": [{"publication": 12, "playlists": ["morning", "calendar"]}, {"publication": 13, "playlists": []}],
}  # fmt: skip
PATHS = ("publication/12/playlists/morning.toml", "publication/12/media/posters/六个一律.png", f"assign/{SCREEN}.json")
VALUES = (
    "1e400", "-1e400", "nan", "inf", "-0.0", "9223372036854775808", "-9223372036854775809", "9" * 4300, "9" * 4301,
    "1" * 60_000, "0x" + "f" * 50_000, "0b" + "1" * 100_000, "1_0", "0.0000001", "2026-02-30", "0001-01-01",
    "9999-12-31", "9999-12-31T23:59:59.999999-23:59", "24:00:00", "07:00:00.999999999", "true", "[]", "[[]]", "{}",
    "{a={b={c=1}}}", "[1, 'a', {}]", '"\\u0000"', '"\\ud800"', '"\\U00110000"', '"\\u202e01169"', '"\\ufeff"', "''",
    "'''", '"""',
    '"""\n\\\n"""', "[1,", "{", "=", "“main”", "'C:\\x'", '["' + 'a","' * 3000 + '"]', "[" + "0," * 30_000 + "]",
)  # fmt: skip
KEYS = (
    "title", "zone", "rank", "priority", "share", "from", "until", "days", "times", "except", "starts", "lasts_min",
    "order", "transition", "fit", "dwell_s", "volume", "item", "media", "card", "ticker", "picture", "text", "footer",
    "qr", "theme", "chars_per_min", "weight", "id", "timezone", "canvas", "rotate", "box", "name", "quiet", "variables",
    '"a b"', '""', "a.b.c", '"\\u0000"', "ключ", "a" * 5000, "a" + ".a" * 900, "workdays", "dates", "screens",
)  # fmt: skip
SWOLLEN = (
    "a.", "[", "{", "[[item]]\n", '[[item]]\nmedia = "a"\n', "x = 1\n", '"', "'", '"""\n', "#", "\n", " ", "\t",
    "[a]\n", "[a.a]\n",
    "\\", "a = [\n", "=", "é", "字", "[[a.", "a = {", '"a".', "1,", "\r\n", "[ ", "] ", "[[", "]]", "x = \"\\u0041\"\n",
)  # fmt: skip


def make(random: Random) -> Case:
    """Returns one file and what it is read as."""
    match random.randrange(12):
        case 0 | 1 | 2:
            name = random.choice(list(TEXTS))
            return (Step("calendar" if name == "calendar.toml" else "playlist", _spoilt(random, TEXTS[name])),)
        case 3:
            return (Step("playlist", _spoilt(random, FULL)),)
        case 4:
            return (Step("variables", _spoilt(random, VARIABLES)),)
        case 5 | 6:
            return (Step("config", _spoilt(random, CONFIG)),)
        case 7:
            return (Step("enrolment", _spoilt(random, ENROLMENT)),)
        case 8:
            return (Step("assignment", _document(random)),)
        case 9:
            path = random.choice(PATHS)
            at = random.randint(0, len(path))
            odd = random.choice((*mutation.MARKS, mutation.text(random), "/../", "//", "\\", "%2f"))
            return (Step("path", (path[:at] + odd + path[at:]).encode("utf-8", errors="surrogatepass")),)
        case 10:
            part = "".join(random.choice(SWOLLEN) for _ in range(random.randint(1, 2))).encode()
            return (Step(random.choice(("grown playlist", "grown calendar")), part),)
        case _:
            kinds = ("playlist", "calendar", "variables", "config", "enrolment", "assignment")
            return (Step(random.choice(kinds), random.randbytes(random.choice((0, 1, 40, 4000)))),)


def _spoilt(random: Random, content: bytes) -> bytes:
    for _ in range(random.randint(1, 3)):
        match random.randrange(6):
            case 0:
                content = mutation.damaged(random, content, 1)
            case 1 | 2:  # another value for a key that is there
                lines = content.split(b"\n")
                at = random.choice([n for n, line in enumerate(lines) if b"=" in line] or [0])
                lines[at] = lines[at].partition(b"=")[0] + b"= " + _value(random)
                content = b"\n".join(lines)
            case 3:  # one more key
                lines = content.split(b"\n")
                line = random.choice(KEYS).encode() + b" = " + _value(random)
                lines.insert(random.randint(0, len(lines)), line)
                content = b"\n".join(lines)
            case 4:
                lines = content.split(b"\n")
                random.shuffle(lines)
                content = b"\n".join(lines)
            case _:
                lines = content.split(b"\n")
                one = random.choice(lines)
                times = min(random.choice((1, 100, 3000)), 1 + 2 * MAX_FILE_BYTES // (len(one) + 1))
                content = b"\n".join((*lines, *([one] * times)))
    if random.random() < 0.03:
        content += b"#" * (MAX_FILE_BYTES + random.choice((-1, 0, 1)) - len(content))
    return content


def _value(random: Random) -> bytes:
    if random.random() < 0.7:
        return random.choice(VALUES).encode()
    told = mutation.text(random)[:3000].encode("utf-8", errors="replace")
    return b'"' + told.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _document(random: Random) -> bytes:
    content = mutation.written(mutation.mutated(random, ASSIGNMENT), canonical=random.random() < 0.5)
    return mutation.damaged(random, content) if random.random() < 0.2 else content


def _media(name: str) -> Media:
    facts = MediaFacts(kind="audio" if name.endswith("3") else "image", width_px=4, height_px=3, duration_s=5)
    return Media(name=name, path=f"/{name}", sha256="a" * 64, size_bytes=7, facts=facts)


MEDIA = tuple(map(_media, ("audio/broadcast.mp3", "posters/1.png", "posters/01-shuadan.png", "posters/六个一律.png")))


class Files:
    """Readers of files."""

    bounds = CaseBounds(log_bytes=200.0, files=20, disk_mib=4.0, peak_mib=200.0, slow_floor_s=4.0)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config_file = folder / "kiosk_config.toml"
        self._config_file.write_bytes(CONFIG)
        self._config: Config = read_config(self._config_file)

    make = staticmethod(make)

    def run(self, case: Case) -> None:
        """Reads a file as what it is said to be."""
        for step in case:
            if step.about.startswith("grown "):
                self._grow(step.about.removeprefix("grown "), step.data)
            else:
                self._read(step.about, step.data)

    def _read(self, kind: str, content: bytes) -> None:
        try:
            match kind:
                case "playlist":
                    read_playlist(content, "playlists/main.toml")
                    self._play(content)
                case "calendar":
                    read_calendar(content, "playlists/calendar.toml")
                case "variables":
                    for name, value in read_variables(content, "playlists/variables.toml", SCREEN).items():
                        if not (is_variable(name) or name in BUILT_IN) or not value or len(value) > MOST_VALUE:
                            raise Broken("a word for cards that is none")
                case "config":
                    self._config_file.write_bytes(content)
                    read_config(self._config_file)
                case "enrolment":
                    self._enrol(content)
                case "assignment":
                    read_assignment(content, SCREEN)
                case "path":
                    path = content.decode("utf-8", errors="surrogatepass")
                    if target_path(read_target(path)) != path:
                        raise Broken("a signed path is read as another one")
        except BadInput as bad:
            check_complaints(bad.complaints)
        except TrustError as refusal:
            check_words(refusal.words)

    def _enrol(self, content: bytes) -> None:
        (self._folder / "office.toml").write_bytes(content)
        for name in ("password", "root.json"):
            (self._folder / name).write_bytes(b"{}")
        read_enrolment(self._folder, SCREEN)

    def _play(self, content: bytes) -> None:
        """A playlist that reads well composes, is compared with others, and is planned."""
        files = (PlaylistFile(name="main", path="main.toml", text=content, mtime_ns=0),)
        made = composed(self._config, Library(playlists=files, media=MEDIA), {})
        check_complaints((*made.complaints, *inconsistencies(made.program, self._config.sound.quiet)))
        start = dt.datetime(2026, 8, 5, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
        for n, _slot in enumerate(
            plan(made.program, [zone.name for zone in made.program.zones], start, start + dt.timedelta(minutes=30))
        ):
            if n > 20:
                break

    def _grow(self, kind: str, part: bytes) -> None:
        """The same thing again and again, and four times as often."""
        short = part * (40_000 // len(part))
        times = [min(self._cost(kind, text) for _ in range(2)) for text in (short, short * TIMES_LONGER)]
        if times[1] > LEAST_S and times[1] > MOST_TIMES_SLOWER * times[0]:
            again = [min(self._cost(kind, text) for _ in range(3)) for text in (short, short * TIMES_LONGER)]
            if again[1] > LEAST_S and again[1] > MOST_TIMES_SLOWER * again[0]:
                raise Broken(
                    f"a {kind} of {TIMES_LONGER} times the length takes over {MOST_TIMES_SLOWER:g} times as long"
                )

    def _cost(self, kind: str, content: bytes) -> float:
        before = time.process_time()
        self._read(kind, content)
        return time.process_time() - before

    def pids(self) -> tuple[int, ...]:
        """Returns none: everything happens here."""
        return ()

    def close(self) -> None:
        """Has nothing to end."""


def open_target(folder: Path) -> Files:
    """Returns the target."""
    return Files(folder)
