"""What plays, decided: the pure rules and the values that player and office share."""

__version__ = "0.1.0"
