"""Starts a trial in order, keeps it, and ends it in reverse."""

import contextlib
import datetime as dt
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from office.broker.local import LocalBroker, open_broker
from office.broker.rights import Rights
from office.child import Child
from office.collecting.collector import Collector
from office.ending import Ending
from office.enrolling import from_config
from office.place import Place
from office.publishing.signing_clock import clock_doubt
from office.serving import Console
from office.trial import ground
from office.trial.player_log import PlayerLog
from office.trial.words import greeting
from office.voice import office_broker

HOST, BROKER_PORT = "127.0.0.1", 1883
TURN_S = 0.5
_ROOT = Path(__file__).resolve().parents[2]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for."""

    config: Path
    """A `kiosk_config.toml`."""
    port: int = 8080
    """Of the console; a busy one moves to the next free one."""
    broker_port: int = BROKER_PORT
    headless: bool = False
    embedded: bool = False
    """The embedded broker also where there is a mosquitto."""
    player: bool = True
    for_s: float | None = None


def run(place: Place, wish: Wish, say: Callable[[str], None]) -> int:
    """Runs a trial until Ctrl-C, the end of the player, or `for_s`; gives the exit code. Raises WuzhaError, OSError.

    Needs a home that is laid, and Django set up for it.
    """
    ending = Ending()
    ending.listen()
    with ExitStack() as parts:
        if (words := clock_doubt(place, dt.datetime.now(dt.UTC))) is not None:
            say(f"▲ {words.zh} · {words.en}")
        ground.make_keys(place, dt.datetime.now(dt.UTC))
        screen = from_config(wish.config).screen
        console = Console(place, HOST, wish.port, or_next=True)
        parts.callback(console.stop)
        if console.port != wish.port:
            say(
                f"端口 {wish.port} 已被占用，控制台改用 {console.port} · port {wish.port} is busy, using {console.port}"
            )
        broker = _broker(place, wish, console.port, say)
        parts.callback(broker.stop)
        told = place.settings()
        collector = Collector(place, office_broker(place, told), told.prefix, first_delay_s=0.2)
        collector.start()
        parts.callback(collector.stop)
        password = ground.new_login()
        console.start()
        player = _player(place, wish, screen, say) if wish.player else None
        if player is not None:
            parts.callback(player.stop)
        say(greeting(place, broker, console.port, screen, password))
        until = None if wish.for_s is None else time.monotonic() + wish.for_s
        code = _keep(place, ending, broker, player, say=say, until=until)
        say("正在结束… · ending …")
        return code


def _broker(place: Place, wish: Wish, http_port: int, say: Callable[[str], None]) -> LocalBroker:
    told, here = place.settings(), f"{HOST}:{http_port}"

    def prepare(url: str) -> None:
        ground.set_addresses(place, broker=url, http=f"http://{here}", listen=here)
        ground.enroll_screen(place, wish.config, dt.datetime.now(dt.UTC))

    broker = open_broker(
        place.broker,
        wish.broker_port,
        Rights(told.prefix, told.user),
        place.broker_passwords,
        embedded=wish.embedded,
        prepare=prepare,
    )
    port = int(broker.url.rpartition(":")[2])
    if port != wish.broker_port:
        say(f"端口 {wish.broker_port} 已被占用，消息服务器改用 {port} · port {wish.broker_port} is busy, using {port}")
    return broker


def _player(place: Place, wish: Wish, screen: str, say: Callable[[str], None]) -> Child:
    """Starts the player; all that it says stands in `player.log`, what is worth a look is said here too."""
    enrolment = place.home / "enrolments" / screen
    words = [sys.executable, "-P", "-m", "player", "run", "--config", str(wish.config), "--enrolment", str(enrolment)]
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join(each for each in (str(_ROOT), inherited) if each)
    log = PlayerLog(place.home / "player.log", say)
    return Child([*words, *["--headless"] * wish.headless], log.hear, {**os.environ, "PYTHONPATH": path})


def _keep(
    place: Place,
    ending: Ending,
    broker: LocalBroker,
    player: Child | None,
    *,
    say: Callable[[str], None],
    until: float | None,
) -> int:
    """Waits for the end, and lets the broker know of screens that are enrolled meanwhile."""
    stamp = _stamp(place)
    while not ending.wait(TURN_S):
        if until is not None and time.monotonic() >= until:
            break
        if broker.ended:
            say(f"消息服务器自己停了：{broker.ended} · the broker ended by itself")
            return 1
        if player is not None and player.code is not None:
            say(f"播放端已结束（{player.code}） · the player has ended")
            return min(1, abs(player.code))
        if (now := _stamp(place)) != stamp:
            stamp = now
            broker.refresh()
    return 0


def _stamp(place: Place) -> int:
    with contextlib.suppress(OSError):
        return place.broker_passwords.stat().st_mtime_ns
    return 0
