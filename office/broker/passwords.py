"""The broker's password file, as mosquitto reads it: one `user:$7$…` a line, PBKDF2 with SHA-512.

Rule: pure; the file comes and goes as text.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

ROUNDS = 101
"""As mosquitto_passwd makes them. Our passwords are 256 random bits, which no number of rounds makes harder to guess,
and the broker checks them one after the other when a whole fleet comes back."""
MOST_ROUNDS = 1_000_000
SALT_BYTES, HASH_BYTES = 12, 64


def new_password() -> str:
    """Gives a password of 256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(password: str, salt: bytes | None = None) -> str:
    """Gives what the file keeps of a password."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, HASH_BYTES)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def matches(password: str, kept: str) -> bool:
    """Says whether this is the password of which the file keeps `kept`."""
    try:
        nothing, kind, rounds, salt, digest = kept.split("$")
        if (nothing, kind) != ("", "7") or not 1 <= int(rounds) <= MOST_ROUNDS:
            return False
        expected = base64.b64decode(digest, validate=True)
        found = hashlib.pbkdf2_hmac(
            "sha512", password.encode(), base64.b64decode(salt, validate=True), int(rounds), HASH_BYTES
        )
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(found, expected)


def read_passwords(text: str) -> dict[str, str]:
    """Gives what a file keeps of each user's password; lines that are none are passed over."""
    found = {}
    for line in text.splitlines():
        user, colon, kept = line.strip().partition(":")
        if user and colon and not user.startswith("#"):
            found[user] = kept
    return found


def with_password(text: str, user: str, password: str) -> str:
    """Gives the file with a user's new password."""
    return _written({**read_passwords(text), user: hashed(password)})


def without_user(text: str, user: str) -> str:
    """Gives the file without a user."""
    return _written({name: kept for name, kept in read_passwords(text).items() if name != user})


def _written(passwords: dict[str, str]) -> str:
    return "".join(f"{user}:{kept}\n" for user, kept in sorted(passwords.items()))
