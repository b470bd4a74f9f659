"""What is decided counts at once and is written a moment later: a power cut in between loses nothing that was shown."""

import datetime as dt
import hashlib
import json
import os
from pathlib import Path

import pytest

from player.decode.refusal import CRASHED, HANGS
from player.publication.depot import Depot
from player.publication.receipts import Receipts
from player.publication.signed import Signed
from player.publication.staging import Lacks, Planned, Refusal
from player.publication.standing import Standing
from player.quarantine import TERMS_S, URGENT_TERMS_S
from player.state import Moment
from signage.errors import Words
from signage.media import MediaFacts
from signage.messages import Trusted
from signage.trust import MediaTarget, PlaylistTarget, Wanted
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
    assert len(flushed) == 6, "and then what says so, and what was on air when, each with its folder"
    screen.standing.save()
    assert len(flushed) == 6, "nothing is new"
    assert Screen(tmp_path).shows() == [1]


class Clock:
    """Both clocks, which a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def wall(self) -> dt.datetime:
        return NOW + dt.timedelta(seconds=self.now)


BROKEN = Words("解码进程中断", "the decoder broke")


class Shower:
    """A screen with one publication of two pictures: a normal playlist, and an emergency that shows one of them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock, self.depot = clock, Depot(folder)
        receipts = Receipts(folder / "told.json", lambda *_: None, lambda: AT)
        self.standing = Standing(folder, self.depot, receipts, clock.wall, lambda: clock.now)
        self.standing.open()

    def put(self, target: PlaylistTarget | MediaTarget, content: bytes) -> Wanted:
        sha256 = hashlib.sha256(content).hexdigest()
        self.depot.part(sha256).write_bytes(content)
        self.depot.admit(sha256)
        return Wanted(target=target, sha256=sha256, size_bytes=len(content))

    def take(self, *, judged: bool = True) -> dict[str, Wanted]:
        lists = {
            "main": b'[[item]]\nmedia = "*"\n',
            "alert": b'rank = "emergency"\n[[item]]\nmedia = "urgent.png"\n',
        }
        texts = tuple((stem, self.put(PlaylistTarget(7, stem), body)) for stem, body in lists.items())
        media = {n: self.put(MediaTarget(7, n), n.encode()) for n in ("plain.png", "urgent.png")}
        for wanted in media.values() if judged else ():
            self.depot.keep_facts(wanted.sha256, MediaFacts(kind="image"))
        signed = Signed(
            versions=Trusted(root=1, targets=1), expires=NOW + dt.timedelta(days=9), heads="",
            targets=(*(w for _, w in texts), *media.values()),
        )  # fmt: skip
        plan = Planned(number=7, texts=texts, media=tuple(media.items()))
        self.standing.adopt(signed, (plan,), AT)
        self.standing.settle()
        return media

    def shows(self) -> list[str]:
        if self.standing.is_release_due():
            self.standing.settle()
        return [medium.name for each in self.standing.shown for medium in each.published.media]


def test_a_published_file_in_quarantine_is_told_and_ends_by_time(tmp_path: Path) -> None:
    clock = Clock()
    screen = Shower(tmp_path, clock)
    sha256 = screen.take()["plain.png"].sha256
    for term_s in TERMS_S:
        screen.standing.quarantine({sha256: BROKEN})
        assert screen.shows() == ["urgent.png"]
        (told,) = screen.standing.quarantined()
        assert (told.name, told.sha256, told.publication) == ("plain.png", sha256, 7)
        assert dt.datetime.fromisoformat(told.until) == clock.wall() + dt.timedelta(seconds=term_s)
        ends_s = screen.standing.quarantine_ends_s()
        assert ends_s is not None
        assert 0 < ends_s <= term_s
        clock.now += term_s - 1
        assert screen.shows() == ["urgent.png"]
        clock.now += 1
        assert screen.shows() == ["plain.png", "urgent.png"]
        assert screen.standing.quarantined() == ()


def test_an_emergency_is_tried_again_after_a_pause_and_others_play_meanwhile(tmp_path: Path) -> None:
    clock = Clock()
    screen = Shower(tmp_path, clock)
    sha256 = screen.take()["urgent.png"].sha256
    for pause_s in (*URGENT_TERMS_S, URGENT_TERMS_S[-1]):
        screen.standing.quarantine({sha256: BROKEN})
        assert screen.shows() == ["plain.png"]
        clock.now += pause_s - 1
        assert screen.shows() == ["plain.png"]
        clock.now += 1
        assert screen.shows() == ["plain.png", "urgent.png"]
        assert [each.name for each in screen.standing.quarantined()] == ["urgent.png"], "it is still an alarm"


def test_a_term_is_written_down_and_outlasts_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    screen = Shower(tmp_path, clock)
    sha256 = screen.take()["plain.png"].sha256
    screen.standing.quarantine({sha256: BROKEN})
    screen.standing.settle()
    screen.standing.save()
    clock.now += 60.0
    again = Shower(tmp_path, clock)
    assert again.shows() == ["urgent.png"]
    again.standing.settle()
    assert again.shows() == ["urgent.png"]
    clock.now += TERMS_S[0]
    assert again.shows() == ["plain.png", "urgent.png"]


def test_what_an_older_version_put_aside_by_hash_alone_takes_nothing_off_that_was_signed(tmp_path: Path) -> None:
    screen = Shower(tmp_path, Clock())
    sha256 = screen.take()["plain.png"].sha256
    screen.standing.save()
    kept = json.loads((tmp_path / "kept.json").read_text())
    kept["quarantined"] = {sha256: {"zh": BROKEN.zh, "en": BROKEN.en}}
    (tmp_path / "kept.json").write_text(json.dumps(kept))
    assert Shower(tmp_path, Clock()).shows() == ["plain.png", "urgent.png"]


@pytest.mark.parametrize("why", [CRASHED, HANGS])
def test_a_published_file_that_takes_down_its_judge_is_asked_again_and_any_other_refusal_stands(
    tmp_path: Path, why: Words
) -> None:
    clock = Clock()
    screen = Shower(tmp_path, clock)
    wanted = screen.take(judged=False)["plain.png"]
    screen.standing.cannot_show(wanted, why)
    screen.standing.settle()
    assert isinstance(screen.standing.stages[7], Refusal)
    clock.now += URGENT_TERMS_S[0]
    assert screen.standing.is_release_due()
    screen.standing.settle()
    assert isinstance(screen.standing.stages[7], Lacks), "the publication has an emergency"
    screen.standing.cannot_show(wanted, Words("不是图片", "no picture"))
    clock.now += TERMS_S[-1]
    screen.standing.settle()
    assert isinstance(screen.standing.stages[7], Refusal)
