"""The root: which keys exist, whose they are, and for what they sign.

Every change makes a new version, signed by a root key; screens follow from the version they were enrolled with.
"""

import datetime as dt
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import Key, Metadata, Root
from tuf.api.serialization.json import JSONSerializer

from office.place import Place, write_whole
from office.trusting.keys import UnusableKeyError
from signage.trust import SIGNERS

ROOT_DAYS = 5 * 365
"""A root that nobody renews for so long ends all publishing, though not what screens show already."""
COMPACT = JSONSerializer(compact=True)

_PERSON, _ROLE = "x-wuzha-person", "x-wuzha-role"
_TUF_ROLES = {"root": ("root",), "author": ("targets",), "approver": ("targets",), "online": ("snapshot", "timestamp")}

PersonRole = Literal["root", "author", "approver"]
Signer = CryptoSigner
"""A key that signs, and whose it is."""


class Holder(msgspec.Struct, frozen=True):
    """A key that the root names, and whose it is."""

    person: str
    role: str
    keyid: str
    public: str
    """Raw Ed25519, hexadecimal."""


def newest_root(place: Place) -> Metadata[Root]:
    """Gives the newest root. Raises UnusableKeyError without one."""
    names = [path.name.partition(".")[0] for path in place.metadata.glob("*.root.json")]
    versions = [int(name) for name in names if name.isdecimal()]
    if not versions:
        raise UnusableKeyError(
            "还没有密钥：先运行 wuzha-office keys init\nthere are no keys yet: run wuzha-office keys init first"
        )
    return Metadata[Root].from_bytes((place.metadata / f"{max(versions)}.root.json").read_bytes())


def root_bytes(place: Place) -> bytes:
    """Gives the newest root as screens get it."""
    return (place.metadata / f"{newest_root(place).signed.version}.root.json").read_bytes()


def holders(root: Root) -> tuple[Holder, ...]:
    """Gives whose keys the root names, in the order they came."""
    found = []
    for key in root.keys.values():
        person, role = (str(key.unrecognized_fields.get(field, "")) for field in (_PERSON, _ROLE))
        found.append(Holder(person, role, key.keyid, str(key.keyval["public"])))
    return tuple(found)


def begin(place: Place, person: str, root_key: Ed25519PrivateKey, online: Ed25519PrivateKey, at: dt.datetime) -> None:
    """Writes the first root: one root key and the online key; nobody can publish yet. Raises UnusableKeyError."""
    if any(place.metadata.glob("*.root.json")):
        raise UnusableKeyError("已经有信任根了\nthere is a root already")
    root = Root(version=1)
    root.roles["targets"].threshold = SIGNERS
    _enter(root, person, "root", root_key)
    _enter(root, "office", "online", online)
    _write(place, root, root_key, at)


def admit(
    place: Place, person: str, role: PersonRole, key: Ed25519PrivateKey, *, root_key: Ed25519PrivateKey, at: dt.datetime
) -> None:
    """Lets a person's key sign. Raises UnusableKeyError when the person or the key signs content already."""
    root = newest_root(place).signed
    public = public_key(key, person, role).keyval["public"]
    for holder in holders(root):
        if holder.public == public:
            raise UnusableKeyError(f"这把密钥已经是 {holder.person} 的\nthis key is {holder.person}'s already")
    must_be_new(root, person, role)
    _enter(root, person, role, key)
    _next(place, root, root_key, at)


def must_be_new(root: Root, person: str, role: PersonRole) -> None:
    """Raises UnusableKeyError for somebody who signs content already, or has a root key and is to get another.

    Author and approver would be one; and whose key is in use shall not lose its file.
    """
    for holder in holders(root):
        if role == holder.role == "root" and holder.person == person:
            raise UnusableKeyError(
                f"{person} 已经有一把根密钥；忘了口令，先用另一把根密钥收回它：keys --remove {person} --root 名字\n"
                f"{person} has a root key already; if its passphrase is forgotten, have another root key take it away "
                f"first: keys --remove {person} --root NAME"
            )
        if role != "root" and holder.person == person and holder.role in ("author", "approver"):
            raise UnusableKeyError(
                f"{person} 已经有签名权（{holder.role}），一个人只能有一把\n"
                f"{person} signs as {holder.role} already; nobody may have two keys"
            )


