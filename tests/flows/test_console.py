"""The console in a real browser: it keeps itself fresh, says when it cannot, and fits a telephone."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.test.utils import override_settings

from office.place import Place
from tests.flows.browser import Browser
from tests.office.collecting.screens import DAWN, Ledger, play
from tests.office.conftest import _django, database, place
from tests.office.people import POSTER
from tests.ports import free_port

__all__ = ["_django", "database", "place"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120), pytest.mark.xdist_group("browser")]


@pytest.fixture
def server(place: Place) -> Iterator[Any]:
    """A console with one screen and one publication."""
    from django.contrib.auth import get_user_model

    from office.models import Assignment, Publication, Screen
    from office.server import Server

    now = dt.datetime.now(dt.UTC)
    get_user_model().objects.create_user("office", password="four-words")
    screen = Screen.objects.create(id="sq-led1", title="广场 LED", status="lost", status_at=now, birth_at=now)
    one = Publication.objects.create(
        number=1, line="预警", state="published", author="王", approver="李", published_at=now
    )
    Assignment.objects.create(publication=one, aim="all").aimed_at.set([screen])
    with override_settings(WUZHA_HOME=place.home):
        found = Server("127.0.0.1", free_port(), or_next=True)
        found.start()
        yield found
        if found.alive:
            found.stop()


@pytest.fixture
def browser(tmp_path: Path, needs: Callable[..., None], server: Any) -> Iterator[Browser]:
    needs("chromium")
    with Browser(tmp_path / "profile", free_port()) as found:
        url = f"http://127.0.0.1:{server.port}"
        found.go(f"{url}/login/")
        found.run(
            "document.querySelector('[name=name]').value = 'office';"
            "document.querySelector('[name=password]').value = 'four-words'; document.forms[0].submit()"
        )
        found.wait("document.title.startsWith('屏幕')")
        yield found


def test_a_page_shows_what_changed_and_keeps_what_was_opened(browser: Browser, server: Any) -> None:
    from office.models import Screen

    browser.wait("document.querySelector('#screen-sq-led1 .label').innerText.includes('失联')")
    browser.run("document.querySelector('#more-sq-led1').open = true")
    Screen.objects.update(status="online", status_at=dt.datetime.now(dt.UTC))
    browser.wait("document.querySelector('#screen-sq-led1 .label').innerText.includes('在线')")
    assert browser.run("document.querySelector('#more-sq-led1').open")
    assert browser.complaints == [], "nothing of the page is stopped by its own policy"

    server.stop()
    browser.wait("!document.querySelector('#stale').hidden")


def test_only_the_tile_of_a_screen_that_changed_is_replaced_and_times_go_on(browser: Browser, server: Any) -> None:
    from office.console.screens import memory
    from office.models import Screen

    def waited(screen: str, word: str) -> None:
        browser.wait(f"document.querySelector('#screen-{screen}')?.innerText.includes('{word}')")

    now = dt.datetime.now(dt.UTC)
    Screen.objects.create(id="sq-led2", title="另一块", status="lost", status_at=now)
    waited("sq-led2", "另一块")
    browser.run(
        "window.kept = document.querySelector('#screen-sq-led1');"
        "window.old = document.querySelector('#screen-sq-led2');"
        "window.said = kept.querySelector('.ago').innerText;"
        "getSelection().selectAllChildren(kept.querySelector('h2'));"
        "document.querySelector('#more-sq-led2').open = true; old.querySelector('summary').focus()"
    )
    assert browser.run("String(getSelection())") == "广场 LED"
    Screen.objects.filter(id="sq-led2").update(title="新的名字")
    waited("sq-led2", "新的名字")
    same = "window.kept === document.querySelector('#screen-sq-led1')"
    assert browser.run(same)
    assert browser.run("window.old !== document.querySelector('#screen-sq-led2')")
    assert browser.run("String(getSelection())") == "广场 LED"
    assert browser.run("document.activeElement === document.querySelector('#screen-sq-led2 summary')")
    assert browser.run("document.querySelector('#more-sq-led2').open")

    browser.wait("kept.querySelector('.ago').innerText !== window.said")
    assert browser.run(f"{same} && /^\\d+ (秒|分钟)前$/.test(kept.querySelector('.ago').innerText)")

    # One that moves, one that comes, one that goes: the one that stays is not touched.
    ids = "[...document.querySelectorAll('.tile')].map((each) => each.id.slice(10)).join()"
    Screen.objects.create(id="sq-led0", title="最前面", status="lost", status_at=now)
    Screen.objects.filter(id="sq-led2").update(status="offline")
    browser.wait(f"{ids} === 'led0,led1,led2'")
    Screen.objects.filter(id="sq-led0").update(status="offline")
    browser.wait(f"{ids} === 'led1,led0,led2'")
    Screen.objects.filter(id="sq-led0").update(revoked_at=now)
    browser.wait(f"{ids} === 'led1,led2'")
    assert browser.run(same)
    assert browser.run("document.querySelector('.sums').innerText.includes('失联')")
    assert browser.complaints == []

    server.stop()
    memory.cache_clear()
    again = type(server)("127.0.0.1", server.port)
    again.start()
    try:
        Screen.objects.filter(id="sq-led2").update(title="重启之后")
        waited("sq-led2", "重启之后")
    finally:
        again.stop()


def test_newer_pictures_are_loaded_where_they_are_seen_and_the_rest_when_they_are_scrolled_to(
    browser: Browser, server: Any, place: Place
) -> None:
    from office.models import Screen

    now = dt.datetime.now(dt.UTC)
    for number in range(1, 7):
        name = f"sq-led{number}"
        Screen.objects.update_or_create(id=name, defaults={"title": name, "status": "lost", "shot_at": now})
        (place.shots / f"{name}.jpg").write_bytes(POSTER)
    browser.resize(390, 600)
    browser.go(f"http://127.0.0.1:{server.port}/")
    later = now + dt.timedelta(seconds=9)
    Screen.objects.update(shot_at=later)
    source = "document.querySelector('#screen-sq-led{} img').getAttribute('src')"
    browser.wait(f"{source.format(1)}.endsWith('{later.timestamp():.3f}')")
    assert browser.run("document.querySelectorAll('.tile img[data-next]').length") == 6
    assert browser.run(source.format(6)).endswith(f"{now.timestamp():.3f}"), "nobody sees it"
    browser.run("document.querySelector('#screen-sq-led6').scrollIntoView()")
    browser.wait(f"{source.format(6)}.endsWith('{later.timestamp():.3f}')")
    assert browser.complaints == []


def test_only_the_line_of_a_receipt_that_came_is_replaced(browser: Browser, server: Any) -> None:
    from office.models import Assignment, Receipt, Screen

    now = dt.datetime.now(dt.UTC)
    other = Screen.objects.create(id="sq-led2", title="另一块", status="lost", status_at=now)
    for each in Assignment.objects.all():
        each.aimed_at.add(other)
        each.screens.add(other, "sq-led1")
    browser.go(f"http://127.0.0.1:{server.port}/publications/")
    browser.run(
        "window.kept = document.getElementById('line-1-sq-led1');"
        "window.old = document.getElementById('line-1-sq-led2');"
        "getSelection().selectAllChildren(kept.querySelector('a')); old.querySelector('a').focus()"
    )
    Receipt.objects.create(id=1, screen=other, publication=1, step="shown", at=now)
    browser.wait("document.getElementById('line-1-sq-led2').innerText.includes('已上屏')")
    assert browser.run("document.querySelector('.bar').innerText.includes('1 / 2')")
    assert browser.run("window.kept === document.getElementById('line-1-sq-led1') && !window.old.isConnected")
    assert browser.run("document.querySelectorAll('.receipts tbody tr').length") == 2
    assert browser.run("String(getSelection())") == "广场 LED"
    assert browser.run("document.activeElement === document.querySelector('#line-1-sq-led2 a')")
    assert browser.complaints == []


def test_who_is_logged_out_elsewhere_is_asked_to_log_in_again(browser: Browser) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
    browser.wait("location.pathname == '/login/'")


WIDTHS = (320, 390, 600, 760, 761, 800, 887, 940, 1000, 1001, 1024, 1200, 1280, 1440)


def test_no_page_is_wider_than_its_window_whatever_things_are_called(browser: Browser, server: Any) -> None:
    from django.contrib.auth import get_user_model

    from office.collecting.ledgers import Ledgers
    from office.models import Alarm, Assignment, Receipt, Screen

    now, long = dt.datetime.now(dt.UTC), "W" * 90
    get_user_model().objects.update(username="wang.xiaoming@shiqiao-antifraud-office.example")
    screen = Screen.objects.create(
        id="sq-led-with-the-longest-name-of-all", title=long, status="lost", enrolled_at=DAWN
    )
    for each in Assignment.objects.all():
        each.aimed_at.add(screen)
        each.screens.add(screen)
    for number, step in enumerate(("heard", "verified", "fetched", "staged", "shown"), 1):
        Receipt.objects.create(id=number, screen=screen, publication=1, step=step, at=now)
    Alarm.objects.create(screen=screen, kind="away", key="", zh=long, en=long, first_at=now, last_at=now)
    ledger = Ledger(screen.pk)
    for number in range(4):
        ledger.append(play(number, media=f"{long}.png", sha256=f"{number:064x}"))
    Ledgers().store([ledger.batch(1, 4)], now)
    for width in WIDTHS:
        browser.resize(width)
        for path in ("/", "/publications/", "/counts/?period=all", "/counts/?period=all&by=media"):
            browser.go(f"http://127.0.0.1:{server.port}{path}")
            over = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (path, width)
    assert browser.complaints == []


@pytest.mark.parametrize(("width", "columns"), [(390, 1), (800, 1), (1024, 2), (1280, 2), (1440, 2)])
def test_two_screens_stand_beside_each_other_where_there_is_room(
    browser: Browser, server: Any, width: int, columns: int
) -> None:
    from office.models import Screen

    Screen.objects.create(id="sq-led2", title="另一块")
    browser.resize(width)
    browser.go(f"http://127.0.0.1:{server.port}/")
    tracks = browser.run("getComputedStyle(document.querySelector('.tiles')).gridTemplateColumns")
    assert len([each for each in tracks.split() if each != "0px"]) == columns, tracks


def test_a_link_on_another_site_leads_in_who_is_logged_in_and_a_period_keeps_what_was_chosen(
    browser: Browser, server: Any, tmp_path: Path
) -> None:
    there = f"http://127.0.0.1:{server.port}/counts/?by=day"
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "index.html").write_text(f'<title>portal</title><a href="{there}">console</a>')
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "portal"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as portal:
        thread = Thread(target=portal.serve_forever, daemon=True)
        thread.start()
        browser.go(f"http://localhost:{portal.server_address[1]}/")
        browser.run("document.querySelector('a').click()")
        browser.wait("document.title.startsWith('统计')")
        portal.shutdown()
        thread.join()
    browser.run(
        "document.querySelector('[name=by]').value = 'village';document.querySelector('.quick [value=month]').click()"
    )
    browser.wait("location.search.includes('period=month') && document.querySelector('[name=by]').value == 'village'")
    assert [each for each in browser.complaints if "favicon" not in each] == []
