"""What others ask is never lost, never queues up, and wakes the thread."""

import threading

from player.publication.news import Asked, News
from player.state import Moment
from signage.errors import Words
from tests.player.publication.repository import NOW

AT = Moment(NOW, 1.0, "ntp")


def test_of_heads_only_the_newest_is_kept_and_of_the_rest_that_it_was_asked() -> None:
    news = News(lambda: None)
    news.head(b"1", AT)
    news.look()
    news.look()
    news.broken("a", Words("坏", "bad"))
    news.head(b"2", AT)
    assert news.take() == Asked(head=(b"2", AT), look=True, broken={"a": Words("坏", "bad")})
    assert (news.take(), news.is_there()) == (Asked(), False)


def test_a_head_that_held_is_no_news() -> None:
    news = News(lambda: None)
    news.held(b"1")
    news.head(b"1", AT)
    assert not news.is_there()
    news.head(b"", AT)
    assert news.is_there()


def test_a_head_that_comes_again_while_it_is_looked_at_is_no_news_once_it_held() -> None:
    cut = threading.Semaphore(0)
    news = News(cut.release, interrupt_after_s=0.2)
    news.head(b"1", AT)
    news.take()
    news.head(b"1", AT)
    assert news.is_there(), "it may not hold, and then it is to be looked at again"
    news.held(b"1")
    assert not news.is_there()
    assert not cut.acquire(timeout=0.4)
    news.head(b"2", AT)
    news.held(b"1")
    assert news.take().head == (b"2", AT)


def test_what_does_not_give_way_to_a_flood_of_heads_is_interrupted_once() -> None:
    cut = threading.Semaphore(0)
    news = News(cut.release, interrupt_after_s=0.05)
    for number in range(1000):
        news.head(f"{number}".encode(), AT)
    assert cut.acquire(timeout=30)
    assert not cut.acquire(timeout=0.2)
    news.take()
    news.stop()
    assert cut.acquire(timeout=30), "the end interrupts at once"


def test_the_word_of_a_broken_file_interrupts_nothing() -> None:
    cut = threading.Semaphore(0)
    news = News(cut.release, interrupt_after_s=0.05)
    news.broken("a", Words("坏", "bad"))
    assert not cut.acquire(timeout=0.3)
    assert news.wait(0)
    assert news.is_there()


def test_what_gives_way_in_time_is_not_interrupted() -> None:
    cut = threading.Semaphore(0)
    news = News(cut.release, interrupt_after_s=0.2)
    news.head(b"1", AT)
    news.take()
    assert not cut.acquire(timeout=0.4)


def test_news_and_the_end_wake_who_waits() -> None:
    news = News(lambda: None)
    answers: list[bool] = []
    for wake in (news.look, news.stop):
        thread = threading.Thread(target=lambda: answers.append(news.wait(50)))
        thread.start()
        wake()
        thread.join(30)
        assert not thread.is_alive()
        news.take()
    assert answers == [True, False]
