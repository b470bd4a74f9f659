"""A copy of the canvas, made into a small picture file by a thread that has the time for it."""

import io

import pygame

from signage.layout import Rotate

LONGEST_PX = 960
"""Of the longer side: enough to see what shows, and encoded while no frame waits for it (2 ms, measured)."""
SMALLEST_PX = 64


class CanvasStill:
    """The copy; it is turned upright when it is made into a file."""

    def __init__(self, canvas: pygame.Surface, rotate: Rotate) -> None:
        self._canvas, self._rotate = canvas, rotate
        self.size = self._fitted(LONGEST_PX)

    def jpeg(self, most_bytes: int) -> bytes:
        """Gives it as large as fits into so many bytes; `size` says how large, in pixels."""
        longest = LONGEST_PX
        while True:
            self.size = self._fitted(longest)
            picture = pygame.transform.smoothscale(self._canvas, self._laid(self.size))
            if self._rotate:
                picture = pygame.transform.rotate(picture, self._rotate)
            file = io.BytesIO()
            pygame.image.save(picture, file, "shot.jpeg")
            if file.tell() <= most_bytes or longest <= SMALLEST_PX:
                return file.getvalue()
            longest = longest * 3 // 4

    def _fitted(self, longest: int) -> tuple[int, int]:
        width, height = self._laid(self._canvas.get_size())
        share = min(1.0, longest / max(width, height))
        return max(1, round(width * share)), max(1, round(height * share))

    def _laid(self, size: tuple[int, int]) -> tuple[int, int]:
        return (size[1], size[0]) if self._rotate in (90, 270) else size
