"""How a complaint reads on a terminal: place, Chinese, then English."""

from signage.errors import Complaint
from signage.printable import printable


def complaint_text(complaint: Complaint) -> str:
    """Returns a complaint as three lines: where it stands, what is wrong and what to do, the same in English."""
    cure = complaint.cure.en[:1].upper() + complaint.cure.en[1:]
    # What ends with the line to be written ends without a full stop: somebody would copy it.
    is_line = complaint.edit is not None and len(complaint.edit.lines) == 1
    zh = complaint.cure.zh if is_line else _sentence(complaint.cure.zh, "。")
    en = cure if is_line else _sentence(cure, ".")
    lines = (
        complaint.where,
        f"    {_sentence(complaint.problem.zh, '。')}{zh}",
        f"    {_sentence(complaint.problem.en, '.')} {en}",
    )
    return "\n".join(map(printable, lines))


def _sentence(words: str, stop: str) -> str:
    # A full stop of the other language ends no sentence: it may belong to what is told of, such as `..`.
    own = ("。", "！", "？") if stop == "。" else (".", "!", "?")
    return words if words.endswith(own) and not words.endswith("..") else words + stop
