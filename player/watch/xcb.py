"""An X display, asked over XCB: colours of single points, the outputs, whether it is switched off.

XCB reports a display that ends in place of ending this process, as Xlib would. A whole 1920×1080 would cost 20 ms and
8 MB at each look; points are asked for one by one, all of them before the first answer is awaited. What XCB has its
own libraries for (RandR, DPMS) is asked in the protocol's own bytes, so that nothing more need be installed.
"""

import ctypes
import struct
from typing import NamedTuple

Place = tuple[int, int]
_Z_PIXMAP = 2
_ALL_PLANES = 0xFFFFFFFF
_TRUE_COLOUR_DEPTHS = (24, 32)
_CHECKED = 1
_INTERN_ATOM, _GET_PROPERTY = 16, 20
_RESOURCES_CURRENT, _OUTPUT_INFO, _CRTC_INFO = 25, 9, 20
_SET_SCREEN_SIZE, _SET_CRTC = 7, 21
_UPRIGHT = 1
_MM_PER_PX = 25.4 / 96
_DPMS_INFO = 7
MOST_OUTPUTS = 64


class Output(NamedTuple):
    """A connector as RandR knows it."""

    name: str
    connected: bool
    """Also where the driver cannot tell."""
    lit: bool
    """Whether a picture is sent to it."""


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


class _Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Request(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_size_t), ("extension", ctypes.c_void_p), ("opcode", ctypes.c_uint8),
        ("is_void", ctypes.c_uint8),
    )  # fmt: skip


