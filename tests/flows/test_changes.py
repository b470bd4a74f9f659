"""Files and playlists change while they play: captured, not a black and not a foreign frame."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.judge import flat, verdicts
from tests.flows.stagehand import TICKER, Stagehand, film, picture, wait_until, write_whole

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("capture"), pytest.mark.timeout(60)]

FILM, OTHER, STILL = (40, 180, 190), (190, 60, 190), (210, 40, 40)
ALLOWED = [flat(FILM), flat(OTHER), flat(STILL)]


@pytest.fixture
def stage(tmp_path: Path) -> Stagehand:
    stage = Stagehand(tmp_path, ticker=True)
    film(stage.media / "film.mp4", FILM, seconds=2)
    film(tmp_path / "other.mp4", OTHER, seconds=2)
    picture(stage.media / "still.png", STILL)
    stage.playlist("ticker", TICKER.format("不轻信　不透露　不转账"))
    return stage


def items(*names: str, transition: str = "cut") -> str:
    parts = [f'transition = "{transition}"\nfit = "stretch"\ndwell_s = 1\n']
    return "\n".join(parts + [f'[[item]]\nmedia = "{name}"\n' for name in names])


def slots(stage: Stagehand) -> int:
    return len({line["slot"] for line in stage.traced()})


def seen_while(stage: Stagehand, change: Callable[[], object], more: int = 3) -> list[bytes]:
    """Films a change: begins when a slot runs, and ends when some more have begun."""
    with stage:
        wait_until(lambda: stage.traced() and stage.traced()[-1]["item"] > 0, 25, "the first item")
        with stage.film() as camera:
            began = slots(stage)
            change()
            wait_until(lambda: slots(stage) >= began + more, 25, "some slots more")
            return [frame.value for frame in camera.seen()]


def holds(stage: Stagehand) -> None:
    wait_until(lambda: stage.holders("film.mp4"), 10, "a worker that reads the film")


CHANGES: dict[str, tuple[tuple[str, ...], Callable[[Stagehand], object]]] = {
    "one film, over and over": (("film.mp4",), holds),
    "one picture, over and over": (("still.png",), lambda stage: None),
    "another text in the ticker": (
        ("still.png", "film.mp4"),
        lambda stage: stage.playlist("ticker", TICKER.format("先核实　再转账　反诈专线 96110")),
    ),
    "the same playlist again": (
        ("film.mp4", "still.png"),
        lambda stage: stage.playlist("main", items("film.mp4", "still.png")),
    ),
    "another playlist": (
        ("film.mp4", "still.png"),
        lambda stage: stage.playlist("main", items("still.png", "film.mp4", "still.png", transition="fade")),
    ),
    "a film replaced by a rename": (
        ("film.mp4", "still.png"),
        lambda stage: (holds(stage), write_whole(stage.media / "film.mp4", (stage.folder / "other.mp4").read_bytes())),
    ),
    "a film overwritten in place": (
        ("film.mp4", "still.png"),
        lambda stage: (holds(stage), shutil.copyfile(stage.folder / "other.mp4", stage.media / "film.mp4")),
    ),
    "a film taken down": (
        ("film.mp4", "still.png"),
        lambda stage: (holds(stage), (stage.media / "film.mp4").unlink()),
    ),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_nothing_black_or_foreign_is_seen(stage: Stagehand, name: str) -> None:
    names, change = CHANGES[name]
    stage.playlist("main", items(*names))
    seen = seen_while(stage, lambda: change(stage))
    total, black, foreign = verdicts(seen, ALLOWED)
    assert total > 60
    assert (black, foreign) == (0, 0)
