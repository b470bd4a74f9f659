"""What a worker may read by name holds nothing of the user's."""

import sys
from pathlib import Path

import pytest

from player.decode.walls.readable import readable_paths

ROOT = Path(__file__).resolve().parents[4]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux asks")


def test_in_a_checkout_the_folders_beside_the_code_are_not_readable():
    allowed = [Path(path) for path in readable_paths([], [str(ROOT), *sys.path])]
    assert ROOT / "player" in allowed
    for hidden in (ROOT, ROOT / "var", ROOT / "media", ROOT / "playlists", ROOT / "kiosk_config.toml", Path.home()):
        assert not [path for path in allowed if hidden == path or path in hidden.parents]


@pytest.mark.parametrize("entry", ["", ".", "relative", "/", "/home/kiosk", "/srv/signage", "/usr", "/usr/lib"])
def test_what_somebody_put_on_pythons_path_is_not_readable_for_it(entry):
    assert entry not in readable_paths([], [entry])


def test_python_packages_and_fonts_are_readable():
    packages = "/usr/lib/python3/dist-packages"
    allowed = readable_paths([Path("/usr/share/fonts")], [packages, *sys.path])
    assert packages in allowed
    assert "/usr/share/fonts" in allowed
    assert any(path.endswith("site-packages") for path in allowed)
    assert str(Path(sys.modules["os"].__file__ or "").parent) in allowed
