"""A display that is plugged in late is lit; one that somebody switched off stays off."""

from hypothesis import given
from hypothesis import strategies as st

from player.watch.hotplug import Hotplug
from player.watch.xcb import Output

UNPLUGGED = Output("HDMI-1", connected=False, lit=False)
DARK = Output("HDMI-1", connected=True, lit=False)
LIT = Output("HDMI-1", connected=True, lit=True)
OTHER = Output("DP-1", connected=True, lit=True)


def asked(*looks: Output) -> list[str | None]:
    hotplug = Hotplug()
    return [hotplug.take((each,)) for each in looks]


def test_a_display_that_comes_late_is_lit_until_it_took_it() -> None:
    assert asked(UNPLUGGED, DARK, DARK, LIT) == [None, "HDMI-1", "HDMI-1", None]
    assert asked(DARK) == ["HDMI-1"], "plugged in before this began to look"


def test_a_display_that_somebody_switched_off_stays_off_until_it_is_plugged_in_anew() -> None:
    assert asked(LIT, DARK, DARK, UNPLUGGED, DARK) == [None, None, None, None, "HDMI-1"]


def test_where_another_display_has_the_picture_nothing_is_changed() -> None:
    assert Hotplug().take((DARK, OTHER)) is None


@given(st.lists(st.sampled_from([UNPLUGGED, DARK, LIT]), max_size=30))
def test_only_what_is_plugged_in_and_dark_is_ever_lit(looks: list[Output]) -> None:
    for output, name in zip(looks, asked(*looks), strict=True):
        assert name is None or output == DARK
