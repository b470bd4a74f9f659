"""What SDL hands out is given back to it."""

import ctypes

import pytest

from player.sound.sdl_audio import Device


class Sdl:
    """Names the device as SDL does: in memory that whoever asked has to free."""

    def __init__(self, name: bytes | None) -> None:
        self.memory = ctypes.create_string_buffer(name) if name is not None else None
        self.given: list[int] = []
        self.freed: list[int | None] = []

    def SDL_GetDefaultAudioInfo(self, found: object, _spec: object, _capture: int) -> int:  # noqa: N802 - SDL's name
        if self.memory is None:
            return -1
        self.given.append(ctypes.addressof(self.memory))
        found._obj.value = self.given[-1]  # type: ignore[attr-defined]
        return 0

    def SDL_free(self, at: ctypes.c_void_p) -> None:  # noqa: N802 - SDL's name
        self.freed.append(at.value)


def device(sdl: object) -> Device:
    made = Device.__new__(Device)
    made._sdl = sdl  # type: ignore[assignment]
    return made


@pytest.mark.parametrize(
    ("name", "told"), [(b"HDMI", "HDMI"), ("数字输出".encode(), "数字输出"), (b"HD\xff", "HD\ufffd")]
)
def test_each_name_of_a_device_is_freed_once(name: bytes, told: str) -> None:
    sdl = Sdl(name)
    assert [device(sdl).name() for _ in range(3)] == [told] * 3
    assert sdl.given == sdl.freed
    assert len(sdl.freed) == 3


@pytest.mark.parametrize("sdl", [Sdl(None), object()])
def test_without_a_name_nothing_is_freed(sdl: object) -> None:
    assert device(sdl).name() == ""
    assert getattr(sdl, "freed", []) == []
