"""`wuzha-office withdraw`: takes a publication off every screen."""

import argparse

from office.commands.asking import me, signing_time
from office.commands.following import follow, is_gone, show_lines
from office.commands.telling import tell_head
from office.place import Place
from office.publishing.publish import withdraw


def main(options: argparse.Namespace, place: Place) -> int:
    """0: it is off every screen, or nobody waited; 1: some show it still."""
    at = signing_time(place, is_right=options.clock_is_right)
    publication = withdraw(place, options.number, options.by or me(), at)
    print(f"已撤回 {publication.number}（{publication.line}） · withdrawn", flush=True)
    tell_head(place)
    if options.wait <= 0:
        return 0
    found = follow(publication, options.wait, goal="withdrawn")
    show_lines(found)
    return 0 if all(map(is_gone, found)) else 1
