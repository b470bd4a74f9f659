"""Names that look alike are found, whatever letters they are made of."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.lookalikes import alike, difference, skeleton, told_alike


@pytest.mark.parametrize(
    "other",
    [
        "poſter.png",
        "pоster.png",
        "ｐｏｓｔｅｒ．ｐｎｇ",
        "Poster.PNG",
        "poster.png.",
        "poster.png ",
        "poster .png",
        "p0ster.png",
        "po\u200bster.png",
        "poster\ufe0f.png",
        "𝐩oster.png",
        "pοster.png",
        "posteг.png".replace("г", "r"),
    ],
)
def test_a_name_that_looks_like_another_has_its_skeleton(other: str) -> None:
    assert skeleton(other) == skeleton("poster.png")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("海报 1.png", "海报　1.png"),
        ("海报-1.png", "海报—1.png"),
        ("é.png", "e\u0301.png"),
        ("A/b.png", "a/B.png"),
        ("1.png", "l.png"),
        ("二.png", "ニ.png"),
        ("ｶ.png", "力.png"),
        ("⼀.png", "一.png"),
        ("‘a’.png", "'a'.png"),
    ],
)
def test_width_case_composition_and_dashes_do_not_count(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.png", "2.png"), ("a.png", "b.png"), ("กิ.png", "กี.png"), ("é.png", "e.png"), ("a.png", "a.jpg")],
)
def test_names_that_the_eye_tells_apart_stay_apart(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text("aAbſо 0O.e\u0301é/一ー", max_size=8))
def test_a_skeleton_is_its_own_and_that_of_every_composition(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
    assert skeleton(unicodedata.normalize("NFD", name)) == skeleton(unicodedata.normalize("NFC", name))


def test_groups_are_told_with_the_code_points_in_which_they_differ() -> None:
    (group,) = alike(["poster.png", "b.png", "poſter.png"])
    assert group == ("poster.png", "poſter.png")
    told = told_alike(group)
    for words in (told.zh, told.en):
        assert "poster.png" in words
        assert "poſter.png" in words
        assert "U+0073 LATIN SMALL LETTER S / U+017F LATIN SMALL LETTER LONG S" in words
    assert difference("a", "ab") == "– / U+0062 LATIN SMALL LETTER B"
