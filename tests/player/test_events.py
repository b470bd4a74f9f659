"""The loop's inbox: what the office asks for comes once, in order, and never without end."""

from player.events import MOST_ASKS, Identify, Inbox, SetVolume, Skip, Stopped, TakeStill


def test_what_is_asked_comes_once_and_in_order_and_before_the_end() -> None:
    inbox = Inbox()
    inbox.put(Stopped(again=True))
    for ask in (Skip(), Identify(5), SetVolume(20), TakeStill()):
        assert inbox.ask(ask)
    assert inbox.wait(0) == (Skip(), Identify(5), SetVolume(20), TakeStill(), Stopped(again=True))
    assert inbox.wait(0) == (Stopped(again=True),)


def test_an_ask_ends_the_sleep() -> None:
    inbox = Inbox()
    inbox.ask(Skip())
    assert inbox.wait(60) == (Skip(),)


def test_a_flood_is_refused() -> None:
    inbox = Inbox()
    assert [inbox.ask(Skip()) for _ in range(MOST_ASKS + 2)] == [True] * MOST_ASKS + [False] * 2
    inbox.wait(0)
    assert inbox.ask(Skip())