class XDisplay:
    """One connection to the display that DISPLAY names."""

    def __init__(self, xcb: ctypes.CDLL) -> None:
        """`xcb` is `load_xcb()`."""
        self._xcb = xcb
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = (ctypes.c_void_p,)
        number = ctypes.c_int(0)
        self._connection = xcb.xcb_connect(None, ctypes.byref(number))
        self._root = 0
        self.size = (0, 0)
        """The whole desktop, as it was when this connected."""
        self._opcodes: dict[bytes, int | None] = {}
        self._rootless: bool | None = None
        if self.is_lost:
            return
        screens = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(self._connection))
        for _ in range(number.value):
            xcb.xcb_screen_next(ctypes.byref(screens))
        self._root = screens.screen[0]  # the first field of a screen is its root window
        shorts = ctypes.cast(screens.screen, ctypes.POINTER(ctypes.c_uint16))
        self.size = (shorts[10], shorts[11])

    @property
    def is_lost(self) -> bool:
        """Whether the display does not answer, or not any more."""
        return bool(self._xcb.xcb_connection_has_error(self._connection))

    def close(self) -> None:
        """Lets go of the display."""
        self._xcb.xcb_disconnect(self._connection)

    def colours(self, places: tuple[Place, ...]) -> tuple[int, ...] | None:
        """Returns 0xRRGGBB at points of the desktop, black beyond it; None when they cannot be read."""
        xcb, connection = self._xcb, self._connection
        # A point beyond the display or the protocol's 16 bits is an error, to which there is no reply.
        asked = [
            xcb.xcb_get_image(connection, _Z_PIXMAP, self._root, x, y, 1, 1, _ALL_PLANES) if _fits(x, y) else None
            for x, y in places
        ]
        found = [0 if cookie is None else self._pixel(cookie) for cookie in asked]
        is_readable = all(colour is not None for colour in found) and not self.is_lost
        return tuple(colour or 0 for colour in found) if is_readable else None

    def outputs(self) -> tuple[Output, ...] | None:
        """Returns the outputs as they were last found, without a new probe; None without RandR."""
        randr = self._opcode(b"RANDR")
        told = None if randr is None else self._ask(randr, _RESOURCES_CURRENT, struct.pack("=I", self._root))
        if randr is None or told is None or len(told) < 32:
            return None
        config, crtcs, count = struct.unpack_from("=IHH", told, 12)
        names = told[32 + 4 * crtcs : 32 + 4 * crtcs + 4 * min(count, MOST_OUTPUTS)]
        found = (self._ask(randr, _OUTPUT_INFO, struct.pack("=II", each, config)) for (each,) in _words(names))
        return tuple(_output(each) for each in found if each is not None and len(each) >= 36)

    def light(self, name: str) -> bool:
        """Gives a connected output that has no picture its own best mode, the desktop's size; says whether it took it.

        Nothing else may be lit: the desktop gets the size of the mode.
        """
        randr = self._opcode(b"RANDR")
        told = None if randr is None else self._ask(randr, _RESOURCES_CURRENT, struct.pack("=I", self._root))
        if randr is None or told is None or len(told) < 32:
            return False
        config, crtcs, count, modes = struct.unpack_from("=IHHH", told, 12)
        sizes_at = 32 + 4 * (crtcs + count)
        sizes = {m: (w, h) for m, w, h in (struct.unpack_from("=IHH", told, sizes_at + 32 * n) for n in range(modes))}
        for (output,) in _words(told[32 + 4 * crtcs : sizes_at][: 4 * MOST_OUTPUTS]):
            info = self._ask(randr, _OUTPUT_INFO, struct.pack("=II", output, config))
            if info is None or len(info) < 36 or _output(info).name != name:
                continue
            able, known = struct.unpack_from("=HH", info, 26)
            own = [mode for (mode,) in _words(info[36 + 4 * able : 36 + 4 * (able + known)]) if mode in sizes]
            free = [crtc for (crtc,) in _words(info[36 : 36 + 4 * able]) if self._is_free(randr, crtc, config)]
            if not own or not free:
                return False
            width, height = sizes[own[0]]  # an output's best mode comes first
            mm = round(width * _MM_PER_PX), round(height * _MM_PER_PX)
            self._send(randr, _SET_SCREEN_SIZE, struct.pack("=IHHII", self._root, width, height, *mm))
            wish = struct.pack("=IIIhhIHHI", free[0], 0, config, 0, 0, own[0], _UPRIGHT, 0, output)
            done = self._ask(randr, _SET_CRTC, wish)
            return done is not None and done[1] == 0
        return False

    def is_rootless(self) -> bool:
        """Returns whether this is XWayland, whose windows another program puts together."""
        if self._rootless is None:
            outputs = self.outputs() or ()
            named = any(each.name.upper().startswith("XWAYLAND") for each in outputs)
            self._rootless = named or self._opcode(b"XWAYLAND") is not None
        return self._rootless

    def is_powered_down(self) -> bool | None:
        """Returns whether the server has sent its displays to sleep; None where it cannot say."""
        dpms = self._opcode(b"DPMS")
        told = None if dpms is None else self._ask(dpms, _DPMS_INFO, b"")
        if told is None or len(told) < 11:
            return None
        level, is_enabled = struct.unpack_from("=HB", told, 8)
        return bool(is_enabled and level)

    def console(self) -> int | None:
        """Returns the virtual terminal that the server draws on; None for a server without one."""
        name = b"XFree86_VT"
        told = self._ask(_INTERN_ATOM, 1, struct.pack("=HH", len(name), 0) + name + b"\0" * (-len(name) % 4))
        atom = struct.unpack_from("=I", told, 8)[0] if told is not None and len(told) >= 12 else 0
        if not atom:
            return None
        told = self._ask(_GET_PROPERTY, 0, struct.pack("=IIIII", self._root, atom, 0, 0, 1))
        if told is None or len(told) < 36 or told[1] != 32:
            return None
        return int(struct.unpack_from("=I", told, 32)[0])

    def _is_free(self, randr: int, crtc: int, config: int) -> bool:
        """Returns whether a scan-out engine sends nothing to anybody."""
        told = self._ask(randr, _CRTC_INFO, struct.pack("=II", crtc, config))
        return told is not None and len(told) >= 24 and struct.unpack_from("=I", told, 20)[0] == 0

    def _pixel(self, cookie: _Cookie) -> int | None:
        """Returns a colour, 0 for an error; None for a display whose pixels are not 8 bits red, green and blue."""
        reply = self._xcb.xcb_get_image_reply(self._connection, cookie, None)
        if not reply:
            return 0
        try:
            head = reply.contents
            if head.depth not in _TRUE_COLOUR_DEPTHS or head.length_words < 1:
                return None
            return int(head.pixel) & 0xFFFFFF
        finally:
            self._free(reply)

    def _opcode(self, extension: bytes) -> int | None:
        if extension not in self._opcodes:
            body = struct.pack("=HH", len(extension), 0) + extension + b"\0" * (-len(extension) % 4)
            told = self._ask(98, 0, body)  # QueryExtension
            self._opcodes[extension] = told[9] if told is not None and len(told) >= 10 and told[8] else None
        return self._opcodes[extension]

    def _ask(self, opcode: int, second: int, body: bytes) -> bytes | None:
        """Sends a request whose second byte is `second`, and returns its reply; None for an error."""
        sequence = self._send(opcode, second, body, is_void=False)
        error = ctypes.c_void_p()
        reply = self._xcb.xcb_wait_for_reply(self._connection, sequence, ctypes.byref(error))
        self._free(error)
        if not reply:
            return None
        try:
            more = struct.unpack_from("=I", ctypes.string_at(reply, 8), 4)[0]
            return ctypes.string_at(reply, 32 + 4 * more)
        finally:
            self._free(reply)

    def _send(self, opcode: int, second: int, body: bytes, *, is_void: bool = True) -> int:
        """Sends a request, and returns its number; one that is void has no reply."""
        text = ctypes.create_string_buffer(struct.pack("=BBH", opcode, second, 0) + body, 4 + len(body))
        # XCB wants room for two parts of its own before ours (xcbext.h).
        parts = (_Part * 3)()
        parts[2] = _Part(ctypes.addressof(text), len(text))
        ours = ctypes.cast(ctypes.byref(parts, 2 * ctypes.sizeof(_Part)), ctypes.POINTER(_Part))
        request = _Request(1, None, opcode, int(is_void))
        return int(self._xcb.xcb_send_request(self._connection, _CHECKED, ours, ctypes.byref(request)))


def _fits(x: int, y: int) -> bool:
    return -0x8000 <= x <= 0x7FFF and -0x8000 <= y <= 0x7FFF


def _words(text: bytes) -> list[tuple[int]]:
    return list(struct.iter_unpack("=I", text[: len(text) // 4 * 4]))


def _output(told: bytes) -> Output:
    (crtc,) = struct.unpack_from("=I", told, 12)
    (connection,) = struct.unpack_from("=B", told, 24)
    crtcs, modes, _, clones, length = struct.unpack_from("=HHHHH", told, 26)
    begin = 36 + 4 * (crtcs + modes + clones)
    name = told[begin : begin + length].decode("ascii", "replace")
    return Output(name, connected=connection != 1, lit=crtc != 0)


def load_xcb() -> ctypes.CDLL | None:
    """Returns the library, its functions declared; None where there is none."""
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
    xcb.xcb_send_request.restype = ctypes.c_uint
    xcb.xcb_send_request.argtypes = (pointer, ctypes.c_int, ctypes.POINTER(_Part), ctypes.POINTER(_Request))
    xcb.xcb_wait_for_reply.restype = pointer
    xcb.xcb_wait_for_reply.argtypes = (pointer, ctypes.c_uint, ctypes.POINTER(ctypes.c_void_p))
    xcb.xcb_disconnect.argtypes = (pointer,)
    return xcb
