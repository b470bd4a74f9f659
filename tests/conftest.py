"""What all tests share: the components they need, named and required."""

import os
import shutil
from collections.abc import Callable, Iterator

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


@pytest.fixture(autouse=True)
def ordinary_scheduling() -> Iterator[None]:
    """Fails a test that leaves this process with a real-time priority: one loop of a later test would stop the machine.

    Encoders take it for themselves when they run as root, and every child gets it.
    """
    yield
    if hasattr(os, "sched_getscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        pytest.fail("this process has a real-time priority now")
