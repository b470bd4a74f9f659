"""Hints come when something changed, and their absence is told."""

import os
import threading
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from player.content.folders import RETRY_S, Hints


class Hinted:
    def __init__(self) -> None:
        self.event = threading.Event()
        self.hints = Hints(self.event.set)

    def soon(self) -> bool:
        """Whether a hint came; and ready for the next."""
        came = self.event.wait(5)
        self.event.clear()
        return came


@pytest.fixture
def hinted():
    it = Hinted()
    yield it
    it.hints.stop()


def test_a_file_written_moved_and_deleted_gives_hints(tmp_path: Path, hinted: Hinted) -> None:
    hinted.hints.follow(str(tmp_path), (1, 1), 0.0)
    (tmp_path / "海报.png").write_bytes(b"1")
    assert hinted.soon()
    (tmp_path / "海报.png").rename(tmp_path / "b.png")
    assert hinted.soon()
    (tmp_path / "b.png").unlink()
    assert hinted.soon()
    assert hinted.hints.trouble is None


def test_a_folder_made_later_is_watched_too(tmp_path: Path, hinted: Hinted) -> None:
    hinted.hints.follow(str(tmp_path), (1, 1), 0.0)
    (tmp_path / "sub").mkdir()
    assert hinted.soon()
    (tmp_path / "sub" / "a.png").write_bytes(b"1")
    assert hinted.soon()


def test_reading_gives_no_hint(tmp_path: Path, hinted: Hinted) -> None:
    (tmp_path / "a.png").write_bytes(b"1")
    hinted.hints.follow(str(tmp_path), (1, 1), 0.0)
    (tmp_path / "a.png").read_bytes()
    list(os.scandir(tmp_path))
    assert not hinted.event.wait(0.3)


def test_a_folder_made_anew_is_watched_again(tmp_path: Path, hinted: Hinted) -> None:
    media = tmp_path / "media"
    media.mkdir()
    hinted.hints.follow(str(media), (1, 1), 0.0)
    media.rmdir()
    hinted.hints.follow(str(media), (1, 1), 0.5)
    media.mkdir()
    hinted.hints.follow(str(media), (1, 2), 1.0)
    hinted.event.clear()
    (media / "a.png").write_bytes(b"1")
    assert hinted.soon()


class RefusedObserver(BaseObserver):
    """The system's limit of watches is reached."""

    limit_reached = True

    def __init__(self) -> None:
        super().__init__(lambda *a, **k: None)

    def schedule(self, *args: object, **keys: object) -> object:
        raise OSError(28, "inotify watch limit reached")


def test_at_the_limit_of_watches_it_says_so_and_tries_again_later(tmp_path: Path) -> None:
    made: list[str] = []

    def make() -> BaseObserver:
        made.append("")
        if len(made) == 1:
            raise OSError(24, "inotify instance limit reached")
        return Observer()

    hints = Hints(lambda: None, make)
    hints.follow(str(tmp_path), (1, 1), 0.0)
    assert hints.trouble is not None
    assert "max_user_watches" in hints.trouble.zh
    hints.follow(str(tmp_path), (1, 1), RETRY_S - 1)
    assert len(made) == 1
    hints.follow(str(tmp_path), (1, 1), RETRY_S + 1)
    assert hints.trouble is None
    hints.stop()


def test_a_watch_that_is_refused_is_trouble(tmp_path: Path) -> None:
    hints = Hints(lambda: None, RefusedObserver)
    hints.follow(str(tmp_path), (1, 1), 0.0)
    assert hints.trouble is not None
    hints.stop()


def test_an_observer_that_died_is_replaced(tmp_path: Path) -> None:
    made: list[BaseObserver] = []
    hinted = threading.Event()

    def make() -> BaseObserver:
        made.append(Observer())
        return made[-1]

    hints = Hints(hinted.set, make)
    hints.follow(str(tmp_path), (1, 1), 0.0)
    made[0].stop()
    made[0].join()
    hints.follow(str(tmp_path), (1, 1), 1.0)
    assert len(made) == 2
    (tmp_path / "a.png").write_bytes(b"1")
    assert hinted.wait(5)
    hints.stop()
