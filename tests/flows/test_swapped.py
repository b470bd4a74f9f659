"""Files changed under a running player that shows only what was signed: what is seen, and what the ledger says."""

import datetime as dt
import hashlib
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from player.decode.refusal import CHANGED
from player.uplink.ledger_db import open_copy
from player.uplink.records import INTERRUPTED
from signage.ledger import EventRecord, PlayRecord, read
from tests.flows.judge import WIDTH, Colour
from tests.flows.stagehand import CANVAS, Stagehand, wait_until
from tests.player.publication.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("capture"), pytest.mark.timeout(150)]

SIGNED, OTHER = (190, 60, 190), (60, 190, 60)
LIST = b'transition = "cut"\nfit = "stretch"\ndwell_s = 1\n[[item]]\nmedia = "a.*"\n'
FILM_BYTES = 32 << 20


@pytest.fixture
def office(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "office", dt.datetime.now(dt.UTC))


@pytest.fixture
def stage(tmp_path: Path, office: Repository) -> Stagehand:
    stage = Stagehand(tmp_path)
    (tmp_path / "root.json").write_bytes(office.anchor)
    with (tmp_path / "kiosk_config.toml").open("a", encoding="utf-8") as file:
        file.write('[folders]\nunsigned = "refuse"\n[office]\nfolder = "office"\n[trust]\nroot = "root.json"\n')
    return stage


