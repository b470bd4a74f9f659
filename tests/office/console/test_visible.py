"""No page holds a character that hides or turns what stands beside it."""

import unicodedata

import pytest
from django.test import Client

from office.console.visible import visible
from signage.printable import printable


def test_every_character_that_does_not_show_as_itself_is_escaped_and_no_other_is_touched() -> None:
    for code in range(0x110000):
        char = chr(code)
        expected = char if char in "\n\t" else printable(char)
        if visible(char) != expected:
            assert unicodedata.category(char) == "Cn", f"{code:x}: one that has no meaning yet"


@pytest.mark.parametrize("text", ["01169\u202e", "\x1b[2J", "\u200b名", "\x9b31m", "\ue000", "\u2066a\u2069", "\x00"])
def test_what_a_screen_says_is_on_the_pages_as_it_shows(text: str, inside: Client) -> None:
    from django.utils import timezone

    from office.models import Alarm, Screen

    state = {"conn": 1, "at": "", "clock": "ntp", "zones": [{"zone": "main", "name": text, "playlist": text}],
             "troubles": [{"zh": text, "en": text}]}  # fmt: skip
    now = timezone.now()
    Screen.objects.create(id="sq-led", title=f"广场{text}", status="online", status_at=now, state_at=now, state=state)
    Alarm.objects.create(screen_id="sq-led", kind="odd", key="", zh=text, en=text, first_at=now, last_at=now)
    page = inside.get("/").content.decode()
    assert printable(text) in page
    assert page == visible(page)
    assert not {char for char in page if unicodedata.category(char) in ("Cc", "Cf", "Co")} - {"\n"}
