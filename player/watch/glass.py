"""Reads the display back: what is really before people's eyes.

X displays are read point by point over XCB: a whole 1920×1080 would cost 20 ms and 8 MB each time, and Xlib would end
this process with the display. `xcb_get_image` asks for one pixel; all are asked before the first answer is awaited.
"""

import ctypes
import os
import sys

from player.watch.pulse import points

Box = tuple[int, int, int, int]
Place = tuple[int, int]
_Z_PIXMAP = 2
_ALL_PLANES = 0xFFFFFFFF
_TRUE_COLOUR_DEPTHS = (24, 32)


class _Screens(ctypes.Structure):
    _fields_ = (("screen", ctypes.POINTER(ctypes.c_uint32)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Reply(ctypes.Structure):
    """The head of a GetImage reply, 32 bytes, and the first pixel behind it."""

    _fields_ = (
        ("response_type", ctypes.c_uint8),
        ("depth", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length_words", ctypes.c_uint32),
        ("rest", ctypes.c_uint32 * 6),
        ("pixel", ctypes.c_uint32),
    )


def can_look() -> bool:
    """Says whether this system lets anybody look: X displays and Windows do, Wayland does not."""
    return sys.platform == "win32" or bool(os.environ.get("DISPLAY"))


def colours(box: Box) -> tuple[int, ...] | None:
    """Gives 0xRRGGBB at the `points` of a canvas that lies at `box` of the desktop; None when nothing can be read.

    What lies beyond the display counts as black.
    """
    left, top, width, height = box
    places = tuple((left + x, top + y) for x, y in points(width, height))
    return _of_windows(places) if sys.platform == "win32" else _of_x(places)


def _of_x(places: tuple[Place, ...]) -> tuple[int, ...] | None:
    xcb = _library()
    if xcb is None:
        return None
    number = ctypes.c_int(0)
    connection = xcb.xcb_connect(None, ctypes.byref(number))
    try:
        if xcb.xcb_connection_has_error(connection):
            return None
        screens = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(connection))
        for _ in range(number.value):
            xcb.xcb_screen_next(ctypes.byref(screens))
        root = screens.screen[0]  # the first field of a screen is its root window
        # A point beyond the display or the protocol's 16 bits is an error, to which there is no reply.
        asked = [
            xcb.xcb_get_image(connection, _Z_PIXMAP, root, x, y, 1, 1, _ALL_PLANES) if _fits(x, y) else None
            for x, y in places
        ]
        found = [0 if cookie is None else _pixel(xcb, connection, cookie) for cookie in asked]
        is_readable = all(colour is not None for colour in found) and not xcb.xcb_connection_has_error(connection)
        return tuple(colour or 0 for colour in found) if is_readable else None
    finally:
        xcb.xcb_disconnect(connection)


def _fits(x: int, y: int) -> bool:
    return -0x8000 <= x <= 0x7FFF and -0x8000 <= y <= 0x7FFF


def _pixel(xcb: ctypes.CDLL, connection: int, cookie: _Cookie) -> int | None:
    """Gives a colour, 0 for an error; None for a display whose pixels are not 8 bits red, green and blue."""
    reply = xcb.xcb_get_image_reply(connection, cookie, None)
    if not reply:
        return 0
    try:
        head = reply.contents
        if head.depth not in _TRUE_COLOUR_DEPTHS or head.length_words < 1:
            return None
        return int(head.pixel) & 0xFFFFFF
    finally:
        ctypes.CDLL(None).free(reply)


def _library() -> ctypes.CDLL | None:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return None
    pointer = ctypes.c_void_p
    xcb.xcb_connect.restype = pointer
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.POINTER(ctypes.c_int))
    xcb.xcb_connection_has_error.argtypes = (pointer,)
    xcb.xcb_get_setup.restype = pointer
    xcb.xcb_get_setup.argtypes = (pointer,)
    xcb.xcb_setup_roots_iterator.restype = _Screens
    xcb.xcb_setup_roots_iterator.argtypes = (pointer,)
    xcb.xcb_screen_next.argtypes = (ctypes.POINTER(_Screens),)
    xcb.xcb_get_image.restype = _Cookie
    xcb.xcb_get_image.argtypes = (
        pointer, ctypes.c_uint8, ctypes.c_uint32, ctypes.c_int16, ctypes.c_int16, ctypes.c_uint16, ctypes.c_uint16,
        ctypes.c_uint32,
    )  # fmt: skip
    xcb.xcb_get_image_reply.restype = ctypes.POINTER(_Reply)
    xcb.xcb_get_image_reply.argtypes = (pointer, _Cookie, pointer)
    xcb.xcb_disconnect.argtypes = (pointer,)
    return xcb


def _of_windows(places: tuple[Place, ...]) -> tuple[int, ...] | None:
    from PIL import ImageGrab  # noqa: PLC0415 - 5 MB that only Windows needs

    try:
        seen = ImageGrab.grab()
    except OSError:
        return None
    found = []
    for x, y in places:
        inside = 0 <= x < seen.width and 0 <= y < seen.height
        pixel = seen.getpixel((x, y)) if inside else (0, 0, 0)
        red, green, blue = pixel[:3] if isinstance(pixel, tuple) else (0, 0, 0)
        found.append(int(red) << 16 | int(green) << 8 | int(blue))
    return tuple(found)
