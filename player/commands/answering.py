"""Whether the folders that a command asks about answer, told at once and by name.

Rule: what does not answer is asked once. A command then goes on as if it were empty, and says so.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from player.answer import Answer, NoAnswer
from player.config import Config
from player.survey import Survey, survey
from signage.errors import Complaint, Words

ANSWER_S = 3.0
STAND_IN = "wuzha-"
"""How the folder begins that stands in for one that does not answer."""
PROBLEM = Words("所在的磁盘或共享没有响应", "its disk or share does not answer")
CURE = Words(
    "检查磁盘、网线和网络存储，重新挂载它；还是没有响应，就重新启动机器",
    "check the disk, the cable and the network storage, and mount it again; if it still does not answer, restart",
)


def no_answer(path: str) -> Complaint:
    """Returns the complaint about what does not answer."""
    return Complaint(where=path, problem=PROBLEM, cure=CURE)


def with_answering_state(config: Config, seconds: float = ANSWER_S) -> Config:
    """Returns the configuration with a state folder that is not there in place of one that does not answer.

    What does not answer stands in `unanswered`.
    """
    state = config.folders.state
    try:
        Answer(lambda: _ask(state), "state folder").within(seconds)
    except NoAnswer:
        absent = Path(tempfile.gettempdir(), f"{STAND_IN}{os.urandom(8).hex()}")
        folders = msgspec.structs.replace(config.folders, state=absent)
        return msgspec.structs.replace(config, folders=folders, unanswered=(no_answer(str(state)),))
    return config


def surveyed(config: Config, *, with_orders: bool = False) -> Survey:
    """Returns what the folders hold; the folder that stands in for one that does not answer is taken away."""
    try:
        return survey(config, with_orders=with_orders)
    finally:
        state = config.folders.state
        if config.unanswered and state.name.startswith(STAND_IN) and state.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(state, ignore_errors=True)


def _ask(state: Path) -> None:
    """Reads and writes there as a player does; an error is an answer, too."""
    for name in ("rotation.json", "ledger.db"):
        with contextlib.suppress(OSError), (state / name).open("rb") as file:
            file.read(100)
    with contextlib.suppress(OSError):
        if os.path.isdir(state):
            with tempfile.TemporaryFile(dir=state, prefix=".") as file:
                file.write(b"ok")
