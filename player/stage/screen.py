"""The canvas: pixels in, picture out.

Rule: sizes and places are pixels of the turned canvas; a frame is rows of 32-bit B,G,R,X without padding.
"""

import io
import logging
from dataclasses import dataclass
from typing import Literal, cast

import pygame

from player.stage.panel import Panel
from player.stage.ports import Closed, Exposed, Key, ScreenEvent
from player.stage.shared_picture import close_to_others
from player.stage.shot import CanvasStill
from player.stage.window import (
    UNSEEN,
    XRGB,
    NoDisplayError,
    NoWindow,
    Window,
    Wish,
    desktop_sizes,
    no_display_words,
    open_window,
    room,
    too_small_words,
)
from signage.errors import Words
from signage.layout import Box, Rotate

log = logging.getLogger(__name__)

RETRY_S = 2.0
PLACED = ("x11", "windows")
"""SDL's drivers of desktops on which a window has a known place."""
MOST_STRANGERS = 3
"""So often a window is made anew because another account holds its memory."""
LOOKS_EVERY_S = 0.25
KEYS: dict[int, Literal["escape", "i", "n", "b"]] = {
    pygame.K_ESCAPE: "escape",
    pygame.K_i: "i",
    pygame.K_n: "n",
    pygame.K_b: "b",
}


@dataclass(frozen=True, slots=True)
class ScreenFacts:
    """What the screen turned out to be, for `doctor` and the log."""

    driver: str
    """SDL's name: `x11`, `wayland`, `windows`, `dummy`; `none` while headless."""
    mode: str
    """`direct`, `vsync` or `headless`."""
    size: tuple[int, int]
    vsync_hz: float | None
    trouble: Words | None


