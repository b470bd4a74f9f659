"""Verifies what the office signed: the only file that knows python-tuf.

The whole client workflow of TUF is python-tuf's. Ours is where the bytes come from, which time counts, and what content
may be signed at all. Rule: nothing is believed by halves; what does not hold raises TrustError and leaves everything
as it was.
"""

import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from tuf.api import exceptions as tuf_errors
from tuf.api.metadata import Key, Metadata, Root, Snapshot, Targets, Timestamp
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from player.publication.signed import (
    ExpiredError,
    OlderError,
    Signed,
    check_count,
    check_delegation,
    check_people,
    check_versions,
    content_only,
    wanted,
)
from player.publication.sources import NotThereError, Source, SourceError, TooLargeError
from signage.errors import Words
from signage.messages import MessageError, Trusted, time
from signage.trust import ASSIGN, SIGNED_AT, AssignTarget, TrustError, target_path

_FILE = re.compile(r"(?:[1-9][0-9]{0,15}\.)?(root|timestamp|snapshot|targets|assign)\.json")
_BASE = "wuzha:metadata/"
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""To a clock at this time nothing has expired."""
_MOST_BYTES = {"root": 256 << 10, "timestamp": 16 << 10, "snapshot": 64 << 10, "targets": 8 << 20, "assign": 8 << 20}
"""Of each role; python-tuf would go by the length that a snapshot claims, and that needs the online key only."""
_LIMITS = UpdaterConfig(max_root_rotations=64, max_delegations=1)


class Verifier:
    """Keeps the newest metadata that held, in a folder of its own. For one thread."""

    def __init__(self, folder: Path, anchor: bytes, screen: str) -> None:
        """`anchor` is the root metadata that came with the enrolment."""
        self._folder, self._anchor = folder, anchor
        self._own = target_path(AssignTarget(screen))

    def refresh(self, source: Source, *, at: dt.datetime | None, head: bytes | None = None) -> Signed:
        """Fetches what is newer, verifies it, and gives what holds now.

        `at` is the time that it is at least, None while nobody knows: then nothing expires. `head` is the exact
        timestamp metadata when it came another way than from the source. Raises TrustError, SourceError, OSError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        door = _Door(source, head)
        with _told(door):
            updater = Updater(str(self._folder), _BASE, fetcher=door, config=_LIMITS, bootstrap=self._anchor)
            # The updater would ask the system's clock, which may stand in 1970; there is no other way to say the time.
            known = updater._trusted_set
            known.reference_time = at.astimezone(dt.UTC) if at is not None else _NEVER
            updater.refresh()
            root, targets = known.root, known.targets
            _check_root(root, targets)
            check_count(len(targets.targets))
            check_versions([root.version, known.timestamp.version, known.snapshot.version, targets.version])
            content = content_only([wanted(p, t.length, t.hashes) for p, t in targets.targets.items()])
            own = updater.get_targetinfo(self._own)
            assign = known.get(ASSIGN)
            check_versions([assign.version] if assign is not None else [0])
            dated = [root, known.timestamp, known.snapshot, targets, *([assign] if assign is not None else [])]
            return Signed(
                versions=Trusted(
                    root=root.version,
                    timestamp=known.timestamp.version,
                    snapshot=known.snapshot.version,
                    targets=targets.version,
                    assign=assign.version if assign is not None else 0,
                ),
                expires=min(each.expires for each in dated),
                signed_at=_signed_at(known.timestamp),
                heads=_fingerprint([*_keys(root, Timestamp.type), *_keys(root, Snapshot.type)]),
                targets=content,
                assignment=wanted(self._own, own.length, own.hashes) if own is not None else None,
                command_keys=_raw_keys(targets),
            )

    def _sweep(self) -> None:
        """Deletes what python-tuf leaves when it is killed while it writes."""
        for left in self._folder.glob("tmp*"):
            with contextlib.suppress(OSError):
                left.unlink()


def vouches(former: bytes, newer: bytes) -> bool:
    """Whether two root metadata are of one office: either is the other, or is signed by the other's people too."""
    if former == newer:
        return True
    try:
        one, other = Metadata[Root].from_bytes(former), Metadata[Root].from_bytes(newer)
    except (tuf_errors.RepositoryError, ValueError, TypeError, KeyError):
        return False
    older, later = sorted((one, other), key=lambda each: each.signed.version)
    try:
        older.signed.verify_delegate(Root.type, later.signed_bytes, later.signatures)
    except (tuf_errors.RepositoryError, ValueError):
        return False
    return True


