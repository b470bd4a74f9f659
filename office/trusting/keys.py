"""Private keys: made, kept encrypted, opened with their owner's passphrase.

A key lies as PKCS8 in PEM, encrypted with what scrypt makes of the passphrase: PKCS8 alone stretches it so little that
whoever copies the office's disk could try millions of passphrases a second.
"""

import hashlib
import re
import secrets
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from office.place import Place, write_secret
from signage.errors import WuzhaError

Role = Literal["root", "author", "approver", "online"]
LEAST_PASSPHRASE = 12
MOST_PEM_BYTES = 16 * 1024
ROUNDS = 2**15
"""Of scrypt, with blocks of 8: about 0.1 s and 32 MB for each try."""
ONLINE_ROUNDS = 2**8
"""The online key's passphrase is 256 random bits: nobody tries them all, and each push and command would wait."""

_NAME = re.compile(r"[^\W_][\w-]{0,29}")
_STRETCH = re.compile(rb"wuzha-scrypt: n=(\d{1,7}) salt=([0-9a-f]{32})\n")


class UnusableKeyError(WuzhaError):
    """A key that is missing, is there already, or does not open."""


class KeyFile(msgspec.Struct, frozen=True):
    """A key that lies in the home."""

    path: Path
    person: str
    role: str


def key_files(place: Place) -> tuple[KeyFile, ...]:
    """Gives the keys that lie in the home, by name."""
    found = []
    for path in sorted(place.keys.glob("*.pem")):
        person, _, role = path.stem.rpartition(".")
        if person and role:
            found.append(KeyFile(path, person, role))
    return tuple(found)


def make_key(place: Place, person: str, role: Role, passphrase: str) -> Ed25519PrivateKey:
    """Makes a key and keeps it encrypted. Raises UnusableKeyError for a bad name or passphrase, or when it is there."""
    path = key_path(place, person, role)
    if len(passphrase) < LEAST_PASSPHRASE:
        raise UnusableKeyError(
            f"口令太短，至少 {LEAST_PASSPHRASE} 个字符\n"
            f"the passphrase is too short, it needs {LEAST_PASSPHRASE} characters"
        )
    if path.exists():
        raise UnusableKeyError(f"{person} 已经有一把 {role} 密钥\n{person} has a key for {role} already")
    key = Ed25519PrivateKey.generate()
    salt, rounds = secrets.token_bytes(16), ONLINE_ROUNDS if role == "online" else ROUNDS
    pem = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_stretched(passphrase, salt, rounds))
    )
    write_secret(path, b"wuzha-scrypt: n=%d salt=%s\n" % (rounds, salt.hex().encode()) + pem)
    return key


def open_key(place: Place, person: str, role: Role, passphrase: str) -> Ed25519PrivateKey:
    """Opens a person's key. Raises UnusableKeyError."""
    path = key_path(place, person, role)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_PEM_BYTES)
        stretch = _STRETCH.match(text)
        if stretch is None or int(stretch[1]) > 2**20:
            raise ValueError("it was not made by wuzha-office keys")
        secret = _stretched(passphrase, bytes.fromhex(stretch[2].decode()), int(stretch[1]))
        key = load_pem_private_key(text[stretch.end() :], secret)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("it is no Ed25519 key")
    except FileNotFoundError as error:
        raise UnusableKeyError(
            f"{place.keys} 里没有 {person} 的 {role} 密钥\nthere is no {role} key of {person} in {place.keys}"
        ) from error
    except (ValueError, TypeError, OSError) as error:
        raise UnusableKeyError(
            f"{person} 的 {role} 密钥打不开：口令不对，或文件坏了\n"
            f"{person}'s {role} key does not open: a wrong passphrase, or a broken file"
        ) from error
    return key


def open_online_key(place: Place) -> Ed25519PrivateKey:
    """Opens the key that signs by itself: assignments, snapshots, timestamps and commands. Raises UnusableKeyError."""
    try:
        passphrase = place.online_passphrase.read_text().strip()
    except OSError as error:
        raise UnusableKeyError(
            f"读不到在线密钥的口令：{error}\nthe online key's passphrase cannot be read: {error}"
        ) from error
    return open_key(place, "office", "online", passphrase)


def key_path(place: Place, person: str, role: str) -> Path:
    """Gives where a person's key lies. Raises UnusableKeyError for a name that nobody can have."""
    if not _NAME.fullmatch(person):
        raise UnusableKeyError(
            f"名字 {person!r} 只能用文字、数字和 -，不超过 30 个\n"
            f"the name {person!r} may have letters, digits and -, at most 30"
        )
    return place.keys / f"{person}.{role}.pem"


def _stretched(passphrase: str, salt: bytes, rounds: int) -> bytes:
    # 32 MB for 2**15 rounds of 128 * 8 bytes; OpenSSL wants to be told that this much is meant.
    stretched = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=rounds, r=8, p=1, maxmem=rounds * 1024 + (1 << 20), dklen=32
    )
    return stretched.hex().encode()
