"""What verified metadata says, as values, and what it must not say.

Rule: pure; who signed is not judged here, `trusted.py` did.
"""

import datetime as dt
from collections.abc import Mapping

import msgspec

from signage.errors import Words
from signage.messages import Trusted
from signage.trust import (
    MOST_TARGETS,
    SIGNERS,
    AssignTarget,
    TrustError,
    Wanted,
    most_bytes,
    read_target,
)

MOST_VERSION = 2**53


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """One consistent set of metadata, every signature of which held."""

    versions: Trusted
    expires: dt.datetime
    """When the first of them does."""
    signed_at: dt.datetime | None = None
    """When the office signed the timestamp, by its clock; None: it does not say."""
    heads: str
    """Names the keys of timestamp and snapshot: rotating them is how an office recovers from stolen ones."""
    targets: tuple[Wanted, ...] = ()
    """What two people signed."""
    assignment: Wanted | None = None
    """What the office wants on this screen; None: nothing."""
    command_keys: tuple[bytes, ...] = ()
    """Raw Ed25519 public keys that commands are signed with."""


class ExpiredError(TrustError):
    """Signed by the right people, but to be believed no longer."""


class OlderError(TrustError):
    """Signed by the right people, and older than what was trusted before."""


def wanted(path: str, size_bytes: int, hashes: Mapping[str, str]) -> Wanted:
    """Gives one signed file. Raises TrustError for a name that is none of ours, a size beyond its limit or no hash."""
    target = read_target(path)
    sha256 = hashes.get("sha256", "")
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise TrustError(Words(zh=f"{path[:80]!a} 没有 SHA-256", en=f"{path[:80]!a} is signed without a SHA-256"))
    if not 0 <= size_bytes <= most_bytes(target):
        raise TrustError(
            Words(
                zh=f"{path[:80]!a} 有 {size_bytes} 字节，上限是 {most_bytes(target)}",
                en=f"{path[:80]!a} has {size_bytes} bytes, the limit is {most_bytes(target)}",
            )
        )
    return Wanted(target=target, sha256=sha256, size_bytes=size_bytes)


def content_only(found: list[Wanted]) -> tuple[Wanted, ...]:
    """Gives what two people signed, unless an assignment is among it: those are the online key's. Raises TrustError."""
    if any(isinstance(each.target, AssignTarget) for each in found):
        raise TrustError(Words(zh="内容清单里混有分配文件", en="an assignment stands among the content"))
    return tuple(found)


def check_count(count: int) -> None:
    """Raises TrustError when so many files are too many."""
    if count > MOST_TARGETS:
        raise TrustError(
            Words(
                zh=f"签名清单列了 {count} 个文件，上限是 {MOST_TARGETS}",
                en=f"{count} files are signed, the limit is {MOST_TARGETS}",
            )
        )


def check_versions(versions: list[int]) -> None:
    """Raises TrustError for a version that no message could carry."""
    if max(versions) > MOST_VERSION:
        raise TrustError(Words(zh="版本号大得不合理", en=f"a version of {max(versions)} is beyond all reason"))


def check_people(people: list[str], threshold: int, online: set[str]) -> None:
    """Raises TrustError unless at least two different people must sign content, and no online key is one of them.

    `people` are the public keys of the role `targets`, `online` those of timestamp, snapshot and assign.
    """
    if threshold < SIGNERS:
        raise TrustError(
            Words(
                zh=f"信任根只要求 {threshold} 人签名，至少要 {SIGNERS} 人",
                en=f"the root asks for {threshold} signature on content, {SIGNERS} are the least",
            )
        )
    if len(set(people)) < len(people):
        raise TrustError(Words(zh="信任根里两个签名人用同一把密钥", en="two of the root's signers have the same key"))
    if online & set(people):
        raise TrustError(Words(zh="信任根把联机密钥也算作签名人", en="the root counts an online key as a person"))


def check_delegation(roles: Mapping[str, list[str] | None]) -> None:
    """Raises TrustError unless the one delegated role is `assign`, for `assign/…` only; `roles` are paths by name."""
    for name, paths in roles.items():
        if name != "assign" or not paths or not all(path.startswith("assign/") for path in paths):
            raise TrustError(
                Words(zh=f"签名清单把内容交给了 {name[:40]!a}", en=f"content is delegated to {name[:40]!a}")
            )