class Returning(Stagehand):
    """The same stage again, on which something happens before the player comes back."""

    def __init__(self, former: Stagehand, before: Callable[[], None]) -> None:
        self.__dict__.update(former.__dict__)
        self._before = before

    def command(self, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a command; behind `check`, which looks at the folders too, comes what is to happen."""
        done = super().command(verb, *words)
        if verb == "check":
            self._before()
        return done


def picture(colour: Colour) -> bytes:
    """As many bytes for every colour."""
    out = io.BytesIO()
    Image.new("RGB", CANVAS, colour).save(out, "BMP")
    return out.getvalue()


def film(folder: Path, colour: Colour) -> bytes:
    """12 s, as many bytes for every colour; noise below the colour makes it so large that it is read in many parts."""
    path = folder / "made.mp4"
    colour_name = "0x" + bytes(colour).hex()
    plain = f"color=c={colour_name}:size={CANVAS[0]}x{CANVAS[1]}:rate=15:duration=12"
    noise = f"color=c=gray:size={CANVAS[0]}x{CANVAS[1] // 2}:rate=15:duration=12,noise=alls=100:allf=t+u"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", plain, "-f", "lavfi", "-i", noise,
         "-filter_complex", "[0][1]overlay=y=H/2:format=yuv420,scale=out_color_matrix=bt709:out_range=tv",
         "-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-colorspace", "bt709", "-color_range", "tv",
         "-pix_fmt", "yuv420p", str(path)],
        check=True,
    )  # fmt: skip
    content = path.read_bytes()
    assert 8 << 20 < len(content) < FILM_BYTES, len(content)
    return content.ljust(FILM_BYTES, b"\0")


def overwrite(path: Path, content: bytes) -> None:
    """The same length, the same inode, the former time."""
    before = path.stat()
    assert before.st_size == len(content)
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def sign(office: Repository, name: str, content: bytes, *, assigned: bool) -> str:
    """Has two people sign a playlist and its medium; returns the medium's SHA-256."""
    office.publish(1, {"main": LIST}, {name: content})
    office.assign("flow-1", *([(1, ("main",))] if assigned else []))
    office.head()
    return hashlib.sha256(content).hexdigest()


def records(stage: Stagehand) -> list[object]:
    path = stage.folder / "var" / "player" / "ledger.db"
    if not path.exists():
        return []
    db = open_copy(path)
    found = [read(line.text) for epoch in db.epochs() for line in db.lines(epoch)]
    db.close()
    return found


def plays(stage: Stagehand, sha256: str) -> list[PlayRecord]:
    return [each for each in records(stage) if isinstance(each, PlayRecord) and each.sha256 == sha256]


def changes(stage: Stagehand) -> list[EventRecord]:
    return [each for each in records(stage) if isinstance(each, EventRecord) and each.what == "changed"]


def shows(frames: list[bytes], colour: Colour) -> int:
    """Counts the frames whose upper third is that colour."""
    upper = [frame[: WIDTH * 3 * 3] for frame in frames]
    return sum(all(abs(frame[at] - colour[at % 3]) < 40 for at in range(len(frame))) for frame in upper)


def showing(stage: Stagehand) -> float:
    traced = stage.traced()
    return traced[-1]["item"] if traced else -1


def test_a_signed_file_overwritten_between_two_plays_is_not_shown_any_more(stage: Stagehand, office) -> None:
    sha256 = sign(office, "a.bmp", picture(SIGNED), assigned=False)
    (stage.media / "a.bmp").write_bytes(picture(SIGNED))
    stage.playlist("main", LIST.decode())
    with stage:
        wait_until(lambda: plays(stage, sha256), 30, "a turn of the signed picture")
        with stage.film() as camera:
            overwrite(stage.media / "a.bmp", picture(OTHER))
            wait_until(lambda: showing(stage) == 0, 30, "the built-in notice in its place")
            seen = [frame.value for frame in camera.seen()]
    assert shows(seen, SIGNED)
    assert not shows(seen, OTHER)
    assert not plays(stage, hashlib.sha256(picture(OTHER)).hexdigest())


def test_a_signed_file_overwritten_while_the_player_was_off_is_not_shown_after_it(stage: Stagehand, office) -> None:
    sha256 = sign(office, "a.bmp", picture(SIGNED), assigned=False)
    (stage.media / "a.bmp").write_bytes(picture(SIGNED))
    stage.playlist("main", LIST.decode())
    with stage:
        wait_until(lambda: plays(stage, sha256), 30, "a turn of the signed picture")
    before = len(plays(stage, sha256))
    stage.trace_path.unlink()
    again = Returning(stage, lambda: overwrite(stage.media / "a.bmp", picture(OTHER)))
    with again, again.film() as camera:
        wait_until(lambda: showing(again) == 0, 30, "the built-in notice")
        seen = [frame.value for frame in camera.seen()]
    assert not shows(seen, OTHER)
    # What was on the screen when the player was off is written down at the next start.
    after = [play for play in plays(stage, sha256)[before:] if play.reason != INTERRUPTED]
    assert all((play.outcome, play.reason, play.frames) == ("failed", CHANGED.en, 0) for play in after)
    assert not plays(stage, hashlib.sha256(picture(OTHER)).hexdigest())


def test_a_signed_film_overwritten_while_it_plays_ends_there_and_the_ledger_says_why(
    stage: Stagehand, office, tmp_path: Path
) -> None:
    signed, other = film(tmp_path, SIGNED), film(tmp_path, OTHER)
    sha256 = sign(office, "a.mp4", signed, assigned=False)
    (stage.media / "a.mp4").write_bytes(signed)
    stage.playlist("main", LIST.decode())
    with stage:
        wait_until(lambda: showing(stage) == 1, 60, "the signed film")
        with stage.film() as camera:
            overwrite(stage.media / "a.mp4", other)
            wait_until(lambda: changes(stage), 30, "the event")
            wait_until(lambda: showing(stage) == 0, 30, "the built-in notice in its place")
            seen = [frame.value for frame in camera.seen()]
    assert shows(seen, SIGNED)
    assert not shows(seen, OTHER)
    first, *later = plays(stage, sha256)
    assert (first.outcome, first.reason) == ("failed", CHANGED.en)
    assert 0 < first.frames < 180
    assert changes(stage)[0].details["sha256"] == sha256
    # The turn that was prepared by then has its first frames, of the signed film too.
    assert all(play.outcome != "complete" and play.frames < 180 for play in later)


def test_a_file_overwritten_in_the_store_of_what_was_published_is_fetched_again_and_never_shown(
    stage: Stagehand, office
) -> None:
    sha256 = sign(office, "a.bmp", picture(SIGNED), assigned=True)
    with stage:
        wait_until(lambda: plays(stage, sha256), 30, "a turn of the published picture")
        stored = stage.folder / "var" / "player" / "published" / "content" / sha256
        with stage.film() as camera:
            overwrite(stored, picture(OTHER))
            wait_until(lambda: changes(stage), 30, "the event")
            counted = len(plays(stage, sha256))
            wait_until(
                lambda: any(play.outcome == "complete" for play in plays(stage, sha256)[counted + 1 :]), 30, "it again"
            )
            seen = [frame.value for frame in camera.seen()]
    assert shows(seen, SIGNED)
    assert not shows(seen, OTHER)
    assert stored.read_bytes() == picture(SIGNED)
    assert stored.with_name(f"{sha256}.foreign").read_bytes() == picture(OTHER)
