"""A translucent panel of text over the canvas, and the canvas as it is without it."""

import logging
import threading
from pathlib import Path

import pygame
import pygame.font

from player.stage.window import XRGB
from signage.layout import Box, Rotate, turned

INK = (255, 255, 255)
GROUND = (0, 0, 0, 200)
FONTS = Path(__file__).parent.parent / "fonts"

log = logging.getLogger(__name__)


class Scribe:
    """Draws text on threads of its own: a font is a file, and a page of characters takes longer than a frame may."""

    def __init__(self, upright: tuple[int, int]) -> None:
        """`upright` is the largest that a panel may be."""
        self._upright = upright
        self._fonts: dict[int, pygame.font.Font] = {}
        self._lines: tuple[str, ...] | None = None
        self._drawn: pygame.Surface | None = None
        self._thread: threading.Thread | None = None

    def drawn(self, lines: tuple[str, ...]) -> pygame.Surface | None:
        """Gives the panel with these lines; None while it is being drawn: ask again."""
        if self._thread is not None and self._thread.is_alive():
            return None
        if lines == self._lines:
            return self._drawn
        self._lines, self._drawn = lines, None
        self._thread = threading.Thread(target=self._draw, args=(lines,), name="panel", daemon=True)
        self._thread.start()
        return None

    def _draw(self, lines: tuple[str, ...]) -> None:
        try:
            self._drawn = self._panel(lines)
        except (OSError, pygame.error) as error:
            log.warning("the panel of text cannot be drawn: %s", error)
            self._drawn = pygame.Surface((1, 1), pygame.SRCALPHA, 32)

    def _panel(self, lines: tuple[str, ...]) -> pygame.Surface:
        """Gives the panel, as large as its text and at most as large as the canvas."""
        width, height = self._upright
        size = max(9, min(26, int(height * 0.9 / (max(1, len(lines)) * 1.5)), width // 24))
        font = self._font(size)
        rows = [font.render(line, True, INK) for line in lines]
        pad = size // 2
        step = font.get_linesize()
        wide = min(width, max((row.get_width() for row in rows), default=0) + 2 * pad)
        panel = pygame.Surface((wide, min(height, len(rows) * step + 2 * pad)), pygame.SRCALPHA, 32)
        panel.fill(GROUND)
        for number, row in enumerate(rows):
            panel.blit(row, (pad, pad + number * step))
        return panel

    def _font(self, size: int) -> pygame.font.Font:
        if size not in self._fonts:
            if not pygame.font.get_init():
                pygame.font.init()
            bundled = sorted([*FONTS.glob("*.otf"), *FONTS.glob("*.ttf")])
            # Each open font costs 2 MB: the size before is not wanted again.
            self._fonts = {size: pygame.font.Font(str(bundled[-1]) if bundled else None, size)}
        return self._fonts[size]


class Panel:
    """Keeps the picture below and lays the text over it whenever something is shown."""

    def __init__(self, size: tuple[int, int], rotate: Rotate, shown: pygame.Surface, origin: tuple[int, int]) -> None:
        """`size` is the turned canvas, which stands at `origin` of the surface `shown`."""
        self.below = pygame.Surface(size, 0, 32, XRGB)
        self.below.blit(shown, (0, 0), (*origin, *size))
        self._rotate = rotate
        self._upright = size if rotate in (0, 180) else (size[1], size[0])
        self._scribe = Scribe(self._upright)
        self._text: pygame.Surface | None = None
        self._area = pygame.Rect(0, 0, 0, 0)

    def write(self, lines: tuple[str, ...]) -> list[pygame.Rect] | None:
        """Sets the text; gives the part of the canvas that must be shown again, None while the text is being drawn."""
        drawn = self._scribe.drawn(lines)
        if drawn is None:
            return None
        before = self._area
        margin = max(2, min(self._upright) // 40)
        box = turned(Box(margin, margin, drawn.get_width(), drawn.get_height()), self._upright, self._rotate)
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
