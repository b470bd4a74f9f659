"""A word that is entered at the office is read on the screen, and another one later; everything is real."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.brokers import Mosquitto
from tests.flows.county import County, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SCREEN = "sq-led1"


@pytest.fixture
def county(needs: Callable[..., None], tmp_path: Path) -> Iterator[County]:
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker", log_types="error") as broker, County(tmp_path, broker) as one:
        yield one


def test_a_word_entered_at_the_office_is_read_on_the_screen_and_so_is_the_next(county: County) -> None:
    def shown() -> list[str]:
        [(state,)] = county.rows(f"SELECT state FROM office_screen WHERE id = '{SCREEN}'")
        return [zone["name"] for zone in (json.loads(state) if state else {}).get("zones", [])]

    def shows(word: str) -> bool:
        return any(word in name for name in shown())

    machine = county.enroll(SCREEN)
    with (machine.folder / "kiosk_config.toml").open("a", encoding="utf-8") as config:
        config.write('[site.variables]\ngrid_phone = "110"\n')
    county.office("enroll", SCREEN, "--variable", "grid_phone=13800000000")
    county.push("{grid_phone} {grid_worker}")
    machine.start()
    wait_until(shown, "the screen tells of itself")
    assert not shows("138"), "nobody has entered the other word"

    county.office("enroll", SCREEN, "--variable", "grid_worker=王芳")
    county.sign()
    wait_until(lambda: shows("13800000000 王芳"), "the office's words")
    county.office("enroll", SCREEN, "--variable", "grid_phone=13911111111")
    county.sign()
    wait_until(lambda: shows("13911111111 王芳"), "the new number, on a screen that nobody went to")
    county.office("enroll", SCREEN, "--variable", "grid_phone=")
    county.sign()
    wait_until(lambda: shows("110 王芳"), "the screen's own again")
