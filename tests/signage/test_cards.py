"""The site's variables are in the words, and a missing one is named."""

import pytest

from signage import cards
from signage.program import Site

SITE = Site(
    screen="s",
    title="文化广场",
    kind="square",
    village="石桥村",
    variables={"grid_phone": "110", "网格员": "老李", "empty": ""},
)


def test_variables_of_the_site_are_filled_in() -> None:
    text = "{village}{screen_title}{kind} {网格员}：{grid_phone}"
    assert cards.filled(text, SITE) == "石桥村文化广场square 老李：110"


def test_variable_without_a_value_is_named_and_leaves_no_braces_on_the_screen() -> None:
    text = "{grid_worker}{empty} {grid_worker} {grid_phone}"
    assert cards.missing(text, SITE) == ("grid_worker", "empty")
    assert cards.filled(text, SITE) == "  110"


def test_other_braces_are_left_alone() -> None:
    assert cards.filled("{} {1} { x } {a.b} {{", SITE) == "{} {1} { x } {a.b} {{"


def test_value_with_braces_is_not_filled_again() -> None:
    site = Site(screen="s", variables={"a": "{b}", "b": "{a}"})
    assert cards.filled("{a}", site) == "{b}"


def test_ticker_runs_at_its_characters_per_minute() -> None:
    assert cards.ticker_s("反诈" * 33, 70.0) == pytest.approx(60.0)
    assert cards.ticker_em("96110，") == pytest.approx(5 * 0.6 + 1 + 4)
