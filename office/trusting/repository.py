"""The signed files that screens fetch: what stands there now, and how the next version comes to stand there.

Files are written before what points to them, and `timestamp.json` last: it alone says what counts, so a death at any
point leaves what was there before. Rule: signs and writes; what is to be signed comes as values.
"""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError, UnsignedMetadataError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from office.place import Place, write_together, write_whole
from office.trusting.root import COMPACT, newest_root
from signage.disk_faults import in_chinese
from signage.errors import WuzhaError
from signage.messages import Trusted
from signage.trust import ASSIGN, MOST_TARGETS, SIGNED_AT, Assignment, AssignTarget, Wanted, read_target, target_path

TARGETS_DAYS, ASSIGN_DAYS, SNAPSHOT_DAYS, TIMESTAMP_DAYS = 365, 60, 14, 7
"""How long each is believed. The office signs the last three again by itself when half of that is over."""
MOST_TARGETS_BYTES, MOST_TIMESTAMP_BYTES = 5_000_000, 16 * 1024
"""What TUF's client takes."""
KEPT_VERSIONS = 5
"""Of each file; a screen that is just fetching may still want an older one."""

_Document = TypeVar("_Document", Targets, Snapshot, Timestamp)


class PublishError(WuzhaError):
    """What was to be published is not what people may sign, or screens would take."""


class Standing(msgspec.Struct, frozen=True):
    """What `timestamp.json` leads to; None: nothing was signed yet."""

    timestamp: Metadata[Timestamp] | None = None
    snapshot: Metadata[Snapshot] | None = None
    targets: Metadata[Targets] | None = None
    assign: Metadata[Targets] | None = None

    @property
    def versions(self) -> Trusted:
        """The version of each."""
        parts = {name: getattr(self, name) for name in ("timestamp", "snapshot", "targets", "assign")}
        return Trusted(**{name: part.signed.version if part else 0 for name, part in parts.items()})


class SignedTargets(msgspec.Struct, frozen=True):
    """A list of what may be shown, signed by two people, and its exact bytes."""

    document: Metadata[Targets]
    text: bytes


def standing(place: Place) -> Standing:
    """Reads what stands there now. Raises PublishError when it cannot be read."""
    folder = place.metadata
    if not (folder / "timestamp.json").exists():
        return Standing()
    try:
        timestamp = Metadata[Timestamp].from_file(str(folder / "timestamp.json"))
        snapshot = Metadata[Snapshot].from_file(str(folder / f"{timestamp.signed.snapshot_meta.version}.snapshot.json"))
        versions = {name: snapshot.signed.meta[f"{name}.json"].version for name in ("targets", ASSIGN)}
        targets, assign = (
            Metadata[Targets].from_file(str(folder / f"{n}.{name}.json")) for name, n in versions.items()
        )
    except (RepositoryError, OSError, KeyError, ValueError) as error:
        raise PublishError(
            f"{folder} 里的签名文件坏了：{in_chinese(error)}\n" + f"the signed files in {folder} are broken: {error}"
        ) from error
    return Standing(timestamp, snapshot, targets, assign)


def head(place: Place) -> bytes | None:
    """Gives what `office/head` carries: the exact bytes of `timestamp.json`; None before the first signature."""
    with contextlib.suppress(FileNotFoundError):
        return (place.metadata / "timestamp.json").read_bytes()
    return None


def signed_at(place: Place) -> dt.datetime | None:
    """Returns when the head was signed; None before the first signature. Raises PublishError."""
    timestamp = standing(place).timestamp
    return timestamp.signed.expires - dt.timedelta(days=TIMESTAMP_DAYS) if timestamp is not None else None


