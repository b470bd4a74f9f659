"""Makes an office's keys and lets people sign: the steps of `wuzha-office keys`."""

import datetime as dt
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.place import Place, locked, write_secret
from office.trusting.keys import UnusableKeyError, key_path, make_key, open_key, open_online_key
from office.trusting.root import Holder, PersonRole, admit, begin, dismiss, must_be_new, newest_root, renew_root

PersonPhrase = tuple[str, str]
"""A person's name and passphrase."""


def begin_office(place: Place, person: str, passphrase: str, at: dt.datetime) -> None:
    """Makes the root key of a person, the online key with a passphrase of its own, and the first root."""
    with locked(place):
        if any(place.metadata.glob("*.root.json")):
            raise UnusableKeyError("已经有信任根了，没有改动\nthere is a root already, nothing was changed")
        root_key = _made_or_opened(place, person, "root", passphrase)
        if not key_path(place, "office", "online").exists():
            online_passphrase = secrets.token_urlsafe(32)
            write_secret(place.home / "online.passphrase", online_passphrase.encode())
            make_key(place, "office", "online", online_passphrase)
        begin(place, person, root_key, open_online_key(place), at)


def admit_person(
    place: Place, person: str, role: PersonRole, passphrase: str, *, root: PersonPhrase, at: dt.datetime
) -> None:
    """Makes a person's key and lets it sign; `root` signs for that. Raises UnusableKeyError, and nothing is changed."""
    with locked(place):
        root_key = open_key(place, root[0], "root", root[1])
        must_be_new(newest_root(place).signed, person, role)
        key = _made_or_opened(place, person, role, passphrase)
        admit(place, person, role, key, root_key=root_key, at=at)


def dismiss_person(place: Place, person: str, root: PersonPhrase, at: dt.datetime) -> tuple[Holder, ...]:
    """Takes a person's rights away; the key files stay, and sign nothing any more."""
    with locked(place):
        return dismiss(place, person, open_key(place, root[0], "root", root[1]), at)


def renew(place: Place, root: PersonPhrase, at: dt.datetime) -> None:
    """Lets the root hold longer."""
    with locked(place):
        renew_root(place, open_key(place, root[0], "root", root[1]), at)


def _made_or_opened(place: Place, person: str, role: PersonRole, passphrase: str) -> Ed25519PrivateKey:
    """A key that was made, but not admitted because the process died, is taken up if the passphrase is right."""
    if key_path(place, person, role).exists():
        return open_key(place, person, role, passphrase)
    return make_key(place, person, role, passphrase)
