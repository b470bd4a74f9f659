"""What a person is told of a screen is a sentence, whatever the screen wrote into it."""

import pytest

from office.collecting.notices import changed, lost_by_player, refused
from signage.errors import Words

LONG = "9" * 2000


@pytest.mark.parametrize(
    "notice",
    [
        lost_by_player("sq-led", 1, LONG),
        refused("sq-led", 1, Words(LONG, LONG)),
        changed("sq-led", {"name": LONG, "sha256": LONG}),
    ],
)
def test_no_sentence_is_as_long_as_a_screen_likes(notice: object) -> None:
    words = notice.words  # type: ignore[attr-defined]
    assert len(words.zh) < 400
    assert len(words.en) < 400
