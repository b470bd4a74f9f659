"""A small office: signs publications and assignments, and writes the publishing layout into a folder.

Every way to get it wrong is one call away: versions, expiry, signers and files can be set by hand.
"""

import datetime as dt
import hashlib
from pathlib import Path

import msgspec
from securesystemslib.signer import CryptoSigner
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

from signage.trust import Assigned, Assignment

NOW = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)


def key() -> CryptoSigner:
    return CryptoSigner.generate_ed25519()


class Repository:
    """One office with two people, an online key, and what it has published so far."""

    def __init__(self, folder: Path, at: dt.datetime = NOW) -> None:
        self.folder = folder
        self.offline, self.author, self.approver, self.online = key(), key(), key(), key()
        self.assigner = self.online
        self.expires = at + YEAR
        self.head_expires = at + dt.timedelta(days=7)
        self.signers = [self.author, self.approver]
        self.signed_at: object = None
        """What the head says of when it was signed."""
        self.hashed = True
        """Whether snapshot and timestamp say the hashes of what they name."""
        self.files: dict[str, bytes] = {}
        self.assigned: dict[str, list[Assigned]] = {}
        self.versions = dict.fromkeys(("root", "timestamp", "snapshot", "targets", "assign"), 0)
        (folder / "metadata").mkdir(parents=True)
        (folder / "content").mkdir()
        self.root = self.sign_root()

    @property
    def anchor(self) -> bytes:
        """What enrolment gives to a screen."""
        return self.read("1.root.json")

    def read(self, name: str) -> bytes:
        return (self.folder / "metadata" / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        (self.folder / "metadata" / name).write_bytes(content)

    # Signing, role by role

    def sign_root(
        self, *, people: tuple[CryptoSigner, ...] = (), threshold: int = 2, by: tuple[CryptoSigner, ...] = ()
    ) -> bytes:
        root = Root(version=self.next("root"), expires=self.expires, consistent_snapshot=True)
        root.add_key(self.offline.public_key, "root")
        for person in people or (self.author, self.approver):
            root.add_key(person.public_key, "targets")
        root.roles["targets"].threshold = threshold
        for role in ("timestamp", "snapshot"):
            root.add_key(self.online.public_key, role)
        return self.sealed(Metadata(root), [self.offline, *by], f"{self.versions['root']}.root.json")

    def sign_targets(self, **more: TargetFile) -> bytes:
        found = {path: target(path, content) for path, content in self.files.items()}
        role = DelegatedRole("assign", [self.assigner.public_key.keyid], 1, terminating=True, paths=["assign/*"])
        delegations = Delegations({self.assigner.public_key.keyid: self.assigner.public_key}, {"assign": role})
        targets = Targets(
            version=self.next("targets"), expires=self.expires, targets={**found, **more}, delegations=delegations
        )
        return self.sealed(Metadata(targets), self.signers, f"{self.versions['targets']}.targets.json")

    def sign_assign(self, **more: TargetFile) -> bytes:
        found = dict(more)
        for screen, shows in self.assigned.items():
            text = msgspec.json.encode(Assignment(screen=screen, shows=tuple(shows)))
            self.put(text)
            found[f"assign/{screen}.json"] = target(f"assign/{screen}.json", text)
        assign = Targets(version=self.next("assign"), expires=self.expires, targets=found)
        return self.sealed(Metadata(assign), [self.assigner], f"{self.versions['assign']}.assign.json")

    def sign_snapshot(self) -> bytes:
        meta = {}
        for role in ("targets", "assign"):
            text = self.read(f"{self.versions[role]}.{role}.json")
            meta[f"{role}.json"] = self.named(self.versions[role], text)
        snapshot = Snapshot(version=self.next("snapshot"), expires=self.expires, meta=meta)
        return self.sealed(Metadata(snapshot), [self.online], f"{self.versions['snapshot']}.snapshot.json")

    def sign_timestamp(self) -> bytes:
        text = self.read(f"{self.versions['snapshot']}.snapshot.json")
        meta = self.named(self.versions["snapshot"], text)
        said = {} if self.signed_at is None else {"signed_at": self.signed_at}
        timestamp = Timestamp(
            version=self.next("timestamp"), expires=self.head_expires, snapshot_meta=meta, unrecognized_fields=said
        )
        return self.sealed(Metadata(timestamp), [self.online], "timestamp.json")

    def named(self, version: int, text: bytes) -> MetaFile:
        return (
            MetaFile(version, len(text), {"sha256": hashlib.sha256(text).hexdigest()})
            if self.hashed
            else MetaFile(version)
        )

    def sealed(self, metadata: Metadata, signers: list[CryptoSigner], name: str) -> bytes:
        for signer in signers:
            metadata.sign(signer, append=True)
        text = metadata.to_bytes()
        self.write(name, text)
        return text

    def next(self, role: str) -> int:
        self.versions[role] += 1
        return self.versions[role]

    # Publishing

    def publish(self, number: int, playlists: dict[str, bytes], media: dict[str, bytes] | None = None) -> None:
        """Puts a publication among what is signed; `head` makes it known."""
        for name, text in playlists.items():
            self.files[f"publication/{number}/playlists/{name}.toml"] = text
        for name, content in (media or {}).items():
            self.files[f"publication/{number}/media/{name}"] = content
        for content in (*playlists.values(), *(media or {}).values()):
            self.put(content)

    def assign(self, screen: str, *shows: tuple[int, tuple[str, ...]]) -> None:
        self.assigned[screen] = [Assigned(publication=number, playlists=stems) for number, stems in shows]

    def head(self) -> bytes:
        """Signs everything anew and gives the newest timestamp metadata."""
        self.sign_targets()
        return self.head_of_assign()

    def head_of_assign(self) -> bytes:
        """Signs a new assignment only, as a server with nothing but the online key can."""
        self.sign_assign()
        self.sign_snapshot()
        return self.sign_timestamp()

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        (self.folder / "content" / sha256).write_bytes(content)
        return sha256


def target(path: str, content: bytes) -> TargetFile:
    return TargetFile(len(content), {"sha256": hashlib.sha256(content).hexdigest()}, path)


def odd_target(path: str, size: int = 1, sha256: str = "0" * 64) -> TargetFile:
    return TargetFile(size, {"sha256": sha256}, path)
