"""Sample media, made once a session, and workers to show them with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.decode.prober import Prober
from tests.samples.make_media import make
from tests.samples.showing import Viewer, viewer


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Gives the path of a sample by its name."""
    folder = tmp_path_factory.mktemp("media")
    return lambda name: str(make(name, folder))


@pytest.fixture(scope="module")
def prober() -> Iterator[Prober]:
    with Prober() as one:
        yield one


@pytest.fixture(scope="module")
def flat() -> Iterator[Viewer]:
    """A zone of the samples' size."""
    with viewer((160, 96)) as one:
        yield one


@pytest.fixture(scope="module")
def tall() -> Iterator[Viewer]:
    """A zone of the samples' size, upended."""
    with viewer((96, 160)) as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
