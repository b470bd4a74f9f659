"""What a command asks for is left where it is done."""

from player.errands import Errands
from player.events import MOST_ASKS, Identify, Inbox, SetVolume, Skip, Stopped, TakeStill


class Desk:
    def __init__(self) -> None:
        self.inbox, self.told = Inbox(), list[object]()
        self.errands = Errands(
            self.inbox,
            volume=lambda: 33,
            recompose=lambda: self.told.append("recompose"),
            look=lambda: self.told.append("look"),
            note=lambda what, details: self.told.append((what, details)),
        )


def test_what_the_loop_does_is_left_in_its_inbox() -> None:
    desk = Desk()
    assert desk.errands.take_still()
    desk.errands.skip()
    desk.errands.identify(5)
    desk.errands.set_volume(None)
    desk.errands.restart()
    asked = (TakeStill(), Skip(), Identify(5), SetVolume(33), Stopped(again=True))
    assert desk.inbox.wait(0) == asked
    assert desk.told == []


def test_what_others_do_is_handed_to_them() -> None:
    desk = Desk()
    desk.errands.refresh()
    desk.errands.orders_changed()
    desk.errands.happened("blackout_begins", {"by": "li"})
    assert desk.told == ["look", "recompose", ("blackout_begins", {"by": "li"})]
    assert desk.inbox.wait(0) == ()


def test_a_loop_that_has_too_much_to_do_takes_no_picture() -> None:
    desk = Desk()
    assert all(desk.errands.take_still() for _ in range(MOST_ASKS))
    assert not desk.errands.take_still()
