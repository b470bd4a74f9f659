"""One broker for the tests that leave it as it is."""

from collections.abc import Iterator

import pytest

from tests.deploy.town import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, needs) -> Iterator[Town]:
    """The shipped broker, running."""
    needs("mosquitto")
    with Town(tmp_path_factory.mktemp("town")) as running:
        yield running
