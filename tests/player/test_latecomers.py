"""Parts that wait for the state folder begin late or never, and never after the end."""

from player.alone import Alone
from player.latecomers import Latecomers, LateTie
from player.orders import Orders
from player.uplink.telling import Sight


class Part:
    """Writes down what it is asked."""

    def __init__(self, name: str, told: list[str]) -> None:
        self._name, self._told = name, told

    def start(self) -> None:
        self._told.append(f"{self._name} starts")

    def stop(self) -> None:
        self._told.append(f"{self._name} stops")


def test_those_that_came_are_stopped_in_reverse() -> None:
    told: list[str] = []
    late = Latecomers()
    late.come(Part("keeper", told), Part("ledger", told))
    late.close()
    assert told == ["keeper starts", "ledger starts", "ledger stops", "keeper stops"]


def test_none_begins_after_the_end() -> None:
    told: list[str] = []
    late = Latecomers()
    late.close()
    late.come(Part("keeper", told))
    late.close()
    assert told == []


class Office(Alone):
    """An office that ordered a blackout."""

    def orders(self) -> Orders:
        return Orders(blackout=True)


def test_an_office_that_becomes_known_late_holds_from_then_on() -> None:
    tie = LateTie(80)
    sight = tie.sight = lambda: Sight(told=None)  # type: ignore[arg-type]
    assert (tie.volume, tie.orders(), tie.trouble) == (80, Orders(), None)
    office = Office(30)
    tie.become(office)
    assert (tie.volume, tie.orders()) == (30, Orders(blackout=True))
    assert office.sight is sight
