"""Reasons not to believe a play have words, and their numbers stay what they are."""

from office.doubt import REASONS, Doubt, in_words, reasons


def test_every_reason_has_a_name_and_words_of_its_own() -> None:
    assert set(REASONS) == set(Doubt)
    assert len({name for name, _ in REASONS.values()}) == len(Doubt)
    assert all(words.zh and words.en for _, words in REASONS.values())


def test_the_numbers_are_those_that_stand_in_databases() -> None:
    assert [int(each) for each in Doubt] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_several_reasons_are_told_together_and_one_of_a_later_version_is_another_one() -> None:
    assert reasons(Doubt.FUTURE | Doubt.OVERLAP) == ("future", "overlap")
    assert "；" in in_words(Doubt.FUTURE | Doubt.OVERLAP).zh
    assert reasons(1 << 14) == ("other",)
    assert in_words(1 << 14).en
    assert (reasons(0), in_words(0).zh) == ((), "")
