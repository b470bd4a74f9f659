"""Putting pictures and sound on the screen, frame by frame."""

import sys

# Sound is played by a process of its own; pygame loads its mixer unasked, and with it 2 MB of codecs.
for _part in ("pygame.mixer", "pygame.mixer_music"):
    sys.modules.setdefault(_part, None)  # type: ignore[arg-type]
