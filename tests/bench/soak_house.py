"""What the soak plays: configuration, pictures, films, sound, cards and a ticker, and more of the same to come.

Every copy differs in its bytes, so that each file that arrives is judged anew.
"""

import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (1280, 720)
MAIN = (1280, 656)
FOLDERS = ("pictures", "films", "sounds")

CONFIG = """\
[screen]
id = "soak-1"
title = "soak"
canvas = [1280, 720]
[site]
village = "石桥村"
[sound]
quiet = []
[[zone]]
name = "main"
box = [0, 0, 1280, 656]
[[zone]]
name = "ticker"
box = [0, 656, 1280, 64]
"""
PLAYLISTS = {
    "pictures": 'dwell_s = {dwell}\ntransition = "{transition}"\norder = "{order}"\n\n[[item]]\nmedia = "pictures/*"\n',
    "films": 'share = 2\ntransition = "{transition}"\norder = "{order}"\n\n[[item]]\nmedia = "films/*"\n',
    "sounds": 'transition = "{transition}"\n\n[[item]]\nmedia = "sounds/*"\ncard = "broadcast"\ntitle = "反诈广播"\n'
    'text = "不轻信　不透露　不转账"\n',
    "cards": 'dwell_s = {dwell}\ntransition = "{transition}"\n\n[[item]]\ncard = "slogan"\ntitle = "防范电信网络诈骗"\n'
    'text = "不轻信，不透露，不转账"\n\n[[item]]\ncard = "list"\ntheme = "blue"\ntitle = "十个凡是"\n'
    'text = "凡是自称公检法要求汇款的\\n凡是叫你汇款到安全账户的"\nqr = "tel:96110"\n',
    "ticker": 'zone = "ticker"\n\n[[item]]\nticker = true\nchars_per_min = {chars}\n'
    'text = "不轻信　不透露　不转账　反诈专线 96110"\n\n[[item]]\nticker = true\ntext = "{{village}}：先核实"\n',
}


@dataclass(frozen=True, slots=True)
class House:
    """The folder that a player plays from, and the stock beside it."""

    folder: Path
    stock: Path

    @property
    def media(self) -> Path:
        return self.folder / "media"

    @property
    def playlists(self) -> Path:
        return self.folder / "playlists"

    @property
    def config(self) -> Path:
        return self.folder / "kiosk_config.toml"

    def there(self, kind: str) -> list[Path]:
        """Gives the files of that folder that are good, those that came first at the head."""
        files = [file for file in (self.media / kind).iterdir() if "bad" not in file.name]
        return sorted(files, key=lambda file: file.stat().st_mtime)


def build(folder: Path, rng: random.Random) -> House:
    """Makes the stock and the folder with the first files in it."""
    house = House(folder, folder / "stock")
    house.stock.mkdir(parents=True)
    house.playlists.mkdir()
    house.config.write_text(CONFIG, encoding="utf-8")
    _film(house.stock / "large.mp4", (1280, 720), 25, 4)
    _film(house.stock / "small.mp4", (640, 360), 30, 3)
    _sound(house.stock / "sound.m4a")
    for kind in FOLDERS:
        (house.media / kind).mkdir(parents=True)
    for number in range(4):
        (house.media / "pictures" / f"first-{number}.png").write_bytes(fresh(house, ".png", rng))
        (house.media / "films" / f"first-{number}.mp4").write_bytes(fresh(house, ".mp4", rng))
    (house.media / "pictures" / "moving.gif").write_bytes(fresh(house, ".gif", rng))
    (house.media / "sounds" / "first.m4a").write_bytes(fresh(house, ".m4a", rng))
    for name in PLAYLISTS:
        write_whole(house.playlists / f"{name}.toml", playlist(name, rng).encode())
    return house


def playlist(name: str, rng: random.Random) -> str:
    """Gives a good text of that playlist, each time another one."""
    return PLAYLISTS[name].format(
        dwell=rng.choice((1, 1.5, 2, 3)),
        transition=rng.choice(("cut", "fade", "slide")),
        order=rng.choice(("sequence", "shuffle")),
        chars=rng.choice((60, 90, 140)),
    )


def fresh(house: House, suffix: str, rng: random.Random) -> bytes:
    """Gives the bytes of a good file that was never seen before."""
    makers: dict[str, Callable[[], bytes]] = {
        ".png": lambda: _picture(house.stock / "picture.png", rng),
        ".gif": lambda: _animation(house.stock / "animation.gif", rng),
        ".mp4": lambda: _marked((house.stock / rng.choice(("large.mp4", "small.mp4"))).read_bytes(), rng),
        ".m4a": lambda: _marked((house.stock / "sound.m4a").read_bytes(), rng),
    }
    return makers[suffix]()


def write_whole(path: Path, content: bytes) -> None:
    """Puts a file in place as careful programs do: written beside, then renamed."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


def _marked(content: bytes, rng: random.Random) -> bytes:
    # A box of type "free" at the end is for whoever wants room: players pass over it (ISO/IEC 14496-12, 8.1.2).
    return content + (40).to_bytes(4, "big") + b"free" + rng.randbytes(32)


def _picture(target: Path, rng: random.Random) -> bytes:
    _drawn(rng, rng.choice(((1280, 720), (1600, 900), (600, 800)))).save(target, compress_level=1)
    return target.read_bytes()


def _animation(target: Path, rng: random.Random) -> bytes:
    frames = [_drawn(rng, (320, 164)) for _ in range(6)]
    frames[0].save(target, save_all=True, append_images=frames[1:], duration=120, loop=0)
    return target.read_bytes()


def _drawn(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    def colour() -> tuple[int, int, int]:
        return rng.randint(60, 255), rng.randint(60, 255), rng.randint(60, 255)

    image = Image.new("RGB", size, colour())
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        draw.rectangle((x, y, x + size[0] // 6, y + size[1] // 6), fill=colour())
    return image


def _film(target: Path, size: tuple[int, int], fps: int, seconds: int) -> None:
    picture = f"testsrc2=size={size[0]}x{size[1]}:rate={fps}:duration={seconds},noise=alls=8:allf=t"
    _ffmpeg("-f", "lavfi", "-i", picture, *_tone(seconds), "-c:v", "libx264", "-preset", "veryfast",
            "-pix_fmt", "yuv420p", "-b:v", "3M", "-g", str(fps), "-c:a", "aac", "-shortest", str(target))  # fmt: skip


def _sound(target: Path) -> None:
    _ffmpeg(*_tone(3), "-c:a", "aac", str(target))


def _tone(seconds: int) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=frequency=220:sample_rate=48000:duration={seconds},volume=0.3")


def _ffmpeg(*words: str) -> None:
    program = shutil.which("ffmpeg")
    if program is None:
        raise RuntimeError("ffmpeg is not installed")
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *words], check=True)
