"""What ends the player from outside its loop: a signal, or a thread that broke."""

import logging
import signal
import threading

from player.events import Inbox, Stopped

log = logging.getLogger(__name__)


def stop_from_outside(inbox: Inbox) -> None:
    """Has a signal end the player in order, and a thread that broke end it as faulty."""
    _stop_on_signals(inbox)
    _stop_on_broken_thread(inbox)


def _stop_on_signals(inbox: Inbox) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: inbox.put(Stopped()))


def _stop_on_broken_thread(inbox: Inbox) -> None:
    """Lets no thread die alone: an unexpected fault ends the process, and the supervisor starts it anew."""

    def broken(caught: threading.ExceptHookArgs) -> None:
        log.error("thread %s broke", caught.thread.name if caught.thread else "?", exc_info=caught.exc_value)
        inbox.put(Stopped(fault=f"{type(caught.exc_value).__name__}: {caught.exc_value}"))

    threading.excepthook = broken
