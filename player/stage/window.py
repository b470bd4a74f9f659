"""Opening the window that the canvas is shown in, or doing without one.

Rule: a window is opened once and kept (`set_mode` again and again leaks, pygame-ce #3502).
"""

import contextlib
import ctypes
import os
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pygame
from pygame._sdl2 import video

from signage.errors import Words, WuzhaError

Present = Literal["auto", "vsync", "direct"]
XRGB = (0xFF0000, 0xFF00, 0xFF, 0)
VSYNC_TRIALS = 20
GL_RENDERER = 0x1F01
GL_LIBRARIES = ("libGL.so.1", "libGLESv2.so.2")
NO_DESKTOP = "neither DISPLAY nor WAYLAND_DISPLAY is set"
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software")
"""What OpenGL calls itself where the processor does its work."""
UNSEEN = ("offscreen", "dummy", "evdev")


class NoDisplayError(WuzhaError):
    """There is no display to open a window on."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The window that is wanted; pixels of the turned canvas."""

    size: tuple[int, int]
    position: tuple[int, int] = (0, 0)
    fullscreen: bool = False
    present: Present = "auto"
    title: str = "Wuzha"


class Window(Protocol):
    """A surface to draw on, and how it comes before people's eyes."""

    @property
    def surface(self) -> pygame.Surface: ...
    @property
    def origin(self) -> tuple[int, int]: ...
    @property
    def mode(self) -> str: ...
    @property
    def vsync_hz(self) -> float | None: ...
    @property
    def visible_px(self) -> tuple[int, int]:
        """Returns how much of the canvas, from its top left, has room on the display."""
        ...

    def flip(self, areas: list[pygame.Rect]) -> None: ...
    def close(self) -> None: ...


class NoWindow:
    """A canvas in memory only: headless, or no display yet."""

    mode = "headless"
    vsync_hz = None
    origin = (0, 0)

    def __init__(self, size: tuple[int, int]) -> None:
        self.surface = pygame.Surface(size, 0, 32, XRGB)
        self.visible_px = size

    def flip(self, areas: list[pygame.Rect]) -> None:
        """Does nothing: nobody looks."""

    def close(self) -> None:
        """Does nothing."""


class DirectWindow:
    """Drawn by the processor straight into the window; only what changed is sent."""

    mode = "direct"
    vsync_hz = None

    def __init__(self, wish: Wish) -> None:
        """Raises NoDisplayError when the window cannot be opened."""
        size = (0, 0) if wish.fullscreen else wish.size
        flags = pygame.FULLSCREEN if wish.fullscreen else pygame.NOFRAME
        try:
            self.surface = pygame.display.set_mode(size, flags)
        except pygame.error as error:
            raise NoDisplayError(str(error)) from error
        pygame.display.set_caption(wish.title)
        self.origin = wish.position if wish.fullscreen else (0, 0)
        self.visible_px = room(self.surface.get_size(), self.origin, wish.size)

    def flip(self, areas: list[pygame.Rect]) -> None:
        """Sends the given parts to the display."""
        pygame.display.update(areas)

    def close(self) -> None:
        """Closes the window."""
        pygame.display.quit()


class CroppedWindow:
    """A full screen that is smaller than the canvas: drawn in memory, and shown as far as there is room."""

    mode = "direct"
    vsync_hz = None
    origin = (0, 0)

    def __init__(self, wish: Wish, window: DirectWindow) -> None:
        """Shows in an open `window`."""
        self.surface = pygame.Surface(wish.size, 0, 32, XRGB)
        self.visible_px = window.visible_px
        self._window = window

    def flip(self, areas: list[pygame.Rect]) -> None:
        """Sends the given parts to the display, as far as they are on it."""
        shown, (left, top) = self._window.surface, self._window.origin
        visible = pygame.Rect((0, 0), self.visible_px)
        parts = [part for area in areas if (part := area.clip(visible))]
        for part in parts:
            shown.blit(self.surface, part.move(left, top), part)
        self._window.flip([part.move(left, top) for part in parts])

    def close(self) -> None:
        """Closes the window."""
        self._window.close()


class VsyncWindow:
    """Drawn in memory, uploaded to the graphics card, and shown at the display's own pace."""

    mode = "vsync"

    def __init__(self, wish: Wish) -> None:
        """Raises NoDisplayError when there is no window, or no renderer that waits for the display."""
        try:
            self._window = _bare_window(wish)
            self._renderer = video.Renderer(self._window, accelerated=1, vsync=True)
            self._texture = video.Texture(self._renderer, wish.size, streaming=True)
        except (pygame.error, ValueError) as error:
            raise NoDisplayError(str(error)) from error
        self.surface = pygame.Surface(wish.size, 0, 32, XRGB)
        self.origin = (0, 0)
        self._dest = pygame.Rect(wish.position if wish.fullscreen else (0, 0), wish.size)
        self.visible_px = room(self._window.size, self._dest.topleft, wish.size)
        self.vsync_hz: float | None = self._measured_hz()
        if self.vsync_hz is None:
            self.close()
            raise NoDisplayError("the renderer does not wait for the display")

    def flip(self, areas: list[pygame.Rect]) -> None:
        """Uploads the given parts and waits for the display to take the whole."""
        whole = self.surface.get_rect()
        for area in areas:
            part = area.clip(whole)
            if part.size == whole.size:
                self._texture.update(self.surface)
            elif part:
                self._texture.update(self.surface.subsurface(part), part)
        self._show()

    def close(self) -> None:
        """Closes the window."""
        self._window.destroy()

    def _show(self) -> None:
        self._renderer.clear()
        self._texture.draw(None, self._dest)
        self._renderer.present()

    def _measured_hz(self) -> float | None:
        """Gives the pace at which presenting comes back; None when it does not wait at all."""
        self._show()
        began = time.monotonic()
        for _ in range(VSYNC_TRIALS):
            self._show()
        pace = VSYNC_TRIALS / (time.monotonic() - began)
        told = max(pygame.display.get_desktop_refresh_rates(), default=0)
        if told > 0 and abs(pace - told) <= 0.1 * told:
            return float(told)
        return pace if 20.0 <= pace <= 250.0 else None


