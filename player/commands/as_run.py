"""The configuration as the player runs with it: for commands that are to say what is on the screen.

Rule: what is written down goes first; only where neither the command line nor the file names an enrolment is it the one
that the last player in the same state folder was started with, as a trial's is.
"""

from pathlib import Path

import msgspec

from player.answer import Answer, NoAnswer
from player.commands.answering import ANSWER_S, with_answering_state
from player.config import Config, read_config
from player.enrolment import OFFICE_FILE
from player.keeper import look_at_kept

ROTATION = "rotation.json"


def _is_there(path: Path) -> bool:
    """Whether an enrolment is there; True, too, where its disk does not answer: then that is said."""
    try:
        return Answer(path.is_file, "enrolment").within(ANSWER_S)
    except NoAnswer:
        return True
    except OSError:
        return False


def read_as_run(path: Path, enrolment: Path | None) -> Config:
    """Returns the configuration; what is wrong with its enrolment stands in it. Raises BadInput."""
    config = with_answering_state(read_config(path, enrolment, lenient=True))
    if config.office.enrolment is not None:
        return config
    kept = look_at_kept(config.folders.state / ROTATION)
    if kept is None or not kept.enrolment or not _is_there(Path(kept.enrolment) / OFFICE_FILE):
        return config
    enrolled = read_config(path, Path(kept.enrolment), lenient=True)
    return msgspec.structs.replace(enrolled, folders=config.folders, unanswered=config.unanswered)
