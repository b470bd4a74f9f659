"""`wuzha-player run`: play, under a supervisor that starts the screen process again when it dies."""

import argparse
from zoneinfo import ZoneInfo


def main(options: argparse.Namespace) -> int:
    """Plays by the configuration until stopped."""
    if not options.watched:
        from player.watch.supervisor import supervise  # noqa: PLC0415 - it stays small: it loads nothing that plays

        return supervise(options.words)
    from player.decode.process import ForkServer  # noqa: PLC0415

    server = options.server or ForkServer()
    from player.app import play  # noqa: PLC0415
    from player.config import read_config  # noqa: PLC0415

    config = read_config(options.config, options.enrolment, lenient=True)
    pretended = options.at
    if pretended is not None and pretended.tzinfo is None:
        pretended = pretended.replace(tzinfo=ZoneInfo(config.screen.timezone))
    return play(
        config,
        server,
        headless=options.headless,
        for_s=options.for_s,
        pretended=pretended,
        trace=options.trace,
        resumed=options.resumed,
    )
