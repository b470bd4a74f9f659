"""The composer makes programs, and says of the newest what its calendar does not know any more."""

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

from player.composer import Composer
from player.config import read_config
from player.content.library import Library, PlaylistFile

EXAM = '[[quiet]]\nname = "高考"\ndates = ["2026-06-07..2026-06-10"]\n'.encode()


class Folders:
    """A stand-in for the ingest: a library that is there at once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.latest: Callable[[], Library] = lambda: self.library
        self.cached = self.latest
        self.last_good_playlists: Callable[[], dict[str, bytes]] = dict
        self.remember_playlist: Callable[[str, bytes], None] = lambda *_: None


def test_what_the_calendar_does_not_know_any_more_is_told_for_each_day_anew(tmp_path: Path) -> None:
    path = tmp_path / "kiosk_config.toml"
    path.write_text('[screen]\nid = "abc"\n', encoding="utf-8")
    calendar = PlaylistFile(name="calendar", path="", text=EXAM, mtime_ns=0)
    folders = Folders(Library(calendar=calendar))
    composer = Composer(read_config(path), folders, threading.Event(), lambda _: None)  # type: ignore[arg-type]
    assert composer.outdated(dt.date(2026, 6, 11)) == (), "nothing is known yet"
    composer.first()
    assert composer.outdated(dt.date(2026, 6, 10)) == ()
    (told,) = composer.outdated(dt.date(2026, 6, 11))
    assert "高考" in told.zh
    assert composer.outdated(dt.date(2026, 6, 11))[0] is told
