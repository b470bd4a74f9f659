"""Turns the words of texts.toml into the files of the starter campaign."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from tools.starter import announcement, brushing_film, poster, recordings, rules_film
from tools.starter.texts import Texts, read

ROOT: Final = Path(__file__).resolve().parents[2]
PARTS: Final = ("posters", "audio", "videos")


def make_posters(texts: Texts, media: Path) -> None:
    """Writes every poster as a PNG of at most 256 colours."""
    folder = media / "posters"
    folder.mkdir(parents=True, exist_ok=True)
    for words in texts.poster:
        path = folder / f"{words.name}.png"
        picture = poster.draw(words, texts.band)
        picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path.relative_to(media)}: {path.stat().st_size // 1024} KB")


def make_audio(texts: Texts, media: Path) -> None:
    """Writes the broadcast."""
    path = media / "audio" / f"{texts.broadcast.name}.m4a"
    path.parent.mkdir(parents=True, exist_ok=True)
    seconds = announcement.make(texts.broadcast, path)
    print(f"{path.relative_to(media)}: {seconds:.0f} s, {path.stat().st_size // 1024} KB")


def make_videos(texts: Texts, media: Path) -> None:
    """Writes both videos."""
    folder = media / "videos"
    folder.mkdir(parents=True, exist_ok=True)
    for name, film in (
        (texts.brushing.name, brushing_film.make),
        (texts.rules.name, rules_film.make),
    ):
        path = folder / f"{name}.mp4"
        seconds = film(texts, path)
        print(f"{path.relative_to(media)}: {seconds:.1f} s, {path.stat().st_size // 1024} KB")


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the parts asked for; without a voice for a changed line, what speaks keeps its present sound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="posters, audio, videos; none named: all")
    parser.add_argument("--texts", type=Path, default=Path(__file__).with_name("texts.toml"))
    parser.add_argument("--media", type=Path, default=ROOT / "media")
    parser.add_argument("--voice-python", type=Path, help="a Python that has the speech model (docs/starter.md)")
    parser.add_argument("--voice", type=Path, help="the model's voice file")
    asked = parser.parse_args(arguments)
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    parts = asked.parts or PARTS
    texts = read(asked.texts)
    crowded = [
        f"{words.kind}：“{line}” 太长，请写短一些 / too long"
        for words in texts.poster
        for line in poster.too_long(words)
    ]
    if crowded:
        print("\n".join(crowded))
        return 2
    if asked.voice_python and asked.voice:
        print(f"{recordings.record(texts, asked.voice_python, asked.voice)} lines spoken anew")
    if "posters" in parts:
        make_posters(texts, asked.media)
    silent = recordings.stale(texts)
    for line in silent:
        print(f"{line.id}“{line.text}”没有录音，音视频保持原样 / no recording, sound and video stay as they are")
    if silent:
        return 1 if set(parts) - {"posters"} else 0
    if "audio" in parts:
        make_audio(texts, asked.media)
    if "videos" in parts:
        make_videos(texts, asked.media)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
