"""The words for cards that travel with a publication."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.cards import BUILT_IN
from signage.errors import BadInput
from signage.site_variables import MOST_VARIABLES, is_value, is_variable, read_variables, variables_text

screens = st.from_regex(r"[a-z0-9][a-z0-9-]{2,35}", fullmatch=True)
names = st.text(max_size=60).filter(is_variable) | st.sampled_from(["grid_phone", "网格员", "village", "screen_title"])
ODD = ('138 "9"', "C:\\", "96110", "{grid_phone}", "#")
values = st.text(max_size=210).filter(is_value) | st.sampled_from(ODD)


@given(st.dictionaries(screens, st.dictionaries(names, values, max_size=8), max_size=6))
def test_each_screen_reads_what_was_written_for_it_and_nobody_else_anything(said: dict[str, dict[str, str]]) -> None:
    text = variables_text(said)
    for screen, words in said.items():
        assert read_variables(text, "variables.toml", screen) == words
    assert read_variables(text, "variables.toml", "x" * 40) == {}


def test_screens_that_say_the_same_share_a_table() -> None:
    text = variables_text({"led1": {"a": "1"}, "led2": {"a": "2"}, "led3": {"a": "1"}, "led4": {}})
    assert text.decode().count("[[site]]") == 2
    assert b"led4" not in text


def test_what_a_later_version_adds_is_passed_over() -> None:
    text = b'later = 1\n[[site]]\nscreens = ["led1"]\nmore = [1]\n[site.variables]\na = "1"\n'
    assert read_variables(text, "variables.toml", "led1") == {"a": "1"}


@pytest.mark.parametrize(
    "text",
    [
        '[[site]]\nscreens = ["led1"]\nvariables = 3\n',
        "site = 3\n",
        "[[site",
        '[[site]]\nscreens = ["led1"]\n[site.variables]\n'
        + "".join(f'v{n} = "1"\n' for n in range(MOST_VARIABLES + 1)),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_variables(text.encode(), "variables.toml", "led1")


def test_what_every_site_has_does_not_count_among_the_sites_own() -> None:
    words = {f"v{n}": "1" for n in range(MOST_VARIABLES)} | dict.fromkeys(BUILT_IN, "x")
    assert read_variables(variables_text({"led1": words}), "variables.toml", "led1") == words


def test_what_is_wrong_with_other_screens_words_is_nothing_to_a_screen() -> None:
    text = '[[site]]\nscreens = ["led2"]\nvariables = 3\n' + variables_text({"led1": {"a": "1"}}).decode()
    assert read_variables(text.encode(), "variables.toml", "led1") == {"a": "1"}
    with pytest.raises(BadInput):
        read_variables(text.encode(), "variables.toml", "led2")
