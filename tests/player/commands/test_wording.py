"""A complaint reads as place, Chinese, English."""

from player.commands.wording import complaint_text
from signage.errors import Complaint, Words


def test_every_sentence_ends_once() -> None:
    complaint = Complaint(
        where="a.toml", problem=Words("没有这个键", "unknown key"), cure=Words("是不是 x？", "do you mean x?")
    )
    assert complaint_text(complaint) == "a.toml\n    没有这个键。是不是 x？\n    unknown key. Do you mean x?"


def test_dots_of_what_is_told_of_are_no_full_stop() -> None:
    complaint = Complaint(
        where="a.toml", problem=Words("不能用 ..", "no .. is allowed"), cure=Words("写 a.", "write ..")
    )
    assert complaint_text(complaint) == "a.toml\n    不能用 ..。写 a.。\n    no .. is allowed. Write ..."
