"""What a playlist has to show, resolved against the media and the site."""

import pytest

from signage import lineup
from tests.signage.programs import cards, playlist, program


@pytest.mark.parametrize(
    ("text", "turns"),
    [("报警 {phone}", 1), ("{village} {screen_title} {kind}", 1), ("网格员 {nobody}", 0), ("没有变量", 1)],
)
def test_a_card_with_a_hole_in_it_does_not_play(text: str, turns: int) -> None:
    made = lineup.compile(program(playlist("a", items=cards(text))))
    assert [len(line.shows) for cast in made.zones["main"] for line in cast.lines] == [turns]