def signed_targets(
    place: Place, files: Iterable[Wanted], signers: tuple[CryptoSigner, CryptoSigner],
    *, was: Standing, floor: Trusted, at: dt.datetime,
) -> SignedTargets:  # fmt: skip
    """Gives the next list of what may be shown, signed by two people. Raises PublishError.

    `was` is what stands now, `floor` the highest version that a screen is known to trust.
    """
    targets = Targets(version=_above(was.targets, floor.targets), expires=_until(at, TARGETS_DAYS))
    known = was.targets.signed.targets if was.targets is not None else {}
    for wanted in files:
        path = target_path(wanted.target)
        if path not in known and (read_target(path) != wanted.target or isinstance(wanted.target, AssignTarget)):
            raise PublishError(f"{path} 不能发布\n{path} cannot be published")
        targets.targets[path] = TargetFile(wanted.size_bytes, {"sha256": wanted.sha256}, path)
    if len(targets.targets) > MOST_TARGETS:
        raise PublishError(
            f"文件太多：{len(targets.targets)} 个，上限是 {MOST_TARGETS}\n"
            f"too many files: {len(targets.targets)}, the limit is {MOST_TARGETS}"
        )
    root = newest_root(place).signed
    keyids = root.roles["snapshot"].keyids
    online = {keyid: root.keys[keyid] for keyid in keyids}
    role = DelegatedRole(ASSIGN, list(keyids), 1, terminating=True, paths=[f"{ASSIGN}/*"])
    targets.delegations = Delegations(keys=online, roles={ASSIGN: role})
    document = Metadata(targets)
    # Once for all: of thousands of files this is what signing costs.
    payload = document.signed_bytes
    for signer in signers:
        signature = signer.sign(payload)
        document.signatures[signature.keyid] = signature
    _check_signatures(root, document, payload)
    text = document.to_bytes(COMPACT)
    if len(text) > MOST_TARGETS_BYTES:
        raise PublishError("签名清单太大\nthe signed list is too large")
    return SignedTargets(document, text)


def write(
    place: Place,
    online: CryptoSigner,
    assignments: Mapping[str, Assignment],
    *,
    was: Standing,
    targets: SignedTargets | None = None,
    floor: Trusted,
    at: dt.datetime,
) -> bytes | None:
    """Writes the next versions of whatever changed or grows old, `timestamp.json` last.

    `assignments` are all, by screen; `was` is what stands now; `targets` is a new list, or None. Gives the new head;
    None: all is as it was.
    """
    if targets is None and was.targets is None:
        raise PublishError(
            "还没有两个人签过名：先运行 wuzha-office keys sign\n"
            "no two people have signed yet: run wuzha-office keys sign first"
        )
    if targets is None and was.targets is not None and not _is_delegate(was.targets.signed, online):
        raise PublishError(
            "在线密钥换过了，要由两个人重新签名：wuzha-office keys sign\n"
            "the online key was replaced, and two people have to sign again: wuzha-office keys sign"
        )
    files: dict[Path, bytes] = {}
    assign = _assign(place, files, was.assign, assignments, online, floor=floor.assign, at=at)
    if targets is not None:
        files[_path(place, "targets", targets.document)] = targets.text
    snapshot = was.snapshot
    fits = targets is None and assign is was.assign
    if snapshot is None or not fits or not _stands(snapshot, SNAPSHOT_DAYS, floor=floor.snapshot, at=at):
        parts = {"targets": targets.document if targets is not None else was.targets, ASSIGN: assign}
        snapshot = _snapshot(place, files, was.snapshot, parts, online, floor=floor.snapshot, at=at)
    elif _stands(was.timestamp, TIMESTAMP_DAYS, floor=floor.timestamp, at=at):
        return None
    said = {SIGNED_AT: at.astimezone(dt.UTC).isoformat(timespec="seconds")}  # screens take it that it is later
    version, expires = _above(was.timestamp, floor.timestamp), _until(at, TIMESTAMP_DAYS)
    timestamp = Timestamp(version=version, expires=expires, unrecognized_fields=said)
    timestamp.snapshot_meta = _named(_path(place, "snapshot", snapshot), snapshot, files)
    document = Metadata(timestamp)
    document.sign(online)
    text = document.to_bytes(COMPACT)
    write_together(files)
    write_whole(place.metadata / "timestamp.json", text)
    _tidy(place.metadata)
    return text


def is_believed(place: Place) -> bool:
    """Says whether screens take what is signed now: by two people whom the newest root names, and this online key.

    True before anything was signed. Raises PublishError, UnusableKeyError.
    """
    targets, root = standing(place).targets, newest_root(place).signed
    if targets is None:
        return True
    delegations = targets.signed.delegations
    delegate = (delegations.roles or {}).get(ASSIGN) if delegations is not None else None
    try:
        _check_signatures(root, targets, targets.signed_bytes)
    except PublishError:
        return False
    return delegate is not None and set(delegate.keyids) == set(root.roles["snapshot"].keyids)


