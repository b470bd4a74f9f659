"""What is most urgent is brought first."""

from collections.abc import Iterator

import pytest

from player.publication.http_source import HttpSource
from tests.player.publication.conftest import SCREEN, Follow
from tests.player.publication.repository import Repository
from tests.player.publication.servers import Server, serving

POSTERS = b'[[item]]\nmedia = "*.png"\n'


@pytest.fixture
def server(office: Repository) -> Iterator[Server]:
    with serving(office.folder) as server:
        yield server


def test_texts_come_first_then_emergencies_then_what_is_soonest_whole(
    office: Repository, server: Server, follow: Follow
) -> None:
    small, large, alarm = b"s", b"l" * 2000, b"a" * 1000
    urgent = b'rank = "emergency"\n' + POSTERS
    office.publish(2, {"large": POSTERS}, {"a.png": large})
    office.publish(3, {"small": POSTERS + b"#"}, {"a.png": small})
    office.publish(4, {"alarm": urgent}, {"a.png": alarm})
    office.assign(SCREEN, (2, ("large",)), (3, ("small",)), (4, ("alarm",)))
    office.head()
    follow(HttpSource(server.url)).shows(4, 3, 2)
    asked = [path.rpartition("/")[2] for path, _ in server.asked if path.startswith("/content")]
    media = {office.put(content): name for content, name in ((small, "small"), (large, "large"), (alarm, "alarm"))}
    assert [media[each] for each in asked if each in media] == ["alarm", "small", "large"]
    texts = {office.put(text) for text in (POSTERS, POSTERS + b"#", urgent)}
    assert set(asked[1:4]) == texts  # after the assignment
