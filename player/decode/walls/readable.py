"""What a worker may still read by name: Python's own files, ours, and fonts. Media comes to it as open descriptors."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
"""Holds `player` and `signage`; in a checkout the state and media folders may lie beside them."""
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def readable_paths(fonts: Iterable[Path], search: Iterable[str] | None = None) -> tuple[str, ...]:
    """Returns folders and files under which a worker may read; `search` is where Python looks for modules."""
    ours = [str(_ROOT / "player"), str(_ROOT / "signage")]
    python = [entry for entry in (sys.path if search is None else search) if _is_python(entry)]
    return tuple(dict.fromkeys([*python, *ours, *map(str, fonts)]))


def _is_python(entry: str) -> bool:
    """Says whether a place holds modules and nothing else: not whatever was put on Python's path by a developer."""
    if not os.path.isabs(entry):
        return False
    parts = Path(entry).parts
    return (
        any(part in _PACKAGE_FOLDERS for part in parts)
        or os.path.commonpath([os.path.realpath(entry), _STDLIB]) == _STDLIB
    )


_STDLIB = os.path.dirname(os.path.realpath(os.__file__))
