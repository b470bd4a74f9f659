"""How a complaint reads on a terminal: place, Chinese, then English."""

from signage.errors import Complaint


def complaint_text(complaint: Complaint) -> str:
    """Gives a complaint as three lines: where it stands, what is wrong and what to do, the same in English."""
    cure = complaint.cure.en[:1].upper() + complaint.cure.en[1:]
    return (
        f"{complaint.where}\n"
        f"    {_sentence(complaint.problem.zh, '。')}{_sentence(complaint.cure.zh, '。')}\n"
        f"    {_sentence(complaint.problem.en, '.')} {_sentence(cure, '.')}"
    )


def _sentence(words: str, stop: str) -> str:
    return words if words.endswith(("。", "！", "？", ".", "!", "?")) else words + stop
