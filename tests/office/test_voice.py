"""What the office says on the broker without a connection of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from office.place import Place
from office.trusting.repository import head
from office.voice import UnheardError, say, say_head
from signage.link import Arrived, Broker, Link, Outgoing
from signage.topics import Topics
from tests.brokers import wait_until
from tests.office.people import AT, LI, ZHANG
from tests.ports import free_port


def test_without_a_head_nothing_is_said(keyed: Place) -> None:
    say_head(keyed)  # the broker of its settings is not there


def test_a_broker_that_is_not_there_is_named_with_the_reason(keyed: Place) -> None:
    text = keyed.settings_file.read_text()
    keyed.settings_file.write_text(text.replace("127.0.0.1:1883", f"127.0.0.1:{free_port()}"))

    with pytest.raises(UnheardError, match=r"the broker did not take it \(.*[Rr]efused\): does mqtt://127"):
        say(keyed, (Outgoing("wuzha/1/office/head", b"x"),))


@pytest.mark.slow
def test_a_screen_that_comes_later_is_told_the_exact_head(
    database: None, keyed: Place, tmp_path: Path, needs: Callable[..., None]
) -> None:
    from office.enrolling import Enrolment, enroll, write_broker_files
    from office.publishing.publish import open_signers, sign_again
    from tests.office.mosquitto import own_mosquitto

    needs("mosquitto")
    done = enroll(keyed, Enrolment(screen="sq-led1"), tmp_path / "out", "guan", AT)
    write_broker_files(keyed)
    sign_again(keyed, open_signers(keyed, ZHANG, LI), AT)
    heard: list[Arrived] = []
    with own_mosquitto(keyed, tmp_path / "broker") as url:
        say_head(keyed)
        broker = Broker(url=url, user="sq-led1", password=(done.folder / "password").read_text())
        link = Link(broker, "sq-led1", filters=Topics().for_screen("sq-led1"))
        link.start()
        try:

            def arrived() -> bool:
                heard.extend(event for event in link.take(0.1) if isinstance(event, Arrived))
                return bool(heard)

            wait_until(arrived, "the head arrived")
        finally:
            link.stop()

    assert (heard[0].topic, heard[0].retained) == ("wuzha/1/office/head", True)
    assert heard[0].payload == head(keyed)
