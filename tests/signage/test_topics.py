"""A topic is what it was written as, and nothing else is one."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.messages import Screen
from signage.topics import (
    MOST_BYTES,
    RETAINED,
    SCREEN_ID,
    SCREEN_READS,
    SCREEN_WRITES,
    OfficeTopic,
    ScreenTopic,
    Topics,
    most_bytes,
)

LEAVES = (*SCREEN_WRITES, *SCREEN_READS)
prefixes = st.sampled_from(["wuzha/1", "town/wuzha/1", "x"])
screens = st.from_regex(SCREEN_ID, fullmatch=True)
words = st.sampled_from(["wuzha/1", "office", "screen", "sq-led1", "+", "#", "..", "", *LEAVES, *MOST_BYTES, "$share"])


@given(prefixes, screens, st.sampled_from(LEAVES))
def test_a_screens_topic_is_read_as_it_was_written(prefix: str, screen: str, leaf: str) -> None:
    topics = Topics(prefix)
    assert topics.read(topics.screen(screen, leaf)) == ScreenTopic(screen, leaf)


@given(prefixes, st.sampled_from(["status", "head"]))
def test_an_office_topic_is_read_as_it_was_written(prefix: str, leaf: str) -> None:
    topics = Topics(prefix)
    assert topics.read(topics.office(leaf)) == OfficeTopic(leaf)


@given(st.lists(words, max_size=7).map("/".join) | st.text(max_size=60))
def test_only_what_would_be_written_the_same_is_a_topic(text: str) -> None:
    topics = Topics()
    match topics.read(text):
        case OfficeTopic(leaf):
            assert topics.office(leaf) == text
        case ScreenTopic(screen, leaf):
            assert topics.screen(screen, leaf) == text
            assert not set("+#/\0") & set(screen)


@pytest.mark.parametrize(
    "text",
    [
        "", "wuzha/1", "wuzha/1/", "office/head", "wuzha/1/office", "wuzha/1/office/head/", "wuzha/1/office/ledger",
        "wuzha/2/office/head", "/wuzha/1/office/head", "wuzha/1/screen/sq-led1", "wuzha/1/screen/+/state",
        "wuzha/1/screen/../state", "wuzha/1/screen/SQ-LED1/state", "wuzha/1/screen/sq-led1/ledger/ack/x",
        "wuzha/1/screen/sq-led1\n/state", "wuzha/1/screen/sq/state", "wuzha/1/screen/sq-led1/head",
        "wuzha/1/screen//state",
    ],
)  # fmt: skip
def test_nothing_else_is_a_topic(text: str) -> None:
    assert Topics().read(text) is None


@given(st.text(max_size=40) | st.from_regex(SCREEN_ID))
def test_topics_and_messages_name_the_same_screens(text: str) -> None:
    try:
        msgspec.convert(text, Screen)
    except msgspec.ValidationError:
        assert not SCREEN_ID.fullmatch(text)
    else:
        assert SCREEN_ID.fullmatch(text)


def test_every_topic_has_a_limit() -> None:
    every = [OfficeTopic("status"), OfficeTopic("head"), *(ScreenTopic("sq-led1", leaf) for leaf in LEAVES)]
    assert [most_bytes(topic) > 0 for topic in every] == [True] * len(MOST_BYTES)


def test_a_screen_subscribes_to_what_it_reads_and_no_other_screens() -> None:
    filters = Topics().for_screen("sq-led1")
    for leaf in SCREEN_READS:
        assert Topics().screen("sq-led1", leaf) in filters
        assert Topics().screen("sq-led2", leaf) not in filters
    assert not any("#" in each for each in filters)
    assert "wuzha/1/office/+" in filters


def test_commands_replies_and_logs_are_not_retained() -> None:
    assert set(LEAVES) - set(RETAINED) == {"ledger", "command", "reply", "shot"}
