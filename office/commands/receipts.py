"""`wuzha-office receipts`: how far a publication came on each screen, and who is missing."""

import argparse
import sys

from office.commands.following import lines, show_lines
from office.console.progress import publication_label
from office.models import Publication, Receipt
from office.place import Place
from office.plain_output import tell_json
from office.stored import readable, sound
from signage.printable import printable

MOST_RECEIPTS = 1000
"""Of one screen, the newest."""


def main(options: argparse.Namespace, _place: Place) -> int:
    """Prints a line for each screen; 1 when there is no such publication."""
    all_ = Publication.objects.all()
    publication = all_.filter(number=options.number).first() if options.number is not None else all_.first()
    if publication is None:
        print("没有这次发布 · there is no such publication", file=sys.stderr)
        return 1
    found = lines(publication)
    if options.json:
        for line in found:
            sent = Receipt.objects.filter(screen_id=line.id, publication=publication.number).order_by("-pk")
            receipts, _ = readable(sent[:MOST_RECEIPTS], _told, lambda receipt: receipt.screen_id)
            tell_json({
                "publication": publication.number, "screen": line.id, "step": line.step, "shown": line.shown,
                "wanted": line.wanted, "prospect": line.prospect or None,
                "why": line.why.en if line.why else None, "why_zh": line.why.zh if line.why else None,
                "receipts": receipts[::-1],
            })  # fmt: skip
        return 0
    label = publication_label(publication.state, found)
    print(printable(f"发布 {publication.number} {publication.line}：{label.sign} {label.zh} {label.en}，"
                    f"{publication.author} + {publication.approver}"))  # fmt: skip
    show_lines(found)
    missing = [line.id for line in found if line.wanted and not line.shown]
    print(
        f"上屏 {sum(line.shown for line in found)}/{len(found)}"
        + (f"，还缺 missing: {' '.join(missing)}" if missing else "")
    )
    return 0


def _told(receipt: Receipt) -> dict[str, object]:
    sound(receipt.at, receipt.details)
    return {**receipt.details, "step": receipt.step, "at": receipt.at.isoformat()}
