"""A stick is read while the network gives nothing, and the network when it is back."""

import shutil
import threading
from pathlib import Path

import pytest

from player.publication.either_source import AWAY_S, EitherSource
from player.publication.folder_source import FolderSource
from player.publication.http_source import HttpSource
from player.publication.sources import NotThereError, SourceError, TooLargeError, gathered
from tests.player.publication.conftest import SCREEN, Follow
from tests.player.publication.repository import Repository
from tests.player.publication.servers import serving
from tests.ports import free_port


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def nowhere() -> HttpSource:
    return HttpSource(f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("later", [False, True], ids=["there from the start", "plugged in later"])
def test_what_the_stick_has_goes_on_air_without_a_network(
    office: Repository, follow: Follow, tmp_path: Path, later: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("player.publication.publications.HOUSE_EVERY_S", 0.05)
    stick = tmp_path / "stick"
    if not later:
        shutil.copytree(office.folder, stick)
    source = EitherSource(nowhere(), FolderSource(stick, look_every_s=0.05))
    screen = follow(source, first_delay_s=3600.0 if later else 0.05)
    if later:
        screen.wait_for(
            lambda: any("cannot be reached" in note.en or "refused" in note.en for note in screen.latest.notes)
        )
        shutil.copytree(office.folder, stick)
    screen.shows(1)
    assert screen.steps(1)[:4] == ["heard", "verified", "fetched", "staged"]
    assert screen.latest.notes == ()


def test_a_stick_that_somebody_made_up_is_not_believed(office: Repository, follow: Follow, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(office.anchor)
    thief = Repository(tmp_path / "thief")
    thief.publish(1, {"morning": b'[[item]]\ncard = "slogan"\ntext = "x"\n'})
    thief.assign(SCREEN, (1, ("morning",)))
    thief.head()
    screen = follow(EitherSource(nowhere(), FolderSource(thief.folder, look_every_s=0.05)))
    screen.wait_for(lambda: (0, "refused") in screen.told)
    assert screen.numbers == ()


def test_an_old_stick_in_its_slot_is_no_word_of_the_office_but_is_not_believed(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    shutil.copytree(office.folder, tmp_path / "stick")
    office.publish(2, {"morning": b'[[item]]\ncard = "slogan"\ntext = "x"\n'})
    office.assign(SCREEN, (2, ("morning",)))
    office.head()
    follow(FolderSource(office.folder)).shows(2)

    screen = follow(EitherSource(nowhere(), FolderSource(tmp_path / "stick", look_every_s=0.05)))
    screen.wait_for(lambda: any("older version" in note.en for note in screen.latest.notes))
    assert screen.numbers == (2,)
    assert (0, "refused") not in screen.told


def test_the_network_goes_first_and_again_when_it_is_back(office: Repository, tmp_path: Path) -> None:
    clock, stick = Clock(), tmp_path / "stick"
    shutil.copytree(office.folder, stick)
    (stick / "metadata" / "timestamp.json").write_bytes(b"of the stick")
    with serving(office.folder) as server:
        server.misdeeds.append(lambda handler, path: handler.answer(503) is None if clock.now < 10 else False)
        source = EitherSource(HttpSource(server.url), FolderSource(stick), clock)
        assert source.metadata("timestamp.json", 9999) == b"of the stick"
        asked = len(server.asked)
        assert source.is_away
        assert source.metadata("timestamp.json", 9999) == b"of the stick"
        assert len(server.asked) == asked, "it is not asked again at every file"
        clock.now = AWAY_S
        assert source.metadata("timestamp.json", 9999) == office.read("timestamp.json")
        assert not source.is_away
        with pytest.raises(NotThereError):
            source.metadata("9.root.json", 9999)
        with pytest.raises(TooLargeError):
            source.metadata("timestamp.json", 3)
        assert not source.is_away, "a server that answers is there"
        source.close()


def test_a_file_that_the_server_lacks_comes_from_the_stick(office: Repository, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    shutil.copytree(office.folder, stick)
    [name] = [path.name for path in (stick / "content").iterdir() if path.read_bytes() == b"one"]
    (office.folder / "content" / name).unlink()
    with serving(office.folder) as server:
        source = EitherSource(HttpSource(server.url), FolderSource(stick))
        with source.content(name, 2, "of a former try") as opened:
            assert (opened.start, gathered(opened.chunks, 99)) == (0, b"one")
        with pytest.raises(NotThereError, match="server"), source.content("0" * 64, 0, ""):
            pass
        source.close()


def test_without_either_it_is_the_network_that_is_complained_of(tmp_path: Path) -> None:
    source = EitherSource(nowhere(), FolderSource(tmp_path / "stick"))
    with pytest.raises(NotThereError):
        source.metadata("2.root.json", 9999)
    for _ in range(2):
        with pytest.raises(SourceError) as error:
            source.metadata("timestamp.json", 9999)
        assert not isinstance(error.value, NotThereError)
    assert source.is_unchanged()
    assert source.look_every_s <= AWAY_S
    source.close()


def test_a_folder_that_answers_with_an_error_has_not_come(tmp_path: Path) -> None:
    dead = FolderSource(tmp_path / ("n" * 300))  # ENAMETOOLONG, in place of a dead share's EHOSTDOWN
    assert not dead.has_come()
    assert dead.is_unchanged()


def test_the_folder_is_not_asked_while_the_network_gives_something(office: Repository, tmp_path: Path) -> None:
    asked = []

    class Asked(FolderSource):
        def has_come(self) -> bool:
            asked.append(source.is_away)
            return True

    with serving(office.folder) as server:
        source = EitherSource(HttpSource(server.url), Asked(tmp_path / "stick"))
        source.metadata("timestamp.json", 9999)
        assert (source.has_come(), asked) == (False, [])
        server.misdeeds.append(lambda handler, path: handler.answer(503) is None)
        with pytest.raises(SourceError):
            source.metadata("timestamp.json", 9999)
        assert (source.has_come(), asked) == (True, [False, True]), "as it was when the network went, and now"
        source.close()


def test_a_read_that_hangs_is_ended_from_another_thread(office: Repository, tmp_path: Path) -> None:
    with serving(office.folder) as server:
        begun = threading.Event()
        server.misdeeds.append(lambda handler, path: bool(begun.set() or server.over.wait(30)))
        source = EitherSource(HttpSource(server.url), FolderSource(tmp_path / "stick"))

        def interrupt() -> None:
            begun.wait(30)
            source.interrupt()

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(SourceError):
            source.metadata("timestamp.json", 9999)
        thread.join()
        source.close()
