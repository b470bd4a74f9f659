"""Our player and its peers, each as the command that shows given files on a display, as large as it is, for ever."""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import house
from tests.bench.display import Display
from tests.bench.tree import Tree

OURS = "ours"
VERSION = re.compile(r"\d+(?:\.\d+)+")
UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be shown, and on how many pixels."""

    files: tuple[Path, ...]
    size: tuple[int, int]
    dwell_s: float = 2
    ticker: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """A command, and what its environment has beside ours."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


Maker = Callable[[Scene, Path], Program]


def ours(scene: Scene, folder: Path, *words: str, env: dict[str, str] | None = None) -> Program:
    """`folder` becomes the player's house where it is none yet."""
    home = folder / "house"
    if not home.exists():
        house.build(home, scene.files, scene.size, dwell_s=scene.dwell_s, ticker=scene.ticker)
    sound = env or {"SDL_AUDIODRIVER": "dummy"}
    return Program(OURS, tuple(house.command("run", home, *words)), sound)


def mpv(
    scene: Scene, folder: Path, *words: str, sound: tuple[str, ...] = ("--ao=null",), env: dict[str, str] | None = None
) -> Program:
    dwell = "inf" if len(scene.files) == 1 else str(scene.dwell_s)
    width, height = scene.size
    options = ("--no-config", "--vo=x11", "--fs", f"--geometry={width}x{height}+0+0", "--loop-playlist=inf",
               f"--image-display-duration={dwell}", "--osd-level=0", "--really-quiet", *sound, *words)  # fmt: skip
    loop = ("--loop-file=inf",) if len(scene.files) == 1 else ()
    return Program("mpv", ("mpv", *options, *loop, *map(str, scene.files)), env or {})


def ffplay(scene: Scene, folder: Path, env: dict[str, str] | None = None) -> Program:
    """One file only."""
    width, height = scene.size
    options = ("-v", "quiet", "-loop", "0", "-noborder", "-left", "0", "-top", "0", "-x", str(width), "-y", str(height))
    return Program("ffplay", ("ffplay", *options, str(scene.files[0])), env or {"SDL_AUDIODRIVER": "dummy"})


def vlc(scene: Scene, folder: Path) -> Program:
    """VLC refuses to run as root, so root hands it to an unprivileged user."""
    home = folder / "vlc"
    home.mkdir(exist_ok=True)
    home.chmod(0o777)
    options = ("-I", "dummy", "--fullscreen", "--no-video-title-show", "--no-osd", "--aout=dummy", "--loop",
               f"--image-duration={scene.dwell_s if len(scene.files) > 1 else -1}")  # fmt: skip
    become = ("setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={_group()}", "--clear-groups") if os.getuid() == 0 else ()
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    return Program("vlc", (*become, "cvlc", *options, *map(str, scene.files)), own)


def chromium(scene: Scene, folder: Path) -> Program:
    width, height = scene.size
    page = folder / "show.html"
    page.write_text(PAGE.replace("LIST", json.dumps([file.as_uri() for file in scene.files]))
                    .replace("DWELL", str(scene.dwell_s)), encoding="utf-8")  # fmt: skip
    options = ("--no-sandbox", "--kiosk", "--no-first-run", "--noerrdialogs", "--disable-infobars",
               "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={folder / 'chromium'}",
               "--window-position=0,0", f"--window-size={width},{height}")  # fmt: skip
    return Program("chromium", (_chromium() or "chromium", *options, page.as_uri()))


PEERS: dict[str, Maker] = {OURS: ours, "mpv": mpv, "ffplay": ffplay, "vlc": vlc, "chromium": chromium}


def present() -> tuple[dict[str, str], dict[str, str]]:
    """Gives the peers that can run with their versions, and the others with the reason."""
    able, unable = {}, {}
    for name, words in {"mpv": ("mpv", "--version"), "ffplay": ("ffplay", "-version"),
                        "vlc": ("dpkg-query", "-Wf", "VLC ${Version}", "vlc-bin"),
                        "chromium": (_chromium() or "chromium", "--version")}.items():  # fmt: skip
        program = {"vlc": "cvlc"}.get(name, words[0])
        if shutil.which(program) is None:
            unable[name] = f"{program} is not installed"
        elif name == "vlc" and os.getuid() == 0 and shutil.which("setpriv") is None:
            unable[name] = "VLC refuses to run as root, and there is no setpriv to become someone else"
        else:
            told = subprocess.run(words, capture_output=True, text=True, check=False).stdout
            able[name] = next(iter(VERSION.findall(told)), "of unknown version")
    return able, unable


@contextmanager
def playing(program: Program, display: Display) -> Iterator[Tree]:
    """Runs a program on a display until the block ends, then ends all of it."""
    env = {**os.environ, **program.env, "DISPLAY": display.name}
    env.pop("WAYLAND_DISPLAY", None)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            program.command, env=env, cwd=house.ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        tree = Tree(process.pid)
        try:
            yield tree
            if process.poll() is not None:
                log.seek(0)
                told = log.read()[-600:].decode(errors="replace")
                raise RuntimeError(f"{program.name} ended by itself with code {process.returncode}: {told}")
        finally:
            _end(process, tree)


def _end(process: subprocess.Popen[bytes], tree: Tree) -> None:
    tree.pids()
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in tree.pids() - {process.pid}:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _chromium() -> str | None:
    return next((name for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), None)


def _group() -> int:
    return pwd.getpwnam(UNPRIVILEGED).pw_gid


PAGE = """<!doctype html><meta charset="utf-8"><style>
html, body { margin: 0; height: 100%; background: #000; overflow: hidden; cursor: none }
img, video { width: 100%; height: 100%; object-fit: contain; display: block }
</style><body><script>
const files = LIST, isFilm = f => /\\.(mp4|webm)$/.test(f);
let at = -1;
function next() {
  at = (at + 1) % files.length;
  const file = files[at], shown = document.createElement(isFilm(file) ? "video" : "img");
  shown.src = file;
  if (isFilm(file)) {
    shown.autoplay = true;
    shown.loop = files.length === 1;
    shown.onended = next;
  } else if (files.length > 1) setTimeout(next, DWELL * 1000);
  document.body.replaceChildren(shown);
}
next();
</script>
"""
