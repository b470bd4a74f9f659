"""Names of files, as bytes, in real watched folders, and the patterns that playlists find them with.

Promise: every file is shown, refused with a sentence, waited for or passed over, and exactly one of these; two names
are never one; what is told of them can be printed; a name costs microseconds, whatever it looks like.
"""

import contextlib
import datetime as dt
import os
import shutil
from pathlib import Path
from random import Random

from player.composition import composed
from player.config import read_config
from player.content.arrange import Place
from player.content.book import Book
from player.content.desk import Desk
from player.content.judge import judge
from player.content.library import Folder, Library
from player.content.names import is_folder_passed_over, sort_out
from player.content.scan import MAX_DEPTH, TOO_DEEP, scan
from player.content.settle import LOCAL_QUIET_S
from player.decode.digests import Digests
from signage import lineup
from signage.consistency import inconsistencies
from signage.errors import BadInput, Words
from signage.globs import Shelf
from signage.ledger import MAX_TEXT_BYTES, PlayRecord, canonical, moment, read
from signage.media import MediaFacts
from signage.reading import read_playlist
from tests.fuzz.case import Broken, Case, CaseBounds, Step
from tests.fuzz.child import ROOT
from tests.fuzz.sentences import check_complaints, check_words, is_plain

AT = dt.datetime(2026, 8, 5, 8, tzinfo=dt.UTC)
MOST_NAME_BYTES = 255
LETTERS = (
    "a", "b", "ab", "1", "01", "9" * 30, "*", "?", "[ab]", "[", "]", "[!a]", "-", " ", ".", "..", "~$", "'", '"',
    "$(x)", "`x`",
    "\\", ":", "|", "<b>", "{grid_worker}", "=1+1", "%s", "con", "NUL", "com1", "lpt¹", "a" * 60, "*a" * 20,
    "a*" * 20, "字" * 20,
    "反诈", "é", "e\u0301", "ſ", "s", "S", "Ａ", "A", "．", "／", "ﬁ", "fi", "ß", "İ", "i", "ı", "K", "K", "Å",
    "\u200b", "\u200d",
    "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164", "\ue000", "\U000e0041", "\U0010ffff", "👨‍👩‍👧", "²", "٣", "Ⅳ",
    "१२",
    "\n", "\r", "\t", "\x1b[2J", "\x07", "\x7f", "\x85", "\u2028", "\u0301" * 20, "กำ", "क्‍ष",
)  # fmt: skip
ENDS = (".png", ".png", ".png", ".PNG", ".jpg", ".mp4", ".mp3", ".toml", ".txt", ".part", ".png.part", "", ".",
        ".png ", ".pnɡ",
        ".ｐｎｇ", ".md", ".png\n", ".tmp", "~")  # fmt: skip
BROKEN = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f", b"\xb7\xb4\xd5\xa9", b"\x80")
PATTERNS = ("*", "**", "**/*", "*.png", "?", "[a-z]*", "[z-a]*", "[!a]*", "[]", "[]a]*", "a*a*a*a*", "*/*/*/*",
            "**/**/**/**",
            "*a*a*a*ab.png", "?" * 240, "[ab]" * 60, "*?" * 4, "**a", "a**", "[a-z-9]", "[\\]", "[^a]",
            "[&&~~||--]")  # fmt: skip


def make(random: Random) -> Case:
    """Returns the files that are put there, one after the other, and the patterns of a playlist."""
    names = [_name(random) for _ in range(random.choice((3, 10, 30)))]
    if random.random() < 0.3:  # long sisters that differ in the end
        stem = (random.choice(("a", "*a", "ab", "字", "a*")) * 240)[:75] * 3
        names += [f"{stem[: 240 - len(str(n)) - 4]}{n}.png".encode()[:MOST_NAME_BYTES] for n in range(70)]
    folders = (
        [b""] * 6
        + [_part(random).replace(b"/", b"") for _ in range(2)]
        + [b"/".join([b"d"] * random.choice((3, 31, 33, 40)))]
    )
    steps = [Step("file", b"/".join(filter(None, (random.choice(folders), name)))) for name in names]
    patterns = [_pattern(random, names) for _ in range(random.randint(1, 8))]
    return (*steps, *(Step("pattern", each) for each in patterns))


def _name(random: Random) -> bytes:
    return (_part(random) + random.choice(ENDS).encode())[:MOST_NAME_BYTES]


def _part(random: Random) -> bytes:
    parts = [random.choice(LETTERS).encode() for _ in range(random.choice((1, 1, 2, 3, 8)))]
    if random.random() < 0.1:
        parts.insert(random.randint(0, len(parts)), random.choice(BROKEN))
    return b"".join(parts).replace(b"/", b"")[:200]


