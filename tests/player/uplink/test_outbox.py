"""What waits to be published: documents only the newest, replies until the broker has them."""

import pytest

from player.uplink.outbox import MOST_WAITING, Outbox
from signage.topics import Topics
from tests.fakes import FakeLink


@pytest.fixture
def link() -> FakeLink:
    return FakeLink()


@pytest.fixture
def outbox(link: FakeLink) -> Outbox:
    return Outbox(link, Topics(), "sq-led")


def test_of_a_document_only_the_newest_goes(outbox: Outbox, link: FakeLink) -> None:
    for text in (b"1", b"2", b"3"):
        outbox.document("state", text)
    outbox.flush()
    assert link.published == [], "there is no connection"
    link.connect()
    outbox.flush()
    assert link.sent("/state") == [b"3"]
    assert link.published[0].retain


def test_replies_keep_their_order_and_the_oldest_gives_way(outbox: Outbox, link: FakeLink) -> None:
    for number in range(MOST_WAITING + 3):
        outbox.message("reply", str(number).encode())
    link.connect()
    link.room = 1000
    outbox.flush()
    assert link.sent("/reply") == [str(n).encode() for n in range(3, MOST_WAITING + 3)]
    assert not any(out.retain for out in link.published)


def test_a_reply_that_the_broker_did_not_take_goes_again(outbox: Outbox, link: FakeLink) -> None:
    link.connect()
    outbox.message("reply", b"a")
    outbox.flush()
    assert not outbox.is_empty
    assert outbox.settled(1, "quota")
    outbox.flush()
    assert link.sent("/reply") == [b"a", b"a"]
    assert outbox.settled(2, "")
    assert outbox.is_empty
    assert not outbox.settled(99, ""), "not one of these"
