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

from office.file_access import in_the_way
from office.place import ONLINE_PASSPHRASE, Place, sync_folder, write_secret
from signage.disk_faults import in_chinese
from signage.errors import WuzhaError

Role = Literal["root", "author", "approver", "online"]
LEAST_PASSPHRASE = 12
MOST_PEM_BYTES = 16 * 1024
ROUNDS = 2**15
"""Of scrypt, with blocks of 8: about 0.1 s and 32 MB for each try."""
ONLINE_ROUNDS = 2**8
"""The online key's passphrase is 256 random bits: nobody tries them all, and each push and command would wait."""

_NAME = re.compile(r"[^\W_][\w-]{0,29}")
_STRETCH = re.compile(rb"wuzha-scrypt: n=(\d{1,7}) salt=([0-9a-f]{32})\r?\n")
_END = b"-----END ENCRYPTED PRIVATE KEY-----"


class UnusableKeyError(WuzhaError):
    """A key that is missing, is there already, or does not open."""


class ClosedKeyError(UnusableKeyError):
    """A key that was read and does not open: another passphrase, or a damaged file."""


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
    must_be_long(passphrase)
    if path.exists():
        raise UnusableKeyError(f"{person} 已经有一把 {role} 密钥\n{person} has a key for {role} already")
    key = Ed25519PrivateKey.generate()
    write_secret(path, sealed(key, role, passphrase))
    return key


def must_be_long(passphrase: str) -> None:
    """Raises UnusableKeyError for a passphrase that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise UnusableKeyError(
            f"口令太短，至少 {LEAST_PASSPHRASE} 个字符\n"
            f"the passphrase is too short, it needs {LEAST_PASSPHRASE} characters"
        )


def sealed(key: Ed25519PrivateKey, role: Role, passphrase: str) -> bytes:
    """Returns the text of a key's file, which opens with the passphrase alone."""
    salt, rounds = secrets.token_bytes(16), ONLINE_ROUNDS if role == "online" else ROUNDS
    pem = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_stretched(passphrase, salt, rounds))
    )
    return b"wuzha-scrypt: n=%d salt=%s\n" % (rounds, salt.hex().encode()) + pem


def open_key(place: Place, person: str, role: Role, passphrase: str) -> Ed25519PrivateKey:
    """Opens a person's key. Raises UnusableKeyError, and ClosedKeyError when the file was read but does not open."""
    path = key_path(place, person, role)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_PEM_BYTES)
    except FileNotFoundError as error:
        raise UnusableKeyError(
            f"{place.keys} 里没有 {person} 的 {role} 密钥\nthere is no {role} key of {person} in {place.keys}"
        ) from error
    except OSError as error:
        raise unreadable(path, f"{person} 的 {role} 密钥", f"{person}'s {role} key", error) from error
    stretch = _STRETCH.match(text)
    if stretch is None or int(stretch[1]) > 2**20 or _END not in text:
        raise ClosedKeyError(
            f"{person} 的 {role} 密钥打不开：{path} 坏了（{len(text)} 字节，不完整或不是 wuzha-office keys 写的），"
            f"请从备份或 U 盘重新复制\n"
            f"{person}'s {role} key does not open: {path} is damaged ({len(text)} bytes, cut off, or not written by "
            f"wuzha-office keys); copy it again from the backup or the stick"
        )
    try:
        secret = _stretched(passphrase, bytes.fromhex(stretch[2].decode()), int(stretch[1]))
        key = load_pem_private_key(text[stretch.end() :], secret)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("it is no Ed25519 key")
    except (ValueError, TypeError) as error:
        raise ClosedKeyError(
            f"{person} 的 {role} 密钥打不开：口令不对，或文件坏了\n"
            f"{person}'s {role} key does not open: a wrong passphrase, or a broken file"
        ) from error
    return key


def unreadable(path: Path, zh: str, en: str, error: OSError) -> UnusableKeyError:
    """Returns the error for a secret that this user may not read, or a disk does not give; `zh` and `en` name it."""
    way = in_the_way(path)
    if way is None:
        return UnusableKeyError(f"{zh}读不出来：{in_chinese(error)}\n" + f"{en} cannot be read: {error}")
    return UnusableKeyError(f"{zh}读不了：{way.zh}\n{en} may not be read: {way.en}")


def put_aside(path: Path) -> Path:
    """Gives a key's file a name under which nothing uses it any more, and returns that. Raises OSError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.old-{number}")).exists():
        number += 1
    path.rename(aside)
    sync_folder(path.parent)
    return aside


def open_online_key(place: Place) -> Ed25519PrivateKey:
    """Opens the key that signs by itself: assignments, snapshots, timestamps and commands. Raises UnusableKeyError."""
    fault: UnusableKeyError | None = None
    # After the key was replaced, the home has its passphrase and the credential still that of the former one.
    for path in dict.fromkeys((place.online_passphrase, place.home / ONLINE_PASSPHRASE)):
        try:
            return open_key(place, "office", "online", path.read_text().strip())
        except FileNotFoundError:
            fault = fault or UnusableKeyError(
                f"没有在线密钥的口令 {path}：把另外保管的那份放回去；找不到了，"
                f"就用根密钥换一把：wuzha-office keys online\n"
                f"the online key's passphrase {path} is missing: put it back from where it is kept; if it is lost, "
                f"replace the key with the root key's help: wuzha-office keys online"
            )
        except (OSError, UnicodeDecodeError) as error:
            told = error if isinstance(error, OSError) else OSError(str(error))
            fault = fault or unreadable(path, "在线密钥的口令", "the online key's passphrase", told)
        except ClosedKeyError as error:
            fault = ClosedKeyError(
                f"{path} 打不开在线密钥：口令和密钥不是一对。放回原来的口令，"
                f"或用根密钥换一把：wuzha-office keys online\n"
                f"{path} does not open the online key: passphrase and key do not belong together. Put the right one "
                f"back, or replace the key with the root key's help: wuzha-office keys online"
            )
            fault.__cause__ = error
    assert fault is not None
    raise fault


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
