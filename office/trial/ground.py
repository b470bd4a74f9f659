"""The ground of a trial: a home, keys of made-up people, one screen, and a password for the console.

A trial's two signatures are not two people: their passphrases lie beside the keys, and whoever runs the trial has both.
"""

import datetime as dt
import json
import re
import secrets
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from office.enrolling import enroll, from_config, write_broker_files
from office.place import Place, write_secret, write_whole
from office.publishing.publish import open_signers, sign_again
from office.trusting.repository import standing
from office.trusting.root import PersonRole, holders, newest_root
from office.trusting.setup import admit_person, begin_office

USER = "office"
PEOPLE = {"root": "试用根", "author": "试用编制", "approver": "试用审核"}


def passphrase_file(place: Place, role: str) -> Path:
    """Gives where the passphrase of the made-up person of a role lies."""
    return place.home / "passphrases" / role


def make_keys(place: Place, at: dt.datetime) -> None:
    """Makes the keys that are missing, and has the made-up people sign an empty list. Raises UnusableKeyError, OSError.

    After a death half way it goes on where it stopped.
    """
    root = PEOPLE["root"], _passphrase(place, "root")
    if not any(place.metadata.glob("*.root.json")):
        begin_office(place, *root, at)
    known = {holder.role for holder in holders(newest_root(place).signed)}
    roles: tuple[PersonRole, ...] = ("author", "approver")
    for role in roles:
        if role not in known:
            admit_person(place, PEOPLE[role], role, _passphrase(place, role), root=root, at=at)
    if standing(place).targets is None:
        author, approver = ((PEOPLE[role], _passphrase(place, role)) for role in roles)
        sign_again(place, open_signers(place, author, approver), at)


def set_addresses(place: Place, *, broker: str, http: str, listen: str) -> None:
    """Writes where this trial's broker and console are into its settings."""
    text = place.settings_file.read_text(encoding="utf-8")
    for name, value in (("broker", broker), ("http", http), ("listen", listen)):
        line = f"{name} = {json.dumps(value)}"
        text = re.sub(rf"(?m)^{name} = .*$", line.replace("\\", r"\\"), text)
    write_whole(place.settings_file, text.encode(), 0o600)


def enroll_screen(place: Place, config: Path, at: dt.datetime) -> None:
    """Enrols the screen of a `kiosk_config.toml`, into `enrolments/{id}` of the home. Raises BadInput."""
    write_broker_files(place)
    enroll(place, from_config(config), None, "trial", at, new_password=True)


def new_login() -> str:
    """Gives a new password for the console's user; whoever came in with the old one is out."""
    # Twelve letters that nobody mixes up: 60 bits, and the console slows down whoever guesses.
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    password = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
    user, _ = get_user_model().objects.get_or_create(username=USER)
    user.set_password(password)
    user.save()
    Session.objects.all().delete()
    return password


def _passphrase(place: Place, role: str) -> str:
    path = passphrase_file(place, role)
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(24).encode())
    return path.read_text()
