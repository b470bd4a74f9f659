"""An office in the child's own process, its database and its door: what screens send goes the way it really goes."""

import contextlib
import datetime as dt
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from office.place import Place, found
from office.settings import open_office
from signage.link import Arrived, Broker, Outgoing
from signage.messages import LedgerAck, decode
from signage.topics import MOST_BYTES, Topics
from tests.fuzz.case import Broken

TOPICS = Topics()
NAME = "office"
BYS = ("screen", "site", "kind", "village", "publication", "playlist", "item", "media", "day", "hour", "outcome")
PAGES = (
    "/", "/publications/", "/publications/?before=99", "/counts/?period=all", "/counts/table.csv?period=all",
    *(f"/counts/?period=all&by={by}" for by in BYS), "/counts/table.csv?by=media&period=all",
)  # fmt: skip
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("screens",), ("screens", "--json"), ("alarms",), ("alarms", "--json"), ("alarms", "--all"), ("receipts",),
    ("receipts", "--json"),
    ("counts", "--by", "item"), ("counts", "--by", "media", "--json"), ("counts", "--by", "playlist", "--csv"),
    ("export",),
    ("counts", "--by", "screen"),
)  # fmt: skip


class Heap:
    """A link to a broker that keeps what went out, and is always there."""

    connected = True

    def __init__(self) -> None:
        self.published: list[Outgoing] = []
        self._tokens = 0

    def acknowledge(self, arrived: Arrived) -> None:
        """Takes the office's word that a message is stored."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Takes what the office says."""
        self._tokens += 1
        self.published.append(Outgoing(topic, payload, retain))
        return self._tokens


class House:
    """An office with a collector that is driven by hand."""

    def __init__(self, folder: Path, screens: Sequence[str]) -> None:
        self.place = Place(folder / "office")
        found(self.place)
        open_office(self.place)
        from django.contrib.auth import get_user_model
        from django.core.wsgi import get_wsgi_application
        from django.test import Client

        self._screens = tuple(screens)
        self._fill()
        get_user_model().objects.create_user(NAME, password="four-words-of-one-test")
        client = Client()
        client.force_login(get_user_model().objects.get(username=NAME))
        self.cookie = str(client.cookies["wuzha"].value)
        """Of somebody who is logged in."""
        # Not the test client's own way: it keeps something for each request for ever.
        self._application = get_wsgi_application()
        self.begin()

    def _fill(self) -> None:
        from office.models import Publication, Screen

        for each in self._screens:
            Screen.objects.create(id=each, title=f"屏 {each}", enrolled_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        at = dt.datetime(2026, 6, 6, tzinfo=dt.UTC)
        one = Publication.objects.create(
            number=12, line="刷单预警", state="published", author="王", approver="李", published_at=at
        )
        from office.models import Assignment

        aim = Assignment.objects.create(publication=one, aim="all")
        aim.aimed_at.set(self._screens)
        aim.screens.set(self._screens)

    def begin(self) -> None:
        """Starts the collector anew, as after a restart."""
        from office.collecting.collector import Collector

        self.collector = Collector(self.place, Broker(url="mqtt://127.0.0.1:1"), "wuzha/1")
        self.link = Heap()

    def arrive(self, messages: Sequence[tuple[str, bytes, bool]]) -> dict[str, LedgerAck]:
        """Lets messages come in as from the broker; gives the acknowledgements that go out, by screen."""
        arrived = [Arrived(topic, payload, retained) for topic, payload, retained in messages]
        self.link.published.clear()
        self.collector._turn(self.link, tuple(arrived))  # type: ignore[arg-type]
        acks = {}
        for out in self.link.published:
            told = TOPICS.read(out.topic)
            leaf = getattr(told, "leaf", "")
            if len(out.payload) > MOST_BYTES.get(leaf, 0):
                raise Broken(f"the office says more on {leaf} than its topic takes")
            if leaf == "ledger/ack":
                acks[told.screen] = decode(out.payload, LedgerAck, MOST_BYTES[leaf])  # type: ignore[union-attr]
        return acks

    def look(self) -> None:
        """Opens every page as somebody who is logged in."""
        for path in PAGES:
            told: list[str] = []
            name, _, query = path.partition("?")
            environ: dict[str, Any] = {
                "REQUEST_METHOD": "GET", "PATH_INFO": name, "QUERY_STRING": query, "SERVER_NAME": "office",
                "SERVER_PORT": "80", "HTTP_COOKIE": f"wuzha={self.cookie}", "wsgi.input": io.BytesIO(),
                "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1",
            }  # fmt: skip
            answer = self._application(environ, lambda status, headers, told=told: told.append(status))
            content = b"".join(answer)
            answer.close()
            if not told[0].startswith("200"):
                raise Broken(f"the page {path} answers {told[0]}")
            content.decode()

    def ask(self, words: Sequence[str]) -> None:
        """Runs one command of the office as somebody at a terminal."""
        from office.cli import main

        with terminal() as out:
            code = main([*words, "--home", str(self.place.home)])
        told = out.read_bytes().decode("utf-8-sig")
        out.unlink()
        if code != 0:
            raise Broken(f"wuzha-office {' '.join(words)} ends with {code}")
        odd = [c for c in told if not c.isprintable() and c not in "\n\r\t\u3000\xa0"]
        if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in odd):
            raise Broken(f"wuzha-office {' '.join(words)} prints control characters of a screen")

    def forget(self, screens: Sequence[str]) -> None:
        """Takes everything of these screens out of the database."""
        from django.db import connection

        from office.models import (
            Alarm,
            Event,
            LedgerEpoch,
            LedgerRecord,
            LedgerRun,
            Play,
            Receipt,
            Screen,
            Shown,
            ZoneHour,
        )

        for epoch in LedgerEpoch.objects.filter(screen_id__in=screens):
            for model in (LedgerRecord, Play, Event, Receipt):
                model.objects.filter(id__range=epoch.keys).delete()
            LedgerRun.objects.filter(epoch=epoch).delete()
            epoch.delete()
        Alarm.objects.all().delete()
        ZoneHour.objects.filter(screen_id__in=screens).delete()
        Shown.objects.exclude(id__in=Play.objects.values("shown_id")).delete()
        Screen.objects.filter(id__in=screens).update(
            status="", conn=0, status_at=None, birth=None, birth_at=None, state=None, state_at=None, shot_at=None
        )
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
        self.begin()

    def close(self) -> None:
        """Lets go of the database."""
        from django.db import connections

        connections.close_all()


@contextlib.contextmanager
def terminal() -> Iterator[Path]:
    """Gives a file that takes what is printed, also by those who open the descriptor themselves."""
    handle, name = tempfile.mkstemp(prefix="wuzha-fuzz-out-")
    kept, before = os.dup(1), (sys.stdout, sys.stderr)
    os.dup2(handle, 1)
    os.close(handle)
    try:
        sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8", write_through=True)
        sys.stderr = io.StringIO()
        yield Path(name)
        sys.stdout.flush()
    finally:
        told: Any = sys.stdout
        sys.stdout, sys.stderr = before
        with contextlib.suppress(Exception):
            told.detach()
        os.dup2(kept, 1)
        os.close(kept)
