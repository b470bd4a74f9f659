"""What is plugged in, read from a made tree, and what that says of a picture."""

from pathlib import Path

import pytest

from player.watch.connectors import Cards, Connector, read_cards
from player.watch.platform_facts import PlatformFacts, against
from player.watch.xcb import Output


def tree(root: Path, *connectors: tuple[str, str, str, str], cards: tuple[str, ...] = ("card0",)) -> Path:
    """A tree as the kernel shows it: (name, status, enabled, dpms)."""
    for card in cards:
        (root / "class/drm" / card).mkdir(parents=True)
    for name, *words in connectors:
        folder = root / "class/drm" / name
        folder.mkdir(parents=True)
        for file, word in zip(("status", "enabled", "dpms"), words, strict=True):
            (folder / file).write_text(word + "\n")
    return root


ON = ("card0-HDMI-A-1", "connected", "enabled", "On")
OUT = ("card0-HDMI-A-1", "disconnected", "disabled", "Off")
ASLEEP = ("card0-HDMI-A-1", "connected", "enabled", "Off")


def test_connectors_are_read_and_writeback_is_none(tmp_path):
    tree(tmp_path, ON, ("card0-Writeback-1", "unknown", "disabled", "Off"))
    assert read_cards(tmp_path) == Cards((Connector(*ON),))


def test_a_machine_that_shows_nothing_says_nothing(tmp_path):
    assert read_cards(tmp_path) == Cards()
    assert against(PlatformFacts(read_cards(tmp_path))) is None


@pytest.mark.parametrize(
    ("connectors", "cards", "word"),
    [
        ([ON], ("card0",), None),
        ([OUT], ("card0",), "no-display"),
        ([OUT, ("card0-DP-1", "connected", "enabled", "On")], ("card0",), None),
        ([OUT, ("card1-DP-1", "disconnected", "disabled", "Off")], ("card0", "card1"), "no-display"),
        ([OUT], ("card0", "card1"), None),
        ([("card0-VGA-1", "unknown", "enabled", "On")], ("card0",), None),
        ([ASLEEP], ("card0",), "dark"),
        ([ASLEEP, ("card0-DP-1", "connected", "enabled", "On")], ("card0",), None),
        ([("card0-DP-1", "connected", "enabled", "Suspend")], ("card0",), "dark"),
        ([("card0-DP-1", "connected", "enabled", "")], ("card0",), None),
    ],
)
def test_what_the_sockets_say_of_a_picture(tmp_path, connectors, cards, word):
    assert against(PlatformFacts(read_cards(tree(tmp_path, *connectors, cards=cards)))) == word


def test_a_socket_that_cannot_be_read_says_nothing(tmp_path):
    (tmp_path / "class/drm/card0").mkdir(parents=True)
    (tmp_path / "class/drm/card0-DP-1/status").mkdir(parents=True)
    assert against(PlatformFacts(read_cards(tmp_path))) is None


def test_files_of_any_length_are_read_to_a_limit(tmp_path):
    tree(tmp_path, ("card0-DP-1", "x" * 100_000, "\0" * 9, "é"))
    assert len(read_cards(tmp_path).connectors[0].status) == 32


@pytest.mark.parametrize(
    ("outputs", "word"),
    [
        ([Output("HDMI-1", connected=False, lit=False)], "no-display"),
        ([Output("HDMI-1", connected=True, lit=False)], "dark"),
        ([Output("HDMI-1", connected=True, lit=True)], None),
        ([Output("HDMI-1", connected=False, lit=False), Output("DP-2", connected=True, lit=True)], None),
        ([Output("DVI-D-0", connected=False, lit=True), Output("eDP-1", connected=False, lit=False)], "no-display"),
        ([Output("screen", connected=False, lit=False)], None),
        ([], None),
        (None, None),
    ],
)
def test_what_the_x_servers_outputs_say_of_a_picture(outputs, word):
    assert against(PlatformFacts(outputs=None if outputs is None else tuple(outputs))) == word


def test_the_x_servers_own_sockets_are_believed_before_those_of_another_card():
    cards = Cards((Connector(*OUT),))
    assert against(PlatformFacts(cards, (Output("DP-0", connected=True, lit=True),))) is None
    assert against(PlatformFacts(cards, (Output("screen", connected=True, lit=True),))) == "no-display"


def test_a_display_sent_to_sleep_is_dark_and_nothing_is_said_where_the_server_cannot_tell():
    assert against(PlatformFacts(powered_down=True)) == "dark"
    assert against(PlatformFacts(powered_down=False)) is None
    assert against(PlatformFacts(powered_down=None)) is None
