"""What would be shown and what is refused, with the words for it; by a real worker."""

import os
import resource
import signal
import socket
import struct
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from player.decode import refusal
from player.decode.prober import Prober
from signage.errors import Words
from signage.media import MediaFacts
from tests.samples.make_media import PICTURES, SOUNDS, VIDEOS, quadrants

pytestmark = pytest.mark.slow


def refused(prober: Prober, path: Path | str, **limits: float) -> Words:
    answer = prober.probe(str(path), **limits)
    assert isinstance(answer, Words), answer
    return answer


def test_a_still_picture_has_its_upright_size_and_no_duration(prober, media):
    assert prober.probe(media("exif-6.jpg")) == MediaFacts(kind="image", width_px=96, height_px=160)


def test_an_animation_has_the_duration_of_one_round(prober, media):
    facts = prober.probe(media("moving.webp"))
    assert isinstance(facts, MediaFacts)
    assert facts.duration_s == pytest.approx(0.6)
    assert facts.frame_rate == pytest.approx(5)


def test_things_that_are_no_files_are_refused_at_once(prober, folder):
    os.mkfifo(folder / "pipe.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "empty.png").touch()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket.png"))
        assert refused(prober, folder / "socket.png") == refusal.no_file().why
    assert refused(prober, folder) == refusal.no_file().why
    assert refused(prober, folder / "pipe.png") == refusal.no_file().why
    assert refused(prober, "/dev/zero") == refusal.no_file().why
    assert refused(prober, folder / "loop.png") == refusal.link_loop().why
    assert refused(prober, folder / "empty.png") == refusal.empty().why
    assert refused(prober, folder / "nothing.png") == refusal.missing().why
    assert refused(prober, folder / "\udcff.png") == refusal.badly_named().why
    assert refused(prober, str(folder / "a\0b.png")) == refusal.badly_named().why


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_after_a_worker_ran_out_of_memory_a_good_file_is_judged_by_a_fresh_one(media, folder):
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with Prober() as prober:
        assert refused(prober, folder / "cut.png") == refusal.incomplete().why
        assert prober.pid is not None
        most = int(Path(f"/proc/{prober.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(prober.pid, resource.RLIMIT_AS, (most, most))
        assert refused(prober, media("rgb.png")) == refusal.too_much_memory().why
        assert isinstance(prober.probe(media("rgb.png")), MediaFacts)


def test_a_link_to_a_picture_is_a_picture(prober, folder, media):
    (folder / "link").symlink_to(media("rgb.png"))
    assert isinstance(prober.probe(str(folder / "link")), MediaFacts)


@pytest.mark.parametrize(("name", "false_name"), [("rgb.png", "a.mp4"), ("h264.mp4", "b.jpg"), ("tone.mp3", "c.txt")])
def test_a_file_is_what_its_bytes_say(prober, folder, media, name, false_name):
    (folder / false_name).write_bytes(Path(media(name)).read_bytes())
    assert prober.probe(str(folder / false_name)) == prober.probe(media(name))


FOREIGN = {
    "list.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "list.mov": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
    "drawing.jpg": b'<?xml version="1.0"?><svg/>',
    "slides.mp4": b"PK\x03\x04" + bytes(60),
    "notice.jpg": b"%PDF-1.7\n",
    "setup.mp4": b"MZ" + bytes(200),
    "film.wmv": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(60),
    "photo.jpg": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(60),
    "text.txt": "反诈".encode(),
    "utf16.mp3": "反诈宣传".encode("utf-16"),
    "zeros.mp4": bytes(100_000),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_on_the_list_is_refused_by_its_bytes(prober, folder, name):
    (folder / name).write_bytes(FOREIGN[name])
    why = refused(prober, folder / name)
    assert why.zh
    assert why not in (refusal.CRASHED, refusal.HANGS)


WHOLE = [*PICTURES, *VIDEOS, *SOUNDS]
NO_LENGTH = {"h264.ts", "tone.aac"}
"""Formats that say nowhere how long they are: cut between two packets they are whole, only shorter."""


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_was_not_copied_whole_is_refused(prober, folder, media, name):
    whole = Path(media(name)).read_bytes()
    shown = []
    for part in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.96):
        cut = whole[: int(len(whole) * part)]
        path = folder / f"cut-{part}-{name}"
        path.write_bytes(cut)
        answer = prober.probe(str(path))
        assert answer not in (refusal.CRASHED, refusal.HANGS)
        if isinstance(answer, MediaFacts):
            shown.append(part)
    assert not shown or name in NO_LENGTH, f"shown although cut to {shown}"


@pytest.mark.parametrize("name", ["rgb.jpg", "rgb.png", "h264.mp4", "vp9.webm", "h264.ts", "tone.mp3", "moving.gif"])
def test_scratched_files_are_answered_and_never_kill_the_worker(prober, folder, media, name):
    whole = bytearray(Path(media(name)).read_bytes())
    for seed in range(12):
        scratched = bytearray(whole)
        for n in range(6):
            scratched[16 + zlib.crc32(bytes([seed, n])) % (len(whole) - 16)] ^= 0xFF
        (folder / "scratched").write_bytes(scratched)
        answer = prober.probe(str(folder / "scratched"))
        assert answer not in (refusal.CRASHED, refusal.HANGS)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(prober, folder):
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(bytes(50_001) * 1000, 9)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0))
    (folder / "bomb.png").write_bytes(bomb + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    assert refused(prober, folder / "bomb.png") == refusal.too_many_pixels(50_000, 50_000, 64_000_000).why


def test_sixty_megapixels_are_shown(prober, folder):
    Image.new("RGB", (9000, 7000), (1, 2, 3)).save(folder / "large.jpg", quality=50)
    facts = prober.probe(str(folder / "large.jpg"))
    assert isinstance(facts, MediaFacts)
    assert (facts.width_px, facts.height_px) == (9000, 7000)


def test_an_endless_animation_is_refused(prober, folder):
    frames = [Image.new("L", (64, 64), n % 256) for n in range(4100)]
    frames[0].save(folder / "many.gif", save_all=True, append_images=frames[1:], duration=20)
    assert refused(prober, folder / "many.gif") == refusal.too_many_frames(4000).why
    frames[0].save(folder / "slow.gif", save_all=True, append_images=frames[1:4], duration=600_000)
    assert refused(prober, folder / "slow.gif").en.startswith("It is too long")


def test_a_video_beyond_the_limits_is_refused(prober, media):
    assert refused(prober, media("h264.mp4"), max_duration_s=0.5).en.startswith("It is too long")
    assert refused(prober, media("h264.mp4"), max_pixels=40_000) == refusal.too_many_pixels(160, 96, 10_000).why


def test_a_worker_that_dies_is_replaced_and_the_file_asked_again(media):
    with Prober() as prober:
        prober.probe(media("rgb.png"))
        assert prober.pid is not None
        os.kill(prober.pid, signal.SIGKILL)
        assert isinstance(prober.probe(media("rgb.png")), MediaFacts)


def test_a_worker_that_hangs_is_killed(media):
    with Prober(silence_s=3.0) as prober:
        prober.probe(media("rgb.png"))
        assert prober.pid is not None
        hung = prober.pid
        os.kill(hung, signal.SIGSTOP)
        assert isinstance(prober.probe(media("rgb.png")), MediaFacts)
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)


