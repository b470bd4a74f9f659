"""What all tests share: the components they need, named and required."""

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def needs() -> Callable[..., None]:
    """Skips a test whose outside program is not installed, or fails it where everything must be there."""

    def require(*programs: str) -> None:
        missing = [p for p in programs if shutil.which(p) is None]
        if not missing:
            return
        reason = f"not installed: {', '.join(missing)}"
        if os.environ.get("WUZHA_TEST_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return require
