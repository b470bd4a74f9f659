"""What is believed of a worker's replies, whatever bytes they are."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.decode import refusal
from player.decode.protocol import (
    BrokenTalk,
    Crashed,
    Ended,
    Failed,
    Hello,
    Probed,
    Reply,
    Working,
    frame_message,
    parse_reply,
)
from player.decode.replies import BURST, MOST_REPORT, MOST_SENTENCE, MOST_STRANGE, PER_S, ReplyReader
from signage.errors import Words
from signage.media import MediaFacts
from signage.printable import printable


def reader(asked: int = 1) -> ReplyReader:
    one = ReplyReader(0.0)
    for number in range(1, asked + 1):
        one.asked(number)
    return one


def heard(one: ReplyReader, reply: Reply, now: float = 0.0) -> Reply | None:
    return one.read(frame_message(reply)[4:], now)


def test_a_sentence_is_cut_and_shows_what_is_hidden_in_it():
    why = Words("好\n\x1b[2J\u202e坏" + "长" * 4000, "a\x07b\u200b" + "x" * 100)
    said = heard(reader(), Failed(request=1, why=why))
    assert isinstance(said, Failed)
    assert said.why.zh.startswith("好\\n\\x1b[2J\\u202e坏长")
    assert len(said.why.zh) <= MOST_SENTENCE
    assert said.why.en.startswith("a\\x07b\\u200b")


@given(st.text(max_size=600), st.text(max_size=600))
def test_no_sentence_is_longer_or_shows_less_than_it_says(zh, en):
    said = heard(reader(), Failed(request=1, why=Words(zh, en)))
    assert isinstance(said, Failed)
    for text in (said.why.zh, said.why.en):
        assert len(text) <= MOST_SENTENCE
        assert printable(text) == text


SENTENCES = [
    refusal.too_much_memory(), refusal.unreadable(OSError(5, "Input/output error")),
    refusal.too_many_pixels(99_999, 9_999, 10**8),
    refusal.ends_early(14_400, 3.5), refusal.damaged("x" * 110), refusal.codec("wmv3"), refusal.no_file(),
    refusal.foreign("压缩包", "an archive or an Office document", "请导出为图片。", "Export it as pictures."),
]  # fmt: skip


@pytest.mark.parametrize("refused", SENTENCES, ids=lambda r: r.why.en[:20])
def test_a_sentence_of_ours_comes_through_as_it_is(refused):
    assert heard(reader(), Failed(request=1, why=refused.why)) == Failed(request=1, why=refused.why)


def test_the_report_of_a_crash_keeps_its_lines_and_its_end_and_nothing_that_moves_a_cursor():
    said = heard(reader(), Crashed(report="x" * 9000 + "\nValueError: \x1b]0;title\x07"))
    assert isinstance(said, Crashed)
    assert len(said.report) <= MOST_REPORT
    assert "\x1b" not in said.report
    assert "\nValueError" in said.report


NONSENSE = [
    {"duration_s": math.nan}, {"duration_s": math.inf}, {"duration_s": -1.0}, {"duration_s": 1e300},
    {"frame_rate": math.nan}, {"frame_rate": -0.5}, {"frame_rate": 1e12}, {"width_px": -1}, {"width_px": 0},
    {"height_px": 2**40}, {"height_px": -(2**62)},
]  # fmt: skip


@pytest.mark.parametrize("wrong", NONSENSE, ids=str)
def test_facts_that_no_file_has_end_the_worker(wrong):
    good = MediaFacts(kind="video", width_px=160, height_px=96, duration_s=1.0, frame_rate=25.0)
    assert heard(reader(), Probed(request=1, facts=good)) == Probed(request=1, facts=good)
    with pytest.raises(BrokenTalk):
        heard(reader(), Probed(request=1, facts=msgspec.structs.replace(good, **wrong)))


def test_replies_to_what_nobody_asked_are_passed_over_and_counted():
    one = reader(asked=3)
    strange = [Ended(request=n, frames=0) for n in (0, -1, 4, 2**62)]
    for number in range(MOST_STRANGE):
        assert heard(one, strange[number % 4]) is None
    assert heard(one, Ended(request=2, frames=0)) == Ended(request=2, frames=0)
    with pytest.raises(BrokenTalk):
        heard(one, strange[0])


def test_a_worker_that_talks_without_end_is_ended_and_one_that_probes_for_hours_is_not():
    one = reader()
    for second in range(20_000):
        assert heard(one, Working(request=1), float(second)) == Working(request=1)
    for _ in range(BURST - 4):
        heard(one, Working(request=1), 20_000.0)
    with pytest.raises(BrokenTalk):
        [heard(one, Working(request=1), 20_000.0) for _ in range(8)]


def test_what_waited_while_the_screen_process_stood_still_is_no_flood():
    one = reader()
    for _ in range(int(BURST / PER_S)):
        assert heard(one, Working(request=1), 60.0) is not None


def test_walls_that_nobody_knows_are_not_told():
    said = heard(reader(), Hello(pid=1, sandbox=("seccomp", "\x1b[31mall fine", "x" * 9000)))
    assert said == Hello(pid=1, sandbox=("seccomp",))


def test_a_second_greeting_ends_the_worker():
    one = reader()
    heard(one, Hello(pid=1, sandbox=()))
    with pytest.raises(BrokenTalk):
        heard(one, Hello(pid=1, sandbox=()))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_refused(noise):
    try:
        parse_reply(noise)
        reader().read(noise, 0.0)
    except BrokenTalk:
        pass


@pytest.mark.parametrize("noise", [b"\x91" * 5000, b"\x82\xa4type\xa7crashed\xa6report\xa2\xff\xfe", b"\xc1", b""])
def test_depth_and_bytes_that_are_no_text_are_refused(noise):
    with pytest.raises(BrokenTalk):
        reader().read(noise, 0.0)
