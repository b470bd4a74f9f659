"""A file is changed in every way there is, and only the bytes of its hash are ever decoded; by real workers."""

import hashlib
import io
import mmap
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from player.content.digest_store import DigestStore
from player.decode.digests import PART_BYTES
from player.decode.prober import Prober
from player.decode.protocol import ShowFile
from player.decode.refusal import CHANGED
from signage.media import MediaFacts
from tests.samples.make_media import BLUE, RED
from tests.samples.showing import Viewer, near, viewer

pytestmark = pytest.mark.slow

Swap = Callable[[Path, bytes], None]
SIZE = (160, 96)
FILM_BYTES = 12 << 20


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    return DigestStore(tmp_path / "state")


@pytest.fixture
def zone(store: DigestStore) -> Iterator[Viewer]:
    with viewer(SIZE, open_file=store.open) as one:
        yield one


def picture(colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 384), colour).save(out, "BMP")
    return out.getvalue()


def film(folder: Path, colour: tuple[int, int, int]) -> bytes:
    """A film of 6 s whose upper half is one colour; noise below makes it 2 MB, eight parts and more."""
    path = folder / "made.avi"
    with av.open(str(path), "w", format="avi") as container:
        stream = container.add_stream("mjpeg", rate=25, options={"qmin": "1", "qmax": "1"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj444p"
        stream.codec_context.time_base = Fraction(1, 25)
        for _ in range(150):
            image = Image.new("RGB", SIZE, colour)
            image.paste(Image.frombytes("RGB", (SIZE[0], 48), os.urandom(SIZE[0] * 48 * 3)), (0, 48))
            frame = av.VideoFrame.from_image(image).reformat(format="yuvj444p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    content = path.read_bytes()
    assert 8 * PART_BYTES < len(content) < FILM_BYTES
    path.unlink()
    return content.ljust(FILM_BYTES, b"\0")


def in_place(path: Path, other: bytes) -> None:
    before = path.stat()
    with path.open("r+b") as file:
        file.write(other)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def by_rename(path: Path, other: bytes) -> None:
    before = path.stat()
    beside = path.with_name("beside")
    beside.write_bytes(other)
    os.utime(beside, ns=(before.st_atime_ns, before.st_mtime_ns))
    beside.replace(path)


def by_hard_link(path: Path, other: bytes) -> None:
    beside = path.with_name("beside")
    beside.write_bytes(other)
    path.unlink()
    os.link(beside, path)


def by_memory_map(path: Path, other: bytes) -> None:
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:] = other


def by_folder_link(path: Path, other: bytes) -> None:
    elsewhere = path.parent.with_name("elsewhere")
    elsewhere.mkdir()
    (elsewhere / path.name).write_bytes(other)
    path.parent.rename(path.parent.with_name("former"))
    path.parent.symlink_to(elsewhere)


def by_link(path: Path, other: bytes) -> None:
    beside = path.with_name("beside")
    beside.write_bytes(other)
    path.unlink()
    path.symlink_to(beside)


WAYS = [in_place, by_rename, by_hard_link, by_memory_map, by_folder_link, by_link]
SAME_FILE = [in_place, by_memory_map]


def ask(path: Path, content: bytes, one: Viewer, number: int = 1) -> ShowFile:
    kind = "image" if path.suffix == ".bmp" else "video"
    sha256 = hashlib.sha256(content).hexdigest()
    return ShowFile(
        request=number, path=str(path), sha256=sha256, kind=kind, target=one.target, duration_s=6.0, loop_s=6.0
    )


def is_red(shot: object) -> bool:
    return near(shot.at(0.5, 0.2), RED, by=30)


def judged(path: Path, content: bytes, store: DigestStore) -> None:
    """As ingest does: hashed whole, its digests kept, decoded whole."""
    digests = store.verified(str(path), hashlib.sha256(content).hexdigest(), lambda: False)
    with Prober() as prober:
        assert isinstance(prober.probe(str(path), digests), MediaFacts)


@pytest.mark.parametrize("swap", WAYS)
def test_a_picture_changed_since_it_was_judged_is_not_shown(zone: Viewer, store, tmp_path, swap: Swap) -> None:
    (tmp_path / "media").mkdir()
    path, red, blue = tmp_path / "media" / "a.bmp", picture(RED), picture(BLUE)
    path.write_bytes(red)
    judged(path, red, store)
    shown = zone.show(ask(path, red, zone))
    assert [is_red(shot) for shot in shown.frames] == [True]
    swap(path, blue)
    after = zone.show(ask(path, red, zone, number=2))
    assert (after.state, after.frames) == ("failed", [])
    assert swap is by_link or after.why == CHANGED


@pytest.mark.parametrize("swap", WAYS)
def test_a_film_changed_since_it_was_judged_is_not_shown(zone: Viewer, store, tmp_path, swap: Swap) -> None:
    (tmp_path / "media").mkdir()
    path, red, blue = tmp_path / "media" / "a.avi", film(tmp_path, RED), film(tmp_path, BLUE)
    path.write_bytes(red)
    judged(path, red, store)
    swap(path, blue)
    shown = zone.show(ask(path, red, zone))
    assert (shown.state, shown.frames) == ("failed", [])


@pytest.mark.parametrize("swap", WAYS)
def test_a_film_changed_while_it_plays_shows_nothing_of_what_came_in_its_place(
    zone: Viewer, store, tmp_path, swap: Swap
) -> None:
    (tmp_path / "media").mkdir()
    path, red, blue = tmp_path / "media" / "a.avi", film(tmp_path, RED), film(tmp_path, BLUE)
    path.write_bytes(red)
    judged(path, red, store)
    zone.decoder.show(ask(path, red, zone))
    zone.wait_for("ready")
    swap(path, blue)
    shown = zone.rest()
    assert shown.frames
    assert all(is_red(shot) for shot in shown.frames)
    if swap in SAME_FILE:
        assert (shown.state, shown.why) == ("failed", CHANGED)
        assert len(shown.frames) < 150
    else:
        assert (shown.state, len(shown.frames)) == ("ended", 150), "the file that was opened plays to its end"


@pytest.mark.parametrize("swap", [in_place, by_memory_map])
def test_a_prober_decodes_only_the_bytes_that_were_hashed(store, tmp_path, swap: Swap) -> None:
    (tmp_path / "media").mkdir()
    path, red, blue = tmp_path / "media" / "a.bmp", picture(RED), picture(BLUE)
    path.write_bytes(red)
    digests = store.verified(str(path), hashlib.sha256(red).hexdigest(), lambda: False)
    swap(path, blue)
    with Prober() as prober:
        assert prober.probe(str(path), digests) == CHANGED


def test_a_mapping_that_was_made_before_the_file_was_hashed_changes_nothing(zone: Viewer, store, tmp_path) -> None:
    """On memory file systems such a write leaves no trace in any of the file's times."""
    path, red, blue = tmp_path / "a.avi", film(tmp_path, RED), film(tmp_path, BLUE)
    path.write_bytes(red)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[0] = memory[0]  # the page is dirty from now on, and its time is as it will stay
        judged(path, red, store)
        zone.decoder.show(ask(path, red, zone))
        zone.wait_for("ready")
        memory[:] = blue
        shown = zone.rest()
    assert all(is_red(shot) for shot in shown.frames)
    assert (shown.state, shown.why) == ("failed", CHANGED)


def test_a_file_that_became_a_pipe_holds_nobody_up(zone: Viewer, tmp_path) -> None:
    path, red = tmp_path / "a.bmp", picture(RED)
    os.mkfifo(path)
    assert zone.show(ask(path, red, zone)).state == "failed"
    path.unlink()
    path.write_bytes(red)
    assert zone.show(ask(path, red, zone, number=2)).state == "ended"
