"""No black and no foreign frame between any two kinds of item, nor while files and playlists change: captured."""

import sys
from pathlib import Path

import pytest

from tests.flows.gapless import KINDS, circuit, order, show

pytestmark = [pytest.mark.xdist_group("capture"), pytest.mark.timeout(150)]


def test_the_circuit_has_every_ordered_pair_once_and_a_kind_after_itself_looks_different():
    items = order()
    pairs = [(a, b) for a, b in zip(items, [*items[1:], items[0]], strict=True)]
    assert sorted({(a[0], b[0]) for a, b in pairs}) == sorted((a, b) for a in KINDS for b in KINDS)
    assert len(circuit(6)) == 36
    assert all(a != b for a, b in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("transition", ["cut", "fade"])
def test_no_kind_after_any_other_shows_black_or_anything_foreign(tmp_path: Path, transition: str) -> None:
    pairs = show(tmp_path, transition)
    sys.stdout.write("".join(f"{pair.line()}\n" for pair in pairs))
    assert {(pair.before, pair.after) for pair in pairs} == {(a, b) for a in KINDS for b in KINDS}
    assert [pair.line() for pair in pairs if pair.black or pair.foreign or pair.captured < 10] == []
