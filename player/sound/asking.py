"""Asks once for the sound device, as `doctor` does: in a process of its own, which may crash or hang."""

import threading

from player.decode.order import SOUND_OUTPUT, Order
from player.decode.process import born
from player.decode.rings.shared import share
from player.sound.report import MOST_LINE_BYTES, UNREADABLE, DeviceLost, Report, parse_report
from player.sound.voice_ring import memory_size

PATIENCE_S = 5.0
NO_ANSWER = DeviceLost("the sound server does not answer")


def ask_device(patience_s: float = PATIENCE_S) -> Report:
    """Returns what a sound process says first; it plays nothing."""
    shared = share(memory_size(1))
    try:
        process = born(Order(voices=1), [shared.address, "1"], shared.fds, None, SOUND_OUTPUT)
    except OSError as error:
        shared.forget()
        return DeviceLost(str(error))
    shared.handed_over()
    alarm = threading.Timer(patience_s, process.kill)
    alarm.start()
    try:
        line = (process.replies.read(MOST_LINE_BYTES) or b"").partition(b"\n")[0]
        return parse_report(line) if line else NO_ANSWER
    except UNREADABLE:
        return NO_ANSWER
    finally:
        alarm.cancel()
        process.kill()
        process.wait(None)
        process.close()
        shared.forget()
