"""A real browser for tests: chromium without a window, driven over its own debugging socket."""

import json
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

WITHIN_S = 40.0


class Browser:
    """One tab; what its console complains of is kept."""

    def __init__(self, folder: Path, port: int) -> None:
        self._port = port
        # As root, as in a container, chromium's own sandbox does not start.
        self._process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--remote-debugging-port={port}", f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._number = 0
        self.complaints: list[str] = []
        self._socket: ClientConnection | None = None

    def __enter__(self) -> Self:
        self._socket = connect(self._tab(), max_size=64 << 20, open_timeout=WITHIN_S)
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.close()
        self._process.terminate()
        self._process.wait(WITHIN_S)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Gives what the browser answers to a call of its debugging protocol."""
        assert self._socket is not None
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv(WITHIN_S))
            if told.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.complaints.append(json.dumps(told["params"]))
            if told.get("id") == self._number:
                return dict(told.get("result") or {})

    def run(self, script: str) -> Any:
        """Gives the value of a script in the page."""
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait(self, script: str, within_s: float = WITHIN_S) -> None:
        """Waits until a script in the page is true."""
        end = time.monotonic() + within_s
        while not self.run(script):
            assert time.monotonic() < end, (script, self.run("document.body.innerText"), self.complaints)
            time.sleep(0.1)

    def go(self, url: str) -> None:
        """Opens an address, and waits until it is loaded."""
        self.ask("Page.navigate", url=url)
        self.wait(f"location.href.startsWith({json.dumps(url)}) && document.readyState == 'complete'")

    def resize(self, width: int, height: int = 900) -> None:
        """Makes the page as wide as this."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 800
        )

    def _tab(self) -> str:
        end = time.monotonic() + WITHIN_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json", timeout=WITHIN_S) as answer:
                    return next(str(tab["webSocketDebuggerUrl"]) for tab in json.load(answer) if tab["type"] == "page")
            except (OSError, StopIteration):
                assert time.monotonic() < end, "chromium does not answer"
                time.sleep(0.1)
