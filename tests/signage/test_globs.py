"""A pattern finds what a person means by it, in natural order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.globs import Shelf
from tests.signage.programs import medium

SHELF = Shelf(
    [
        medium(name)
        for name in (
            "a.png",
            "B.PNG",
            "c.jpg",
            "posters/1.png",
            "posters/2.jpg",
            "posters/old/3.png",
            "posters/海报[1].png",
            unicodedata.normalize("NFC", "posters/Ärger.png"),
        )
    ]
)


def found(pattern: str) -> list[str]:
    return [m.name for m in SHELF.find(pattern)]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("a.png", ["a.png"]),
        ("gone.png", []),
        ("*.png", ["a.png", "B.PNG"]),
        ("b.png", ["B.PNG"]),
        ("?.PNG", ["a.png", "B.PNG"]),
        ("[!ab].*", ["c.jpg"]),
        ("[a-b].png", ["a.png", "B.PNG"]),
        ("posters/*.jpg", ["posters/2.jpg"]),
        ("*/1.png", ["posters/1.png"]),
        ("*/3.png", []),
        ("posters/*/*.png", ["posters/old/3.png"]),
        ("**/3.png", ["posters/old/3.png"]),
        ("**/a.png", ["a.png"]),
        ("posters/**/[0-9].png", ["posters/1.png", "posters/old/3.png"]),
        ("posters/old/**", ["posters/old/3.png"]),
        ("posters/**.png", ["posters/1.png", "posters/old/3.png", "posters/海报[1].png", "posters/Ärger.png"]),
        ("posters/海报*", ["posters/海报[1].png"]),
        ("posters/海报[1].png", ["posters/海报[1].png"]),
        ("posters/海报[", []),
        ("POSTERS/ÄRGER.png", [unicodedata.normalize("NFC", "posters/Ärger.png")]),
        (unicodedata.normalize("NFD", "posters/ä*"), [unicodedata.normalize("NFC", "posters/Ärger.png")]),
    ],
)
def test_pattern_finds_what_a_person_means(pattern: str, names: list[str]) -> None:
    assert found(pattern) == names


def test_two_stars_find_everything_in_order() -> None:
    assert len(found("**")) == 8


SIGNS = st.text(alphabet="ab1*?[]!-/^\\&~|{}.() ", max_size=12)


@given(SIGNS)
def test_any_name_finds_itself(name: str) -> None:
    assert Shelf([medium(name)]).find(name)[0].name == name


@given(SIGNS, SIGNS)
def test_any_pattern_is_answered_and_never_crosses_a_folder_unasked(pattern: str, name: str) -> None:
    answer = Shelf([medium(name)]).find(pattern)
    if answer and "**" not in pattern:
        assert name.count("/") == pattern.count("/")
