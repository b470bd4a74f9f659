"""What the office, or somebody at the screen, ordered until further notice."""

import msgspec


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """The orders in force; they outlast a restart."""

    blackout: bool = False
    """Nothing but black."""
    filler: bool = False
    """Nothing but filler."""
