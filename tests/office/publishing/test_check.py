"""What is told before people sign."""

import datetime as dt
from pathlib import Path

import pytest

from office.publishing.check import ScreenFacts, mistakes, plays_nowhere, shortfalls
from office.publishing.folder import Draft, read_folder
from signage.playlist import Item, Playlist
from signage.program import Site
from tests.office.people import campaign

NOW = dt.datetime(2026, 11, 30, 4, tzinfo=dt.UTC)
CARD_ITEM = Item(number=1, card="alert", text="x")
CARD = '[[item]]\ncard = "contact"\ntext = "网格员 {grid_worker} {grid_phone}，{village}"\n'


def draft(tmp_path: Path, text: str) -> Draft:
    return read_folder(campaign(tmp_path / "x", text=text))


def test_media_that_are_not_in_the_folder_are_a_mistake_with_a_cure(tmp_path: Path) -> None:
    (wrong,) = mistakes(draft(tmp_path, '[[item]]\nmedia = "posters/aa.png"\n'))

    assert "matches no file" in wrong.problem.en
    assert wrong.cure.en == 'did you mean "posters/a.png"?'


def test_an_unknown_template_is_a_mistake(tmp_path: Path) -> None:
    assert "card" in mistakes(draft(tmp_path, '[[item]]\ncard = "contct"\ntext = "x"\n'))[0].where


def test_variables_and_zones_are_the_screens_business_not_the_drafts(tmp_path: Path) -> None:
    assert mistakes(draft(tmp_path, f'zone = "left"\n{CARD}')) == ()


def test_a_code_may_hold_a_word_that_screens_fill_in(tmp_path: Path) -> None:
    text = '[[item]]\ncard = "app"\ndwell_s = 5\ntitle = "找 {grid_worker}"\nqr = "tel:{grid_phone}"\n'
    pushed = draft(tmp_path, text)
    assert mistakes(pushed) == ()
    site = Site(screen="led1", variables={"grid_worker": "0", "grid_phone": "0"})
    assert shortfalls(pushed, [ScreenFacts(site=site)], NOW)["led1"] == ()


def test_a_screen_is_told_of_words_that_its_site_lacks_and_zones_it_does_not_have(tmp_path: Path) -> None:
    complete = Site(screen="full-led1", village="石桥村", variables={"grid_worker": "王芳", "grid_phone": "110"})
    screens = (
        ScreenFacts(site=complete, zones=("main", "ticker")),
        ScreenFacts(site=Site(screen="bare-led2", variables={"grid_worker": ""}), zones=("main",)),
        ScreenFacts(site=complete.__class__(screen="left-led3"), zones=("left",)),
        ScreenFacts(site=Site(screen="silent-led4", village="x", variables=complete.variables)),
    )

    found = shortfalls(draft(tmp_path, CARD), screens, NOW)

    assert found["full-led1"] == found["silent-led4"] == ()
    assert [words.en for words in found["bare-led2"]] == [
        "main: it never plays: this screen lacks {grid_worker} {grid_phone} {village}: "
        "enter them in its kiosk_config.toml, [site.variables] [site], or at the office and push again"
    ]
    assert [words.en for words in found["left-led3"]] == [
        "main: it never plays: this screen has no zone main (it has left)"
    ]


def test_an_item_that_lacks_a_word_is_told_though_the_rest_plays(tmp_path: Path) -> None:
    text = f'{CARD}[[item]]\nmedia = "posters/*.png"\n'
    facts = ScreenFacts(site=Site(screen="led1"))
    told = [words.en for words in shortfalls(draft(tmp_path, text), [facts], NOW)["led1"]]
    assert len(told) == 1
    assert told[0].startswith("the screen lacks {grid_worker} {grid_phone} {village}: item 1 of main does not play")
    assert 'enroll ID --variable grid_worker="…" --variable grid_phone="…" --village "…", then push' in told[0]
    assert told[0].endswith("kiosk_config.toml, [site.variables] [site]")


@pytest.mark.parametrize(
    ("head", "facts", "says", "nowhere"),
    [
        ("until = 2025-12-31\n", {}, "its until = 2025-12-31 is over", True),
        ("from = 2026-12-01\n", {}, "it comes on at 2026-12-01 00:00", False),
        ('zone = "ticker"\n', {"zones": ("main",)}, "this screen has no zone ticker", True),
        ("", {"blackout": True}, "blacked out by order", False),
        ("", {"filler": True}, "filler only by order", False),
        ('rank = "filler"\nfrom = 2026-12-01\n', {"filler": True}, "it comes on at 2026-12-01 00:00", False),
        ("", {"others": (Playlist(name="alarm", rank="emergency", publication=4, items=(CARD_ITEM,)),)},
         "playlist alarm of publication 4, goes first", False),
    ],
)  # fmt: skip
def test_what_will_not_be_seen_now_is_said_before_anybody_signs(
    tmp_path: Path, head: str, facts: dict[str, object], says: str, nowhere: bool
) -> None:
    pushed = draft(tmp_path, f'{head}[[item]]\nmedia = "posters/*.png"\n')
    screen = ScreenFacts(site=Site(screen="led1"), **facts)  # type: ignore[arg-type]
    (words,) = shortfalls(pushed, [screen], NOW)["led1"]
    assert says in words.en
    assert plays_nowhere(pushed, [screen], NOW) is nowhere


def test_a_quiet_period_for_one_screen_is_told_of_that_one(tmp_path: Path) -> None:
    head = 'rank = "broadcast"\nstarts = ["13:00"]\nlasts_min = 30\n'
    folder = campaign(tmp_path / "x", text=f'{head}[[item]]\nmedia = "posters/*.png"\n')
    quiet = '[[quiet]]\nname = "exams"\ndates = ["2026-11-30..2026-12-01"]\nscreens = ["led1"]\n'
    (folder / "playlists/calendar.toml").write_text(quiet)
    found = shortfalls(read_folder(folder), [ScreenFacts(site=Site(screen=f"led{n}")) for n in (1, 2)], NOW)
    assert "it comes on at 2026-12-02 13:00" in found["led1"][0].en
    assert "it comes on at 13:00" in found["led2"][0].en
