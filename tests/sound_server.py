"""A real PulseAudio of one's own, whose sinks and whole server can be taken away, and an ear at what it plays."""

import os
import select
import subprocess
import time
from pathlib import Path

LOUD = 500


class SoundServer:
    """PulseAudio with null sinks in place of cards; `environment` is for those who are to play on it."""

    def __init__(self, folder: Path, *, stand_in: bool = True) -> None:
        """With `stand_in` the server has a dummy where every sink is gone, as servers are set up to have."""
        self._folder, self._stand_in = folder, stand_in
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket = folder / "native"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "SDL_AUDIO"))}
        self.environment = clean | {
            "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "PULSE_SERVER": f"unix:{self.socket}",
            "SDL_AUDIODRIVER": "pulseaudio",
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *sinks: str) -> None:
        """Starts the server with some sinks and waits until it answers."""
        lines = [f"load-module module-native-protocol-unix auth-anonymous=1 socket={self.socket}"]
        lines += [_sink_line(name) for name in sinks]
        lines += ["load-module module-always-sink"] if self._stand_in else []
        script = self._folder / "server.pa"
        script.write_text("\n".join(lines) + "\n")
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
             "--disallow-exit", "--log-target=null"],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 20
        while self._pactl("info", check=False).returncode:
            assert time.monotonic() < until, "the sound server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """Takes the server away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def plug(self, *sinks: str) -> None:
        """Adds sinks."""
        for name in sinks:
            self._pactl(*_sink_line(name).split())

    def unplug(self) -> None:
        """Takes all sinks away at once, but for the dummy."""
        self._pactl("unload-module", "module-null-sink")

    def hears(self, sink: str, patience_s: float) -> float | None:
        """Returns after how many seconds a sink was given sound that is no silence; None: not in time."""
        began = time.monotonic()
        words = ["parec", "--raw", "--latency-msec=20", "--format=s16le", "--rate=8000", "--channels=1"]
        with subprocess.Popen(
            [*words, f"--device={sink}.monitor"], env=self.environment, stdout=subprocess.PIPE, bufsize=0,
            stderr=subprocess.DEVNULL,
        ) as ear:  # fmt: skip
            assert ear.stdout is not None
            try:
                while (left := began + patience_s - time.monotonic()) > 0:
                    if not select.select([ear.stdout], [], [], left)[0]:
                        return None
                    if _is_loud(ear.stdout.read(1600)):
                        return time.monotonic() - began
                return None
            finally:
                ear.kill()

    def _pactl(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["pactl", *words], env=self.environment, capture_output=True, check=check, timeout=20)


def _sink_line(name: str) -> str:
    # Without rewinds a sink takes sound every 50 ms; else it takes two seconds at once.
    return f"load-module module-null-sink sink_name={name} norewinds=1"


def _is_loud(block: bytes) -> bool:
    samples = memoryview(block[: len(block) // 2 * 2]).cast("h")
    return len(samples) > 0 and max(map(abs, samples)) > LOUD
