"""Whoever has the server has the online key: he chooses among what two people signed, and says nothing of his own."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from signage.ops import ARGUMENTS
from tests.player.publication.conftest import SCREEN, Follow, Follower
from tests.player.publication.repository import NOW, Repository
from tests.player.publication.test_publications import folder, refused


@pytest.mark.parametrize("hands", ["the server's", "the server's, twice", "one person's and the server's"])
def test_a_stolen_server_shows_nothing_that_two_people_did_not_sign(
    office: Repository, follow: Follow, hands: str
) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.publish(2, {"evil": b'[[item]]\ncard = "slogan"\ntext = "evil"\n'})
    office.assign(SCREEN, (2, ("evil",)))
    office.head_of_assign()
    assert "nobody signed" in refused(screen, 0)
    server = office.online
    office.signers = {
        "the server's": [server], "the server's, twice": [server, server],
        "one person's and the server's": [office.author, server],
    }[hands]  # fmt: skip
    office.head()
    screen.wait_for(lambda: any("signatures are missing" in words.en for words in screen.latest.notes))
    assert screen.numbers == (1,)


def test_a_stolen_server_can_show_again_what_was_withdrawn_until_two_people_sign_again(
    office: Repository,
    follow: Follow,
) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.assign(SCREEN)
    office.head_of_assign()
    screen.shows()
    office.assign(SCREEN, (1, ("morning",)))
    office.head_of_assign()
    screen.shows(1)  # what is left to the thief: two people did sign it once
    office.files.clear()
    office.assign(SCREEN)
    office.head()  # withdrawn, and signed by two: `wuzha-office keys sign`
    screen.shows()
    office.assign(SCREEN, (1, ("morning",)))
    office.head_of_assign()
    assert "nobody signed" in refused(screen, 0)
    assert screen.numbers == ()


def test_a_stolen_server_cannot_bring_back_an_older_list_of_what_two_people_signed(
    office: Repository, follow: Follow
) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    loot = office.versions["targets"]
    office.files.clear()
    office.assign(SCREEN)
    office.head()
    screen.shows()
    office.versions["targets"] = loot
    office.assign(SCREEN, (1, ("morning",)))
    office.head_of_assign()
    assert "older" in refused(screen, 0)
    assert screen.numbers == ()


def test_a_screen_that_was_never_told_better_believes_an_old_list_until_it_expires(
    office: Repository,
    tmp_path: Path,
) -> None:
    loot = office.versions["targets"]
    office.files.clear()
    office.assign(SCREEN)
    office.head()
    office.versions["targets"] = loot
    office.assign(SCREEN, (1, ("morning",)))
    office.head_of_assign()
    for days, shows in ((0, (1,)), (400, ())):
        fresh = Follower(office, tmp_path / f"fresh-{days}", folder(office))
        fresh.clock = msgspec.structs.replace(fresh.clock, at=NOW + dt.timedelta(days=days)) if days else fresh.clock
        fresh.publications.start()
        try:
            if shows:
                fresh.shows(*shows)
            else:
                fresh.wait_for(lambda: any("expired" in words.en for words in fresh.latest.notes))  # noqa: B023
                assert fresh.numbers == ()
        finally:
            fresh.publications.stop()


def test_commands_are_all_that_a_stolen_server_can_say_in_its_own_words() -> None:
    assert {argument for arguments in ARGUMENTS.values() for argument in arguments} == {
        "seconds", "percent", "on", "epoch", "first", "last",
    }, "no command carries a word or a picture to be shown"  # fmt: skip
