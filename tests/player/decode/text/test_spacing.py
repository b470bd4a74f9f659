"""Punctuation is squeezed and scripts are parted as Chinese typography asks."""

import pytest

from player.decode.text.spacing import GAP_EM, spaced


def advance(char: str) -> float:
    return 0.5 if char.isascii() else 1.0


def wide(text: str) -> float:
    return spaced(text, advance).width(0, len(text))


def test_hanzi_stand_side_by_side() -> None:
    assert wide("防诈骗") == 3.0


def test_a_closing_mark_at_the_end_gives_up_its_empty_half() -> None:
    assert wide("防诈。") == 2.5


def test_an_opening_mark_at_the_beginning_gives_up_its_empty_half() -> None:
    assert wide("（防诈") == 2.5


def test_neighbouring_marks_share_one_square_and_a_half() -> None:
    assert wide("防。”诈") == 3.5
    assert wide("防，“诈") == 3.5
    assert wide("防“（诈") == 3.5


@pytest.mark.parametrize("text", ["打96110吧", "装App吧"])
def test_a_gap_parts_hanzi_from_latin_on_both_sides(text: str) -> None:
    assert wide(text) == pytest.approx(2 + 0.5 * (len(text) - 2) + 2 * GAP_EM)


def test_no_gap_stands_beside_full_width_marks() -> None:
    assert wide("打（96）号") == 5.0


def test_letter_spacing_stands_between_characters_only() -> None:
    assert spaced("防诈骗", advance, tracking=0.1).width(0, 3) == pytest.approx(3.2)


def test_a_part_of_a_text_is_as_wide_as_on_a_line_of_its_own() -> None:
    text = "接电话（96110），都是“诈骗”。"
    whole = spaced(text, advance)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert whole.width(start, end) == pytest.approx(spaced(text[start:end], advance).width(0, end - start))