class Screen:
    """One canvas, in a window or in memory."""

    def __init__(self, wish: Wish, *, rotate: Rotate = 0, headless: bool = False) -> None:
        """Opens the window; without a display the canvas stays in memory and `trouble` says so."""
        self._wish = wish
        self._rotate = rotate
        self._headless = headless
        self._sheets: dict[int, pygame.Surface] = {}
        self._made = 0
        self._retry_at = 0.0
        self._no_display: Words | None = None
        self._displays: tuple[tuple[int, int], ...] = ()
        """How large each display was when the window was opened."""
        self._window: Window = NoWindow(wish.size)
        if not headless:
            self._open()
        self._panel: Panel | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Gives the turned canvas."""
        return self._wish.size

    @property
    def vsync_hz(self) -> float | None:
        """Gives the pace at which the display itself takes pictures; None when it takes them at any time."""
        return self._window.vsync_hz

    @property
    def looks_every_s(self) -> float | None:
        """Gives how often `events` wants to be asked; None when there is no window that could have any.

        pygame's own waiting looks every millisecond and costs 2.5 % of a core: wait on something else, look this often.
        """
        return None if isinstance(self._window, NoWindow) else LOOKS_EVERY_S

    @property
    def mode(self) -> str:
        """Gives how pictures reach the display: `direct`, `vsync` or `headless`."""
        return self._window.mode

    @property
    def desktop_box(self) -> tuple[int, int, int, int] | None:
        """Returns where the canvas lies on the desktop: x, y, width, height.

        None while there is no window, and where a desktop does not say where its windows are.
        """
        has_place = not isinstance(self._window, NoWindow) and pygame.display.get_driver() in PLACED
        return (*self._wish.position, *self.size) if has_place else None

    @property
    def is_on_display(self) -> bool:
        """Whether there is a window, on something that people could look at."""
        return not isinstance(self._window, NoWindow) and pygame.display.get_driver() not in UNSEEN

    @property
    def trouble(self) -> Words | None:
        """What is wrong with the display, for people."""
        if self._no_display is not None or self.visible_px == self.size:
            return self._no_display
        return too_small_words(self.visible_px, self.size)

    @property
    def visible_px(self) -> tuple[int, int]:
        """Returns how much of the turned canvas, from its top left, has room on the display."""
        return self._window.visible_px

    def colours_at(self, places: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
        """Gives 0xRRGGBB at places of the canvas, as it was last brought before people's eyes."""
        surface, (left, top) = self._window.surface, self._window.origin
        found = (surface.get_at((left + x, top + y)) for x, y in places)
        return tuple(colour.r << 16 | colour.g << 8 | colour.b for colour in found)

    @property
    def sheets_made(self) -> int:
        """Counts the off-screen pictures ever made."""
        return self._made

    def sheet(self, width: int, height: int) -> int:
        """Makes an off-screen picture."""
        self._made += 1
        self._sheets[self._made] = pygame.Surface((width, height), 0, 32, XRGB)
        return self._made

    def forget(self, sheet: int) -> None:
        """Drops an off-screen picture."""
        del self._sheets[sheet]

    def paint(self, pixels: memoryview, box: Box) -> None:
        """Puts a frame as large as `box` on the canvas; the pixels are copied once."""
        surface, (left, top) = self._target()
        x, y = box.x + left, box.y + top
        row = surface.get_pitch()
        fits = y >= 0 and y + box.height <= surface.get_height()
        if x == 0 and row == box.width * 4 and fits and surface.get_masks() == XRGB:
            view = memoryview(cast(bytearray, surface.get_view("0")))
            view[y * row : (y + box.height) * row] = pixels
            view.release()
        else:
            surface.blit(_frame(pixels, (box.width, box.height)), (x, y))

    def lay(self, sheet: int, pixels: memoryview, size: tuple[int, int], source: Box, at: tuple[int, int]) -> None:
        """Copies part of a frame of `size` to a sheet."""
        self._sheets[sheet].blit(_frame(pixels, size), at, _rect(source))

    def keep(self, sheet: int, box: Box) -> None:
        """Copies part of the canvas to the same place of a sheet."""
        surface, (left, top) = self._target()
        self._sheets[sheet].blit(surface, (box.x, box.y), (box.x + left, box.y + top, box.width, box.height))

    def copy(self, sheet: int, source: Box, at: tuple[int, int], alpha: int = 255) -> None:
        """Copies part of a sheet to the canvas, or lays it over with `alpha` of 255."""
        surface, (left, top) = self._target()
        picture = self._sheets[sheet]
        if alpha < 255:
            picture.set_alpha(alpha)
        surface.blit(picture, (at[0] + left, at[1] + top), _rect(source))
        if alpha < 255:
            picture.set_alpha(None)

    def fill(self, box: Box, colour: str, sheet: int | None = None) -> None:
        """Fills part of the canvas, or of a sheet, with a `#rrggbb`."""
        if sheet is not None:
            self._sheets[sheet].fill(colour, _rect(box))
            return
        surface, (left, top) = self._target()
        surface.fill(colour, (box.x + left, box.y + top, box.width, box.height))

    def flip(self, boxes: tuple[Box, ...]) -> None:
        """Brings the given parts of the canvas before people's eyes."""
        left, top = self._window.origin
        areas = [_rect(box) for box in boxes]
        if self._panel is not None:
            areas = self._panel.compose(self._window.surface, (left, top), areas)
        self._window.flip([area.move(left, top) for area in areas])

    def show_panel(self, lines: tuple[str, ...]) -> bool:
        """Lays a panel of text over the canvas, or writes it anew; the picture below goes on.

        False while the text is being drawn: ask again.
        """
        if self._panel is None:
            self._panel = Panel(self.size, self._rotate, self._window.surface, self._window.origin)
        changed = self._panel.write(lines)
        if changed is not None:
            self.flip(tuple(_box(area) for area in changed))
        return changed is not None

    def hide_panel(self) -> None:
        """Takes the panel away; what is below is there at once."""
        if self._panel is None:
            return
        area = self._panel.clear(self._window.surface, self._window.origin)
        self._panel = None
        self.flip((_box(area),))

    def events(self) -> tuple[ScreenEvent, ...]:
        """Gives what people and the window system did since the last time."""
        if not pygame.display.get_init():
            return ()
        found: list[ScreenEvent] = []
        for event in pygame.event.get():
            if event.type == pygame.KEYDOWN and event.key in KEYS:
                found.append(Key(KEYS[event.key]))
            elif event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
                found.append(Closed())
            elif event.type == pygame.WINDOWEXPOSED:
                self.flip((Box(0, 0, *self.size),))
                found.append(Exposed())
        return tuple(found)

    def retry_display(self, now: float) -> bool:
        """Looks every two seconds for a display that is missing, or of another size than before.

        Says whether the picture came onto it.
        """
        if self._headless or now < self._retry_at:
            return False
        self._retry_at = now + RETRY_S
        if self._no_display is None and not self._has_other_room():
            return False
        before = self._copied()
        if self._no_display is None:
            log.info("the display has another size: the window is opened anew")
            self._panel = None
            self._window.close()
            self._window = NoWindow(self.size)
        if not self._open():
            self._window.surface.blit(before, (0, 0))
            return False
        left, top = self._window.origin
        self._window.surface.blit(before, (left, top))
        self.flip((Box(0, 0, *self.size),))
        return True

    def still(self) -> CanvasStill:
        """Gives a copy of what is before people's eyes, for another thread to make a file of."""
        return CanvasStill(self._copied(), self._rotate)

    def snapshot(self, kind: Literal["png", "jpeg"] = "png", *, upright: bool = True) -> bytes:
        """Gives what is on the canvas as a picture file, turned back for reading unless told otherwise."""
        shown = self._copied()
        if upright and self._rotate:
            shown = pygame.transform.rotate(shown, self._rotate)
        file = io.BytesIO()
        pygame.image.save(shown, file, f"shot.{kind}")
        return file.getvalue()

    def describe(self) -> ScreenFacts:
        """Gives what the screen turned out to be."""
        driver = pygame.display.get_driver() if pygame.display.get_init() else "none"
        return ScreenFacts(driver, self._window.mode, self.size, self.vsync_hz, self.trouble)

    def close(self) -> None:
        """Closes the window."""
        self._window.close()
        self._window = NoWindow((1, 1))
        self._headless = True

    def _copied(self) -> pygame.Surface:
        shown = pygame.Surface(self.size, 0, 32, XRGB)
        shown.blit(self._window.surface, (0, 0), (*self._window.origin, *self.size))
        return shown

    def _open(self) -> bool:
        try:
            self._window = _opened_alone(self._wish)
        except NoDisplayError as error:
            if self._no_display is None:
                log.warning("no display: %s", error)
            self._no_display = no_display_words(error)
            return False
        self._no_display, self._displays = None, desktop_sizes()
        log.info("display open: %s", self.describe())
        return True

    def _has_other_room(self) -> bool:
        """Whether the display shows more or less of a full screen's canvas than when its window was opened."""
        displays = desktop_sizes() if self._wish.fullscreen else ()
        if displays == self._displays:
            return False
        return any(room(each, self._wish.position, self.size) != self.visible_px for each in displays)

    def _target(self) -> tuple[pygame.Surface, tuple[int, int]]:
        """Gives where to draw: below the panel while there is one."""
        if self._panel is not None:
            return self._panel.below, (0, 0)
        return self._window.surface, self._window.origin


def _opened_alone(wish: Wish) -> Window:
    """Opens a window whose pixels nobody else holds; another one if somebody was quicker than we."""
    window = open_window(wish)
    for _ in range(MOST_STRANGERS):
        if not any(each.is_shared_with_strangers for each in close_to_others()):
            return window
        log.error("another account of this machine held the picture's memory; it is made anew")
        window.close()
        window = open_window(wish)
    if any(each.is_shared_with_strangers for each in close_to_others()):
        log.error("another account of this machine holds the picture's memory again and again")
    return window


def _frame(pixels: memoryview, size: tuple[int, int]) -> pygame.Surface:
    surface = pygame.image.frombuffer(pixels, size, "BGRA")
    # The fourth byte means nothing: without this it would be taken for transparency.
    surface.set_alpha(None)
    return surface


def _rect(box: Box) -> pygame.Rect:
    return pygame.Rect(box.x, box.y, box.width, box.height)


def _box(area: pygame.Rect) -> Box:
    return Box(area.x, area.y, area.width, area.height)
