"""What is told before people sign."""

from pathlib import Path

from office.publishing.check import ScreenFacts, mistakes, shortfalls
from office.publishing.folder import Draft, read_folder
from signage.program import Site
from tests.office.people import campaign

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


def test_a_screen_is_told_of_words_that_its_site_lacks_and_zones_it_does_not_have(tmp_path: Path) -> None:
    complete = Site(screen="full-led1", village="石桥村", variables={"grid_worker": "王芳", "grid_phone": "110"})
    screens = (
        ScreenFacts(site=complete, zones=("main", "ticker")),
        ScreenFacts(site=Site(screen="bare-led2", variables={"grid_worker": ""}), zones=("main",)),
        ScreenFacts(site=complete.__class__(screen="left-led3"), zones=("left",)),
        ScreenFacts(site=Site(screen="silent-led4", village="x", variables=complete.variables)),
    )

    found = shortfalls(draft(tmp_path, CARD), screens)

    assert found["full-led1"] == found["silent-led4"] == ()
    assert [words.en for words in found["bare-led2"]] == [
        "its site lacks {grid_worker} {grid_phone} {village}: item 1 of main does not play"
    ]
    assert [words.en for words in found["left-led3"]] == ["has no zone main: main does not play"]
