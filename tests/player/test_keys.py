"""Keys: what ends something is pressed twice, and only where a window may be closed."""

from player.keys import TWICE_S, Keys
from player.stage.ports import Closed, Exposed, Key


def test_one_press_goes_on_or_tells() -> None:
    for windowed in (True, False):
        keys = Keys(windowed=windowed)
        assert keys.meant(Key("n"), 0.0) == "skip"
        assert keys.meant(Key("i"), 0.0) == "tell"
        assert keys.meant(Closed(), 0.0) == "end"
        assert keys.meant(Exposed(), 0.0) is None


def test_what_ends_something_is_pressed_twice_in_time() -> None:
    keys = Keys(windowed=True)
    for name, meaning in (("escape", "end"), ("b", "release")):
        assert keys.meant(Key(name), 10.0) is None  # type: ignore[arg-type]
        assert keys.meant(Key(name), 10.0 + TWICE_S + 0.1) is None, "too late"  # type: ignore[arg-type]
        assert keys.meant(Key(name), 10.0 + TWICE_S + 0.2) == meaning  # type: ignore[arg-type]
        assert keys.meant(Key(name), 10.0 + TWICE_S + 0.3) is None, "twice again"  # type: ignore[arg-type]


def test_one_of_each_is_not_twice() -> None:
    keys = Keys(windowed=True)
    assert [keys.meant(Key(name), 1.0) for name in ("escape", "b")] == [None, None]  # type: ignore[arg-type]


def test_a_full_screen_is_not_ended_nor_an_order_taken_back_by_a_keyboard() -> None:
    keys = Keys(windowed=False)
    assert [keys.meant(Key(name), 1.0) for name in ("escape", "escape", "b", "b")] == [None] * 4  # type: ignore[arg-type]
