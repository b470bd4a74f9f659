"""SDL's sound device, by SDL's own functions: pygame does not say when a device is gone.

For the sound process alone: what the sound server or the driver does to it, it does to nobody else.
"""

import ctypes
import functools
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

from player.sound.voice_ring import BUFFER_FRAMES
from signage.errors import WuzhaError

_INIT_AUDIO, _S16, _PLAYING = 0x10, 0x8010 if sys.byteorder == "little" else 0x9010, 1
_ASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)


class NoDeviceError(WuzhaError):
    """There is no sound device to be had."""


class _Spec(ctypes.Structure):
    _fields_ = (
        ("freq", ctypes.c_int), ("format", ctypes.c_uint16), ("channels", ctypes.c_uint8), ("silence", ctypes.c_uint8),
        ("samples", ctypes.c_uint16), ("padding", ctypes.c_uint16), ("size", ctypes.c_uint32), ("ask", _ASK),
        ("user", ctypes.c_void_p),
    )  # fmt: skip


class Device:
    """The default device, asking for sound until the process ends."""

    def __init__(self, rate_hz: int, ask: Callable[[int, int], None]) -> None:
        """`ask` is called with an address and the bytes that are wanted there, silent so far; on a thread of SDL's.

        Raises NoDeviceError.
        """
        self._sdl = _library()
        if self._sdl.SDL_Init(_INIT_AUDIO):
            raise NoDeviceError(self._error())
        self.driver = _text(self._sdl.SDL_GetCurrentAudioDriver())
        self._stays = False
        """Whether Python keeps its state of SDL's thread, which else is made and thrown away at each call."""
        self._ask = _ASK(lambda _user, at, size: self._asked(ask, at, size))
        wanted = _Spec(rate_hz, _S16, 2, 0, BUFFER_FRAMES, 0, 0, self._ask, None)
        self._number = self._sdl.SDL_OpenAudioDevice(None, 0, ctypes.byref(wanted), ctypes.byref(_Spec()), 0)
        if not self._number:
            raise NoDeviceError(self._error())

    def start(self) -> None:
        """Begins to ask."""
        self._sdl.SDL_PauseAudioDevice(self._number, 0)

    def is_there(self) -> bool:
        """Returns whether the device has not been taken away."""
        return bool(self._sdl.SDL_GetAudioDeviceStatus(self._number) == _PLAYING)

    def name(self) -> str:
        """Returns what the sound server calls the device that sound goes to; empty where it does not say."""
        found, spec = ctypes.c_void_p(), _Spec()
        asked = getattr(self._sdl, "SDL_GetDefaultAudioInfo", None)
        if asked is None or asked(ctypes.byref(found), ctypes.byref(spec), 0) or not found.value:
            return ""
        try:
            return _text(ctypes.string_at(found.value))
        finally:
            self._sdl.SDL_free(found)

    def add(self, at: int, block: bytes, gain: int) -> None:
        """Adds samples to those at an address; `gain` is 0 to 128."""
        self._sdl.SDL_MixAudioFormat(at, block, _S16, len(block), gain)

    def _asked(self, ask: Callable[[int, int], None], at: int, size: int) -> None:
        if not self._stays:
            self._stays = True
            ctypes.pythonapi.PyGILState_Ensure()  # never released: a fifth less to do for each buffer
        ctypes.memset(at, 0, size)
        ask(at, size)

    def _error(self) -> str:
        return _text(self._sdl.SDL_GetError()) or "no sound device"


def _library() -> ctypes.CDLL:
    """Returns the SDL that pygame brings along, loaded without pygame; raises NoDeviceError when it is not found."""
    for path in library_paths():
        try:
            sdl = ctypes.CDLL(path)
        except OSError:
            continue
        sdl.SDL_GetError.restype = sdl.SDL_GetCurrentAudioDriver.restype = ctypes.c_char_p
        sdl.SDL_free.argtypes, sdl.SDL_free.restype = [ctypes.c_void_p], None
        sdl.SDL_MixAudioFormat.argtypes = [
            ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_int,
        ]  # fmt: skip
        return sdl
    raise NoDeviceError("SDL is not found")


@functools.cache
def library_paths() -> tuple[str, ...]:
    """Returns where SDL may lie; looked up once, before a process forks."""
    found = importlib.util.find_spec("pygame")
    if found is None or found.origin is None:
        return ("libSDL2-2.0.so.0",)
    home = Path(found.origin).parent
    near = [*home.parent.glob("pygame_ce.libs/libSDL2-2*"), *home.glob(".dylibs/libSDL2-2*"), home / "SDL2.dll"]
    return (*(os.fspath(path) for path in near if path.exists()), "libSDL2-2.0.so.0")


def _text(told: bytes | None) -> str:
    return (told or b"").decode("utf-8", "replace")
