"""What is decided counts at once and is written a moment later: a power cut in between loses nothing that was shown."""

import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest

from player.publication.depot import Depot
from player.publication.receipts import Receipts
from player.publication.signed import Signed
from player.publication.staging import Planned
from player.publication.standing import Standing
from player.state import Moment
from signage.messages import Trusted
from signage.trust import PlaylistTarget, Wanted
from tests.player.publication.repository import NOW

AT = Moment(NOW, 1.0, "ntp")


class Screen:
    """The publications of a screen that has just been switched on."""

    def __init__(self, folder: Path) -> None:
        self.depot = Depot(folder)
        receipts = Receipts(folder / "told.json", lambda *_: None, lambda: AT)
        self.standing = Standing(folder, self.depot, receipts)
        self.standing.open()

    def take(self, number: int, *, flushed: bool) -> bytes:
        """Takes a publication with one playlist, which came just now; gives its text."""
        text = f'title = "{number}"\n[[item]]\ncard = "slogan"\ntext = "{number}"\n'.encode()
        sha256 = hashlib.sha256(text).hexdigest()
        self.depot.part(sha256).write_bytes(text)
        self.depot.admit(sha256, flushed=flushed)
        wanted = Wanted(target=PlaylistTarget(number, "main"), sha256=sha256, size_bytes=len(text))
        signed = Signed(
            versions=Trusted(root=1, targets=number), expires=NOW + dt.timedelta(days=9), heads="", targets=(wanted,)
        )
        self.standing.adopt(signed, (Planned(number=number, texts=(("main", wanted),), media=()),), AT)
        assert self.standing.settle()
        return text

    def shows(self) -> list[int]:
        return [each.plan.number for each in self.standing.shown]


def test_before_it_is_saved_it_is_shown_and_after_a_power_cut_what_was_shown_before_is(tmp_path: Path) -> None:
    screen = Screen(tmp_path)
    screen.take(1, flushed=True)
    screen.standing.save()
    text = screen.take(2, flushed=False)
    assert screen.shows() == [2]
    screen.depot.path(hashlib.sha256(text).hexdigest()).write_bytes(b"")  # its name was kept, its bytes were not
    assert Screen(tmp_path).shows() == [1]


def test_a_text_is_on_the_disk_before_anything_says_that_it_is_on_air(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen, flushed = Screen(tmp_path), list[str]()
    text = screen.take(1, flushed=False)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    screen.standing.save()
    assert flushed[:2] == [hashlib.sha256(text).hexdigest(), "content"]
    assert len(flushed) == 4, "and then what says so, and its folder"
    screen.standing.save()
    assert len(flushed) == 4, "nothing is new"
    assert Screen(tmp_path).shows() == [1]