def test_a_picture_that_eats_memory_is_refused_and_the_worker_lives_on(prober, folder):
    path = folder / "wide.tif"
    quadrants((9000, 7000)).convert("CMYK").save(path, compression="tiff_lzw")
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    prober.probe(str(folder / "cut.png"))
    before = prober.pid
    prober.probe(str(path))
    assert prober.pid == before is not None


def test_a_name_is_meant_from_where_the_command_was_given(media, monkeypatch):
    path = Path(media("rgb.png"))
    monkeypatch.chdir(path.parent)
    with Prober() as prober:
        assert isinstance(prober.probe(path.name), MediaFacts)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_a_worker_that_can_take_no_more_files_is_replaced_and_the_file_not_held_guilty(media):
    with Prober() as prober:
        assert isinstance(prober.probe(media("rgb.png")), MediaFacts)
        assert prober.pid is not None
        most = len(os.listdir(f"/proc/{prober.pid}/fd"))
        resource.prlimit(prober.pid, resource.RLIMIT_NOFILE, (most, most))
        assert refused(prober, media("rgb.png")) == refusal.NOT_HANDED_OVER
        assert isinstance(prober.probe(media("rgb.png")), MediaFacts)


@pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
def test_a_player_that_can_open_no_more_files_says_so(prober, media):
    assert isinstance(prober.probe(media("rgb.png")), MediaFacts)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        why = refused(prober, media("rgb.png"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert why == refusal.NOT_HANDED_OVER
    assert isinstance(prober.probe(media("rgb.png")), MediaFacts)
