"""Reads one `[[item]]` of a playlist, and the dates and times that playlists and items share."""

import re
import unicodedata

from signage.daypart import Daypart
from signage.errors import Words
from signage.layout import Fit, Transition
from signage.notation import Misread, date, date_range, day_name, shown, window
from signage.playlist import Item
from signage.printable import printable
from signage.tables import Table
from signage.text_rules import flaw, inside

RUN_KEYS = ("from", "until", "days", "times", "except")
ITEM_KEYS = (
    "media", "card", "ticker", "picture", "title", "text", "footer", "qr", "theme", "chars_per_min",
    "dwell_s", "weight", *RUN_KEYS, "fit", "transition",
)  # fmt: skip

FITS: tuple[Fit, ...] = ("contain", "cover", "stretch")
TRANSITIONS: tuple[Transition, ...] = ("cut", "fade", "slide")

LEAST_DWELL_S, MOST_DWELL_S = 0.5, 86400.0
MOST_TITLE, MOST_TEXT, MOST_FOOTER, MOST_QR, MOST_PATTERN = 200, 2000, 500, 500, 500
MOST_STARS = 4
"""In one pattern; each further `*` multiplies the work of matching a name that nearly fits."""

_ESCAPED = {ord(char): f"/{letter}" for char, letter in zip("\b\t\n\f\r", "btnfr", strict=True)} | {ord("\\"): "/"}
"""What TOML makes of a `\\` and a letter in a path of Windows."""
_AUDIO = (".mp3", ".aac", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac")
_CARD_ONLY = ("title", "footer", "qr", "theme")


def read_runs(table: Table) -> Daypart:
    """Reads the five keys that say on which days and at what times something runs."""
    first = table.one("from", None, date)
    last = table.one("until", None, date)
    if first and last and last < first:
        # No word of swapping them: where the year is wrong, that lets it play for months that nobody meant.
        table.complain(
            "until",
            Words(zh=f"until（{last}）早于 from（{first}）", en=f"until ({last}) is before from ({first})"),
            Words(
                zh="看看是年份写错了，还是两个日期写反了，改正它",
                en="correct the year, or swap them if they are reversed",
            ),
        )
    return Daypart(
        first=first,
        last=last,
        days=tuple(dict.fromkeys(table.each("days", day_name))),
        times=table.each("times", window),
        exceptions=table.each("except", date_range),
    )


def read_item(table: Table, number: int, *, weighted: bool) -> Item:
    """Reads the item; `weighted` says whether its playlist is, for only then `weight` means something."""
    item = Item(
        number=number,
        media=table.one("media", None, _pattern),
        picture=table.one("picture", None, _pattern),
        card=table.text("card", None, most=50),
        ticker=table.flag("ticker", False),
        title=table.text("title", "", most=MOST_TITLE, lines=True),
        text=table.text("text", "", most=MOST_TEXT, lines=True),
        footer=table.text("footer", "", most=MOST_FOOTER, lines=True),
        qr=table.text("qr", "", most=MOST_QR, use="qr"),
        theme=table.text("theme", "red", most=50),
        chars_per_min=table.number("chars_per_min", 70.0, 20, 300),
        dwell_s=table.number("dwell_s", None, LEAST_DWELL_S, MOST_DWELL_S),
        weight=table.integer("weight", 1, 1, 100),
        runs=read_runs(table),
        fit=table.choice("fit", FITS[0], FITS) if "fit" in table else None,
        transition=table.choice("transition", TRANSITIONS[0], TRANSITIONS) if "transition" in table else None,
    )
    _check_kind(table, item)
    _check_companions(table, item)
    if "weight" in table and not weighted:
        table.complain(
            "weight",
            Words(zh='weight 只有在 order = "weighted" 时才有用', en='weight means nothing without order = "weighted"'),
            Words(
                zh='在文件开头写 order = "weighted"，或者删去 weight',
                en='write order = "weighted" at the head of the file, or delete weight',
            ),
        )
    return item


def _check_kind(table: Table, item: Item) -> None:
    """Complains unless exactly one of media, card and ticker says what the item is."""
    kinds = [key for key in ("media", "card") if key in table]
    if item.ticker:
        kinds.append("ticker")
    if not kinds:
        table.complain(
            "",
            Words(
                zh="没有写要放什么：media、card、ticker 都没有",
                en="does not say what to show: neither media, card nor ticker",
            ),
            Words(
                zh='加一行，例如 media = "posters/a.png"，或 card = "notice"，或 ticker = true',
                en='add a line such as media = "posters/a.png", card = "notice" or ticker = true',
            ),
        )
    elif len(kinds) > 1 and not (kinds == ["media", "card"] and _may_be_audio(item.media)):
        table.complain(
            kinds[1],
            Words(
                zh=f"{'、'.join(kinds)} 只能写一个（音频可以配一张 card）",
                en=f"{', '.join(kinds)}: only one of them may stand (audio may have a card beside it)",
            ),
            Words(zh="拆成几个 [[item]]", en="make an [[item]] of each"),
            table.place.parted(kinds[1]),
        )


def _check_companions(table: Table, item: Item) -> None:
    """Complains about keys that mean nothing for this kind of item."""
    if "picture" in table and ("media" not in table or not _may_be_audio(item.media)):
        _idle(table, "picture", Words("音频的 media", "an audio media"))
    elif "picture" in table and "card" in table:
        problem = Words("picture 和 card 只能写一个", "only one of picture and card may stand")
        table.complain("picture", problem, Words("删去其中一个", "delete one of them"))
    if "card" not in table and not item.ticker:
        for key in ("text", *_CARD_ONLY):
            if key in table:
                _idle(table, key, Words("card 或 ticker" if key == "text" else "card", "a card"))
    if item.ticker:
        for key in (*_CARD_ONLY, "dwell_s"):
            if key in table and "card" not in table:
                _idle(table, key, Words("滚动字幕以外的项", "items other than tickers"))
        if not item.text.strip():
            if not table.is_blank("text"):
                return  # it was said why it cannot be read
            problem = Words("滚动字幕没有文字", "the ticker has no text")
            table.complain("text", problem, Words('加一行 text = "…"', 'add a line text = "…"'))
        elif "\n" in item.text:
            problem = Words("滚动字幕的 text 只能写一行", "the text of a ticker must be one line")
            table.complain(
                "text", problem, Words("去掉换行，或者拆成几项", "remove the line breaks, or make several items")
            )
    elif "chars_per_min" in table:
        _idle(table, "chars_per_min", Words("滚动字幕（ticker = true）", "a ticker (ticker = true)"))


def _idle(table: Table, key: str, belongs: Words) -> None:
    table.complain(
        key,
        Words(
            zh=f"{key} 在这一项里没有作用，只用于{belongs.zh}", en=f"{key} means nothing here, only with {belongs.en}"
        ),
        Words(zh=f"删去 {key} 这一行", en=f"delete the line of {key}"),
    )


def _may_be_audio(pattern: str | None) -> bool:
    """Judges by the name alone; a wrong or missing name gets the benefit of the doubt."""
    return pattern is None or pattern.casefold().endswith(_AUDIO) or pattern.endswith("*")


def _pattern(value: object) -> str | Misread | None:
    """Reads a path or glob below a watched folder, in NFC."""
    example = Words(
        zh='写素材文件夹里的路径，例如 "posters/*.png"', en='write a path in the media folder, such as "posters/*.png"'
    )
    if not isinstance(value, str) or not value.strip():
        if isinstance(value, list):
            example = Words(
                zh="一项只写一个文件：每个文件各写一项 [[item]]，同一个文件夹的可以写成 文件夹/*",
                en="an item has one file: make an [[item]] of each, or write folder/* for all of a folder",
            )
        return Misread(Words(f"{shown(value)} 不是路径", f"{shown(value)} is not a path"), example)
    if len(value) > MOST_PATTERN:
        return Misread(Words(f"{shown(value)} 太长", f"{shown(value)} is too long"), example)
    if (meant := value.translate(_ESCAPED)) != value:
        return Misread(
            Words(f"{shown(value)} 里有 \\", f"{shown(value)} has a \\"),
            Words(f'写成 "{printable(meant)}"', f'write "{printable(meant)}"'),
            meant,
        )
    if value.startswith("/") or re.match(r"[A-Za-z]:", value) or ".." in value.split("/"):
        return Misread(
            Words(
                f"{shown(value)} 不在素材文件夹里面：不能用绝对路径和 ..",
                f"{shown(value)} is not inside the media folder: neither absolute paths nor .. are allowed",
            ),
            example,
        )
    if len(re.findall(r"\*+", value)) > MOST_STARS:
        return Misread(
            Words(f"{shown(value)} 里的 * 多于 {MOST_STARS} 个", f"{shown(value)} has more than {MOST_STARS} *"),
            example,
        )
    wrong = flaw(value, "name")
    return unicodedata.normalize("NFC", value.removeprefix("./")) if wrong is None else inside(value, wrong)
