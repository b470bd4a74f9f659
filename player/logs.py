"""The player's log on standard error: one line for one event, whatever names and files are in it."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from signage.log_handler import LogHandler
from signage.printable import printable, printable_lines


class LogLines(logging.Formatter):
    """Writes a record in one line and a traceback in several, without control characters of others."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Returns the line without its traceback."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Returns the traceback; its lines stay lines."""
        return printable_lines(super().formatException(ei))  # type: ignore[arg-type]


def open_log() -> None:
    """Sends the log, and the traceback of a fault that ends the process or a thread, to standard error."""
    out = LogHandler()
    out.setFormatter(LogLines("%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(level=logging.INFO, handlers=[out])
    sys.excepthook = _tell_fault
    threading.excepthook = _tell_thread_fault


def _tell_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    text = "".join(traceback.format_exception(kind, fault, trace))
    sys.stderr.write(printable_lines(text))


def _tell_thread_fault(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and not isinstance(caught.exc_value, SystemExit):
        _tell_fault(caught.exc_type, caught.exc_value, caught.exc_traceback)
