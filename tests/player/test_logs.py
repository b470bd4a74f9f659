"""A line of the log is one line, and shows what it is about."""

import logging
import sys
import threading

import pytest

from player.logs import LogLines, open_log

BAD = "a\n2026-11-30 INFO all is well\x1b[2J\u202e"
SHOWN = "a\\n2026-11-30 INFO all is well\\x1b[2J\\u202e"


def _record(fault: BaseException | None = None) -> logging.LogRecord:
    caught = None if fault is None else (type(fault), fault, fault.__traceback__)
    return logging.LogRecord("n", logging.INFO, __file__, 1, "refused %s", (BAD,), caught)


def test_a_name_cannot_forge_a_line() -> None:
    assert LogLines("%(message)s").format(_record()) == f"refused {SHOWN}"


def test_a_traceback_keeps_its_lines_and_loses_its_controls() -> None:
    lines = LogLines("%(message)s").format(_record(ValueError("\x1b[2J\u202e"))).split("\n")
    assert lines[0] == f"refused {SHOWN}"
    assert lines[-1] == "ValueError: \\x1b[2J\\u202e"


def test_a_fault_that_ends_the_process_is_told_without_controls(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    open_log()
    fault = ValueError("\x1b[2J")
    sys.excepthook(ValueError, fault, None)
    assert capsys.readouterr().err == "ValueError: \\x1b[2J\n"


def test_a_fault_that_ends_a_thread_is_told_without_controls(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    open_log()

    def broken() -> None:
        raise ValueError(BAD)

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    told = capsys.readouterr().err
    assert told.endswith("ValueError: a\n2026-11-30 INFO all is well\\x1b[2J\\u202e\n")
