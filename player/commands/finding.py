"""One line of the page that `doctor` makes."""

import msgspec

from signage.errors import Words


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one subject."""

    subject: str
    ok: bool
    says: Words
    details: dict[str, object] = {}
