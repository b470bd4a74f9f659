"""Where a picture falls in its zone: turning, fitting, cropping.

Rule: this file knows sizes and rectangles and nothing of pixels.
"""

from dataclasses import dataclass
from fractions import Fraction

from player.decode.protocol import Target
from signage.layout import Box, Fit, turned


@dataclass(frozen=True, slots=True)
class Turn:
    """How stored pixels become upright: first mirrored left to right, then turned clockwise by quarters."""

    mirror: bool = False
    quarters: int = 0

    def then(self, degrees: int) -> "Turn":
        """Gives this turn followed by a clockwise turn of 0, 90, 180 or 270 degrees."""
        return Turn(self.mirror, (self.quarters + degrees // 90) % 4)

    @property
    def swaps(self) -> bool:
        """Says whether width and height change places."""
        return self.quarters % 2 == 1


EXIF_TURNS = {
    2: Turn(True, 0),
    3: Turn(False, 2),
    4: Turn(True, 2),
    5: Turn(True, 3),
    6: Turn(False, 1),
    7: Turn(True, 1),
    8: Turn(False, 3),
}
"""What the values of the EXIF tag Orientation ask for (Exif 3.0, 4.6.5.1.6); 1 and all others ask for nothing."""

_LEVEL = {
    (False, False): Turn(),
    (True, True): Turn(False, 2),
    (True, False): Turn(True, 0),
    (False, True): Turn(True, 2),
}
_UPENDED = {
    (False, True): Turn(False, 1),
    (True, False): Turn(False, 3),
    (False, False): Turn(True, 3),
    (True, True): Turn(True, 1),
}


def turn_of_matrix(a: int, b: int, c: int, d: int) -> Turn:
    """Gives the turn that a display matrix asks for (ISO/IEC 14496-12, 6.2.2): x' = ax + cy, y' = bx + dy.

    Angles that are no multiple of 90 degrees are taken to the nearest axis.
    """
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return _LEVEL[a < 0, d < 0]
    return _UPENDED[b < 0, c < 0]


@dataclass(frozen=True, slots=True)
class Placement:
    """Which part of the stored picture goes where on the turned surface."""

    crop: tuple[float, float, float, float]
    """Left, top, right, bottom in stored pixels."""
    scaled: tuple[int, int]
    """Size the crop is scaled to before it is turned."""
    turn: Turn
    """From stored pixels to the surface."""
    place: Box
    """Where the turned picture lies on the surface."""
    surface: tuple[int, int]
    """Size of the whole surface, already turned."""


def surface_size(target: Target) -> tuple[int, int]:
    """Gives the size of a target's frames as they lie in the ring, (width, height) in pixels."""
    size = (target.width_px, target.height_px)
    return size if target.rotate % 180 == 0 else (size[1], size[0])


def upright_size(stored: tuple[int, int], turn: Turn, pixel_aspect: Fraction = Fraction(1)) -> tuple[int, int]:
    """Gives the size a picture is meant to be seen at: square pixels, upright; (width, height), at least 1."""
    width, height = stored
    if pixel_aspect > 0:
        width = max(1, round(width * pixel_aspect))
    return (height, width) if turn.swaps else (width, height)


def place(stored: tuple[int, int], turn: Turn, target: Target, pixel_aspect: Fraction = Fraction(1)) -> Placement:
    """Gives where a stored picture of `stored` = (width, height) pixels goes for `target`.

    `turn` makes the stored picture upright; the target's own rotation is added here.
    """
    zone = (target.width_px, target.height_px)
    seen = upright_size(stored, turn, pixel_aspect)
    box, part = _fitted(seen, zone, target.fit)
    whole = turn.then(target.rotate)
    place = turned(box, zone, target.rotate)
    scaled = (box.height, box.width) if turn.swaps else (box.width, box.height)
    across, down = (part[1], part[0]) if turn.swaps else part
    left, top = stored[0] * (1 - across) / 2, stored[1] * (1 - down) / 2
    return Placement(
        crop=(left, top, stored[0] - left, stored[1] - top),
        scaled=scaled,
        turn=whole,
        place=place,
        surface=surface_size(target),
    )


def _fitted(seen: tuple[int, int], zone: tuple[int, int], fit: Fit) -> tuple[Box, tuple[float, float]]:
    """Gives the box within the upright zone, and the parts (0..1] of width and height of the picture that show."""
    whole = Box(0, 0, *zone)
    match fit:
        case "stretch":
            return whole, (1.0, 1.0)
        case "cover":
            scale = max(zone[0] / seen[0], zone[1] / seen[1])
            return whole, (min(1.0, zone[0] / (seen[0] * scale)), min(1.0, zone[1] / (seen[1] * scale)))
        case "contain":
            scale = min(zone[0] / seen[0], zone[1] / seen[1])
            width, height = (_even(side * scale, most) for side, most in zip(seen, zone, strict=True))
            return Box((zone[0] - width) // 2, (zone[1] - height) // 2, width, height), (1.0, 1.0)


def _even(side: float, most: int) -> int:
    """Gives the nearest even length below `most`, or `most`.

    libswscale takes more than twice as long over lines of odd length: 1080p to 455 pixels 2.8 ms, to 456 1.3 ms; to
    1167 9.0 ms, to 1168 2.1 ms.
    """
    return most if round(side) >= most else min(most, max(1, 2 * round(side / 2)))


def colour_of(text: str) -> tuple[int, int, int]:
    """Gives red, green, blue of `#rrggbb`; anything else is black."""
    digits = text.removeprefix("#")
    if len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
        return (0, 0, 0)
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
