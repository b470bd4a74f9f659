"""A translucent panel of text over the canvas, and the canvas as it is without it."""

from pathlib import Path

import pygame
import pygame.font

from player.stage.window import XRGB
from signage.layout import Box, Rotate, turned

INK = (255, 255, 255)
GROUND = (0, 0, 0, 200)
FONTS = Path(__file__).parent.parent / "fonts"


class Panel:
    """Keeps the picture below and lays the text over it whenever something is shown."""

    def __init__(self, size: tuple[int, int], rotate: Rotate, shown: pygame.Surface, origin: tuple[int, int]) -> None:
        """`size` is the turned canvas, which stands at `origin` of the surface `shown`."""
        self.below = pygame.Surface(size, 0, 32, XRGB)
        self.below.blit(shown, (0, 0), (*origin, *size))
        self._size = size
        self._rotate = rotate
        self._text: pygame.Surface | None = None
        self._area = pygame.Rect(0, 0, 0, 0)

    def write(self, lines: tuple[str, ...]) -> list[pygame.Rect]:
        """Sets the text; gives the part of the canvas that must be shown again."""
        before = self._area
        upright = self._size if self._rotate in (0, 180) else (self._size[1], self._size[0])
        drawn = _drawn(lines, upright)
        margin = max(2, min(upright) // 40)
        box = turned(Box(margin, margin, drawn.get_width(), drawn.get_height()), upright, self._rotate)
        self._text = pygame.transform.rotate(drawn, -self._rotate) if self._rotate else drawn
        self._area = pygame.Rect(box.x, box.y, box.width, box.height)
        return [self._area.union(before)] if before else [self._area]

    def compose(self, shown: pygame.Surface, origin: tuple[int, int], areas: list[pygame.Rect]) -> list[pygame.Rect]:
        """Brings the changed parts, and the panel over them, to the surface that is shown; gives what changed there."""
        over = self._text is not None and any(self._area.colliderect(area) for area in areas)
        parts = [*areas, self._area] if over else areas
        for area in parts:
            shown.blit(self.below, area.move(origin), area)
        if over and self._text is not None:
            shown.blit(self._text, self._area.move(origin))
        return parts

    def clear(self, shown: pygame.Surface, origin: tuple[int, int]) -> pygame.Rect:
        """Puts the picture back where the panel was; gives that part."""
        shown.blit(self.below, self._area.move(origin), self._area)
        return self._area


def _drawn(lines: tuple[str, ...], upright: tuple[int, int]) -> pygame.Surface:
    """Gives the panel, as large as its text and at most as large as the canvas."""
    width, height = upright
    size = max(9, min(26, int(height * 0.9 / (max(1, len(lines)) * 1.5)), width // 24))
    font = _font(size)
    rows = [font.render(line, True, INK) for line in lines]
    pad = size // 2
    step = font.get_linesize()
    wide = min(width, max((row.get_width() for row in rows), default=0) + 2 * pad)
    panel = pygame.Surface((wide, min(height, len(rows) * step + 2 * pad)), pygame.SRCALPHA, 32)
    panel.fill(GROUND)
    for number, row in enumerate(rows):
        panel.blit(row, (pad, pad + number * step))
    return panel


def _font(size: int) -> pygame.font.Font:
    if not pygame.font.get_init():
        pygame.font.init()
    bundled = sorted([*FONTS.glob("*.otf"), *FONTS.glob("*.ttf")])
    return pygame.font.Font(str(bundled[-1]) if bundled else None, size)