class _Door(FetcherInterface):
    """Gives python-tuf metadata, by the names of the layout only, each no larger than it may be."""

    def __init__(self, source: Source, head: bytes | None) -> None:
        self._source, self._head = source, head
        self.trouble: SourceError | None = None

    def download_bytes(self, url: str, max_length: int) -> bytes:
        name = url.removeprefix(_BASE)
        found = _FILE.fullmatch(name)
        if found is None:
            raise tuf_errors.RepositoryError(f"no such role: {name[:80]!a}")
        max_length = min(max_length, _MOST_BYTES[found[1]])
        if name == "timestamp.json" and self._head is not None:
            if len(self._head) > max_length:
                raise tuf_errors.DownloadLengthMismatchError("the head is too large")
            return self._head
        try:
            return self._source.metadata(name, max_length)
        except NotThereError as error:
            self.trouble = error
            raise tuf_errors.DownloadHTTPError(str(error), 404) from error
        except TooLargeError as error:
            raise tuf_errors.DownloadLengthMismatchError(str(error)) from error
        except SourceError as error:
            self.trouble = error
            raise tuf_errors.DownloadError(str(error)) from error

    def _fetch(self, url: str) -> NoReturn:
        raise tuf_errors.DownloadError(f"{url[:80]!a} is not metadata")


@contextlib.contextmanager
def _told(door: _Door) -> Iterator[None]:
    """Turns what python-tuf raises into our errors, with a sentence for a person."""
    try:
        yield
    except tuf_errors.DownloadLengthMismatchError as error:
        raise TrustError(Words(zh="签名文件超过大小上限", en=f"signed metadata is too large: {error}")) from error
    except tuf_errors.DownloadError as error:
        raise door.trouble or SourceError(Words(zh="下载失败", en=f"the download failed: {error}")) from error
    except tuf_errors.ExpiredMetadataError as error:
        raise ExpiredError(Words(zh="签名已经过期", en=f"the signatures have expired: {error}")) from error
    except tuf_errors.BadVersionNumberError as error:
        raise OlderError(Words(zh="版本比已信任的旧", en=f"an older version than trusted: {error}")) from error
    except tuf_errors.UnsignedMetadataError as error:
        raise TrustError(Words(zh="签名不够或不对", en=f"signatures are missing or wrong: {error}")) from error
    except (tuf_errors.RepositoryError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # Metadata that is well formed JSON but nonsense may fail anywhere in the library.
        raise TrustError(Words(zh="签名文件不对", en=f"signed metadata is wrong: {error}")) from error


def _check_root(root: Root, targets: Targets) -> None:
    people = [_public(root.get_key(keyid)) for keyid in root.roles[Targets.type].keyids]
    online = {_public(key) for role in (Timestamp.type, Snapshot.type) for key in _keys(root, role)}
    delegations = targets.delegations
    if delegations is not None:
        if delegations.roles is None:
            check_delegation({"succinct": None})
        check_delegation({name: role.paths for name, role in (delegations.roles or {}).items()})
        online |= {_public(key) for key in delegations.keys.values()}
    check_people(people, root.roles[Targets.type].threshold, online)


def _keys(root: Root, role: str) -> list[Key]:
    return [root.get_key(keyid) for keyid in root.roles[role].keyids]


def _public(key: Key) -> str:
    """A public key as it is compared; its id is only a name that whoever wrote the root chose."""
    value: Any = getattr(key, "keyval", {})
    return "".join(str(value.get("public", "")).split()).lower()


def _fingerprint(keys: list[Key]) -> str:
    return hashlib.sha256("\n".join(sorted({_public(key) for key in keys})).encode()).hexdigest()


def _signed_at(timestamp: Timestamp) -> dt.datetime | None:
    """When it was signed; what the office's version does not say, or says badly, is not known."""
    said = timestamp.unrecognized_fields.get(SIGNED_AT)
    try:
        return time(said) if isinstance(said, str) else None
    except MessageError:
        return None


def _raw_keys(targets: Targets) -> tuple[bytes, ...]:
    """The keys of the role that commands are signed by, as far as they are Ed25519."""
    delegations = targets.delegations
    if delegations is None or delegations.roles is None or ASSIGN not in delegations.roles:
        return ()
    keys = [delegations.keys[keyid] for keyid in delegations.roles[ASSIGN].keyids if keyid in delegations.keys]
    found = []
    for key in keys:
        if key.keytype == "ed25519" and re.fullmatch("[0-9a-f]{64}", _public(key)):
            found.append(bytes.fromhex(_public(key)))
    return tuple(found)
