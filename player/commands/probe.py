"""`wuzha-player probe`: would each file be shown, and if not, why."""

import argparse
import os

from player.answer import Answer, NoAnswer
from player.commands.answering import ANSWER_S
from player.commands.terminal import tell, tell_json
from player.decode.prober import Prober
from player.decode.refusal import NO_ANSWER
from signage.errors import Words
from signage.filenames import bad_name
from signage.media import MediaFacts
from signage.printable import printable


def main(options: argparse.Namespace) -> int:
    """Prints an answer for every file, decoded whole in the worker; 0 then; 2 if one is bad and `strict`."""
    prober, bad = Prober(), 0
    try:
        for path in options.files:
            found = bad_name(os.path.basename(path)) or _silent(path) or prober.probe(os.path.abspath(path))
            bad += isinstance(found, Words)
            if options.json:
                tell_json(_row(path, found))
            else:
                tell(*_lines(path, found))
    finally:
        prober.close()
    return 2 if bad and options.strict else 0


def _silent(path: str) -> Words | None:
    """Returns why a file says nothing: its disk or share does not answer."""
    try:
        Answer(lambda: os.path.exists(path), "file").within(ANSWER_S)
    except NoAnswer:
        return NO_ANSWER
    return None


def _row(path: str, found: MediaFacts | Words) -> dict[str, object]:
    name = printable(path)
    if isinstance(found, Words):
        return {
            "path": name, "ok": False, "kind": "none", "width_px": 0, "height_px": 0, "duration_s": 0.0,
            "has_sound": False, "why": found.zh, "why_en": found.en,
        }  # fmt: skip
    return {
        "path": name, "ok": True, "kind": found.kind, "width_px": found.width_px, "height_px": found.height_px,
        "duration_s": round(found.duration_s, 3), "has_sound": found.has_sound, "why": "",
    }  # fmt: skip


def _lines(path: str, found: MediaFacts | Words) -> tuple[str, ...]:
    name = printable(path)
    if isinstance(found, Words):
        return (f"不能播放  {name}", f"    {found.zh}", f"    {found.en}")
    size = f"{found.width_px}×{found.height_px}" if found.width_px else ""
    lasts = f"{found.duration_s:.1f} 秒" if found.duration_s else ""
    sound = "有声" if found.has_sound else ""
    kind = {"image": "图片", "video": "视频", "audio": "音频"}[found.kind]
    return (f"可以播放  {name}  " + " ".join(word for word in (kind, size, lasts, sound) if word),)
