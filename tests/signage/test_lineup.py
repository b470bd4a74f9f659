"""What a playlist has to show, resolved against the media and the site."""

import pytest

from signage import lineup
from signage.lineup import Line
from signage.playlist import Item
from tests.signage.programs import cards, medium, playlist, program


@pytest.mark.parametrize(
    ("text", "turns"),
    [("报警 {phone}", 1), ("{village} {screen_title} {kind}", 1), ("网格员 {nobody}", 0), ("没有变量", 1)],
)
def test_a_card_with_a_hole_in_it_does_not_play(text: str, turns: int) -> None:
    made = lineup.compile(program(playlist("a", items=cards(text))))
    assert [len(line.shows) for cast in made.zones["main"] for line in cast.lines] == [turns]


def names(line: Line) -> list[str]:
    return [m.name for m in line.shows if m is not None]


def test_a_published_playlist_shows_its_own_media_and_nothing_else() -> None:
    every = (Item(number=1, media="*.png"), Item(number=2, media="voice.mp3", picture="a.png"))
    own = (medium("a.png", sha256="b"), medium("voice.mp3", "audio", 3.0))
    made = lineup.compile(
        program(
            playlist("local", items=every),
            playlist("published", items=every, publication=3, media=own),
            media=[medium("a.png", sha256="c"), medium("z.png")],
        )
    )
    local, published = made.zones["main"]
    assert [names(line) for line in published.lines] == [["a.png"], ["voice.mp3"]]
    assert [line.shows[0].sha256[0] for line in published.lines if line.shows[0]] == ["b", "a"]
    assert published.lines[1].picture == own[0]
    assert [names(line) for line in local.lines] == [["a.png", "z.png"], []]
    assert (published.places, local.places) == ({"a.png": 0, "voice.mp3": 1}, {"a.png": 0, "z.png": 1})


def test_a_published_playlist_without_media_of_its_own_has_none_of_the_folder() -> None:
    made = lineup.compile(
        program(playlist("p", items=(Item(number=1, media="**"),), publication=1, media=()), media=[medium("a.png")])
    )
    assert made.zones["main"][0].lines[0].shows == ()
