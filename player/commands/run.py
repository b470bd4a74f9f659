"""`wuzha-player run`: play."""

import argparse
from zoneinfo import ZoneInfo

from player.app import play
from player.config import read_config


def main(options: argparse.Namespace) -> int:
    """Plays by the configuration until stopped."""
    config = read_config(options.config)
    pretended = options.at
    if pretended is not None and pretended.tzinfo is None:
        pretended = pretended.replace(tzinfo=ZoneInfo(config.screen.timezone))
    return play(config, headless=options.headless, for_s=options.for_s, pretended=pretended, trace=options.trace)
