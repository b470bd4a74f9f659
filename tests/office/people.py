"""Three people of a town's office, a screen's folder to push, and what a screen's TUF client makes of a repository."""

import datetime as dt
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from office.place import Place

PASSPHRASES = {"guan": "the root of all keys", "zhang": "zhang writes them", "li": "li approves of them"}
GUAN = ("guan", PASSPHRASES["guan"])
ZHANG = ("zhang", PASSPHRASES["zhang"])
LI = ("li", PASSPHRASES["li"])
AT = dt.datetime.now(dt.UTC).replace(microsecond=0)
"""TUF's client looks at the machine's clock."""


def _picture() -> bytes:
    """A picture of one pixel that every decoder takes."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0\0\0")),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


POSTER = _picture()


def campaign(folder: Path, *, poster: bytes = b"a poster", playlist: str = "main", text: str = "") -> Path:
    """Writes a folder with one playlist that shows two posters, and gives it."""
    (folder / "playlists").mkdir(parents=True, exist_ok=True)
    (folder / "media" / "posters").mkdir(parents=True, exist_ok=True)
    (folder / "media" / "posters" / "a.png").write_bytes(poster)
    (folder / "media" / "posters" / "b.png").write_bytes(poster + b" too")
    text = text or 'title = "Six rules"\n[[item]]\nmedia = "posters/*.png"\n'
    (folder / "playlists" / f"{playlist}.toml").write_text(text)
    return folder


class Shelf(FetcherInterface):
    """Serves the metadata folder to TUF's client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            yield (self.folder / url.rpartition("/")[2]).read_bytes()
        except FileNotFoundError as error:
            raise DownloadHTTPError("not there", 404) from error


class Client:
    """A screen's TUF client, with what it trusts kept in a folder."""

    def __init__(self, place: Place, folder: Path, root: bytes) -> None:
        self.place, self.folder, self.root = place, folder, root
        folder.mkdir(parents=True, exist_ok=True)

    def look(self) -> Updater:
        """Fetches and verifies everything; raises what TUF raises."""
        updater = Updater(
            str(self.folder), "http://office/", fetcher=Shelf(self.place.metadata), bootstrap=self.root,
            target_base_url="http://office/", config=UpdaterConfig(),
        )  # fmt: skip
        updater.refresh()
        return updater

    def assignment(self, screen: str) -> bytes:
        """Gives what the office wants on a screen, verified; b"" when it says nothing."""
        found = self.look().get_targetinfo(f"assign/{screen}.json")
        return (self.place.content / found.hashes["sha256"]).read_bytes() if found else b""

    def names(self, path: str) -> bool:
        """Says whether a path is signed."""
        return self.look().get_targetinfo(path) is not None
