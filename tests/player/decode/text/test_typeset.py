"""Text fits its box, is never lost without saying so, and lands where it should."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from player.decode.text import typeset
from player.decode.text.setting import Block, Style
from player.decode.text.typeset import BODY, HEADING

TEXTS = st.text("防骗反诈赢警，。！：（）“”…—96110App \n的", min_size=1, max_size=50)
STYLES = st.sampled_from([BODY, HEADING, Style(weight="heading", align="right", tracking=0.1)])
LONG = "近期，冒充“公检法”、电商客服的诈骗电话增多。接到陌生来电要求转账的，请立即挂断，并拨打96110核实。"


def ink(block: Block, margin: int = 0) -> tuple[int, int, int, int] | None:
    image = Image.new("L", (round(block.width_px) + 2 * margin, block.height_px + 2 * margin))
    typeset.paint(image, block, margin, margin, 255)
    return image.getbbox()


def squashed(text: str) -> str:
    return "".join(text.split())


@settings(deadline=None, max_examples=60)
@given(TEXTS, STYLES, st.integers(60, 700), st.integers(40, 400))
def test_set_text_is_within_its_box_and_whole_unless_it_says_that_it_was_cut(
    text: str, style: Style, width: int, height: int
) -> None:
    block = typeset.fitted(text, width, height, min_px=12, max_px=200, style=style)
    assert block.width_px <= width
    assert block.height_px <= max(height, 12)
    shown = squashed("".join(line.text for line in block.lines))
    if block.cut:
        assert shown.endswith(typeset.ELLIPSIS)
    else:
        assert shown == squashed(text)


@settings(deadline=None, max_examples=40)
@given(TEXTS, STYLES)
def test_the_size_found_is_the_largest(text: str, style: Style) -> None:
    plain = Style(weight=style.weight, align=style.align, tracking=style.tracking)
    block = typeset.fitted(text, 500, 300, min_px=12, max_px=200, style=plain)
    if not block.cut and block.size_px < 200:
        larger = typeset.at_size(text, block.size_px + 3, 500, style=plain)
        height = typeset.height_at(text, block.size_px + 3, 500, plain)
        assert height is None or larger.height_px > 300 or larger.width_px > 499


def test_a_paragraph_fills_its_box() -> None:
    block = typeset.fitted(LONG, 1160, 400, min_px=20, max_px=400)
    assert block.size_px >= 52
    assert block.height_px > 0.75 * 400


def test_text_that_fits_at_no_size_ends_in_an_ellipsis_and_says_so() -> None:
    block = typeset.fitted(LONG * 3, 96, 64, min_px=12, max_px=40)
    assert block.cut
    assert block.lines[-1].text.endswith("…")
    assert block.size_px == 12
    assert block.height_px <= 64


def test_text_that_fits_is_not_called_cut() -> None:
    assert not typeset.fitted(LONG, 1160, 400, min_px=20, max_px=90).cut


def test_no_ink_of_a_block_leaves_its_measure() -> None:
    for style in (BODY, HEADING):
        block = typeset.fitted("“赢”字（警）打96110！", 600, 300, min_px=12, max_px=90, style=style)
        left, top, right, bottom = ink(block, margin=40) or (0, 0, 0, 0)
        assert left >= 40 - 2
        assert right <= 40 + block.width_px + 2
        # Hanzi reach a little over their em box, commas hang below the baseline.
        assert top >= 40 - 0.06 * block.size_px
        assert bottom <= 40 + block.height_px + 0.06 * block.size_px


def test_lines_are_centred_by_their_ink_though_punctuation_ends_them() -> None:
    block = typeset.fitted("守住钱袋子！\n护好幸福家", 800, 400, min_px=40, max_px=80, style=HEADING)
    widths = [line.width_px for line in block.lines]
    assert widths == [5.5 * block.size_px, 5 * block.size_px]


def test_painting_beyond_the_image_paints_nothing_and_keeps_the_rest_in_place() -> None:
    block = typeset.single_line(LONG, 30)
    whole = Image.new("L", (round(block.width_px) + 10, 40))
    typeset.paint(whole, block, 0, 5, 255)
    for left in (0, 100, 333, 1001):
        part = Image.new("L", (77, 40))
        typeset.paint(part, block, -left, 5, 255)
        assert part.tobytes() == whole.crop((left, 0, left + 77, 40)).tobytes()


def test_newlines_of_the_author_stay() -> None:
    block = typeset.fitted("一\n\n二", 300, 300, min_px=12, max_px=40)
    assert [line.text for line in block.lines] == ["一", "", "二"]


def test_a_heading_is_not_torn_for_a_few_pixels() -> None:
    block = typeset.fitted("国家反诈中心 App", 620, 200, min_px=20, max_px=110, style=HEADING)
    assert [line.text for line in block.lines] == ["国家反诈中心 App"]


def test_nothing_is_drawn_for_joiners_and_they_take_no_room() -> None:
    plain, joined = (typeset.single_line(text, 40) for text in ("防骗", "防\u200d骗\ufe0f"))
    assert plain.width_px == joined.width_px == 80
    assert ink(plain) == ink(joined)


def test_an_empty_text_is_one_empty_line() -> None:
    block = typeset.fitted("", 100, 100, min_px=12, max_px=40)
    assert [line.text for line in block.lines] == [""]
    assert block.width_px == 0
    assert not block.cut


@pytest.mark.parametrize("size", [1, 5])
def test_a_box_smaller_than_a_character_is_no_trouble(size: int) -> None:
    block = typeset.fitted("防骗", size, size, min_px=12, max_px=40)
    assert block.size_px == 12
    assert block.cut


def test_the_largest_size_is_found_between_its_bounds() -> None:
    assert typeset.largest(10, 100, lambda size: size <= 37) == 37
    assert typeset.largest(10, 100, lambda size: True) == 100
    assert typeset.largest(10, 100, lambda size: size < 10) is None
    assert typeset.largest(10, 9, lambda size: True) is None
