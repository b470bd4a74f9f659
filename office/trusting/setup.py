"""Makes an office's keys and lets people sign: the steps of `wuzha-office keys`."""

import contextlib
import datetime as dt
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.place import ONLINE_PASSPHRASE, Place, locked, sync_folder, write_secret
from office.trusting.keys import (
    ClosedKeyError,
    UnusableKeyError,
    key_path,
    make_key,
    must_be_long,
    open_key,
    open_online_key,
    put_aside,
    sealed,
)
from office.trusting.root import (
    Holder,
    PersonRole,
    admit,
    begin,
    dismiss,
    must_be_new,
    newest_root,
    renew_root,
    replace_online,
    was_taken_away,
)

PersonPhrase = tuple[str, str]
"""A person's name and passphrase."""


def begin_office(place: Place, person: str, passphrase: str, at: dt.datetime) -> None:
    """Makes the root key of a person, the online key with a passphrase of its own, and the first root."""
    with locked(place):
        if any(place.metadata.glob("*.root.json")):
            raise UnusableKeyError("已经有信任根了，没有改动\nthere is a root already, nothing was changed")
        root_key, _ = _made_or_opened(place, person, "root", passphrase)
        if not key_path(place, "office", "online").exists():
            online_passphrase = secrets.token_urlsafe(32)
            write_secret(place.home / ONLINE_PASSPHRASE, online_passphrase.encode())
            make_key(place, "office", "online", online_passphrase)
        begin(place, person, root_key, open_online_key(place), at)


def admit_person(
    place: Place, person: str, role: PersonRole, passphrase: str, *, root: PersonPhrase, at: dt.datetime
) -> Path | None:
    """Makes a person's key and lets it sign; `root` signs for that. Raises UnusableKeyError, and nothing is changed.

    Returns where a former key of theirs was put aside: nobody has to know its passphrase, and it signs nothing.
    """
    with locked(place):
        root_key = open_key(place, root[0], "root", root[1])
        must_be_new(newest_root(place).signed, person, role)
        key, aside = _made_or_opened(place, person, role, passphrase)
        admit(place, person, role, key, root_key=root_key, at=at)
        return aside


def replace_online_key(place: Place, root: PersonPhrase, at: dt.datetime) -> Path | None:
    """Makes another online key, with another passphrase in the home; returns where the former one was put aside.

    Neither the former key nor its passphrase is needed. Screens follow by the root; two people have to sign again.
    Raises UnusableKeyError, and nothing is changed. After a death half way it is simply done again.
    """
    with locked(place):
        root_key = open_key(place, root[0], "root", root[1])
        path, opens = key_path(place, "office", "online"), place.home / ONLINE_PASSPHRASE
        key, passphrase = Ed25519PrivateKey.generate(), secrets.token_urlsafe(32)
        # On the disk before the root names it, and in its place only when it does.
        coming = {path: sealed(key, "online", passphrase), opens: passphrase.encode()}
        partials = {target: target.with_name(f".{target.name}.coming") for target in coming}
        for target, partial in partials.items():
            write_secret(partial, coming[target])
        replace_online(place, key, root_key, at)
        aside = put_aside(path) if path.exists() else None
        for target, partial in partials.items():
            partial.replace(target)
            sync_folder(target.parent)
        return aside


def dismiss_person(place: Place, person: str, root: PersonPhrase, at: dt.datetime) -> tuple[Holder, ...]:
    """Takes a person's rights away; the key files stay, and sign nothing any more."""
    with locked(place):
        return dismiss(place, person, open_key(place, root[0], "root", root[1]), at)


def renew(place: Place, root: PersonPhrase, at: dt.datetime) -> None:
    """Lets the root hold longer."""
    with locked(place):
        renew_root(place, open_key(place, root[0], "root", root[1]), at)


def _made_or_opened(
    place: Place, person: str, role: PersonRole, passphrase: str
) -> tuple[Ed25519PrivateKey, Path | None]:
    """Returns a person's new key, and where a former one was put aside.

    One that was made, but not admitted because the process died, is taken up if the passphrase is right.
    """
    aside, path = None, key_path(place, person, role)
    if path.exists():
        with contextlib.suppress(ClosedKeyError):
            key = open_key(place, person, role, passphrase)
            if not was_taken_away(place, key):
                return key, None
        must_be_long(passphrase)
        aside = put_aside(path)
    return make_key(place, person, role, passphrase), aside
