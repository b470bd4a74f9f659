"""The program `wuzha-player`, also as `python -m player`."""

import signal
import sys

from signage.utf8_mode import begin_in_utf8, open_output


def main() -> int:
    """Runs the command that the command line names; returns the exit code."""
    if sys.argv[1:2] == ["run"]:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until it has its own: Ctrl-C while it loads is no fault
    begin_in_utf8()
    words = sys.argv[1:]
    if _is_supervised(words):
        # It lives as long as the player: it loads little, and has the screen process read the command line.
        open_output()
        from player.logs import open_log  # noqa: PLC0415
        from player.watch.supervisor import supervise  # noqa: PLC0415

        open_log()
        return supervise(words)
    server = None
    if words[:1] == ["run"] and "--watched" in words:
        from player.decode.process import ForkServer  # noqa: PLC0415

        server = ForkServer()  # it loads on the second core while this process does
    from player.cli import main as run_command  # noqa: PLC0415

    return run_command(server=server)


def _is_supervised(words: list[str]) -> bool:
    """Returns whether this is `run`, and neither the screen process nor a question for its help."""
    asks = any(word == "-h" or (len(word) > 4 and "--help".startswith(word)) for word in words)
    return words[:1] == ["run"] and "--watched" not in words and not asks


if __name__ == "__main__":
    sys.exit(main())