def _is_delegate(targets: Targets, online: CryptoSigner) -> bool:
    roles = targets.delegations.roles if targets.delegations is not None else None
    return roles is not None and ASSIGN in roles and online.public_key.keyid in roles[ASSIGN].keyids


def _assign(
    place: Place, files: dict[Path, bytes], was: Metadata[Targets] | None, assignments: Mapping[str, Assignment],
    online: CryptoSigner, *, floor: int, at: dt.datetime,
) -> Metadata[Targets]:  # fmt: skip
    """Gives the list of assignments, the one that stands if nothing changed; adds to `files` what is to be written."""
    listed = {}
    for screen, assignment in sorted(assignments.items()):
        text, path = msgspec.json.encode(assignment), target_path(AssignTarget(screen))
        sha256 = hashlib.sha256(text).hexdigest()
        listed[path] = TargetFile(len(text), {"sha256": sha256}, path)
        if not (place.content / sha256).exists():
            files[place.content / sha256] = text
    if was is not None and was.signed.targets == listed and _stands(was, ASSIGN_DAYS, floor=floor, at=at):
        return was
    document = Metadata(Targets(version=_above(was, floor), expires=_until(at, ASSIGN_DAYS), targets=listed))
    document.sign(online)
    files[_path(place, ASSIGN, document)] = document.to_bytes(COMPACT)
    return document


def _snapshot(
    place: Place, files: dict[Path, bytes], was: Metadata[Snapshot] | None,
    parts: Mapping[str, Metadata[Targets] | None], online: CryptoSigner, *, floor: int, at: dt.datetime,
) -> Metadata[Snapshot]:  # fmt: skip
    """Gives which versions belong together from now on, and adds it to `files`."""
    document = Metadata(Snapshot(version=_above(was, floor), expires=_until(at, SNAPSHOT_DAYS)))
    named = {f"{name}.json": _named(_path(place, name, part), part, files) for name, part in parts.items() if part}
    document.signed.meta = named
    document.sign(online)
    files[_path(place, "snapshot", document)] = document.to_bytes(COMPACT)
    return document


def _check_signatures(root: Root, document: Metadata[Targets], payload: bytes) -> None:
    try:
        root.verify_delegate("targets", payload, document.signatures)
    except UnsignedMetadataError as error:
        raise PublishError(
            "签名不够：需要两个不同的人，各用自己的密钥\n"
            "too few signatures: it takes two different people, each with their own key"
        ) from error


def _path(place: Place, name: str, document: Metadata[_Document]) -> Path:
    return place.metadata / f"{document.signed.version}.{name}.json"


def _named(path: Path, document: Metadata[_Document], files: Mapping[Path, bytes]) -> MetaFile:
    """Names a file: by its hash a screen sees, before it verifies anything, that the one it has is old."""
    text = files.get(path) or path.read_bytes()
    return MetaFile(document.signed.version, len(text), {"sha256": hashlib.sha256(text).hexdigest()})


def _above(was: Metadata[_Document] | None, floor: int) -> int:
    return max(was.signed.version if was else 0, floor) + 1


def _until(at: dt.datetime, days: int) -> dt.datetime:
    return (at + dt.timedelta(days=days)).astimezone(dt.UTC).replace(microsecond=0)


def _stands(document: Metadata[_Document] | None, days: int, *, floor: int, at: dt.datetime) -> bool:
    """Says whether a document need not be signed again: not half its life is over, and no screen trusts a newer one."""
    if document is None or document.signed.version < floor:
        return False
    return bool(document.signed.expires - at >= dt.timedelta(days=days / 2))


def _tidy(folder: Path) -> None:
    """Removes the oldest versions; roots stay, for a screen follows them one by one."""
    for name in ("targets", "snapshot", ASSIGN):
        old = sorted(folder.glob(f"*.{name}.json"), key=lambda path: int(path.name.partition(".")[0]))
        for path in old[:-KEPT_VERSIONS]:
            path.unlink(missing_ok=True)
