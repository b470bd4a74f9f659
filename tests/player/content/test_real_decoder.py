"""One new file, whole: dropped into a real folder, decoded by the real worker."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.content.ingest import Ingest
from player.content.store import Store
from player.decode.prober import Prober
from tests.player.content.bench import Bench, put


def png(width_px: int, height_px: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + os.urandom(3 * width_px) for _ in range(height_px))
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def prober() -> Iterator[Prober]:
    with Prober() as prober:
        yield prober


def test_a_picture_is_refused_while_half_and_listed_when_whole(bench: Bench, prober: Prober) -> None:
    store = Store(str(bench.top / "state"))
    ingest = Ingest(bench.folders, bench.lists, store, prober.probe, on_change=bench.changed.set)
    bench.running.append(ingest)
    ingest.start()
    whole = png(64, 48)
    name = "反" * 83 + "ab.png"
    put(bench.media / name, whole[: len(whole) // 2])
    library = bench.until(ingest, lambda lib: len(lib.refused) == 1)
    assert library.media == ()
    with Path(bench.media / name).open("ab") as out:
        out.write(whole[len(whole) // 2 :])
    library = bench.until(ingest, lambda lib: len(lib.media) == 1)
    assert library.refused == ()
    facts = library.media[0].facts
    assert (facts.kind, facts.width_px, facts.height_px) == ("image", 64, 48)


def test_names_with_emoji_spaces_and_two_spellings_reach_the_decoder(bench: Bench, prober: Prober) -> None:
    store = Store(str(bench.top / "state"))
    ingest = Ingest(bench.folders, bench.lists, store, prober.probe, on_change=bench.changed.set)
    bench.running.append(ingest)
    spellings = ["海报 第 1 张 🚨.png", "e\u0301.png", " a.png", "b .PNG", "'\"$(x);.png"]
    for spelling in spellings:
        put(bench.media / spelling, png(8, 8))
    ingest.start()
    library = bench.until(ingest, lambda lib: len(lib.media) == len(spellings))
    assert {m.path for m in library.media} == {str(bench.media / s) for s in spellings}
