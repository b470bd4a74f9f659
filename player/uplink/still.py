"""A picture of the canvas, as the render thread left it: made into a file by whoever wants one."""

from typing import Protocol


class Still(Protocol):
    """A copy of the canvas."""

    @property
    def size(self) -> tuple[int, int]: ...

    def jpeg(self, most_bytes: int) -> bytes:
        """Gives it upright, as large as fits into so many bytes."""
        ...
