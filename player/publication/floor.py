"""The versions that were trusted once, kept so that a power cut does not lose them.

python-tuf renames its files without flushing them: after a power cut its memory of what it trusted may be gone, and an
old head would be news again. Rule: what is checked here is written here before it is acted on.
"""

import logging
from pathlib import Path

import msgspec

from player.durable import write_whole
from player.publication.signed import OlderError, Signed
from player.state_files import NotOursError, load_state, put_aside
from signage.errors import Words
from signage.messages import Trusted
from signage.trust import raised, went_back

log = logging.getLogger(__name__)


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `floor.json`."""

    v: int = 1
    trusted: Trusted = Trusted()
    heads: str = ""
    """The keys of timestamp and snapshot, as `Signed.heads` names them."""


def checked(floor: Floor, signed: Signed) -> Floor:
    """Gives the floor after this metadata. Raises TrustError when some version is lower than one trusted before."""
    before = floor.trusted
    if floor.heads and signed.heads != floor.heads and signed.versions.root > before.root:
        # Whoever stole the online keys may have signed version 2^62. A new root with other keys is the way back
        # (TUF specification, 5.3.11); only the root's own version still counts.
        before = Trusted(root=before.root)
    back = went_back(before, signed.versions)
    if back:
        told = ", ".join(f"{role} {getattr(signed.versions, role)} < {getattr(before, role)}" for role in back)
        raise OlderError(
            Words(zh=f"版本倒退，可能有人在重放旧文件（{told}）", en=f"versions went back, a replay perhaps: {told}")
        )
    return Floor(trusted=raised(before, signed.versions), heads=signed.heads)


def read_floor(path: Path) -> Floor:
    """Gives what was kept; the lowest floor when there is nothing. Raises OSError when it cannot be read."""
    try:
        return load_state(path, Floor)
    except FileNotFoundError:
        return Floor()
    except NotOursError as error:
        log.error("%s is not a floor of ours (%s); put aside", path.name, error)
        put_aside(path, path.with_suffix(".broken"))
        return Floor()


def write_floor(path: Path, floor: Floor) -> None:
    """Keeps a floor, flushed. Raises OSError."""
    write_whole(path, msgspec.json.encode(floor))
