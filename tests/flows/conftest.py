"""What every flow needs."""

import pytest


@pytest.fixture(autouse=True)
def programs(needs):
    needs("Xvfb", "ffmpeg")
