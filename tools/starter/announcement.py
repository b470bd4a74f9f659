"""Makes the broadcast: a chime, the announcement, a pause, the announcement again."""

from pathlib import Path
from typing import Final

from tools.starter.film import write_sound
from tools.starter.recordings import recording
from tools.starter.soundtrack import Track, bell, speech
from tools.starter.texts import Broadcast

CHIME_HZ: Final = (392.0, 523.25, 659.25)
CHIME_S: Final = 4.2
BETWEEN_LINES_S: Final = 0.55
BETWEEN_TIMES_S: Final = 2.5
LAST_S: Final = 3.0


def make(texts: Broadcast, path: Path) -> float:
    """Writes the broadcast and gives its length in seconds."""
    said = [speech(recording(f"broadcast-{i}")) for i in range(1, len(texts.say) + 1)]
    once_s = sum(len(line) / 48000 + BETWEEN_LINES_S for line in said)
    seconds = CHIME_S + texts.times * once_s + (texts.times - 1) * BETWEEN_TIMES_S + LAST_S
    track = Track(seconds)
    at_s = CHIME_S
    for time in range(texts.times):
        for line in said:
            track.add(line, at_s, 1.0)
            at_s += len(line) / 48000 + BETWEEN_LINES_S
        at_s += BETWEEN_TIMES_S if time + 1 < texts.times else 0
    track.echo(0.085, 0.13)
    for i, hertz in enumerate(CHIME_HZ):
        track.add(bell(hertz, 3.4), 0.15 + 0.72 * i, 0.16)
    track.add(bell(CHIME_HZ[0], 2.6), seconds - 2.9, 0.12)
    write_sound(path, track.pcm(0.95))
    return seconds
