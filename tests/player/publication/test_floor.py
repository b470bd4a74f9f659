"""The versions that were trusted outlast a power cut, and go down for nobody but a new root with new keys."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.publication.floor import Floor, checked, read_floor, write_floor
from player.publication.signed import Signed
from signage.messages import Trusted
from signage.trust import TrustError
from tests.player.publication.repository import NOW

VERSIONS = st.builds(
    Trusted, **{role: st.integers(0, 5) for role in ("root", "timestamp", "snapshot", "targets", "assign")}
)


def signed(versions: Trusted, heads: str = "keys") -> Signed:
    return Signed(versions=versions, expires=NOW, heads=heads)


@given(VERSIONS, VERSIONS)
def test_no_version_ever_goes_down(before: Trusted, now: Trusted) -> None:
    floor = Floor(trusted=before, heads="keys")
    lower = any(getattr(now, role) < getattr(before, role) for role in now.__struct_fields__)
    if lower:
        with pytest.raises(TrustError, match="went back"):
            checked(floor, signed(now))
    else:
        assert checked(floor, signed(now)).trusted == now


def test_new_keys_under_a_newer_root_begin_anew_but_for_the_root() -> None:
    floor = Floor(trusted=Trusted(root=1, timestamp=2**40, snapshot=2**40, targets=9, assign=9), heads="old")
    after = checked(floor, signed(Trusted(root=2, timestamp=1, snapshot=1, targets=1, assign=1), "new"))
    assert after == Floor(trusted=Trusted(root=2, timestamp=1, snapshot=1, targets=1, assign=1), heads="new")
    with pytest.raises(TrustError):
        checked(floor, signed(Trusted(root=1, timestamp=1, snapshot=1, targets=1, assign=1), "new"))
    with pytest.raises(TrustError):
        checked(floor, signed(Trusted(root=2, timestamp=1, snapshot=1, targets=1, assign=1), "old"))


def test_it_is_read_as_it_was_written_and_nothing_is_the_lowest(tmp_path: Path) -> None:
    path = tmp_path / "published" / "floor.json"
    assert read_floor(path) == Floor()
    floor = Floor(trusted=Trusted(root=1, timestamp=2**53), heads="keys")
    write_floor(path, floor)
    assert read_floor(path) == floor
    path.write_bytes(msgspec.json.encode({"trusted": 5}))
    assert read_floor(path) == Floor()
    assert path.with_suffix(".broken").exists()
