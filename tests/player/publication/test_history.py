"""What was on air can be said later, also of what is withdrawn by now."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.content.library import PlaylistFile
from player.publication.folder_source import FolderSource
from player.publication.history import KEPT, MOST_AIRED, NAME, History, HistoryFile, noted, read_history
from player.publication.published import Published
from tests.player.publication.conftest import SCREEN, Follow
from tests.player.publication.repository import NOW, Repository

HOUR = dt.timedelta(hours=1)


def published(number: int, text: str = "a", mtime_ns: int = 1) -> Published:
    playlist = PlaylistFile(name="morning", path="/x", text=text.encode(), mtime_ns=mtime_ns)
    return Published(number=number, playlists=(playlist,))


def numbers(history: History, at: dt.datetime) -> tuple[int, ...]:
    return tuple(each.number for each in history.at(at))


def test_each_publication_was_on_air_from_when_it_came_until_it_went() -> None:
    history = noted(History(), [published(1)], NOW)
    history = noted(history, [published(2), published(1)], NOW + HOUR)
    history = noted(history, [published(2)], NOW + 2 * HOUR)
    moments = [NOW - HOUR, NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 9 * HOUR]
    assert [numbers(history, at) for at in moments] == [(), (1,), (2, 1), (2,), (2,)]
    assert history.edges(NOW, NOW + 9 * HOUR) == (NOW + HOUR, NOW + 2 * HOUR)


def test_what_is_withdrawn_and_published_again_was_away_in_between() -> None:
    history = noted(History(), [published(1)], NOW)
    history = noted(history, [], NOW + HOUR)
    history = noted(history, [published(1)], NOW + 2 * HOUR)
    assert [numbers(history, NOW + h * HOUR) for h in range(3)] == [(1,), (), (1,)]


def test_the_same_publication_after_a_restart_is_no_news_but_another_text_is() -> None:
    history = noted(History(), [published(1)], NOW)
    assert noted(history, [published(1, mtime_ns=2)], NOW + HOUR) is history
    assert noted(history, [published(1, "b")], NOW + HOUR).at(NOW + HOUR)[0].playlists[0].text == b"b"


@given(st.lists(st.tuples(st.integers(0, 60), st.sets(st.integers(1, 4))), max_size=30))
def test_at_each_time_it_says_what_was_noted_last(story: list[tuple[int, set[int]]]) -> None:
    history, at = History(), NOW
    for pause, shown in story:
        at += pause * HOUR + dt.timedelta(seconds=1)
        history = noted(history, [published(number) for number in shown], at)
        assert set(numbers(history, at)) == shown
        assert all(each.until is None or each.until > at - KEPT for each in history.aired)


def test_it_is_bounded_and_what_is_on_air_stays() -> None:
    history = noted(History(), [published(1)], NOW)
    for second in range(2 * MOST_AIRED):
        shown = [published(1), *([published(2)] if second % 2 else [])]
        history = noted(history, shown, NOW + dt.timedelta(seconds=second))
    assert len(history.aired) <= MOST_AIRED
    assert 1 in numbers(history, NOW + HOUR)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"aired": 3}'])
def test_a_file_that_cannot_be_read_is_an_empty_history_and_is_written_anew(tmp_path: Path, text: bytes) -> None:
    (tmp_path / NAME).write_bytes(text)
    assert read_history(tmp_path) == History()
    HistoryFile(tmp_path).note((published(1),), NOW)
    assert numbers(read_history(tmp_path), NOW) == (1,)


@pytest.mark.parametrize("what", ["no offset", "nested", "pipe", "folder"])
def test_whatever_lies_in_its_place_is_put_aside_and_the_history_begins_anew(tmp_path: Path, what: str) -> None:
    path = tmp_path / NAME
    match what:
        case "no offset":
            HistoryFile(tmp_path).note((published(1),), NOW)
            path.write_bytes(path.read_bytes().replace(b"+08:00", b"").replace(b"Z", b""))
        case "nested":
            path.write_bytes(b'{"x": ' + b"[" * 100_000)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
    assert read_history(tmp_path) == History()
    HistoryFile(tmp_path).note((published(1),), NOW)
    assert numbers(read_history(tmp_path), NOW) == (1,)


def test_a_disk_that_does_not_take_it_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    HistoryFile(tmp_path / "file").note((published(1),), NOW)


def test_a_screen_knows_after_a_withdrawal_what_it_had_on_air(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    screen = follow(FolderSource(office.folder, look_every_s=0.05))
    screen.shows(1)
    office.assign(SCREEN)
    office.head()
    screen.shows()
    screen.publications.stop()
    (aired,) = read_history(tmp_path / "state" / "published").aired
    assert (aired.published.number, [m.name for m in aired.published.media]) == (1, ["a.png"])
    assert aired.until is not None
