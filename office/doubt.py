"""Why a play is not believed: reasons as bits of one number, with their words.

Rule: pure; what is not believed is stored and told like all else, and counted apart.
"""

from enum import IntFlag

from signage.errors import Words


class Doubt(IntFlag):
    """Reasons not to believe a play; 0: none. The numbers stand in databases."""

    EARLY = 1
    FUTURE = 2
    OVERLAP = 4
    FULL = 8
    LONG = 16
    SHORT = 32
    FRAMES = 64
    NO_PUBLICATION = 128
    NOT_ASSIGNED = 256
    OTHER_CONTENT = 512


REASONS: dict[Doubt, tuple[str, Words]] = {
    Doubt.EARLY: ("before-enrolment", Words("在屏幕登记之前", "before the screen was enrolled")),
    Doubt.FUTURE: ("future", Words("在收到它之后才会发生", "after the moment at which the office got it")),
    Doubt.OVERLAP: ("overlap", Words("同一区域里与前后的播放重叠", "while the same zone showed something else")),
    Doubt.FULL: ("overfull", Words("一个区域一小时里播了超过一小时", "more than a zone's time can hold")),
    Doubt.LONG: ("too-long", Words("比计划长得多", "far longer than planned")),
    Doubt.SHORT: ("too-short", Words("一闪而过却记为完整", "complete, and hardly there at all")),
    Doubt.FRAMES: ("frames", Words("帧数多得不可能", "more frames than a display can show")),
    Doubt.NO_PUBLICATION: ("no-publication", Words("没有发布过这个编号", "of a publication that was never made")),
    Doubt.NOT_ASSIGNED: (
        "not-assigned",
        Words("当时没有发给这块屏幕", "of a publication never assigned to it by then"),
    ),
    Doubt.OTHER_CONTENT: (
        "other-content",
        Words("这次发布里没有这样的内容", "of what its publication does not contain"),
    ),
}
"""A name for programs and words for people, in the order in which they are told."""


def reasons(doubt: int) -> tuple[str, ...]:
    """Returns the names of the reasons in a number; what a later version wrote is `other`."""
    found = tuple(name for bit, (name, _) in REASONS.items() if doubt & bit)
    return found or (("other",) if doubt else ())


def in_words(doubt: int) -> Words:
    """Returns the reasons in a sentence; empty for none."""
    found = [words for bit, (_, words) in REASONS.items() if doubt & bit]
    if doubt and not found:
        found = [Words("其他原因", "for another reason")]
    return Words("；".join(each.zh for each in found), "; ".join(each.en for each in found))
