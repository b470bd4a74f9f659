"""The page of publications sends each browser the lines that changed, and reads no more than those anew."""

import datetime as dt
import random
import re
from typing import Any

import msgspec
import pytest
from django.test import Client

from office.place import Place
from signage.messages import PublicationState, ScreenState

LIVE = {"X-Fragment": "live"}
NOW = dt.datetime.now(dt.UTC)
SCREENS = 60
MOST_IDLE_BYTES = 4_000_000
"""Of an hour in which nothing changes."""
MOST_BUSY_BYTES = 12_000_000
"""Of an hour in which something changes between any two looks."""
HEAD_BYTES = 40
"""Of an answer's first line and its Date, Server and Content-Length."""


@pytest.fixture
def fleet(served: Place) -> list[Any]:
    """A fleet that is to show three publications, and showed two."""
    from office.models import Assignment, CollectorBeat, Publication, Screen

    CollectorBeat.objects.create(name="1", since=NOW, beat_at=NOW + dt.timedelta(minutes=30))
    found = [
        Screen.objects.create(
            id=f"sq-led{n:02}", title=f"第 {n} 块", status="online", status_at=NOW, state_at=NOW, state=said()
        )
        for n in range(SCREENS)
    ]
    for number in (1, 2, 3):
        one = Publication.objects.create(
            number=number, line="预警", state="published", author="王", approver="李", published_at=NOW
        )
        aim = Assignment.objects.create(publication=one, aim="all")
        aim.aimed_at.set(found)
        aim.screens.set(found)
        for screen in found if number < 3 else ():
            for step in ("heard", "fetched", "shown"):
                receipt(number, screen, step)
    return found


def said(*coming: PublicationState) -> Any:
    return msgspec.to_builtins(ScreenState(conn=1, at="", clock="ntp", coming=coming))


def receipt(number: int, screen: Any, step: str) -> None:
    from office.models import Receipt

    Receipt.objects.create(id=Receipt.objects.count() + 1, screen=screen, publication=number, step=step, at=NOW)


def poll(client: Client, tag: str = "", path: str = "/publications/", **headers: str) -> Any:
    return client.get(path, headers={**LIVE, **({"If-None-Match": tag} if tag else {}), **headers})


def lines(answer: Any) -> list[str]:
    return re.findall(r'<tr id="([^"]+)"', answer.content.decode())


def heads(answer: Any) -> list[str]:
    return re.findall(r'id="(says-\d+)"', answer.content.decode())


def is_part(answer: Any) -> bool:
    return " data-changes" in answer.content.decode()


def test_a_receipt_sends_its_line_and_the_head_of_its_publication_alone(inside: Client, fleet: list[Any]) -> None:
    first = poll(inside)
    assert len(lines(first)) == 3 * SCREENS
    receipt(3, fleet[7], "shown")
    again = poll(inside, f"W/{first['ETag']}")
    assert (lines(again), heads(again), is_part(again)) == (["line-3-sq-led07"], ["says-3"], True)
    assert "<b>1</b> / 60 块已上屏" in again.content.decode()
    rest = poll(inside, again["ETag"])
    assert (rest.status_code, rest.content) == (304, b"")


def test_a_download_that_goes_on_sends_one_line(inside: Client, fleet: list[Any]) -> None:
    first = poll(inside)
    fleet[3].state = said(PublicationState(number=3, step="fetched", needed=9, fetched=4))
    fleet[3].save()
    again = poll(inside, first["ETag"])
    assert (lines(again), heads(again)) == (["line-3-sq-led03"], ["says-3"])
    assert "4/9" in again.content.decode()


def test_what_changes_the_order_of_the_page_is_sent_whole(inside: Client, fleet: list[Any]) -> None:
    from office.models import Publication

    first = poll(inside)
    Publication.objects.create(number=4, line="另一份", state="published", author="王", approver="李", published_at=NOW)
    again = poll(inside, first["ETag"])
    assert not is_part(again)
    assert (heads(again), len(lines(again))) == (["says-4", "says-3", "says-2", "says-1"], 3 * SCREENS)


def test_who_names_a_version_that_nobody_knows_gets_the_whole_page(inside: Client, fleet: list[Any]) -> None:
    again = poll(inside, '"0123456789abcdef0123456789abcdef"')
    assert (len(lines(again)), is_part(again)) == (3 * SCREENS, False)


def wire_bytes(answer: Any) -> int:
    """Returns how much an answer takes on its way."""
    return HEAD_BYTES + sum(len(name) + len(value) + 4 for name, value in answer.items()) + len(answer.content)


@pytest.mark.parametrize("path", ["/", "/publications/", "/counts/"])
def test_an_hour_at_a_page_costs_a_few_megabytes_whether_or_not_something_changes(
    inside: Client, fleet: list[Any], path: str
) -> None:
    zipped = {"Accept-Encoding": "gzip"}
    first = poll(inside, path=path, **zipped)
    looks = 3600 / int(re.findall(r'data-every="(\d+)"', inside.get(path).content.decode())[0])
    idle = poll(inside, first["ETag"], path, **zipped)
    assert idle.status_code == 304
    assert wire_bytes(idle) * looks < MOST_IDLE_BYTES

    tag, taken = first["ETag"], 0
    for number in range(20):
        receipt(3, fleet[number], "shown")
        for screen in fleet[number : number + 12]:  # a screen in five says anew what it shows
            screen.state_at = NOW + dt.timedelta(seconds=number)
            screen.save()
        answer = poll(inside, tag, path, **zipped)
        tag, taken = answer["ETag"], taken + wire_bytes(answer)
    assert taken / 20 * looks < MOST_BUSY_BYTES


def test_what_is_remembered_is_what_would_be_read_anew(fleet: list[Any]) -> None:
    from office.console.receipt_lines import ReceiptLines
    from office.hearing import HEARS
    from office.models import Receipt

    some, chance = fleet[:6], random.Random(7)
    aims = dict.fromkeys((1, 2, 3), some)
    wanted = {number: {each.pk for each in some} for number in aims}
    remembered, now = ReceiptLines(), NOW
    for _ in range(60):
        screen, number = chance.choice(some), chance.choice((1, 2, 3))
        match chance.randrange(6):
            case 0:
                receipt(number, screen, chance.choice(("heard", "shown", "refused", "withdrawn")))
            case 1:
                screen.state = chance.choice((said(PublicationState(number=number, step="staged")), said(), {"x": 1}))
            case 2:
                wanted[number] ^= {screen.pk}
            case 3:
                Receipt.objects.filter(screen=screen).update(details=chance.choice(({}, {"zh": "坏了", "en": "bad"})))
            case 4:
                now += dt.timedelta(seconds=50)
            case 5:
                screen.state_at, screen.title = now, chance.choice(("甲", "乙"))
        screen.save()
        read = remembered.read(aims, wanted, now, HEARS)
        anew = ReceiptLines().read(aims, wanted, now, HEARS)
        assert read == anew
        assert [each.line.id for each in read[1]] == [each.pk for each in some]
