"""Says which office this process serves."""

from pathlib import Path

from django.conf import settings

from office.place import Place


def place() -> Place:
    """Gives the paths of the office that Django was set up for."""
    return Place(Path(settings.WUZHA_HOME))
