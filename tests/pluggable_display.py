"""A real Xorg without hardware, whose socket can be switched on and off as by a plug."""

import os
import subprocess
from pathlib import Path
from typing import Self

from tests.bench.display import Display

DRIVER = Path("/usr/lib/xorg/modules/drivers/dummy_drv.so")
SOCKET = "DUMMY0"
SETUP = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoAddGPU" "false"
EndSection
Section "Device"
  Identifier "device"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 5-1000
  VertRefresh 5-200
EndSection
Section "Screen"
  Identifier "screen"
  Device "device"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "1280x720"
  EndSubSection
EndSection
"""


class PluggableDisplay(Display):
    """Begins with nothing that has a picture, as when HDMI was unplugged at boot; only root may start it."""

    def __init__(self, folder: Path) -> None:
        super().__init__((1280, 720))
        self._folder = folder

    def __enter__(self) -> Self:
        setup = self._folder / "xorg.conf"
        setup.write_text(SETUP)
        reads, writes = os.pipe()
        self._server = subprocess.Popen(
            ["Xorg", f":{200 + os.getpid() % 30_000}", "-config", str(setup), "-logfile", str(self._folder / "x.log"),
             "-noreset", "-ac", "-nolisten", "tcp", "-novtswitch", "-sharevts", "-keeptty", "-displayfd", str(writes)],
            pass_fds=(writes,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writes)
        with os.fdopen(reads) as told:
            answer = told.readline().strip()
        if not answer:
            raise RuntimeError("Xorg did not start")
        self.name = f":{answer}"
        subprocess.run(["xrandr", "-display", self.name, "--output", SOCKET, "--off"], check=True)
        return self
