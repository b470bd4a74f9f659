"""What plays, decided: the pure rules and the values that player and office share."""
