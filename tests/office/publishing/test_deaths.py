"""A publication that dies at any write leaves the screens what they had, and the next one goes through."""

import itertools
import os
from functools import partial
from pathlib import Path

import pytest

from office.place import Place
from tests.office.people import AT
from tests.office.publishing.town import KIOSK, LED, Office

MOST_WRITES = 100


class DeathError(BaseException):
    """The process ends here."""


@pytest.mark.slow
def test_wherever_it_dies_screens_see_the_old_or_the_new_whole(
    database: None, keyed: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from office.models import Publication
    from office.publishing.publish import renew

    town = Office(keyed, tmp_path)
    shown = town.push(poster=b"first")
    steps, deaths = {name: getattr(os, name) for name in ("fsync", "replace")}, 0
    for fatal in range(1, MOST_WRITES):
        count = itertools.count(1)

        def step(name: str, *words: object, fatal: int = fatal, count: "itertools.count[int]" = count) -> None:
            if next(count) == fatal:
                raise DeathError
            steps[name](*words)

        with monkeypatch.context() as dying:
            for name in steps:
                dying.setattr(os, name, partial(step, name))
            try:
                number = town.push(poster=b"poster %d" % fatal)
            except DeathError:
                deaths += 1
                number = 0
        after = town.shows(LED)
        assert after == town.shows(KIOSK)
        if number:
            assert after == (number,)
            break
        # Behind the head only the commit is left: the new one is seen, and the office does not know of it.
        assert len(after) == 1
        assert after[0] >= shown
        renew(town.place, AT)
        assert (
            town.shows(LED)
            == (shown,)
            == tuple(Publication.objects.filter(state="published").values_list("number", flat=True))
        )
        assert town.client.look().get_targetinfo(f"publication/{shown}/playlists/main.toml") is not None

    assert number, "it never got through"
    assert deaths > 15
