"""A home in which another user works than the one that owns a file."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from office.place import Place

NOBODY = 65534


@contextmanager
def as_somebody_else(place: Place) -> Iterator[Place]:
    """Gives the home where another user may come, and is that user meanwhile."""
    if os.geteuid() != 0:
        pytest.skip("needs root: files of two owners")
    folder = Path(tempfile.mkdtemp(prefix="wz-keys-", dir="/tmp"))  # nobody else may enter pytest's own
    try:
        folder.chmod(0o755)
        shutil.copytree(place.home, folder / "office")
        for path in (folder / "office", *(folder / "office").rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        yield Place(folder / "office")
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)
