"""Walls around a worker: what it cannot do to this machine when a file takes it over."""

import os
import sys


def enter(*, low: bool) -> tuple[str, ...]:
    """Raises every wall this system has and names those that stand."""
    return ()


def trim() -> None:
    """Gives memory that is no longer used back to the system."""