def open_window(wish: Wish) -> Window:
    """Opens the best window there is; raises NoDisplayError when there is none."""
    _set_hints(wish)
    if not _may_have_display():
        raise NoDisplayError(NO_DESKTOP)
    try:
        pygame.display.init()
    except pygame.error as error:
        raise NoDisplayError(str(error)) from error
    if pygame.display.get_driver() in UNSEEN and not os.environ.get("SDL_VIDEODRIVER"):
        # SDL's last resort when no display answers: it draws where nobody can look.
        pygame.display.quit()
        raise NoDisplayError("the display does not answer")
    pygame.event.set_blocked(None)
    pygame.event.set_allowed([pygame.QUIT, pygame.KEYDOWN, pygame.WINDOWEXPOSED, pygame.WINDOWCLOSE, pygame.USEREVENT])
    window = _opened(wish)
    pygame.mouse.set_visible(False)
    return window


def has_gpu(devices: Path = Path("/dev/dri")) -> bool:
    """Says whether there is a graphics card that we may use; beside Linux every desktop has one."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.access(node, os.R_OK | os.W_OK) for node in devices.glob("renderD*"))


def gl_renderer() -> str:
    """Gives what the OpenGL of the renderer just made on this thread calls itself; nothing where that is not known."""
    if not sys.platform.startswith("linux"):
        return ""
    for library in GL_LIBRARIES:
        with contextlib.suppress(OSError, AttributeError):
            ask = ctypes.CDLL(library).glGetString
            ask.argtypes, ask.restype = [ctypes.c_uint], ctypes.c_char_p
            if told := ask(GL_RENDERER):
                return bytes(told).decode("ascii", "replace")
    return ""


def is_software(renderer: str) -> bool:
    """Says whether an OpenGL of that name draws with the processor."""
    return any(name in renderer.lower() for name in SOFTWARE_RENDERERS)


def no_display_words(error: NoDisplayError) -> Words:
    """Gives the sentence for people who find no picture."""
    why = "没有图形界面：没有登录桌面，或者这是远程登录" if str(error) == NO_DESKTOP else "没有可用的显示器"
    return Words(
        zh=f"{why}；节目照常运行，接上显示器后自动显示",
        en=f"no display ({error}); the program goes on and appears as soon as there is one",
    )


def desktop_sizes() -> tuple[tuple[int, int], ...]:
    """Returns how large each display is now."""
    return tuple(pygame.display.get_desktop_sizes()) if pygame.display.get_init() else ()


def room(display: tuple[int, int], origin: tuple[int, int], canvas: tuple[int, int]) -> tuple[int, int]:
    """Returns how much of a canvas that lies at `origin` a display shows."""
    width, height = (max(0, min(canvas[n], display[n] - origin[n])) for n in (0, 1))
    return width, height


def too_small_words(visible: tuple[int, int], canvas: tuple[int, int]) -> Words:
    """Returns the sentence for people who see only a part of the picture."""
    (width, height), (wide, high) = visible, canvas
    return Words(
        zh=f"显示屏放不下整个画布：画布 {wide}×{high}，只看得到左上角 {width}×{height}；"
        f"请在电脑的显示设置里把分辨率改成 {wide}×{high} 或更大，或把配置 [screen] 里的 canvas 改成显示屏的大小",
        en=f"the display has no room for the whole canvas of {wide}×{high}: only its top left {width}×{height} is "
        f"seen; set the display to {wide}×{high} or more, or canvas under [screen] to the size of the display",
    )


def _opened(wish: Wish) -> Window:
    if wish.present == "vsync" or (wish.present == "auto" and has_gpu()):
        with contextlib.suppress(NoDisplayError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            window = VsyncWindow(wish)
            if wish.present == "vsync" or not is_software(gl_renderer()):
                return window
            # A virtual machine has a render node too; what it draws with is the processor.
            window.close()
    whole = DirectWindow(wish)
    return whole if whole.visible_px == wish.size else CroppedWindow(wish, whole)


def _bare_window(wish: Wish) -> pygame.Window:
    if not wish.fullscreen:
        return pygame.Window(wish.title, wish.size, wish.position, borderless=True)
    if pygame.display.get_driver() == "wayland":
        return pygame.Window(wish.title, fullscreen_desktop=True)
    # SDL's own full screen with OpenGL stays unseen on an X display that has no window manager.
    return pygame.Window(wish.title, pygame.display.get_desktop_sizes()[0], (0, 0), borderless=True)


def _set_hints(wish: Wish) -> None:
    # A full screen covers the desktop; moved, it would leave a strip of it in sight.
    left, top = (0, 0) if wish.fullscreen else wish.position
    os.environ["SDL_VIDEO_WINDOW_POS"] = f"{left},{top}"
    os.environ["SDL_VIDEO_ALLOW_SCREENSAVER"] = "0"
    os.environ["SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS"] = "0"
    # Without a GPU the default window framebuffer goes through software OpenGL and costs 2.5 times the CPU.
    os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"


def _may_have_display() -> bool:
    """Says whether opening a display is worth trying.

    On a bare Linux console SDL would reach for KMSDRM, which wheels may lack or crash in (pygame #2355, #3081): only on
    demand, by SDL_VIDEODRIVER.
    """
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
