"""A pattern finds what a person means by it, in natural order."""

import re
import unicodedata
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.globs import Shelf, pattern_of
from tests.growth import growth
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


def as_regex(pattern: str) -> re.Pattern[str]:
    """What a pattern meant while it was a regular expression: right, and slow over the wrong name."""
    parts: list[str] = []
    rest = pattern
    while rest:
        if rest.startswith("**/"):
            parts.append(r"(?:[^/]+/)*")
            rest = rest[3:]
        elif rest.startswith("**"):
            parts.append(r".*")
            rest = rest[2:]
        elif letters := re.match(r"\[(!?)(\]?[^\]/]*)\]", rest):
            parts.append(letters_as_regex(letters[2], denied=bool(letters[1])))
            rest = rest[letters.end() :]
        else:
            parts.append({"*": r"[^/]*", "?": r"[^/]"}.get(rest[0], re.escape(rest[0])))
            rest = rest[1:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `--` between brackets
        return re.compile("".join(parts), re.DOTALL)


def letters_as_regex(letters: str, *, denied: bool) -> str:
    if not letters:
        return re.escape("[!]" if denied else "[]")
    safe = re.sub(r"([\\\[\]^&~|])", r"\\\1", letters)
    if any(letters[i - 1] > letters[i + 1] for i in range(1, len(letters) - 1) if letters[i] == "-"):
        safe = safe.replace("-", r"\-")
    return f"(?!/)[{'^' if denied else ''}{safe}]"


TOKENS = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "**/", "?", "[ab]", "[!a]", "[a-b]", "[]", "[!]", "-", "\0"]), max_size=8
).map("".join)
NAMES = st.text(alphabet="ab/-]!\0\n", max_size=8)


@given(st.one_of(TOKENS, SIGNS, st.text(alphabet="ab*?[]!-/^", max_size=9)), NAMES)
def test_a_pattern_means_what_it_always_meant(pattern: str, name: str) -> None:
    assert pattern_of(pattern).fits(name) == bool(as_regex(pattern).fullmatch(name))


@given(st.lists(st.tuples(TOKENS, st.sampled_from(["a", "b", "/", "ab/a", "b.png"])), max_size=4))
def test_a_pattern_made_around_a_name_means_what_it_always_meant(pairs: list[tuple[str, str]]) -> None:
    pattern, name = "".join(p for p, _ in pairs), "".join(n for _, n in pairs)
    assert pattern_of(pattern).fits(name) == bool(as_regex(pattern).fullmatch(name))


@pytest.mark.parametrize(
    "pattern",
    [
        "*a*a*a*ab.png",
        "*a*a*a*a*a*a*a*b*.png",
        "**a**a**a**ab.png",
        "**/*a**/*a**/*a*/b.png",
        "*[a]*[a]*[a]*b.png",
        "**/*a*a*a*ab.png",
        "a/**/*a*a*ab.png",
        "*?*?*?*?*b?.png",
        "**/**/**/**/b**.png",
        "a*a*a*?a*[!b]a*ab.png",
    ],
)
@pytest.mark.parametrize("name", ["a", "a/", "ba", "ab"])
def test_a_pattern_is_linear_in_the_name(pattern: str, name: str) -> None:
    fits = pattern_of(pattern).fits

    def match(size: int) -> None:
        for end in (".png", "b.png", "xb.png"):
            fits(name * size + end)

    assert growth(match, 400, 8) < 25


def test_a_pattern_is_found_once_for_all_items_that_write_it() -> None:
    assert SHELF.find("**/*.png") is SHELF.find("**/*.png")


def test_a_name_with_stars_and_its_sisters_is_itself() -> None:
    stars = "*a" * 118 + ".png"
    names = [stars, *("a" * 236 + f"{n:02}.png" for n in range(70))]
    shelf = Shelf([medium(name) for name in names])
    assert [m.name for m in shelf.find(stars)] == [stars]
    assert len(shelf.find("*a*a*a*a*.png")) == 71
    assert shelf.find("*a*a*a*ab.png") == ()
