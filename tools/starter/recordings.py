"""The spoken lines: which there are, and the recording of each."""

import json
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import msgspec
from av.audio.resampler import AudioResampler

from tools.starter.texts import Texts

FOLDER: Final = Path(__file__).parent / "voice"
SPOKEN: Final = "spoken.json"
"""What each recording says, so that a changed text is found."""


class Line(msgspec.Struct, frozen=True):
    """One spoken sentence; its recording is `<id>.ogg`, or any `<id>.wav` that a person records."""

    id: str
    text: str
    speed: float = 1.0


def lines(texts: Texts) -> tuple[Line, ...]:
    """Gives every line that videos and broadcast speak."""
    brushing, rules, broadcast = texts.brushing, texts.rules, texts.broadcast
    return (
        Line("brushing-open", brushing.open_say),
        *(Line(f"brushing-{i}", step.say) for i, step in enumerate(brushing.step, 1)),
        Line("brushing-close", brushing.close_say),
        Line("rules-open", rules.open_say),
        *(Line(f"rules-{i}", rule.say, 1.05) for i, rule in enumerate(rules.rule, 1)),
        Line("rules-close", rules.close_say),
        *(Line(f"broadcast-{i}", say, 0.9) for i, say in enumerate(broadcast.say, 1)),
    )


def stale(texts: Texts, folder: Path = FOLDER) -> tuple[Line, ...]:
    """Gives the lines that have no recording, or whose recording says another text."""
    spoken = json.loads((folder / SPOKEN).read_text(encoding="utf-8")) if (folder / SPOKEN).exists() else {}
    return tuple(
        line
        for line in lines(texts)
        if not (folder / f"{line.id}.wav").exists()
        and (spoken.get(line.id) != line.text or not (folder / f"{line.id}.ogg").exists())
    )


def record(texts: Texts, python: Path, voice: Path, folder: Path = FOLDER) -> int:
    """Lets the speech model speak the stale lines and keeps them as Opus; gives how many there were."""
    missing = stale(texts, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        asked = {"out": made, "lines": [msgspec.to_builtins(line) for line in missing]}
        command = [str(python), str(Path(__file__).with_name("speak.py")), "--voice", str(voice)]
        subprocess.run(command, input=json.dumps(asked), text=True, check=True)
        for line in missing:
            _compress(Path(made) / f"{line.id}.wav", folder / f"{line.id}.ogg")
    texts_said = {line.id: line.text for line in lines(texts)}
    (folder / SPOKEN).write_text(json.dumps(texts_said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(missing)


def _compress(source: Path, target: Path) -> None:
    with av.open(str(source)) as wav, av.open(str(target), "w", format="ogg") as ogg:
        stream = ogg.add_stream("libopus", rate=48000, layout="mono")
        stream.bit_rate = 40000
        convert = AudioResampler(format="s16", layout="mono", rate=48000)
        for frame in wav.decode(audio=0):
            for part in convert.resample(frame):
                part.time_base = Fraction(1, 48000)
                ogg.mux(stream.encode(part))
        for part in convert.resample(None):
            ogg.mux(stream.encode(part))
        ogg.mux(stream.encode(None))


def recording(line_id: str, folder: Path = FOLDER) -> Path:
    """Gives the file of a line: a person's WAV before the model's Opus."""
    own = folder / f"{line_id}.wav"
    return own if own.exists() else folder / f"{line_id}.ogg"
