"""`wuzha-office export`: every play, as a table for a spreadsheet."""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from office.asked import read_asked
from office.commands.sheets import write_csv, write_xlsx
from office.console.wording import OUTCOMES, PRESENTED, RANKS, SHOWS
from office.counting import missing
from office.doubt import in_words
from office.place import Place
from office.play_rows import plays
from signage.errors import BadInput, Complaint, Words
from signage.printable import printable

COLUMNS = {
    "screen": "屏幕", "screen_title": "屏幕名称", "site": "场所", "epoch": "段", "seq": "编号", "at": "开始时间",
    "day": "日期", "time": "时间", "hour": "时段", "clock_believed": "时钟可信", "publication": "发布号",
    "playlist": "播放表",
    "item": "条目", "zone": "区域", "rank": "级别", "shows": "类型", "media": "素材", "sha256": "素材校验值",
    "card": "卡片", "title": "文字", "outcome": "结果", "actual_ms": "实际毫秒",
    "signed": "已签名", "presented": "看得到吗", "doubt": "不可信的原因",
}  # fmt: skip

FORMS = (".csv", ".xlsx")


def main(options: argparse.Namespace, _place: Place) -> int:
    """Writes CSV to standard output or a file, or an Excel file."""
    asked = read_asked(options.start, options.end, options.screen, options.publication)
    form = _form(options.out) if options.out is not None else ".csv"
    doubtful = 0

    def told() -> Iterator[dict[str, object]]:
        nonlocal doubtful
        for play in plays(asked):
            doubtful += bool(play["doubt"])
            yield _worded(play)

    def dated() -> Iterator[dict[str, object]]:
        for row in rows:
            yield {**row, "day": _day(str(row["day"])), "time": _time(str(row["time"]))}

    rows = told()
    if options.out is None:
        with open(sys.stdout.fileno(), "w", encoding="utf-8-sig", newline="", closefd=False) as out:
            count = write_csv(out, COLUMNS, rows)
    elif form == ".csv":
        with options.out.open("w", encoding="utf-8-sig", newline="") as out:
            count = write_csv(out, COLUMNS, rows)
    else:
        count = write_xlsx(str(options.out), COLUMNS, dated())
    gone = sum(gap.records or 0 for gap in missing(asked))
    print(
        f"{count} 条播放记录，已知缺 {gone} 条台账 · {count} plays, {gone} ledger records are missing", file=sys.stderr
    )
    if doubtful:
        print(f"▲ 其中 {doubtful} 条不可信 · {doubtful} of them are not believed", file=sys.stderr)
    return 0


def _form(out: Path) -> str:
    """Returns `.csv` or `.xlsx`, however it is written. Raises BadInput before anything is asked of the database."""
    folder = out.absolute().parent
    problem = cure = None
    if out.suffix.lower() not in FORMS:
        problem = Words("看不出写成什么格式", "does not say which form it is to have")
        cure = Words("名字以 .csv 或 .xlsx 结尾", "end its name in .csv or .xlsx")
    elif out.is_dir():
        problem = Words("是文件夹", "is a folder")
        cure = Words("写文件名", "name a file")
    elif not folder.is_dir():
        problem = Words(f"没有文件夹 {printable(str(folder))}", f"there is no folder {printable(str(folder))}")
        cure = Words("先建这个文件夹，或者换一个地方", "make that folder first, or write elsewhere")
    if problem is not None and cure is not None:
        raise BadInput((Complaint(printable(str(out)), problem, cure),))
    return out.suffix.lower()


def _worded(play: Mapping[str, object]) -> dict[str, object]:
    return {
        **play,
        "time": str(play["at"])[11:19],
        "rank": RANKS.get(str(play["rank"]), play["rank"]),
        "shows": SHOWS.get(str(play["shows"]), play["shows"]),
        "outcome": OUTCOMES.get(str(play["outcome"]), str(play["outcome"])),
        "clock_believed": _yes(play["clock_believed"]),
        "signed": _yes(play["signed"]),
        "presented": PRESENTED.get(str(play["presented"]), str(play["presented"])),
        "doubt": in_words(int(str(play["doubt"]))).zh,
    }


def _day(text: str) -> dt.date | str:
    """Returns a day as Excel has it; the text of a play that cannot be read."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def _time(text: str) -> dt.time | str:
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        return text


def _yes(told: object) -> str:
    return "是" if told else "否"
