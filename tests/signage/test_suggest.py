"""What was most likely meant."""

import pytest

from signage.suggest import near_names


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("石桥", "石桥村"),
        ("石桥村委会", "石桥村"),
        ("石乔村", "石桥村"),
        ("石桥 村", "石桥村"),
        ("vilage", "village"),
        ("Village", "village"),
        ("service centre", "service-centre"),
        ("supermarkt", "supermarket"),
        ("重点屏", "重点屏幕"),
    ],
)
def test_a_name_nearly_written_is_asked_about(written: str, known: str) -> None:
    assert near_names(written, [known, "something else"]) == (known,)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("东河村", "西河村"),
        ("led-1", "led-2"),
        ("第一批", "第二批"),
        ("石桥村", "石桥村"),
        ("bank", "hotel"),
        ("学校", "医院"),
    ],
)
def test_names_that_are_different_on_purpose_are_not(written: str, known: str) -> None:
    assert near_names(written, [known]) == ()