def _pattern(random: Random, names: list[bytes]) -> bytes:
    if random.random() < 0.4:
        return random.choice(PATTERNS).encode()
    name = random.choice(names).decode(errors="replace")
    for _ in range(random.randint(0, 4)):
        at = random.randint(0, len(name))
        name = (
            name[:at] + random.choice(("*", "?", "[a-z]", "[!x]", "**", "**/")) + name[at + random.choice((0, 1, 5)) :]
        )
    return name.encode()


def _probe(_path: str, _digests: Digests | None) -> MediaFacts | Words:
    return MediaFacts(kind="image", width_px=4, height_px=3)


class FileNames:
    """A desk over real folders, with a clock of its own and a decoder that takes everything."""

    bounds = CaseBounds(log_bytes=500.0, files=600, disk_mib=16.0, peak_mib=150.0, slow_floor_s=1.0)

    def __init__(self, folder: Path) -> None:
        self._top = folder / "media"
        self._config = read_config(ROOT / "kiosk_config.toml")

    make = staticmethod(make)

    def run(self, case: Case) -> None:
        """Puts the files there, looks until nothing waits, and shows what the patterns find."""
        self._top.mkdir()
        try:
            there = [path for step in case if step.about == "file" and (path := self._put(step.data)) is not None]
            library = self._looked()
            _check_library(library, there, os.fsencode(self._top))
            for step in case:
                if step.about == "pattern":
                    self._find(step.data.decode(errors="replace"), library)
        finally:
            shutil.rmtree(os.fsencode(self._top))

    def _put(self, name: bytes) -> bytes | None:
        if {b"", b".", b".."} & set(name.split(b"/")):
            return None  # no name of a file below the folder
        path = os.path.join(os.fsencode(self._top), name)
        with contextlib.suppress(OSError, ValueError):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, b"picture " + name)
            os.close(descriptor)
            return path
        return None

    def _looked(self) -> Library:
        folder, now = Folder.at(str(self._top)), 0.0
        desk = Desk(lambda: AT)
        desk.adopt(Book(), [Place(folder=folder, use="media")])
        for _ in range(2):
            now += LOCAL_QUIET_S
            look = desk.look(0, scan(folder, "media", (folder.path,), desk.scan_before(0)), now)
            desk.queue(look.jobs)
        while (job := desk._pile.take(("picture", "moving"), desk._stands)) is not None:
            desk.judged(job, judge(job, _probe, desk.known, lambda: AT, lambda: False), now)
        return desk.library({})

    def _find(self, pattern: str, library: Library) -> None:
        quoted = pattern.replace("\\", "\\\\").replace('"', '\\"')
        text = f'[[item]]\nmedia = "{quoted}"\n'.encode(errors="replace")
        try:
            read_playlist(text, "main.toml")
        except BadInput as bad:
            check_complaints(bad.complaints)
            return
        found = Shelf(library.media).find(pattern)
        if len(set(found)) != len(found):
            raise Broken("a pattern finds a file twice")
        made = composed(self._config, library, {"main": text})
        lineup.compile(made.program)
        check_complaints(inconsistencies(made.program))

    def pids(self) -> tuple[int, ...]:
        """Returns none: everything happens here."""
        return ()

    def close(self) -> None:
        """Has nothing to end."""


def _check_library(library: Library, there: list[bytes], top: bytes) -> None:
    shown = [os.fsencode(each.path) for each in library.media]
    names = [each.name for each in library.media]
    if len(set(shown)) != len(shown) or len(set(names)) != len(names):
        raise Broken("a file or a name is shown twice")
    if library.waiting or library.held:
        raise Broken("a file is waited for that nobody writes")
    if not set(shown) <= set(there):
        raise Broken("something is shown that is not there")
    wanted = {path for path in there if _counts(path, top)}
    refused = [each for each in library.refused if each.why != TOO_DEEP]  # that is a folder, told as one
    if len(wanted) != len(shown) + len(refused):
        raise Broken("a file is neither shown nor refused, or both")
    for each in library.refused:
        if not (is_plain(each.name) and is_plain(each.path)):
            raise Broken("the name of a refused file cannot be printed")
        check_words(each.why)
    for medium in library.media:
        record = PlayRecord(at=moment(AT), boot="b" * 32, mono_ms=1, clock="ntp", zone="main", rank="normal",
                                      shows="image",
                            media=medium.name, planned_ms=1, outcome="complete")  # fmt: skip
        text = canonical(record)
        if len(text) > MAX_TEXT_BYTES or read(text) != record:
            raise Broken("a name that is shown cannot stand in the ledger")


def _counts(path: bytes, top: bytes) -> bool:
    """Whether the file is our business, by its own name and its folders'."""
    *folders, name = os.fsdecode(path[len(top) + 1 :]).split("/")
    return (
        len(folders) <= MAX_DEPTH
        and not any(map(is_folder_passed_over, folders))
        and sort_out(name, "media") is not None
    )


def open_target(folder: Path) -> FileNames:
    """Returns the target."""
    return FileNames(folder)