def dismiss(place: Place, person: str, root_key: Ed25519PrivateKey, at: dt.datetime) -> tuple[Holder, ...]:
    """Takes every right to sign from a person; gives the keys that went. What they signed must be signed again."""
    root = newest_root(place).signed
    gone = tuple(h for h in holders(root) if h.person == person and h.role in ("root", "author", "approver"))
    if not gone:
        raise UnusableKeyError(f"没有 {person} 的密钥\nno key is {person}'s")
    for holder in gone:
        for role in _TUF_ROLES[holder.role]:
            root.revoke_key(holder.keyid, role)
    if not root.roles["root"].keyids:
        raise UnusableKeyError("最后一把根密钥不能收回\nthe last root key cannot go")
    _next(place, root, root_key, at)
    return gone


def last_of(root: Root, person: str) -> tuple[str, ...]:
    """Returns the roles for content that nobody would hold once a person is gone."""
    gone = {h.role for h in holders(root) if h.person == person and h.role in ("author", "approver")}
    left = {h.role for h in holders(root) if h.person != person}
    return tuple(sorted(gone - left))


def was_taken_away(place: Place, key: Ed25519PrivateKey) -> bool:
    """Says whether a root of former times names this key, and the newest does not."""
    public, named = public_key(key, "", "").keyval["public"], {}
    for path in place.metadata.glob("*.root.json"):
        root = Metadata[Root].from_bytes(path.read_bytes()).signed
        named[root.version] = any(holder.public == public for holder in holders(root))
    return any(named.values()) and not named[max(named)]


def replace_online(place: Place, online: Ed25519PrivateKey, root_key: Ed25519PrivateKey, at: dt.datetime) -> None:
    """Writes the next root with another online key; what the former one signed must be signed again by two people."""
    root = newest_root(place).signed
    for holder in holders(root):
        if holder.role == "online":
            for role in _TUF_ROLES["online"]:
                root.revoke_key(holder.keyid, role)
    _enter(root, "office", "online", online)
    _next(place, root, root_key, at)


def renew_root(place: Place, root_key: Ed25519PrivateKey, at: dt.datetime) -> None:
    """Writes the root again with a later end."""
    _next(place, newest_root(place).signed, root_key, at)


def signer(place: Place, person: str, role: str, key: Ed25519PrivateKey) -> CryptoSigner:
    """Gives what signs with a person's key. Raises UnusableKeyError unless the root says it is this person's."""
    for known in newest_root(place).signed.keys.values():
        fields = known.unrecognized_fields
        if (fields.get(_PERSON), fields.get(_ROLE)) == (person, role) and isinstance(known, SSlibKey):
            if known.keyval["public"] == public_key(key, person, role).keyval["public"]:
                return CryptoSigner(key, known)
            raise UnusableKeyError(
                f"这不是 {person} 的密钥，文件被换过\nthis is not {person}'s key: the file was exchanged"
            )
    raise UnusableKeyError(f"信任根里没有 {person}（{role}）\nthe root does not name {person} as {role}")


def public_key(key: Ed25519PrivateKey, person: str, role: str) -> SSlibKey:
    """Gives the public half as the root keeps it, with whose it is."""
    public = SSlibKey.from_crypto(key.public_key())
    public.unrecognized_fields.update({_PERSON: person, _ROLE: role})
    return public


def _enter(root: Root, person: str, role: str, key: Ed25519PrivateKey) -> None:
    public: Key = public_key(key, person, role)
    for tuf_role in _TUF_ROLES[role]:
        root.add_key(public, tuf_role)


def _next(place: Place, root: Root, root_key: Ed25519PrivateKey, at: dt.datetime) -> None:
    root.version += 1
    _write(place, root, root_key, at)


def _write(place: Place, root: Root, root_key: Ed25519PrivateKey, at: dt.datetime) -> None:
    public = public_key(root_key, "", "").keyval["public"]
    before = root if root.version == 1 else newest_root(place).signed
    known = next((k for k in before.keys.values() if k.keyval["public"] == public), None)
    if not isinstance(known, SSlibKey) or known.keyid not in before.roles["root"].keyids:
        raise UnusableKeyError("这不是根密钥\nthis is no root key")
    if known.keyid not in root.roles["root"].keyids:
        raise UnusableKeyError("根密钥不能收回自己\na root key cannot take away itself")
    root.expires = (at + dt.timedelta(days=ROOT_DAYS)).astimezone(dt.UTC).replace(microsecond=0)
    document = Metadata(root)
    document.sign(CryptoSigner(root_key, known))
    write_whole(place.metadata / f"{root.version}.root.json", document.to_bytes(COMPACT))
