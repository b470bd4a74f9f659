"""A real mosquitto with an office's own password file and rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from office.broker.local import open_broker
from office.broker.rights import Rights
from office.place import Place
from tests.ports import free_port


@contextmanager
def own_mosquitto(place: Place, folder: Path) -> Iterator[str]:
    """Gives the address of a broker that knows the home's users; the home's settings name it from then on."""
    told = place.settings()
    broker = open_broker(folder, free_port(), Rights(told.prefix, told.user), place.broker_passwords)
    try:
        text = place.settings_file.read_text()
        place.settings_file.write_text(text.replace(told.broker, broker.url))
        yield broker.url
    finally:
        broker.stop()
