"""`wuzha-office serve`: the console and the published files over HTTP."""

import argparse
from contextlib import closing

from office.ending import Ending
from office.notify import Notify
from office.place import Place
from office.serving import Console
from signage.errors import BadInput, Complaint, Words

TURN_S = 2.0


def main(options: argparse.Namespace, place: Place) -> int:
    """Serves until it is told to end."""
    told = place.settings()
    host, port = read_address(options.listen or told.listen)
    ending = Ending()
    ending.listen()
    console = Console(place, host, port, behind_proxy=told.http.startswith("https://"))
    with closing(Notify()) as notify:
        console.start()
        shown = f"[{host}]" if ":" in host else host
        print(f"控制台 · the console: http://{shown}:{console.port}/", flush=True)
        notify.ready(f"http://{shown}:{console.port}/")
        while not ending.wait(TURN_S) and console.alive:
            notify.turned()
        notify.stopping()
        code = 0 if ending.asked else 1
        console.stop()
    return code


def read_address(text: str) -> tuple[str, int]:
    """Reads `host:port`, `[v6]:port` or a port alone. Raises BadInput."""
    host, _, port = text.rpartition(":")
    if port.isascii() and port.isdigit() and 0 < int(port) < 65536:
        return host.strip("[]") or "127.0.0.1", int(port)
    problem = Words(zh=f"{text!r} 不是监听地址", en=f"{text!r} is no address to listen on")
    raise BadInput((Complaint("listen", problem, Words(zh="写 127.0.0.1:8080", en="write 127.0.0.1:8080")),))
